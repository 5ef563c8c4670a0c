#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "operators/not_null_enforcer.h"
#include "operators/operator.h"

namespace weir {

// Hands rows to a connector in the order of the table's columns and waits while it is full. Flush
// brings everything to where the sink's guarantee wants it before a barrier.
class TableSinkOperator : public Operator {
 public:
  Status Open(OperatorContext& context, const std::vector<std::string>& restored) override;
  StatusOr<Progress> ProcessBatch(int input, Batch batch, Collector& out) override;
  StatusOr<Progress> Resume(Collector& out) override;
  StatusOr<Progress> Flush(FlushReason reason, Collector& out) override;
  std::optional<Timestamp> NextTimer() const override { return next_timer_; }
  StatusOr<Progress> OnTimer(Timestamp now, Collector& out) override;
  StatusOr<OperatorState> Snapshot(CheckpointId id) override;

 private:
  Batch Map(const Batch& batch) const;
  StatusOr<Progress> TryWrite();
  StatusOr<Progress> TryFlush();

  std::string table_name_;
  SchemaPtr table_schema_;
  std::optional<NotNullEnforcer> not_null_;
  std::vector<int32_t> mapping_;  // input column of each table column; -1: NULL
  std::unique_ptr<Sink> sink_;
  std::unique_ptr<SinkWriter> writer_;
  const Clock* clock_ = nullptr;
  std::optional<Batch> waiting_;  // not taken yet
  bool flushing_ = false;
  std::optional<Timestamp> next_timer_;
};

}  // namespace weir
