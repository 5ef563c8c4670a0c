#pragma once

#include "taskmanager/deployment.h"

namespace weir {

// What tasks are made with in this binary: our operators, connectors and cold store.
// `state_dir`: where cold stores keep their files; empty: all keyed state stays in memory.
TaskEnvironment MakeTaskEnvironment(Executor* executor, const std::string& state_dir,
                                    uint64_t state_bytes_per_task);

}  // namespace weir
