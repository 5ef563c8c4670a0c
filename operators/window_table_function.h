#pragma once

#include <memory>

#include "operators/operator.h"
#include "operators/window.h"

namespace weir {

// TUMBLE, HOP, CUMULATE as table functions without an aggregation on top: each row once per window
// it belongs to, with window_start, window_end and window_time behind its columns.
class WindowTableFunctionOperator : public Operator {
 public:
  Status Open(OperatorContext& context, const std::vector<std::string>& restored) override;
  StatusOr<Progress> ProcessBatch(int input, Batch batch, Collector& out) override;

 private:
  SchemaPtr output_;
  uint32_t time_column_ = 0;
  bool newest_first_ = false;
  std::unique_ptr<WindowAssigner> windows_;
};

}  // namespace weir
