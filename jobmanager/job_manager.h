#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "common/base/status.h"
#include "common/metrics/dogstatsd.h"
#include "jobmanager/job_compiler.h"
#include "jobmanager/rest/rest_options.h"

namespace weir {

struct JobManagerOptions {
  std::string bind_address = "127.0.0.1";
  int rpc_port = 6123;                        // 0: a free one
  std::string ha_dir;                         // what survives this process; empty: nothing does
  std::map<std::string, std::string> config;  // defaults of all jobs
  // Nothing: no REST interface. Its config and shut_down are filled in.
  std::optional<RestOptions> rest;
  DogStatsDOptions dogstatsd;
};

// The job manager's process: dispatcher and servers.
class JobManager {
 public:
  virtual ~JobManager() = default;  // stops
  virtual int port() const = 0;
  virtual int rest_port() const = 0;  // 0: there is no REST interface
  // Blocks until another job manager takes over (the reason) or Stop is called (ok).
  virtual Status Wait() = 0;
  // From any thread. Jobs are left to the next job manager.
  virtual void Stop() = 0;

  // `compiler` is borrowed.
  static StatusOr<std::unique_ptr<JobManager>> Start(const JobManagerOptions& options,
                                                     JobCompiler* compiler);
};

// Runs one until SIGTERM or SIGINT. Has to be called before the process has other threads.
Status RunJobManager(const JobManagerOptions& options, JobCompiler* compiler);

}  // namespace weir
