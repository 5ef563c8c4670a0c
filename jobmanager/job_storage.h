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

  job_event::CheckpointLoaded Load();
  job_event::CheckpointPublished Publish(const job_action::PublishCheckpoint& action);
  // Durable, and whole without the job's own folder, when it returns. A folder that is there
  // already is not touched. From any thread.
  job_event::SavepointCopied Copy(const job_action::CopySavepoint& action);
  // Best effort: what cannot be deleted now is with the next call, or when the job is loaded next.
  void Delete(const job_action::DeleteFiles& action);
  // Nothing: it failed and is to be tried again. `now` goes into the record of a job that is over.
  std::optional<job_event::JobStatePersisted> Persist(const job_action::PersistJobState& action,
                                                      Timestamp now);

 private:
  JobStore& store_;
  const std::shared_ptr<FileSystem> fs_;
  const std::string job_id_;
  const std::unique_ptr<CheckpointStorage> checkpoints_;
  const std::string start_from_;
  bool loaded_before_ = false;
  std::set<CheckpointId> manifests_to_delete_;
  std::set<std::string> files_to_delete_;
};

// Deletes a savepoint's folder; refuses what is none. Its manifest goes first.
Status RemoveSavepoint(FileSystem& fs, const std::string& path);

}  // namespace weir
