#pragma once

#include <memory>
#include <string>
#include <vector>

#include "client/query_rows.h"
#include "common/base/status.h"
#include "common/data/batch.h"
#include "jobmanager/dispatcher.h"
#include "taskmanager/task_executor.h"
#include "taskmanager/worker_pool.h"

namespace weir {

struct LocalClusterOptions {
  int slots = 8;
  int workers = 2;
  std::string checkpoint_root;               // empty: jobs that checkpoint name their own folder
  std::string state_dir;                     // scratch; empty: keyed state stays in memory
  uint64_t state_bytes = uint64_t{1} << 30;  // in memory
  OperatorFactory make_operator = &MakeOperator;
};

// A job manager and a task manager in this process, linked by function calls: what `weir local` and
// tests of whole jobs run on. Nothing outlives it. The calls below block; from one thread.
class LocalCluster {
 public:
  static StatusOr<std::unique_ptr<LocalCluster>> Start(const LocalClusterOptions& options);
  ~LocalCluster();

  // The id of the job. `from_savepoint`: the folder of a checkpoint or savepoint, or empty.
  StatusOr<std::string> Submit(JobCompiler::Job job, const std::string& from_savepoint = "",
                               bool allow_non_restored_state = false);

  // The next rows of a SELECT, from `token` (0 at first); empty when a while went by without any.
  StatusOr<QueryRows> Fetch(const std::string& job_id, int64_t token, const SchemaPtr& schema);

  rpc::JobDetails GetJob(const std::string& job_id);
  rpc::ListJobsReply ListJobs();
  // Until the job has ended; its failure, or kCancelled.
  Status Wait(const std::string& job_id);
  void Cancel(const std::string& job_id);
  // Ends the job behind a savepoint; returns when that is on record, from any thread.
  Status Stop(const std::string& job_id);
  // The folder of the savepoint that ended the job; empty: none did.
  std::string SavepointOf(const std::string& job_id);

 private:
  class Link;
  LocalCluster() = default;

  int slots_ = 0;
  std::unique_ptr<WorkerPool> pool_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::shared_ptr<Link> link_;
  std::shared_ptr<TaskExecutor> executor_;
};

}  // namespace weir
