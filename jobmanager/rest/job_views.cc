#include <nlohmann/json.hpp>

#include "common/config/option_reader.h"
#include "jobmanager/rest/shapes.h"
#include "jobmanager/rest/views.h"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kExceptionsShown = 16;

std::string_view Name(JobState state) { return JobStateName(state); }

std::vector<const TaskRecord*> AllTasks(const JobSnapshot& job) {
  std::vector<const TaskRecord*> tasks;
  for (const VertexSnapshot& vertex : job.vertices) {
    for (const TaskRecord& task : vertex.subtasks) tasks.push_back(&task);
  }
  return tasks;
}

struct JobTimes {
  Timestamp start = 0;
  Timestamp end = -1;
  Timestamp duration = 0;
};
JobTimes TimesOf(const ViewRequest& request, const JobSnapshot& job) {
  JobTimes times{.start = job.details.summary().started_ms()};
  if (IsGloballyTerminal(job.state)) times.end = job.details.summary().ended_ms();
  times.duration = (times.end >= 0 ? times.end : request.cluster.now) - times.start;
  return times;
}

Json OverviewOf(const ViewRequest& request, const JobSnapshot& job) {
  const JobTimes times = TimesOf(request, job);
  return {{"jid", job.details.summary().job_id()},
          {"name", job.details.summary().name()},
          {"start-time", times.start},
          {"end-time", times.end},
          {"duration", times.duration},
          {"state", Name(job.state)},
          {"last-modification", job.modified},
          {"tasks", CountStates(AllTasks(job)).LowerCaseWithTotal<Json>()},
          {"pending-operators", 0}};
}

// ---- The plan

std::string EscapeHtml(const std::string& text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

// The chained operators, children behind a "+- ", as the page shows them: it is HTML.
std::string DescriptionOf(const plan::Vertex& vertex) {
  std::vector<size_t> depth(static_cast<size_t>(vertex.chain_size()), 0);
  std::string out;
  for (int i = 0; i < vertex.chain_size(); ++i) {
    const plan::OperatorNode& node = vertex.chain(i);
    const auto at = static_cast<size_t>(i);
    if (node.parent() >= 0) depth[at] = depth[static_cast<size_t>(node.parent())] + 1;
    if (depth[at] > 0) out += std::string(3 * (depth[at] - 1), ' ') + "+- ";
    out += EscapeHtml(node.name()) + "<br/>";
  }
  return out;
}

Json PlanOf(const JobSnapshot& job) {
  Json nodes = Json::array();
  // Sinks first.
  for (int i = job.graph->vertices_size() - 1; i >= 0; --i) {
    const plan::Vertex& vertex = job.graph->vertices(i);
    Json node = {
        {"id", job.vertices[static_cast<size_t>(i)].id}, {"operator", ""},
        {"parallelism", vertex.parallelism()},           {"operator_strategy", ""},
        {"description", DescriptionOf(vertex)},          {"optimizer_properties", Json::object()}};
    int number = 0;
    for (const plan::Edge& edge : job.graph->edges()) {
      if (edge.to_vertex() != vertex.id()) continue;
      node["inputs"].push_back({{"id", job.vertices[edge.from_vertex()].id},
                                {"num", number++},
                                {"exchange", "pipelined_bounded"},
                                {"ship_strategy", ShipStrategyOf(edge.exchange())}});
    }
    nodes.push_back(std::move(node));
  }
  return {{"jid", job.details.summary().job_id()},
          {"name", job.details.summary().name()},
          {"type", "STREAMING"},
          {"nodes", std::move(nodes)}};
}

// ---- One job

Json VertexOf(const ViewRequest& request, const JobSnapshot& job, const VertexSnapshot& vertex) {
  const std::vector<const TaskRecord*> tasks = TasksOf(vertex);
  const StateCounts counts = CountStates(tasks);
  const Lifetime life = LifetimeOf(tasks, NowOf(request, job));
  return {{"id", vertex.id},
          {"slotSharingGroupId", job.details.summary().job_id()},
          {"name", vertex.name},
          {"maxParallelism", job.max_parallelism},
          {"parallelism", tasks.size()},
          {"status", TaskStateName(counts.Aggregate())},
          {"start-time", life.start},
          {"end-time", life.end},
          {"duration", life.duration},
          {"tasks", counts.UpperCase<Json>()},
          {"metrics", IoNumbers(tasks).ToJson<Json>()}};
}

Json ConfigOf(const std::map<std::string, std::string>& config) {
  Json out = Json::object();
  for (const auto& [key, value] : config) out[key] = ShownOption(key, value);
  return out;
}

struct DescribeRestart {
  std::string operator()(const NoRestart&) const { return "Restart deactivated."; }
  std::string operator()(const FixedDelayRestart& fixed) const {
    return "Restart with fixed delay (" + std::to_string(fixed.delay.count()) + " ms). #" +
           std::to_string(fixed.attempts) + " restart attempts.";
  }
  std::string operator()(const FailureRateRestart& rate) const {
    return "Failure rate restart with maximum of " +
           std::to_string(rate.max_failures_per_interval) + " failures within interval " +
           std::to_string(rate.interval.count()) + " ms and fixed delay " +
           std::to_string(rate.delay.count()) + " ms.";
  }
  std::string operator()(const ExponentialDelayRestart& growing) const {
    return "Restart with exponential delay: starting at " +
           std::to_string(growing.initial_backoff.count()) + " ms, at most " +
           std::to_string(growing.max_backoff.count()) + " ms.";
  }
};

Json FailureJson(const FailureRecord& failure) {
  const auto text_or_null = [](const std::string& text) {
    return text.empty() ? Json() : Json(text);
  };
  return {{"exceptionName", StatusCodeName(failure.cause.code())},
          {"stacktrace", failure.cause.ToString()},
          {"timestamp", failure.at},
          {"taskName", text_or_null(failure.task)},
          {"endpoint", text_or_null(failure.endpoint)},
          {"taskManagerId", text_or_null(failure.task_manager)},
          {"failureLabels", Json::object()}};
}

}  // namespace

