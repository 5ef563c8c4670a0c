#include "jobmanager/job_plan.h"

#include <algorithm>
#include <set>

#include "common/base/check.h"

namespace weir {
namespace {

bool HasItsOwnParallelism(const plan::Vertex& vertex) {
  return std::any_of(vertex.chain().begin(), vertex.chain().end(), [](const auto& node) {
    return node.has_values() || node.has_collect() ||
           node.source().table().options().contains("scan.parallelism") ||
           node.sink().table().options().contains("sink.parallelism");
  });
}

// The edges are sound.
void FindWhatScales(const plan::JobGraph& graph, JobPlan* job) {
  for (const plan::Vertex& vertex : graph.vertices()) {
    if (HasItsOwnParallelism(vertex)) job->vertices[vertex.id()].scales = false;
  }
  for (const plan::Edge& edge : graph.edges()) {
    if (edge.exchange().kind() == plan::Exchange::SINGLETON) {
      job->vertices[edge.to_vertex()].scales = false;
    }
  }
  // Along a forward edge both or neither: as often as it takes to get through the longest path.
  for (bool changed = true; changed;) {
    changed = false;
    for (const plan::Edge& edge : graph.edges()) {
      bool& from = job->vertices[edge.from_vertex()].scales;
      bool& to = job->vertices[edge.to_vertex()].scales;
      if (edge.exchange().kind() != plan::Exchange::FORWARD || from == to) continue;
      from = to = false;
      changed = true;
    }
  }
}

}  // namespace

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

JobPlan JobPlan::WithParallelism(int32_t parallelism) const {
  CHECK(1 <= parallelism && parallelism <= max_parallelism) << "parallelism " << parallelism;
  JobPlan scaled = *this;
  for (PlanVertex& vertex : scaled.vertices) {
    if (vertex.scales) vertex.parallelism = parallelism;
  }
  return scaled;
}

bool JobPlan::Scales() const {
  return std::any_of(vertices.begin(), vertices.end(), [](const auto& v) { return v.scales; });
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
  FindWhatScales(graph, &job);
  return job;
}

}  // namespace weir
