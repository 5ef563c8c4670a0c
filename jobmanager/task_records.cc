#include "jobmanager/task_records.h"

#include <algorithm>
#include <utility>

namespace weir {
namespace {

TaskRates RatesBetween(const rpc::TaskMetrics& before, const rpc::TaskMetrics& now, int64_t ms) {
  const auto rate = [ms](int64_t from, int64_t to) {
    return static_cast<double>(to - from) * 1000 / static_cast<double>(ms);
  };
  std::vector<double> operator_rows;
  for (int i = 0; i < std::min(before.operator_rows_size(), now.operator_rows_size()); ++i) {
    operator_rows.push_back(rate(before.operator_rows(i), now.operator_rows(i)));
  }
  return {.records_in = rate(before.records_in(), now.records_in()),
          .records_out = rate(before.records_out(), now.records_out()),
          .bytes_in = rate(before.bytes_in(), now.bytes_in()),
          .bytes_out = rate(before.bytes_out(), now.bytes_out()),
          .busy_ms = rate(before.busy_ms(), now.busy_ms()),
          .backpressured_ms = rate(before.backpressured_ms(), now.backpressured_ms()),
          .idle_ms = rate(before.idle_ms(), now.idle_ms()),
          .operator_rows = std::move(operator_rows)};
}

}  // namespace

rpc::TaskMetrics NoMetrics() {
  rpc::TaskMetrics metrics;
  metrics.set_watermark(kMinTimestamp);
  metrics.set_source_lag(-1);
  return metrics;
}

void TaskRecords::Observe(const ExecutionGraph& graph, TaskId task, Timestamp now,
                          const AddressOf& address) {
  if (!graph.Has(task)) return;
  TaskRecord& record = records_[task];
  const auto stamp = [&](SubtaskState state) { record.entered[static_cast<size_t>(state)] = now; };
  if (record.attempt != graph.attempt() || record.entered[0] == 0) {
    record = {.attempt = graph.attempt()};
    stamp(SubtaskState::kCreated);
  }
  if (const SlotId* slot = graph.slot(task)) {
    const std::string id = std::to_string(slot->task_manager.value());
    if (record.task_manager != id) {
      record.task_manager = id;
      record.endpoint = address(slot->task_manager);
    }
  }
  const SubtaskState state = graph.task_state(task);
  if (record.state == state) return;
  record.state = state;
  stamp(state);
  if (IsTerminal(state)) record.rates = {};
}

void TaskRecords::ObserveAll(const ExecutionGraph& graph, const JobPlan& plan, Timestamp now,
                             const AddressOf& address) {
  std::erase_if(records_, [&](const auto& entry) { return !graph.Has(entry.first); });
  for (TaskId task : plan.Tasks()) Observe(graph, task, now, address);
}

void TaskRecords::OnMetrics(const rpc::TaskMetrics& metrics, Timestamp at) {
  const auto it = records_.find(
      {VertexId(static_cast<int32_t>(metrics.vertex())), static_cast<int32_t>(metrics.subtask())});
  if (it == records_.end() || it->second.attempt.value() != metrics.attempt()) return;
  TaskRecord& record = it->second;
  if (record.measured_at > 0 && at > record.measured_at) {
    record.rates = RatesBetween(record.metrics, metrics, at - record.measured_at);
  }
  record.metrics = metrics;
  if (at > 0) record.measured_at = at;
}

const TaskRecord* TaskRecords::Find(TaskId task) const {
  const auto it = records_.find(task);
  return it == records_.end() ? nullptr : &it->second;
}

}  // namespace weir
