#pragma once

#include <map>
#include <string>

#include "common/base/status.h"
#include "jobmanager/checkpoint_coordinator.h"
#include "jobmanager/restart_strategy.h"

namespace weir {

// What the SET options of a job say about its life. Flink's keys and defaults.
struct JobOptions {
  CheckpointConfig checkpoints;
  RestartConfig restart;
  std::string checkpoint_dir;  // execution.checkpointing.dir or state.checkpoints.dir; empty: unset
  std::string savepoint_dir;   // execution.checkpointing.savepoint-dir; empty: none said
  std::string from_savepoint;  // execution.state-recovery.path; empty: it begins anew
  bool allow_non_restored_state = false;
  std::string name;  // pipeline.name; empty: unset
};

// Without restart-strategy.type: exponential-delay where checkpoints are taken, else none.
// Invalid argument names the option and its value.
StatusOr<JobOptions> ReadJobOptions(const std::map<std::string, std::string>& config);

}  // namespace weir
