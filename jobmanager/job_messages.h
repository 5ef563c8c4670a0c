#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "common/base/ids.h"
#include "common/base/status.h"
#include "common/base/time.h"
#include "jobmanager/checkpoint_coordinator.h"
#include "jobmanager/execution_graph.h"
#include "jobmanager/split_assigner.h"
#include "jobmanager/state_assignment.h"

// What a JobMaster is told (events) and what it asks for (actions).

namespace weir {

// What the job manager has to remember of a job besides its graph and its checkpoints.
struct JobRecord {
  JobState state = JobState::kCreated;  // CREATED until a globally terminal one
  Status cause;                         // of FAILED
  bool cancel_requested = false;
  struct Stop {
    std::string savepoint_dir;
    bool drain = false;
  };
  std::optional<Stop> stop;  // asked for and neither done nor given up
  std::string stop_failure;  // why the last one was given up
  std::string savepoint;     // behind which it has ended
  int32_t parallelism = 0;   // that it was rescaled to; 0: as it was submitted
  // By source uid: the snapshot of the split assigner right after the first discovery.
  std::map<std::string, std::string> first_discoveries;
};

namespace job_event {

struct Start {};  // the first one
// Answer to LoadCheckpoint.
struct CheckpointLoaded {
  // Ok also where there is none; failed precondition: another job manager has taken over.
  Status status;
  std::vector<checkpoint::CheckpointManifest> retained;  // of this job, oldest first
  // What the job was told to start from; only read while `retained` is empty.
  std::vector<checkpoint::CheckpointManifest> start_from;  // none or one
};
struct SlotsGranted {
  std::vector<SlotId> slots;
};
struct TaskManagerLost {
  TaskManagerId task_manager;
  Status cause;
};
struct TaskStateChanged {
  AttemptId attempt;
  TaskId task;
  SubtaskState state = SubtaskState::kRunning;
  Status cause;  // of FAILED
};
struct EndOfInputReached {
  AttemptId attempt;
  TaskId task;
};
struct SnapshotDone {
  AttemptId attempt;
  TaskId task;
  CheckpointId checkpoint;
  checkpoint::TaskSnapshot snapshot;
  SnapshotStats stats;
};
struct SnapshotDeclined {
  AttemptId attempt;
  TaskId task;
  CheckpointId checkpoint;
  Status cause;
};
// Answer to PublishCheckpoint; the codes are those of CheckpointCoordinator::OnPublished.
struct CheckpointPublished {
  CheckpointId checkpoint;
  Status status;
};
struct CommitDone {
  AttemptId attempt;
  TaskId task;
  CheckpointId checkpoint;
  std::string uid;
  Status status;
};
struct SplitsDiscovered {
  AttemptId attempt;
  VertexId vertex;
  Discovery discovery;
};
struct SplitRequested {
  AttemptId attempt;
  TaskId task;
};
// Answer to PersistJobState. A failure means that this job manager is not the leader any more:
// the adapter repeats everything else.
struct JobStatePersisted {
  int64_t version = 0;
  Status status;
};
struct CancelRequested {};
// Requests of people have a number, under which they are answered once. The following are of a job
// that takes checkpoints; see CheckpointCoordinator for savepoint and stop.
struct SavepointRequested {
  int64_t request = 0;
  std::string dir;
};
struct StopRequested {
  int64_t request = 0;
  JobRecord::Stop stop;
};
// A checkpoint out of turn; one under way will do. Its answer names it.
struct CheckpointRequested {
  int64_t request = 0;
};
// Go on at another parallelism (at most the plan's maximum; there are slots for it).
struct RescaleRequested {
  int64_t request = 0;
  int32_t parallelism = 0;
};
// Go on in other slots; nobody waits for an answer.
struct MoveRequested {
  std::string why;
};
// Answer to CopySavepoint.
struct SavepointCopied {
  CheckpointId checkpoint;
  std::string folder;
  Status status;
};
struct LeadershipLost {
  Status cause;
};
struct Tick {};  // the time of NextWakeup has come

}  // namespace job_event

using JobEvent =
    std::variant<job_event::Start, job_event::CheckpointLoaded, job_event::SlotsGranted,
                 job_event::TaskManagerLost, job_event::TaskStateChanged,
                 job_event::EndOfInputReached, job_event::SnapshotDone, job_event::SnapshotDeclined,
                 job_event::CheckpointPublished, job_event::CommitDone, job_event::SplitsDiscovered,
                 job_event::SplitRequested, job_event::JobStatePersisted,
                 job_event::CancelRequested, job_event::SavepointRequested,
                 job_event::CheckpointRequested, job_event::StopRequested,
                 job_event::RescaleRequested, job_event::MoveRequested, job_event::SavepointCopied,
                 job_event::LeadershipLost, job_event::Tick>;

// Messages to one task manager arrive in order or not at all. The storage actions of a job
// (LoadCheckpoint, PublishCheckpoint, DeleteFiles, PersistJobState) are carried out one after the
// other in the order in which they are asked for; an answer is an event.
namespace job_action {

struct LoadCheckpoint {
  // Files that stay though no checkpoint may name them any more.
  std::set<std::string> being_copied;
};
struct RequestSlots {
  int32_t count = 0;
};
struct ReleaseSlots {};
// Deploys an attempt: every task of the job, each on its task manager.
struct Deploy {
  struct Task {
    TaskId task;
    SlotId slot;
    SubtaskRestore restore;
  };
  AttemptId attempt;
  CheckpointId restored;  // 0: fresh
  std::vector<Task> tasks;
};
struct CancelTasks {  // every task of the attempt on it
  AttemptId attempt;
  TaskManagerId task_manager;
};
struct TriggerCheckpoint {
  AttemptId attempt;
  TaskId task;
  TaskManagerId task_manager;
  CheckpointId checkpoint;
  bool full = false;
  bool stop = false;
  bool drain = false;
};
struct NotifyCheckpointCompleted {
  AttemptId attempt;
  TaskManagerId task_manager;
  CheckpointId checkpoint;
};
struct AbortCheckpoint {
  AttemptId attempt;
  TaskManagerId task_manager;
  CheckpointId checkpoint;
};
struct Commit {
  AttemptId attempt;
  TaskId task;
  TaskManagerId task_manager;
  CheckpointId checkpoint;
  std::string uid;
  std::vector<checkpoint::PreparedCommit> prepared;
};
struct FinishTask {
  AttemptId attempt;
  TaskId task;
  TaskManagerId task_manager;
};
struct AssignSplits {
  AttemptId attempt;
  TaskId task;
  TaskManagerId task_manager;
  std::vector<Split> splits;
  bool no_more = false;
};
// Writes the manifest and moves the job's durable pointer to it in one step that only the
// current leader can take. The pointer names exactly `retained`.
struct PublishCheckpoint {
  checkpoint::CheckpointManifest manifest;
  std::vector<CheckpointId> retained;
};
struct DeleteFiles {
  std::vector<CheckpointId> manifests;
  std::vector<std::string> files;
};
struct PersistJobState {
  int64_t version = 0;
  JobRecord record;
};
// Copies a published checkpoint, which may take long, beside the storage actions: its files stay
// until it has answered.
struct CopySavepoint {
  checkpoint::CheckpointManifest manifest;
  std::string folder;
};
// To a request. The result of a savepoint is its folder, of a checkpoint its id; a stop or a new
// parallelism is on record now.
struct Answer {
  int64_t request = 0;
  Status status;
  std::string result;
};
struct JobStateChanged {
  JobState from;
  JobState to;
  Status cause;
};
// Nothing follows. SUSPENDED: the next leader goes on.
struct JobTerminated {
  JobState state;
  Status cause;
};

}  // namespace job_action

using JobAction =
    std::variant<job_action::LoadCheckpoint, job_action::RequestSlots, job_action::ReleaseSlots,
                 job_action::Deploy, job_action::CancelTasks, job_action::TriggerCheckpoint,
                 job_action::NotifyCheckpointCompleted, job_action::AbortCheckpoint,
                 job_action::Commit, job_action::FinishTask, job_action::AssignSplits,
                 job_action::PublishCheckpoint, job_action::DeleteFiles,
                 job_action::PersistJobState, job_action::CopySavepoint, job_action::Answer,
                 job_action::JobStateChanged, job_action::JobTerminated>;

}  // namespace weir
