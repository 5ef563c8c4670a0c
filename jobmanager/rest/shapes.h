#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jobmanager/job_snapshot.h"
#include "jobmanager/rest/statistics.h"

// Pieces of bodies that several views have in common. Templates over the JSON type, whose header
// stays out of ours.

namespace weir {

inline constexpr std::array<std::string_view, 10> kTaskStateNames = {
    "CREATED",  "SCHEDULED", "DEPLOYING", "INITIALIZING", "RUNNING",
    "FINISHED", "CANCELING", "CANCELED",  "FAILED",       "RECONCILING"};

template <class Json>
std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Counts of tasks by state, with every state.
class StateCounts {
 public:
  void Add(SubtaskState state) { ++counts_[static_cast<size_t>(state)]; }
  int32_t Of(SubtaskState state) const { return counts_[static_cast<size_t>(state)]; }
  int32_t Total() const;
  SubtaskState Aggregate() const;  // the state of the vertex whose tasks these are
  template <class Json>
  Json UpperCase() const {
    Json out = Json::object();
    for (size_t i = 0; i < kTaskStateNames.size(); ++i) {
      out[std::string(kTaskStateNames[i])] = counts_[i];
    }
    return out;
  }
  template <class Json>
  Json LowerCaseWithTotal() const {
    Json out = Json::object();
    out["total"] = Total();
    for (size_t i = 0; i < kTaskStateNames.size(); ++i) {
      std::string name(kTaskStateNames[i]);
      for (char& c : name) c = static_cast<char>(c - 'A' + 'a');
      out[name] = counts_[i];
    }
    return out;
  }

 private:
  std::array<int32_t, kTaskStateNames.size()> counts_{};
};

// When something was deployed and when it ended: -1 where it was not.
struct Lifetime {
  Timestamp start = -1;
  Timestamp end = -1;
  Timestamp duration = -1;
};
Lifetime LifetimeOf(const TaskRecord& task, Timestamp now);
// From the first that was deployed to the last that ended, if all have.
Lifetime LifetimeOf(const std::vector<const TaskRecord*>& tasks, Timestamp now);
StateCounts CountStates(const std::vector<const TaskRecord*>& tasks);
std::vector<const TaskRecord*> TasksOf(const VertexSnapshot& vertex);

// What goes in and out of tasks.
struct IoNumbers {
  int64_t read_bytes = 0;
  int64_t write_bytes = 0;
  int64_t read_records = 0;
  int64_t write_records = 0;
  int64_t backpressured_ms = 0;
  int64_t idle_ms = 0;
  int64_t busy_ms = 0;

  explicit IoNumbers(const std::vector<const TaskRecord*>& tasks);
  template <class Json>
  Json ToJson() const {
    Json out = Json::object();
    const auto add = [&](const char* name, int64_t value) {
      out[name] = value;
      out[std::string(name) + "-complete"] = true;
    };
    add("read-bytes", read_bytes);
    add("write-bytes", write_bytes);
    add("read-records", read_records);
    add("write-records", write_records);
    out["accumulated-backpressured-time"] = backpressured_ms;
    out["accumulated-idle-time"] = idle_ms;
    out["accumulated-busy-time"] = static_cast<double>(busy_ms);
    return out;
  }
  std::map<std::string, int64_t> ByName() const;
};

// The share of a second, 0 to 1.
inline double RatioOf(double ms_per_second) { return std::clamp(ms_per_second / 1000, 0.0, 1.0); }

// As Flink names it: "HASH", "GLOBAL", ...
const char* ShipStrategyOf(const plan::Exchange& exchange);

// `ids`: of the vertices.
template <class Json>
Json EdgesOf(const plan::JobGraph& graph, const std::vector<std::string>& ids) {
  Json out = Json::array();
  for (const plan::Edge& edge : graph.edges()) {
    out.push_back({{"from", ids[edge.from_vertex()]},
                   {"to", ids[edge.to_vertex()]},
                   {"ship", ShipStrategyOf(edge.exchange())}});
  }
  return out;
}

// A number that JSON has no word for goes as text.
template <class Json>
Json NumberJson(double number) {
  return std::isfinite(number) ? Json(number) : Json(std::isnan(number) ? "NaN" : "Infinity");
}

}  // namespace weir
