#pragma once

#include <memory>
#include <string>
#include <vector>

#include "operators/operator.h"
#include "operators/timer_table.h"
#include "state/key_codec.h"

namespace weir {

// One row per key. The last one: +I, then -U (where the consumer needs it) and +U for each row that
// is not older than the one before. The first one in the order of arrival: +I. The first one by row
// time: +I once the watermark has passed it; a row that comes when the watermark has passed its
// time is late.
class DeduplicateOperator : public Operator {
 public:
  Status Open(OperatorContext& context, const std::vector<std::string>& restored) override;
  StatusOr<Progress> ProcessBatch(int input, Batch batch, Collector& out) override;
  StatusOr<Progress> ProcessWatermark(Watermark watermark, Collector& out) override;
  StatusOr<Progress> Resume(Collector& out) override;
  StatusOr<OperatorState> Snapshot(CheckpointId id) override;
  std::vector<StateView> StateViews() const override;

 private:
  Status KeepLast(const Batch& batch, Collector& out);
  Status KeepFirstToCome(const Batch& batch, Collector& out);
  Status KeepFirstByTime(const Batch& batch);
  StatusOr<int64_t> TimeOf(const Batch& batch, uint32_t row) const;
  // One batch of first rows whose time has come, in order of time; false: there was none.
  StatusOr<bool> EmitDue(Collector& out);

  SchemaPtr input_, output_;
  std::vector<uint32_t> keys_;
  bool keep_last_ = false;
  bool row_time_ = false;
  uint32_t time_column_ = 0;
  bool emit_update_before_ = false;
  bool forgets_ = false;  // state that was not written for a while
  size_t max_batch_rows_ = 4096;
  std::unique_ptr<KeyCodec> key_codec_, row_codec_;
  OperatorMetrics metrics_;
  // By key. Of the last: its time and cells. Of the first by time: its time and whether it is out.
  SlotTable* rows_ = nullptr;
  TimerTable pending_;  // first rows that wait for the watermark, by key
  Timestamp watermark_ = kMinTimestamp;

  EncodedKeys encoded_, cells_;
};

}  // namespace weir
