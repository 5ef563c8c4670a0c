#pragma once

#include <string>
#include <utility>
#include <vector>

#include "jobmanager/job_plan.h"

// Plans and manifests for the tests of this folder.

namespace weir {

// A chain of vertices "source" -> "window" -> ... with these parallelisms; uids "source-1",
// "window-1", ...; the first reads splits.
inline JobPlan TestPlan(const std::vector<std::pair<std::string, int32_t>>& vertices) {
  JobPlan plan;
  for (const auto& [name, parallelism] : vertices) {
    const VertexId id(static_cast<int32_t>(plan.vertices.size()));
    plan.vertices.push_back(
        {.id = id, .name = name, .parallelism = parallelism, .uids = {name + "-1"}});
    if (id.value() > 0) plan.edges.push_back({VertexId(id.value() - 1), id});
  }
  plan.vertices[0].source_uid = plan.vertices[0].uids[0];
  return plan;
}

inline TaskId Task(int32_t vertex, int32_t subtask) { return {VertexId(vertex), subtask}; }

}  // namespace weir
