#include <nlohmann/json.hpp>

#include "jobmanager/rest/shapes.h"
#include "jobmanager/rest/views.h"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;
using Tasks = std::vector<const TaskRecord*>;

// Back-pressure is low above the first, high above the second.
constexpr double kLowRatio = 0.1;
constexpr double kHighRatio = 0.5;

int64_t AttemptOf(const JobSnapshot& job, const TaskRecord& task) {
  return std::max<int64_t>(0, task.attempt.value() - job.first_attempt);
}

// How long it was in each state before the last; -1: it never was.
std::map<std::string, int64_t> StateDurations(const TaskRecord& task, Timestamp now) {
  std::map<std::string, int64_t> out;
  for (SubtaskState state :
       {SubtaskState::kCreated, SubtaskState::kScheduled, SubtaskState::kDeploying,
        SubtaskState::kInitializing, SubtaskState::kRunning}) {
    const Timestamp began = task.entered[static_cast<size_t>(state)];
    Timestamp ended = 0;
    for (size_t later = static_cast<size_t>(state) + 1; later < kSubtaskStates; ++later) {
      const Timestamp entered = task.entered[later];
      if (entered > 0 && (ended == 0 || entered < ended)) ended = entered;
    }
    if (task.state == state) ended = now;
    out[std::string(TaskStateName(state))] = began > 0 && ended > 0 ? ended - began : -1;
  }
  return out;
}

Json SubtaskOf(const JobSnapshot& job, int32_t index, const TaskRecord& task, Timestamp now) {
  const Lifetime life = LifetimeOf(task, now);
  return {{"subtask", index},
          {"status", TaskStateName(task.state)},
          {"attempt", AttemptOf(job, task)},
          {"endpoint", task.endpoint.empty() ? "(unassigned)" : task.endpoint},
          {"start-time", life.start},
          {"end-time", life.end},
          {"duration", life.duration},
          {"metrics", IoNumbers({&task}).ToJson<Json>()},
          {"taskmanager-id", task.task_manager.empty() ? "(unassigned)" : task.task_manager},
          {"status-duration", StateDurations(task, now)},
          {"other-concurrent-attempts", nullptr},
          {"start_time", life.start}};
}

Json StatisticsOf(const std::vector<double>& values) {
  const Statistics statistics(values);
  const auto whole = [](double number) { return static_cast<int64_t>(number); };
  return {{"min", whole(statistics.min())},
          {"max", whole(statistics.max())},
          {"avg", whole(statistics.avg())},
          {"sum", whole(statistics.sum())},
          {"median", whole(statistics.Quantile(0.5))},
          {"p25", whole(statistics.Quantile(0.25))},
          {"p75", whole(statistics.Quantile(0.75))},
          {"p95", whole(statistics.Quantile(0.95))}};
}

Json AggregatedOf(const Tasks& tasks, Timestamp now) {
  std::map<std::string, std::vector<double>> metrics, durations;
  for (const TaskRecord* task : tasks) {
    for (const auto& [name, value] : IoNumbers({task}).ByName()) {
      metrics[name].push_back(static_cast<double>(value));
    }
    for (const auto& [state, duration] : StateDurations(*task, now)) {
      durations[state].push_back(static_cast<double>(duration));
    }
  }
  Json out = {{"metrics", Json::object()}, {"status-duration", Json::object()}};
  for (const auto& [name, values] : metrics) out["metrics"][name] = StatisticsOf(values);
  for (const auto& [state, values] : durations) {
    out["status-duration"][state] = StatisticsOf(values);
  }
  return out;
}

const char* LevelOf(double ratio) {
  return ratio <= kLowRatio ? "ok" : ratio <= kHighRatio ? "low" : "high";
}

}  // namespace

StatusOr<std::string> VertexView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const VertexOfJob of, FindVertex(request));
  const Timestamp now = NowOf(request, *of.job);
  Json subtasks = Json::array();
  int32_t index = 0;
  for (const TaskRecord& task : of.vertex->subtasks) {
    subtasks.push_back(SubtaskOf(*of.job, index++, task, now));
  }
  return Dump(Json{{"id", of.vertex->id},
                   {"name", of.vertex->name},
                   {"parallelism", of.vertex->subtasks.size()},
                   {"maxParallelism", of.job->max_parallelism},
                   {"now", request.cluster.now},
                   {"subtasks", std::move(subtasks)},
                   {"aggregated", AggregatedOf(TasksOf(*of.vertex), now)}});
}

StatusOr<std::string> VertexTaskManagersView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const VertexOfJob of, FindVertex(request));
  const Timestamp now = NowOf(request, *of.job);
  std::map<std::string, Tasks> by_task_manager;
  for (const TaskRecord* task : TasksOf(*of.vertex)) {
    by_task_manager[task->task_manager].push_back(task);
  }
  Json all = Json::array();
  for (const auto& [id, tasks] : by_task_manager) {
    const StateCounts counts = CountStates(tasks);
    const Lifetime life = LifetimeOf(tasks, now);
    const std::string& endpoint = tasks.front()->endpoint;
    all.push_back({{"endpoint", endpoint.empty() ? "(unassigned)" : endpoint},
                   {"status", TaskStateName(counts.Aggregate())},
                   {"start-time", life.start},
                   {"end-time", life.end},
                   {"duration", life.duration},
                   {"metrics", IoNumbers(tasks).ToJson<Json>()},
                   {"status-counts", counts.UpperCase<Json>()},
                   {"taskmanager-id", id.empty() ? "(unassigned)" : id},
                   {"aggregated", AggregatedOf(tasks, now)}});
  }
  return Dump(Json{{"id", of.vertex->id},
                   {"name", of.vertex->name},
                   {"now", request.cluster.now},
                   {"taskmanagers", std::move(all)}});
}

