#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "jobmanager/job_plan.h"

namespace weir {

struct TaskManagerSlots {
  TaskManagerId id;
  std::string host;
  int32_t slots = 0;
};

// What a task manager offers to one job: its free slots, and those that the job holds already.
struct FreeSlots {
  TaskManagerId task_manager;
  std::string host;
  int32_t total = 0;             // slots of the task manager
  std::vector<int32_t> indices;  // ascending
};

// Chooses `count` slots: each on a host that holds its state where one is wished and has room, the
// others where the smallest share of slots is taken, so that a job spreads over the task managers.
// nullopt when there are not enough. Pure; equal input gives equal output.
std::optional<std::vector<SlotId>> ChooseSlots(std::vector<FreeSlots> offers, int32_t count,
                                               const std::vector<std::string>& hosts);

}  // namespace weir
