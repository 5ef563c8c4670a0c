#pragma once

#include <string>

#include "common/base/status.h"
#include "taskmanager/task_manager.h"

namespace weir {

// Runs a task manager until SIGTERM or SIGINT, or until the job manager refuses it (why). Keyed
// state that does not fit into `state_bytes` of memory goes to a folder below `state_dir` (empty:
// TMPDIR or /tmp) that is removed at the end. Has to be called before the process has other
// threads.
Status RunTaskManager(const TaskManagerOptions& options, const std::string& state_dir,
                      uint64_t state_bytes);

}  // namespace weir