StatusOr<std::string> SubtaskTimesView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const VertexOfJob of, FindVertex(request));
  const Timestamp now = NowOf(request, *of.job);
  Json subtasks = Json::array();
  int32_t index = 0;
  for (const TaskRecord& task : of.vertex->subtasks) {
    Json timestamps = Json::object();
    for (size_t i = 0; i < kTaskStateNames.size(); ++i) {
      timestamps[std::string(kTaskStateNames[i])] = i < kSubtaskStates ? task.entered[i] : 0;
    }
    const Timestamp began = task.entered[static_cast<size_t>(SubtaskState::kScheduled)];
    const Lifetime life = LifetimeOf(task, now);
    subtasks.push_back({{"subtask", index++},
                        {"endpoint", task.endpoint.empty() ? "(unassigned)" : task.endpoint},
                        {"duration", began > 0 ? (life.end >= 0 ? life.end : now) - began : -1},
                        {"timestamps", std::move(timestamps)}});
  }
  return Dump(Json{{"id", of.vertex->id},
                   {"name", of.vertex->name},
                   {"now", request.cluster.now},
                   {"subtasks", std::move(subtasks)}});
}

// The older spelling of the level is sent as well, as Flink does.
StatusOr<std::string> BackPressureView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const VertexOfJob of, FindVertex(request));
  const auto& tasks = of.vertex->subtasks;
  const bool measured = std::any_of(tasks.begin(), tasks.end(),
                                    [](const TaskRecord& task) { return task.measured_at > 0; });
  if (!measured || IsGloballyTerminal(of.job->state)) {
    return Dump(Json{{"status", "deprecated"},
                     {"backpressureLevel", nullptr},
                     {"end-timestamp", nullptr},
                     {"subtasks", nullptr},
                     {"backpressure-level", nullptr}});
  }
  double worst = 0;
  Timestamp measured_at = 0;
  Json subtasks = Json::array();
  int32_t index = 0;
  for (const TaskRecord& task : tasks) {
    const double ratio = RatioOf(task.rates.backpressured_ms);
    worst = std::max(worst, ratio);
    measured_at = std::max(measured_at, task.measured_at);
    subtasks.push_back({{"subtask", index++},
                        {"attempt-number", AttemptOf(*of.job, task)},
                        {"backpressureLevel", LevelOf(ratio)},
                        {"ratio", ratio},
                        {"idleRatio", RatioOf(task.rates.idle_ms)},
                        {"busyRatio", RatioOf(task.rates.busy_ms)},
                        {"other-concurrent-attempts", nullptr},
                        {"backpressure-level", LevelOf(ratio)}});
  }
  return Dump(Json{{"status", "ok"},
                   {"backpressureLevel", LevelOf(worst)},
                   {"end-timestamp", measured_at},
                   {"subtasks", std::move(subtasks)},
                   {"backpressure-level", LevelOf(worst)}});
}

StatusOr<std::string> FlameGraphView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const VertexOfJob of, FindVertex(request));
  constexpr int kEnded = -1;
  constexpr int kSwitchedOff = -2;
  return Dump(Json{{"endTimestamp", IsGloballyTerminal(of.job->state) ? kEnded : kSwitchedOff},
                   {"data", nullptr}});
}

StatusOr<std::string> VertexAccumulatorsView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const VertexOfJob of, FindVertex(request));
  return Dump(Json{{"id", of.vertex->id}, {"user-accumulators", Json::array()}});
}

StatusOr<std::string> SubtaskAccumulatorsView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const VertexOfJob of, FindVertex(request));
  Json subtasks = Json::array();
  int32_t index = 0;
  for (const TaskRecord& task : of.vertex->subtasks) {
    subtasks.push_back({{"subtask", index++},
                        {"attempt", AttemptOf(*of.job, task)},
                        {"endpoint", task.endpoint.empty() ? "(unassigned)" : task.endpoint},
                        {"user-accumulators", Json::array()}});
  }
  return Dump(Json{{"id", of.vertex->id},
                   {"parallelism", of.vertex->subtasks.size()},
                   {"subtasks", std::move(subtasks)}});
}

StatusOr<std::string> SubtaskView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const SubtaskOfVertex of, FindSubtask(request));
  return Dump(SubtaskOf(*of.of.job, of.index, *of.task, NowOf(request, *of.of.job)));
}

namespace {

// Only the present attempt is known.
StatusOr<SubtaskOfVertex> FindAttempt(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const SubtaskOfVertex of, FindSubtask(request));
  ASSIGN_OR_RETURN(const int64_t attempt,
                   ParseNumber("path parameter (attempt)", request.path.Get("attempt")));
  if (attempt == AttemptOf(*of.of.job, *of.task)) return of;
  return NotFoundError("Could not find execution for subtask " + std::to_string(of.index) +
                       " attempt " + std::to_string(attempt) + ".");
}

}  // namespace

StatusOr<std::string> AttemptView(const ViewRequest& request) {
  RETURN_IF_ERROR(FindAttempt(request).status());
  return SubtaskView(request);
}

StatusOr<std::string> AttemptAccumulatorsView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const SubtaskOfVertex of, FindAttempt(request));
  const int64_t attempt = AttemptOf(*of.of.job, *of.task);
  return Dump(Json{{"subtask", of.index},
                   {"attempt", attempt},
                   {"id", of.of.job->details.summary().job_id() + "_" + of.of.vertex->id + "_" +
                              std::to_string(of.index) + "_" + std::to_string(attempt)},
                   {"user-accumulators", Json::array()}});
}

}  // namespace weir
