#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "common/base/time.h"
#include "jobmanager/execution_graph.h"
#include "proto/control.pb.h"

namespace weir {

// Between the last two heartbeats, per second.
struct TaskRates {
  double records_in = 0;
  double records_out = 0;
  double bytes_in = 0;
  double bytes_out = 0;
  double busy_ms = 0;
  double backpressured_ms = 0;
  double idle_ms = 0;
  std::vector<double> operator_rows;  // that each operator of the chain has emitted
};

rpc::TaskMetrics NoMetrics();  // of a task that has counted nothing yet

// What is known of a task of the current attempt.
struct TaskRecord {
  AttemptId attempt;
  SubtaskState state = SubtaskState::kCreated;
  std::array<Timestamp, kSubtaskStates> entered{};  // when, by SubtaskState; 0: never
  std::string task_manager;                         // its id; empty: it was nowhere yet
  std::string endpoint;                             // host:port
  rpc::TaskMetrics metrics = NoMetrics();           // the last ones
  TaskRates rates;
  Timestamp measured_at = 0;  // by its task manager's clock; 0: never
};

// Keeps what people ask of a job's tasks: when they entered which state, where they are, what they
// counted last and how fast. Pure; the dispatcher's thread.
class TaskRecords {
 public:
  using AddressOf = std::function<std::string(TaskManagerId)>;

  // To be called when the state of `task` may have changed.
  void Observe(const ExecutionGraph& graph, TaskId task, Timestamp now, const AddressOf& address);
  // Forgets tasks that are not in the graph any more.
  void ObserveAll(const ExecutionGraph& graph, const JobPlan& plan, Timestamp now,
                  const AddressOf& address);
  // `at`: 0 for the last ones of a task that is over, which say nothing of its pace.
  void OnMetrics(const rpc::TaskMetrics& metrics, Timestamp at);

  const std::map<TaskId, TaskRecord>& all() const { return records_; }
  const TaskRecord* Find(TaskId task) const;

 private:
  std::map<TaskId, TaskRecord> records_;
};

}  // namespace weir
