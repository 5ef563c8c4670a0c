#include "operators/calc.h"

#include "operators/expressions/expr.h"
#include "operators/functions/function_registry.h"
#include "proto/plan.pb.h"

namespace weir {

Status CalcOperator::Open(OperatorContext& context, const std::vector<std::string>& restored) {
  output_ = context.output_schema;
  eval_.clock = context.clock;
  eval_.time_zone = context.time_zone;
  const plan::Calc& calc = context.node->calc();
  const FunctionRegistry& registry = FunctionRegistry::Builtin();
  if (calc.has_filter()) {
    ASSIGN_OR_RETURN(ExprPtr filter, FromProto(calc.filter()));
    ASSIGN_OR_RETURN(filter_, CompiledExpr::Compile(filter, registry, context.time_zone));
  }
  for (const plan::Expression& expression : calc.projections()) {
    ASSIGN_OR_RETURN(ExprPtr expr, FromProto(expression));
    Projection projection;
    if (expr->is_input()) {
      projection.input = static_cast<int>(expr->input().column);
      if (projection.input >= static_cast<int>(context.input_schema->size())) {
        return InternalError("calc: a column that its input does not have");
      }
    } else {
      ASSIGN_OR_RETURN(projection.compute,
                       CompiledExpr::Compile(expr, registry, context.time_zone));
    }
    projections_.push_back(std::move(projection));
  }
  if (projections_.size() != output_->size()) {
    return InternalError("calc: as many projections as output columns expected");
  }
  return OkStatus();
}

StatusOr<Progress> CalcOperator::ProcessBatch(int, Batch batch, Collector& out) {
  if (filter_) {
    ASSIGN_OR_RETURN(ColumnPtr condition, filter_->Evaluate(batch, eval_));
    std::vector<uint32_t> rows = TrueRows(*condition);
    if (rows.empty()) return Progress::kDone;
    if (rows.size() < batch.rows()) batch = batch.Take(rows);
  }
  std::vector<ColumnPtr> columns;
  columns.reserve(projections_.size());
  for (size_t i = 0; i < projections_.size(); ++i) {
    ColumnPtr column;
    if (projections_[i].compute) {
      ASSIGN_OR_RETURN(column, projections_[i].compute->Evaluate(batch, eval_));
    } else {
      column = batch.column(static_cast<size_t>(projections_[i].input));
    }
    columns.push_back(std::move(column));
  }
  out.Emit(0, batch.WithColumns(output_, std::move(columns)));
  return Progress::kDone;
}

StatusOr<Progress> CalcOperator::ProcessWatermark(Watermark watermark, Collector&) {
  if (!watermark.idle) eval_.watermark = watermark.time;
  return Progress::kDone;
}

StatusOr<Progress> DropUpdateBeforeOperator::ProcessBatch(int, Batch batch, Collector& out) {
  if (!batch.insert_only()) {
    std::vector<uint32_t> rows;
    for (size_t i = 0; i < batch.rows(); ++i) {
      if (batch.kind(i) != RowKind::kUpdateBefore) rows.push_back(static_cast<uint32_t>(i));
    }
    if (rows.empty()) return Progress::kDone;
    if (rows.size() < batch.rows()) batch = batch.Take(rows);
  }
  out.Emit(0, std::move(batch));
  return Progress::kDone;
}

}  // namespace weir
