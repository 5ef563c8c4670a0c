#include "jobmanager/job_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>

#include "state/xxh64.h"

namespace weir {
namespace {

using jobstore::StoredJob;
using jobstore::StoredState;

constexpr uint64_t kMaxFileBytes = 256 << 20;

// Bytes, then their checksum in 8 bytes.
std::string Seal(const std::string& bytes) {
  Xxh64 hash;
  hash.Update(bytes);
  uint64_t sum = hash.Digest();
  std::string sealed = bytes;
  for (int i = 0; i < 8; ++i, sum >>= 8) sealed.push_back(static_cast<char>(sum & 0xff));
  return sealed;
}

template <class Message>
Status Unseal(const std::string& sealed, const std::string& path, Message* message) {
  if (sealed.size() >= 8) {
    const std::string bytes = sealed.substr(0, sealed.size() - 8);
    if (Seal(bytes) == sealed && message->ParseFromString(bytes)) return OkStatus();
  }
  return DataLossError(path +
                       " is damaged: restore it from a copy, or remove its folder and submit "
                       "the job again from its last checkpoint");
}

bool IsGone(const Status& status) { return status.code() == StatusCode::kNotFound; }

class MemoryJobStore : public JobStore {
 public:
  LeaderEpoch epoch() const override { return LeaderEpoch(1); }
  Status Add(const std::vector<StoredJob>&) override { return OkStatus(); }
  Status SetState(const std::string&, const StoredState&) override { return OkStatus(); }
  Status CheckLeader() override { return OkStatus(); }
  StatusOr<std::vector<Entry>> Load() override { return std::vector<Entry>(); }
  Status Remove(const std::vector<std::string>&) override { return OkStatus(); }
};

class FolderJobStore : public JobStore {
 public:
  FolderJobStore(std::shared_ptr<FileSystem> fs, std::string dir) : fs_(fs), dir_(std::move(dir)) {}
  ~FolderJobStore() override {
    if (lock_ >= 0) close(lock_);
  }

  Status Take(bool lock) {
    RETURN_IF_ERROR(fs_->MakeDirs(dir_ + "/jobs"));
    RETURN_IF_ERROR(fs_->SyncDir(dir_));
    if (lock) RETURN_IF_ERROR(Lock());
    const std::string path = dir_ + "/leader";
    jobstore::LeaderEpoch stored;
    auto bytes = fs_->ReadWhole(path, kMaxFileBytes);
    if (bytes.ok()) {
      RETURN_IF_ERROR(Unseal(*bytes, path, &stored));
    } else if (bytes.status().code() != StatusCode::kNotFound) {
      return bytes.status();
    }
    stored.set_epoch(stored.epoch() + 1);
    RETURN_IF_ERROR(fs_->WriteAtomically(path, Seal(stored.SerializeAsString())));
    epoch_ = LeaderEpoch(stored.epoch());
    return OkStatus();
  }

  LeaderEpoch epoch() const override { return epoch_; }

  Status Add(const std::vector<StoredJob>& jobs) override {
    RETURN_IF_ERROR(CheckLeader());
    const bool several = jobs.size() > 1;
    jobstore::Submission submission;
    for (const StoredJob& job : jobs) {
      submission.add_job_ids(job.job_id());
      RETURN_IF_ERROR(Write(job, several ? "/prepared" : "/job"));
    }
    if (!several) return OkStatus();
    // From here on they exist.
    RETURN_IF_ERROR(WriteSubmission(submission));
    return Finish(submission);
  }

  Status SetState(const std::string& job_id, const StoredState& state) override {
    RETURN_IF_ERROR(CheckLeader());
    return fs_->WriteAtomically(Folder(job_id) + "/state", Seal(state.SerializeAsString()));
  }

  Status CheckLeader() override {
    const std::string path = dir_ + "/leader";
    ASSIGN_OR_RETURN(const std::string bytes, fs_->ReadWhole(path, kMaxFileBytes));
    jobstore::LeaderEpoch stored;
    RETURN_IF_ERROR(Unseal(bytes, path, &stored));
    if (stored.epoch() == epoch_.value()) return OkStatus();
    return FailedPreconditionError("another job manager has taken over " + dir_);
  }

