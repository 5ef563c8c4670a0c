#pragma once

#include <memory>
#include <vector>

#include "taskmanager/state_reader.h"
#include "taskmanager/task.h"

namespace weir {

// Entries of state that are loaded or snapshotted between two steps.
inline constexpr size_t kEntriesPerSlice = 4096;

// What the parts of a task's implementation share.
struct Task::Body {
  std::vector<std::unique_ptr<OperatorContext>> contexts;
  SplitWatermarks splits;
  std::unique_ptr<TaskState> state;
  std::unique_ptr<InputGate> gate;
  std::unique_ptr<OutputWriter> writer;
  std::unique_ptr<OperatorChain> chain;  // null for a task that had finished before
  std::unique_ptr<StateReader> reader;   // once it is initialized
  SourceOperator* source = nullptr;
};

}  // namespace weir
