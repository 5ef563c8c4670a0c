#include "client/shell/backend.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "client/answer.h"
#include "client/cluster_client.h"
#include "client/job_text.h"
#include "client/local.h"
#include "client/local_cluster.h"

namespace weir {
namespace {

// Its place is in a text that nobody has seen; what to do is not.
Status Refusal(const rpc::SqlError& error) {
  if (error.hint().empty()) return ToStatus(error);
  return Status(static_cast<StatusCode>(error.code()), error.message() + "\nhint: " + error.hint());
}

class ClusterBackend : public ShellBackend {
 public:
  ClusterBackend(std::unique_ptr<ClusterClient> client, std::map<std::string, std::string> config,
                 int parallelism)
      : client_(std::move(client)), config_(std::move(config)), parallelism_(parallelism) {}

  StatusOr<std::string> Greeting() override {
    ASSIGN_OR_RETURN(const rpc::ClusterInfo cluster, client_->GetCluster());
    int slots = 0;
    for (const auto& task_manager : cluster.task_managers()) slots += task_manager.slots();
    return "connected to " + client_->address() + ": " +
           CountText(cluster.task_managers_size(), "task manager") + ", " +
           CountText(slots, "slot");
  }

  // The job manager plans the statement anew, in a session made by the definitions.
  StatusOr<std::string> Submit(const Job& job) override {
    rpc::SubmitRequest request;
    for (const std::string& definition : job.definitions) {
      request.mutable_sql()->append(definition).append(";\n");
    }
    request.mutable_sql()->append(job.statement.text).append(";\n");
    request.set_file_name("statement");
    request.set_parallelism(parallelism_);
    for (const auto& [key, value] : config_) (*request.mutable_options())[key] = value;
    ASSIGN_OR_RETURN(const rpc::SubmitReply reply, client_->Submit(request));
    RETURN_IF_ERROR(Refusal(reply.error()));
    if (reply.jobs_size() != 1) return InternalError("a statement that is not one job");
    return reply.jobs(0).job_id();
  }

  StatusOr<QueryRows> Fetch(const std::string& job_id, int64_t token,
                            const SchemaPtr& schema) override {
    ASSIGN_OR_RETURN(rpc::FetchResultsReply reply, client_->FetchResults(job_id, token));
    return ToQueryRows(std::move(reply), schema);
  }

  StatusOr<rpc::JobDetails> Details(const std::string& job) override {
    ASSIGN_OR_RETURN(rpc::JobDetails details, client_->GetJob(job));
    RETURN_IF_ERROR(ToStatus(details.error()));
    return details;
  }
  StatusOr<rpc::ListJobsReply> List() override { return client_->ListJobs(); }
  Status Cancel(const std::string& job) override {
    ASSIGN_OR_RETURN(const rpc::CancelReply reply, client_->CancelJob(job));
    return ToStatus(reply.error());
  }
  Status Stop(const std::string& job, bool drain) override {
    ASSIGN_OR_RETURN(const rpc::StopReply reply, client_->StopJob(job, "", drain));
    return ToStatus(reply.error());
  }
  bool outlives_prompt() const override { return true; }

 private:
  const std::unique_ptr<ClusterClient> client_;
  const std::map<std::string, std::string> config_;
  const int parallelism_;
};

class LocalBackend : public ShellBackend {
 public:
  LocalBackend(int parallelism, std::string scratch)
      : slots_(std::max(kLocalSlots, parallelism)), scratch_(std::move(scratch)) {}

  StatusOr<std::string> Greeting() override {
    return std::string("jobs run in this process, and end with it");
  }
  StatusOr<std::string> Submit(const Job& job) override {
    RETURN_IF_ERROR(sql::ValidateOutside(*job.planned.job));
    if (cluster_ == nullptr) {
      ASSIGN_OR_RETURN(cluster_, StartLocalCluster(slots_, scratch_));
    }
    return cluster_->Submit(MakeJob(job.statement, job.planned));
  }
  StatusOr<QueryRows> Fetch(const std::string& job_id, int64_t token,
                            const SchemaPtr& schema) override {
    return cluster_->Fetch(job_id, token, schema);
  }
  StatusOr<rpc::JobDetails> Details(const std::string& job) override {
    if (cluster_ == nullptr) return NotFoundError("there is no job " + job);
    rpc::JobDetails details = cluster_->GetJob(job);
    RETURN_IF_ERROR(ToStatus(details.error()));
    return details;
  }
  StatusOr<rpc::ListJobsReply> List() override {
    return cluster_ == nullptr ? rpc::ListJobsReply() : cluster_->ListJobs();
  }
  Status Cancel(const std::string& job) override {
    if (cluster_ != nullptr) cluster_->Cancel(job);
    return OkStatus();
  }
  Status Stop(const std::string& job, bool) override {
    if (cluster_ == nullptr) return NotFoundError("there is no job " + job);
    return cluster_->Stop(job);
  }
  bool outlives_prompt() const override { return false; }

 private:
  const int slots_;
  const std::string scratch_;
  std::unique_ptr<LocalCluster> cluster_;
};

}  // namespace

std::unique_ptr<ShellBackend> MakeClusterBackend(std::unique_ptr<ClusterClient> client,
                                                 std::map<std::string, std::string> config,
                                                 int parallelism) {
  return std::make_unique<ClusterBackend>(std::move(client), std::move(config), parallelism);
}

std::unique_ptr<ShellBackend> MakeLocalBackend(int parallelism, std::string scratch) {
  return std::make_unique<LocalBackend>(parallelism, std::move(scratch));
}

}  // namespace weir
