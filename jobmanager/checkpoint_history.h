#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "common/base/time.h"
#include "jobmanager/job_plan.h"

namespace weir {

// What one task's snapshot took.
struct SnapshotStats {
  int64_t state_bytes = 0;
  int64_t written_bytes = 0;
  int64_t alignment_ms = 0;
  int64_t sync_us = 0;   // the task stood still
  int64_t async_ms = 0;  // writing beside it
};

// What became of a job's checkpoints, for people: the last few in full, the last of each kind, and
// numbers of many. Pure; a value that is copied to whoever looks at it. Times are the caller's.
class CheckpointHistory {
 public:
  struct Task {
    Timestamp acknowledged = kMinTimestamp;  // not yet
    SnapshotStats stats;
  };
  enum class Kind { kCheckpoint, kSavepoint, kStop };  // kStop: a savepoint that ends the job
  struct Checkpoint {
    enum State { kInProgress, kCompleted, kFailed };
    CheckpointId id;
    Kind kind = Kind::kCheckpoint;
    State state = kInProgress;
    Timestamp triggered = 0;
    Timestamp ended = 0;
    SnapshotStats sizes;  // summed up: bytes only
    std::string failure;
    std::vector<std::string> savepoints;  // folders that it was copied to
    std::vector<int32_t> parallelism;     // of each vertex
    std::vector<Task> tasks;              // as JobPlan::Tasks has them
    int32_t Acknowledged() const;
    Timestamp LastAcknowledged() const;  // kMinTimestamp: none
  };
  // Of a completed one.
  struct Numbers {
    int64_t duration_ms = 0;
    int64_t state_bytes = 0;
    int64_t written_bytes = 0;
  };

  void Begin(CheckpointId id, Kind kind, const JobPlan& plan, Timestamp now);
  void Acknowledge(CheckpointId id, TaskId task, const SnapshotStats& stats, Timestamp now);
  void Complete(CheckpointId id, Timestamp now);
  void Fail(CheckpointId id, const std::string& why, Timestamp now);
  void Copied(CheckpointId id, const std::string& folder);

  const std::deque<Checkpoint>& newest() const { return newest_; }  // first the newest
  // Also when there have been many since.
  const std::optional<Checkpoint>& last_completed() const { return last_completed_; }
  const std::optional<Checkpoint>& last_savepoint() const { return last_savepoint_; }
  const std::optional<Checkpoint>& last_failed() const { return last_failed_; }
  const std::deque<Numbers>& numbers() const { return numbers_; }
  int64_t total() const { return total_; }
  int64_t completed() const { return completed_; }
  int64_t failed() const { return failed_; }

 private:
  Checkpoint* Find(CheckpointId id);

  std::deque<Checkpoint> newest_;
  std::optional<Checkpoint> last_completed_;  // that is no savepoint
  std::optional<Checkpoint> last_savepoint_;
  std::optional<Checkpoint> last_failed_;
  std::deque<Numbers> numbers_;
  int64_t total_ = 0;
  int64_t completed_ = 0;
  int64_t failed_ = 0;
};

}  // namespace weir
