#include <map>
#include <random>
#include <set>
#include <sstream>

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

TEST(GroupAggregateTest, AGroupThatWasForgottenBeginsAnew) {
  plan::OperatorNode node = CountAndSum(true, true);
  node.set_state_ttl_ms(100);
  OperatorHarness harness(node, Input(), Output());
  harness.Push("+I ann 7").Pass(60).Push("+I ann 5").Pass(60);
  harness.TakeOutput();
  harness.Push("+I ann 0").Push("-D ann 0").Push("+I ann NULL").Push("-D ann NULL");
  EXPECT_EQ(harness.TakeOutput(),
            "-U ann 2 12\n+U ann 3 12\n-U ann 3 12\n+U ann 2 12\n"
            "-U ann 2 12\n+U ann 3 12\n-U ann 3 12\n+U ann 2 12\n");
  harness.Pass(100).Push("-D ann 5\n+I ann 1");
  EXPECT_EQ(harness.TakeOutput(), "+I ann 1 1\n");
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

// GROUP BY key: MIN(n), MAX(n), each with its values kept.
plan::OperatorNode MinAndMax() {
  plan::OperatorNode node;
  auto* group = node.mutable_group_aggregate();
  group->add_keys(0);
  for (const char* function : {"MIN", "MAX"}) {
    AddCall(function, {1}, {DataType::Int()}, DataType::Int(), group->add_aggregates());
    group->mutable_aggregates()->rbegin()->set_retraction(plan::AggregateCall::KEEPS_VALUES);
  }
  group->set_input_retracts(true);
  return node;
}
Schema MinAndMaxOutput() {
  return Schema({{"key", DataType::String()}, {"min", DataType::Int()}, {"max", DataType::Int()}});
}

TEST(GroupAggregateTest, MinAndMaxOfWhatIsLeft) {
  OperatorHarness harness(MinAndMax(), Input(), MinAndMaxOutput());
  harness.Push("+I ann 3\n+I ann 5\n+I ann 5\n+I bob 4\n+I ann NULL\n-D ann 3\n-U ann 5\n-U ann 5");
  EXPECT_EQ(harness.TakeOutput(),
            "+I ann 3 3\n"
            "+U ann 3 5\n"
            "+I bob 4 4\n"
            "+U ann 5 5\n"
            "+U ann NULL NULL\n");
  harness.Push("+I ann -1\n-D ann NULL\n-D ann -1");
  EXPECT_EQ(harness.TakeOutput(), "+U ann -1 -1\n-D ann -1 -1\n");
  // Taken back before it comes.
  harness.Push("+I eve 1\n+I eve 3\n-U eve 9\n+U eve 9\n+I eve 0");
  EXPECT_EQ(harness.TakeOutput(), "+I eve 1 1\n+U eve 1 3\n+U eve 0 3\n");
}

// The answers are Flink's.
TEST(GroupAggregateTest, RowsInTheOrderOfTheirArrivalAreTakenBackOldestFirst) {
  const std::string rows =
      "+I a 5\n+I b 3\n-U a 5\n+U a 1\n-U b 3\n+U b 4\n+I c 2\n-U b 4\n+U b -5\n+I d 2\n-U c 2\n"
      "+U c 7\n-U d 2\n+U d 10\n-U a 1\n+U a 2\n-U z 9";
  plan::OperatorNode values;
  auto* group = values.mutable_group_aggregate();
  for (const char* function : {"FIRST_VALUE", "LAST_VALUE"}) {
    AddCall(function, {1}, {DataType::Int()}, DataType::Int(), group->add_aggregates());
    group->mutable_aggregates()->rbegin()->set_retraction(plan::AggregateCall::KEEPS_VALUES);
  }
  group->set_input_retracts(true);
  OperatorHarness first_and_last(values, Input(),
                                 Schema({{"first", DataType::Int()}, {"last", DataType::Int()}}));
  EXPECT_EQ(first_and_last.Push(rows).TakeOutput(),
            "+I 5 5\n+U 5 3\n+U 3 3\n+U 3 1\n+U 1 1\n+U 1 4\n+U 1 2\n+U 1 -5\n+U 1 2\n+U 1 7\n"
            "+U 1 10\n+U -5 10\n+U -5 2\n");

  plan::OperatorNode list;
  group = list.mutable_group_aggregate();
  AddCall("LISTAGG", {0}, {DataType::String()}, DataType::String(), group->add_aggregates());
  group->mutable_aggregates(0)->set_retraction(plan::AggregateCall::KEEPS_VALUES);
  group->set_input_retracts(true);
  OperatorHarness all(list, Input(), Schema({{"all", DataType::String()}}));
  EXPECT_EQ(all.Push(rows).TakeOutput(),
            "+I a\n+U a,b\n+U b\n+U b,a\n+U a\n+U a,b\n+U a,b,c\n+U a,c\n+U a,c,b\n+U a,c,b,d\n"
            "+U a,b,d\n+U a,b,d,c\n+U a,b,c\n+U a,b,c,d\n+U b,c,d\n+U b,c,d,a\n");
}

TEST(GroupAggregateTest, AMaximumOfWhatOnlyGrowsIgnoresWhatIsTakenBack) {
  plan::OperatorNode node = MinAndMax();
  node.mutable_group_aggregate()->mutable_aggregates()->DeleteSubrange(0, 1);
  node.mutable_group_aggregate()->mutable_aggregates(0)->set_retraction(
      plan::AggregateCall::NOT_NEEDED);
  OperatorHarness harness(node, Input(),
                          Schema({{"key", DataType::String()}, {"max", DataType::Int()}}));
  harness.Push("+I ann 3\n+I ann 1\n-U ann 3\n+U ann 4");
  EXPECT_EQ(harness.TakeOutput(), "+I ann 3\n+U ann 4\n");
}

TEST(GroupAggregateTest, MinAndMaxAgreeWithAMultiset) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    OperatorHarness harness(MinAndMax(), Input(), MinAndMaxOutput());
    std::map<std::string, std::multiset<int>> model;
    std::map<std::string, std::string> seen;
    for (int batch = 0; batch < 30; ++batch) {
      std::string rows;
      for (unsigned i = 0, n = 1 + random() % 30; i < n; ++i) {
        const std::string key = "k" + std::to_string(random() % 3);
        std::multiset<int>& values = model[key];
        if (!values.empty() && random() % 2) {
          auto it = values.begin();
          std::advance(it, random() % values.size());
          rows += "-D " + key + " " + std::to_string(*it) + "\n";
          values.erase(it);
        } else {
          const int value = static_cast<int>(random() % 20);
          rows += "+I " + key + " " + std::to_string(value) + "\n";
          values.insert(value);
        }
      }
      harness.Push(rows);
      std::istringstream out(harness.TakeOutput());
      for (std::string kind, key, rest; out >> kind >> key && std::getline(out, rest);) {
        seen.erase(key);
        if (kind != "-D") seen[key] = rest;
      }
      std::map<std::string, std::string> expected;
      for (const auto& [key, values] : model) {
        if (values.empty()) continue;
        expected[key] =
            " " + std::to_string(*values.begin()) + " " + std::to_string(*values.rbegin());
      }
      ASSERT_EQ(seen, expected) << "seed " << seed << ", batch " << batch << ":\n" << rows;
    }
  }
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

TEST(GroupAggregateTest, PeopleSeeItsGroups) {
  OperatorHarness harness(CountAndSum(true, true), Input(), Output());
  harness.Push("+I ann 7\n+I bob 1\n+I ann 5\n+I NULL 3\n+I eve 2\n-D eve 2");
  EXPECT_EQ(harness.State(), "group: key*, COUNT, SUM\n+I NULL 1 3\n+I ann 2 12\n+I bob 1 1\n");
  EXPECT_EQ(harness.State("bob"), "group: key*, COUNT, SUM\n+I bob 1 1\n");
  EXPECT_EQ(harness.State("eve"), "group: key*, COUNT, SUM\n");
}

}  // namespace
}  // namespace weir
