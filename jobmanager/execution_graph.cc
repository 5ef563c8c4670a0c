#include "jobmanager/execution_graph.h"

#include <algorithm>
#include <utility>

#include "common/base/check.h"

namespace weir {

std::string_view JobStateName(JobState state) {
  switch (state) {
    case JobState::kInitializing:
      return "INITIALIZING";
    case JobState::kCreated:
      return "CREATED";
    case JobState::kRunning:
      return "RUNNING";
    case JobState::kFailing:
      return "FAILING";
    case JobState::kFailed:
      return "FAILED";
    case JobState::kCancelling:
      return "CANCELLING";
    case JobState::kCanceled:
      return "CANCELED";
    case JobState::kFinished:
      return "FINISHED";
    case JobState::kRestarting:
      return "RESTARTING";
    case JobState::kSuspended:
      return "SUSPENDED";
    case JobState::kReconciling:
      return "RECONCILING";
  }
  return "?";
}

std::string_view TaskStateName(SubtaskState state) {
  switch (state) {
    case SubtaskState::kCreated:
      return "CREATED";
    case SubtaskState::kScheduled:
      return "SCHEDULED";
    case SubtaskState::kDeploying:
      return "DEPLOYING";
    case SubtaskState::kInitializing:
      return "INITIALIZING";
    case SubtaskState::kRunning:
      return "RUNNING";
    case SubtaskState::kFinished:
      return "FINISHED";
    case SubtaskState::kCanceling:
      return "CANCELING";
    case SubtaskState::kCanceled:
      return "CANCELED";
    case SubtaskState::kFailed:
      return "FAILED";
  }
  return "?";
}

bool IsTerminal(SubtaskState state) {
  return state == SubtaskState::kFinished || state == SubtaskState::kCanceled ||
         state == SubtaskState::kFailed;
}

bool IsGloballyTerminal(JobState state) {
  return state == JobState::kFinished || state == JobState::kCanceled || state == JobState::kFailed;
}

AttemptId FirstAttempt(LeaderEpoch epoch) { return AttemptId((epoch.value() << 32) + 1); }

ExecutionGraph::ExecutionGraph(const JobPlan& plan, RestartStrategy strategy, LeaderEpoch epoch)
    : plan_(plan), strategy_(std::move(strategy)), attempt_(FirstAttempt(epoch).value() - 1) {
  for (TaskId task : plan_.Tasks()) tasks_[task];
}

ExecutionGraph::Actions ExecutionGraph::Start() {
  CHECK(state_ == JobState::kInitializing) << "started twice";
  Actions actions;
  MoveTo(JobState::kCreated, OkStatus(), &actions);
  BeginAttempt(&actions);
  return actions;
}

ExecutionGraph::Actions ExecutionGraph::OnSlots(std::vector<SlotId> slots) {
  Actions actions;
  if (!preparing_) return actions;
  CHECK(static_cast<int32_t>(slots.size()) >= plan_.HighestParallelism())
      << slots.size() << " slots for a parallelism of " << plan_.HighestParallelism();
  slots_ = std::move(slots);
  MaybeDeploy(&actions);
  return actions;
}

ExecutionGraph::Actions ExecutionGraph::OnStateLoaded() {
  Actions actions;
  if (!preparing_) return actions;
  state_loaded_ = true;
  MaybeDeploy(&actions);
  return actions;
}

ExecutionGraph::Actions ExecutionGraph::OnTaskState(AttemptId attempt, TaskId task,
                                                    SubtaskState state, const Status& cause,
                                                    Timestamp now) {
  Actions actions;
  auto it = tasks_.find(task);
  if (attempt != attempt_ || it == tasks_.end() || preparing_) return actions;
  Task& t = it->second;
  if (IsTerminal(t.state)) return actions;
  // A task that we cancel may still report that it came up; it stays CANCELING until it ends.
  if (!IsTerminal(state) && state <= t.state) return actions;
  const bool asked_to_cancel = t.state == SubtaskState::kCanceling;
  t.state = state;
  if (AllRunning()) restarting_for_.clear();
  // Nobody asked it to: as far as the job is concerned, that is a failure.
  if (state == SubtaskState::kFailed || (state == SubtaskState::kCanceled && !asked_to_cancel)) {
    HandleFailure(cause.ok() ? UnknownError("the task ended without a reason") : cause, now,
                  &actions);
  }
  MaybeOver(&actions);
  return actions;
}

ExecutionGraph::Actions ExecutionGraph::OnTaskManagerLost(TaskManagerId task_manager,
                                                          const Status& cause, Timestamp now) {
  Actions actions;
  bool hit = false;
  if (preparing_) {
    // Granted but not used yet: wait for others.
    const bool had_one = std::any_of(slots_.begin(), slots_.end(), [&](const SlotId& slot) {
      return slot.task_manager == task_manager;
    });
    if (had_one) {
      slots_.clear();
      actions.push_back(GetSlots{});
    }
    return actions;
  }
  for (auto& [id, task] : tasks_) {
    if (!task.slot || task.slot->task_manager != task_manager) continue;
    task.slot.reset();
    if (IsTerminal(task.state)) continue;
    task.state =
        task.state == SubtaskState::kCanceling ? SubtaskState::kCanceled : SubtaskState::kFailed;
    hit = true;
  }
  if (hit) HandleFailure(cause, now, &actions);
  MaybeOver(&actions);
  return actions;
}

ExecutionGraph::Actions ExecutionGraph::Fail(const Status& cause, Timestamp now) {
  Actions actions;
  HandleFailure(cause, now, &actions);
  MaybeOver(&actions);
  return actions;
}

ExecutionGraph::Actions ExecutionGraph::Restart(const std::string& why, Timestamp now) {
  Actions actions;
  if (state_ != JobState::kRunning) return actions;
  restarting_for_ = why;
  MoveTo(JobState::kRestarting, OkStatus(), &actions);
  restart_at_ = now;
  CancelAll(&actions);
  return actions;
}

ExecutionGraph::Actions ExecutionGraph::Cancel() {
  Actions actions;
  if (state_ != JobState::kRunning && state_ != JobState::kRestarting) return actions;
  MoveTo(JobState::kCancelling, OkStatus(), &actions);
  restart_at_.reset();
  CancelAll(&actions);
  MaybeOver(&actions);
  return actions;
}

ExecutionGraph::Actions ExecutionGraph::Suspend(const Status& cause) {
  Actions actions;
  if (IsGloballyTerminal(state_) || state_ == JobState::kSuspended) return actions;
  MoveTo(JobState::kSuspended, cause, &actions);
  restart_at_.reset();
  CancelAll(&actions);
  return actions;
}

ExecutionGraph::Actions ExecutionGraph::OnTime(Timestamp now) {
  Actions actions;
  if (const auto deadline = NextDeadline(); deadline && now >= *deadline) {
    restart_at_.reset();
    BeginAttempt(&actions);
  }
  return actions;
}

std::optional<Timestamp> ExecutionGraph::NextDeadline() const {
  // Not before every task has ended, which is an event of its own.
  return state_ == JobState::kRestarting && AllEnded() ? restart_at_ : std::nullopt;
}

const SlotId* ExecutionGraph::slot(TaskId task) const {
  const auto it = tasks_.find(task);
  return it == tasks_.end() || !it->second.slot ? nullptr : &*it->second.slot;
}

bool ExecutionGraph::AllRunning() const {
  return std::all_of(tasks_.begin(), tasks_.end(),
                     [](const auto& task) { return task.second.state == SubtaskState::kRunning; });
}

bool ExecutionGraph::AllEnded() const {
  return std::all_of(tasks_.begin(), tasks_.end(),
                     [](const auto& task) { return IsTerminal(task.second.state); });
}

void ExecutionGraph::MoveTo(JobState to, const Status& cause, Actions* actions) {
  if (state_ == to) return;
  CHECK(!IsGloballyTerminal(state_) && state_ != JobState::kSuspended)
      << JobStateName(state_) << " to " << JobStateName(to);
  actions->push_back(StateChanged{state_, to, cause});
  state_ = to;
}

void ExecutionGraph::BeginAttempt(Actions* actions) {
  const bool restart = state_ == JobState::kRestarting;
  attempt_ = attempt_.Next();
  if (restart && restarting_for_.empty()) ++restarts_;
  tasks_.clear();
  for (TaskId task : plan_.Tasks()) tasks_[task] = {.state = SubtaskState::kScheduled};
  slots_.clear();
  preparing_ = true;
  state_loaded_ = false;
  over_ = false;
  MoveTo(JobState::kRunning, OkStatus(), actions);
  actions->push_back(LoadState{});
  actions->push_back(GetSlots{});
}

void ExecutionGraph::MaybeDeploy(Actions* actions) {
  if (slots_.empty() || !state_loaded_) return;
  preparing_ = false;
  for (auto& [id, task] : tasks_) {
    task.state = SubtaskState::kDeploying;
    task.slot = slots_[id.subtask];
    actions->push_back(DeployTask{id, *task.slot});
  }
}

void ExecutionGraph::CancelAll(Actions* actions) {
  preparing_ = false;
  for (auto& [id, task] : tasks_) {
    if (IsTerminal(task.state) || task.state == SubtaskState::kCanceling) continue;
    if (!task.slot) {
      task.state = SubtaskState::kCanceled;
      continue;
    }
    task.state = SubtaskState::kCanceling;
    actions->push_back(CancelTask{id, *task.slot});
  }
  if (!std::exchange(over_, true)) actions->push_back(AttemptOver{});
}

void ExecutionGraph::MaybeOver(Actions* actions) {
  if (!AllEnded()) return;
  switch (state_) {
    case JobState::kRunning:
      // Anything but FINISHED would have been a failure.
      if (!std::exchange(over_, true)) actions->push_back(AttemptOver{});
      return MoveTo(JobState::kFinished, OkStatus(), actions);
    case JobState::kFailing:
      return MoveTo(JobState::kFailed, last_failure_, actions);
    case JobState::kCancelling:
      return MoveTo(JobState::kCanceled, OkStatus(), actions);
    default:
      return;  // RESTARTING goes on in OnTime
  }
}

void ExecutionGraph::HandleFailure(const Status& cause, Timestamp now, Actions* actions) {
  if (state_ != JobState::kRunning) {
    // A second failure of an attempt that ends anyway. What cannot be mended must not be retried,
    // though, whichever failure came first.
    if (state_ == JobState::kRestarting && !IsWorthRestarting(cause)) {
      last_failure_ = cause;
      restart_at_.reset();
      MoveTo(JobState::kFailing, cause, actions);
    }
    return;
  }
  last_failure_ = cause;
  restarting_for_.clear();
  const std::optional<Duration> delay =
      IsWorthRestarting(cause) ? strategy_.OnFailure(now) : std::nullopt;
  MoveTo(delay ? JobState::kRestarting : JobState::kFailing, cause, actions);
  if (delay) restart_at_ = now + delay->count();
  CancelAll(actions);
}

}  // namespace weir
