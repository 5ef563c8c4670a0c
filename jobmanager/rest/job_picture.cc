#include "jobmanager/rest/job_picture.h"

#include <algorithm>

namespace weir {
namespace {

void AddRates(const TaskRates& task, TaskRates* sum) {
  sum->records_in += task.records_in;
  sum->records_out += task.records_out;
  sum->bytes_in += task.bytes_in;
  sum->bytes_out += task.bytes_out;
  sum->busy_ms = std::max(sum->busy_ms, task.busy_ms);
  sum->backpressured_ms = std::max(sum->backpressured_ms, task.backpressured_ms);
  sum->idle_ms = std::min(sum->idle_ms, task.idle_ms);
}

// What goes into each operator. `out`: summed up, what each has emitted.
template <class Number>
std::vector<Number> Into(const plan::Vertex& vertex, Number from_outside,
                         const std::vector<Number>& out) {
  std::vector<Number> in;
  for (const plan::OperatorNode& node : vertex.chain()) {
    in.push_back(node.parent() < 0 ? from_outside : out[static_cast<size_t>(node.parent())]);
  }
  return in;
}

void AddTrouble(const rpc::TaskMetrics& metrics, VertexPicture* out) {
  const std::string& trouble = metrics.trouble();
  if (trouble.empty()) return;
  if (std::find(out->troubles.begin(), out->troubles.end(), trouble) == out->troubles.end()) {
    out->troubles.push_back(trouble);
  }
  const int whose = static_cast<int>(metrics.trouble_operator());
  if (whose >= out->plan->chain_size()) return;
  const OperatorKind kind = KindOf(out->plan->chain(whose));
  if (kind == OperatorKind::kSource && out->source_trouble.empty()) out->source_trouble = trouble;
  if (kind == OperatorKind::kSink && out->sink_trouble.empty()) out->sink_trouble = trouble;
}

void AddTask(const TaskRecord& task, int32_t index, VertexPicture* out, std::vector<int64_t>* rows,
             std::vector<double>* rates) {
  const rpc::TaskMetrics& m = task.metrics;
  out->records_in += m.records_in();
  out->records_out += m.records_out();
  out->state_bytes += m.state_bytes();
  out->state_entries += m.state_entries();
  for (const auto& [name, count] : m.counters()) out->counters[name] += count;
  AddTrouble(m, out);
  for (size_t i = 0; i < rows->size() && i < static_cast<size_t>(m.operator_rows_size()); ++i) {
    (*rows)[i] += m.operator_rows(static_cast<int>(i));
  }
  for (size_t i = 0; i < std::min(rates->size(), task.rates.operator_rows.size()); ++i) {
    (*rates)[i] += task.rates.operator_rows[i];
  }
  for (const rpc::SplitMetrics& split : m.splits()) out->splits.push_back({index, split});
}

std::optional<Timestamp> WatermarkOf(const VertexPicture& picture) {
  Timestamp lowest = kMaxTimestamp;
  for (const TaskRecord& task : picture.vertex->subtasks) {
    // A source's subtask without a split holds nobody back.
    if (picture.is_source() && task.metrics.splits().empty()) continue;
    lowest = std::min<Timestamp>(lowest, task.metrics.watermark());
  }
  if (lowest == kMinTimestamp || lowest == kMaxTimestamp) return std::nullopt;
  return lowest;
}

std::optional<int64_t> WaitingOf(const VertexPicture& picture) {
  if (!picture.is_source()) return std::nullopt;
  int64_t waiting = 0;
  for (const TaskRecord& task : picture.vertex->subtasks) {
    if (task.metrics.source_lag() < 0) return std::nullopt;
    waiting += task.metrics.source_lag();
  }
  return waiting;
}

}  // namespace

int64_t VertexPicture::Counter(const std::string& name) const {
  const auto it = counters.find(name);
  return it == counters.end() ? 0 : it->second;
}

std::vector<VertexPicture> DrawVertices(const JobSnapshot& job) {
  std::vector<VertexPicture> out;
  for (size_t v = 0; v < job.vertices.size(); ++v) {
    VertexPicture picture;
    picture.vertex = &job.vertices[v];
    picture.plan = &job.graph->vertices(static_cast<int>(v));
    picture.rates.idle_ms = job.vertices[v].subtasks.empty() ? 0 : 1000;
    std::vector<int64_t> rows(static_cast<size_t>(picture.plan->chain_size()), 0);
    std::vector<double> rates(rows.size(), 0);
    for (size_t i = 0; i < picture.vertex->subtasks.size(); ++i) {
      const TaskRecord& task = picture.vertex->subtasks[i];
      AddTask(task, static_cast<int32_t>(i), &picture, &rows, &rates);
      AddRates(task.rates, &picture.rates);
    }
    picture.watermark = WatermarkOf(picture);
    picture.records_waiting = WaitingOf(picture);
    picture.operator_rows_in = Into(*picture.plan, picture.records_in, rows);
    picture.operator_rates_in = Into(*picture.plan, picture.rates.records_in, rates);
    out.push_back(std::move(picture));
  }
  return out;
}

OperatorKind KindOf(const plan::OperatorNode& node) {
  switch (node.operator_case()) {
    case plan::OperatorNode::kSource:
    case plan::OperatorNode::kValues:
      return OperatorKind::kSource;
    case plan::OperatorNode::kSink:
      return OperatorKind::kSink;
    case plan::OperatorNode::kCollect:
      return OperatorKind::kCollect;
    case plan::OperatorNode::kCalc:
    case plan::OperatorNode::kWatermarkAssigner:
    case plan::OperatorNode::kDropUpdateBefore:
      return OperatorKind::kStateless;
    default:
      return OperatorKind::kStateful;
  }
}

}  // namespace weir
