#include "client/task_manager_process.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <string>

#include "common/base/version.h"
#include "jobmanager/job_manager.h"
#include "proto/control.grpc.pb.h"

namespace weir {
namespace {

// Stands between a task manager and the job manager and gives the registration another version, as
// a binary of that version would.
class FromAnotherVersion : public rpc::JobManagerControl::Service {
 public:
  explicit FromAnotherVersion(int job_manager_port)
      : job_manager_(rpc::JobManagerControl::NewStub(grpc::CreateChannel(
            "127.0.0.1:" + std::to_string(job_manager_port), grpc::InsecureChannelCredentials()))) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  int port() const { return port_; }

  grpc::Status Connect(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<rpc::JobManagerMessage, rpc::TaskManagerMessage>* peer) override {
    rpc::TaskManagerMessage registration;
    if (!peer->Read(&registration)) return grpc::Status::CANCELLED;
    registration.mutable_register_()->set_weir_version("0.0.9");
    registration.mutable_register_()->set_protocol_version("before-1");
    grpc::ClientContext context;
    auto stream = job_manager_->Connect(&context);
    stream->Write(registration);
    rpc::JobManagerMessage answer;
    while (stream->Read(&answer)) peer->Write(answer);
    return stream->Finish();
  }

 private:
  const std::unique_ptr<rpc::JobManagerControl::Stub> job_manager_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

TEST(TaskManagerProcessTest, AnotherVersionIsRefusedAndSaysWhich) {
  auto job_manager = JobManager::Start({.rpc_port = 0}, nullptr);
  ASSERT_TRUE(job_manager.ok()) << job_manager.status();
  FromAnotherVersion relay((*job_manager)->port());
  const std::string address = "127.0.0.1:" + std::to_string(relay.port());
  TaskManagerOptions options;
  options.jobmanager = address;
  options.slots = 1;
  // It ends by itself: trying again would not help.
  const Status end = RunTaskManager(options, testing::TempDir(), 1 << 30);
  EXPECT_EQ(end.code(), StatusCode::kFailedPrecondition);
  for (const std::string& part :
       {address, std::string("Weir 0.0.9"), std::string("before-1"),
        "Weir " + std::string(kWeirVersion), "speaks " + std::string(kProtocolVersion),
        std::string("run the same version on both")}) {
    EXPECT_NE(end.message().find(part), std::string::npos) << part << " in " << end.message();
  }
}

}  // namespace
}  // namespace weir
