#include "client/local_cluster.h"

#include <unistd.h>

#include <chrono>
#include <future>
#include <mutex>
#include <thread>

#include "client/answer.h"
#include "client/task_environment.h"
#include "common/base/version.h"

namespace weir {
namespace {

constexpr auto kStartPollInterval = std::chrono::milliseconds(2);

// Calls an asynchronous method of the dispatcher and waits for its answer.
template <class Reply, class Call>
Reply Await(const Call& call) {
  auto promise = std::make_shared<std::promise<Reply>>();
  std::future<Reply> future = promise->get_future();
  call([promise](Reply reply) { promise->set_value(std::move(reply)); });
  return future.get();
}

}  // namespace

// Both directions between the dispatcher and the executor.
class LocalCluster::Link : public TaskManagerLink {
 public:
  explicit Link(Dispatcher* dispatcher) : dispatcher_(dispatcher) {}

  void SetExecutor(std::shared_ptr<TaskExecutor> executor) { executor_ = std::move(executor); }
  void Send(rpc::JobManagerMessage message) override { executor_->Handle(std::move(message)); }
  void Close(const Status&) override {}

  // What the executor says before it has an id is kept until it has one.
  void FromExecutor(rpc::TaskManagerMessage message) {
    std::lock_guard lock(mutex_);
    if (!id_) {
      early_.push_back(std::move(message));
    } else {
      dispatcher_->OnMessage(*id_, std::move(message));
    }
  }
  void SetId(TaskManagerId id) {
    std::lock_guard lock(mutex_);
    id_ = id;
    for (rpc::TaskManagerMessage& message : early_) dispatcher_->OnMessage(id, std::move(message));
    early_.clear();
  }

 private:
  Dispatcher* dispatcher_;
  std::shared_ptr<TaskExecutor> executor_;
  std::mutex mutex_;
  std::optional<TaskManagerId> id_;
  std::vector<rpc::TaskManagerMessage> early_;
};

StatusOr<std::unique_ptr<LocalCluster>> LocalCluster::Start(const LocalClusterOptions& options) {
  std::unique_ptr<LocalCluster> cluster(new LocalCluster());
  cluster->slots_ = options.slots;
  cluster->pool_ = std::make_unique<WorkerPool>(options.workers, 16);
  DispatcherOptions dispatcher;
  dispatcher.checkpoint_root = options.checkpoint_root;
  cluster->dispatcher_ =
      std::make_unique<Dispatcher>(std::move(dispatcher), JobStore::InMemory(), nullptr);
  RETURN_IF_ERROR(cluster->dispatcher_->Start());
  auto link = cluster->link_ = std::make_shared<Link>(cluster->dispatcher_.get());
  TaskEnvironment environment =
      MakeTaskEnvironment(cluster->pool_.get(), options.state_dir, options.state_bytes);
  environment.make_operator = options.make_operator;
  cluster->executor_ = std::make_shared<TaskExecutor>(
      std::move(environment), [link = link.get()](rpc::TaskManagerMessage message) {
        link->FromExecutor(std::move(message));
      });
  link->SetExecutor(cluster->executor_);
  rpc::Register registration;
  registration.set_weir_version(std::string(kWeirVersion));
  registration.set_protocol_version(std::string(kProtocolVersion));
  registration.set_slots(options.slots);
  registration.set_pid(getpid());
  registration.set_host("local");
  registration.set_instance("local");
  registration.set_data_address("local");
  ASSIGN_OR_RETURN(TaskManagerId id, cluster->dispatcher_->Attach(link, registration, false));
  link->SetId(id);
  return cluster;
}

LocalCluster::~LocalCluster() {
  if (executor_) {
    std::promise<void> done;
    executor_->Shutdown([&done] { done.set_value(); });
    done.get_future().wait();
  }
  if (dispatcher_) dispatcher_->Stop();
  pool_.reset();
}

StatusOr<std::string> LocalCluster::Submit(JobCompiler::Job job, const std::string& from_savepoint,
                                           bool allow_non_restored_state) {
  // There will never be more: it would wait for ever.
  for (const plan::Vertex& vertex : job.graph.vertices()) {
    if (vertex.parallelism() <= slots_) continue;
    return InvalidArgumentError("the job has parallelism " + std::to_string(vertex.parallelism()) +
                                ", of at most " + std::to_string(slots_) +
                                " here: `weir run` has it run on a cluster with as many slots");
  }
  rpc::SubmitRequest request;
  request.set_from_savepoint(from_savepoint);
  request.set_allow_non_restored_state(allow_non_restored_state);
  auto reply = Await<rpc::SubmitReply>([&](auto done) {
    dispatcher_->SubmitJob(std::move(job), std::move(request), std::move(done));
  });
  RETURN_IF_ERROR(ToStatus(reply.error()));
  return reply.jobs(0).job_id();
}

StatusOr<QueryRows> LocalCluster::Fetch(const std::string& job_id, int64_t token,
                                        const SchemaPtr& schema) {
  rpc::FetchResultsRequest request;
  request.set_job_id(job_id);
  request.set_token(token);
  return ToQueryRows(Await<rpc::FetchResultsReply>(
                         [&](auto done) { dispatcher_->FetchResults(request, std::move(done)); }),
                     schema);
}

rpc::JobDetails LocalCluster::GetJob(const std::string& job_id) {
  rpc::GetJobRequest request;
  request.set_job_id(job_id);
  return Await<rpc::JobDetails>([&](auto done) { dispatcher_->GetJob(request, std::move(done)); });
}

rpc::ListJobsReply LocalCluster::ListJobs() {
  return Await<rpc::ListJobsReply>([&](auto done) { dispatcher_->ListJobs(std::move(done)); });
}

Status LocalCluster::Wait(const std::string& job_id) {
  while (true) {
    const rpc::JobDetails details = GetJob(job_id);
    if (details.error().code() != 0) return ToStatus(details.error());
    const rpc::JobSummary& summary = details.summary();
    if (summary.state() == "FINISHED") return OkStatus();
    if (summary.state() == "CANCELED") return CancelledError("the job was canceled");
    if (summary.state() == "FAILED") return AbortedError(summary.reason());
    std::this_thread::sleep_for(kStartPollInterval);
  }
}

void LocalCluster::Cancel(const std::string& job_id) {
  rpc::GetJobRequest request;
  request.set_job_id(job_id);
  Await<rpc::CancelReply>([&](auto done) { dispatcher_->CancelJob(request, std::move(done)); });
}

Status LocalCluster::Stop(const std::string& job_id) {
  rpc::StopRequest request;
  request.set_job_id(job_id);
  auto reply =
      Await<rpc::StopReply>([&](auto done) { dispatcher_->StopJob(request, std::move(done)); });
  return ToStatus(reply.error());
}

std::string LocalCluster::SavepointOf(const std::string& job_id) {
  return GetJob(job_id).savepoint();
}

}  // namespace weir