  StatusOr<std::vector<Entry>> Load() override {
    RETURN_IF_ERROR(FinishSubmissions());
    std::vector<Entry> entries;
    ASSIGN_OR_RETURN(const std::vector<std::string> ids, fs_->List(dir_ + "/jobs"));
    for (const std::string& id : ids) {
      auto job = fs_->ReadWhole(Folder(id) + "/job", kMaxFileBytes);
      if (!job.ok() && IsGone(job.status())) {  // never accepted, or half removed
        (void)RemoveOne(id);
        continue;
      }
      if (!job.ok()) return job.status();
      Entry entry;
      RETURN_IF_ERROR(Unseal(*job, Folder(id) + "/job", &entry.job));
      ASSIGN_OR_RETURN(const std::string state,
                       fs_->ReadWhole(Folder(id) + "/state", kMaxFileBytes));
      RETURN_IF_ERROR(Unseal(state, Folder(id) + "/state", &entry.state));
      entries.push_back(std::move(entry));
    }
    std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      return a.job.submitted_ms() < b.job.submitted_ms();
    });
    return entries;
  }

  Status Remove(const std::vector<std::string>& job_ids) override {
    RETURN_IF_ERROR(CheckLeader());
    if (job_ids.size() == 1) return RemoveOne(job_ids[0]);
    jobstore::Submission submission;
    for (const std::string& id : job_ids) submission.add_job_ids(id);
    submission.set_taken_back(true);
    RETURN_IF_ERROR(WriteSubmission(submission));
    return Finish(submission);
  }

 private:
  std::string Folder(const std::string& job_id) const { return dir_ + "/jobs/" + job_id; }

  std::string SubmissionPath(const jobstore::Submission& submission) const {
    return dir_ + "/submissions/" + submission.job_ids(0);
  }

  Status Write(const StoredJob& job, const std::string& name) {
    const std::string folder = Folder(job.job_id());
    RETURN_IF_ERROR(fs_->MakeDirs(folder));
    RETURN_IF_ERROR(fs_->SyncDir(dir_ + "/jobs"));
    // The state first: a folder without a job file is no job.
    StoredState state;
    state.set_state(std::string(JobStateName(JobState::kCreated)));
    RETURN_IF_ERROR(fs_->WriteAtomically(folder + "/state", Seal(state.SerializeAsString())));
    return fs_->WriteAtomically(folder + name, Seal(job.SerializeAsString()));
  }

  Status RemoveOne(const std::string& job_id) {
    const std::string folder = Folder(job_id);
    // The job file first, and for good: without it the folder is no job, whatever else is left.
    if (Status s = fs_->Remove(folder + "/job"); !s.ok() && !IsGone(s)) return s;
    if (Status s = fs_->SyncDir(folder); !s.ok()) return IsGone(s) ? OkStatus() : s;
    const auto names = fs_->List(folder);
    if (!names.ok()) return IsGone(names.status()) ? OkStatus() : names.status();
    for (const std::string& name : *names) RETURN_IF_ERROR(fs_->Remove(folder + "/" + name));
    return fs_->Remove(folder);
  }

  Status WriteSubmission(const jobstore::Submission& submission) {
    RETURN_IF_ERROR(fs_->MakeDirs(dir_ + "/submissions"));
    RETURN_IF_ERROR(fs_->SyncDir(dir_));
    return fs_->WriteAtomically(SubmissionPath(submission), Seal(submission.SerializeAsString()));
  }

  // Carries out what the submission's file says, then removes the file. May be repeated.
  Status Finish(const jobstore::Submission& submission) {
    for (const std::string& id : submission.job_ids()) {
      if (submission.taken_back()) {
        RETURN_IF_ERROR(RemoveOne(id));
        continue;
      }
      const std::string folder = Folder(id);
      Status s = fs_->Rename(folder + "/prepared", folder + "/job");
      if (!s.ok() && !IsGone(s)) return s;
      RETURN_IF_ERROR(fs_->SyncDir(folder));
    }
    if (Status s = fs_->Remove(SubmissionPath(submission)); !s.ok() && !IsGone(s)) return s;
    return fs_->SyncDir(dir_ + "/submissions");
  }

