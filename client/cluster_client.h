#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/data/batch.h"
#include "proto/control.pb.h"

namespace weir {

// Asks a job manager, one call after the other; each blocks. What is wrong with the question comes
// back in the reply's `error`; a Status says that there was no answer, and what to do about it.
class ClusterClient {
 public:
  // `address` is HOST or HOST:PORT. Connects with the first call.
  static StatusOr<std::unique_ptr<ClusterClient>> Make(const std::string& address);
  ~ClusterClient();

  StatusOr<rpc::SubmitReply> Submit(const rpc::SubmitRequest& request);
  StatusOr<rpc::ListJobsReply> ListJobs();
  StatusOr<rpc::JobDetails> GetJob(const std::string& job);
  StatusOr<rpc::CancelReply> CancelJob(const std::string& job);
  // Waits as long as the savepoint takes.
  StatusOr<rpc::SavepointReply> TakeSavepoint(const std::string& job, const std::string& dir);
  StatusOr<rpc::StopReply> StopJob(const std::string& job, const std::string& savepoint_dir,
                                   bool drain);
  // Waits as long as the checkpoint before it takes.
  StatusOr<rpc::RescaleReply> RescaleJob(const std::string& job, int parallelism);
  StatusOr<rpc::DrainReply> DrainTaskManager(const std::string& task_manager);
  StatusOr<rpc::FetchResultsReply> FetchResults(const std::string& job_id, int64_t token);
  StatusOr<rpc::ClusterInfo> GetCluster();
  StatusOr<rpc::StateReply> ReadState(const rpc::StateRequest& request);
  StatusOr<rpc::ReadOutputReply> ReadOutput(const rpc::ReadOutputRequest& request);

  // "localhost:6123", with the default port filled in.
  const std::string& address() const { return address_; }

 private:
  class Impl;
  ClusterClient(std::string address, std::unique_ptr<Impl> impl);

  const std::string address_;
  const std::unique_ptr<Impl> impl_;
};

// HOST:PORT of what a user gives as the address of a job manager.
StatusOr<std::string> ParseAddress(const std::string& text);

}  // namespace weir
