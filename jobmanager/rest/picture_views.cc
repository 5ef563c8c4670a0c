// What the dashboard draws (docs/openapi.yaml, JobPicture and TaskManagersPicture).
#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/secrets.h"
#include "jobmanager/rest/job_verdicts.h"
#include "jobmanager/rest/shapes.h"
#include "jobmanager/rest/views.h"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

Json TextOrNull(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json TimeOrNull(Timestamp time) {
  return time == kMinTimestamp || time == kMaxTimestamp ? Json() : Json(time);
}

template <class T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

const char* KindName(OperatorKind kind) {
  switch (kind) {
    case OperatorKind::kSource:
      return "source";
    case OperatorKind::kSink:
      return "sink";
    case OperatorKind::kCollect:
      return "collect";
    case OperatorKind::kStateless:
      return "stateless";
    case OperatorKind::kStateful:
      break;
  }
  return "stateful";
}

Json OperatorsOf(const VertexPicture& vertex) {
  Json out = Json::array();
  for (int i = 0; i < vertex.plan->chain_size(); ++i) {
    const plan::OperatorNode& node = vertex.plan->chain(i);
    out.push_back({{"name", node.name()},
                   {"kind", KindName(KindOf(node))},
                   {"recordsIn", vertex.operator_rows_in[static_cast<size_t>(i)]}});
  }
  return out;
}

Json SplitsOf(const VertexPicture& vertex) {
  Json out = Json::array();
  for (const auto& [subtask, split] : vertex.splits) {
    const int64_t waiting = split.records_waiting();
    out.push_back({{"id", split.id()},
                   {"subtask", subtask},
                   {"recordsWaiting", waiting < 0 ? Json() : Json(waiting)},
                   {"watermark", TimeOrNull(split.watermark())},
                   {"idle", split.idle()},
                   {"finished", split.finished()}});
  }
  return out;
}

Json SubtasksOf(const VertexSnapshot& vertex) {
  Json out = Json::array();
  for (const TaskRecord& task : vertex.subtasks) {
    const rpc::TaskMetrics& m = task.metrics;
    out.push_back({{"index", out.size()},
                   {"state", TaskStateName(task.state)},
                   {"taskManager", TextOrNull(task.task_manager)},
                   {"endpoint", TextOrNull(task.endpoint)},
                   {"recordsIn", m.records_in()},
                   {"recordsOut", m.records_out()},
                   {"recordsInPerSecond", task.rates.records_in},
                   {"recordsOutPerSecond", task.rates.records_out},
                   {"busy", RatioOf(task.rates.busy_ms)},
                   {"backPressured", RatioOf(task.rates.backpressured_ms)},
                   {"watermark", TimeOrNull(m.watermark())},
                   {"stateBytes", m.state_bytes()},
                   {"trouble", TextOrNull(m.trouble())}});
  }
  return out;
}

Json VertexJson(const VertexPicture& vertex, Timestamp now) {
  const TaskRates& rates = vertex.rates;
  return {{"id", vertex.vertex->id},
          {"name", vertex.vertex->name},
          {"parallelism", vertex.vertex->subtasks.size()},
          {"operators", OperatorsOf(vertex)},
          {"states", CountStates(TasksOf(*vertex.vertex)).UpperCase<Json>()},
          {"recordsIn", vertex.records_in},
          {"recordsOut", vertex.records_out},
          {"recordsInPerSecond", rates.records_in},
          {"recordsOutPerSecond", rates.records_out},
          {"bytesInPerSecond", rates.bytes_in},
          {"bytesOutPerSecond", rates.bytes_out},
          {"busy", RatioOf(rates.busy_ms)},
          {"idle", RatioOf(rates.idle_ms)},
          {"backPressured", RatioOf(rates.backpressured_ms)},
          {"watermark", OrNull(vertex.watermark)},
          {"watermarkLagMs", vertex.watermark ? Json(now - *vertex.watermark) : Json()},
          {"recordsWaiting", OrNull(vertex.records_waiting)},
          {"stateBytes", vertex.state_bytes},
          {"stateEntries", vertex.state_entries},
          {"counters", Json(vertex.counters)},
          {"troubles", Json(vertex.troubles)},
          {"splits", SplitsOf(vertex)},
          {"subtasks", SubtasksOf(*vertex.vertex)}};
}

Json BudgetJson(const char* name, int64_t used, int64_t limit) {
  return {{"name", name}, {"usedBytes", used}, {"limitBytes", limit > 0 ? Json(limit) : Json()}};
}

Json TaskManagerJson(const std::string& id, const TaskManagerSnapshot& one,
                     const ClusterSnapshot& cluster) {
  Json jobs = Json::array();
  for (const auto& [job, slots] : one.slots_by_job) {
    const auto known = cluster.jobs.find(job);
    jobs.push_back(
        {{"id", job},
         {"name", known == cluster.jobs.end() ? "" : known->second->details.summary().name()},
         {"slots", slots}});
  }
  return {{"id", id},
          {"address", one.info.data_address()},
          {"host", one.registration.host()},
          {"pid", one.info.pid()},
          {"version", one.registration.weir_version()},
          {"slots", one.info.slots()},
          {"freeSlots", one.info.free_slots()},
          {"draining", one.info.draining()},
          {"lastHeartbeat", one.last_heartbeat},
          {"cpuCores", one.registration.cpu_cores()},
          {"cpuLoad", OrNull(one.cpu_load)},
          {"residentBytes", one.heartbeat.resident_bytes()},
          {"machineBytes", one.registration.physical_memory_bytes()},
          {"machineFreeBytes", one.heartbeat.free_memory_bytes()},
          {"budgets", Json::array({BudgetJson("process", one.heartbeat.resident_bytes(),
                                              one.registration.physical_memory_bytes()),
                                   BudgetJson("state of tasks", one.heartbeat.state_memory_bytes(),
                                              one.registration.state_memory_bytes())})},
          {"jobs", std::move(jobs)}};
}

// What a job is, without its vertices.
Json HeadOf(const JobSnapshot& job) {
  const rpc::JobSummary& summary = job.details.summary();
  int32_t parallelism = 0;
  for (const VertexSnapshot& vertex : job.vertices) {
    parallelism = std::max(parallelism, static_cast<int32_t>(vertex.subtasks.size()));
  }
  return {{"id", summary.job_id()},
          {"name", summary.name()},
          {"state", JobStateName(job.state)},
          {"reason", TextOrNull(summary.reason())},
          {"note", TextOrNull(job.details.note())},
          {"savepoint", TextOrNull(job.details.savepoint())},
          {"stopFailure", TextOrNull(job.details.stop_failure())},
          {"startedAt", summary.started_ms()},
          {"endedAt", summary.ended_ms() == 0 ? Json() : Json(summary.ended_ms())},
          {"restarts", summary.restarts()},
          {"parallelism", parallelism},
          {"maxParallelism", job.max_parallelism},
          {"hasResults", job.has_results}};
}

}  // namespace

