#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "operators/functions/aggregate_function.h"
#include "operators/group_key.h"
#include "operators/kept_aggregates.h"
#include "operators/operator.h"
#include "operators/value_counts.h"
#include "state/keyed_state.h"

namespace weir::plan {
class AggregateCall;
}

namespace weir {

// The aggregates of one GROUP BY over one slot layout: which rows each sees (FILTER), which values
// count (DISTINCT), how rows are taken back, what the results are. DISTINCT values, and those of
// MIN and MAX over rows that are taken back, are counted in tables of their own. The operators
// decide when rows are accumulated and when results are asked for.
class AggregateSet {
 public:
  // `key_types` are the group keys'; a row count is kept as the slot's first field when asked for.
  static StatusOr<std::unique_ptr<AggregateSet>> Make(
      std::span<const plan::AggregateCall* const> calls, std::vector<DataType> key_types,
      bool count_rows);

  const SlotLayout& layout() const { return layout_; }
  size_t size() const { return calls_.size(); }
  bool can_retract() const;

  // Opens the tables of value counts beside the operator's main table `name`. `groups`: what the
  // keys of groups are: keys (kWhole), or such as lie within them (kInner), which may be merged.
  Status OpenTables(KeyedState& state, const std::string& name, KeyForm groups = KeyForm::kWhole);
  // Groups have something in those tables.
  bool has_tables() const { return has_tables_; }

  // Makes ready what tables have of `rows` of the batch, which are all of one slice; `keys` are the
  // groups of the batch's rows and must stay until EndBatch. Between them rows are accumulated.
  Status BeginBatch(const Batch& batch, std::span<const uint32_t> rows, int64_t slice,
                    const EncodedKeys& keys);
  // Adds `rows` of the batch to slots[i] (of rows[i]); retractions are taken back.
  Status Accumulate(const Batch& batch, std::span<const uint32_t> rows, std::span<Slot> slots);
  Status EndBatch();
  // Only the aggregates without tables, for pre-aggregation, without BeginBatch and EndBatch.
  void AccumulatePlain(const Batch& batch, std::span<const uint32_t> rows, std::span<Slot> slots);
  // Adds the plain aggregates (and row count) of one accumulator to another.
  void Merge(Slot from, Slot into) const;
  // Adds the DISTINCT values of slice `slice` to those of the window that ends at `window`, and the
  // ones that are new there to the accumulators in slice `window` of `main`.
  Status MergeDistinct(int64_t slice, int64_t window, SlotTable& main);
  Status DropMergedDistinct(int64_t window);
  Status DropSlice(int64_t slice);

  // Of groups that lie within keys, between batches: all that `from` has becomes a part of `into`,
  // which came first. What is in tables is gone from `from`; its slot is the caller's.
  Status MergeGroup(const GroupKey& from, Slot from_slot, const GroupKey& into, Slot into_slot);
  // What is in tables.
  Status ForgetGroup(const GroupKey& group);

  // Appends the results of one accumulator, one cell to each builder.
  void Results(Slot slot, std::span<ColumnBuilder> out) const;
  const DataType& result_type(size_t i) const { return calls_[i].type; }
  // "COUNT(*)", with the type of its result.
  Field FieldOf(size_t i) const { return {calls_[i].name, calls_[i].type}; }

  int64_t RowCount(Slot slot) const { return slot.Get<int64_t>(layout_.offset(0)); }
  void AddRows(Slot slot, int64_t n) const {
    slot.Set<int64_t>(layout_.offset(0), RowCount(slot) + n);
  }

  // An accumulator as bytes and back, for the exchange between local and global aggregation.
  void EncodeSlot(Slot slot, std::vector<uint8_t>& out) const;
  Status DecodeSlot(std::string_view bytes, Slot slot) const;

 private:
  struct Call {
    AggregateFunction* function = nullptr;
    std::unique_ptr<AggregateFunction> plain;  // either of them is the function's owner
    std::unique_ptr<KeptAggregate> kept;       // where rows are taken back by what is kept of them
    DataType type;
    std::vector<uint32_t> arguments;
    int filter = -1;
    bool distinct = false;
    bool ignores_retractions = false;     // what is taken back has been replaced already
    std::unique_ptr<ValueCounts> counts;  // of a DISTINCT
    SlotTable* merged_counts = nullptr;   // of one window while it fires
    std::vector<DataType> argument_types;
    std::string name;

    bool has_table() const { return distinct || kept; }
    std::vector<SlotField> Fields() const { return kept ? kept->Fields() : plain->Fields(); }
    std::vector<ColumnPtr> ArgumentsOf(const Batch& batch) const;
    bool Takes(const Batch& batch, uint32_t row) const;  // by its filter
  };

  static Status FillCall(const plan::AggregateCall& proto, Call& call);
  void PickRows(const Call& call, const Batch& batch, std::span<const uint32_t> rows,
                std::span<Slot> slots);
  void AccumulateDistinct(Call& call, const Batch& batch, std::span<const uint32_t> rows,
                          std::span<Slot> slots);
  Status AccumulateKept(Call& call, const Batch& batch, std::span<const uint32_t> rows,
                        std::span<Slot> slots);
  void Apply(Call& call);
  Status MergeDistinctGroup(Call& call, const GroupKey& from, const GroupKey& into, Slot into_slot);

  SlotLayout layout_;
  bool count_rows_ = false;
  bool has_tables_ = false;
  std::vector<Call> calls_;
  std::vector<DataType> key_types_;

  // Scratch: the rows of the current call, split by accumulate and retract.
  std::vector<ColumnPtr> args_;
  std::vector<uint32_t> add_rows_, retract_rows_;
  std::vector<Slot> add_slots_, retract_slots_;
};

}  // namespace weir