Timestamp NowOf(const ViewRequest& request, const JobSnapshot& job) {
  return IsGloballyTerminal(job.state) ? job.now : request.cluster.now;
}

StatusOr<std::string> JobsView(const ViewRequest& request) {
  Json jobs = Json::array();
  for (const auto& [id, job] : request.cluster.jobs) {
    jobs.push_back({{"id", id}, {"status", Name(job->state)}});
  }
  return Dump(Json{{"jobs", std::move(jobs)}});
}

StatusOr<std::string> JobsOverviewView(const ViewRequest& request) {
  Json jobs = Json::array();
  for (const auto& [id, job] : request.cluster.jobs) jobs.push_back(OverviewOf(request, *job));
  return Dump(Json{{"jobs", std::move(jobs)}});
}

StatusOr<std::string> JobView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const JobSnapshot* job, FindJob(request));
  const JobTimes times = TimesOf(request, *job);
  Json timestamps = Json::object();
  for (size_t i = 0; i < kJobStates; ++i) {
    timestamps[std::string(Name(static_cast<JobState>(i)))] = job->entered[i];
  }
  // Of vertices, not of tasks.
  StateCounts vertex_states;
  Json vertices = Json::array();
  for (const VertexSnapshot& vertex : job->vertices) {
    vertices.push_back(VertexOf(request, *job, vertex));
    vertex_states.Add(CountStates(TasksOf(vertex)).Aggregate());
  }
  return Dump(Json{{"jid", job->details.summary().job_id()},
                   {"name", job->details.summary().name()},
                   {"isStoppable", false},
                   {"state", Name(job->state)},
                   {"job-type", "STREAMING"},
                   {"start-time", times.start},
                   {"end-time", times.end},
                   {"duration", times.duration},
                   {"maxParallelism", -1},
                   {"now", request.cluster.now},
                   {"timestamps", std::move(timestamps)},
                   {"vertices", std::move(vertices)},
                   {"status-counts", vertex_states.UpperCase<Json>()},
                   {"plan", PlanOf(*job)},
                   {"pending-operators", 0}});
}

StatusOr<std::string> JobStatusView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const JobSnapshot* job, FindJob(request));
  return Dump(Json{{"status", Name(job->state)}});
}

