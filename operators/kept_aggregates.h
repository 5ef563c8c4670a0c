#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/data/batch.h"
#include "operators/functions/aggregate_function.h"
#include "operators/group_key.h"
#include "state/key_codec.h"
#include "state/keyed_state.h"

namespace weir {

// Takes back rows where the function has no inverse: what came is kept in tables beside the
// accumulator, which holds the result as it does without them. Rows are those of one slice of one
// batch; null arguments never come here.
class KeptAggregate {
 public:
  virtual ~KeptAggregate() = default;

  AggregateFunction& function() { return *function_; }
  // Of the accumulator: the function's, and more.
  std::vector<SlotField> Fields() const;
  void Bind(const std::vector<uint32_t>& offsets);

  // `groups`: what the keys of groups are (ValueCounts::Open).
  virtual Status OpenTables(KeyedState& state, const std::string& name, KeyForm groups) = 0;
  // `rows` may be added and taken back until End, any of them, in any order. Row i belongs to group
  // i of `groups`, which must stay.
  virtual Status Begin(int64_t slice, const EncodedKeys& groups, std::vector<ColumnPtr> arguments,
                       std::span<const uint32_t> rows) = 0;
  virtual Status Add(uint32_t row, Slot slot) = 0;
  virtual Status TakeBack(uint32_t row, Slot slot) = 0;
  virtual Status End() = 0;
  virtual Status DropSlice(int64_t slice) = 0;
  // Of groups that lie within keys, between batches: what `from` has becomes a part of `into`,
  // which came first.
  virtual Status MergeGroup(int64_t slice, const GroupKey& from, Slot from_slot,
                            const GroupKey& into, Slot into_slot) = 0;
  virtual Status ForgetGroup(int64_t slice, const GroupKey& group) = 0;

 protected:
  explicit KeptAggregate(std::unique_ptr<AggregateFunction> function)
      : function_(std::move(function)) {}

  virtual std::vector<SlotField> MoreFields() const { return {}; }
  virtual void BindMore(std::span<const uint32_t> offsets) {}
  // Empties the function's part of the accumulator.
  void Clear(Slot slot) const;

  std::unique_ptr<AggregateFunction> function_;
  std::vector<uint32_t> offsets_, widths_;  // of the function's fields
};

// MIN, MAX, FIRST_VALUE, LAST_VALUE, LISTAGG (of distinct values MIN and MAX alone: to the others
// it makes a difference, and they do not look). kInvalidArgument for a function that is not kept,
// or for types that have no order.
StatusOr<std::unique_ptr<KeptAggregate>> MakeKeptAggregate(std::string_view function,
                                                           std::span<const DataType> arguments,
                                                           const DataType& result);
bool IsKeptAggregate(std::string_view function);

}  // namespace weir
