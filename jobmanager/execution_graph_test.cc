#include "jobmanager/execution_graph.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "jobmanager/test_plan.h"

namespace weir {
namespace {

using Graph = ExecutionGraph;

std::string Print(const Graph::Actions& actions) {
  std::ostringstream out;
  for (const Graph::Action& action : actions) {
    out << (out.tellp() > 0 ? " " : "");
    if (std::holds_alternative<Graph::LoadState>(action)) out << "load";
    if (std::holds_alternative<Graph::GetSlots>(action)) out << "slots";
    if (std::holds_alternative<Graph::AttemptOver>(action)) out << "over";
    if (auto* a = std::get_if<Graph::DeployTask>(&action)) out << "+" << a->task << "@" << a->slot;
    if (auto* a = std::get_if<Graph::CancelTask>(&action)) out << "-" << a->task << "@" << a->slot;
    if (auto* a = std::get_if<Graph::StateChanged>(&action)) out << JobStateName(a->to);
  }
  return out.str();
}

// source/2 -> sink/1 on task managers 1 and 2, each with one slot.
class ExecutionGraphTest : public testing::Test {
 protected:
  explicit ExecutionGraphTest()
      : plan_(TestPlan({{"source", 2}, {"sink", 1}})),
        graph_(plan_, RestartStrategy(FixedDelayRestart{.attempts = 3}, 1), LeaderEpoch(7)) {}

  void Deploy() {
    graph_.OnSlots({{TaskManagerId(1), 0}, {TaskManagerId(2), 0}});
    EXPECT_EQ(Print(graph_.OnStateLoaded()), "+0/0@1.0 +0/1@2.0 +1/0@1.0");
  }
  void Run() {
    graph_.Start();
    Deploy();
    All(SubtaskState::kRunning);
    EXPECT_TRUE(graph_.AllRunning());
  }
  std::string All(SubtaskState state, Timestamp now = 0) {
    std::string out;
    for (TaskId task : plan_.Tasks()) {
      const std::string printed = Print(graph_.OnTaskState(graph_.attempt(), task, state, {}, now));
      out += (out.empty() || printed.empty() ? "" : " ") + printed;
    }
    return out;
  }
  std::string Fails(TaskId task, Status cause, Timestamp now = 0) {
    return Print(graph_.OnTaskState(graph_.attempt(), task, SubtaskState::kFailed, cause, now));
  }

