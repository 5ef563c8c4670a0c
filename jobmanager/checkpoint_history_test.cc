#include "jobmanager/checkpoint_history.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

JobPlan TwoVertices() {
  JobPlan plan;
  plan.vertices = {{.id = VertexId(0), .name = "source", .parallelism = 2},
                   {.id = VertexId(1), .name = "sink", .parallelism = 1}};
  return plan;
}

using Kind = CheckpointHistory::Kind;
using Checkpoint = CheckpointHistory::Checkpoint;

TEST(CheckpointHistoryTest, KeepsWhatEachTaskTook) {
  CheckpointHistory history;
  history.Begin(CheckpointId(7), Kind::kCheckpoint, TwoVertices(), 100);
  EXPECT_EQ(history.newest()[0].Acknowledged(), 0);
  EXPECT_EQ(history.newest()[0].LastAcknowledged(), kMinTimestamp);
  history.Acknowledge(CheckpointId(7), {VertexId(0), 1}, {10, 4, 1, 2, 3}, 120);
  history.Acknowledge(CheckpointId(7), {VertexId(1), 0}, {5, 5, 0, 0, 0}, 130);
  history.Acknowledge(CheckpointId(7), {VertexId(2), 0}, {1, 1, 1, 1, 1}, 140);  // is not there
  history.Acknowledge(CheckpointId(8), {VertexId(0), 0}, {1, 1, 1, 1, 1}, 140);
  const Checkpoint& checkpoint = history.newest()[0];
  EXPECT_EQ(checkpoint.Acknowledged(), 2);
  EXPECT_EQ(checkpoint.LastAcknowledged(), 130);
  EXPECT_EQ(checkpoint.tasks[0].acknowledged, kMinTimestamp);
  EXPECT_EQ(checkpoint.tasks[1].stats.async_ms, 3);
  EXPECT_EQ(checkpoint.tasks[2].stats.state_bytes, 5);
  EXPECT_EQ(checkpoint.sizes.state_bytes, 15);
  EXPECT_EQ(checkpoint.sizes.written_bytes, 9);
}

TEST(CheckpointHistoryTest, CountsAllAndKeepsTheLastOfEachKind) {
  CheckpointHistory history;
  const JobPlan plan = TwoVertices();
  history.Begin(CheckpointId(1), Kind::kSavepoint, plan, 0);
  history.Complete(CheckpointId(1), 50);
  history.Copied(CheckpointId(1), "/s/1");
  history.Begin(CheckpointId(2), Kind::kCheckpoint, plan, 60);
  history.Fail(CheckpointId(2), "too slow", 70);
  for (int i = 3; i < 30; ++i) {
    history.Begin(CheckpointId(i), Kind::kCheckpoint, plan, 100 * i);
    history.Complete(CheckpointId(i), 100 * i + i);
  }
  history.Begin(CheckpointId(30), Kind::kCheckpoint, plan, 3000);
  EXPECT_EQ(history.total(), 30);
  EXPECT_EQ(history.completed(), 28);
  EXPECT_EQ(history.failed(), 1);
  EXPECT_EQ(history.newest().size(), 10u);
  EXPECT_EQ(history.newest()[0].state, Checkpoint::kInProgress);
  EXPECT_EQ(history.last_completed()->id, CheckpointId(29));
  EXPECT_EQ(history.last_savepoint()->savepoints, std::vector<std::string>{"/s/1"});
  EXPECT_EQ(history.last_failed()->failure, "too slow");
  EXPECT_EQ(history.numbers().size(), 28u);
  EXPECT_EQ(history.numbers().back().duration_ms, 29);
}

}  // namespace
}  // namespace weir
