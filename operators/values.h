#pragma once

#include <vector>

#include "operators/operator.h"

namespace weir {

// VALUES: its rows, once, then the end. Runs at parallelism 1; where it was is its only state.
class ValuesOperator : public SourceOperator {
 public:
  Status Open(OperatorContext& context, const std::vector<std::string>& restored) override;
  StatusOr<PollResult> Poll(Collector& out) override;
  Status AddSplits(const std::vector<SourceSplit>&) override { return OkStatus(); }
  void NoMoreSplits() override {}
  StatusOr<std::vector<SourceSplit>> SplitPositions() override {
    return std::vector<SourceSplit>{};
  }
  StatusOr<OperatorState> Snapshot(CheckpointId id) override;

 private:
  SchemaPtr schema_;
  std::vector<std::vector<Value>> rows_;
  size_t next_ = 0;
  size_t max_batch_rows_ = 0;
};

}  // namespace weir
