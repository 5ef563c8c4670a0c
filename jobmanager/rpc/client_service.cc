#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "jobmanager/control_codec.h"
#include "jobmanager/dispatcher.h"
#include "jobmanager/rpc/services.h"
#include "proto/control.grpc.pb.h"

namespace weir {
namespace {

// One call. It ends with the dispatcher's answer, or before that when the client goes away or the
// server stops: some answers take minutes.
class Call : public grpc::ServerUnaryReactor, public std::enable_shared_from_this<Call> {
 public:
  static std::shared_ptr<Call> Begin() {
    auto call = std::make_shared<Call>();
    call->self_ = call;
    return call;
  }
  // Where the dispatcher's answer goes: into gRPC's message, which is there until the call ends.
  template <class Reply>
  std::function<void(Reply)> Into(Reply* reply) {
    return [call = shared_from_this(), reply](Reply answer) {
      if (call->ended_.exchange(true)) return;
      *reply = std::move(answer);
      call->Finish(grpc::Status::OK);
    };
  }
  void OnCancel() override {
    if (!ended_.exchange(true)) Finish(grpc::Status::CANCELLED);
  }
  void OnDone() override { self_.reset(); }

 private:
  std::shared_ptr<Call> self_;
  std::atomic<bool> ended_ = false;
};

class ClientService : public rpc::Client::CallbackService {
 public:
  explicit ClientService(Dispatcher* dispatcher) : dispatcher_(dispatcher) {}

  using Context = grpc::CallbackServerContext;
  grpc::ServerUnaryReactor* Submit(Context* context, const rpc::SubmitRequest* request,
                                   rpc::SubmitReply* reply) override;
  grpc::ServerUnaryReactor* Explain(Context* context, const rpc::SubmitRequest* request,
                                    rpc::ExplainReply* reply) override;
  grpc::ServerUnaryReactor* ListJobs(Context* context, const rpc::ListJobsRequest* request,
                                     rpc::ListJobsReply* reply) override;
  grpc::ServerUnaryReactor* GetJob(Context* context, const rpc::GetJobRequest* request,
                                   rpc::JobDetails* reply) override;
  grpc::ServerUnaryReactor* CancelJob(Context* context, const rpc::GetJobRequest* request,
                                      rpc::CancelReply* reply) override;
  grpc::ServerUnaryReactor* TakeSavepoint(Context* context, const rpc::SavepointRequest* request,
                                          rpc::SavepointReply* reply) override;
  grpc::ServerUnaryReactor* StopJob(Context* context, const rpc::StopRequest* request,
                                    rpc::StopReply* reply) override;
  grpc::ServerUnaryReactor* RescaleJob(Context* context, const rpc::RescaleRequest* request,
                                       rpc::RescaleReply* reply) override;
  grpc::ServerUnaryReactor* DrainTaskManager(Context* context, const rpc::DrainRequest* request,
                                             rpc::DrainReply* reply) override;
  grpc::ServerUnaryReactor* FetchResults(Context* context, const rpc::FetchResultsRequest* request,
                                         rpc::FetchResultsReply* reply) override;
  grpc::ServerUnaryReactor* GetCluster(Context* context, const rpc::GetClusterRequest* request,
                                       rpc::ClusterInfo* reply) override;
  grpc::ServerUnaryReactor* ReadState(Context* context, const rpc::StateRequest* request,
                                      rpc::StateReply* reply) override;
  grpc::ServerUnaryReactor* ReadOutput(Context* context, const rpc::ReadOutputRequest* request,
                                       rpc::ReadOutputReply* reply) override;

