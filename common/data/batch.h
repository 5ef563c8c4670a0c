#pragma once

#include <memory>
#include <span>
#include <vector>

#include "common/data/column.h"
#include "common/data/data_type.h"

namespace weir {

// What a row says about the table it changes: insert, retract the old and bring the new version of
// a row, delete. The numbers are stored and sent: do not change them.
enum class RowKind : uint8_t {
  kInsert = 0,        // +I
  kUpdateBefore = 1,  // -U
  kUpdateAfter = 2,   // +U
  kDelete = 3,        // -D
};
inline bool IsRetraction(RowKind kind) {
  return kind == RowKind::kUpdateBefore || kind == RowKind::kDelete;
}
std::string_view RowKindText(RowKind kind);  // "+I", "-U", "+U", "-D"

// Up to a few thousand rows of one schema; immutable. Copying copies a few pointers.
class Batch {
 public:
  Batch() = default;
  // `kinds` null when every row is an insert.
  Batch(SchemaPtr schema, std::vector<ColumnPtr> columns, size_t rows,
        std::shared_ptr<const std::vector<RowKind>> kinds = nullptr);
  // One row per kind.
  static Batch OfChanges(SchemaPtr schema, std::vector<ColumnPtr> columns,
                         std::vector<RowKind> kinds);

  const Schema& schema() const { return *schema_; }
  const SchemaPtr& schema_ptr() const { return schema_; }
  size_t rows() const { return rows_; }
  bool empty() const { return rows_ == 0; }
  const ColumnPtr& column(size_t i) const { return columns_[i]; }
  const std::vector<ColumnPtr>& columns() const { return columns_; }

  bool insert_only() const { return kinds_ == nullptr; }
  RowKind kind(size_t i) const { return kinds_ ? (*kinds_)[i] : RowKind::kInsert; }
  const std::shared_ptr<const std::vector<RowKind>>& kinds() const { return kinds_; }

  // The split of the source that the rows came from: an index into the reader's SplitWatermarks
  // (operators/operator.h); -1 where rows of several may be mixed. Kept by calc only.
  int32_t split() const { return split_; }
  Batch WithSplit(int32_t split) const;

  // The same rows with other columns.
  Batch WithColumns(SchemaPtr schema, std::vector<ColumnPtr> columns) const;
  Batch Take(std::span<const uint32_t> rows) const;
  Batch Slice(size_t begin, size_t count) const;

  size_t ByteSize() const;

 private:
  SchemaPtr schema_;
  std::vector<ColumnPtr> columns_;
  size_t rows_ = 0;
  std::shared_ptr<const std::vector<RowKind>> kinds_;
  int32_t split_ = -1;
};

}  // namespace weir
