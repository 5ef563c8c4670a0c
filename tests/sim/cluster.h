#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "jobmanager/dispatcher.h"
#include "taskmanager/task_executor.h"
#include "tests/sim/sim_executor.h"
#include "tests/sim/sim_file_system.h"
#include "tests/sim/sim_network.h"
#include "tests/sim/sim_operators.h"
#include "tests/sim/simulator.h"

namespace weir::sim {

// One job manager and some task managers: real dispatchers and task executors in simulated
// processes, which can die, hang and come back.
class Cluster {
 public:
  Cluster(World world, SimFileSystem* disk, int task_managers, int slots);
  ~Cluster();

  void StartAll();

  // ---- Faults
  void KillTaskManager(int i, int64_t back_after_us);
  void PauseTaskManager(int i, int64_t for_us);
  void CutControl(int i);
  void CutData(int a, int b);
  void KillJobManager(int64_t back_after_us);
  void PauseJobManager(int64_t for_us);
  // It hangs, and another takes over; when it wakes it is one too many.
  void UsurpJobManager(int64_t for_us);
  // The same when it is about to read or write its next file.
  void UsurpJobManagerAtItsWork() { usurp_at_work_ = true; }
  // Every process and what the disk had not synced.
  void LosePower(int64_t back_after_us);
  // The wall clock of a process jumps; of the job manager with -1.
  void JumpClock(int i, int64_t ms);
  // The process that works on the disk next dies at one of its next operations.
  void DieOnDisk() { disk_.DieAfter(static_cast<int>(simulator_.rng().Below(12))); }

  int size() const { return static_cast<int>(task_managers_.size()); }
  void KillTaskManagerAt(const std::string& address, int64_t back_after_us);
  // Null while the job manager is down.
  Dispatcher* dispatcher() { return job_manager_ ? job_manager_->dispatcher.get() : nullptr; }
  static std::string CheckpointRoot() { return "/checkpoints"; }

 private:
  struct JobManagerProcess {
    explicit JobManagerProcess(const Simulator* simulator) : clock(simulator, life) {}
    LifePtr life = std::make_shared<Life>();
    const SimClock clock;
    std::unique_ptr<Dispatcher> dispatcher;
    std::vector<std::shared_ptr<Connection>> connections;
  };
  struct TaskManagerProcess {
    int number = 0;
    std::string address;
    LifePtr life = std::make_shared<Life>();
    std::unique_ptr<SimExecutor> workers;
    std::unique_ptr<DataTransport> transport;
    std::shared_ptr<TaskExecutor> executor;
    std::shared_ptr<Connection> connection;
  };
  class Link;

  void StartJobManager();
  void StartTaskManager(int i);
  void Connect(TaskManagerProcess* process);
  void Die(const LifePtr& life);

  const World world_;
  Simulator& simulator_;
  SimFileSystem& disk_;
  const int slots_;
  SimDataNetwork data_;
  std::unique_ptr<JobManagerProcess> job_manager_;
  std::vector<std::unique_ptr<TaskManagerProcess>> task_managers_;  // null: down
  // Who registered over which connection.
  std::map<const Connection*, TaskManagerId> ids_;
  bool usurp_at_work_ = false;
  int starts_ = 0;
  int jobs_ = 0;
  // The dead and the usurped keep their memory until the end: closures still point into it.
  std::vector<std::unique_ptr<JobManagerProcess>> past_job_managers_;
  std::vector<std::unique_ptr<TaskManagerProcess>> dead_task_managers_;
};

}  // namespace weir::sim