StatusOr<std::string> JobConfigView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const JobSnapshot* job, FindJob(request));
  size_t parallelism = 1;
  for (const VertexSnapshot& vertex : job->vertices) {
    parallelism = std::max(parallelism, vertex.subtasks.size());
  }
  const RestartConfig restart = job->has_results ? NoRestart{} : job->options.restart;
  const auto& config = job->graph->config();
  return Dump(Json{{"jid", job->details.summary().job_id()},
                   {"name", job->details.summary().name()},
                   {"execution-config",
                    {{"restart-strategy", std::visit(DescribeRestart{}, restart)},
                     {"job-parallelism", parallelism},
                     {"object-reuse-mode", true},
                     {"user-config", ConfigOf({config.begin(), config.end()})}}}});
}

StatusOr<std::string> JobPlanView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const JobSnapshot* job, FindJob(request));
  return Dump(Json{{"plan", PlanOf(*job)}});
}

StatusOr<std::string> JobExceptionsView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const JobSnapshot* job, FindJob(request));
  size_t most = kExceptionsShown;
  if (const std::string* asked = request.http.FindQuery("maxExceptions")) {
    ASSIGN_OR_RETURN(const int64_t number, ParseNumber("query parameter (maxExceptions)", *asked));
    most = static_cast<size_t>(number);
  }
  // Nothing is labelled, so that a filter leaves nothing.
  const std::string* labels = request.http.FindQuery("failureLabelFilter");
  if (labels != nullptr && !labels->empty()) most = 0;
  Json entries = Json::array();
  for (const FailureRecord& failure : job->failures) {
    if (entries.size() == most) break;
    Json entry = FailureJson(failure);
    entry["concurrentExceptions"] = Json::array();
    for (const FailureRecord& other : failure.concurrent) {
      entry["concurrentExceptions"].push_back(FailureJson(other));
    }
    entries.push_back(std::move(entry));
  }
  const bool truncated = entries.size() < job->failures.size();
  return Dump(
      Json{{"exceptionHistory", {{"entries", std::move(entries)}, {"truncated", truncated}}}});
}

StatusOr<std::string> JobResultView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const JobSnapshot* job, FindJob(request));
  if (!IsGloballyTerminal(job->state)) {
    return Dump(Json{{"status", {{"id", "IN_PROGRESS"}}}, {"job-execution-result", nullptr}});
  }
  Json result = {{"id", job->details.summary().job_id()},
                 {"application-status", job->state == JobState::kFinished ? "SUCCEEDED"
                                        : job->state == JobState::kFailed ? "FAILED"
                                                                          : "CANCELED"},
                 {"accumulator-results", Json::object()},
                 {"net-runtime", TimesOf(request, *job).duration}};
  if (job->state != JobState::kFinished) {
    const bool failed = job->state == JobState::kFailed;
    const std::string why = failed && !job->failures.empty()
                                ? job->failures.front().cause.ToString()
                            : failed ? job->details.summary().reason()
                                     : "Job was cancelled.";
    result["failure-cause"] = {
        {"class", failed ? "JobExecutionException" : "JobCancellationException"},
        {"stack-trace", why},
        {"serialized-throwable", ""}};
  }
  return Dump(Json{{"status", {{"id", "COMPLETED"}}}, {"job-execution-result", std::move(result)}});
}

StatusOr<std::string> JobAccumulatorsView(const ViewRequest& request) {
  RETURN_IF_ERROR(FindJob(request).status());
  return Dump(Json{{"job-accumulators", Json::array()},
                   {"user-task-accumulators", Json::array()},
                   {"serialized-user-task-accumulators", Json::object()}});
}

StatusOr<std::string> ResourceRequirementsView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const JobSnapshot* job, FindJob(request));
  Json out = Json::object();
  for (const VertexSnapshot& vertex : job->vertices) {
    const size_t parallelism = vertex.subtasks.size();
    out[vertex.id] = {
        {"parallelism",
         {{"lowerBound", vertex.scales ? 1 : parallelism}, {"upperBound", parallelism}}}};
  }
  return Dump(out);
}

}  // namespace weir
