#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/data/batch.h"
#include "operators/functions/aggregates.h"
#include "operators/group_key.h"
#include "state/key_codec.h"
#include "state/ordered_key_codec.h"
#include "state/ordered_table.h"

namespace weir {

// How often each value is there in each group: what DISTINCT, and MIN and MAX over rows that are
// taken back, are made of. Reads and writes its table once per batch:
//
//   Begin(...); Add(row, +1 or -1) for rows in any order, Find between them; End()
class ValueCounts {
 public:
  // Values are one cell of each type. Groups are keys (`groups`: kWhole), or lie within keys
  // (kInner): those may be moved and forgotten.
  static StatusOr<std::unique_ptr<ValueCounts>> Open(KeyedState& state, const std::string& table,
                                                     std::vector<DataType> types, KeyForm groups);
  // Values have an order: Find may be called. One type.
  static StatusOr<std::unique_ptr<ValueCounts>> OpenOrdered(KeyedState& state,
                                                            const std::string& table,
                                                            const DataType& type, KeyForm groups);

  // The counts of `rows` of a batch: row i has the value in row i of `values` (no null among its
  // cells) and belongs to group i of `groups`, which must stay until End.
  Status Begin(int64_t slice, const EncodedKeys& groups, std::span<const ColumnPtr> values,
               std::span<const uint32_t> rows);
  // Of a row that was among them; returns the count before.
  int64_t Add(uint32_t row, int64_t change) const {
    const Slot& count = counts_[at_[row]];
    const int64_t before = count.Get<int64_t>(0);
    count.Set<int64_t>(0, before + change);
    return before;
  }
  // Appends the least or greatest value of the row's group, if there is one, to `out`.
  Status Find(uint32_t row, Extreme extreme, ColumnBuilder& out) const {
    return FindOf(groups_->key(row), slice_, extreme, out);
  }
  Status FindOf(std::string_view group, int64_t slice, Extreme extreme, ColumnBuilder& out) const;
  // Forgets the values whose count is zero.
  Status End();

  // Between batches, of groups that lie within keys. Counts `from`'s values among `into`'s, and
  // hands over those that are new there (nothing of the table must be called).
  using NewValue = std::function<void(std::string_view value)>;
  Status MoveGroup(int64_t slice, const GroupKey& from, const GroupKey& into,
                   const NewValue& is_new);
  Status ForgetGroup(int64_t slice, const GroupKey& group);

  SlotTable& table() { return *table_; }
  const KeyCodec& codec() const { return codec_; }  // of values without an order

 private:
  explicit ValueCounts(std::vector<DataType> types) : codec_(std::move(types)) {}

  SlotTable* table_ = nullptr;
  OrderedTable* ordered_ = nullptr;  // the same table, if it is: of ordered values or inner groups
  KeyCodec codec_;
  std::optional<OrderedKeyCodec> order_;

  // Of one batch.
  int64_t slice_ = 0;
  const EncodedKeys* groups_ = nullptr;
  std::vector<uint32_t> at_;  // of each row, in keys_
  EncodedKeys keys_, values_;
  std::vector<Slot> counts_;
  std::vector<uint8_t> is_new_;
  std::vector<uint32_t> all_;

  InnerKeys moving_;  // values on their way
};

}  // namespace weir
