#include "taskmanager/operator_chain.h"

#include <gtest/gtest.h>

#include "taskmanager/task_harness.h"

namespace weir {
namespace {

class Recorder : public ChainOutput {
 public:
  bool HasCapacity() const override { return room > 0; }
  void WriteBatch(int edge, Batch batch) override {
    --room;
    lines.push_back(std::to_string(edge) + ": " + Text(batch));
  }
  void WriteWatermark(int edge, Watermark watermark) override {
    lines.push_back(std::to_string(edge) + ": w" + std::to_string(watermark.time));
  }
  std::vector<std::string> Take() { return std::exchange(lines, {}); }
  int room = 1000;
  std::vector<std::string> lines;
};

struct Built {
  std::unique_ptr<OperatorChain> chain;
  std::vector<TestOperator*> ops;
  std::vector<std::shared_ptr<std::atomic<bool>>> woken;
};

// Operators by their parents; each of `edges` reads one of them.
Built Build(const std::vector<int>& parents, const std::vector<int>& edge_nodes,
            ChainOutput& output) {
  Built built;
  std::vector<OperatorChain::Node> nodes;
  for (size_t i = 0; i < parents.size(); ++i) {
    OperatorChain::Node node;
    auto op = std::make_unique<TestOperator>();
    built.ops.push_back(op.get());
    node.op = std::move(op);
    node.name = "op" + std::to_string(i);
    node.parent = parents[i];
    built.woken.push_back(node.woken);
    for (size_t e = 0; e < edge_nodes.size(); ++e) {
      if (edge_nodes[e] == static_cast<int>(i)) node.edges.push_back(static_cast<int>(e));
    }
    nodes.push_back(std::move(node));
  }
  built.chain = std::make_unique<OperatorChain>(std::move(nodes), output);
  return built;
}

constexpr int64_t kForever = std::numeric_limits<int64_t>::max();

OperatorChain::State RunChain(OperatorChain& chain, int64_t until = kForever) {
  ManualClock clock;
  auto state = chain.Run(clock, until);
  EXPECT_TRUE(state.ok()) << state.status();
  return *state;
}

TEST(OperatorChainTest, FansOutToChildrenAndEdges) {
  Recorder output;
  // 0 feeds 1 and 2 and edge 0; 1 feeds edge 1; 2 feeds edge 2.
  Built built = Build({-1, 0, 0}, {0, 1, 2}, output);
  built.ops[2]->batch = [](int, Batch batch, Collector& out) -> StatusOr<Progress> {
    out.Emit(0, batch.Slice(0, 1));
    out.Emit(1, batch);  // nobody reads the second output
    return Progress::kDone;
  };
  built.chain->PushBatch(0, Pairs({{"a", 1}, {"b", 2}}));
  EXPECT_EQ(RunChain(*built.chain), OperatorChain::State::kIdle);
  EXPECT_EQ(output.Take(), (std::vector<std::string>{"0: +I a 1\n+I b 2\n", "2: +I a 1\n",
                                                     "1: +I a 1\n+I b 2\n"}));
}

TEST(OperatorChainTest, FlushesBeforeTheWatermarkAndForwardsItLast) {
  Recorder output;
  Built built = Build({-1, 0}, {1}, output);
  std::vector<std::string> calls;
  built.ops[0]->flush = [&](FlushReason reason, Collector& out) -> StatusOr<Progress> {
    calls.push_back("flush0");
    EXPECT_EQ(reason, FlushReason::kWatermark);
    out.Emit(0, Pairs({{"flushed", 1}}));
    return Progress::kDone;
  };
  built.ops[0]->watermark = [&](Watermark w, Collector& out) -> StatusOr<Progress> {
    calls.push_back("watermark0");
    out.Emit(0, Pairs({{"fired", w.time}}));
    return Progress::kDone;
  };
  built.ops[1]->watermark = [&](Watermark, Collector&) -> StatusOr<Progress> {
    calls.push_back("watermark1");
    return Progress::kDone;
  };
  built.chain->PushWatermark({7, false});
  EXPECT_EQ(RunChain(*built.chain), OperatorChain::State::kIdle);
  EXPECT_EQ(calls, (std::vector<std::string>{"flush0", "watermark0", "watermark1"}));
  EXPECT_EQ(output.Take(),
            (std::vector<std::string>{"0: +I flushed 1\n", "0: +I fired 7\n", "0: w7"}));
  EXPECT_EQ(built.chain->watermark(), 7);
}

// However much a watermark makes, no step is unbounded: the children work between the resumes.
TEST(OperatorChainTest, ResumesAndKeepsOnePendingBatchPerNode) {
  Recorder output;
  Built built = Build({-1, 0}, {1}, output);
  int left = 100;
  int pending = 0;
  int most = 0;
  auto emit = [&](Collector& out) -> StatusOr<Progress> {
    if (left == 0) return Progress::kDone;
    --left;
    most = std::max(most, ++pending);
    out.Emit(0, Pairs({{"x", left}}));
    return Progress::kMore;
  };
  built.ops[0]->watermark = [&](Watermark, Collector& out) { return emit(out); };
  built.ops[0]->resume = emit;
  built.ops[1]->batch = [&](int, Batch batch, Collector& out) -> StatusOr<Progress> {
    --pending;
    out.Emit(0, std::move(batch));
    return Progress::kDone;
  };
  built.chain->PushWatermark({1, false});
  EXPECT_EQ(RunChain(*built.chain, 0), OperatorChain::State::kMore);  // the time is up at once
  EXPECT_FALSE(built.chain->idle());
  EXPECT_EQ(RunChain(*built.chain), OperatorChain::State::kIdle);
  EXPECT_EQ(most, 1);
  EXPECT_EQ(output.lines.size(), 101u);
  EXPECT_EQ(output.lines.back(), "0: w1");
}

TEST(OperatorChainTest, StopsWhenTheOutputIsFullAndGoesOnWhenItIsNot) {
  Recorder output;
  output.room = 1;
  Built built = Build({-1, 0}, {1}, output);
  built.ops[0]->batch = [](int, Batch batch, Collector& out) -> StatusOr<Progress> {
    for (int i = 0; i < 3; ++i) out.Emit(0, batch);
    return Progress::kDone;
  };
  built.chain->PushBatch(0, Pairs({{"a", 1}}));
  EXPECT_EQ(RunChain(*built.chain), OperatorChain::State::kOutputFull);
  EXPECT_EQ(output.lines.size(), 1u);
  output.room = 5;
  EXPECT_EQ(RunChain(*built.chain), OperatorChain::State::kIdle);
  EXPECT_EQ(output.lines.size(), 3u);
}

TEST(OperatorChainTest, WaitsForTheWakeOfABlockedOperator) {
  Recorder output;
  Built built = Build({-1}, {0}, output);
  bool ready = false;
  built.ops[0]->batch = [](int, Batch, Collector&) -> StatusOr<Progress> {
    return Progress::kBlocked;
  };
  built.ops[0]->resume = [&](Collector& out) -> StatusOr<Progress> {
    if (!ready) return Progress::kBlocked;
    out.Emit(0, Pairs({{"done", 1}}));
    return Progress::kDone;
  };
  built.chain->PushBatch(0, Pairs({{"a", 1}}));
  EXPECT_EQ(RunChain(*built.chain), OperatorChain::State::kBlocked);
  EXPECT_EQ(RunChain(*built.chain), OperatorChain::State::kBlocked);
  ready = true;
  EXPECT_EQ(RunChain(*built.chain), OperatorChain::State::kBlocked) << "nobody called wake";
  built.woken[0]->store(true);
  EXPECT_EQ(RunChain(*built.chain), OperatorChain::State::kIdle);
  EXPECT_EQ(output.lines.size(), 1u);
}

TEST(OperatorChainTest, RunsOnlyTheTimersThatAreDue) {
  Recorder output;
  Built built = Build({-1, 0}, {1}, output);
  std::optional<Timestamp> first = 10;
  std::optional<Timestamp> second = 20;
  built.ops[0]->next_timer = [&] { return first; };
  built.ops[1]->next_timer = [&] { return second; };
  built.ops[0]->timer = [&](Timestamp now, Collector& out) -> StatusOr<Progress> {
    first.reset();
    out.Emit(0, Pairs({{"timer", now}}));
    return Progress::kDone;
  };
  EXPECT_EQ(built.chain->NextTimer(), 10);
  built.chain->PushTimer(15);
  EXPECT_EQ(RunChain(*built.chain), OperatorChain::State::kIdle);
  EXPECT_EQ(output.Take(), (std::vector<std::string>{"0: +I timer 15\n"}));
  EXPECT_EQ(built.chain->NextTimer(), 20);
}

TEST(OperatorChainTest, NamesTheOperatorInErrors) {
  Recorder output;
  Built built = Build({-1, 0}, {}, output);
  built.ops[1]->batch = [](int, Batch, Collector&) -> StatusOr<Progress> {
    return UnavailableError("the database is gone");
  };
  built.chain->PushBatch(0, Pairs({{"a", 1}}));
  ManualClock clock;
  auto state = built.chain->Run(clock, kForever);
  EXPECT_EQ(state.status(), UnavailableError("op1: the database is gone"));
}

}  // namespace
}  // namespace weir
