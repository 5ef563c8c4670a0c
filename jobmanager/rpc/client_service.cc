#include <utility>

#include "jobmanager/dispatcher.h"
#include "jobmanager/rpc/services.h"
#include "proto/control.grpc.pb.h"

namespace weir {
namespace {

// The answer as the dispatcher gives it, into gRPC's message.
template <class Reply>
auto Into(Reply* reply, grpc::ServerUnaryReactor* reactor) {
  return [reply, reactor](Reply answer) {
    *reply = std::move(answer);
    reactor->Finish(grpc::Status::OK);
  };
}

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
  grpc::ServerUnaryReactor* FetchResults(Context* context, const rpc::FetchResultsRequest* request,
                                         rpc::FetchResultsReply* reply) override;
  grpc::ServerUnaryReactor* GetCluster(Context* context, const rpc::GetClusterRequest* request,
                                       rpc::ClusterInfo* reply) override;

 private:
  Dispatcher* const dispatcher_;
};

grpc::ServerUnaryReactor* ClientService::Submit(Context* context, const rpc::SubmitRequest* request,
                                                rpc::SubmitReply* reply) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  dispatcher_->Submit(*request, Into(reply, reactor));
  return reactor;
}

grpc::ServerUnaryReactor* ClientService::Explain(Context* context,
                                                 const rpc::SubmitRequest* request,
                                                 rpc::ExplainReply* reply) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  dispatcher_->Explain(*request, Into(reply, reactor));
  return reactor;
}

grpc::ServerUnaryReactor* ClientService::ListJobs(Context* context, const rpc::ListJobsRequest*,
                                                  rpc::ListJobsReply* reply) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  dispatcher_->ListJobs(Into(reply, reactor));
  return reactor;
}

grpc::ServerUnaryReactor* ClientService::GetJob(Context* context, const rpc::GetJobRequest* request,
                                                rpc::JobDetails* reply) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  dispatcher_->GetJob(*request, Into(reply, reactor));
  return reactor;
}

grpc::ServerUnaryReactor* ClientService::CancelJob(Context* context,
                                                   const rpc::GetJobRequest* request,
                                                   rpc::CancelReply* reply) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  dispatcher_->CancelJob(*request, Into(reply, reactor));
  return reactor;
}

grpc::ServerUnaryReactor* ClientService::FetchResults(Context* context,
                                                      const rpc::FetchResultsRequest* request,
                                                      rpc::FetchResultsReply* reply) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  dispatcher_->FetchResults(*request, Into(reply, reactor));
  return reactor;
}

grpc::ServerUnaryReactor* ClientService::GetCluster(Context* context, const rpc::GetClusterRequest*,
                                                    rpc::ClusterInfo* reply) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  dispatcher_->GetCluster(Into(reply, reactor));
  return reactor;
}

}  // namespace

std::unique_ptr<grpc::Service> NewClientService(Dispatcher* dispatcher) {
  return std::make_unique<ClientService>(dispatcher);
}

}  // namespace weir
