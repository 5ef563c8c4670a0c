#include "jobmanager/job_plan.h"

#include <algorithm>
#include <set>

namespace weir {

int32_t JobPlan::HighestParallelism() const {
  int32_t highest = 0;
  for (const PlanVertex& vertex : vertices) highest = std::max(highest, vertex.parallelism);
  return highest;
}

std::vector<TaskId> JobPlan::Tasks() const {
  std::vector<TaskId> tasks;
  for (const PlanVertex& vertex : vertices) {
    for (int32_t i = 0; i < vertex.parallelism; ++i) tasks.push_back({vertex.id, i});
  }
  return tasks;
}

bool JobPlan::IsRoot(VertexId vertex) const {
  return std::none_of(edges.begin(), edges.end(),
                      [&](const PlanEdge& edge) { return edge.to == vertex; });
}

const PlanVertex* JobPlan::FindUid(const std::string& uid) const {
  for (const PlanVertex& vertex : vertices) {
    if (std::find(vertex.uids.begin(), vertex.uids.end(), uid) != vertex.uids.end()) {
      return &vertex;
    }
  }
  return nullptr;
}

std::string JobPlan::MeaningOf(const std::string& uid) const {
  const PlanVertex* vertex = FindUid(uid);
  if (vertex == nullptr || vertex->meanings.empty()) return "";
  const auto at = std::find(vertex->uids.begin(), vertex->uids.end(), uid);
  return vertex->meanings[static_cast<size_t>(at - vertex->uids.begin())];
}

StatusOr<JobPlan> MakeJobPlan(const plan::JobGraph& graph) {
  JobPlan job;
  if (graph.max_parallelism() > 0) job.max_parallelism = graph.max_parallelism();
  std::set<std::string> uids;
  for (const plan::Vertex& v : graph.vertices()) {
    if (v.id() != job.vertices.size()) {
      return InvalidArgumentError("vertex " + std::to_string(v.id()) + " stands at place " +
                                  std::to_string(job.vertices.size()) + " of the job graph");
    }
    if (v.parallelism() < 1 || v.parallelism() > job.max_parallelism) {
      return InvalidArgumentError("parallelism " + std::to_string(v.parallelism()) + " of " +
                                  v.name() + " is not between 1 and the maximum of " +
                                  std::to_string(job.max_parallelism));
    }
    PlanVertex vertex{.id = VertexId(static_cast<int32_t>(v.id())),
                      .name = v.name(),
                      .parallelism = v.parallelism()};
    for (const plan::OperatorNode& node : v.chain()) {
      // Only what has state needs one.
      if (!node.uid().empty() && !uids.insert(node.uid()).second) {
        return InvalidArgumentError("two operators have the uid " + node.uid());
      }
      vertex.uids.push_back(node.uid());
      vertex.meanings.push_back(node.meaning());
      if (node.has_source()) vertex.source_uid = node.uid();
    }
    job.vertices.push_back(std::move(vertex));
  }
  if (job.vertices.empty()) return InvalidArgumentError("the job graph has no vertices");
  for (const plan::Edge& edge : graph.edges()) {
    if (edge.from_vertex() >= edge.to_vertex() || edge.to_vertex() >= job.vertices.size()) {
      return InvalidArgumentError("edge " + std::to_string(edge.id()) +
                                  " does not lead from a vertex to a later one");
    }
    job.edges.push_back({VertexId(static_cast<int32_t>(edge.from_vertex())),
                         VertexId(static_cast<int32_t>(edge.to_vertex()))});
  }
  return job;
}

}  // namespace weir
