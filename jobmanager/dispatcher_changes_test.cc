#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <string>
#include <thread>

#include "jobmanager/dispatcher_harness.h"

namespace weir {
namespace {

// A job that runs, with a checkpoint an hour, and what is asked of it.
class RequestTest : public DispatcherTest {
 protected:
  std::string Run(FakeTaskManager& manager, std::map<std::string, std::string> config = {}) {
    config.insert({kCheckpointInterval, "1 h"});
    manager.behaviour().end_input = false;
    const int splits = manager.Get(&FakeTaskManager::splits_);
    const std::string id = Submit(TestJob(false, config)).jobs(0).job_id();
    WaitFor(id, [&](const auto& d) {
      return d.summary().tasks_running() == 2 && manager.Get(&FakeTaskManager::splits_) > splits;
    });
    return id;
  }
  rpc::SavepointReply Savepoint(const std::string& id, const std::string& dir = "") {
    rpc::SavepointRequest request;
    request.set_job_id(id);
    request.set_dir(dir);
    return Await<rpc::SavepointReply>(
        [&](auto done) { dispatcher_->TakeSavepoint(request, done); });
  }
  rpc::StopReply Stop(const std::string& id, const std::string& dir = "") {
    rpc::StopRequest request;
    request.set_job_id(id);
    request.set_savepoint_dir(dir);
    return Await<rpc::StopReply>([&](auto done) { dispatcher_->StopJob(request, done); });
  }
  rpc::RescaleReply Rescale(const std::string& id, int32_t parallelism) {
    rpc::RescaleRequest request;
    request.set_job_id(id);
    request.set_parallelism(parallelism);
    return Await<rpc::RescaleReply>([&](auto done) { dispatcher_->RescaleJob(request, done); });
  }
  rpc::DrainReply Drain(const std::string& task_manager) {
    rpc::DrainRequest request;
    request.set_task_manager(task_manager);
    return Await<rpc::DrainReply>([&](auto done) { dispatcher_->DrainTaskManager(request, done); });
  }
  rpc::JobDetails WaitForParallelism(const std::string& id, int32_t parallelism) {
    return WaitFor(id, [&](const auto& d) {
      return d.vertices(0).parallelism() == parallelism &&
             d.summary().tasks_running() == 2 * parallelism;
    });
  }
};

TEST_F(RequestTest, ASavepointIsTheUsers) {
  Make();
  auto manager = Manager({});
  manager->Attach(1);
  const std::string id = Run(*manager);
  const auto reply = Savepoint(id);
  ASSERT_EQ(reply.error().code(), 0u) << reply.error().message();
  EXPECT_EQ(reply.path(), dir_ + "/checkpoints/savepoints/savepoint-" + id.substr(0, 12) + "-1");
  const auto elsewhere = Savepoint(id, dir_ + "/mine/");
  EXPECT_EQ(elsewhere.path(), dir_ + "/mine/savepoint-" + id.substr(0, 12) + "-2");
  EXPECT_TRUE(Get(id).checkpoints(0).savepoint());
  EXPECT_EQ(Get(id).checkpoints(0).path(), elsewhere.path());
  Cancel(id);
  WaitForState(id, "CANCELED");
  const std::string checkpoint = dir_ + "/checkpoints/" + id + "/chk-2";
  WaitFor(id, [&](const auto&) { return !std::filesystem::exists(checkpoint); });
  for (const std::string& path : {reply.path(), elsewhere.path()}) {
    auto manifest = ReadManifest(*FileSystem::Local(), path);
    ASSERT_TRUE(manifest.ok()) << manifest.status();
    EXPECT_TRUE(manifest->savepoint());
  }
}

TEST_F(RequestTest, WhyThereIsNoSavepoint) {
  Make();
  auto manager = Manager({.end_input = false});
  manager->Attach(1);
  const auto expect = [&](const std::string& id, const std::string& dir, const char* why) {
    const std::string message = Savepoint(id, dir).error().message();
    EXPECT_NE(message.find(why), std::string::npos) << message;
  };
  const std::string without = Submit(TestJob()).jobs(0).job_id();
  expect(without, "", "it takes no checkpoints. Set execution.checkpointing.interval");
  Cancel(without);
  WaitForState(without, "CANCELED");
  expect(without, "", "it is over");
  expect("nothing", "", "there is no job nothing");
  const std::string id = Run(*manager);
  expect(id, "here", "is not absolute");
  expect(id, "/proc/nothing", "/proc/nothing");
  manager->Fail(0, UnavailableError("broker down"));
  WaitForState(id, "RESTARTING");
  expect(id, "", "not all of its tasks run");
}

TEST_F(RequestTest, ASavepointUnderWayIsAnsweredWhenTheJobEnds) {
  Make();
  auto manager = Manager({.acknowledge = false});
  manager->Attach(1);
  const std::string id = Run(*manager);
  auto answer = std::make_shared<std::promise<rpc::SavepointReply>>();
  rpc::SavepointRequest request;
  request.set_job_id(id);
  dispatcher_->TakeSavepoint(request, [answer](auto reply) { answer->set_value(reply); });
  Cancel(id);
  EXPECT_EQ(answer->get_future().get().error().message(),
            "no savepoint: the job's tasks ended before it was taken");
}

TEST_F(RequestTest, StopEndsTheJobBehindItsSavepoint) {
  Make(true);
  auto manager = Manager({});
  manager->Attach(1);
  const std::string id = Run(*manager);
  const auto reply = Stop(id);
  ASSERT_EQ(reply.error().code(), 0u) << reply.error().message();
  const std::string path = WaitForState(id, "FINISHED").savepoint();
  EXPECT_TRUE(ReadManifest(*FileSystem::Local(), path).ok()) << path;
  EXPECT_NE(Stop(id).error().message().find("it is over"), std::string::npos);
  Make(true);
  EXPECT_EQ(Get(id).savepoint(), path) << "the next job manager knows it, too";
}

TEST_F(RequestTest, AStopOutlivesTheJobManager) {
  Make(true);
  std::string id;
  {
    auto manager = Manager({.acknowledge = false});
    manager->Attach(1);
    id = Run(*manager);
    ASSERT_EQ(Stop(id, dir_ + "/mine").error().code(), 0u);
    EXPECT_TRUE(Get(id).stopping());
    EXPECT_EQ(Get(id).summary().reason(), "being stopped");
  }
  Make(true);
  EXPECT_TRUE(Get(id).stopping());
  auto manager = Manager({.end_input = false});
  manager->Attach(1);
  const std::string path = WaitForState(id, "FINISHED").savepoint();
  EXPECT_TRUE(path.starts_with(dir_ + "/mine/savepoint-")) << path;
}

TEST_F(RequestTest, AStopThatCannotWriteItsSavepointIsGivenUp) {
  Make();
  auto manager = Manager({});
  manager->Attach(1);
  const std::string id = Run(*manager);
  ASSERT_EQ(Stop(id, "/proc/nothing").error().code(), 0u);
  const auto details = WaitFor(id, [](const auto& d) {
    return !d.stop_failure().empty() && d.summary().tasks_running() == 2;
  });
  EXPECT_FALSE(details.stopping());
  EXPECT_NE(details.stop_failure().find("/proc/nothing"), std::string::npos);
  EXPECT_EQ(details.summary().restarts(), 0) << "no failure of the job";
  EXPECT_EQ(Stop(id).error().code(), 0u);
  WaitForState(id, "FINISHED");
}

TEST_F(RequestTest, Rescale) {
  Make(true);
  auto manager = Manager({});
  manager->Attach(3);
  const std::string id = Run(*manager);
  const auto reply = Rescale(id, 3);
  ASSERT_EQ(reply.error().code(), 0u) << reply.error().message();
  EXPECT_EQ(reply.from_parallelism(), 1);
  EXPECT_EQ(reply.parallelism(), 3);
  const auto details = WaitForParallelism(id, 3);
  EXPECT_EQ(details.graph().vertices(1).parallelism(), 3);
  EXPECT_EQ(details.summary().restarts(), 0) << "no failure";
  EXPECT_EQ(details.failures_size(), 0);
  EXPECT_EQ(details.summary().reason(), "");
  const auto deploy = manager->Get(&FakeTaskManager::last_);
  EXPECT_EQ(deploy.restored_checkpoint(), 1) << "from a fresh one";
  EXPECT_EQ(deploy.graph().vertices(0).parallelism(), 3);
  EXPECT_EQ(deploy.subtasks_size(), 6);
  // It is the next leader's as well.
  Make(true);
  auto next = Manager({.end_input = false});
  next->Attach(3);
  WaitForParallelism(id, 3);
  ASSERT_EQ(Rescale(id, 2).error().code(), 0u);
  WaitForParallelism(id, 2);
}

TEST_F(RequestTest, WhatCannotBeRescaledGoesOn) {
  Make();
  auto manager = Manager({});
  manager->Attach(2);
  const std::string id =
      Run(*manager, {{"execution.checkpointing.tolerable-failed-checkpoints", "9"}});
  const auto expect = [&](int32_t parallelism, const char* why) {
    const std::string message = Rescale(id, parallelism).error().message();
    EXPECT_NE(message.find(why), std::string::npos) << message;
    EXPECT_EQ(Get(id).vertices(0).parallelism(), 1);
    EXPECT_EQ(Get(id).summary().tasks_running(), 2);
  };
  expect(3,
         "it needs 3 slots, 2 are free or its own. It goes on as it is; start a task manager "
         "with 1 more");
  expect(0, "choose a parallelism from 1 to 128");
  expect(129, "it has 128 key groups");
  EXPECT_EQ(manager->Get(&FakeTaskManager::deployments_), 1);
}

// As far as it is known, the job waits; at another parallelism it does not.
TEST_F(RequestTest, AWaitingJobIsRescaledWithoutACheckpoint) {
  Make();
  auto manager = Manager({.end_input = false});
  JobCompiler::Job job = TestJob(false, {{kCheckpointInterval, "1 h"}});
  for (auto& vertex : *job.graph.mutable_vertices()) vertex.set_parallelism(4);
  const std::string id = Submit(job).jobs(0).job_id();
  manager->Attach(2);
  WaitFor(id, [](const auto& d) {
    return d.summary().reason().find("needs 4 slots, 2 are free") != std::string::npos;
  });
  ASSERT_EQ(Rescale(id, 2).error().code(), 0u);
  WaitForParallelism(id, 2);
}

TEST_F(RequestTest, DrainedTaskManagersAreLeft) {
  Make();
  auto first = Manager({});
  const std::string one = std::to_string(first->Attach(1).value());
  const std::string id = Run(*first);
  EXPECT_NE(Drain("77").error().message().find("there is no task manager 77; registered are"),
            std::string::npos);
  const std::string refused = Drain(one).error().message();
  EXPECT_NE(refused.find("needs 1 slots, 0 are free on the others"), std::string::npos) << refused;
  auto second = Manager({.end_input = false});
  second->Attach(1);
  const auto reply = Drain(one);
  ASSERT_EQ(reply.error().code(), 0u) << reply.error().message();
  EXPECT_EQ(reply.job_ids(0), id);
  for (int i = 0; i < 6000 && second->Get(&FakeTaskManager::deployments_) == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(second->Get(&FakeTaskManager::last_).restored_checkpoint(), 1);
  const auto cluster = Await<rpc::ClusterInfo>([&](auto done) { dispatcher_->GetCluster(done); });
  EXPECT_TRUE(cluster.task_managers(0).draining());
  EXPECT_EQ(cluster.task_managers(0).job_ids_size(), 0);
  EXPECT_EQ(cluster.task_managers(1).job_ids(0), id);
}

TEST_F(RequestTest, WhatARescaleIsAboutToNeedIsNotDrained) {
  Make();
  auto first = Manager({});
  const std::string one = std::to_string(first->Attach(1).value());
  const std::string id = Run(*first);
  auto second = Manager({});
  second->Attach(1);
  first->behaviour().acknowledge = false;  // its checkpoint takes long
  rpc::RescaleRequest request;
  request.set_job_id(id);
  request.set_parallelism(2);
  std::promise<void> answered;
  dispatcher_->RescaleJob(request, [&](rpc::RescaleReply) { answered.set_value(); });
  const std::string refused = Drain(one).error().message();
  EXPECT_NE(refused.find("needs 2 slots, 1 are free on the others"), std::string::npos) << refused;
  Cancel(id);
  answered.get_future().wait();
}

}  // namespace
}  // namespace weir
