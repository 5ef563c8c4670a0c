#include "jobmanager/rpc/control_server.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "common/base/version.h"
#include "jobmanager/job_manager.h"
#include "proto/control.grpc.pb.h"

namespace weir {
namespace {

// Compiles anything to one job of one source.
class FakeCompiler : public JobCompiler {
  void Complete(std::string, size_t, std::function<void(Completions)> done) override { done({}); }

 public:
  void Compile(rpc::SubmitRequest request, Done done) override {
    Result result;
    if (request.sql() == "bad") {
      result.error.emplace().set_message("no");
      result.error->set_code(3);
      result.error->set_line(7);
    } else {
      Job job;
      job.graph.set_name("job");
      auto* vertex = job.graph.add_vertices();
      vertex->set_parallelism(1);
      vertex->add_chain()->set_uid("op");
      result.jobs.push_back(std::move(job));
    }
    std::thread([done, result] { done(result); }).detach();
  }
  void Explain(rpc::SubmitRequest request, Done done) override {
    Result result;
    result.explanation = "plan of " + request.sql();
    done(result);
  }
};

class ControlServerTest : public testing::Test {
 protected:
  ControlServerTest() {
    auto manager = JobManager::Start({.rpc_port = 0}, &compiler_);
    EXPECT_TRUE(manager.ok()) << manager.status();
    manager_ = *std::move(manager);
    channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(manager_->port()),
                                   grpc::InsecureChannelCredentials());
    control_ = rpc::JobManagerControl::NewStub(channel_);
    client_ = rpc::Client::NewStub(channel_);
  }

  static rpc::TaskManagerMessage Registration(const std::string& protocol) {
    rpc::TaskManagerMessage message;
    message.mutable_register_()->set_weir_version(std::string(kWeirVersion));
    message.mutable_register_()->set_protocol_version(protocol);
    message.mutable_register_()->set_slots(1);
    return message;
  }
  int TaskManagers() {
    grpc::ClientContext context;
    rpc::ClusterInfo info;
    EXPECT_TRUE(client_->GetCluster(&context, {}, &info).ok());
    return info.task_managers_size();
  }
  bool BecomesTaskManagers(int count) {
    for (int i = 0; i < 900; ++i) {  // sooner than by heartbeats
      if (TaskManagers() == count) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  FakeCompiler compiler_;
  std::unique_ptr<JobManager> manager_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<rpc::JobManagerControl::Stub> control_;
  std::unique_ptr<rpc::Client::Stub> client_;
};

TEST_F(ControlServerTest, RegistersAndNoticesABrokenStreamAtOnce) {
  grpc::ClientContext context;
  auto stream = control_->Connect(&context);
  ASSERT_TRUE(stream->Write(Registration(std::string(kProtocolVersion))));
  rpc::JobManagerMessage message;
  ASSERT_TRUE(stream->Read(&message));
  EXPECT_GT(message.registered().task_manager_id(), 0);
  EXPECT_EQ(message.registered().epoch(), 1);
  EXPECT_EQ(TaskManagers(), 1);
  context.TryCancel();
  EXPECT_TRUE(BecomesTaskManagers(0));
}

TEST_F(ControlServerTest, DeploysThroughTheStream) {
  grpc::ClientContext context;
  auto stream = control_->Connect(&context);
  ASSERT_TRUE(stream->Write(Registration(std::string(kProtocolVersion))));
  rpc::JobManagerMessage message;
  ASSERT_TRUE(stream->Read(&message));

  grpc::ClientContext submit_context;
  rpc::SubmitReply reply;
  rpc::SubmitRequest request;
  request.set_sql("good");
  ASSERT_TRUE(client_->Submit(&submit_context, request, &reply).ok());
  ASSERT_EQ(reply.jobs_size(), 1);
  ASSERT_TRUE(stream->Read(&message));
  ASSERT_TRUE(message.has_deploy());
  EXPECT_EQ(message.deploy().job_id(), reply.jobs(0).job_id());

  // A report to another leader changes nothing; one to this leader does.
  const auto report = [&](int64_t epoch) {
    rpc::TaskManagerMessage state;
    auto* m = state.mutable_task_state();
    m->set_epoch(epoch);
    m->set_job_id(message.deploy().job_id());
    m->set_attempt(message.deploy().attempt());
    m->set_state(rpc::FAILED);
    m->mutable_failure()->set_code(14);
    ASSERT_TRUE(stream->Write(state));
  };
  const auto state = [&] {
    grpc::ClientContext get_context;
    rpc::GetJobRequest get;
    get.set_job_id(reply.jobs(0).job_id());
    rpc::JobDetails details;
    EXPECT_TRUE(client_->GetJob(&get_context, get, &details).ok());
    return details.summary().state();
  };
  report(99);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(state(), "RUNNING");
  report(message.deploy().epoch());
  for (int i = 0; i < 6000 && state() != "FAILED"; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(state(), "FAILED");
}

TEST_F(ControlServerTest, RefusesAnotherVersionWithAReason) {
  grpc::ClientContext context;
  auto stream = control_->Connect(&context);
  ASSERT_TRUE(stream->Write(Registration("other")));
  rpc::JobManagerMessage message;
  ASSERT_TRUE(stream->Read(&message));
  EXPECT_NE(message.refused().reason().find("run the same version"), std::string::npos);
  EXPECT_FALSE(stream->Read(&message));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(TaskManagers(), 0);
}

TEST_F(ControlServerTest, FirstMessageMustBeARegistration) {
  grpc::ClientContext context;
  auto stream = control_->Connect(&context);
  rpc::TaskManagerMessage message;
  message.mutable_heartbeat();
  ASSERT_TRUE(stream->Write(message));
  rpc::JobManagerMessage answer;
  ASSERT_TRUE(stream->Read(&answer));
  EXPECT_NE(answer.refused().reason(), "");
}

TEST_F(ControlServerTest, ErrorsOfTheUserTravelInTheReply) {
  grpc::ClientContext context;
  rpc::SubmitRequest request;
  request.set_sql("bad");
  rpc::SubmitReply reply;
  ASSERT_TRUE(client_->Submit(&context, request, &reply).ok());
  EXPECT_EQ(reply.error().line(), 7);
  EXPECT_EQ(reply.jobs_size(), 0);
  grpc::ClientContext explain;
  rpc::ExplainReply explained;
  ASSERT_TRUE(client_->Explain(&explain, request, &explained).ok());
  EXPECT_EQ(explained.text(), "plan of bad");
}

TEST_F(ControlServerTest, APortInUseIsNamedWithItsHolder) {
  auto second = JobManager::Start({.rpc_port = manager_->port()}, &compiler_);
  ASSERT_EQ(second.status().code(), StatusCode::kAlreadyExists);
  const std::string& message = second.status().message();
  EXPECT_NE(message.find("port " + std::to_string(manager_->port())), std::string::npos) << message;
  EXPECT_NE(message.find("pid " + std::to_string(getpid())), std::string::npos) << message;
}

TEST_F(ControlServerTest, StopsWithOpenStreams) {
  grpc::ClientContext context;
  auto stream = control_->Connect(&context);
  ASSERT_TRUE(stream->Write(Registration(std::string(kProtocolVersion))));
  rpc::JobManagerMessage message;
  ASSERT_TRUE(stream->Read(&message));
  manager_.reset();
  EXPECT_FALSE(stream->Read(&message));
}

}  // namespace
}  // namespace weir
