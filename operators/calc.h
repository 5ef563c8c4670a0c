#pragma once

#include <memory>
#include <vector>

#include "operators/expressions/evaluator.h"
#include "operators/operator.h"

namespace weir {

// Filters, then projects. A column that is only passed on is shared, not copied.
class CalcOperator : public Operator {
 public:
  Status Open(OperatorContext& context, const std::vector<std::string>& restored) override;
  StatusOr<Progress> ProcessBatch(int input, Batch batch, Collector& out) override;
  StatusOr<Progress> ProcessWatermark(Watermark watermark, Collector& out) override;

 private:
  struct Projection {
    int input = -1;                         // a column passed on, or
    std::unique_ptr<CompiledExpr> compute;  // what computes it
  };

  SchemaPtr output_;
  std::unique_ptr<CompiledExpr> filter_;  // null: every row
  std::vector<Projection> projections_;
  EvalContext eval_;
};

// Passes rows on without the -U that the consumer does not need.
class DropUpdateBeforeOperator : public Operator {
 public:
  StatusOr<Progress> ProcessBatch(int input, Batch batch, Collector& out) override;
};

}  // namespace weir
