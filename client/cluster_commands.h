#pragma once

#include <map>
#include <string>

#include "client/result_printer.h"

// What `weir` does with a running job manager. Each prints its answer to standard output, what went
// wrong and what to do about it to standard error, and returns the process' exit code.

namespace weir {

struct ClusterCommand {
  std::string jobmanager = "localhost:6123";
  OutputFormat output = OutputFormat::kTable;
};

struct RunCommand {
  ClusterCommand cluster;
  std::string file;     // "-": standard input
  int parallelism = 0;  // 0: what the script or the job manager says
  bool detached = false;
  std::string from_savepoint;  // a checkpoint's folder or manifest; empty: start fresh
  bool allow_non_restored_state = false;
  std::map<std::string, std::string> config;  // --set
};

// Submits a script. Unless detached, shows the rows of queries and waits until all jobs have ended;
// an interrupt cancels queries and leaves INSERTs running. Has to be called before the process has
// other threads.
int RunOnCluster(const RunCommand& command);

int ListJobs(const ClusterCommand& command);
int ShowJob(const ClusterCommand& command, const std::string& job);
int CancelJob(const ClusterCommand& command, const std::string& job);

// The plans of a script's queries and INSERTs, without a job manager.
int ExplainScript(const RunCommand& command);
// Whether a job manager would take the script: plans it and looks at its tables, runs nothing.
int ValidateScript(const RunCommand& command);

}  // namespace weir
