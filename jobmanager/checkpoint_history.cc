#include "jobmanager/checkpoint_history.h"

#include <algorithm>
#include <numeric>

namespace weir {
namespace {

constexpr size_t kKept = 10;
constexpr size_t kNumbersKept = 1000;

}  // namespace

int32_t CheckpointHistory::Checkpoint::Acknowledged() const {
  return static_cast<int32_t>(std::count_if(tasks.begin(), tasks.end(), [](const Task& task) {
    return task.acknowledged != kMinTimestamp;
  }));
}

Timestamp CheckpointHistory::Checkpoint::LastAcknowledged() const {
  Timestamp last = kMinTimestamp;
  for (const Task& task : tasks) last = std::max(last, task.acknowledged);
  return last;
}

void CheckpointHistory::Begin(CheckpointId id, Kind kind, const JobPlan& plan, Timestamp now) {
  Checkpoint begun{.id = id, .kind = kind, .triggered = now};
  int32_t tasks = 0;
  for (const PlanVertex& vertex : plan.vertices) {
    begun.parallelism.push_back(vertex.parallelism);
    tasks += vertex.parallelism;
  }
  begun.tasks.resize(tasks);
  ++total_;
  newest_.push_front(std::move(begun));
  if (newest_.size() > kKept) newest_.pop_back();
}

void CheckpointHistory::Acknowledge(CheckpointId id, TaskId task, const SnapshotStats& stats,
                                    Timestamp now) {
  Checkpoint* checkpoint = Find(id);
  const auto vertex = static_cast<size_t>(task.vertex.value());
  if (checkpoint == nullptr || vertex >= checkpoint->parallelism.size()) return;
  const auto& parallelism = checkpoint->parallelism;
  if (task.subtask < 0 || task.subtask >= parallelism[vertex]) return;
  const int32_t index =
      std::accumulate(parallelism.begin(), parallelism.begin() + vertex, task.subtask);
  checkpoint->tasks[index] = {now, stats};
  checkpoint->sizes.state_bytes += stats.state_bytes;
  checkpoint->sizes.written_bytes += stats.written_bytes;
}

void CheckpointHistory::Complete(CheckpointId id, Timestamp now) {
  ++completed_;
  Checkpoint* checkpoint = Find(id);
  if (checkpoint == nullptr) return;
  checkpoint->state = Checkpoint::kCompleted;
  checkpoint->ended = now;
  (checkpoint->kind == Kind::kCheckpoint ? last_completed_ : last_savepoint_) = *checkpoint;
  numbers_.push_back({now - checkpoint->triggered, checkpoint->sizes.state_bytes,
                      checkpoint->sizes.written_bytes});
  if (numbers_.size() > kNumbersKept) numbers_.pop_front();
}

void CheckpointHistory::Fail(CheckpointId id, const std::string& why, Timestamp now) {
  ++failed_;
  Checkpoint* checkpoint = Find(id);
  if (checkpoint == nullptr) return;
  checkpoint->state = Checkpoint::kFailed;
  checkpoint->ended = now;
  checkpoint->failure = why;
  last_failed_ = *checkpoint;
}

void CheckpointHistory::Copied(CheckpointId id, const std::string& folder) {
  if (Checkpoint* checkpoint = Find(id)) checkpoint->savepoints.push_back(folder);
  if (last_savepoint_ && last_savepoint_->id == id) last_savepoint_->savepoints.push_back(folder);
}

CheckpointHistory::Checkpoint* CheckpointHistory::Find(CheckpointId id) {
  const auto it = std::find_if(newest_.begin(), newest_.end(),
                               [&](const Checkpoint& checkpoint) { return checkpoint.id == id; });
  return it == newest_.end() ? nullptr : &*it;
}

}  // namespace weir
