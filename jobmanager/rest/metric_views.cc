#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "jobmanager/rest/metric_sets.h"
#include "jobmanager/rest/shapes.h"
#include "jobmanager/rest/views.h"

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

// "a,b", maybe in several parameters of that name.
std::vector<std::string> ListOf(const HttpRequest& request, std::string_view name) {
  std::vector<std::string> out;
  for (const auto& [key, value] : request.query) {
    if (key != name) continue;
    size_t from = 0;
    while (from <= value.size()) {
      const size_t end = std::min(value.find(',', from), value.size());
      if (end > from) out.push_back(value.substr(from, end - from));
      from = end + 1;
    }
  }
  return out;
}

// Names only where nobody asks for values; of what is asked for, what there is.
std::string List(const MetricSet& metrics, const HttpRequest& request) {
  const std::vector<std::string> asked = ListOf(request, "get");
  Json out = Json::array();
  if (request.FindQuery("get") == nullptr) {
    for (const Metric& metric : metrics) out.push_back({{"id", metric.id}});
    return Dump(out);
  }
  const std::set<std::string> wanted(asked.begin(), asked.end());
  for (const Metric& metric : metrics) {
    if (!wanted.contains(metric.id)) continue;
    out.push_back({{"id", metric.id}, {"value", metric.Show()}});
  }
  return Dump(out);
}

// Over several of a kind.
StatusOr<std::string> Aggregate(const std::vector<MetricSet>& sets, const HttpRequest& request) {
  std::vector<std::string> ids;
  std::map<std::string, std::vector<double>> numbers;
  for (const MetricSet& set : sets) {
    for (const Metric& metric : set) {
      std::vector<double>& of = numbers[metric.id];
      if (of.empty()) ids.push_back(metric.id);
      of.push_back(metric.number);
    }
  }
  Json out = Json::array();
  if (request.FindQuery("get") == nullptr) {
    for (const std::string& id : ids) out.push_back({{"id", id}});
    return Dump(out);
  }
  std::vector<std::string> how = ListOf(request, "agg");
  if (how.empty()) how = {"min", "max", "avg", "sum", "skew"};
  for (const std::string& id : ListOf(request, "get")) {
    const auto it = numbers.find(id);
    if (it == numbers.end()) continue;
    const Statistics statistics(it->second);
    Json one = {{"id", id}};
    for (const std::string& name : how) {
      if (name == "min") {
        one[name] = statistics.min();
      } else if (name == "max") {
        one[name] = statistics.max();
      } else if (name == "avg") {
        one[name] = statistics.avg();
      } else if (name == "sum") {
        one[name] = statistics.sum();
      } else if (name == "skew") {
        one[name] = statistics.skew();
      } else {
        return InvalidArgumentError(
            "Bad request, could not parse parameters: Cannot resolve query parameter (agg) from "
            "value \"" +
            name + "\".");
      }
    }
    out.push_back(std::move(one));
  }
  return Dump(out);
}

const plan::Vertex& PlanOf(const VertexOfJob& of) {
  return of.job->graph->vertices(static_cast<int>(of.vertex - of.job->vertices.data()));
}

// "1,3,5-9"; empty: all.
StatusOr<std::set<int64_t>> SubtasksOf(const HttpRequest& request, size_t parallelism) {
  std::set<int64_t> chosen;
  const std::string what = "query parameter (subtasks)";
  for (const std::string& item : ListOf(request, "subtasks")) {
    const size_t dash = item.find('-', 1);
    ASSIGN_OR_RETURN(const int64_t from, ParseNumber(what, item.substr(0, dash)));
    int64_t to = from;
    if (dash != std::string::npos) {
      ASSIGN_OR_RETURN(to, ParseNumber(what, item.substr(dash + 1)));
    }
    to = std::min<int64_t>(to, static_cast<int64_t>(parallelism) - 1);
    for (int64_t i = from; i <= to; ++i) chosen.insert(i);
  }
  return chosen;
}

// Those whose id is in the list of that name; all if there is no list.
template <class Items, class F>
std::vector<MetricSet> SetsOf(const Items& items, const HttpRequest& request,
                              std::string_view filter, F&& set_of) {
  const std::vector<std::string> asked = ListOf(request, filter);
  const std::set<std::string> wanted(asked.begin(), asked.end());
  std::vector<MetricSet> sets;
  for (const auto& [id, item] : items) {
    if (wanted.empty() || wanted.contains(id)) sets.push_back(set_of(item));
  }
  return sets;
}

}  // namespace

StatusOr<std::string> JobManagerMetricsView(const ViewRequest& request) {
  return List(MetricsOfJobManager(request.cluster, ReadProcessUsage()), request.http);
}

StatusOr<std::string> TaskManagerMetricsView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const TaskManagerSnapshot* task_manager, FindTaskManager(request));
  return List(MetricsOf(*task_manager), request.http);
}

StatusOr<std::string> TaskManagersMetricsView(const ViewRequest& request) {
  return Aggregate(SetsOf(request.cluster.task_managers, request.http, "taskmanagers",
                          [](const TaskManagerSnapshot& one) { return MetricsOf(one); }),
                   request.http);
}

StatusOr<std::string> JobMetricsView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const JobSnapshot* job, FindJob(request));
  return List(MetricsOf(*job, request.cluster.now), request.http);
}

StatusOr<std::string> JobsMetricsView(const ViewRequest& request) {
  return Aggregate(SetsOf(request.cluster.jobs, request.http, "jobs",
                          [&](const std::shared_ptr<const JobSnapshot>& job) {
                            return MetricsOf(*job, request.cluster.now);
                          }),
                   request.http);
}

StatusOr<std::string> VertexMetricsView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const VertexOfJob of, FindVertex(request));
  MetricSet all;
  for (size_t i = 0; i < of.vertex->subtasks.size(); ++i) {
    for (Metric& metric : MetricsOf(of.vertex->subtasks[i], PlanOf(of))) {
      metric.id = std::to_string(i) + "." + metric.id;
      all.push_back(std::move(metric));
    }
  }
  return List(all, request.http);
}

StatusOr<std::string> SubtasksMetricsView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const VertexOfJob of, FindVertex(request));
  const auto& tasks = of.vertex->subtasks;
  ASSIGN_OR_RETURN(const std::set<int64_t> chosen, SubtasksOf(request.http, tasks.size()));
  const bool all = ListOf(request.http, "subtasks").empty();
  std::vector<MetricSet> sets;
  for (size_t i = 0; i < tasks.size(); ++i) {
    if (all || chosen.contains(static_cast<int64_t>(i))) {
      sets.push_back(MetricsOf(tasks[i], PlanOf(of)));
    }
  }
  return Aggregate(sets, request.http);
}

StatusOr<std::string> SubtaskMetricsView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const SubtaskOfVertex of, FindSubtask(request));
  return List(MetricsOf(*of.task, PlanOf(of.of)), request.http);
}

StatusOr<std::string> OperatorMetricsView(const ViewRequest& request) {
  RETURN_IF_ERROR(FindVertex(request).status());
  return Dump(Json::array());
}

StatusOr<std::string> WatermarksView(const ViewRequest& request) {
  ASSIGN_OR_RETURN(const VertexOfJob of, FindVertex(request));
  Json out = Json::array();
  int index = 0;
  for (const TaskRecord& task : of.vertex->subtasks) {
    out.push_back({{"id", std::to_string(index++) + ".currentInputWatermark"},
                   {"value", std::to_string(task.metrics.watermark())}});
  }
  return Dump(out);
}

}  // namespace weir
