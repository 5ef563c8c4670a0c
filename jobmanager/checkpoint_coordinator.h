#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "common/base/ids.h"
#include "common/base/status.h"
#include "common/base/time.h"
#include "jobmanager/checkpoint_history.h"
#include "jobmanager/committer.h"
#include "jobmanager/execution_graph.h"
#include "jobmanager/job_plan.h"
#include "proto/checkpoint.pb.h"

namespace weir {

enum class CheckpointRetention {
  kDeleteOnTermination,
  kDeleteOnCancellation,  // kept when the job FAILED
  kRetainOnCancellation,  // kept when it FAILED or was CANCELED
};
bool KeepsCheckpoints(CheckpointRetention retention, JobState ended);

// Flink's keys, execution.checkpointing.*
struct CheckpointConfig {
  Duration interval{0};            // .interval; 0: no periodic checkpoints
  Duration min_pause{0};           // .min-pause
  Duration timeout{600'000};       // .timeout
  int64_t tolerable_failures = 0;  // .tolerable-failed-checkpoints, in a row
  int32_t retained = 1;            // .num-retained
  CheckpointRetention retention =  // .externalized-checkpoint-retention
      CheckpointRetention::kDeleteOnTermination;
};

// Decides when a job's checkpoints begin, exist, are given up and are deleted. Pure: no I/O, no
// clock, no threads.
//
// One checkpoint at a time. It exists from the instant its manifest is published, which happens
// when every task has acknowledged its snapshot. Ids never go back.
//
// End of input: a task that has read everything stays and is part of further checkpoints. When
// all have, one last checkpoint is taken at once, also where checkpointing is switched off (then it
// is not made durable); when it is committed the tasks may finish.
//
// Savepoint: a copy of a published checkpoint, in a folder of the user's, with files all its own.
// The checkpoint is triggered as soon as one can be; it is one of the job's like any other, and its
// files stay until they are copied.
//
// Stop: a savepoint behind whose barrier the sources read nothing; when it is copied and committed
// and the tasks have worked off what came before it, they may finish. Should its checkpoint fail,
// the attempt does, because the sources have stopped already; the next attempt is stopped again.
// Should the copy fail, the stop is given up.
//
// Files: a snapshot may name files that it has just written and files of published checkpoints.
// Files that no retained checkpoint names any more are deleted one publication later, because a
// task may not yet have heard of the newest checkpoint and build its next snapshot on the one
// before. Should it lag even more, the checkpoint is given up, never published without its files. A
// task that still reads a file names it in each of its snapshots.
class CheckpointCoordinator {
 public:
  struct Trigger {
    CheckpointId id;
    std::vector<TaskId> tasks;
    bool full = false;    // build on no earlier checkpoint
    bool begins = false;  // the first trigger of this checkpoint
    bool stop = false;    // the input ends behind it
    bool drain = false;   // and event time with it: what waits for time comes out before it
  };
  struct Publish {
    checkpoint::CheckpointManifest manifest;
    std::vector<CheckpointId> retained;  // after it, the new one included
  };
  struct Completed {  // it exists
    CheckpointId id;
    std::vector<Committer::Unit> commits;
  };
  struct Abort {  // tasks may forget it
    CheckpointId id;
    Status reason;
  };
  struct CopySavepoint {  // to be answered by OnSavepointCopied
    checkpoint::CheckpointManifest manifest;
    std::string folder;
  };
  struct SavepointDone {  // of a RequestSavepoint
    int64_t request = 0;
    std::string folder;
    Status status;
  };
  struct Stopped {  // the savepoint of the stop is there
    std::string folder;
  };
  struct StopGivenUp {  // the sources have stopped: the job has to be restarted
    Status cause;
  };
  struct Delete {
    std::vector<CheckpointId> manifests;
    std::vector<std::string> files;
  };
  struct FailJob {
    Status cause;
  };
  struct LoseLeadership {  // another job manager publishes for this job
    Status cause;
  };
  struct FinishTasks {};  // everything is read, published and committed
  using Action = std::variant<Trigger, Publish, Completed, Abort, CopySavepoint, SavepointDone,
                              Stopped, StopGivenUp, Delete, FailJob, LoseLeadership, FinishTasks>;
  using Actions = std::vector<Action>;

  // `committer` says what is uncommitted and whether it blocks; it is only read.
  CheckpointCoordinator(const JobPlan& plan, std::string job_id, CheckpointConfig config,
                        const Committer& committer);

  // An attempt will begin from the newest of `retained` (oldest first, maybe none), or from
  // `foreign`, a checkpoint of another job that is never deleted and never built upon.
  void Restore(const std::vector<checkpoint::CheckpointManifest>& retained,
               const checkpoint::CheckpointManifest* foreign);
  // All tasks of the attempt run, all sources know their splits: checkpoints make sense.
  Actions Start(Timestamp now);
  // The attempt is over: gives the pending checkpoint up, unless it is being published; the outcome
  // of that still has to be reported by OnPublished.
  Actions Stop(Timestamp now);

  // To be called for a Trigger that begins a checkpoint, before anything else: what the split
  // assigners hold at this instant.
  void AttachSplits(std::vector<checkpoint::SplitAssignmentState> assigners);

  // The following need checkpoints (CheckpointConfig::interval).

