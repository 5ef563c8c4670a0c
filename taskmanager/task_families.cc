#include "taskmanager/task_families.h"

#include <string>

#include "common/base/time.h"

namespace weir {
namespace {

void AddFlinks(const rpc::TaskMetrics& task, const MetricFamilies::Labels& labels,
               MetricFamilies& families) {
  const auto gauge = [&](const char* name, int64_t value) {
    families.Gauge(name, "As Flink names it.", static_cast<double>(value), labels);
  };
  gauge("flink_taskmanager_job_task_numRecordsIn", task.records_in());
  gauge("flink_taskmanager_job_task_numRecordsOut", task.records_out());
  gauge("flink_taskmanager_job_task_numBytesIn", task.bytes_in());
  gauge("flink_taskmanager_job_task_numBytesOut", task.bytes_out());
  gauge("flink_taskmanager_job_task_accumulateBusyTimeMs", task.busy_ms());
  gauge("flink_taskmanager_job_task_accumulateBackPressuredTimeMs", task.backpressured_ms());
  gauge("flink_taskmanager_job_task_accumulateIdleTimeMs", task.idle_ms());
  gauge("flink_taskmanager_job_task_operator_currentInputWatermark", task.watermark());
  if (task.source_lag() >= 0) {
    gauge("flink_taskmanager_job_task_operator_pendingRecords", task.source_lag());
  }
  if (const auto late = task.counters().find("numLateRecordsDropped");
      late != task.counters().end()) {
    gauge("flink_taskmanager_job_task_operator_numLateRecordsDropped", late->second);
  }
}

void AddOurs(const rpc::TaskMetrics& task, const MetricFamilies::Labels& labels,
             MetricFamilies& families) {
  const auto seconds = [](int64_t ms) { return static_cast<double>(ms) / 1000; };
  const auto number = [](int64_t n) { return static_cast<double>(n); };
  families.Counter("weir_task_records_in_total",
                   "Rows read: from the outside, or from other tasks.", number(task.records_in()),
                   labels);
  families.Counter("weir_task_records_out_total", "Rows sent to other tasks.",
                   number(task.records_out()), labels);
  families.Counter("weir_task_bytes_in_total", "Bytes received from other tasks.",
                   number(task.bytes_in()), labels);
  families.Counter("weir_task_bytes_out_total", "Bytes sent to other tasks.",
                   number(task.bytes_out()), labels);
  families.Counter("weir_task_busy_seconds_total", "Time at work.", seconds(task.busy_ms()),
                   labels);
  families.Counter("weir_task_backpressured_seconds_total",
                   "Time that it waited for those behind it to take its rows.",
                   seconds(task.backpressured_ms()), labels);
  families.Counter("weir_task_idle_seconds_total", "Time without anything to do.",
                   seconds(task.idle_ms()), labels);
  if (task.watermark() != kMinTimestamp && task.watermark() != kMaxTimestamp) {
    families.Gauge("weir_task_watermark_timestamp_seconds", "How far its event time has come.",
                   seconds(task.watermark()), labels);
  }
  families.Gauge("weir_task_state_bytes", "Keyed state in memory.", number(task.state_bytes()),
                 labels);
  families.Gauge("weir_task_state_entries", "Entries of keyed state.", number(task.state_entries()),
                 labels);
  if (task.source_lag() >= 0) {
    families.Gauge("weir_task_source_lag_records", "Rows that wait to be read.",
                   number(task.source_lag()), labels);
  }
  for (const auto& [name, count] : task.counters()) {
    MetricFamilies::Labels counted = labels;
    counted.emplace_back("event", name);
    families.Counter("weir_task_events_total", "What operators count: late rows, bad ones, ...",
                     number(count), counted);
  }
}

}  // namespace

void AddTaskFamilies(const rpc::TaskMetrics& task, const plan::JobGraph& graph, MetricNames names,
                     MetricFamilies& families) {
  if (static_cast<int>(task.vertex()) >= graph.vertices_size()) return;
  const plan::Vertex& vertex = graph.vertices(static_cast<int>(task.vertex()));
  const bool source = vertex.chain_size() > 0 && vertex.chain(0).has_source();
  if (names == MetricNames::kFlink) {
    return AddFlinks(task,
                     {{"job_id", task.job_id()},
                      {"job_name", graph.name()},
                      {"task_name", vertex.name()},
                      {"subtask_index", std::to_string(task.subtask())}},
                     families);
  }
  AddOurs(task,
          {{"job_id", task.job_id()},
           {"job_name", graph.name()},
           {"vertex", std::to_string(task.vertex())},
           {"vertex_name", vertex.name()},
           {"subtask", std::to_string(task.subtask())},
           {"source", source ? "true" : "false"}},
          families);
}

}  // namespace weir
