#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/base/status.h"
#include "common/metrics/dogstatsd.h"
#include "taskmanager/deployment.h"

namespace weir {

struct TaskManagerOptions {
  std::string jobmanager = "127.0.0.1:6123";
  int slots = 1;
  // Where other task managers bring data. Nothing but the loopback is served unless one says so.
  std::string bind_address = "127.0.0.1";
  int data_port = 0;            // 0: any free one
  std::string advertised_host;  // what others connect to; empty: see AdvertisedHost
  // Where Prometheus asks, at bind_address: the first free one to `last`. 0: any, -1: nowhere.
  int metrics_port = -1;
  int last_metrics_port = -1;
  DogStatsDOptions dogstatsd;
  int workers = 0;  // 0: one per core
  int io_threads = 16;
};

// The host that other task managers are told: the advertised one, else where we listen; a wildcard
// is nobody's address, so that `host_name` is told instead.
std::string AdvertisedHost(const TaskManagerOptions& options, const std::string& host_name);

// A task manager: threads, data server, the connection to the job manager, the tasks. One per
// process.
class TaskManager {
 public:
  // Makes what tasks are made with; executor and transport are filled in already.
  using EnvironmentFactory = std::function<TaskEnvironment(Executor*)>;

  static StatusOr<std::unique_ptr<TaskManager>> Start(const TaskManagerOptions& options,
                                                      const EnvironmentFactory& environment);
  // Cancels the tasks and waits for them.
  ~TaskManager();

  int data_port() const;
  int metrics_port() const;  // 0: there is none
  // Until Stop (ok) or until the job manager has refused us for good (why).
  Status Wait();
  // From any thread.
  void Stop();

 private:
  class Impl;
  explicit TaskManager(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir
