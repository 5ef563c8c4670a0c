#include "operators/sink.h"

#include "common/base/planted_bug.h"
#include "operators/source.h"
#include "operators/upsert_changes.h"
#include "proto/plan.pb.h"

namespace weir {

Status TableSinkOperator::Open(OperatorContext& context, const std::vector<std::string>& restored) {
  const plan::Sink& node = context.node->sink();
  ASSIGN_OR_RETURN(TableInfo table, TableInfoFrom(node.table()));
  table_name_ = table.name;
  table_schema_ = table.schema;
  ASSIGN_OR_RETURN(not_null_,
                   NotNullEnforcer::Make("sink " + table_name_, *table_schema_, context.config));
  if (node.upsert()) upsert_key_ = table.primary_key;
  mapping_.assign(node.mapping().begin(), node.mapping().end());
  if (mapping_.size() != table_schema_->size()) {
    return InternalError("sink " + table_name_ + ": not every column has its source");
  }
  ASSIGN_OR_RETURN(sink_, make_sink_(table));
  clock_ = context.clock;
  metrics_ = context.metrics;
  return MakeWriter(context, restored);
}

StatusOr<std::unique_ptr<Sink>> TableSinkOperator::MakeTableSink(const TableInfo& table) {
  auto name = table.options.find("connector");
  ASSIGN_OR_RETURN(const Connector* connector,
                   FindConnector(name == table.options.end() ? "" : name->second));
  if (!connector->make_sink) {
    return InvalidArgumentError("connector '" + connector->name + "' cannot be written");
  }
  return connector->make_sink(table);
}

Status TableSinkOperator::MakeWriter(OperatorContext& context,
                                     const std::vector<std::string>& restored) {
  const WriterIdentity identity = {context.lineage, context.node->uid(), context.task.subtask,
                                   context.parallelism, context.attempt};
  if (sink_->writes_ahead()) {
    WriteAhead::Config config{
        .identity = identity,
        .schema = table_schema_,
        .log = {.storage = context.storage,
                .run_blocking = context.run_blocking,
                .wake = context.wake,
                .clock = context.clock},
        .restored = context.restored_checkpoint,
        .clock = context.clock,
    };
    ASSIGN_OR_RETURN(std::unique_ptr<WriteAhead> ahead,
                     WriteAhead::Make(std::move(config), restored));
    ahead_ = ahead.get();
    writer_ = std::move(ahead);
    return OkStatus();
  }
  SinkWriterContext writer;
  writer.identity = identity;
  writer.wake = context.wake;
  writer.run_blocking = context.run_blocking;
  writer.clock = context.clock;
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
  Batch mapped = Map(batch);
  if (upsert_key_) mapped = ToUpserts(mapped, *upsert_key_);
  ASSIGN_OR_RETURN(Batch rows, not_null_->Enforce(std::move(mapped)));
  if (rows.rows() == 0) return Progress::kDone;
  waiting_ = std::move(rows);
  return TryWrite();
}

StatusOr<Progress> TableSinkOperator::TryWrite() {
  if (!waiting_) return Progress::kDone;
  StatusOr<bool> taken = writer_->Write(*waiting_);
  if (!taken.ok()) return std::move(taken).status().Annotate("sink " + table_name_);
  if (!*taken) return Blocked();
  if (sink_->shows_at_checkpoints()) {
    metrics_.add("numRecordsWrittenAhead", static_cast<int64_t>(waiting_->rows()));
  }
  waiting_.reset();
  next_timer_ = writer_->FlushDue(clock_->SteadyNow());
  return Progress::kDone;
}

Progress TableSinkOperator::Blocked() {
  next_timer_ = ahead_ ? ahead_->RetryAt() : std::nullopt;
  return Progress::kBlocked;
}

std::string TableSinkOperator::Trouble() {
  if (!ahead_ || ahead_->trouble().ok()) return "";
  return "sink " + table_name_ + ": " + std::string(ahead_->trouble().message());
}

StatusOr<Progress> TableSinkOperator::TryFlush() {
  StatusOr<bool> flushed = writer_->Flush();
  if (!flushed.ok()) return std::move(flushed).status().Annotate("sink " + table_name_);
  flushing_ = !*flushed && !(Planted("barrier-passes-before-the-flush") && !ahead_);
  return flushing_ ? Blocked() : Progress::kDone;
}

StatusOr<Progress> TableSinkOperator::Resume(Collector&) {
  ASSIGN_OR_RETURN(Progress progress, TryWrite());
  if (progress != Progress::kDone || !flushing_) return progress;
  return TryFlush();
}

StatusOr<Progress> TableSinkOperator::Flush(FlushReason reason, Collector&) {
  if (reason == FlushReason::kBarrier || reason == FlushReason::kEndOfInput) return TryFlush();
  if (reason == FlushReason::kIdle) next_timer_ = writer_->FlushDue(clock_->SteadyNow());
  return Progress::kDone;
}

StatusOr<Progress> TableSinkOperator::OnTimer(Timestamp now, Collector&) {
  next_timer_ = writer_->FlushDue(now);
  return Progress::kDone;
}

StatusOr<OperatorState> TableSinkOperator::Snapshot(CheckpointId id) {
  std::vector<checkpoint::Committable> fresh;
  OperatorState state;
  if (ahead_) {
    StatusOr<std::optional<checkpoint::Committable>> epoch = ahead_->Prepare(id);
    if (!epoch.ok()) {
      state.declined = std::move(epoch).status().Annotate("sink " + table_name_);
      return state;
    }
    if (*epoch) fresh.push_back(**std::move(epoch));
    state.bytes = ahead_->State();
  } else {
    StatusOr<std::vector<std::string>> prepared = writer_->PrepareCommit(id);
    if (!prepared.ok()) return std::move(prepared).status().Annotate("sink " + table_name_);
    for (std::string& content : *prepared) fresh.emplace_back().set_content(std::move(content));
  }
  if (Planted("rows-of-a-failed-checkpoint-forgotten")) prepared_.clear();
  if (!fresh.empty()) prepared_[id] = std::move(fresh);
  for (const auto& [checkpoint, committables] : prepared_) {
    state.committables.insert(state.committables.end(), committables.begin(), committables.end());
  }
  return state;
}

}  // namespace weir