  // `dir`: where the savepoint's folder is made. SavepointDone answers; at the latest when the
  // attempt is over, unless the copy is already under way.
  Actions RequestSavepoint(int64_t request, const std::string& dir, Timestamp now);
  // `dir` as above. Holds for the attempts that come as well.
  Actions RequestStop(const std::string& dir, bool drain, Timestamp now);
  // A checkpoint as soon as one can be taken, unless one is under way.
  Actions RequestCheckpoint(Timestamp now);
  // "savepoint-<job id>-<checkpoint id>": nothing is copied to one folder twice.
  std::string SavepointFolder(const std::string& dir, CheckpointId id) const;

  // The task has read its input to the end (it may say so before Start).
  Actions OnEndOfInput(TaskId task, Timestamp now);
  Actions OnSnapshot(TaskId task, CheckpointId id, checkpoint::TaskSnapshot snapshot,
                     const SnapshotStats& stats, Timestamp now);
  Actions OnSnapshotFailed(TaskId task, CheckpointId id, const Status& cause, Timestamp now);
  // ok: it exists. UNKNOWN: nobody can tell, the job restarts from what storage says.
  // FAILED_PRECONDITION: another job manager has taken over. Else: it certainly does not exist.
  Actions OnPublished(CheckpointId id, const Status& result, Timestamp now);
  Actions OnSavepointCopied(CheckpointId id, const std::string& folder, const Status& result,
                            Timestamp now);
  // Committer::Done.
  Actions OnCommitted(CheckpointId id, Timestamp now);
  Actions OnTime(Timestamp now);
  std::optional<Timestamp> NextDeadline() const;

  // The job is over and its end is recorded. Whoever sees to it that its checkpoints go (see
  // CleanUpCheckpoints) has to do so under a later job manager, too.
  void OnTerminated(JobState ended);

  std::optional<CheckpointId> pending() const;
  CheckpointId last_completed() const { return last_completed_; }
  // It was the last checkpoint: the job is about to finish.
  bool finishing() const { return final_.has_value(); }
  // For people.
  const CheckpointConfig& config() const { return config_; }
  const CheckpointHistory& history() const { return history_; }
  bool IsRetained(CheckpointId id) const;
  // They stay though no retained checkpoint may name them any more.
  std::set<std::string> FilesBeingCopied() const;

 private:
  struct SavepointRequest {
    int64_t request = 0;
    std::string dir;
  };
  struct StopRequest {
    std::string dir;
    bool drain = false;
  };
  // Into one folder; who asked for it.
  struct Copy {
    CheckpointId id;
    std::string folder;
    std::vector<int64_t> requests;
    bool stop = false;
    std::set<std::string> files;  // stay until it is done
  };
  struct Pending {
    CheckpointId id;
    Timestamp triggered = 0;
    bool publishing = false;
    bool stops = false;
    std::vector<SavepointRequest> savepoints;
    checkpoint::CheckpointManifest
        manifest;  // once it is being published, where it is to be copied
    std::map<TaskId, checkpoint::TaskSnapshot> acknowledged;
    std::vector<checkpoint::SplitAssignmentState> assigners;
    std::vector<std::string> new_files;
    std::set<std::string> files;
  };
  struct Retained {
    CheckpointId id;
    std::set<std::string> files;
  };

  bool CanTrigger() const;
  std::optional<Timestamp> NextTrigger() const;
  void TriggerNow(Timestamp now, Actions* actions);
  Trigger MakeTrigger(const std::vector<TaskId>& tasks) const;  // of the pending checkpoint
  void MaybeFinish(Actions* actions);
  void GiveUp(const Status& reason, Timestamp now, Actions* actions);
  void Refuse(std::vector<SavepointRequest> requests, const Status& reason, Actions* actions);
  void CopySavepoints(const Pending& done, Actions* actions);
  void GiveUpAndCount(const Status& reason, Timestamp now, Actions* actions);
  checkpoint::CheckpointManifest MakeManifest(const Pending& done) const;
  std::vector<Committer::Unit> MakeCommits(const Pending& done) const;
  void Complete(Timestamp now, Actions* actions);
  bool IsLive(const std::string& file) const;

  const JobPlan& plan_;
  const std::string job_id_;
  const CheckpointConfig config_;
  const Committer& committer_;
  std::vector<TaskId> tasks_;  // of the attempt

  bool started_ = false;
  bool full_ = false;  // until one is published: do not build on the foreign checkpoint
  CheckpointId next_id_{1};
  CheckpointId last_completed_;
  std::optional<Pending> pending_;
  std::optional<CheckpointId> final_;  // completed, and there is nothing after it
  bool final_committed_ = false;
  std::optional<StopRequest> stop_;           // asked for, until the job is over
  bool asked_ = false;                        // for a checkpoint out of turn
  std::vector<SavepointRequest> savepoints_;  // that wait for their checkpoint
  std::vector<Copy> copies_;                  // under way
  std::set<TaskId> ended_;
  std::deque<Retained> retained_;  // oldest first
  std::set<std::string> grace_;    // named by no retained checkpoint since the last publication
  Timestamp last_trigger_ = 0;
  Timestamp last_end_ = kMinTimestamp;
  int64_t failures_ = 0;  // in a row
  CheckpointHistory history_;
};

}  // namespace weir
