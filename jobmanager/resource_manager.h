#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "jobmanager/scheduler.h"

namespace weir {

// Knows the task managers of the cluster and whose their slots are; grants slots to jobs, all that
// a job needs or none. Pure: no I/O, no clock, no threads.
//
// A job keeps its slots over its restarts; a lost one is replaced on the same host where that is
// possible, because the state is there. Waiting jobs are served in the order in which they came;
// a smaller one may pass a bigger one that does not fit.
class ResourceManager {
 public:
  struct Grant {
    std::string job;
    std::vector<SlotId> slots;  // slots[i] holds subtask i of each vertex
  };
  using Grants = std::vector<Grant>;

  // A task manager came, with all its slots free. Ids are never used again.
  Grants Register(const TaskManagerSlots& task_manager);
  // It is gone: so are its slots.
  void Lost(TaskManagerId task_manager);
  // It is about to leave: what runs there stays, nothing new is put there.
  void Drain(TaskManagerId task_manager);

  // The job needs `count` slots for its next attempt, none of the current one is in use any more.
  Grants Request(const std::string& job, int32_t count);
  // The job needs nothing any more.
  Grants Release(const std::string& job);

  // "needs 4 slots, 2 are free on 1 task manager"; empty when the job does not wait.
  std::string WaitingReason(const std::string& job) const;
  int32_t CountFree(TaskManagerId task_manager) const;
  // That the job could have now: free ones and its own, none of a task manager that drains.
  int32_t CountFor(const std::string& job) const;
  bool IsDraining(TaskManagerId id) const { return draining_.contains(id); }
  std::set<std::string> JobsOn(TaskManagerId task_manager) const;  // that hold slots of it
  std::map<std::string, int32_t> SlotsByJob(TaskManagerId task_manager) const;  // held there
  const std::map<TaskManagerId, TaskManagerSlots>& task_managers() const { return task_managers_; }

 private:
  struct Waiting {
    std::string job;
    int32_t count = 0;
  };

  std::vector<FreeSlots> Offers(const std::string& job) const;
  Grants Serve();

  std::map<TaskManagerId, TaskManagerSlots> task_managers_;
  std::set<TaskManagerId> draining_;
  std::map<SlotId, std::string> owner_;
  std::map<std::string, std::vector<std::string>> last_hosts_;  // of a job's slots
  std::vector<Waiting> waiting_;
};

}  // namespace weir
