#include "operators/source.h"

#include <algorithm>

#include "common/base/logging.h"
#include "connectors/table_options.h"
#include "operators/expressions/expr.h"
#include "proto/plan.pb.h"

namespace weir {
namespace {

// A batch is read whole before the barrier behind it: one that takes a slow sink seconds would hold
// up every checkpoint.
constexpr double kBatchNanos = 100e6;
constexpr size_t kLeastBatchRows = 64;

// "json.fail-on-missing-field" of "value.json.fail-on-missing-field" and so on, without `prefix`.
std::map<std::string, std::string> OptionsUnder(const std::map<std::string, std::string>& options,
                                                const std::string& prefix) {
  std::map<std::string, std::string> found;
  for (auto it = options.lower_bound(prefix);
       it != options.end() && it->first.compare(0, prefix.size(), prefix) == 0; ++it) {
    found[it->first.substr(prefix.size())] = it->second;
  }
  return found;
}

std::string OptionOr(const std::map<std::string, std::string>& options, const std::string& key,
                     const std::string& otherwise) {
  auto it = options.find(key);
  return it == options.end() ? otherwise : it->second;
}

// A plan comes from another process.
Status CheckFields(const TableInfo& table, const plan::Source& node) {
  if (node.fields_size() == 0) return OkStatus();
  if (node.fields_size() != node.projection_size()) {
    return InternalError("source " + table.name + ": as many field paths as columns expected");
  }
  for (int i = 0; i < node.fields_size(); ++i) {
    DataType type = (*table.schema)[node.projection(i)].type;
    for (uint32_t field : node.fields(i).fields()) {
      if (type.kind() != TypeKind::kRow || field >= type.fields().size()) {
        return InternalError("source " + table.name + ": a field that no row has");
      }
      type = DataType(type.fields()[field].type);
    }
  }
  return OkStatus();
}

}  // namespace

StatusOr<TableInfo> TableInfoFrom(const plan::Table& table) {
  TableInfo info;
  info.name = table.name();
  ASSIGN_OR_RETURN(info.schema, FromProto(table.schema()));
  info.physical_columns = table.physical_columns();
  info.metadata_keys.assign(table.metadata_keys().begin(), table.metadata_keys().end());
  info.primary_key.assign(table.primary_key().begin(), table.primary_key().end());
  info.options.insert(table.options().begin(), table.options().end());
  info.partition_keys.assign(table.partition_keys().begin(), table.partition_keys().end());
  return info;
}

Status TableSourceOperator::Open(OperatorContext& context, const std::vector<std::string>&) {
  context_ = &context;
  output_ = context.output_schema;
  watermarks_ = context.splits;
  if (auto it = context.config.find("execution.buffer-timeout.ms"); it != context.config.end()) {
    buffer_timeout_ns_ = std::stoll(it->second) * 1'000'000;
  }
  const plan::Source& node = context.node->source();
  ASSIGN_OR_RETURN(TableInfo table, TableInfoFrom(node.table()));
  table_name_ = table.name;
  ASSIGN_OR_RETURN(const Connector* connector,
                   FindConnector(OptionOr(table.options, "connector", "")));
  if (!connector->make_source) {
    return InvalidArgumentError("connector '" + connector->name + "' cannot be read");
  }
  ASSIGN_OR_RETURN(source_, connector->make_source(table));
  upserts_ = connector->reads_upserts;
  std::vector<uint32_t> projection(node.projection().begin(), node.projection().end());
  if (!source_->emits_rows()) {
    RETURN_IF_ERROR(MakeDecoders(table, node, context.time_zone));
  } else if (node.fields_size() > 0) {
    return InternalError("connector '" + connector->name + "' gives whole columns only");
  }
  SourceReaderContext reader;
  reader.projection = projection;
  reader.wake = context.wake;
  batch_rows_ = context.max_batch_rows;
  reader.subtask = context.task.subtask;
  reader.parallelism = context.parallelism;
  reader.clock = context.clock;
  ASSIGN_OR_RETURN(reader_, source_->MakeReader(std::move(reader)));
  return OkStatus();
}

Status TableSourceOperator::MakeDecoders(const TableInfo& table, const plan::Source& node,
                                         const std::string& time_zone) {
  ASSIGN_OR_RETURN(MessageLayout layout, LayoutOf(table));
  DecoderContext value, key;
  std::vector<Field> value_output, key_output;
  // Where a column of the table is in a part of the message; -1: not there.
  auto place = [](const MessagePart& part, uint32_t column) {
    auto at = std::find(part.columns.begin(), part.columns.end(), column);
    return at == part.columns.end() ? -1 : static_cast<int>(at - part.columns.begin());
  };
  auto add = [&](const MessagePart& part, int at, int i, DecoderContext& context,
                 std::vector<Field>& output) {
    context.projection.push_back(static_cast<uint32_t>(at));
    output.push_back((*part.schema)[static_cast<size_t>(at)]);
    if (node.fields_size() > 0) {
      const auto& path = node.fields(i).fields();
      context.fields.emplace_back(path.begin(), path.end());
      if (!path.empty()) output.back() = (*output_)[static_cast<size_t>(i)];
    }
    return static_cast<uint32_t>(output.size() - 1);
  };
  RETURN_IF_ERROR(CheckFields(table, node));
  uint32_t metadata = 0;
  for (int i = 0; i < node.projection_size(); ++i) {
    const uint32_t column = node.projection(i);
    if (int at = place(layout.key, column); at >= 0) {
      columns_.push_back({Origin::kKey, add(layout.key, at, i, key, key_output)});
      values_only_ = false;
    } else if (at = place(layout.value, column); at >= 0) {
      columns_.push_back({Origin::kValue, add(layout.value, at, i, value, value_output)});
    } else {
      columns_.push_back({Origin::kMetadata, metadata++});
      values_only_ = false;
    }
  }
  value.schema = layout.value.schema;
  value.time_zone = key.time_zone = time_zone;
  value_schema_ = std::make_shared<const Schema>(std::move(value_output));
  const bool named_value = table.options.count("value.format");
  std::string name = OptionOr(table.options, named_value ? "value.format" : "format", "");
  auto value_options = OptionsUnder(table.options, (named_value ? "value." : "") + name + ".");
  ignore_parse_errors_ = OptionOr(value_options, "ignore-parse-errors", "false") == "true";
  ASSIGN_OR_RETURN(const Format* value_format, FindFormat(name));
  ASSIGN_OR_RETURN(value_decoder_, value_format->make_decoder(value, value_options));
  if (!key.projection.empty()) {
    name = OptionOr(table.options, "key.format", "");
    ASSIGN_OR_RETURN(const Format* key_format, FindFormat(name));
    key.schema = layout.key.schema;
    key_schema_ = std::make_shared<const Schema>(std::move(key_output));
    ASSIGN_OR_RETURN(key_decoder_, key_format->make_decoder(
                                       key, OptionsUnder(table.options, "key." + name + ".")));
  }
  return OkStatus();
}

Status TableSourceOperator::AddSplits(const std::vector<SourceSplit>& splits) {
  watermarks_->assigned = true;
  for (const SourceSplit& split : splits) {
    int32_t index = static_cast<int32_t>(splits_.size());
    splits_.push_back(split);
    pending_.emplace_back();
    SplitWatermarks::Split state;
    state.id = split.id;
    state.watermark = split.watermark;
    state.last_active = context_->clock->SteadyNow();
    state.open = true;
    watermarks_->splits().push_back(std::move(state));
    RETURN_IF_ERROR(reader_->AddSplit(index, split));
  }
  announced_ = false;
  return OkStatus();
}

void TableSourceOperator::NoMoreSplits() {
  watermarks_->assigned = true;
  watermarks_->no_more_splits = true;
  reader_->NoMoreSplits();
}

StatusOr<PollResult> TableSourceOperator::Poll(Collector& out) {
  // A split counts until its last rows have gone through the chain, which they have by now.
  for (int32_t split : ended_) watermarks_->splits()[static_cast<size_t>(split)].finished = true;
  if (!ended_.empty()) out.EmitWatermark({kMinTimestamp, true});
  ended_.clear();
  if (watermarks_->assigned && !announced_) {
    announced_ = true;
    // The assigner looks at the splits again: without any the source is idle; restored ones bring
    // their watermarks, which must not wait for rows that may never come.
    out.EmitWatermark({kMinTimestamp, true});
  }
  AdaptBatchRows();
  ASSIGN_OR_RETURN(PollResult result, reader_->Poll(*this, batch_rows_));
  EmitDue(result != PollResult::kMore || !ended_.empty(), out);
  // Until the next poll of an idle reader there is more time than the chain takes.
  if (result != PollResult::kMore) emitted_rows_ = 0;
  return result;
}

StatusOr<Progress> TableSourceOperator::Flush(FlushReason, Collector& out) {
  AdaptBatchRows();
  EmitDue(true, out);
  emitted_rows_ = 0;  // what comes after a flush takes time of its own
  return Progress::kDone;
}

// What was emitted last has gone through the chain by now.
void TableSourceOperator::AdaptBatchRows() {
  if (emitted_rows_ == 0) return;
  const int64_t took = std::max<int64_t>(context_->clock->MonotonicNanos() - emitted_at_ns_, 1);
  const double fitting =
      static_cast<double>(emitted_rows_) * kBatchNanos / static_cast<double>(took);
  // Growing slowly: a sink that buffers takes a few batches in no time.
  const double wanted = std::min(fitting, 1.25 * static_cast<double>(batch_rows_));
  const size_t most = context_->max_batch_rows;
  batch_rows_ = std::clamp(static_cast<size_t>(wanted), std::min(kLeastBatchRows, most), most);
  emitted_rows_ = 0;
}

void TableSourceOperator::EmitDue(bool all, Collector& out) {
  const int64_t now = all ? 0 : context_->clock->MonotonicNanos();
  for (size_t i = 0; i < pending_.size(); ++i) {
    Pending& pending = pending_[i];
    bool rows = pending.builder && !pending.builder->empty();
    if (!pending.ready.empty() || (rows && (all || pending.builder->rows() >= batch_rows_ ||
                                            now - pending.since_ns >= buffer_timeout_ns_))) {
      EmitPending(static_cast<int32_t>(i), out);
    }
  }
}

void TableSourceOperator::EmitPending(int32_t split, Collector& out) {
  Pending& pending = pending_[static_cast<size_t>(split)];
  emitted_at_ns_ = context_->clock->MonotonicNanos();
  for (Batch& batch : pending.ready) {
    emitted_rows_ += batch.rows();
    out.Emit(0, batch.WithSplit(split));
  }
  pending.ready.clear();
  if (!pending.builder || pending.builder->empty()) return;
  Batch batch = pending.builder->Finish().WithSplit(split);
  emitted_rows_ += batch.rows();
  for (size_t begin = 0; begin < batch.rows(); begin += context_->max_batch_rows) {
    out.Emit(0, batch.Slice(begin, std::min(context_->max_batch_rows, batch.rows() - begin)));
  }
}

Status TableSourceOperator::EmitBatch(int32_t split, Batch batch) {
  pending_[static_cast<size_t>(split)].ready.push_back(std::move(batch));
  return OkStatus();
}

void TableSourceOperator::SplitFinished(int32_t split) { ended_.push_back(split); }

Status TableSourceOperator::EmitRun(const MessageRun& run) {
  Pending& pending = pending_[static_cast<size_t>(run.split)];
  if (!pending.builder) pending.builder = std::make_unique<BatchBuilder>(output_);
  if (pending.builder->empty()) pending.since_ns = context_->clock->MonotonicNanos();
  if (!values_only_) return AssembleRun(run, *pending.builder);
  row_of_.clear();
  bad_.clear();
  RETURN_IF_ERROR(value_decoder_->Decode(run.values, *pending.builder, row_of_, bad_));
  return HandleBad(run, bad_);
}

Status TableSourceOperator::AssembleRun(const MessageRun& run, BatchBuilder& out) {
  BatchBuilder values(value_schema_, run.values.size());
  row_of_.clear();
  bad_.clear();
  RETURN_IF_ERROR(value_decoder_->Decode(run.values, values, row_of_, bad_));
  RETURN_IF_ERROR(HandleBad(run, bad_));
  Batch decoded = values.Finish();

  Batch keys;
  std::vector<int64_t> key_row(run.values.size(), -1);  // -1: no key, or a bad one
  if (key_decoder_ && !run.keys.empty()) {
    BatchBuilder builder(key_schema_, run.keys.size());
    std::vector<uint32_t> key_of;
    std::vector<BadMessage> bad_keys;
    RETURN_IF_ERROR(key_decoder_->Decode(run.keys, builder, key_of, bad_keys));
    RETURN_IF_ERROR(HandleBad(run, bad_keys));
    keys = builder.Finish();
    for (size_t i = 0; i < key_of.size(); ++i) key_row[key_of[i]] = static_cast<int64_t>(i);
  }
  size_t row = 0;
  for (size_t message = 0; message < run.values.size(); ++message) {
    const bool deletes = upserts_ && run.values[message].data() == nullptr;
    if (deletes && key_row[message] >= 0) {
      AppendRow(run, message, decoded, -1, keys, key_row[message], RowKind::kDelete, out);
    }
    for (; row < decoded.rows() && row_of_[row] == message; ++row) {
      if (deletes) continue;
      AppendRow(run, message, decoded, static_cast<int64_t>(row), keys, key_row[message],
                upserts_ ? RowKind::kUpdateAfter : decoded.kind(row), out);
    }
  }
  return OkStatus();
}

void TableSourceOperator::AppendRow(const MessageRun& run, size_t message, const Batch& values,
                                    int64_t value_row, const Batch& keys, int64_t key_row,
                                    RowKind kind, BatchBuilder& out) const {
  for (size_t c = 0; c < columns_.size(); ++c) {
    const OutputColumn& column = columns_[c];
    const bool from_key = column.origin == Origin::kKey;
    if (column.origin == Origin::kMetadata) {
      out.column(c).AppendFrom(*run.metadata[column.index], message);
    } else if ((from_key ? key_row : value_row) < 0) {
      out.column(c).AppendNull();
    } else {
      out.column(c).AppendFrom(*(from_key ? keys : values).column(column.index),
                               static_cast<size_t>(from_key ? key_row : value_row));
    }
  }
  out.CloseRow(kind);
}

std::string TableSourceOperator::Describe(const MessageRun& run, const BadMessage& bad) const {
  const std::string offset =
      bad.index < run.offsets.size() ? std::to_string(run.offsets[bad.index]) : "?";
  return "table " + table_name_ + ": cannot decode the message of " +
         splits_[static_cast<size_t>(run.split)].id + " at offset " + offset + ": " + bad.reason;
}

Status TableSourceOperator::HandleBad(const MessageRun& run, const std::vector<BadMessage>& bad) {
  if (bad.empty()) return OkStatus();
  if (ignore_parse_errors_) {
    context_->metrics.add("numBadRecordsSkipped", static_cast<int64_t>(bad.size()));
    for (const BadMessage& one : bad) LOG(kWarning) << "skipped: " << Describe(run, one);
    return OkStatus();
  }
  return InvalidArgumentError(
      Describe(run, bad.front()) +
      " (to skip and count such messages set the format's 'ignore-parse-errors' to 'true')");
}

StatusOr<std::vector<SourceSplit>> TableSourceOperator::SplitPositions() {
  std::vector<SourceSplit> positions = splits_;
  for (size_t i = 0; i < positions.size(); ++i) {
    ASSIGN_OR_RETURN(positions[i].position, reader_->Position(static_cast<int32_t>(i)));
    positions[i].watermark = watermarks_->splits()[i].watermark;
  }
  return positions;
}

int64_t TableSourceOperator::Lag() {
  if (!watermarks_->assigned) return -1;
  int64_t lag = 0;
  for (size_t i = 0; i < splits_.size(); ++i) {
    if (watermarks_->splits()[i].finished) continue;
    const int64_t waiting = reader_->Lag(static_cast<int32_t>(i));
    if (waiting < 0) return -1;
    lag += waiting;
  }
  return lag;
}

std::vector<SplitStatus> TableSourceOperator::Splits() {
  std::vector<SplitStatus> out;
  for (size_t i = 0; i < splits_.size() && watermarks_->assigned; ++i) {
    const SplitWatermarks::Split& split = watermarks_->splits()[i];
    out.push_back({.id = split.id,
                   .waiting = split.finished ? 0 : reader_->Lag(static_cast<int32_t>(i)),
                   .watermark = split.watermark,
                   .idle = split.idle,
                   .finished = split.finished});
  }
  return out;
}

StatusOr<OperatorState> TableSourceOperator::Snapshot(CheckpointId id) {
  std::vector<std::pair<int32_t, std::string>> positions;
  for (size_t i = 0; i < splits_.size(); ++i) {
    ASSIGN_OR_RETURN(std::string position, reader_->Position(static_cast<int32_t>(i)));
    positions.emplace_back(static_cast<int32_t>(i), std::move(position));
  }
  snapshots_.emplace_back(id, std::move(positions));
  return OperatorState{};
}

void TableSourceOperator::CheckpointCompleted(CheckpointId id) {
  auto it = std::find_if(snapshots_.begin(), snapshots_.end(),
                         [&](const auto& snapshot) { return snapshot.first == id; });
  if (it == snapshots_.end()) return;
  reader_->CheckpointCompleted(it->second);
  snapshots_.erase(snapshots_.begin(), it + 1);
}

}  // namespace weir
