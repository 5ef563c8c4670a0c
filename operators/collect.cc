#include "operators/collect.h"

#include "operators/collect_buffer.h"

namespace weir {

Status CollectOperator::Open(OperatorContext& context, const std::vector<std::string>& restored) {
  buffer_ = context.collect;
  if (!buffer_) return InternalError("collect: the task has no buffer for it");
  buffer_->SetOnSpace(context.wake);
  ASSIGN_OR_RETURN(not_null_,
                   NotNullEnforcer::Make("the result", *context.output_schema, context.config));
  return OkStatus();
}

StatusOr<Progress> CollectOperator::ProcessBatch(int, Batch batch, Collector& out) {
  ASSIGN_OR_RETURN(Batch rows, not_null_->Enforce(std::move(batch)));
  if (rows.rows() == 0) return Progress::kDone;
  waiting_ = std::move(rows);
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
