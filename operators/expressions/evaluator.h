#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/base/time.h"
#include "common/data/batch.h"
#include "operators/expressions/expr.h"

namespace weir {

class FunctionRegistry;

// What functions may ask about their surroundings. Borrowed for one Evaluate.
struct EvalContext {
  const Clock* clock = &Clock::Real();  // CURRENT_TIMESTAMP, PROCTIME(): per batch evaluation
  Timestamp watermark = kMinTimestamp;  // CURRENT_WATERMARK; kMinTimestamp: none yet
  std::string time_zone = "UTC";        // table.local-time-zone
};

// An expression ready to run, a column at a time. AND, OR, CASE, COALESCE, IF evaluate each branch
// only for the rows that reach it, so that CASE WHEN x <> 0 THEN 1 / x END never fails. An error of
// a row that is evaluated (division by zero, a failed CAST) is the result's Status
// (kInvalidArgument) and fails the job. Literals and constant sub-trees are evaluated once.
// Not thread-safe: one per task.
class CompiledExpr {
 public:
  virtual ~CompiledExpr() = default;
  static StatusOr<std::unique_ptr<CompiledExpr>> Compile(const ExprPtr& expr,
                                                         const FunctionRegistry& registry,
                                                         const std::string& time_zone = "UTC");

  // A column of batch.rows() cells of the expression's type, any encoding.
  virtual StatusOr<ColumnPtr> Evaluate(const Batch& batch, const EvalContext& context) = 0;
};

// The rows for which a BOOLEAN column is true.
std::vector<uint32_t> TrueRows(const Column& condition);

// The value of an expression without inputs; an error is the user's (the binder keeps the
// expression unfolded then, so that it fails only if it is reached).
StatusOr<Value> EvaluateConstant(const ExprPtr& expr, const FunctionRegistry& registry,
                                 const std::string& time_zone = "UTC");

}  // namespace weir