 private:
  Dispatcher* const dispatcher_;
};

grpc::ServerUnaryReactor* ClientService::Submit(Context*, const rpc::SubmitRequest* request,
                                                rpc::SubmitReply* reply) {
  const std::shared_ptr<Call> call = Call::Begin();
  dispatcher_->Submit(*request, call->Into(reply));
  return call.get();
}

grpc::ServerUnaryReactor* ClientService::Explain(Context*, const rpc::SubmitRequest* request,
                                                 rpc::ExplainReply* reply) {
  const std::shared_ptr<Call> call = Call::Begin();
  dispatcher_->Explain(*request, [answer = call->Into(reply)](JobCompiler::Result result) {
    rpc::ExplainReply made;
    if (result.error) *made.mutable_error() = *std::move(result.error);
    made.set_text(std::move(result.explanation));
    for (JobCompiler::Job& job : result.jobs) {
      rpc::ExplainedJob* explained = made.add_jobs();
      explained->set_statement(std::move(job.statement));
      *explained->mutable_graph() = std::move(job.graph);
    }
    answer(std::move(made));
  });
  return call.get();
}

grpc::ServerUnaryReactor* ClientService::ListJobs(Context*, const rpc::ListJobsRequest*,
                                                  rpc::ListJobsReply* reply) {
  const std::shared_ptr<Call> call = Call::Begin();
  dispatcher_->ListJobs(call->Into(reply));
  return call.get();
}

grpc::ServerUnaryReactor* ClientService::GetJob(Context*, const rpc::GetJobRequest* request,
                                                rpc::JobDetails* reply) {
  const std::shared_ptr<Call> call = Call::Begin();
  dispatcher_->GetJob(*request, call->Into(reply));
  return call.get();
}

grpc::ServerUnaryReactor* ClientService::CancelJob(Context*, const rpc::GetJobRequest* request,
                                                   rpc::CancelReply* reply) {
  const std::shared_ptr<Call> call = Call::Begin();
  dispatcher_->CancelJob(*request, call->Into(reply));
  return call.get();
}

grpc::ServerUnaryReactor* ClientService::TakeSavepoint(Context*,
                                                       const rpc::SavepointRequest* request,
                                                       rpc::SavepointReply* reply) {
  const std::shared_ptr<Call> call = Call::Begin();
  dispatcher_->TakeSavepoint(*request, call->Into(reply));
  return call.get();
}

grpc::ServerUnaryReactor* ClientService::StopJob(Context*, const rpc::StopRequest* request,
                                                 rpc::StopReply* reply) {
  const std::shared_ptr<Call> call = Call::Begin();
  dispatcher_->StopJob(*request, call->Into(reply));
  return call.get();
}

grpc::ServerUnaryReactor* ClientService::RescaleJob(Context*, const rpc::RescaleRequest* request,
                                                    rpc::RescaleReply* reply) {
  const std::shared_ptr<Call> call = Call::Begin();
  dispatcher_->RescaleJob(*request, call->Into(reply));
  return call.get();
}

grpc::ServerUnaryReactor* ClientService::DrainTaskManager(Context*,
                                                          const rpc::DrainRequest* request,
                                                          rpc::DrainReply* reply) {
  const std::shared_ptr<Call> call = Call::Begin();
  dispatcher_->DrainTaskManager(*request, call->Into(reply));
  return call.get();
}

grpc::ServerUnaryReactor* ClientService::FetchResults(Context*,
                                                      const rpc::FetchResultsRequest* request,
                                                      rpc::FetchResultsReply* reply) {
  const std::shared_ptr<Call> call = Call::Begin();
  dispatcher_->FetchResults(*request, call->Into(reply));
  return call.get();
}

grpc::ServerUnaryReactor* ClientService::GetCluster(Context*, const rpc::GetClusterRequest*,
                                                    rpc::ClusterInfo* reply) {
  const std::shared_ptr<Call> call = Call::Begin();
  dispatcher_->GetCluster(call->Into(reply));
  return call.get();
}

grpc::ServerUnaryReactor* ClientService::ReadState(Context*, const rpc::StateRequest* request,
                                                   rpc::StateReply* reply) {
  const std::shared_ptr<Call> call = Call::Begin();
  dispatcher_->ReadState(*request, call->Into(reply));
  return call.get();
}

grpc::ServerUnaryReactor* ClientService::ReadOutput(Context*, const rpc::ReadOutputRequest* request,
                                                    rpc::ReadOutputReply* reply) {
  const std::shared_ptr<Call> call = Call::Begin();
  dispatcher_->ReadOutput(*request, [answer = call->Into(reply)](StatusOr<rpc::OutputText> output) {
    rpc::ReadOutputReply made;
    const Status failed = output.ok() ? FromProto(output->failure()) : output.status();
    if (!failed.ok()) {
      *made.mutable_error() = ToSqlError(failed);
    } else {
      *made.mutable_output() = *std::move(output);
    }
    answer(std::move(made));
  });
  return call.get();
}

}  // namespace

std::unique_ptr<grpc::Service> NewClientService(Dispatcher* dispatcher) {
  return std::make_unique<ClientService>(dispatcher);
}

}  // namespace weir
