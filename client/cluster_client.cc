#include "client/cluster_client.h"

#include <grpcpp/grpcpp.h>

#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

#include "proto/control.grpc.pb.h"

namespace weir {
namespace {

constexpr int kDefaultPort = 6123;
// A submission waits for the checks of the outside; everything else is answered at once.
constexpr auto kSubmitTimeout = std::chrono::minutes(3);
constexpr auto kCallTimeout = std::chrono::seconds(30);
constexpr int kMaxMessageBytes = 256 << 20;

Status NoAnswer(const grpc::Status& status, const std::string& address) {
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      return UnavailableError("cannot reach a job manager at " + address + ": " +
                              status.error_message() +
                              "\n  Is one running there? Start one with `weir jobmanager`, or name "
                              "another with --jobmanager HOST:PORT.");
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return DeadlineExceededError("the job manager at " + address + " did not answer in time");
    case grpc::StatusCode::UNIMPLEMENTED:
      return UnimplementedError("what listens at " + address +
                                " is no job manager of this version of Weir");
    default:
      return UnknownError("the job manager at " + address +
                          " did not answer: " + status.error_message());
  }
}

}  // namespace

class ClusterClient::Impl {
 public:
  explicit Impl(const std::string& address) : address_(address) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    // One that comes back is found soon, by those who wait for it.
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1000);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
    // A job manager that is gone without a word, while it is asked for something that takes long.
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 10'000);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
    stub_ = rpc::Client::NewStub(
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  }

  template <class Reply, class Request, class Method>
  StatusOr<Reply> Call(const Method& method, const Request& request,
                       std::optional<std::chrono::system_clock::duration> timeout = kCallTimeout) {
    grpc::ClientContext context;
    if (timeout) context.set_deadline(std::chrono::system_clock::now() + *timeout);
    Reply reply;
    grpc::Status status = ((*stub_).*method)(&context, request, &reply);
    if (!status.ok()) return NoAnswer(status, address_);
    return reply;
  }

 private:
  const std::string address_;
  std::unique_ptr<rpc::Client::Stub> stub_;
};

StatusOr<std::string> ParseAddress(const std::string& text) {
  const std::string expected = "'" + text + "' is no address: give HOST:PORT, like localhost:6123";
  size_t colon = text.rfind(':');
  if (text.empty() || colon == 0) return InvalidArgumentError(expected);
  if (colon == std::string::npos) return text + ":" + std::to_string(kDefaultPort);
  int port = 0;
  const char* end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data() + colon + 1, end, port);
  if (error != std::errc() || rest != end || port < 1 || port > 65535) {
    return InvalidArgumentError(expected);
  }
  return text;
}

ClusterClient::ClusterClient(std::string address, std::unique_ptr<Impl> impl)
    : address_(std::move(address)), impl_(std::move(impl)) {}
ClusterClient::~ClusterClient() = default;

StatusOr<std::unique_ptr<ClusterClient>> ClusterClient::Make(const std::string& address) {
  ASSIGN_OR_RETURN(std::string full, ParseAddress(address));
  auto impl = std::make_unique<Impl>(full);
  return std::unique_ptr<ClusterClient>(new ClusterClient(std::move(full), std::move(impl)));
}

StatusOr<rpc::SubmitReply> ClusterClient::Submit(const rpc::SubmitRequest& request) {
  return impl_->Call<rpc::SubmitReply>(&rpc::Client::Stub::Submit, request, kSubmitTimeout);
}

StatusOr<rpc::ListJobsReply> ClusterClient::ListJobs() {
  return impl_->Call<rpc::ListJobsReply>(&rpc::Client::Stub::ListJobs, rpc::ListJobsRequest());
}

StatusOr<rpc::JobDetails> ClusterClient::GetJob(const std::string& job) {
  rpc::GetJobRequest request;
  request.set_job_id(job);
  return impl_->Call<rpc::JobDetails>(&rpc::Client::Stub::GetJob, request);
}

StatusOr<rpc::CancelReply> ClusterClient::CancelJob(const std::string& job) {
  rpc::GetJobRequest request;
  request.set_job_id(job);
  return impl_->Call<rpc::CancelReply>(&rpc::Client::Stub::CancelJob, request);
}

StatusOr<rpc::SavepointReply> ClusterClient::TakeSavepoint(const std::string& job,
                                                           const std::string& dir) {
  rpc::SavepointRequest request;
  request.set_job_id(job);
  request.set_dir(dir);
  auto reply =
      impl_->Call<rpc::SavepointReply>(&rpc::Client::Stub::TakeSavepoint, request, std::nullopt);
  if (reply.ok()) return reply;
  return Status(reply.status().code(), reply.status().message() +
                                           "\n  If the savepoint was asked for, `weir info " + job +
                                           "` tells what came of it.");
}

StatusOr<rpc::StopReply> ClusterClient::StopJob(const std::string& job,
                                                const std::string& savepoint_dir, bool drain) {
  rpc::StopRequest request;
  request.set_job_id(job);
  request.set_savepoint_dir(savepoint_dir);
  request.set_drain(drain);
  return impl_->Call<rpc::StopReply>(&rpc::Client::Stub::StopJob, request);
}

StatusOr<rpc::RescaleReply> ClusterClient::RescaleJob(const std::string& job, int parallelism) {
  rpc::RescaleRequest request;
  request.set_job_id(job);
  request.set_parallelism(parallelism);
  auto reply =
      impl_->Call<rpc::RescaleReply>(&rpc::Client::Stub::RescaleJob, request, std::nullopt);
  if (reply.ok()) return reply;
  return Status(reply.status().code(), reply.status().message() +
                                           "\n  The job goes on, at the old parallelism or at the "
                                           "new one: `weir info " +
                                           job + "` tells at which.");
}

StatusOr<rpc::DrainReply> ClusterClient::DrainTaskManager(const std::string& task_manager) {
  rpc::DrainRequest request;
  request.set_task_manager(task_manager);
  return impl_->Call<rpc::DrainReply>(&rpc::Client::Stub::DrainTaskManager, request);
}

StatusOr<rpc::FetchResultsReply> ClusterClient::FetchResults(const std::string& job_id,
                                                             int64_t token) {
  rpc::FetchResultsRequest request;
  request.set_job_id(job_id);
  request.set_token(token);
  return impl_->Call<rpc::FetchResultsReply>(&rpc::Client::Stub::FetchResults, request);
}

StatusOr<rpc::ClusterInfo> ClusterClient::GetCluster() {
  return impl_->Call<rpc::ClusterInfo>(&rpc::Client::Stub::GetCluster, rpc::GetClusterRequest());
}

StatusOr<rpc::StateReply> ClusterClient::ReadState(const rpc::StateRequest& request) {
  return impl_->Call<rpc::StateReply>(&rpc::Client::Stub::ReadState, request,
                                      std::chrono::seconds(30));
}

StatusOr<rpc::ReadOutputReply> ClusterClient::ReadOutput(const rpc::ReadOutputRequest& request) {
  return impl_->Call<rpc::ReadOutputReply>(&rpc::Client::Stub::ReadOutput, request);
}

}  // namespace weir
