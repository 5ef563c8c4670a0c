#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "operators/not_null_enforcer.h"
#include "operators/operator.h"
#include "operators/write_ahead.h"

namespace weir {

// Hands rows to a connector in the order of the table's columns and waits while it is full. Flush
// brings everything to where the sink's guarantee wants it before a barrier. What was prepared for
// a checkpoint is in every snapshot until one that holds it is known to be complete: a checkpoint
// that is given up loses nothing.
class TableSinkOperator : public Operator {
 public:
  using MakeSink = std::function<StatusOr<std::unique_ptr<Sink>>(const TableInfo&)>;
  // By default of the connector that the table names.
  TableSinkOperator() : TableSinkOperator(&MakeTableSink) {}
  explicit TableSinkOperator(MakeSink make_sink) : make_sink_(std::move(make_sink)) {}

  Status Open(OperatorContext& context, const std::vector<std::string>& restored) override;
  StatusOr<Progress> ProcessBatch(int input, Batch batch, Collector& out) override;
  StatusOr<Progress> Resume(Collector& out) override;
  StatusOr<Progress> Flush(FlushReason reason, Collector& out) override;
  std::optional<Timestamp> NextTimer() const override { return next_timer_; }
  std::string Trouble() override;
  StatusOr<Progress> OnTimer(Timestamp now, Collector& out) override;
  StatusOr<OperatorState> Snapshot(CheckpointId id) override;
  void CheckpointCompleted(CheckpointId id) override {
    prepared_.erase(prepared_.begin(), prepared_.upper_bound(id));
  }

 private:
  static StatusOr<std::unique_ptr<Sink>> MakeTableSink(const TableInfo& table);
  Status MakeWriter(OperatorContext& context, const std::vector<std::string>& restored);
  Batch Map(const Batch& batch) const;
  StatusOr<Progress> TryWrite();
  StatusOr<Progress> TryFlush();
  Progress Blocked();

  const MakeSink make_sink_;
  std::string table_name_;
  SchemaPtr table_schema_;
  std::optional<NotNullEnforcer> not_null_;
  std::optional<std::vector<uint32_t>> upsert_key_;  // rows are found by it
  std::vector<int32_t> mapping_;                     // input column of each table column; -1: NULL
  std::unique_ptr<Sink> sink_;
  std::unique_ptr<SinkWriter> writer_;
  WriteAhead* ahead_ = nullptr;  // the writer, where rows are written ahead
  std::map<CheckpointId, std::vector<checkpoint::Committable>> prepared_;
  const Clock* clock_ = nullptr;
  OperatorMetrics metrics_;
  std::optional<Batch> waiting_;  // not taken yet
  bool flushing_ = false;
  std::optional<Timestamp> next_timer_;
};

}  // namespace weir