  JobPlan plan_;
  Graph graph_;
};

TEST_F(ExecutionGraphTest, RunsToItsEnd) {
  EXPECT_EQ(graph_.state(), JobState::kInitializing);
  EXPECT_EQ(Print(graph_.Start()), "CREATED RUNNING load slots");
  EXPECT_EQ(graph_.attempt(), FirstAttempt(LeaderEpoch(7)));
  EXPECT_TRUE(graph_.WaitingForSlots());
  EXPECT_EQ(Print(graph_.OnSlots({{TaskManagerId(1), 0}, {TaskManagerId(2), 0}})), "");
  EXPECT_FALSE(graph_.WaitingForSlots());
  EXPECT_EQ(Print(graph_.OnStateLoaded()), "+0/0@1.0 +0/1@2.0 +1/0@1.0");
  EXPECT_EQ(All(SubtaskState::kInitializing), "");
  EXPECT_EQ(All(SubtaskState::kRunning), "");
  EXPECT_EQ(All(SubtaskState::kFinished), "over FINISHED");
}

TEST_F(ExecutionGraphTest, FailureCancelsAllWaitsAndRestarts) {
  Run();
  EXPECT_EQ(Fails(Task(0, 1), UnavailableError("gone"), 100), "RESTARTING -0/0@1.0 -1/0@1.0 over");
  EXPECT_EQ(graph_.NextDeadline(), std::nullopt) << "tasks still run: nothing to wake up for";
  EXPECT_EQ(Print(graph_.OnTime(1100)), "");
  EXPECT_EQ(All(SubtaskState::kCanceled), "");
  EXPECT_EQ(graph_.NextDeadline(), 1100);
  EXPECT_EQ(Print(graph_.OnTime(1099)), "");
  const AttemptId old = graph_.attempt();
  EXPECT_EQ(Print(graph_.OnTime(1100)), "RUNNING load slots");
  EXPECT_EQ(graph_.attempt(), old.Next());
  EXPECT_EQ(graph_.restarts(), 1);
  EXPECT_EQ(graph_.last_failure().message(), "gone");

  Deploy();
  // The old attempt is heard no more.
  EXPECT_EQ(Print(graph_.OnTaskState(old, Task(0, 0), SubtaskState::kFailed, {}, 0)), "");
  EXPECT_EQ(graph_.task_state(Task(0, 0)), SubtaskState::kDeploying);
}

TEST_F(ExecutionGraphTest, SecondFailureOfAnAttemptCountsOnce) {
  Run();
  Fails(Task(0, 1), UnavailableError("first"));
  EXPECT_EQ(Fails(Task(0, 0), UnavailableError("second")), "");
  EXPECT_EQ(graph_.last_failure().message(), "first");
}

TEST_F(ExecutionGraphTest, GivesUp) {
  Run();
  EXPECT_EQ(Fails(Task(0, 0), DataLossError("rows")), "FAILING -0/1@2.0 -1/0@1.0 over");
  EXPECT_EQ(All(SubtaskState::kCanceled), "FAILED");
}

TEST_F(ExecutionGraphTest, AnIncurableFailureDuringARestartEndsTheJob) {
  Run();
  Fails(Task(0, 1), UnavailableError("gone"));
  EXPECT_EQ(Fails(Task(0, 0), DataLossError("rows")), "FAILING");
  EXPECT_EQ(All(SubtaskState::kCanceled), "FAILED");
  EXPECT_EQ(graph_.last_failure().message(), "rows");
}

TEST_F(ExecutionGraphTest, StopsAfterTheLastAttempt) {
  Run();
  for (int i = 0; i < 3; ++i) {
    Fails(Task(0, 0), UnavailableError("gone"));
    All(SubtaskState::kCanceled);
    EXPECT_EQ(Print(graph_.OnTime(1'000'000)), "RUNNING load slots");
    Deploy();
  }
  Fails(Task(0, 0), UnavailableError("gone"));
  EXPECT_EQ(All(SubtaskState::kCanceled), "FAILED");
}

TEST_F(ExecutionGraphTest, LostTaskManagerEndsItsTasks) {
  Run();
  EXPECT_EQ(Print(graph_.OnTaskManagerLost(TaskManagerId(1), UnavailableError("lost"), 5)),
            "RESTARTING -0/1@2.0 over");
  EXPECT_EQ(graph_.task_state(Task(1, 0)), SubtaskState::kFailed);
  EXPECT_EQ(graph_.slot(Task(1, 0)), nullptr);
  // The other one is lost as well, before it could confirm.
  EXPECT_EQ(Print(graph_.OnTaskManagerLost(TaskManagerId(2), UnavailableError("lost"), 6)), "");
  EXPECT_EQ(Print(graph_.OnTime(1005)), "RUNNING load slots");
}

TEST_F(ExecutionGraphTest, LostWhileWaiting) {
  graph_.Start();
  graph_.OnSlots({{TaskManagerId(1), 0}, {TaskManagerId(2), 0}});
  EXPECT_EQ(Print(graph_.OnTaskManagerLost(TaskManagerId(3), {}, 0)), "");
  EXPECT_EQ(Print(graph_.OnTaskManagerLost(TaskManagerId(2), {}, 0)), "slots");
  EXPECT_EQ(Print(graph_.OnStateLoaded()), "");
  EXPECT_EQ(Print(graph_.OnSlots({{TaskManagerId(1), 0}, {TaskManagerId(4), 1}})),
            "+0/0@1.0 +0/1@4.1 +1/0@1.0");
}

TEST_F(ExecutionGraphTest, Cancel) {
  Run();
  EXPECT_EQ(Print(graph_.Cancel()), "CANCELLING -0/0@1.0 -0/1@2.0 -1/0@1.0 over");
  // One comes up, one ends by itself, one dies: all the same now.
  const AttemptId attempt = graph_.attempt();
  graph_.OnTaskState(attempt, Task(0, 0), SubtaskState::kRunning, {}, 0);
  EXPECT_EQ(graph_.task_state(Task(0, 0)), SubtaskState::kCanceling);
  graph_.OnTaskState(attempt, Task(0, 0), SubtaskState::kCanceled, {}, 0);
  graph_.OnTaskState(attempt, Task(0, 1), SubtaskState::kFinished, {}, 0);
  EXPECT_EQ(Fails(Task(1, 0), UnavailableError("gone")), "CANCELED");
}

TEST_F(ExecutionGraphTest, CancelBeforeDeployment) {
  graph_.Start();
  EXPECT_EQ(Print(graph_.Cancel()), "CANCELLING over CANCELED");
  EXPECT_EQ(Print(graph_.OnStateLoaded()), "");
  EXPECT_EQ(Print(graph_.OnSlots({{TaskManagerId(1), 0}, {TaskManagerId(2), 0}})), "");
}

TEST_F(ExecutionGraphTest, CancelDuringTheDelay) {
  Run();
  Fails(Task(0, 1), UnavailableError("gone"));
  All(SubtaskState::kCanceled);
  EXPECT_EQ(Print(graph_.Cancel()), "CANCELLING CANCELED");
  EXPECT_EQ(graph_.NextDeadline(), std::nullopt);
}

TEST_F(ExecutionGraphTest, RestartsOnPurposeWithOtherTasks) {
  Run();
  EXPECT_EQ(Print(graph_.Restart("rescaling", 500)), "RESTARTING -0/0@1.0 -0/1@2.0 -1/0@1.0 over");
  EXPECT_EQ(Print(graph_.Restart("again", 510)), "");
  EXPECT_EQ(graph_.NextDeadline(), std::nullopt) << "not before all have ended";
  All(SubtaskState::kCanceled);
  EXPECT_EQ(graph_.NextDeadline(), 500) << "at once";
  plan_ = plan_.WithParallelism(1);
  EXPECT_EQ(Print(graph_.OnTime(600)), "RUNNING load slots");
  EXPECT_EQ(graph_.restarting_for(), "rescaling");
  EXPECT_EQ(Print(graph_.OnSlots({{TaskManagerId(2), 0}})), "");
  EXPECT_EQ(Print(graph_.OnStateLoaded()), "+0/0@2.0 +1/0@2.0");
  All(SubtaskState::kRunning);
  EXPECT_TRUE(graph_.AllRunning());
  EXPECT_EQ(graph_.restarting_for(), "");
  EXPECT_EQ(graph_.restarts(), 0) << "no failure";
  EXPECT_EQ(graph_.last_failure(), OkStatus());
}

TEST_F(ExecutionGraphTest, RestartsOnPurposeWhileItWaitsForSlots) {
  graph_.Start();
  EXPECT_EQ(Print(graph_.Restart("rescaling", 500)), "RESTARTING over");
  EXPECT_EQ(Print(graph_.OnSlots({{TaskManagerId(1), 0}, {TaskManagerId(1), 1}})), "") << "late";
  EXPECT_EQ(Print(graph_.OnTime(500)), "RUNNING load slots");
}

TEST_F(ExecutionGraphTest, Suspend) {
  Run();
  EXPECT_EQ(Print(graph_.Suspend(UnavailableError("not the leader"))),
            "SUSPENDED -0/0@1.0 -0/1@2.0 -1/0@1.0 over");
  EXPECT_EQ(All(SubtaskState::kCanceled), "");
  EXPECT_EQ(Print(graph_.OnTime(1'000'000)), "");
}

TEST_F(ExecutionGraphTest, AFailureOfTheCoordinator) {
  Run();
  EXPECT_EQ(Print(graph_.Fail(UnavailableError("checkpoints fail"), 0)),
            "RESTARTING -0/0@1.0 -0/1@2.0 -1/0@1.0 over");
}

TEST_F(ExecutionGraphTest, ATaskThatStopsByItselfIsAFailure) {
  Run();
  EXPECT_EQ(Print(graph_.OnTaskState(graph_.attempt(), Task(0, 0), SubtaskState::kCanceled, {}, 0)),
            "RESTARTING -0/1@2.0 -1/0@1.0 over");
}

TEST(ExecutionGraphNamesTest, AsInFlink) {
  EXPECT_EQ(JobStateName(JobState::kCancelling), "CANCELLING");
  EXPECT_EQ(JobStateName(JobState::kReconciling), "RECONCILING");
  EXPECT_EQ(TaskStateName(SubtaskState::kCanceling), "CANCELING");
  EXPECT_GT(FirstAttempt(LeaderEpoch(2)), AttemptId(FirstAttempt(LeaderEpoch(1)).value() + 999));
}

}  // namespace
}  // namespace weir
