#include "operators/values.h"

#include "common/data/batch_builder.h"
#include "operators/expressions/expr.h"
#include "proto/plan.pb.h"

namespace weir {

Status ValuesOperator::Open(OperatorContext& context, const std::vector<std::string>& restored) {
  schema_ = context.output_schema;
  max_batch_rows_ = context.max_batch_rows;
  for (const plan::ValueList& row : context.node->values().rows()) {
    if (static_cast<size_t>(row.values_size()) != schema_->size()) {
      return InternalError("VALUES: a row with a different number of columns");
    }
    std::vector<Value> cells;
    for (int i = 0; i < row.values_size(); ++i) {
      ASSIGN_OR_RETURN(Value cell,
                       FromProto(row.values(i), (*schema_)[static_cast<size_t>(i)].type));
      cells.push_back(std::move(cell));
    }
    rows_.push_back(std::move(cells));
  }
  if (!restored.empty()) next_ = std::min<size_t>(std::stoull(restored[0]), rows_.size());
  return OkStatus();
}

StatusOr<PollResult> ValuesOperator::Poll(Collector& out) {
  if (next_ < rows_.size()) {
    BatchBuilder builder(schema_);
    while (next_ < rows_.size() && builder.rows() < max_batch_rows_) {
      builder.AppendRow(rows_[next_++]);
    }
    out.Emit(0, builder.Finish());
    return PollResult::kMore;
  }
  return PollResult::kFinished;
}

StatusOr<OperatorState> ValuesOperator::Snapshot(CheckpointId) {
  return OperatorState{.bytes = std::to_string(next_)};
}

}  // namespace weir
