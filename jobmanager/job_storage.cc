#include "jobmanager/job_storage.h"

#include <algorithm>
#include <utility>

#include "common/base/failpoint.h"
#include "common/base/logging.h"
#include "common/base/planted_bug.h"

namespace weir {
namespace {

constexpr int kMostCleanUps = 20;  // half a second apart

std::string Parent(const std::string& path) { return path.substr(0, path.rfind('/')); }

// The names of the folder and of all above it, which may be new. One that may not be opened is not.
Status SyncNames(FileSystem& fs, std::string dir) {
  while (true) {
    Status s = fs.SyncDir(dir.empty() ? "/" : dir);
    if (!s.ok() && s.code() != StatusCode::kPermissionDenied) return s;
    if (dir.find('/') == std::string::npos) return OkStatus();
    dir = Parent(dir);
  }
}

// What a copy has left behind that did not come to its end. The manifest goes first: without it the
// rest is nothing.
void RemoveRemains(FileSystem& fs, const std::string& folder) {
  (void)fs.Remove(folder + "/manifest");
  (void)fs.SyncDir(folder);
  for (const std::string& dir : {folder + "/shared", folder}) {
    const auto names = fs.List(dir);
    if (!names.ok()) continue;
    for (const std::string& name : *names) (void)fs.Remove(dir + "/" + name);
    (void)fs.Remove(dir);
  }
}

}  // namespace

JobStorage::JobStorage(JobStore& store, std::shared_ptr<FileSystem> fs, std::string job_id,
                       std::unique_ptr<CheckpointStorage> checkpoints, std::string start_from)
    : store_(store),
      fs_(std::move(fs)),
      job_id_(std::move(job_id)),
      checkpoints_(std::move(checkpoints)),
      start_from_(std::move(start_from)) {}

job_event::CheckpointLoaded JobStorage::Load(const job_action::LoadCheckpoint& action) {
  LogScope scope({.job = job_id_});
  job_event::CheckpointLoaded loaded;
  // Before tasks of an attempt are deployed that would only meet those of the next leader.
  if (Status s = store_.CheckLeader(); !s.ok()) return {.status = std::move(s)};
  if (checkpoints_ != nullptr) {
    auto ids = checkpoints_->List();
    if (!ids.ok()) return {.status = ids.status()};
    std::reverse(ids->begin(), ids->end());  // oldest first
    for (CheckpointId id : *ids) {
      auto manifest = checkpoints_->Read(id);
      if (!manifest.ok()) return {.status = manifest.status()};
      loaded.retained.push_back(*std::move(manifest));
    }
    if (!loaded.retained.empty()) {
      // Also checks that the files of the newest are there in their length.
      if (auto newest = checkpoints_->ReadNewest(); !newest.ok()) {
        return {.status = newest.status()};
      }
    }
    if (!Planted("attempts-leave-files")) {
      auto removed = checkpoints_->RemoveAllBut(loaded.retained, action.being_copied);
      if (!removed.ok()) LOG(kWarning) << removed.status();
    }
    if (!loaded.retained.empty()) return loaded;
  }
  if (!start_from_.empty()) {
    auto manifest = ReadManifest(*fs_, start_from_);
    if (!manifest.ok()) return {.status = manifest.status()};
    MakePathsAbsolute(start_from_, *manifest);
    loaded.start_from.push_back(*std::move(manifest));
  }
  return loaded;
}

job_event::CheckpointPublished JobStorage::Publish(const job_action::PublishCheckpoint& action) {
  const CheckpointId id(action.manifest.checkpoint_id());
  if (checkpoints_ == nullptr) return {id, InternalError("the job has no checkpoint folder")};
  const bool fenced = !Planted("old-leader-publishes");
  if (Status s = store_.CheckLeader(); fenced && !s.ok()) return {id, std::move(s)};
  Status published = checkpoints_->Publish(action.manifest);
  if (published.ok()) published = Failpoint("published");
  // Only what was published before another job manager took over counts: it will have seen it. What
  // this process did after a long sleep is for that one to judge.
  if (Status s = store_.CheckLeader(); fenced && !s.ok()) return {id, std::move(s)};
  if (published.ok() || published.code() == StatusCode::kUnknown) return {id, published};
  // Whoever hears that it failed counts on it not to exist: make sure of that.
  if (Status gone = checkpoints_->Delete(id); !gone.ok()) {
    return {id, UnknownError(published.message() + "; then: " + gone.message())};
  }
  if (published.code() == StatusCode::kFailedPrecondition) {
    published = UnavailableError(published.message());
  }
  return {id, published};
}

job_event::SavepointCopied JobStorage::Copy(const job_action::CopySavepoint& action) {
  const CheckpointId id(action.manifest.checkpoint_id());
  const auto copy = [&]() -> Status {
    if (checkpoints_ == nullptr) return InternalError("the job has no checkpoint folder");
    const std::string dir = Parent(action.folder);
    RETURN_IF_ERROR(fs_->MakeDirs(dir));
    RETURN_IF_ERROR(checkpoints_->CopyTo(action.manifest, action.folder));
    return SyncNames(*fs_, dir);
  };
  const Status copied = copy();
  if (!copied.ok() && copied.code() != StatusCode::kAlreadyExists) {
    RemoveRemains(*fs_, action.folder);
  }
  return {id, action.folder, copied};
}

void JobStorage::Delete(const job_action::DeleteFiles& action) {
  LogScope scope({.job = job_id_});
  if (checkpoints_ == nullptr || !store_.CheckLeader().ok()) return;
  manifests_to_delete_.insert(action.manifests.begin(), action.manifests.end());
  files_to_delete_.insert(action.files.begin(), action.files.end());
  std::erase_if(manifests_to_delete_, [&](CheckpointId id) {
    Status s = checkpoints_->Delete(id);
    if (!s.ok()) LOG(kWarning) << "delete checkpoint " << id << ": " << s;
    return s.ok();
  });
  // A manifest that is there must not lack a file.
  if (!manifests_to_delete_.empty()) return;
  std::erase_if(files_to_delete_, [&](const std::string& path) {
    Status s = fs_->Remove(checkpoints_->job_dir() + "/" + path);
    if (s.ok() || s.code() == StatusCode::kNotFound) return true;
    LOG(kWarning) << "delete " << path << ": " << s;
    return false;
  });
}

bool JobStorage::CleanUp(bool keep) {
  LogScope scope({.job = job_id_});
  if (checkpoints_ == nullptr || !store_.CheckLeader().ok()) return true;
  Status s = Failpoint("clean-up");
  if (s.ok()) s = CleanUpCheckpoints(*checkpoints_, keep);
  if (s.ok()) return true;
  LOG(kWarning) << "clean up " << checkpoints_->job_dir() << ": " << s;
  return ++failed_clean_ups_ >= kMostCleanUps;
}

std::optional<job_event::JobStatePersisted> JobStorage::Persist(
    const job_action::PersistJobState& action, Timestamp now) {
  jobstore::StoredState state = ToStoredState(action.record);
  if (IsGloballyTerminal(action.record.state)) state.set_ended_ms(now);
  Status s = store_.SetState(job_id_, state);
  if (s.ok() || s.code() == StatusCode::kFailedPrecondition) {
    return job_event::JobStatePersisted{action.version, std::move(s)};
  }
  LogScope scope({.job = job_id_});
  LOG(kWarning) << "cannot write its state, trying again: " << s;
  return std::nullopt;
}

Status CleanUpCheckpoints(CheckpointStorage& checkpoints, bool keep) {
  std::vector<checkpoint::CheckpointManifest> kept;
  if (keep) {
    ASSIGN_OR_RETURN(const std::vector<CheckpointId> ids, checkpoints.List());
    for (CheckpointId id : ids) {
      ASSIGN_OR_RETURN(kept.emplace_back(), checkpoints.Read(id));
    }
  }
  return checkpoints.RemoveAllBut(kept).status();
}

Status RemoveSavepoint(FileSystem& fs, const std::string& path) {
  std::string dir = path.starts_with("file:") ? path.substr(5) : path;
  while (dir.starts_with("//")) dir.erase(0, 1);
  while (dir.size() > 1 && dir.ends_with('/')) dir.pop_back();
  if (!dir.starts_with('/')) return InvalidArgumentError("savepoint " + path + " is not absolute");
  ASSIGN_OR_RETURN(const checkpoint::CheckpointManifest manifest, ReadManifest(fs, dir));
  if (!manifest.savepoint()) {
    return InvalidArgumentError(dir + " is a checkpoint of a job, not a savepoint");
  }
  RETURN_IF_ERROR(fs.Remove(dir + "/manifest"));
  const std::string shared = dir + "/shared";
  ASSIGN_OR_RETURN(const std::vector<std::string> files, fs.List(shared));
  for (const std::string& file : files) RETURN_IF_ERROR(fs.Remove(shared + "/" + file));
  RETURN_IF_ERROR(fs.Remove(shared));
  return fs.Remove(dir);
}

}  // namespace weir
