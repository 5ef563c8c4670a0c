#pragma once

#include <compare>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "common/base/status.h"
#include "proto/plan.pb.h"

namespace weir {

// A place for one subtask of each vertex of a job.
struct SlotId {
  TaskManagerId task_manager;
  int32_t index = 0;
  friend auto operator<=>(const SlotId&, const SlotId&) = default;
};
inline std::ostream& operator<<(std::ostream& out, const SlotId& slot) {
  return out << slot.task_manager << "." << slot.index;
}

// What the coordinators need to know of a JobGraph: shape, parallelism, whose state is whose.
struct PlanVertex {
  VertexId id;
  std::string name;
  int32_t parallelism = 1;
  std::vector<std::string> uids;      // of its operators, root first; empty: without state
  std::vector<std::string> meanings;  // one per uid, or none at all; see plan.proto
  std::string source_uid;             // of the operator that reads splits; empty: none
  bool scales = true;                 // false: its parallelism is its own, not the job's
};

struct PlanEdge {
  VertexId from;
  VertexId to;
};

struct JobPlan {
  std::vector<PlanVertex> vertices;  // upstream ones first; vertices[i].id is i
  std::vector<PlanEdge> edges;
  int32_t max_parallelism = 128;  // key groups

  int32_t HighestParallelism() const;
  // All subtasks, by vertex and index.
  std::vector<TaskId> Tasks() const;
  bool IsRoot(VertexId vertex) const;                       // no edge leads to it
  const PlanVertex* FindUid(const std::string& uid) const;  // null: no operator has it
  std::string MeaningOf(const std::string& uid) const;
  // The same job at another parallelism: of every vertex that scales. At most max_parallelism.
  JobPlan WithParallelism(int32_t parallelism) const;
  bool Scales() const;  // any vertex does
};

// A vertex does not scale where one subtask has to see everything (an aggregate without keys),
// where its table says how many read or write it (scan.parallelism, sink.parallelism), where its
// rows are in the plan or go to a client, and where it is tied to such a one subtask by subtask.
//
// Refuses a graph that cannot run (invalid argument): ids out of order, parallelism below 1 or
// above max_parallelism, an operator uid used twice.
StatusOr<JobPlan> MakeJobPlan(const plan::JobGraph& graph);

}  // namespace weir
