#include "jobmanager/checkpoint_coordinator.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "common/base/check.h"
#include "common/base/planted_bug.h"

namespace weir {
namespace {

using checkpoint::CheckpointManifest;
using checkpoint::FileHandle;
using checkpoint::TaskSnapshot;

constexpr uint32_t kManifestVersion = 1;
// Between two tries of the last checkpoint of a job whose input has ended.
constexpr Timestamp kFinalRetryMs = 1000;

// Files of keyed state, without the shares that travel inside their handle: they have no path.
template <class F>
void ForEachFile(const TaskSnapshot& snapshot, F&& visit) {
  for (const auto& op : snapshot.operators()) {
    for (const auto& keyed : op.keyed()) {
      for (const auto* files : {&keyed.base(), &keyed.delta()}) {
        for (const FileHandle& file : *files) {
          if (!file.path().empty()) visit(file);
        }
      }
    }
  }
}

// Rows written ahead stay in the files in which they were prepared, over every checkpoint until
// they are committed. Those of a savepoint (by absolute paths) are the user's.
void AddLogs(const google::protobuf::RepeatedPtrField<checkpoint::Committable>& committables,
             std::set<std::string>* files) {
  for (const auto& committable : committables) {
    for (const FileHandle& file : committable.epoch().log()) {
      if (!file.path().empty() && !file.path().starts_with("/")) files->insert(file.path());
    }
  }
}

std::set<std::string> FilesOf(const CheckpointManifest& manifest) {
  std::set<std::string> files;
  for (const TaskSnapshot& task : manifest.tasks()) {
    ForEachFile(task, [&](const FileHandle& file) { files.insert(file.path()); });
    for (const auto& op : task.operators()) AddLogs(op.committables(), &files);
  }
  for (const auto& prepared : manifest.uncommitted()) AddLogs(prepared.committables(), &files);
  return files;
}

std::string Describe(TaskId task, const JobPlan& plan) {
  return plan.vertices[task.vertex.value()].name + " (" + std::to_string(task.subtask + 1) + "/" +
         std::to_string(plan.vertices[task.vertex.value()].parallelism) + ")";
}

}  // namespace

bool KeepsCheckpoints(CheckpointRetention retention, JobState ended) {
  switch (ended) {
    case JobState::kFailed:
      return retention != CheckpointRetention::kDeleteOnTermination;
    case JobState::kCanceled:
      return retention == CheckpointRetention::kRetainOnCancellation;
    default:
      return false;
  }
}

CheckpointCoordinator::CheckpointCoordinator(const JobPlan& plan, std::string job_id,
                                             CheckpointConfig config, const Committer& committer)
    : plan_(plan), job_id_(std::move(job_id)), config_(config), committer_(committer) {}

void CheckpointCoordinator::Restore(const std::vector<CheckpointManifest>& retained,
                                    const CheckpointManifest* foreign) {
  CHECK(!started_ && !pending_) << "restored while checkpoint "
                                << pending().value_or(CheckpointId()) << " is open";
  tasks_ = plan_.Tasks();
  retained_.clear();
  for (const CheckpointManifest& manifest : retained) {
    const CheckpointId id(manifest.checkpoint_id());
    CHECK(retained_.empty() || id > retained_.back().id) << id << " out of order";
    retained_.push_back({id, FilesOf(manifest)});
  }
  CheckpointId newest = retained_.empty() ? CheckpointId() : retained_.back().id;
  CHECK(newest >= last_completed_)
      << "storage went back from checkpoint " << last_completed_ << " to " << newest;
  last_completed_ = newest;
  full_ = foreign != nullptr;
  if (foreign != nullptr) newest = std::max(newest, CheckpointId(foreign->checkpoint_id()));
  next_id_ = std::max(next_id_, newest.Next());
  ended_.clear();
  final_.reset();
  final_committed_ = false;
}

CheckpointCoordinator::Actions CheckpointCoordinator::Start(Timestamp now) {
  Actions actions;
  started_ = true;
  last_trigger_ = now;
  failures_ = 0;
  if (CanTrigger() && NextTrigger() <= now) TriggerNow(now, &actions);
  return actions;
}

CheckpointCoordinator::Actions CheckpointCoordinator::Stop(Timestamp now) {
  Actions actions;
  started_ = false;
  asked_ = false;
  const Status ended = AbortedError("the job's tasks ended before it was taken");
  if (pending_ && !pending_->publishing) GiveUp(ended, now, &actions);
  Refuse(std::exchange(savepoints_, {}), ended, &actions);
  return actions;
}

std::string CheckpointCoordinator::SavepointFolder(const std::string& dir, CheckpointId id) const {
  return dir + "/savepoint-" + job_id_.substr(0, 12) + "-" + std::to_string(id.value());
}

CheckpointCoordinator::Actions CheckpointCoordinator::RequestSavepoint(int64_t request,
                                                                       const std::string& dir,
                                                                       Timestamp now) {
  CHECK(config_.interval.count() > 0) << "the job takes no checkpoints";
  Actions actions;
  savepoints_.push_back({request, dir});
  if (CanTrigger() && NextTrigger() <= now) TriggerNow(now, &actions);
  return actions;
}

CheckpointCoordinator::Actions CheckpointCoordinator::RequestCheckpoint(Timestamp now) {
  CHECK(config_.interval.count() > 0) << "the job takes no checkpoints";
  Actions actions;
  asked_ = !pending_;
  if (CanTrigger() && NextTrigger() <= now) TriggerNow(now, &actions);
  return actions;
}

CheckpointCoordinator::Actions CheckpointCoordinator::RequestStop(const std::string& dir,
                                                                  bool drain, Timestamp now) {
  CHECK(config_.interval.count() > 0) << "a job without checkpoints cannot be stopped with one";
  Actions actions;
  if (!stop_) stop_ = StopRequest{dir, drain};
  if (CanTrigger() && NextTrigger() <= now) TriggerNow(now, &actions);
  return actions;
}

void CheckpointCoordinator::AttachSplits(std::vector<checkpoint::SplitAssignmentState> assigners) {
  CHECK(pending_ && pending_->acknowledged.empty());
  pending_->assigners = std::move(assigners);
}

CheckpointCoordinator::Actions CheckpointCoordinator::OnEndOfInput(TaskId task, Timestamp now) {
  Actions actions;
  if (!ended_.insert(task).second) return actions;
  // No barrier will reach it through an input that has ended. It ignores this where one has.
  if (pending_ && !pending_->publishing && !plan_.IsRoot(task.vertex) &&
      !pending_->acknowledged.contains(task)) {
    actions.push_back(MakeTrigger({task}));
  }
  MaybeFinish(&actions);
  if (CanTrigger() && NextTrigger() <= now) TriggerNow(now, &actions);
  return actions;
}

CheckpointCoordinator::Actions CheckpointCoordinator::OnSnapshot(TaskId task, CheckpointId id,
                                                                 TaskSnapshot snapshot,
                                                                 const SnapshotStats& stats,
                                                                 Timestamp now) {
  Actions actions;
  std::vector<std::string> new_files;
  std::string missing;
  ForEachFile(snapshot, [&](const FileHandle& file) {
    if (IsLive(file.path())) return;
    if (file.checkpoint_id() == id.value()) {
      new_files.push_back(file.path());
    } else {
      missing = file.path();
    }
  });
  const bool same = pending_ && (pending_->id == id || Planted("late-snapshot-counts"));
  if (!same || pending_->publishing) {
    // Given up while it was on its way: what it wrote belongs to nothing.
    const bool known = pending_ && pending_->id == id;
    if (!known && id > last_completed_ && !new_files.empty()) {
      actions.push_back(Delete{.files = std::move(new_files)});
    }
    return actions;
  }
  if (pending_->acknowledged.contains(task)) return actions;
  pending_->new_files.insert(pending_->new_files.end(), new_files.begin(), new_files.end());
  if (!missing.empty()) {
    GiveUpAndCount(AbortedError("the snapshot of " + Describe(task, plan_) + " builds on " +
                                missing + ", which is no file of a retained checkpoint"),
                   now, &actions);
    return actions;
  }
  pending_->acknowledged[task] = std::move(snapshot);
  history_.Acknowledge(id, task, stats, now);
  const size_t wanted = tasks_.size() - (Planted("published-without-a-snapshot") ? 1 : 0);
  if (pending_->acknowledged.size() < wanted) return actions;

  pending_->publishing = true;
  if (config_.interval.count() <= 0) {
    // Only the last round of a job without checkpoints: sinks commit, nothing is made durable.
    Complete(now, &actions);
    return actions;
  }
  std::vector<CheckpointId> keep{id};
  for (auto it = retained_.rbegin();
       it != retained_.rend() && static_cast<int32_t>(keep.size()) < config_.retained; ++it) {
    keep.push_back(it->id);
  }
  CheckpointManifest manifest = MakeManifest(*pending_);
  pending_->files = FilesOf(manifest);
  if (pending_->stops || !pending_->savepoints.empty()) pending_->manifest = manifest;
  if (Planted("committed-before-published") && started_) {
    actions.push_back(Completed{id, MakeCommits(*pending_)});
  }
  actions.push_back(Publish{std::move(manifest), std::move(keep)});
  return actions;
}

CheckpointCoordinator::Actions CheckpointCoordinator::OnSnapshotFailed(TaskId task, CheckpointId id,
                                                                       const Status& cause,
                                                                       Timestamp now) {
  Actions actions;
  if (!pending_ || pending_->id != id || pending_->publishing) return actions;
  if (pending_->acknowledged.contains(task)) return actions;
  GiveUpAndCount(Status(cause).Annotate("snapshot of " + Describe(task, plan_)), now, &actions);
  return actions;
}

CheckpointCoordinator::Actions CheckpointCoordinator::OnPublished(CheckpointId id,
                                                                  const Status& result,
                                                                  Timestamp now) {
  Actions actions;
  CHECK(pending_ && pending_->id == id && pending_->publishing) << "checkpoint " << id;
  if (result.ok() || Planted("failed-publication-counts")) {
    Complete(now, &actions);
    return actions;
  }
  const Status cause = Status(result).Annotate("publish checkpoint " + std::to_string(id.value()));
  if (result.code() == StatusCode::kFailedPrecondition) {
    actions.push_back(LoseLeadership{cause});
  } else if (result.code() == StatusCode::kUnknown) {
    // Its files may be part of a checkpoint: whoever restores next finds out.
    history_.Fail(id, cause.message(), now);
    Refuse(std::move(pending_->savepoints), cause, &actions);
    pending_.reset();
    last_end_ = now;
    if (started_) actions.push_back(FailJob{UnavailableError(cause.message())});
  } else if (started_) {
    GiveUpAndCount(cause, now, &actions);
  } else {
    GiveUp(cause, now, &actions);
  }
  return actions;
}

CheckpointCoordinator::Actions CheckpointCoordinator::OnSavepointCopied(CheckpointId id,
                                                                        const std::string& folder,
                                                                        const Status& result,
                                                                        Timestamp now) {
  Actions actions;
  const auto it = std::find_if(copies_.begin(), copies_.end(), [&](const Copy& copy) {
    return copy.id == id && copy.folder == folder;
  });
  CHECK(it != copies_.end()) << folder;
  const Copy copy = std::move(*it);
  copies_.erase(it);
  if (result.ok()) history_.Copied(id, folder);
  for (int64_t request : copy.requests) actions.push_back(SavepointDone{request, folder, result});
  // Of an attempt that has failed since: the next one stops behind a savepoint of its own.
  const bool stop = copy.stop && started_ && final_ == id;
  if (stop && result.ok()) actions.push_back(Stopped{folder});
  if (stop && !result.ok()) {
    stop_.reset();
    actions.push_back(StopGivenUp{result});
    return actions;
  }
  MaybeFinish(&actions);
  if (CanTrigger() && NextTrigger() <= now) TriggerNow(now, &actions);
  return actions;
}

CheckpointCoordinator::Actions CheckpointCoordinator::OnCommitted(CheckpointId id, Timestamp now) {
  Actions actions;
  if (!started_) return actions;
  final_committed_ = final_ && id >= *final_;
  MaybeFinish(&actions);
  if (CanTrigger() && NextTrigger() <= now) TriggerNow(now, &actions);
  return actions;
}

CheckpointCoordinator::Actions CheckpointCoordinator::OnTime(Timestamp now) {
  Actions actions;
  if (pending_ && !pending_->publishing && now >= pending_->triggered + config_.timeout.count()) {
    std::string missing;
    for (TaskId task : tasks_) {
      if (pending_->acknowledged.contains(task)) continue;
      missing += (missing.empty() ? "" : ", ") + Describe(task, plan_);
    }
    GiveUpAndCount(
        DeadlineExceededError("not complete within " + std::to_string(config_.timeout.count()) +
                              " ms; missing: " + missing),
        now, &actions);
  }
  if (CanTrigger() && NextTrigger() <= now) TriggerNow(now, &actions);
  return actions;
}

std::optional<Timestamp> CheckpointCoordinator::NextDeadline() const {
  if (pending_) {
    if (pending_->publishing) return std::nullopt;
    return pending_->triggered + config_.timeout.count();
  }
  return CanTrigger() ? NextTrigger() : std::nullopt;
}

void CheckpointCoordinator::OnTerminated(JobState ended) {
  CHECK(!started_ && !pending_) << "a checkpoint is open at the end of the job";
  grace_.clear();
  if (!KeepsCheckpoints(config_.retention, ended)) retained_.clear();
}

std::optional<CheckpointId> CheckpointCoordinator::pending() const {
  return pending_ ? std::optional(pending_->id) : std::nullopt;
}

bool CheckpointCoordinator::CanTrigger() const {
  if (!started_ || pending_ || final_ || committer_.Blocked()) return false;
  return config_.interval.count() > 0 || ended_.size() == tasks_.size();
}

std::optional<Timestamp> CheckpointCoordinator::NextTrigger() const {
  if (stop_ || asked_ || !savepoints_.empty()) return last_end_;
  // min_pause keeps checkpoints from eating a busy job; a job at its end is not busy.
  if (ended_.size() == tasks_.size()) {
    return failures_ == 0 ? last_end_ : last_end_ + kFinalRetryMs;
  }
  const Timestamp pause_over =
      last_end_ == kMinTimestamp ? last_end_ : last_end_ + config_.min_pause.count();
  return std::max(last_trigger_ + config_.interval.count(), pause_over);
}

void CheckpointCoordinator::TriggerNow(Timestamp now, Actions* actions) {
  const CheckpointId id = next_id_;
  CHECK(id > last_completed_);
  next_id_ = id.Next();
  pending_ = Pending{.id = id,
                     .triggered = now,
                     .stops = stop_.has_value(),
                     .savepoints = std::exchange(savepoints_, {})};
  asked_ = false;
  last_trigger_ = now;
  using Kind = CheckpointHistory::Kind;
  const Kind kind = pending_->stops                ? Kind::kStop
                    : pending_->savepoints.empty() ? Kind::kCheckpoint
                                                   : Kind::kSavepoint;
  history_.Begin(id, kind, plan_, now);
  std::vector<TaskId> tasks;
  for (TaskId task : tasks_) {
    if (plan_.IsRoot(task.vertex) || ended_.contains(task)) tasks.push_back(task);
  }
  Trigger trigger = MakeTrigger(tasks);
  trigger.begins = true;
  actions->push_back(std::move(trigger));
}

CheckpointCoordinator::Trigger CheckpointCoordinator::MakeTrigger(
    const std::vector<TaskId>& tasks) const {
  return {.id = pending_->id,
          .tasks = tasks,
          .full = full_,
          .stop = pending_->stops,
          .drain = pending_->stops && stop_->drain};
}

void CheckpointCoordinator::MaybeFinish(Actions* actions) {
  if (!final_committed_ || ended_.size() < tasks_.size() || !copies_.empty()) return;
  actions->push_back(FinishTasks{});
}

void CheckpointCoordinator::Refuse(std::vector<SavepointRequest> requests, const Status& reason,
                                   Actions* actions) {
  for (const SavepointRequest& one : requests) {
    actions->push_back(SavepointDone{one.request, "", reason});
  }
}

void CheckpointCoordinator::CopySavepoints(const Pending& done, Actions* actions) {
  std::map<std::string, Copy> by_folder;
  for (const SavepointRequest& one : done.savepoints) {
    by_folder[SavepointFolder(one.dir, done.id)].requests.push_back(one.request);
  }
  if (done.stops) by_folder[SavepointFolder(stop_->dir, done.id)].stop = true;
  for (auto& [folder, copy] : by_folder) {
    copy.id = done.id;
    copy.folder = folder;
    copy.files = done.files;
    if (Planted("savepoint-answered-before-its-copy")) {
      for (int64_t request : copy.requests) {
        actions->push_back(SavepointDone{request, folder, OkStatus()});
      }
    }
    actions->push_back(CopySavepoint{done.manifest, folder});
    copies_.push_back(std::move(copy));
  }
}

void CheckpointCoordinator::GiveUp(const Status& reason, Timestamp now, Actions* actions) {
  const CheckpointId id = pending_->id;
  history_.Fail(id, reason.message(), now);
  actions->push_back(Abort{id, reason});
  if (!pending_->new_files.empty()) actions->push_back(Delete{.files = pending_->new_files});
  Refuse(std::move(pending_->savepoints), reason, actions);
  pending_.reset();
  last_end_ = now;
}

void CheckpointCoordinator::GiveUpAndCount(const Status& reason, Timestamp now, Actions* actions) {
  const CheckpointId id = pending_->id;
  const bool stops = pending_->stops;
  GiveUp(reason, now, actions);
  ++failures_;
  const Status cause =
      Status(reason).Annotate("checkpoint " + std::to_string(id.value()) + " failed");
  if (reason.code() == StatusCode::kDataLoss || failures_ > config_.tolerable_failures || stops) {
    started_ = false;  // nothing more is begun in this attempt
    actions->push_back(FailJob{cause});
  }
}

CheckpointManifest CheckpointCoordinator::MakeManifest(const Pending& done) const {
  CheckpointManifest manifest;
  manifest.set_version(kManifestVersion);
  manifest.set_job_id(job_id_);
  manifest.set_checkpoint_id(done.id.value());
  manifest.set_max_parallelism(plan_.max_parallelism);
  for (const auto& [task, snapshot] : done.acknowledged) *manifest.add_tasks() = snapshot;
  for (const auto& state : done.assigners) *manifest.add_split_assigners() = state;
  for (const PlanVertex& vertex : plan_.vertices) {
    auto* info = manifest.add_vertices();
    info->set_vertex(vertex.id.value());
    info->set_parallelism(vertex.parallelism);
    for (const std::string& uid : vertex.uids) info->add_uids(uid);
    for (const std::string& meaning : vertex.meanings) info->add_meanings(meaning);
  }
  if (Planted("uncommitted-not-carried-on")) return manifest;
  for (auto& prepared : committer_.Uncommitted()) *manifest.add_uncommitted() = std::move(prepared);
  return manifest;
}

std::vector<Committer::Unit> CheckpointCoordinator::MakeCommits(const Pending& done) const {
  std::vector<Committer::Unit> units;
  for (const auto& [task, snapshot] : done.acknowledged) {
    for (const auto& op : snapshot.operators()) {
      if (op.committables().empty()) continue;
      checkpoint::PreparedCommit prepared;
      prepared.set_checkpoint_id(done.id.value());
      prepared.set_uid(op.uid());
      prepared.set_subtask(task.subtask);
      *prepared.mutable_committables() = op.committables();
      units.push_back({task, op.uid(), {std::move(prepared)}});
    }
  }
  return units;
}

void CheckpointCoordinator::Complete(Timestamp now, Actions* actions) {
  Pending done = std::move(*pending_);
  pending_.reset();
  CHECK(done.id > last_completed_);
  last_completed_ = done.id;
  last_end_ = now;
  failures_ = 0;
  full_ = false;
  history_.Complete(done.id, now);
  const bool at_end = std::all_of(done.acknowledged.begin(), done.acknowledged.end(),
                                  [](const auto& ack) { return ack.second.finished(); });
  if (at_end || done.stops) final_ = done.id;
  if (at_end && Planted("finished-before-the-last-commit")) actions->push_back(FinishTasks{});

  CopySavepoints(done, actions);
  if (config_.interval.count() > 0) {
    Delete gone;
    std::set<std::string> candidates = std::move(grace_);
    grace_.clear();
    retained_.push_back({done.id, done.files});
    while (static_cast<int32_t>(retained_.size()) > std::max(config_.retained, 1)) {
      gone.manifests.push_back(retained_.front().id);
      for (const std::string& file : retained_.front().files) grace_.insert(file);
      retained_.pop_front();
    }
    std::erase_if(grace_, [&](const std::string& file) {
      return std::any_of(retained_.begin(), retained_.end(),
                         [&](const Retained& r) { return r.files.contains(file); });
    });
    if (Planted("files-deleted-at-once")) candidates.merge(grace_);
    const std::set<std::string> being_copied = FilesBeingCopied();
    for (const std::string& file : candidates) {
      if (being_copied.contains(file)) {
        grace_.insert(file);
      } else if (!IsLive(file)) {
        gone.files.push_back(file);
      }
    }
    if (!gone.manifests.empty() || !gone.files.empty()) actions->push_back(std::move(gone));
  }
  // After a failover the commits come back with the restored manifest.
  if (started_ && !Planted("committed-before-published")) {
    actions->push_back(Completed{done.id, MakeCommits(done)});
  }
}

bool CheckpointCoordinator::IsLive(const std::string& file) const {
  if (Planted("files-deleted-at-once")) return false;
  if (grace_.contains(file)) return true;
  return std::any_of(retained_.begin(), retained_.end(),
                     [&](const Retained& r) { return r.files.contains(file); });
}

std::set<std::string> CheckpointCoordinator::FilesBeingCopied() const {
  std::set<std::string> files;
  if (Planted("files-deleted-under-a-savepoint")) return files;
  for (const Copy& copy : copies_) files.insert(copy.files.begin(), copy.files.end());
  return files;
}

bool CheckpointCoordinator::IsRetained(CheckpointId id) const {
  return std::any_of(retained_.begin(), retained_.end(),
                     [&](const Retained& one) { return one.id == id; });
}

}  // namespace weir
