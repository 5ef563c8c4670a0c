#include "jobmanager/task_records.h"

#include <gtest/gtest.h>

#include "jobmanager/test_plan.h"

namespace weir {
namespace {

class TaskRecordsTest : public testing::Test {
 protected:
  TaskRecordsTest() : graph_(plan_, RestartStrategy(NoRestart{}, 0), LeaderEpoch(1)) {
    graph_.Start();
    Observe(1);
  }
  void Observe(Timestamp now) {
    records_.ObserveAll(graph_, plan_, now, [](TaskManagerId id) {
      return "host-" + std::to_string(id.value()) + ":1";
    });
  }
  void Deploy() {
    graph_.OnStateLoaded();
    graph_.OnSlots({{TaskManagerId(5), 0}, {TaskManagerId(5), 1}, {TaskManagerId(5), 2}});
  }
  Timestamp Entered(SubtaskState state) const {
    return records_.Find(task_)->entered[static_cast<size_t>(state)];
  }
  void Measure(int64_t attempt, int64_t records, int64_t busy_ms, Timestamp at) {
    rpc::TaskMetrics metrics;
    metrics.set_attempt(attempt);
    metrics.set_records_in(records);
    metrics.set_busy_ms(busy_ms);
    records_.OnMetrics(metrics, at);
  }

  const JobPlan plan_ = TestPlan({{"source", 2}, {"sink", 1}});
  const TaskId task_{VertexId(0), 0};
  ExecutionGraph graph_;
  TaskRecords records_;
};

TEST_F(TaskRecordsTest, StampsEachStateOnce) {
  EXPECT_EQ(Entered(SubtaskState::kCreated), 1);
  EXPECT_EQ(Entered(SubtaskState::kScheduled), 1);
  EXPECT_EQ(Entered(SubtaskState::kDeploying), 0);
  EXPECT_EQ(records_.Find(task_)->task_manager, "");
  Deploy();
  Observe(20);
  Observe(21);
  EXPECT_EQ(Entered(SubtaskState::kDeploying), 20);
  EXPECT_EQ(records_.Find(task_)->task_manager, "5");
  EXPECT_EQ(records_.Find(task_)->endpoint, "host-5:1");
  graph_.OnTaskState(graph_.attempt(), task_, SubtaskState::kRunning, OkStatus(), 0);
  Observe(30);
  EXPECT_EQ(Entered(SubtaskState::kRunning), 30);
  EXPECT_EQ(records_.Find({VertexId(0), 99}), nullptr);
}

TEST_F(TaskRecordsTest, OperatorsHaveRatesToo) {
  rpc::TaskMetrics metrics = NoMetrics();
  metrics.set_vertex(static_cast<uint32_t>(task_.vertex.value()));
  metrics.set_subtask(static_cast<uint32_t>(task_.subtask));
  metrics.set_attempt(graph_.attempt().value());
  Observe(20);
  records_.OnMetrics(metrics, 1000);  // they are not known yet
  metrics.add_operator_rows(100);
  metrics.add_operator_rows(10);
  records_.OnMetrics(metrics, 2000);
  EXPECT_TRUE(records_.Find(task_)->rates.operator_rows.empty());
  metrics.set_operator_rows(0, 300);
  records_.OnMetrics(metrics, 4000);
  EXPECT_EQ(records_.Find(task_)->rates.operator_rows, (std::vector<double>{100, 0}));
}

TEST_F(TaskRecordsTest, RatesAreOfTheLastTwoHeartbeats) {
  const int64_t attempt = graph_.attempt().value();
  Measure(attempt, 100, 50, 1000);
  EXPECT_EQ(records_.Find(task_)->rates.records_in, 0);
  Measure(attempt, 300, 550, 3000);
  EXPECT_EQ(records_.Find(task_)->rates.records_in, 100);
  EXPECT_EQ(records_.Find(task_)->rates.busy_ms, 250);
  Measure(attempt + 1, 900, 0, 4000);  // of an attempt that is not this one
  EXPECT_EQ(records_.Find(task_)->metrics.records_in(), 300);
  Measure(attempt, 310, 550, 0);  // the last ones
  EXPECT_EQ(records_.Find(task_)->metrics.records_in(), 310);
  EXPECT_EQ(records_.Find(task_)->rates.records_in, 100);
}

TEST_F(TaskRecordsTest, ATaskThatIsOverHasNoPace) {
  Deploy();
  const int64_t attempt = graph_.attempt().value();
  Measure(attempt, 100, 50, 1000);
  Measure(attempt, 300, 550, 3000);
  graph_.OnTaskState(graph_.attempt(), task_, SubtaskState::kFinished, OkStatus(), 0);
  Observe(40);
  EXPECT_EQ(Entered(SubtaskState::kFinished), 40);
  EXPECT_EQ(records_.Find(task_)->rates.records_in, 0);
  EXPECT_EQ(records_.Find(task_)->metrics.records_in(), 300);
}

}  // namespace
}  // namespace weir
