#include "jobmanager/rest/shapes.h"

#include <numeric>

namespace weir {

const char* ShipStrategyOf(const plan::Exchange& exchange) {
  switch (exchange.kind()) {
    case plan::Exchange::HASH:
      return "HASH";
    case plan::Exchange::REBALANCE:
      return "REBALANCE";
    case plan::Exchange::BROADCAST:
      return "BROADCAST";
    case plan::Exchange::SINGLETON:
      return "GLOBAL";
    default:
      return "FORWARD";
  }
}

int32_t StateCounts::Total() const { return std::accumulate(counts_.begin(), counts_.end(), 0); }

SubtaskState StateCounts::Aggregate() const {
  for (SubtaskState state :
       {SubtaskState::kFailed, SubtaskState::kCanceling, SubtaskState::kCanceled,
        SubtaskState::kInitializing, SubtaskState::kRunning}) {
    if (Of(state) > 0) return state;
  }
  if (Of(SubtaskState::kFinished) == 0) return SubtaskState::kCreated;
  return Of(SubtaskState::kFinished) == Total() ? SubtaskState::kFinished : SubtaskState::kRunning;
}

Lifetime LifetimeOf(const TaskRecord& task, Timestamp now) {
  Lifetime life;
  const Timestamp deployed = task.entered[static_cast<size_t>(SubtaskState::kDeploying)];
  if (deployed > 0) life.start = deployed;
  const Timestamp ended = task.entered[static_cast<size_t>(task.state)];
  if (IsTerminal(task.state) && ended > 0) life.end = ended;
  if (life.start >= 0) life.duration = (life.end >= 0 ? life.end : now) - life.start;
  return life;
}

Lifetime LifetimeOf(const std::vector<const TaskRecord*>& tasks, Timestamp now) {
  Lifetime life;
  bool all_ended = !tasks.empty();
  for (const TaskRecord* task : tasks) {
    const Lifetime one = LifetimeOf(*task, now);
    if (one.start >= 0 && (life.start < 0 || one.start < life.start)) life.start = one.start;
    life.end = std::max(life.end, one.end);
    all_ended = all_ended && one.end >= 0;
  }
  if (!all_ended) life.end = -1;
  if (life.start >= 0) life.duration = (life.end >= 0 ? life.end : now) - life.start;
  return life;
}

StateCounts CountStates(const std::vector<const TaskRecord*>& tasks) {
  StateCounts counts;
  for (const TaskRecord* task : tasks) counts.Add(task->state);
  return counts;
}

std::vector<const TaskRecord*> TasksOf(const VertexSnapshot& vertex) {
  std::vector<const TaskRecord*> tasks;
  for (const TaskRecord& task : vertex.subtasks) tasks.push_back(&task);
  return tasks;
}

IoNumbers::IoNumbers(const std::vector<const TaskRecord*>& tasks) {
  for (const TaskRecord* task : tasks) {
    const rpc::TaskMetrics& m = task->metrics;
    read_bytes += m.bytes_in();
    write_bytes += m.bytes_out();
    read_records += m.records_in();
    write_records += m.records_out();
    backpressured_ms += m.backpressured_ms();
    idle_ms += m.idle_ms();
    busy_ms += m.busy_ms();
  }
}

std::map<std::string, int64_t> IoNumbers::ByName() const {
  return {{"read-bytes", read_bytes},
          {"write-bytes", write_bytes},
          {"read-records", read_records},
          {"write-records", write_records},
          {"accumulated-backpressured-time", backpressured_ms},
          {"accumulated-idle-time", idle_ms},
          {"accumulated-busy-time", busy_ms}};
}

}  // namespace weir
