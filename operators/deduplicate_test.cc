#include "operators/operator_harness.h"

namespace weir {
namespace {

plan::OperatorNode Node(bool last, bool row_time, bool update_before = true) {
  plan::OperatorNode node;
  auto* deduplicate = node.mutable_deduplicate();
  deduplicate->add_keys(0);
  deduplicate->set_keep_last(last);
  deduplicate->set_row_time(row_time);
  deduplicate->set_time_column(2);
  deduplicate->set_emit_update_before(update_before);
  return node;
}
Schema Rows() {
  return Schema(
      {{"key", DataType::String()}, {"n", DataType::Int()}, {"ts", DataType::Timestamp(3)}});
}

TEST(DeduplicateTest, TheLastByRowTime) {
  const std::string rows = "+I a 1 12:05\n+I b 2 12:01\n+I a 3 12:04\n+I a 4 12:05\n+I a 5 12:06";
  OperatorHarness harness(Node(true, true), Rows(), Rows());
  EXPECT_EQ(harness.Push(rows).TakeOutput(),
            "+I a 1 12:05\n+I b 2 12:01\n"
            "-U a 1 12:05\n+U a 4 12:05\n-U a 4 12:05\n+U a 5 12:06\n");
  OperatorHarness without(Node(true, true, false), Rows(), Rows());
  EXPECT_EQ(without.Push(rows).TakeOutput(),
            "+I a 1 12:05\n+I b 2 12:01\n+U a 4 12:05\n+U a 5 12:06\n");
}

TEST(DeduplicateTest, TheLastToCome) {
  OperatorHarness harness(Node(true, false), Rows(), Rows());
  harness.Push("+I a 1 12:05\n+I a 2 12:01\n+I a 2 12:01");
  EXPECT_EQ(harness.TakeOutput(), "+I a 1 12:05\n-U a 1 12:05\n+U a 2 12:01\n");
}

TEST(DeduplicateTest, TheFirstToCome) {
  OperatorHarness harness(Node(false, false), Rows(), Rows());
  harness.Push("+I a 1 12:05\n+I a 2 12:01\n+I NULL 3 12:01").Push("+I a 4 12:05\n+I b 5 12:00");
  EXPECT_EQ(harness.TakeOutput(), "+I a 1 12:05\n+I NULL 3 12:01\n+I b 5 12:00\n");
}

TEST(DeduplicateTest, TheFirstIsForgottenSoLongAfterItCame) {
  plan::OperatorNode node = Node(false, false);
  node.set_state_ttl_ms(100);
  OperatorHarness harness(node, Rows(), Rows());
  harness.Push("+I a 1 12:05").Pass(60).Push("+I a 2 12:05").Pass(40).Push("+I a 3 12:05");
  EXPECT_EQ(harness.TakeOutput(), "+I a 1 12:05\n+I a 3 12:05\n");
}

TEST(DeduplicateTest, TheLastIsForgottenWhenNoOtherCame) {
  plan::OperatorNode node = Node(true, false);
  node.set_state_ttl_ms(100);
  OperatorHarness harness(node, Rows(), Rows());
  harness.Push("+I a 1 12:05").Pass(60).Push("+I a 1 12:05").Pass(60).Push("+I a 2 12:05");
  EXPECT_EQ(harness.TakeOutput(),
            "+I a 1 12:05\n-U a 1 12:05\n+U a 1 12:05\n-U a 1 12:05\n+U a 2 12:05\n");
  harness.Pass(100).Push("+I a 2 12:05");
  EXPECT_EQ(harness.TakeOutput(), "+I a 2 12:05\n");
}

TEST(DeduplicateTest, TheFirstByRowTimeComesWithTheWatermark) {
  OperatorHarness harness(Node(false, true), Rows(), Rows());
  harness.Push("+I a 1 12:05\n+I b 2 12:01\n+I a 3 12:04\n+I a 4 12:04").AdvanceWatermark("12:03");
  EXPECT_EQ(harness.TakeOutput(), "+I b 2 12:01\n");
  harness.Push("+I c 5 12:03\n+I a 6 12:03\n+I b 7 12:09\n+I c 8 12:07");  // two are late
  EXPECT_EQ(harness.counters["numLateRecordsDropped"], 2);
  harness.EndInput();
  EXPECT_EQ(harness.TakeOutput(), "+I a 3 12:04\n+I c 8 12:07\n");
}

TEST(DeduplicateTest, PeopleSeeWhatItKeeps) {
  const std::string rows = "+I a 1 12:05\n+I b 2 12:01\n+I a 3 12:06";
  OperatorHarness last(Node(true, true), Rows(), Rows());
  EXPECT_EQ(last.Push(rows).State(), "rows: key*, n, ts\n+I a 3 12:06\n+I b 2 12:01\n");
  OperatorHarness first(Node(false, false), Rows(), Rows());
  EXPECT_EQ(first.Push(rows).State(), "rows: key*\n+I a\n+I b\n");
  OperatorHarness by_time(Node(false, true), Rows(), Rows());
  by_time.Push(rows).AdvanceWatermark("12:02");
  EXPECT_EQ(by_time.State(), "rows: key*, time, emitted\n+I a 12:05 FALSE\n+I b 12:01 TRUE\n");
  EXPECT_EQ(by_time.State("b"), "rows: key*, time, emitted\n+I b 12:01 TRUE\n");
}

}  // namespace
}  // namespace weir
