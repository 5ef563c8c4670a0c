#include "operators/source.h"

#include <gtest/gtest.h>

#include "operators/expressions/expr.h"
#include "proto/plan.pb.h"

namespace weir {
namespace {

class ManualClock final : public Clock {
 public:
  Timestamp WallNow() const override { return now_ns / 1'000'000; }
  int64_t MonotonicNanos() const override { return now_ns; }
  int64_t now_ns = 0;
};

// A source of as many rows as are asked for, and how long the chain behind it takes over them.
class SourceBatchTest : public testing::Test, private Collector {
 protected:
  SourceBatchTest() {
    const Schema schema({{"n", DataType::Int()}});
    plan::Source& source = *node_.mutable_source();
    ToProto(schema, source.mutable_table()->mutable_schema());
    source.mutable_table()->set_physical_columns(1);
    (*source.mutable_table()->mutable_options())["connector"] = "datagen";
    (*source.mutable_table()->mutable_options())["rows-per-second"] = "1000000000";
    source.add_projection(0);
    ToProto(schema, node_.mutable_output());
    context_.node = &node_;
    context_.output_schema = std::make_shared<const Schema>(schema);
    context_.splits = &splits_;
    context_.clock = &clock_;
    context_.wake = [] {};
    EXPECT_EQ(source_.Open(context_, {}), OkStatus());
    EXPECT_EQ(source_.AddSplits({{.id = "rows-0", .position = "0"}}), OkStatus());
    clock_.now_ns = 1'000'000'000;
    source_.NoMoreSplits();
  }

  // The rows of the next batch, over which the chain takes so long.
  size_t Poll(int64_t chain_ms) {
    rows_ = 0;
    EXPECT_TRUE(source_.Poll(*this).ok());
    clock_.now_ns += chain_ms * 1'000'000;
    return rows_;
  }

  ManualClock clock_;
  TableSourceOperator source_;

 private:
  void Emit(int, Batch batch) override { rows_ += batch.rows(); }
  void EmitWatermark(Watermark) override {}

  plan::OperatorNode node_;
  SplitWatermarks splits_;
  OperatorContext context_;
  size_t rows_ = 0;
};

TEST_F(SourceBatchTest, BatchesAreFullWhileTheChainIsFast) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Poll(1), 4096u);
}

TEST_F(SourceBatchTest, ASlowChainGetsWhatItTakesInATenthOfASecond) {
  EXPECT_EQ(Poll(1000), 4096u);
  EXPECT_EQ(Poll(100), 409u);
  EXPECT_EQ(Poll(1000), 409u);
  EXPECT_EQ(Poll(100), 64u) << "never fewer: a row costs more alone";
}

TEST_F(SourceBatchTest, BatchesGrowAgainSlowly) {
  Poll(1000);
  EXPECT_EQ(Poll(1), 409u);
  EXPECT_EQ(Poll(1), 511u);
  EXPECT_EQ(Poll(1), 638u);
  for (int i = 0; i < 10; ++i) Poll(1);
  EXPECT_EQ(Poll(1), 4096u);
}

// A barrier comes while the chain is at it, and nothing is polled before it.
TEST_F(SourceBatchTest, AFlushTellsAsWell) {
  Poll(1000);
  class Nowhere final : public ::weir::Collector {
    void Emit(int, Batch) override {}
    void EmitWatermark(Watermark) override {}
  } nowhere;
  EXPECT_TRUE(source_.Flush(FlushReason::kBarrier, nowhere).ok());
  clock_.now_ns += 60'000'000'000;  // which is nothing that the batch took
  EXPECT_EQ(Poll(1), 409u);
}

}  // namespace
}  // namespace weir
