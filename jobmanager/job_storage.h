#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "common/base/time.h"
#include "jobmanager/job_messages.h"
#include "jobmanager/job_store.h"
#include "state/storage/checkpoint_storage.h"

namespace weir {

// The storage actions of one job, blocking: turns each into its answer. Used by one thread at a
// time.
class JobStorage {
 public:
  // `checkpoints` is null for a job without a checkpoint folder; `start_from` is the checkpoint or
  // savepoint folder that the job begins from, or empty.
  JobStorage(JobStore& store, std::shared_ptr<FileSystem> fs, std::string job_id,
             std::unique_ptr<CheckpointStorage> checkpoints, std::string start_from);

  // Also removes what attempts and job managers before have left.
  job_event::CheckpointLoaded Load(const job_action::LoadCheckpoint& action);
  job_event::CheckpointPublished Publish(const job_action::PublishCheckpoint& action);
  // Durable, and whole without the job's own folder, when it returns. A folder that is there
  // already is not touched. From any thread.
  job_event::SavepointCopied Copy(const job_action::CopySavepoint& action);
  // Best effort: what cannot be deleted now is with the next call, or when the job is loaded next,
  // or at its end.
  void Delete(const job_action::DeleteFiles& action);
  // CleanUpCheckpoints, once the end of the job is on record. False: it failed and is to be tried
  // again; after a number of times that is left to the next job manager.
  bool CleanUp(bool keep);
  // Nothing: it failed and is to be tried again. `now` goes into the record of a job that is over.
  std::optional<job_event::JobStatePersisted> Persist(const job_action::PersistJobState& action,
                                                      Timestamp now);

 private:
  JobStore& store_;
  const std::shared_ptr<FileSystem> fs_;
  const std::string job_id_;
  const std::unique_ptr<CheckpointStorage> checkpoints_;
  const std::string start_from_;
  std::set<CheckpointId> manifests_to_delete_;
  std::set<std::string> files_to_delete_;
  int failed_clean_ups_ = 0;
};

// What a job that is over leaves in its folder: nothing, or its checkpoints and their files if they
// are to be kept. May be repeated; what fails has removed a part.
Status CleanUpCheckpoints(CheckpointStorage& checkpoints, bool keep);
// Deletes a savepoint's folder; refuses what is none. Its manifest goes first.
Status RemoveSavepoint(FileSystem& fs, const std::string& path);

}  // namespace weir
