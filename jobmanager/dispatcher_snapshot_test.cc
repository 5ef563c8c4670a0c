#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "jobmanager/dispatcher_harness.h"

namespace weir {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Shared = std::shared_ptr<const ClusterSnapshot>;

class SnapshotTest : public DispatcherTest {
 protected:
  Shared Snapshot() {
    return Await<Shared>([&](auto done) { dispatcher_->Snapshot(done); });
  }
  std::shared_ptr<const JobSnapshot> Of(const std::string& id) { return Snapshot()->jobs.at(id); }
  std::string Run(FakeTaskManager& manager, std::map<std::string, std::string> config = {}) {
    manager.behaviour().end_input = false;
    const int splits = manager.Get(&FakeTaskManager::splits_);
    const std::string id = Submit(TestJob(false, std::move(config))).jobs(0).job_id();
    WaitFor(id, [&](const auto& d) {
      return d.summary().tasks_running() == 2 && manager.Get(&FakeTaskManager::splits_) > splits;
    });
    return id;
  }
  StatusOr<int64_t> Checkpoint(const std::string& id) {
    return Await<StatusOr<int64_t>>([&](auto done) { dispatcher_->TriggerCheckpoint(id, done); });
  }
  static rpc::ReadOutputRequest Wanted(const std::string& process, const std::string& job = "") {
    rpc::ReadOutputRequest request;
    request.set_process(process);
    request.mutable_query()->set_max_bytes(1 << 20);
    request.mutable_query()->set_job_id(job);
    return request;
  }
  StatusOr<rpc::OutputText> Read(const rpc::ReadOutputRequest& request) {
    return Await<StatusOr<rpc::OutputText>>(
        [&](auto done) { dispatcher_->ReadOutput(request, done); });
  }
};

TEST_F(SnapshotTest, KnowsWhereTasksAreAndSinceWhen) {
  Make();
  auto manager = Manager({});
  const std::string where = std::to_string(manager->Attach(2).value());
  const std::string id = Run(*manager);
  const Shared cluster = Snapshot();
  const JobSnapshot& job = *cluster->jobs.at(id);
  EXPECT_EQ(job.state, JobState::kRunning);
  ASSERT_EQ(job.vertices.size(), 2u);
  EXPECT_EQ(job.vertices[0].id.size(), 32u);
  EXPECT_NE(job.vertices[0].id, job.vertices[1].id);
  const TaskRecord& task = job.vertices[0].subtasks.at(0);
  EXPECT_EQ(task.state, SubtaskState::kRunning);
  EXPECT_EQ(task.task_manager, where);
  EXPECT_EQ(task.endpoint, "127.0.0.1:1");
  EXPECT_EQ(task.attempt.value(), job.first_attempt);
  EXPECT_GT(task.entered[static_cast<size_t>(SubtaskState::kRunning)], 0);
  EXPECT_GE(job.entered[static_cast<size_t>(JobState::kRunning)], job.entered[0]);
  const TaskManagerSnapshot& task_manager = cluster->task_managers.at(where);
  EXPECT_EQ(task_manager.info.free_slots(), 1);
  EXPECT_EQ(task_manager.slots_by_job.at(id), 1);
}

TEST_F(SnapshotTest, TheSameScriptHasTheSameVertices) {
  Make();
  auto manager = Manager({});
  manager->Attach(4);
  const auto first = Of(Run(*manager));
  const auto second = Of(Run(*manager));
  EXPECT_EQ(first->vertices[1].id, second->vertices[1].id);
}

TEST_F(SnapshotTest, AFailureSaysWhichTaskAndWhere) {
  Make();
  auto manager = Manager({});
  const std::string where = std::to_string(manager->Attach(1).value());
  const std::string id = Run(*manager);
  manager->Fail(1, DataLossError("broken"));
  WaitForState(id, "FAILED");
  const auto job = Of(id);
  ASSERT_EQ(job->failures.size(), 1u);
  EXPECT_EQ(job->failures[0].cause.message(), "broken");
  EXPECT_EQ(job->failures[0].task, "sink (1/1)");
  EXPECT_EQ(job->failures[0].task_manager, where);
  EXPECT_EQ(job->failures[0].attempt, 0);
  // An ended job keeps its answers.
  EXPECT_EQ(job->vertices[1].subtasks[0].state, SubtaskState::kFailed);
  EXPECT_EQ(job->vertices[0].subtasks[0].state, SubtaskState::kCanceled);
  EXPECT_EQ(job->now, job->details.summary().ended_ms());
}

TEST_F(SnapshotTest, TheLastNumbersOfATaskCount) {
  Make();
  auto manager = Manager({});
  const TaskManagerId where = manager->Attach(1);
  const std::string id = Run(*manager);
  rpc::TaskManagerMessage message;
  auto* state = message.mutable_task_state();
  state->set_epoch(1);
  state->set_job_id(id);
  state->set_attempt(manager->Get(&FakeTaskManager::last_).attempt());
  state->set_state(rpc::FAILED);
  state->mutable_failure()->set_code(static_cast<uint32_t>(StatusCode::kDataLoss));
  state->mutable_metrics()->set_attempt(state->attempt());
  state->mutable_metrics()->set_records_in(77);
  dispatcher_->OnMessage(where, message);
  WaitForState(id, "FAILED");
  EXPECT_EQ(Of(id)->vertices[0].subtasks[0].metrics.records_in(), 77);
}

TEST_F(SnapshotTest, AJobThatEndedUnderAnEarlierJobManagerIsStillThere) {
  Make(/*durable=*/true);
  auto manager = Manager({});
  manager->Attach(1);
  const std::string id = Run(*manager);
  Cancel(id);
  WaitForState(id, "CANCELED");
  Make(/*durable=*/true);
  const auto job = Of(id);
  EXPECT_EQ(job->state, JobState::kCanceled);
  EXPECT_EQ(job->vertices.at(1).subtasks.at(0).state, SubtaskState::kCanceled);
  EXPECT_GT(job->entered[static_cast<size_t>(JobState::kCanceled)], 0);
}

TEST_F(SnapshotTest, ACheckpointIsTakenOutOfTurn) {
  Make();
  auto manager = Manager({});
  manager->Attach(2);
  const std::string id = Run(*manager, {{kCheckpointInterval, "1 h"}});
  const StatusOr<int64_t> first = Checkpoint(id);
  ASSERT_TRUE(first.ok()) << first.status();
  const StatusOr<int64_t> second = Checkpoint(id);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_GT(*second, *first);
  const auto job = Of(id);
  EXPECT_EQ(job->checkpoints.newest()[0].id.value(), *second);
  EXPECT_EQ(job->checkpoints.newest()[0].Acknowledged(), 2);
  EXPECT_EQ(job->retained, std::vector<CheckpointId>{CheckpointId(*second)});
  EXPECT_EQ(Checkpoint(Run(*manager)).status().code(), StatusCode::kFailedPrecondition);
}

TEST_F(SnapshotTest, ACheckpointThatFailsIsAnswered) {
  Make();
  auto manager = Manager({.acknowledge = false});
  manager->Attach(1);
  const std::string id = Run(*manager, {{kCheckpointInterval, "1 h"}});
  std::promise<StatusOr<int64_t>> answer;
  dispatcher_->TriggerCheckpoint(id, [&](StatusOr<int64_t> id) { answer.set_value(id); });
  Snapshot();  // it is asked for now
  manager->Fail(0, DataLossError("broken"));
  EXPECT_EQ(answer.get_future().get().status().code(), StatusCode::kAborted);
}

TEST_F(SnapshotTest, OnlyASavepointIsDisposedOf) {
  Make();
  auto manager = Manager({});
  manager->Attach(1);
  const std::string id = Run(*manager, {{kCheckpointInterval, "1 h"}});
  rpc::SavepointRequest request;
  request.set_job_id(id);
  const auto savepoint =
      Await<rpc::SavepointReply>([&](auto done) { dispatcher_->TakeSavepoint(request, done); });
  const auto dispose = [&](const std::string& path) {
    return Await<Status>([&](auto done) { dispatcher_->DisposeSavepoint(path, done); });
  };
  const std::string checkpoint = dir_ + "/checkpoints/" + id + "/chk-1";
  ASSERT_TRUE(std::filesystem::exists(checkpoint));
  EXPECT_EQ(dispose(checkpoint).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(dispose(dir_).code(), StatusCode::kNotFound);
  EXPECT_EQ(dispose("savepoint-1").code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(std::filesystem::exists(checkpoint + "/manifest"));
  EXPECT_TRUE(dispose("file://" + savepoint.path()).ok());
  EXPECT_FALSE(std::filesystem::exists(savepoint.path()));
  EXPECT_EQ(dispose(savepoint.path()).code(), StatusCode::kNotFound);
}

TEST_F(SnapshotTest, WhatATaskManagerPrintedIsAskedForOnce) {
  Make();
  auto manager = Manager({});
  const TaskManagerId where = manager->Attach(1);
  EXPECT_EQ(Read(Wanted("77")).status().code(), StatusCode::kNotFound);
  std::promise<StatusOr<rpc::OutputText>> first, second;
  const auto read = [&](std::promise<StatusOr<rpc::OutputText>>* answer) {
    dispatcher_->ReadOutput(Wanted(std::to_string(where.value())),
                            [answer](StatusOr<rpc::OutputText> text) { answer->set_value(text); });
  };
  read(&first);
  read(&second);
  rpc::TaskManagerMessage message;
  message.mutable_output()->set_request(2);
  message.mutable_output()->set_text("hello");
  dispatcher_->OnMessage(where, message);
  dispatcher_->OnMessage(where, message);  // nobody waits for that any more
  EXPECT_EQ(second.get_future().get()->text(), "hello");
  dispatcher_->Detach(where, UnavailableError("gone"));
  EXPECT_EQ(first.get_future().get().status().code(), StatusCode::kUnavailable);
}

TEST_F(SnapshotTest, TheJobManagersOwnLogIsReadByJob) {
  Make();
  auto manager = Manager({});
  manager->Attach(4);
  const std::string one = Run(*manager);
  const std::string other = Run(*manager);
  const auto log = [&](const std::string& job) {
    const StatusOr<rpc::OutputText> output = Read(Wanted(kJobManagerProcess, job));
    return output.ok() ? output->text() : output.status().message();
  };
  EXPECT_THAT(log(""), AllOf(HasSubstr(one), HasSubstr(other), HasSubstr("registered")));
  // A prefix will do.
  for (const std::string& job : {one, one.substr(0, 8)}) {
    EXPECT_THAT(log(job), AllOf(HasSubstr("[job=" + one + "]"), HasSubstr("-> RUNNING"),
                                Not(HasSubstr(other)), Not(HasSubstr("registered"))));
  }
  EXPECT_EQ(log("nope"), "there is no job nope");
  // One that is long forgotten: there are no lines, and that is no error.
  EXPECT_EQ(log(std::string(32, 'f')), "");
}

}  // namespace
}  // namespace weir
