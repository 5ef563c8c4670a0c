#include "operators/operator_harness.h"

namespace weir {
namespace {

constexpr int64_t kMinute = 60'000;

// WATERMARK FOR ts AS ts.
plan::OperatorNode Node(int64_t granularity_ms, int64_t idle_timeout_ms = 0) {
  plan::OperatorNode node;
  auto* assigner = node.mutable_watermark_assigner();
  assigner->set_time_column(1);
  ToProto(*Expr::MakeInput(DataType::Timestamp(3), 1), assigner->mutable_watermark());
  assigner->set_granularity_ms(granularity_ms);
  assigner->set_idle_timeout_ms(idle_timeout_ms);
  return node;
}

Schema Rows() { return Schema({{"n", DataType::Int()}, {"ts", DataType::Timestamp(3)}}); }

void AddSplits(OperatorHarness& harness, int count) {
  harness.splits.assigned = true;
  for (int i = 0; i < count; ++i) {
    SplitWatermarks::Split split;
    split.open = true;
    harness.splits.splits().push_back(split);
  }
}

TEST(WatermarkAssignerTest, DataInOrderIsNotCut) {
  OperatorHarness harness(Node(1), Rows(), Rows());
  harness.Push("+I 1 12:01\n+I 2 12:02\n+I 3 12:02:01");
  EXPECT_EQ(harness.TakeOutput(), "+I 1 12:01\n+I 2 12:02\n+I 3 12:02:01\nW 12:02:01\n");
}

TEST(WatermarkAssignerTest, CutsBeforeARowThatIsLateAtItsOwnPosition) {
  OperatorHarness harness(Node(10 * kMinute), Rows(), Rows());
  // 12:08 comes out of order but within the slice that is still open: no cut.
  harness.Push("+I 1 12:01\n+I 2 12:09\n+I 3 12:08\n+I 4 12:15\n+I 5 12:02\n+I 6 12:03");
  EXPECT_EQ(harness.TakeOutput(),
            "+I 1 12:01\n+I 2 12:09\n+I 3 12:08\n+I 4 12:15\nW 12:15\n"
            "+I 5 12:02\n+I 6 12:03\n");
}

TEST(WatermarkAssignerTest, NullKeepsTheLastAndNothingGoesBack) {
  OperatorHarness harness(Node(kMinute), Rows(), Rows());
  harness.Push("+I 1 12:05").Push("+I 2 NULL").Push("+I 3 12:04");
  EXPECT_EQ(harness.TakeOutput(), "+I 1 12:05\nW 12:05\n+I 2 NULL\n+I 3 12:04\n");
}

TEST(WatermarkAssignerTest, TheSlowestSplitDecides) {
  OperatorHarness harness(Node(kMinute), Rows(), Rows());
  AddSplits(harness, 2);
  harness.split = 0;
  harness.Push("+I 1 12:05");
  EXPECT_EQ(harness.TakeOutput(), "+I 1 12:05\n");
  harness.split = 1;
  harness.Push("+I 2 12:01");
  EXPECT_EQ(harness.TakeOutput(), "+I 2 12:01\nW 12:01\n");
  harness.splits.splits()[1].finished = true;
  harness.split = 0;
  harness.Push("+I 3 12:06");
  EXPECT_EQ(harness.TakeOutput(), "+I 3 12:06\nW 12:06\n");
}

TEST(WatermarkAssignerTest, AnIdleSplitHoldsNobodyUntilItSpeaksAgain) {
  OperatorHarness harness(Node(kMinute, 1000), Rows(), Rows());
  AddSplits(harness, 2);
  harness.split = 0;
  harness.Push("+I 1 12:05");
  harness.splits.splits()[0].last_active = 5000;
  harness.splits.splits()[1].last_active = 4000;
  EXPECT_EQ(harness.op().NextTimer(), 5000);
  harness.FireTimer(5000);
  EXPECT_EQ(harness.TakeOutput(), "+I 1 12:05\nW 12:05\n");
  harness.FireTimer(6000);
  EXPECT_EQ(harness.TakeOutput(), "W idle\n");
  harness.split = 1;
  harness.Push("+I 2 12:01");  // late: nothing goes back
  EXPECT_EQ(harness.TakeOutput(), "+I 2 12:01\nW 12:05\n");
}

TEST(WatermarkAssignerTest, ASubtaskWithoutSplitsIsIdle) {
  OperatorHarness harness(Node(kMinute), Rows(), Rows());
  harness.splits.assigned = true;
  harness.PushWatermark({kMinTimestamp, true});
  EXPECT_EQ(harness.TakeOutput(), "W idle\n");
  harness.EndInput();
  EXPECT_EQ(harness.TakeOutput(), "W end\n");
}

}  // namespace
}  // namespace weir
