#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "common/base/status.h"
#include "common/fs/file_system.h"
#include "jobmanager/job_messages.h"
#include "proto/job_store.pb.h"

namespace weir {

// The jobs of a cluster on durable storage:
//
//   <dir>/leader               the epoch of the job manager that owns the folder, and its lock
//   <dir>/jobs/<id>/job        StoredJob, written once
//   <dir>/jobs/<id>/state      StoredState, replaced whole
//   <dir>/submissions/<id>     Submission, while the jobs of one script come or go together: named
//                              after the first of them. Those that are to come have a `prepared` in
//                              place of `job` until it is there.
//
// Jobs exist from the instant Add returns, all or none. When Add fails they may exist all the same,
// until Remove has succeeded. Blocking; calls about one job come from one thread at a time.
class JobStore {
 public:
  struct Entry {
    jobstore::StoredJob job;
    jobstore::StoredState state;
  };

  virtual ~JobStore() = default;
  virtual LeaderEpoch epoch() const = 0;
  virtual Status Add(const std::vector<jobstore::StoredJob>& jobs) = 0;
  // Failed precondition when another job manager has taken the folder.
  virtual Status SetState(const std::string& job_id, const jobstore::StoredState& state) = 0;
  // Failed precondition when another job manager has taken the folder.
  virtual Status CheckLeader() = 0;
  // Every job, oldest first; finishes what an earlier job manager has begun. A job whose files are
  // damaged is an error that names the file.
  virtual StatusOr<std::vector<Entry>> Load() = 0;
  // Forgets jobs that are over, or that Add has not accepted: in that order, all of them or none.
  virtual Status Remove(const std::vector<std::string>& job_ids) = 0;

  // Takes the folder: raises its epoch. Failed precondition when a live job manager holds it.
  static StatusOr<std::unique_ptr<JobStore>> Open(std::shared_ptr<FileSystem> fs,
                                                  const std::string& dir);
  // The same without the lock, where the caller sees to it that there is one owner.
  static StatusOr<std::unique_ptr<JobStore>> OpenUnlocked(std::shared_ptr<FileSystem> fs,
                                                          const std::string& dir);
  // Remembers nothing: for a job manager that ends with its jobs.
  static std::unique_ptr<JobStore> InMemory();
};

JobRecord ToJobRecord(const jobstore::StoredState& state);
jobstore::StoredState ToStoredState(const JobRecord& record);

}  // namespace weir
