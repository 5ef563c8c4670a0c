#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/ids.h"
#include "common/base/status.h"
#include "common/base/time.h"
#include "jobmanager/job_plan.h"
#include "jobmanager/restart_strategy.h"

namespace weir {

// As in Flink.
enum class JobState {
  kInitializing,
  kCreated,
  kRunning,
  kFailing,
  kFailed,
  kCancelling,
  kCanceled,
  kFinished,
  kRestarting,
  kSuspended,
  kReconciling,
};
inline constexpr size_t kJobStates = 11;
enum class SubtaskState {
  kCreated,
  kScheduled,
  kDeploying,
  kInitializing,
  kRunning,
  kFinished,
  kCanceling,
  kCanceled,
  kFailed,
};
inline constexpr size_t kSubtaskStates = 9;

std::string_view JobStateName(JobState state);       // "RUNNING"
std::string_view TaskStateName(SubtaskState state);  // "DEPLOYING"
bool IsTerminal(SubtaskState state);
// Over in every job manager. (SUSPENDED is over in this one: the next leader goes on.)
bool IsGloballyTerminal(JobState state);

// The attempts of leader `epoch` begin here: above all of every earlier leader, so that attempt
// ids never go back though nobody writes them down.
AttemptId FirstAttempt(LeaderEpoch epoch);

// Decides the life of a job's attempts: when tasks are deployed, what a failure does, when the job
// is over. Pure: no I/O, no clock, no threads.
//
// Failover is global. A failed task, a lost task manager or a failed coordinator cancels every task
// of the attempt; when all have ended (or their task manager is lost) and the restart strategy's
// delay has passed, the next attempt begins under a new AttemptId. Messages of an older attempt
// change nothing.
class ExecutionGraph {
 public:
  // What the job master arranges, in order.
  struct LoadState {};  // find the checkpoint that the new attempt starts from
  struct GetSlots {};   // as many as the highest parallelism
  struct DeployTask {
    TaskId task;
    SlotId slot;
  };
  struct CancelTask {
    TaskId task;
    SlotId slot;
  };
  struct AttemptOver {};  // failover, cancel or end: nothing of this attempt counts from here on
  struct StateChanged {
    JobState from;
    JobState to;
    Status cause;  // why, where there is a reason
  };
  using Action =
      std::variant<LoadState, GetSlots, DeployTask, CancelTask, AttemptOver, StateChanged>;
  using Actions = std::vector<Action>;

  ExecutionGraph(const JobPlan& plan, RestartStrategy strategy, LeaderEpoch epoch);

  Actions Start();
  // The attempt's slots: slots[i] holds subtask i of each vertex. CHECKs that they are enough.
  Actions OnSlots(std::vector<SlotId> slots);
  Actions OnStateLoaded();
  // A report of a task. False-alarm safe: older attempts and repeats are ignored.
  Actions OnTaskState(AttemptId attempt, TaskId task, SubtaskState state, const Status& cause,
                      Timestamp now);
  Actions OnTaskManagerLost(TaskManagerId task_manager, const Status& cause, Timestamp now);
  // A failure that is no single task's: the checkpoint coordinator, a commit, the restored state.
  Actions Fail(const Status& cause, Timestamp now);
  // Ends the attempt on purpose; the next one begins as soon as its tasks have ended and may have
  // other tasks: those that the plan has by then. No failure: the restart strategy does not hear
  // of it. Of a job that runs; one that restarts anyway is left to that.
  Actions Restart(const std::string& why, Timestamp now);
  Actions Cancel();
  // This job manager is no longer the leader: let go of everything, decide nothing any more.
  Actions Suspend(const Status& cause);
  Actions OnTime(Timestamp now);
  std::optional<Timestamp> NextDeadline() const;

  JobState state() const { return state_; }
  AttemptId attempt() const { return attempt_; }
  // Why the job failed or restarted last; ok when it never did.
  const Status& last_failure() const { return last_failure_; }
  // What for the job was last restarted on purpose, until its tasks run again; else empty.
  const std::string& restarting_for() const { return restarting_for_; }
  int64_t restarts() const { return restarts_; }
  bool Has(TaskId task) const { return tasks_.contains(task); }
  SubtaskState task_state(TaskId task) const { return tasks_.at(task).state; }
  // The slot of a task that is deployed; null before that and when its task manager was lost.
  const SlotId* slot(TaskId task) const;
  const std::vector<SlotId>& slots() const { return slots_; }
  bool AllRunning() const;  // every task is RUNNING
  // Of the current attempt: waiting for slots (true) or for other things.
  bool WaitingForSlots() const { return preparing_ && slots_.empty(); }

 private:
  struct Task {
    SubtaskState state = SubtaskState::kCreated;
    std::optional<SlotId> slot;
  };

  void MoveTo(JobState to, const Status& cause, Actions* actions);
  bool AllEnded() const;
  void BeginAttempt(Actions* actions);
  void MaybeDeploy(Actions* actions);
  void CancelAll(Actions* actions);
  void MaybeOver(Actions* actions);
  void HandleFailure(const Status& cause, Timestamp now, Actions* actions);

  const JobPlan& plan_;
  RestartStrategy strategy_;
  JobState state_ = JobState::kInitializing;
  AttemptId attempt_;
  std::map<TaskId, Task> tasks_;
  std::vector<SlotId> slots_;
  bool preparing_ = false;  // an attempt waits for its slots and its state
  bool state_loaded_ = false;
  bool over_ = true;  // the attempt's end was announced
  std::optional<Timestamp> restart_at_;
  Status last_failure_;
  std::string restarting_for_;
  int64_t restarts_ = 0;  // after failures
};

}  // namespace weir
