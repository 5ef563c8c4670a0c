#include <algorithm>

#include "operators/operator_harness.h"

namespace weir {
namespace {

constexpr int64_t kMinute = 60'000;

struct WindowCase {
  plan::WindowSpec::Kind kind = plan::WindowSpec::TUMBLE;
  int64_t size = 10 * kMinute;
  int64_t slide = 0;
  bool distinct = false;
};

// GROUP BY window, key: SUM(n) (or COUNT(DISTINCT n)), window start and end.
plan::OperatorNode Node(const WindowCase& c, plan::WindowAggregate::Phase phase) {
  plan::OperatorNode node;
  auto* window = node.mutable_window_aggregate();
  window->mutable_window()->set_kind(c.kind);
  window->mutable_window()->set_size_ms(c.size);
  window->mutable_window()->set_slide_ms(c.slide);
  window->mutable_window()->set_time_column(2);
  window->add_keys(0);
  if (c.distinct) {
    AddCall("COUNT", {1}, {DataType::Int()}, DataType::BigInt().NotNull(),
            window->add_aggregates());
    window->mutable_aggregates(0)->set_distinct(true);
  } else {
    AddCall("SUM", {1}, {DataType::Int()}, DataType::Int(), window->add_aggregates());
  }
  if (phase != plan::WindowAggregate::LOCAL) {
    window->add_properties(plan::WindowAggregate::WINDOW_START);
    window->add_properties(plan::WindowAggregate::WINDOW_END);
  }
  window->set_phase(phase);
  return node;
}

Schema Input() {
  return Schema(
      {{"key", DataType::String()}, {"n", DataType::Int()}, {"ts", DataType::Timestamp(3)}});
}
Schema Output(bool distinct = false) {
  return Schema({{"key", DataType::String()},
                 {"result", distinct ? DataType::BigInt().NotNull() : DataType::Int()},
                 {"window_start", DataType::Timestamp(3).NotNull()},
                 {"window_end", DataType::Timestamp(3).NotNull()}});
}

// Keys of one window come in no particular order.
std::string Sorted(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line + "\n");
  std::sort(lines.begin(), lines.end());
  std::string out;
  for (const std::string& line : lines) out += line;
  return out;
}

TEST(WindowAggregateTest, FiresOneMillisecondBeforeItsEnd) {
  OperatorHarness harness(Node({}, plan::WindowAggregate::SINGLE), Input(), Output());
  harness.Push("+I ann 1 12:01\n+I bob 2 12:09:59.999\n+I ann 4 12:03\n+I ann 8 12:10");
  harness.AdvanceWatermark("12:09:59.998");
  EXPECT_EQ(harness.TakeOutput(), "");
  harness.AdvanceWatermark("12:09:59.999");
  EXPECT_EQ(Sorted(harness.TakeOutput()), "+I ann 5 12:00 12:10\n+I bob 2 12:00 12:10\n");
  harness.EndInput();
  EXPECT_EQ(harness.TakeOutput(), "+I ann 8 12:10 12:20\n");
}

TEST(WindowAggregateTest, ARowIsLateOnlyWhenItsWindowHasFired) {
  OperatorHarness harness(Node({}, plan::WindowAggregate::SINGLE), Input(), Output());
  harness.AdvanceWatermark("12:05").Push("+I ann 1 12:01");
  harness.AdvanceWatermark("12:10").Push("+I ann 2 12:02\n+I ann 3 12:11");
  harness.EndInput();
  EXPECT_EQ(harness.TakeOutput(), "+I ann 1 12:00 12:10\n+I ann 3 12:10 12:20\n");
  EXPECT_EQ(harness.counters["numLateRecordsDropped"], 1);
}

TEST(WindowAggregateTest, ALateRowStillCountsForUnfiredHops) {
  WindowCase hop{plan::WindowSpec::HOP, 10 * kMinute, 5 * kMinute};
  OperatorHarness harness(Node(hop, plan::WindowAggregate::SINGLE), Input(), Output());
  harness.Push("+I ann 1 12:06").AdvanceWatermark("12:10");
  EXPECT_EQ(harness.TakeOutput(), "+I ann 1 12:00 12:10\n");
  harness.Push("+I ann 2 12:07").EndInput();
  EXPECT_EQ(harness.TakeOutput(), "+I ann 3 12:05 12:15\n");
}

TEST(WindowAggregateTest, CumulatesWithinItsSize) {
  WindowCase cumulate{plan::WindowSpec::CUMULATE, 15 * kMinute, 5 * kMinute};
  OperatorHarness harness(Node(cumulate, plan::WindowAggregate::SINGLE), Input(), Output());
  harness.Push("+I ann 1 12:01\n+I ann 2 12:11").EndInput();
  EXPECT_EQ(harness.TakeOutput(),
            "+I ann 1 12:00 12:05\n"
            "+I ann 1 12:00 12:10\n"
            "+I ann 3 12:00 12:15\n");
}

TEST(WindowAggregateTest, AValueInTwoSlicesCountsOnce) {
  WindowCase hop{plan::WindowSpec::HOP, 10 * kMinute, 5 * kMinute, true};
  OperatorHarness harness(Node(hop, plan::WindowAggregate::SINGLE), Input(), Output(true));
  harness.Push("+I ann 7 12:01\n+I ann 7 12:06\n+I ann 8 12:07\n+I ann NULL 12:08").EndInput();
  EXPECT_EQ(harness.TakeOutput(),
            "+I ann 1 11:55 12:05\n"
            "+I ann 2 12:00 12:10\n"
            "+I ann 2 12:05 12:15\n");
}

TEST(WindowAggregateTest, RefusesARowWithoutItsTime) {
  OperatorHarness harness(Node({}, plan::WindowAggregate::SINGLE), Input(), Output());
  harness.Push("+I ann 1 NULL");
  EXPECT_EQ(harness.failure().code(), StatusCode::kInvalidArgument);
}

TEST(WindowAggregateTest, TwoPhasesGiveTheAnswerOfOne) {
  const std::vector<std::string> batches = {"+I ann 1 12:01\n+I bob 2 12:02\n+I ann 3 12:11",
                                            "+I ann 5 12:04\n+I bob NULL 12:13"};
  for (WindowCase c :
       {WindowCase{}, WindowCase{plan::WindowSpec::HOP, 10 * kMinute, 5 * kMinute}}) {
    OperatorHarness single(Node(c, plan::WindowAggregate::SINGLE), Input(), Output());
    for (const std::string& batch : batches) single.Push(batch);
    single.EndInput();

    Schema between({{"key", DataType::String()},
                    {"$slice", DataType::BigInt().NotNull()},
                    {"$acc", DataType::Bytes().NotNull()}});
    OperatorHarness local(Node(c, plan::WindowAggregate::LOCAL), Input(), between);
    plan::OperatorNode global_node = Node(c, plan::WindowAggregate::GLOBAL);
    global_node.mutable_window_aggregate()->mutable_aggregates(0)->clear_arguments();
    OperatorHarness global(global_node, between, Output());
    for (const std::string& batch : batches) {
      local.Push(batch);
      for (Batch& accumulators : local.TakeBatches()) global.PushBatch(std::move(accumulators));
    }
    global.EndInput();
    EXPECT_EQ(Sorted(global.TakeOutput()), Sorted(single.TakeOutput()));
  }
}

TEST(WindowAggregateTest, TheMinimumOfAWindowIsOfWhatIsLeftInIt) {
  for (auto kind : {plan::WindowSpec::TUMBLE, plan::WindowSpec::HOP}) {
    WindowCase c{.kind = kind, .slide = kind == plan::WindowSpec::HOP ? 5 * kMinute : 0};
    plan::OperatorNode node = Node(c, plan::WindowAggregate::SINGLE);
    plan::AggregateCall* call = node.mutable_window_aggregate()->mutable_aggregates(0);
    call->set_function("MIN");
    call->set_retraction(plan::AggregateCall::KEEPS_VALUES);
    OperatorHarness harness(node, Input(), Output());
    harness.Push("+I ann 1 12:01\n+I ann 2 12:02\n+I ann 3 12:07\n-D ann 1 12:01\n+I bob 9 12:11");
    harness.Push("+I ann 0 12:08\n-D ann 0 12:08").EndInput();
    EXPECT_EQ(Sorted(harness.TakeOutput()), kind == plan::WindowSpec::TUMBLE
                                                ? "+I ann 2 12:00 12:10\n"
                                                  "+I bob 9 12:10 12:20\n"
                                                : "+I ann 2 11:55 12:05\n"
                                                  "+I ann 2 12:00 12:10\n"
                                                  "+I ann 3 12:05 12:15\n"
                                                  "+I bob 9 12:05 12:15\n"
                                                  "+I bob 9 12:10 12:20\n");
  }
}

TEST(WindowAggregateTest, PeopleSeeItsWindowsOrSlices) {
  OperatorHarness harness(Node({}, plan::WindowAggregate::SINGLE), Input(), Output());
  harness.Push("+I ann 1 12:01\n+I bob 2 12:09\n+I ann 4 12:03\n+I ann 8 12:10");
  const std::string columns = "window: key*, window_start, window_end, SUM\n";
  EXPECT_EQ(harness.State(), columns +
                                 "+I ann 12:00 12:10 5\n+I ann 12:10 12:20 8\n"
                                 "+I bob 12:00 12:10 2\n");
  EXPECT_EQ(harness.State("bob"), columns + "+I bob 12:00 12:10 2\n");
  harness.AdvanceWatermark("12:10");
  EXPECT_EQ(harness.State(), columns + "+I ann 12:10 12:20 8\n");

  const WindowCase hop{plan::WindowSpec::HOP, 10 * kMinute, 5 * kMinute};
  OperatorHarness hopping(Node(hop, plan::WindowAggregate::SINGLE), Input(), Output());
  hopping.Push("+I ann 1 12:01\n+I ann 2 12:06\n+I ann 4 12:07");
  EXPECT_EQ(hopping.State(), "window: key*, slice_end, SUM\n+I ann 12:05 1\n+I ann 12:10 6\n");
}

}  // namespace
}  // namespace weir
