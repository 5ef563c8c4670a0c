#include "operators/watermark_assigner.h"

#include <algorithm>

#include "common/base/time.h"
#include "operators/expressions/expr.h"
#include "operators/functions/function_registry.h"
#include "proto/plan.pb.h"

namespace weir {
Status WatermarkAssignerOperator::Open(OperatorContext& context,
                                       const std::vector<std::string>& restored) {
  const plan::WatermarkAssigner& node = context.node->watermark_assigner();
  ASSIGN_OR_RETURN(ExprPtr expr, FromProto(node.watermark()));
  ASSIGN_OR_RETURN(expression_,
                   CompiledExpr::Compile(expr, FunctionRegistry::Builtin(), context.time_zone));
  eval_.clock = clock_ = context.clock;
  eval_.time_zone = context.time_zone;
  time_column_ = node.time_column();
  granularity_ms_ = node.granularity_ms();
  margin_ms_ = node.before_sessions() ? 2 : 1;
  idle_timeout_ms_ = node.idle_timeout_ms();
  splits_ = context.splits;
  whole_.open = true;
  return OkStatus();
}

SplitWatermarks::Split& WatermarkAssignerOperator::SplitOf(const Batch& batch) {
  if (batch.split() < 0) return whole_;
  return splits_->splits()[static_cast<size_t>(batch.split())];
}

bool WatermarkAssignerOperator::CutBefore(Timestamp time, Timestamp watermark) const {
  if (watermark == kMinTimestamp) return false;
  if (granularity_ms_ < 0) return watermark > emitted_;
  Timestamp slice_end = FloorDiv(time, granularity_ms_) * granularity_ms_ + granularity_ms_;
  if (watermark < slice_end - margin_ms_) return false;
  // Nothing can have fired in between where no slice has ended.
  return emitted_ == kMinTimestamp ||
         FloorDiv(watermark + 1, granularity_ms_) != FloorDiv(emitted_ + 1, granularity_ms_);
}

StatusOr<Progress> WatermarkAssignerOperator::ProcessBatch(int, Batch batch, Collector& out) {
  ASSIGN_OR_RETURN(ColumnPtr watermarks, expression_->Evaluate(batch, eval_));
  ColumnView<int64_t> marks(*watermarks);
  ColumnView<int64_t> times(*batch.column(time_column_));
  SplitWatermarks::Split& split = SplitOf(batch);
  split.idle = false;
  split.last_active = clock_->SteadyNow();
  const Timestamp others = MinimumOver(batch.split());

  size_t begin = 0;  // rows before it have gone out
  for (size_t i = 0; i < batch.rows(); ++i) {
    if (granularity_ms_ != 0 && !times.IsNull(i)) {
      Timestamp time = FloorDiv(times[i], 1000);
      Timestamp here = std::min(split.watermark, others);
      if (CutBefore(time, here)) {
        if (i > begin) out.Emit(0, batch.Slice(begin, i - begin));
        begin = i;
        Announce(out);
      }
    }
    if (!marks.IsNull(i)) split.watermark = std::max(split.watermark, FloorDiv(marks[i], 1000));
  }
  out.Emit(0, batch.Slice(begin, batch.rows() - begin));
  Announce(out);
  return Progress::kDone;
}

StatusOr<Progress> WatermarkAssignerOperator::ProcessWatermark(Watermark watermark,
                                                               Collector& out) {
  if (watermark.time == kMaxTimestamp) {
    emitted_ = kMaxTimestamp;
    emitted_idle_ = false;
    out.EmitWatermark({kMaxTimestamp, false});
  } else {
    Announce(out);
  }
  return Progress::kDone;
}

Timestamp WatermarkAssignerOperator::MinimumOver(int32_t except) const {
  Timestamp minimum = kMaxTimestamp;
  const auto& splits = splits_->splits();
  for (size_t i = 0; i < splits.size(); ++i) {
    const SplitWatermarks::Split& split = splits[i];
    if (split.open && !split.finished && !split.idle && static_cast<int32_t>(i) != except) {
      minimum = std::min(minimum, split.watermark);
    }
  }
  return minimum;
}

bool WatermarkAssignerOperator::AnyActive() const {
  const auto& splits = splits_->splits();
  if (splits.empty()) return !splits_->assigned && !splits_->no_more_splits;
  return std::any_of(splits.begin(), splits.end(), [](const SplitWatermarks::Split& split) {
    return split.open && !split.finished && !split.idle;
  });
}

void WatermarkAssignerOperator::Announce(Collector& out) {
  if (emitted_ == kMaxTimestamp) return;
  if (whole_.watermark == kMinTimestamp && !AnyActive()) {
    if (!emitted_idle_) out.EmitWatermark({emitted_, true});
    emitted_idle_ = true;
    return;
  }
  Timestamp now = MinimumOver(-1);
  if (splits_->splits().empty()) now = whole_.watermark;
  if (now == kMaxTimestamp || (now <= emitted_ && !emitted_idle_)) return;
  emitted_ = std::max(emitted_, now);
  emitted_idle_ = false;
  out.EmitWatermark({emitted_, false});
}

std::optional<Timestamp> WatermarkAssignerOperator::NextTimer() const {
  if (idle_timeout_ms_ <= 0) return std::nullopt;
  std::optional<Timestamp> next;
  for (const SplitWatermarks::Split& split : splits_->splits()) {
    if (!split.open || split.finished || split.idle) continue;
    Timestamp due = split.last_active + idle_timeout_ms_;
    if (!next || due < *next) next = due;
  }
  return next;
}

StatusOr<Progress> WatermarkAssignerOperator::OnTimer(Timestamp now, Collector& out) {
  for (SplitWatermarks::Split& split : splits_->splits()) {
    if (split.open && !split.finished && split.last_active + idle_timeout_ms_ <= now) {
      split.idle = true;
    }
  }
  Announce(out);
  return Progress::kDone;
}

}  // namespace weir
