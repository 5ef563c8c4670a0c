#include "operators/sink.h"

#include "operators/source.h"
#include "proto/plan.pb.h"

namespace weir {

Status TableSinkOperator::Open(OperatorContext& context, const std::vector<std::string>&) {
  const plan::Sink& node = context.node->sink();
  ASSIGN_OR_RETURN(TableInfo table, TableInfoFrom(node.table()));
  table_name_ = table.name;
  table_schema_ = table.schema;
  ASSIGN_OR_RETURN(not_null_,
                   NotNullEnforcer::Make("sink " + table_name_, *table_schema_, context.config));
  mapping_.assign(node.mapping().begin(), node.mapping().end());
  if (mapping_.size() != table_schema_->size()) {
    return InternalError("sink " + table_name_ + ": not every column has its source");
  }
  auto name = table.options.find("connector");
  ASSIGN_OR_RETURN(const Connector* connector,
                   FindConnector(name == table.options.end() ? "" : name->second));
  if (!connector->make_sink) {
    return InvalidArgumentError("connector '" + connector->name + "' cannot be written");
  }
  ASSIGN_OR_RETURN(sink_, connector->make_sink(table));
  SinkWriterContext writer;
  writer.identity = {context.lineage, context.node->uid(), context.task.subtask,
                     context.parallelism, context.attempt};
  writer.wake = context.wake;
  writer.run_blocking = context.run_blocking;
  writer.clock = clock_ = context.clock;
  ASSIGN_OR_RETURN(writer_, sink_->MakeWriter(std::move(writer)));
  return OkStatus();
}

Batch TableSinkOperator::Map(const Batch& batch) const {
  std::vector<ColumnPtr> columns;
  columns.reserve(mapping_.size());
  for (size_t i = 0; i < mapping_.size(); ++i) {
    const DataType& type = (*table_schema_)[i].type;
    if (mapping_[i] < 0) {
      columns.push_back(Column::MakeConstant(type, Value(), batch.rows()));
    } else {
      columns.push_back(Column::Retype(batch.column(static_cast<size_t>(mapping_[i])), type));
    }
  }
  return batch.WithColumns(table_schema_, std::move(columns));
}

StatusOr<Progress> TableSinkOperator::ProcessBatch(int, Batch batch, Collector&) {
  ASSIGN_OR_RETURN(Batch rows, not_null_->Enforce(Map(batch)));
  if (rows.rows() == 0) return Progress::kDone;
  waiting_ = std::move(rows);
  return TryWrite();
}

StatusOr<Progress> TableSinkOperator::TryWrite() {
  if (!waiting_) return Progress::kDone;
  StatusOr<bool> taken = writer_->Write(*waiting_);
  if (!taken.ok()) return std::move(taken).status().Annotate("sink " + table_name_);
  if (!*taken) return Progress::kBlocked;
  waiting_.reset();
  next_timer_ = writer_->FlushDue(clock_->WallNow());
  return Progress::kDone;
}

StatusOr<Progress> TableSinkOperator::TryFlush() {
  StatusOr<bool> flushed = writer_->Flush();
  if (!flushed.ok()) return std::move(flushed).status().Annotate("sink " + table_name_);
  flushing_ = !*flushed;
  return *flushed ? Progress::kDone : Progress::kBlocked;
}

StatusOr<Progress> TableSinkOperator::Resume(Collector&) {
  ASSIGN_OR_RETURN(Progress progress, TryWrite());
  if (progress != Progress::kDone || !flushing_) return progress;
  return TryFlush();
}

StatusOr<Progress> TableSinkOperator::Flush(FlushReason reason, Collector&) {
  if (reason == FlushReason::kBarrier || reason == FlushReason::kEndOfInput) return TryFlush();
  if (reason == FlushReason::kIdle) next_timer_ = writer_->FlushDue(clock_->WallNow());
  return Progress::kDone;
}

StatusOr<Progress> TableSinkOperator::OnTimer(Timestamp now, Collector&) {
  next_timer_ = writer_->FlushDue(now);
  return Progress::kDone;
}

StatusOr<OperatorState> TableSinkOperator::Snapshot(CheckpointId id) {
  StatusOr<std::vector<std::string>> prepared = writer_->PrepareCommit(id);
  if (!prepared.ok()) return std::move(prepared).status().Annotate("sink " + table_name_);
  return OperatorState{.bytes = "", .committables = std::move(*prepared)};
}

}  // namespace weir
