#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "operators/aggregate_set.h"
#include "operators/group_index.h"
#include "operators/operator.h"
#include "operators/window.h"
#include "state/key_codec.h"

namespace weir {

// GROUP BY window and keys, before the exchange: folds each batch by (slice, key) and sends the
// accumulators on: key columns, `$slice` BIGINT (the slice's end, wall time ms), `$acc` BYTES.
class LocalWindowAggregateOperator : public Operator {
 public:
  Status Open(OperatorContext& context, const std::vector<std::string>& restored) override;
  StatusOr<Progress> ProcessBatch(int input, Batch batch, Collector& out) override;

 private:
  SchemaPtr output_;
  std::vector<uint32_t> keys_;
  bool attached_ = false;
  uint32_t time_column_ = 0;
  std::unique_ptr<WindowAssigner> windows_;
  std::unique_ptr<AggregateSet> aggregates_;
  std::unique_ptr<KeyCodec> codec_;

  // Of one batch; kept for their memory.
  EncodedKeys encoded_;
  GroupIndex index_;
  std::vector<char> block_;
};

// GROUP BY window and keys, after the exchange (or on its own): one slot per (slice, key). A window
// fires when the watermark reaches its end minus 1 ms; a row is late only when every window of its
// slice has fired. Emits keys, aggregates, then the window's start, end or time as asked.
class WindowAggregateOperator : public Operator {
 public:
  Status Open(OperatorContext& context, const std::vector<std::string>& restored) override;
  StatusOr<Progress> ProcessBatch(int input, Batch batch, Collector& out) override;
  StatusOr<Progress> ProcessWatermark(Watermark watermark, Collector& out) override;
  StatusOr<Progress> Resume(Collector& out) override;
  StatusOr<OperatorState> Snapshot(CheckpointId id) override;
  std::vector<StateView> StateViews() const override;

 private:
  // A firing window in progress.
  struct Firing {
    WallTime end = 0;
    std::vector<WallTime> slices;  // to be merged, while more than one
    size_t merged = 0;             // of them
    int64_t source_slice = 0;      // scanned for results, once merged
    uint64_t cursor = 0;
    bool merging = false;
  };

  // The slice of each row kept (not late), in rows_ and slices_.
  Status AssignSlices(const Batch& batch);
  Status MergeLocal(const Batch& batch);
  void PlanFirings();
  StatusOr<Progress> Fire(Collector& out);
  Status MergeSome(Firing& firing);
  Status EmitSome(Firing& firing, Collector& out);
  Status FinishWindow(const Firing& firing);

  SchemaPtr output_;
  std::vector<uint32_t> keys_;
  bool global_ = false;
  bool attached_ = false;
  uint32_t time_column_ = 0;
  std::vector<int> properties_;
  std::unique_ptr<WindowAssigner> windows_;
  std::unique_ptr<AggregateSet> aggregates_;
  std::unique_ptr<KeyCodec> codec_;
  SlotTable* table_ = nullptr;   // slice = slice end
  SlotTable* merged_ = nullptr;  // slice = window end; holds one window while it fires
  size_t max_batch_rows_ = 4096;
  OperatorMetrics metrics_;

  Timestamp watermark_ = kMinTimestamp;
  Timestamp fired_ = kMinTimestamp;  // windows up to this fire time are done
  std::set<WallTime> live_slices_;
  std::deque<Firing> firings_;

  EncodedKeys encoded_;
  std::vector<uint32_t> rows_;
  std::vector<int64_t> slices_;
};

}  // namespace weir
