#include "operators/operator_harness.h"

namespace weir {
namespace {

// GROUP BY key: COUNT(*), SUM(n).
plan::OperatorNode CountAndSum(bool retracts, bool update_before) {
  plan::OperatorNode node;
  auto* group = node.mutable_group_aggregate();
  group->add_keys(0);
  AddCall("COUNT", {}, {}, DataType::BigInt().NotNull(), group->add_aggregates());
  AddCall("SUM", {1}, {DataType::Int()}, DataType::Int(), group->add_aggregates());
  group->set_input_retracts(retracts);
  group->set_emit_update_before(update_before);
  return node;
}

Schema Input() { return Schema({{"key", DataType::String()}, {"n", DataType::Int()}}); }
Schema Output() {
  return Schema({{"key", DataType::String()},
                 {"count", DataType::BigInt().NotNull()},
                 {"sum", DataType::Int()}});
}

TEST(GroupAggregateTest, EveryRowGivesItsChange) {
  OperatorHarness harness(CountAndSum(false, true), Input(), Output());
  harness.Push("+I ann 7\n+I bob 1\n+I ann 5");
  EXPECT_EQ(harness.TakeOutput(),
            "+I ann 1 7\n"
            "+I bob 1 1\n"
            "-U ann 1 7\n"
            "+U ann 2 12\n");
  harness.Push("+I NULL NULL\n+I NULL 3");
  EXPECT_EQ(harness.TakeOutput(), "+I NULL 1 NULL\n-U NULL 1 NULL\n+U NULL 2 3\n");
}

TEST(GroupAggregateTest, WithoutUpdateBeforeWhereNobodyNeedsIt) {
  OperatorHarness harness(CountAndSum(false, false), Input(), Output());
  harness.Push("+I ann 7\n+I ann 5");
  EXPECT_EQ(harness.TakeOutput(), "+I ann 1 7\n+U ann 2 12\n");
}

TEST(GroupAggregateTest, RowsTakenBackUndoThemselves) {
  OperatorHarness harness(CountAndSum(true, true), Input(), Output());
  harness.Push("+I ann 7\n-U ann 7\n+U ann 9\n-D ann 9\n+I ann 1");
  EXPECT_EQ(harness.TakeOutput(),
            "+I ann 1 7\n"
            "-D ann 1 7\n"
            "+I ann 1 9\n"
            "-D ann 1 9\n"
            "+I ann 1 1\n");
  // What was never there takes nothing away.
  harness.Push("-D eve 1\n+I eve 2");
  EXPECT_EQ(harness.TakeOutput(), "+I eve 1 2\n");
}

TEST(GroupAggregateTest, AnUnchangedResultIsNoChange) {
  plan::OperatorNode node;
  auto* group = node.mutable_group_aggregate();
  group->add_keys(0);
  AddCall("MAX", {1}, {DataType::Int()}, DataType::Int(), group->add_aggregates());
  group->set_emit_update_before(true);
  OperatorHarness harness(node, Input(),
                          Schema({{"key", DataType::String()}, {"max", DataType::Int()}}));
  harness.Push("+I ann 7\n+I ann 5\n+I ann 8");
  EXPECT_EQ(harness.TakeOutput(), "+I ann 7\n-U ann 7\n+U ann 8\n");
}

TEST(GroupAggregateTest, DistinctValuesCountOnceUntilTheLastIsGone) {
  plan::OperatorNode node;
  auto* group = node.mutable_group_aggregate();
  group->add_keys(0);
  AddCall("COUNT", {1}, {DataType::Int()}, DataType::BigInt().NotNull(), group->add_aggregates());
  group->mutable_aggregates(0)->set_distinct(true);
  group->set_input_retracts(true);
  group->set_emit_update_before(false);
  OperatorHarness harness(node, Input(),
                          Schema({{"key", DataType::String()}, {"n", DataType::BigInt()}}));
  harness.Push("+I ann 7\n+I ann 7\n+I ann 8\n-D ann 7\n-D ann 7\n+I ann NULL");
  EXPECT_EQ(harness.TakeOutput(), "+I ann 1\n+U ann 2\n+U ann 1\n");
}

TEST(GroupAggregateTest, OnlyRowsThatPassTheFilterCount) {
  plan::OperatorNode node;
  auto* group = node.mutable_group_aggregate();
  AddCall("SUM", {1}, {DataType::Int()}, DataType::Int(), group->add_aggregates());
  group->mutable_aggregates(0)->set_filter_column(3);
  OperatorHarness harness(
      node,
      Schema({{"key", DataType::String()}, {"n", DataType::Int()}, {"use", DataType::Boolean()}}),
      Schema({{"sum", DataType::Int()}}));
  harness.Push("+I a 1 true\n+I a 2 false\n+I a 4 NULL\n+I a 8 true");
  EXPECT_EQ(harness.TakeOutput(), "+I 1\n+U 9\n");
}

}  // namespace
}  // namespace weir
