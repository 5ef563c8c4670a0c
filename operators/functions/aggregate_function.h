#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/data/batch.h"
#include "common/data/column_builder.h"
#include "state/slot_layout.h"

namespace weir {

// One aggregate over one set of argument types: an accumulator that lives in a slot (state/), made
// of fixed-width fields and byte strings, so that the table can copy, write and merge it.
// All calls are for a batch: row i belongs to the accumulator at slots[i]; several rows may name
// the same slot. Not thread-safe; holds no state of its own but scratch memory.
class AggregateFunction {
 public:
  virtual ~AggregateFunction() = default;

  // The fields that the accumulator needs, in order. A zeroed accumulator is the empty one.
  virtual std::vector<SlotField> Fields() const = 0;
  // Called once: where in the slot its fields lie (offsets from the slot's start).
  virtual void Bind(std::vector<uint32_t> offsets) = 0;

  // `rows` picks the rows (null cells are skipped as SQL says); slots[i] belongs to rows[i].
  virtual void Accumulate(std::span<const ColumnPtr> args, std::span<const uint32_t> rows,
                          std::span<Slot> slots) = 0;
  // The inverse, for -U and -D. Only where SupportsRetract().
  virtual void Retract(std::span<const ColumnPtr> args, std::span<const uint32_t> rows,
                       std::span<Slot> slots) = 0;
  virtual bool SupportsRetract() const = 0;
  // Whether the accumulator's result is cell `row` of the argument: MIN and MAX, when a value that
  // is kept beside the accumulator goes.
  virtual bool Holds(Slot slot, const Column& argument, size_t row) const { return false; }
  // Adds accumulator `from` (same layout) to `into`.
  virtual void Merge(Slot from, Slot into) = 0;
  // Appends the result of one accumulator.
  virtual void Result(Slot slot, ColumnBuilder& out) const = 0;
};

// What the binder must know: the result's type and the implicit casts of the arguments.
struct ResolvedAggregate {
  std::vector<DataType> argument_types;
  DataType result;
};

// COUNT SUM AVG MIN MAX ... "COUNT" without arguments is COUNT(*).
StatusOr<ResolvedAggregate> ResolveAggregate(std::string_view name,
                                             std::span<const DataType> arguments);
StatusOr<std::unique_ptr<AggregateFunction>> MakeAggregate(std::string_view name,
                                                           std::span<const DataType> arguments,
                                                           const DataType& result);
bool IsAggregateFunction(std::string_view name);
std::vector<std::string> AggregateFunctionNames();

}  // namespace weir
