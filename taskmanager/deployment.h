#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/memory_budget.h"
#include "common/base/status.h"
#include "common/fs/file_system.h"
#include "connectors/connector.h"
#include "proto/control.pb.h"
#include "state/cold_store.h"
#include "state/storage/checkpoint_storage.h"
#include "taskmanager/exchange/data_transport.h"
#include "taskmanager/task.h"

namespace weir {

// What tasks are made with besides what DeployTasks says. Everything in it outlives the tasks.
struct TaskEnvironment {
  Executor* executor = nullptr;
  OperatorFactory make_operator;
  std::function<StatusOr<std::unique_ptr<Source>>(const plan::Table&)> make_source;
  std::function<StatusOr<std::unique_ptr<Sink>>(const plan::Table&)> make_sink;
  std::shared_ptr<FileSystem> file_system;     // of checkpoints
  ColdStoreFactory cold_store;                 // null: all keyed state stays in memory
  std::shared_ptr<MemoryBudget> state_memory;  // for the keyed state of all tasks; null: no limit
  std::string scratch_dir;                     // for changes that do not fit it; empty: none
  size_t inline_state_bytes = CheckpointStorage::kInlineBytes;  // smaller state gets no file
  DataTransport* transport = nullptr;                           // null: every task of a job is here
};

// The tasks of one attempt that run here, wired together and not started.
struct Deployment {
  std::vector<std::shared_ptr<Task>> tasks;  // as in DeployTasks.subtasks
  std::map<TaskId, std::shared_ptr<CollectBuffer>> collect;
  std::shared_ptr<CheckpointStorage> storage;  // of the job's checkpoints; null: none
};

// Listens to one task: event by event, from whatever thread runs it.
using TaskListener = std::function<void(TaskId, TaskEvent)>;

// kInvalidArgument for a plan that does not hold together.
StatusOr<Deployment> BuildDeployment(const rpc::DeployTasks& deploy,
                                     const TaskEnvironment& environment,
                                     const TaskListener& listener);

}  // namespace weir