  Status FinishSubmissions() {
    const std::string folder = dir_ + "/submissions";
    const auto names = fs_->List(folder);
    if (!names.ok()) return IsGone(names.status()) ? OkStatus() : names.status();
    for (const std::string& name : *names) {
      const std::string path = folder + "/" + name;
      if (name.ends_with(".tmp")) {
        RETURN_IF_ERROR(fs_->Remove(path));
        continue;
      }
      ASSIGN_OR_RETURN(const std::string bytes, fs_->ReadWhole(path, kMaxFileBytes));
      jobstore::Submission submission;
      RETURN_IF_ERROR(Unseal(bytes, path, &submission));
      if (submission.job_ids().empty()) return DataLossError(path + " names no job");
      RETURN_IF_ERROR(Finish(submission));
    }
    return OkStatus();
  }

  // Held as long as this process lives; the kernel lets go of it with the process.
  Status Lock() {
    const std::string path = dir_ + "/lock";
    lock_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0) return UnavailableError("open " + path + ": " + std::strerror(errno));
    if (flock(lock_, LOCK_EX | LOCK_NB) == 0) return OkStatus();
    if (errno != EWOULDBLOCK) return UnavailableError("lock " + path + ": " + std::strerror(errno));
    return FailedPreconditionError("another job manager runs with " + dir_ +
                                   ": stop it, or choose another folder with --ha-dir");
  }

  const std::shared_ptr<FileSystem> fs_;
  const std::string dir_;
  LeaderEpoch epoch_;
  int lock_ = -1;
};

}  // namespace

StatusOr<std::unique_ptr<JobStore>> JobStore::Open(std::shared_ptr<FileSystem> fs,
                                                   const std::string& dir) {
  auto store = std::make_unique<FolderJobStore>(std::move(fs), dir);
  RETURN_IF_ERROR(store->Take(/*lock=*/true).Annotate("job store"));
  return StatusOr<std::unique_ptr<JobStore>>(std::move(store));
}

StatusOr<std::unique_ptr<JobStore>> JobStore::OpenUnlocked(std::shared_ptr<FileSystem> fs,
                                                           const std::string& dir) {
  auto store = std::make_unique<FolderJobStore>(std::move(fs), dir);
  RETURN_IF_ERROR(store->Take(/*lock=*/false).Annotate("job store"));
  return StatusOr<std::unique_ptr<JobStore>>(std::move(store));
}

std::unique_ptr<JobStore> JobStore::InMemory() { return std::make_unique<MemoryJobStore>(); }

JobRecord ToJobRecord(const StoredState& state) {
  JobRecord record;
  for (JobState s : {JobState::kFinished, JobState::kFailed, JobState::kCanceled}) {
    if (state.state() == JobStateName(s)) record.state = s;
  }
  if (state.failure_code() != 0) {
    record.cause = Status(static_cast<StatusCode>(state.failure_code()), state.failure());
  }
  record.cancel_requested = state.cancel_requested();
  if (state.has_stop()) {
    record.stop = JobRecord::Stop{state.stop().savepoint_dir(), state.stop().drain()};
  }
  record.stop_failure = state.stop_failure();
  record.savepoint = state.savepoint();
  record.parallelism = state.parallelism();
  for (const auto& [uid, bytes] : state.first_discoveries()) record.first_discoveries[uid] = bytes;
  return record;
}

StoredState ToStoredState(const JobRecord& record) {
  StoredState state;
  state.set_state(std::string(JobStateName(record.state)));
  state.set_failure_code(static_cast<uint32_t>(record.cause.code()));
  state.set_failure(record.cause.message());
  state.set_cancel_requested(record.cancel_requested);
  if (record.stop) {
    state.mutable_stop()->set_savepoint_dir(record.stop->savepoint_dir);
    state.mutable_stop()->set_drain(record.stop->drain);
  }
  state.set_stop_failure(record.stop_failure);
  state.set_savepoint(record.savepoint);
  state.set_parallelism(record.parallelism);
  for (const auto& [uid, bytes] : record.first_discoveries) {
    (*state.mutable_first_discoveries())[uid] = bytes;
  }
  return state;
}

}  // namespace weir
