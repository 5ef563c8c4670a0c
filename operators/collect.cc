#include "operators/collect.h"

#include "operators/collect_buffer.h"

namespace weir {

Status CollectOperator::Open(OperatorContext& context, const std::vector<std::string>& restored) {
  buffer_ = context.collect;
  if (!buffer_) return InternalError("collect: the task has no buffer for it");
  buffer_->SetOnSpace(context.wake);
  return OkStatus();
}

StatusOr<Progress> CollectOperator::ProcessBatch(int, Batch batch, Collector& out) {
  waiting_ = std::move(batch);
  return Resume(out);
}

StatusOr<Progress> CollectOperator::Resume(Collector&) {
  if (waiting_ && !buffer_->Push(*waiting_)) return Progress::kBlocked;
  waiting_.reset();
  return Progress::kDone;
}

StatusOr<Progress> CollectOperator::Flush(FlushReason reason, Collector&) {
  if (reason == FlushReason::kEndOfInput) buffer_->Finish();
  return Progress::kDone;
}

}  // namespace weir
