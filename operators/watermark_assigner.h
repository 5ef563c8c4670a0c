#pragma once

#include <memory>
#include <vector>

#include "operators/expressions/evaluator.h"
#include "operators/operator.h"

namespace weir {

// Makes watermarks: a running maximum per split, of which the smallest over the active splits goes
// downstream after each batch. A row's lateness is judged at its own position: a batch is cut
// before a row that would be late only because of the rows before it, so that the answer does not
// depend on the size of batches. Data in order is never cut.
class WatermarkAssignerOperator : public Operator {
 public:
  Status Open(OperatorContext& context, const std::vector<std::string>& restored) override;
  StatusOr<Progress> ProcessBatch(int input, Batch batch, Collector& out) override;
  // From the source: a change of its splits, or the end (kMaxTimestamp).
  StatusOr<Progress> ProcessWatermark(Watermark watermark, Collector& out) override;
  bool forwards_watermarks() const override { return false; }
  std::optional<Timestamp> NextTimer() const override;
  StatusOr<Progress> OnTimer(Timestamp now, Collector& out) override;

 private:
  // The watermark of every active split but `except`; kMaxTimestamp when there is none.
  Timestamp MinimumOver(int32_t except) const;
  bool AnyActive() const;
  // Whether a row of this time may be too late at `watermark`, and downstream does not know it yet:
  // a slice has ended since the watermark it has.
  bool CutBefore(Timestamp time, Timestamp watermark) const;
  // Emits what the splits say now, if it is news.
  void Announce(Collector& out);
  SplitWatermarks::Split& SplitOf(const Batch& batch);

  std::unique_ptr<CompiledExpr> expression_;
  EvalContext eval_;
  SplitWatermarks* splits_ = nullptr;
  SplitWatermarks::Split whole_;  // for rows of a source without splits
  uint32_t time_column_ = 0;
  int64_t granularity_ms_ = 1;
  int64_t margin_ms_ = 1;  // before a slice ends, from which on its rows are late
  int64_t idle_timeout_ms_ = 0;
  const Clock* clock_ = nullptr;
  Timestamp emitted_ = kMinTimestamp;
  bool emitted_idle_ = false;
};

}  // namespace weir
