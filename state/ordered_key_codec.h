#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/data/batch.h"
#include "common/data/column_builder.h"

namespace weir {

// One column of a key with an order.
struct SortColumn {
  DataType type;  // not nested
  bool descending = false;
  bool nulls_last = false;
};

// Encodes cells as bytes whose bytewise order is the order of the cells: the inner keys of ordered
// tables. Frozen by golden vectors, as KeyCodec is. Numbers by value, DECIMALs of one scale; times
// by instant; FALSE before TRUE; text and bytes by their bytes; -0.0 before 0.0, what is no number
// after all that are. Unless said otherwise null comes first.
class OrderedKeyCodec {
 public:
  // kInvalidArgument for a nested type: it has no order.
  static StatusOr<OrderedKeyCodec> Make(std::vector<SortColumn> columns);

  // Appends row `row` of `columns`, one per column of the key. No key is the beginning of another
  // of the same columns: what is appended behind one decides only between equal ones.
  void Append(std::span<const ColumnPtr> columns, size_t row, std::string& out) const;
  // Takes one key off the front of `key`: appends a cell to one builder per column.
  void Decode(std::string_view& key, std::span<ColumnBuilder* const> out) const;

 private:
  explicit OrderedKeyCodec(std::vector<SortColumn> columns) : columns_(std::move(columns)) {}

  std::vector<SortColumn> columns_;
};

}  // namespace weir
