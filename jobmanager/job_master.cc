#include "jobmanager/job_master.h"

#include <algorithm>
#include <utility>

#include "common/base/check.h"

namespace weir {

JobMaster::JobMaster(JobPlan plan, JobConfig config, LeaderEpoch epoch, JobRecord record)
    : submitted_(std::move(plan)),
      plan_(record.parallelism > 0 ? submitted_.WithParallelism(record.parallelism) : submitted_),
      config_(std::move(config)),
      graph_(plan_, RestartStrategy(config_.restart, config_.seed), epoch),
      checkpoints_(plan_, config_.job_id, config_.checkpoints, committer_),
      record_(std::move(record)),
      persisted_parallelism_(record_.parallelism) {
  CHECK(!IsGloballyTerminal(record_.state)) << "job " << config_.job_id << " is over";
  if (record_.stop) checkpoints_.RequestStop(record_.stop->savepoint_dir, record_.stop->drain, 0);
}

std::vector<JobAction> JobMaster::Handle(const JobEvent& event, Timestamp now) {
  if (terminated_) return {};
  now_ = now;
  std::visit([&](const auto& e) { On(e); }, event);
  return std::exchange(actions_, {});
}

std::optional<Timestamp> JobMaster::NextWakeup() const {
  if (terminated_) return std::nullopt;
  std::optional<Timestamp> next;
  for (std::optional<Timestamp> deadline :
       {graph_.NextDeadline(), checkpoints_.NextDeadline(), committer_.NextDeadline()}) {
    if (deadline && (!next || *deadline < *next)) next = deadline;
  }
  return next;
}

void JobMaster::On(const job_event::Start&) { Apply(graph_.Start()); }

void JobMaster::On(const job_event::CheckpointLoaded& event) {
  // Of an attempt that has been given up meanwhile: it may know less than what is on record now.
  if (--loads_under_way_ > 0) return;
  if (graph_.state() != JobState::kRunning || deployed_) return;  // cancelled meanwhile
  if (event.status.code() == StatusCode::kFailedPrecondition) {
    return Apply(graph_.Suspend(event.status));
  }
  if (!event.status.ok()) {
    return Apply(graph_.Fail(Status(event.status).Annotate("restore"), now_));
  }
  const checkpoint::CheckpointManifest* foreign =
      event.retained.empty() && !event.start_from.empty() ? &event.start_from.front() : nullptr;
  checkpoints_.Restore(event.retained, foreign);
  if (record_.cancel_requested) return Apply(graph_.Cancel());

  record_.savepoint.clear();  // of an attempt that has failed since
  restored_ = StateAssignment{};
  if (foreign != nullptr || !event.retained.empty()) {
    auto assigned = AssignState(foreign != nullptr ? *foreign : event.retained.back(), plan_,
                                config_.allow_non_restored_state);
    if (!assigned.ok()) {
      return Apply(graph_.Fail(std::move(assigned).status().Annotate("restore"), now_));
    }
    restored_ = *std::move(assigned);
  }
  if (Status s = RestoreSplits(); !s.ok()) return Apply(graph_.Fail(s, now_));
  Apply(graph_.OnStateLoaded());
}

void JobMaster::On(const job_event::SlotsGranted& event) { Apply(graph_.OnSlots(event.slots)); }

void JobMaster::On(const job_event::TaskManagerLost& event) {
  Apply(graph_.OnTaskManagerLost(event.task_manager, event.cause, now_));
}

void JobMaster::On(const job_event::TaskStateChanged& event) {
  const bool current = IsCurrent(event.attempt);
  Apply(graph_.OnTaskState(event.attempt, event.task, event.state, event.cause, now_));
  if (!current || !IsCurrent(event.attempt) || event.state != SubtaskState::kRunning) return;
  const auto assigner = assigners_.find(event.task.vertex);
  if (assigner != assigners_.end() && !restored_.tasks[event.task].finished) {
    Apply(event.task.vertex, assigner->second.OnReaderReady(event.task.subtask));
  }
  MaybeStart();
}

void JobMaster::On(const job_event::EndOfInputReached& event) {
  if (IsCurrent(event.attempt)) Apply(checkpoints_.OnEndOfInput(event.task, now_));
}

void JobMaster::On(const job_event::SnapshotDone& event) {
  if (!IsCurrent(event.attempt)) return;
  Apply(checkpoints_.OnSnapshot(event.task, event.checkpoint, event.snapshot, event.stats, now_));
}

void JobMaster::On(const job_event::SnapshotDeclined& event) {
  if (!IsCurrent(event.attempt)) return;
  Apply(checkpoints_.OnSnapshotFailed(event.task, event.checkpoint, event.cause, now_));
}

void JobMaster::On(const job_event::CheckpointPublished& event) {
  Apply(checkpoints_.OnPublished(event.checkpoint, event.status, now_));
}

void JobMaster::On(const job_event::CommitDone& event) {
  if (!IsCurrent(event.attempt)) return;
  Apply(committer_.OnCommitted(event.checkpoint, event.task, event.uid, event.status, now_));
}

void JobMaster::On(const job_event::SplitsDiscovered& event) {
  const auto it = assigners_.find(event.vertex);
  if (!IsCurrent(event.attempt) || it == assigners_.end()) return;
  SplitAssigner& assigner = it->second;
  const bool first = !assigner.discovered();
  Apply(event.vertex, assigner.OnDiscovered(event.discovery));
  if (!first) return;
  // Nothing is read before where it begins is on durable storage.
  record_.first_discoveries[plan_.vertices[event.vertex.value()].source_uid] = assigner.Snapshot();
  Persist();
  discovered_version_ = record_version_;
}

void JobMaster::On(const job_event::SplitRequested& event) {
  const auto it = assigners_.find(event.task.vertex);
  if (!IsCurrent(event.attempt) || it == assigners_.end()) return;
  Apply(event.task.vertex, it->second.OnReaderRequest(event.task.subtask));
}

void JobMaster::On(const job_event::JobStatePersisted& event) {
  if (!event.status.ok()) {
    const Status cause = Status(event.status).Annotate("persist the state of the job");
    if (!IsGloballyTerminal(graph_.state())) return Apply(graph_.Suspend(cause));
    // The end is not on record: the next leader will come to its own.
    actions_.push_back(job_action::JobTerminated{JobState::kSuspended, cause});
    terminated_ = true;
    return;
  }
  CHECK(event.version > persisted_version_ && event.version <= record_version_);
  persisted_version_ = event.version;
  if (persisted_version_ < record_version_) return;

  if (IsGloballyTerminal(record_.state)) {
    checkpoints_.OnTerminated(record_.state);
    actions_.push_back(job_action::JobTerminated{record_.state, record_.cause});
    terminated_ = true;
    return;
  }
  if (record_.cancel_requested) return Apply(graph_.Cancel());
  persisted_parallelism_ = record_.parallelism;
  for (int64_t request : std::exchange(stop_requests_, {})) Answer(request, OkStatus());
  if (change_ && change_->decided) {
    const Change change = *std::exchange(change_, std::nullopt);
    if (change.request) Answer(*change.request, OkStatus());
    return Apply(graph_.Restart(change.why, now_));
  }
  if (record_.stop) {
    Apply(checkpoints_.RequestStop(record_.stop->savepoint_dir, record_.stop->drain, now_));
  }
  if (!deployed_) return;
  for (auto& [vertex, assigner] : assigners_) {
    if (assigner.discovered() && !assigner.released()) Apply(vertex, assigner.Release());
  }
  MaybeStart();
}

void JobMaster::On(const job_event::CancelRequested&) {
  // Recorded first: a cancelled job does not come back with the next leader.
  if (record_.cancel_requested || IsGloballyTerminal(record_.state)) return;
  record_.cancel_requested = true;
  Persist();
}

void JobMaster::On(const job_event::SavepointRequested& event) {
  Status refused = WhyNot("a savepoint of it cannot be taken");
  if (refused.ok() && !(deployed_ && graph_.AllRunning())) {
    refused = FailedPreconditionError(
        "not all of its tasks run: a savepoint can be taken once they do, see `weir info`");
  }
  if (!refused.ok()) return Answer(event.request, std::move(refused));
  Apply(checkpoints_.RequestSavepoint(event.request, event.dir, now_));
}

void JobMaster::On(const job_event::CheckpointRequested& event) {
  Status refused = WhyNot("a checkpoint of it cannot be taken");
  if (refused.ok() && !running_) {
    refused = FailedPreconditionError("not all of its tasks run: a checkpoint can be taken then");
  }
  if (!refused.ok()) return Answer(event.request, std::move(refused));
  checkpoint_requests_.push_back(event.request);
  Apply(checkpoints_.RequestCheckpoint(now_));
}

void JobMaster::On(const job_event::StopRequested& event) {
  // Recorded first: the next leader goes on with it.
  const bool again = record_.stop && record_.stop->drain == event.stop.drain &&
                     record_.stop->savepoint_dir == event.stop.savepoint_dir;
  if (Status refused = WhyNot("it cannot be stopped"); !refused.ok() && !again) {
    return Answer(event.request, std::move(refused));
  }
  record_.stop = event.stop;
  record_.stop_failure.clear();
  stop_requests_.push_back(event.request);
  Persist();
}

void JobMaster::On(const job_event::RescaleRequested& event) {
  if (Status refused = WhyNot("it cannot be rescaled"); !refused.ok()) {
    return Answer(event.request, std::move(refused));
  }
  if (record_.parallelism == persisted_parallelism_ && IsAt(event.parallelism)) {
    return Answer(event.request, OkStatus());
  }
  const std::string to = "parallelism " + std::to_string(event.parallelism);
  BeginChange(
      {.request = event.request, .parallelism = event.parallelism, .why = "rescaling to " + to});
}

void JobMaster::On(const job_event::MoveRequested& event) {
  // What is under way moves it as well; a stop ends it.
  if (!WhyNot("").ok()) return;
  BeginChange({.why = event.why});
}

void JobMaster::On(const job_event::SavepointCopied& event) {
  Apply(checkpoints_.OnSavepointCopied(event.checkpoint, event.folder, event.status, now_));
}

void JobMaster::On(const job_event::LeadershipLost& event) { Apply(graph_.Suspend(event.cause)); }

void JobMaster::On(const job_event::Tick&) {
  if (const auto due = graph_.NextDeadline(); due && *due <= now_) AdoptParallelism();
  Apply(graph_.OnTime(now_));
  Apply(committer_.OnTime(now_));
  Apply(checkpoints_.OnTime(now_));
}

void JobMaster::Apply(const ExecutionGraph::Actions& actions) {
  job_action::Deploy deploy{.attempt = graph_.attempt(), .restored = restored_.checkpoint};
  std::set<TaskManagerId> cancel;
  // What tasks are told to do comes before what follows from it.
  for (const ExecutionGraph::Action& action : actions) {
    if (const auto* a = std::get_if<ExecutionGraph::DeployTask>(&action)) {
      deploy.tasks.push_back({a->task, a->slot, restored_.tasks[a->task]});
    } else if (const auto* a = std::get_if<ExecutionGraph::CancelTask>(&action)) {
      cancel.insert(a->slot.task_manager);
    }
  }
  if (!deploy.tasks.empty()) {
    deployed_ = true;
    for (auto& [id, units] : restored_.commits) Apply(committer_.Add(id, std::move(units)));
    restored_.commits.clear();
    actions_.push_back(std::move(deploy));
  }
  for (TaskManagerId task_manager : cancel) {
    actions_.push_back(job_action::CancelTasks{graph_.attempt(), task_manager});
  }
  for (const ExecutionGraph::Action& action : actions) {
    if (std::holds_alternative<ExecutionGraph::LoadState>(action)) {
      ++loads_under_way_;
      actions_.push_back(job_action::LoadCheckpoint{checkpoints_.FilesBeingCopied()});
    } else if (std::holds_alternative<ExecutionGraph::GetSlots>(action)) {
      actions_.push_back(job_action::RequestSlots{plan_.HighestParallelism()});
    } else if (std::holds_alternative<ExecutionGraph::AttemptOver>(action)) {
      AttemptOver();
    } else if (const auto* a = std::get_if<ExecutionGraph::StateChanged>(&action)) {
      StateChanged(*a);
    }
  }
}

void JobMaster::Apply(const CheckpointCoordinator::Actions& actions) {
  for (const CheckpointCoordinator::Action& action : actions) {
    std::visit([&](const auto& a) { Do(a); }, action);
  }
}

void JobMaster::Apply(const Committer::Actions& actions) {
  for (const Committer::Action& action : actions) {
    if (!deployed_) return;  // one of them has ended the attempt
    if (const auto* a = std::get_if<Committer::Send>(&action)) {
      actions_.push_back(job_action::Commit{graph_.attempt(), a->unit.task, Where(a->unit.task),
                                            a->checkpoint, a->unit.uid, a->unit.prepared});
    } else if (const auto* a = std::get_if<Committer::Done>(&action)) {
      Apply(checkpoints_.OnCommitted(a->checkpoint, now_));
    } else if (const auto* a = std::get_if<Committer::Fail>(&action)) {
      Apply(graph_.Fail(a->cause, now_));
    }
  }
}

void JobMaster::Apply(VertexId source, const SplitAssigner::Assignments& assignments) {
  for (const SplitAssigner::Assignment& a : assignments) {
    const TaskId task{source, a.subtask};
    // It has finished, and its task manager is gone: a job that ends with a drain reads nothing
    // more.
    if (graph_.slot(task) == nullptr) continue;
    actions_.push_back(
        job_action::AssignSplits{graph_.attempt(), task, Where(task), a.splits, a.no_more});
  }
}

void JobMaster::Do(const CheckpointCoordinator::Trigger& trigger) {
  if (trigger.begins) {
    std::vector<checkpoint::SplitAssignmentState> states;
    for (const auto& [vertex, assigner] : assigners_) {
      auto& state = states.emplace_back();
      state.set_uid(plan_.vertices[vertex.value()].source_uid);
      state.set_state(assigner.Snapshot());
    }
    checkpoints_.AttachSplits(std::move(states));
  }
  for (TaskId task : trigger.tasks) {
    actions_.push_back(job_action::TriggerCheckpoint{graph_.attempt(), task, Where(task),
                                                     trigger.id, trigger.full, trigger.stop,
                                                     trigger.drain});
  }
}

void JobMaster::Do(const CheckpointCoordinator::Publish& publish) {
  actions_.push_back(job_action::PublishCheckpoint{publish.manifest, publish.retained});
}

void JobMaster::Do(const CheckpointCoordinator::Completed& completed) {
  for (TaskManagerId task_manager : TaskManagers()) {
    actions_.push_back(
        job_action::NotifyCheckpointCompleted{graph_.attempt(), task_manager, completed.id});
  }
  AnswerCheckpoints(OkStatus(), std::to_string(completed.id.value()));
  Apply(committer_.Add(completed.id, completed.commits));
  if (change_ && !change_->decided) DecideChange();
}

void JobMaster::Do(const CheckpointCoordinator::Abort& abort) {
  for (TaskManagerId task_manager : TaskManagers()) {
    actions_.push_back(job_action::AbortCheckpoint{graph_.attempt(), task_manager, abort.id});
  }
  const Status failed =
      Status(abort.reason).Annotate("checkpoint " + std::to_string(abort.id.value()));
  AnswerCheckpoints(failed);
  if (change_ && !change_->decided) RefuseChange(failed);
}

void JobMaster::Do(const CheckpointCoordinator::CopySavepoint& copy) {
  actions_.push_back(job_action::CopySavepoint{copy.manifest, copy.folder});
}

void JobMaster::Do(const CheckpointCoordinator::SavepointDone& done) {
  Answer(done.request, done.status, done.folder);
}

void JobMaster::Do(const CheckpointCoordinator::Stopped& stopped) {
  record_.savepoint = stopped.folder;  // on record together with the end
}

void JobMaster::Do(const CheckpointCoordinator::StopGivenUp& given_up) {
  const std::string why = "its savepoint could not be written: " + given_up.cause.message();
  record_.stop.reset();
  record_.stop_failure = why;
  Persist();
  Apply(graph_.Restart("going on, because " + why, now_));
}

void JobMaster::Do(const CheckpointCoordinator::Delete& gone) {
  actions_.push_back(job_action::DeleteFiles{gone.manifests, gone.files});
}

void JobMaster::Do(const CheckpointCoordinator::FailJob& fail) {
  Apply(graph_.Fail(fail.cause, now_));
}

void JobMaster::Do(const CheckpointCoordinator::LoseLeadership& lost) {
  Apply(graph_.Suspend(lost.cause));
}

void JobMaster::Do(const CheckpointCoordinator::FinishTasks&) {
  for (TaskId task : plan_.Tasks()) {
    if (graph_.slot(task) == nullptr) continue;
    actions_.push_back(job_action::FinishTask{graph_.attempt(), task, Where(task)});
  }
}

Status JobMaster::WhyNot(const std::string& what) const {
  if (IsGloballyTerminal(graph_.state())) return FailedPreconditionError(what + ": it is over");
  if (record_.cancel_requested) {
    return FailedPreconditionError(what + ": it is being canceled");
  }
  if (graph_.state() == JobState::kFailing) {
    return FailedPreconditionError(what + ": it is failing");
  }
  if (record_.stop) {
    return FailedPreconditionError(what + ": it is being stopped with a savepoint in " +
                                   record_.stop->savepoint_dir);
  }
  if (checkpoints_.finishing()) {
    return FailedPreconditionError(what + ": it has read all of its input and is about to finish");
  }
  if (change_) return FailedPreconditionError(what + ": it is " + change_->why + ", try again");
  return OkStatus();
}

std::string JobMaster::Note() const {
  if (record_.stop) return record_.stop->drain ? "being stopped and drained" : "being stopped";
  return change_ ? change_->why : graph_.restarting_for();
}

int32_t JobMaster::SlotsNeeded() const {
  int32_t needed = plan_.HighestParallelism();
  for (int32_t to : {record_.parallelism, change_ ? change_->parallelism : 0}) {
    if (to > 0) needed = std::max(needed, submitted_.WithParallelism(to).HighestParallelism());
  }
  return needed;
}

void JobMaster::Answer(int64_t request, Status status, std::string result) {
  actions_.push_back(job_action::Answer{request, std::move(status), std::move(result)});
}

void JobMaster::AnswerCheckpoints(const Status& status, std::string id) {
  for (int64_t request : std::exchange(checkpoint_requests_, {})) Answer(request, status, id);
}

void JobMaster::BeginChange(Change change) {
  change_ = std::move(change);
  // Without tasks there is nothing newer to keep than the last checkpoint.
  if (!running_) return DecideChange();
  Apply(checkpoints_.RequestCheckpoint(now_));
}

// Of a new parallelism the record decides: whoever leads next goes on at what stands there.
void JobMaster::DecideChange() {
  change_->decided = true;
  if (change_->parallelism > 0) {
    record_.parallelism = change_->parallelism;
    return Persist();
  }
  const Change change = *std::exchange(change_, std::nullopt);
  Apply(graph_.Restart(change.why, now_));
}

void JobMaster::RefuseChange(const Status& why) {
  const Change change = *std::exchange(change_, std::nullopt);
  if (change.request) {
    Answer(*change.request, Status(why).Annotate("nothing was changed, because no checkpoint "
                                                 "could be taken first"));
  }
}

bool JobMaster::IsAt(int32_t parallelism) const {
  const JobPlan scaled = submitted_.WithParallelism(parallelism);
  const JobPlan now =
      record_.parallelism > 0 ? submitted_.WithParallelism(record_.parallelism) : submitted_;
  return std::equal(
      now.vertices.begin(), now.vertices.end(), scaled.vertices.begin(),
      [](const PlanVertex& a, const PlanVertex& b) { return a.parallelism == b.parallelism; });
}

void JobMaster::AdoptParallelism() {
  if (persisted_parallelism_ == 0) return;
  plan_ = submitted_.WithParallelism(persisted_parallelism_);
}

void JobMaster::AttemptOver() {
  deployed_ = false;
  running_ = false;
  committer_.Stop();
  Apply(checkpoints_.Stop(now_));
  AnswerCheckpoints(AbortedError("the job's tasks ended before it was taken"));
  assigners_.clear();
  if (change_ && !change_->decided) RefuseChange(AbortedError("the job's tasks have ended"));
}

void JobMaster::StateChanged(const ExecutionGraph::StateChanged& change) {
  actions_.push_back(job_action::JobStateChanged{change.from, change.to, change.cause});
  if (change.to == JobState::kSuspended) {
    actions_.push_back(job_action::ReleaseSlots{});
    actions_.push_back(job_action::JobTerminated{change.to, change.cause});
    terminated_ = true;
  } else if (IsGloballyTerminal(change.to)) {
    // First the end is recorded, then checkpoints are deleted: the job must not begin anew.
    record_.stop.reset();
    record_.state = change.to;
    record_.cause = change.cause;
    actions_.push_back(job_action::ReleaseSlots{});
    Persist();
  }
}

Status JobMaster::RestoreSplits() {
  assigners_.clear();
  for (const PlanVertex& vertex : plan_.vertices) {
    if (vertex.source_uid.empty()) continue;
    SplitAssigner& assigner =
        assigners_.emplace(vertex.id, SplitAssigner(vertex.parallelism)).first->second;
    const auto restored = restored_.splits.find(vertex.id);
    const auto recorded = record_.first_discoveries.find(vertex.source_uid);
    Status status;
    if (restored != restored_.splits.end()) {
      status = assigner.Restore(restored->second.snapshot, restored->second.positions);
    } else if (recorded != record_.first_discoveries.end()) {
      // The attempt that discovered ended before this checkpoint was asked for.
      CHECK(persisted_version_ >= discovered_version_) << "storage actions out of order";
      status = assigner.RestoreUnread(recorded->second);
    }
    if (!status.ok()) return std::move(status).Annotate("restore source " + vertex.name);
  }
  return OkStatus();
}

void JobMaster::MaybeStart() {
  if (running_ || !deployed_ || !graph_.AllRunning()) return;
  for (const auto& [vertex, assigner] : assigners_) {
    if (!assigner.released()) return;
  }
  running_ = true;
  Apply(committer_.Start());
  if (deployed_) Apply(checkpoints_.Start(now_));
}

void JobMaster::Persist() {
  actions_.push_back(job_action::PersistJobState{++record_version_, record_});
}

TaskManagerId JobMaster::Where(TaskId task) const {
  const SlotId* slot = graph_.slot(task);
  CHECK(slot != nullptr) << "task " << task << " is nowhere";
  return slot->task_manager;
}

std::set<TaskManagerId> JobMaster::TaskManagers() const {
  std::set<TaskManagerId> all;
  for (TaskId task : plan_.Tasks()) {
    if (const SlotId* slot = graph_.slot(task)) all.insert(slot->task_manager);
  }
  return all;
}

}  // namespace weir
