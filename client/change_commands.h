#pragma once

#include <string>

#include "client/cluster_commands.h"

// What `weir` asks for jobs and task managers that run. Each returns the process' exit code when it
// is done, not when it was asked for; what it waits for meanwhile goes to standard error. Ended
// before that, or cut off from the job manager, what was accepted goes on without it.

namespace weir {

// `dir`: a folder of the job manager's machine; empty: the one that the job's options name.
int TakeSavepoint(const ClusterCommand& command, const std::string& job, const std::string& dir);
int StopJob(const ClusterCommand& command, const std::string& job, const std::string& savepoint_dir,
            bool drain);
int RescaleJob(const ClusterCommand& command, const std::string& job, int parallelism);
// `task_manager`: its id or its address.
int DrainTaskManager(const ClusterCommand& command, const std::string& task_manager);

int ListTaskManagers(const ClusterCommand& command);

}  // namespace weir
