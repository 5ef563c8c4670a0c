#pragma once

#include "taskmanager/deployment.h"

namespace weir {

// What tasks are made with in this binary: our operators, connectors and cold store.
// `state_dir`: where state goes that exceeds `state_bytes` of memory; empty: all stays in memory.
TaskEnvironment MakeTaskEnvironment(Executor* executor, const std::string& state_dir,
                                    uint64_t state_bytes);

}  // namespace weir
