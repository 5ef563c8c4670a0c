#pragma once

#include <optional>

#include "operators/not_null_enforcer.h"
#include "operators/operator.h"

namespace weir {

// Puts the rows of a SELECT into the task's CollectBuffer and waits while it is full.
class CollectOperator : public Operator {
 public:
  Status Open(OperatorContext& context, const std::vector<std::string>& restored) override;
  StatusOr<Progress> ProcessBatch(int input, Batch batch, Collector& out) override;
  StatusOr<Progress> Resume(Collector& out) override;
  StatusOr<Progress> Flush(FlushReason reason, Collector& out) override;

 private:
  CollectBuffer* buffer_ = nullptr;
  std::optional<NotNullEnforcer> not_null_;
  std::optional<Batch> waiting_;
};

}  // namespace weir
