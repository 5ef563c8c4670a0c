#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "common/base/status.h"
#include "jobmanager/committer.h"
#include "jobmanager/job_plan.h"
#include "proto/checkpoint.pb.h"

namespace weir {

// What one subtask takes over of one operator.
struct OperatorRestore {
  std::string uid;
  // At the same parallelism its own; after rescaling those of all old subtasks.
  std::vector<std::string> operator_states;
  // Cut to the subtask's key groups.
  std::vector<checkpoint::KeyedStateHandle> keyed;
};

struct SubtaskRestore {
  // It had read its input to the end: it only sends its end of input on again.
  bool finished = false;
  std::vector<OperatorRestore> operators;
};

struct SplitsRestore {
  std::string snapshot;  // of the SplitAssigner
  std::vector<checkpoint::SplitState> positions;
};

// A checkpoint dealt out to the subtasks of a plan.
struct StateAssignment {
  CheckpointId checkpoint;
  std::map<TaskId, SubtaskRestore> tasks;
  std::map<VertexId, SplitsRestore> splits;  // of the vertices that read splits
  // What may not be committed yet, checkpoint by checkpoint.
  std::map<CheckpointId, std::vector<Committer::Unit>> commits;
};

// Pure. Operators are matched by uid, and take state over that has their meaning; those without a
// uid come and go. Parallelism may differ, the number of key groups may not. Invalid argument when
// the checkpoint does not fit the plan (it says how), data loss when it contradicts itself.
// `allow_non_restored_state` drops the state that no operator of the plan takes over, but never
// rows that are not committed.
StatusOr<StateAssignment> AssignState(const checkpoint::CheckpointManifest& manifest,
                                      const JobPlan& plan, bool allow_non_restored_state = false);

}  // namespace weir