StatusOr<std::string> JobListView(const ViewRequest& request) {
  std::vector<const JobSnapshot*> jobs;
  for (const auto& [id, job] : request.cluster.jobs) jobs.push_back(job.get());
  std::stable_sort(jobs.begin(), jobs.end(), [](const JobSnapshot* a, const JobSnapshot* b) {
    return a->details.summary().started_ms() > b->details.summary().started_ms();
  });
  Json out = Json::array();
  for (const JobSnapshot* job : jobs) {
    Json one = HeadOf(*job);
    std::vector<const TaskRecord*> tasks;
    for (const VertexSnapshot& vertex : job->vertices) {
      for (const TaskRecord& task : vertex.subtasks) tasks.push_back(&task);
    }
    one["tasks"] = CountStates(tasks).UpperCase<Json>();
    out.push_back(std::move(one));
  }
  return Dump(Json{{"jobs", std::move(out)}});
}

StatusOr<std::string> JobPictureView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const JobSnapshot* job, FindJob(request));
  const std::vector<VertexPicture> vertices = DrawVertices(*job);
  const Timestamp now = IsGloballyTerminal(job->state) ? job->now : request.cluster.now;
  const auto id_of = [&](std::optional<size_t> at) {
    return at ? Json(job->vertices[*at].id) : Json();
  };
  Json drawn = Json::array();
  std::vector<std::string> ids;
  for (const VertexPicture& vertex : vertices) {
    drawn.push_back(VertexJson(vertex, now));
    ids.push_back(vertex.vertex->id);
  }
  const PaceVerdict pace = JudgePace(*job, vertices);
  const OutputVerdict output = JudgeOutput(*job, vertices);
  Json out = HeadOf(*job);
  out["sql"] = WithoutSecrets(job->graph->sql());
  out["pace"] = {{"vertex", id_of(pace.vertex)}, {"sentence", pace.sentence}};
  out["output"] = {{"reason", ReasonName(output.reason)},
                   {"vertex", id_of(output.vertex)},
                   {"sentence", output.sentence},
                   {"advice", TextOrNull(output.advice)}};
  out["vertices"] = std::move(drawn);
  out["edges"] = EdgesOf<Json>(*job->graph, ids);
  return Dump(out);
}

StatusOr<std::string> TaskManagersPictureView(const ViewRequest& request) {
  Json out = Json::array();
  for (const auto& [id, one] : request.cluster.task_managers) {
    out.push_back(TaskManagerJson(id, one, request.cluster));
  }
  return Dump(Json{{"taskManagers", std::move(out)}});
}

StatusOr<std::string> EventsView(const ViewRequest& request) {
  static constexpr const char* kSeverities[] = {"info", "warning", "error"};
  Json out = Json::array();
  for (const ClusterEvent& event : request.cluster.events) {
    out.push_back({{"id", event.id},
                   {"at", event.at},
                   {"severity", kSeverities[event.severity]},
                   {"job", TextOrNull(event.job)},
                   {"taskManager", TextOrNull(event.task_manager)},
                   {"text", event.text}});
  }
  return Dump(Json{{"events", std::move(out)}});
}

}  // namespace weir
