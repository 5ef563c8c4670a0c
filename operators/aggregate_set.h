#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "operators/functions/aggregate_function.h"
#include "operators/operator.h"
#include "state/keyed_state.h"

namespace weir::plan {
class AggregateCall;
}

namespace weir {

// The aggregates of one GROUP BY over one slot layout: which rows each sees (FILTER), which values
// count (DISTINCT, by a second table of value counts), what the results are. The operators decide
// when rows are accumulated and when results are asked for.
class AggregateSet {
 public:
  // `key_types` are the group keys'; a row count is kept as the slot's first field when asked for.
  static StatusOr<std::unique_ptr<AggregateSet>> Make(
      std::span<const plan::AggregateCall* const> calls, std::vector<DataType> key_types,
      bool count_rows);

  const SlotLayout& layout() const { return layout_; }
  size_t size() const { return calls_.size(); }
  bool has_distinct() const { return has_distinct_; }
  bool can_retract() const;

  // Opens the tables of DISTINCT values beside the operator's main table `name`.
  Status OpenTables(KeyedState& state, const std::string& name);

  // Adds `rows` of the batch to slots[i] (of rows[i]); retractions are taken back. `slices[i]` and
  // `keys` find DISTINCT values and are unused without them.
  Status Accumulate(const Batch& batch, std::span<const uint32_t> rows, std::span<Slot> slots,
                    std::span<const int64_t> slices, const EncodedKeys& keys);
  // Only the plain aggregates, for pre-aggregation; there must be no DISTINCT.
  void AccumulatePlain(const Batch& batch, std::span<const uint32_t> rows, std::span<Slot> slots);
  // Adds the plain aggregates (and row count) of one accumulator to another.
  void Merge(Slot from, Slot into) const;
  // Adds the DISTINCT values of slice `slice` to those of the window that ends at `window`, and the
  // ones that are new there to the accumulators in slice `window` of `main`.
  Status MergeDistinct(int64_t slice, int64_t window, SlotTable& main);
  Status DropMergedDistinct(int64_t window);
  Status DropSlice(int64_t slice);

  // Appends the results of one accumulator, one cell to each builder.
  void Results(Slot slot, std::span<ColumnBuilder> out) const;
  const DataType& result_type(size_t i) const { return calls_[i].type; }

  int64_t RowCount(Slot slot) const { return slot.Get<int64_t>(layout_.offset(0)); }
  void AddRows(Slot slot, int64_t n) const {
    slot.Set<int64_t>(layout_.offset(0), RowCount(slot) + n);
  }

  // An accumulator as bytes and back, for the exchange between local and global aggregation.
  void EncodeSlot(Slot slot, std::vector<uint8_t>& out) const;
  Status DecodeSlot(std::string_view bytes, Slot slot) const;

 private:
  struct Call {
    std::unique_ptr<AggregateFunction> function;
    DataType type;
    std::vector<uint32_t> arguments;
    int filter = -1;
    bool distinct = false;
    // DISTINCT: (group key, value) to the number of times it was seen.
    SlotTable* seen = nullptr;
    SlotTable* merged_seen = nullptr;  // of one window while it fires
    std::unique_ptr<KeyCodec> value_codec;
    std::vector<DataType> argument_types;
    std::string name;
  };

  void PickRows(const Call& call, const Batch& batch, std::span<const uint32_t> rows,
                std::span<Slot> slots);
  Status AccumulateDistinct(Call& call, const Batch& batch, std::span<const int64_t> slices,
                            const EncodedKeys& keys);
  void Apply(Call& call, const Batch& batch);

  SlotLayout layout_;
  bool count_rows_ = false;
  bool has_distinct_ = false;
  std::vector<Call> calls_;
  std::vector<DataType> key_types_;

  // Scratch: the rows of the current call, split by accumulate and retract.
  std::vector<ColumnPtr> args_;
  std::vector<uint32_t> add_rows_, retract_rows_, add_at_, retract_at_;
  std::vector<Slot> add_slots_, retract_slots_;
  EncodedKeys values_, composite_;
};

}  // namespace weir
