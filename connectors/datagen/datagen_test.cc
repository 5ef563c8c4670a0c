#include "connectors/datagen/datagen.h"

#include <gtest/gtest.h>

#include "connectors/testing/recording_output.h"

namespace weir {
namespace {

class StepClock : public Clock {
 public:
  Timestamp WallNow() const override { return nanos / 1000000; }
  int64_t MonotonicNanos() const override { return nanos; }
  int64_t nanos = 1700000000000000000;
};

struct Harness {
  explicit Harness(const TableInfo& table) {
    auto made = DatagenConnector().make_source(table);
    EXPECT_TRUE(made.ok()) << made.status();
    source = std::move(*made);
    context.projection = AllColumns(table);
    context.clock = &clock;
    auto discovery = source->MakeDiscovery();
    splits = *(*discovery)->Discover(false);
  }
  std::unique_ptr<SourceReader> Reader(size_t begin, size_t end) {
    auto reader = source->MakeReader(context);
    for (size_t i = begin; i < end; ++i) {
      EXPECT_EQ((*reader)->AddSplit(static_cast<int32_t>(i), splits[i]), OkStatus());
    }
    (*reader)->NoMoreSplits();
    return std::move(*reader);
  }
  StepClock clock;
  SourceReaderContext context;
  std::unique_ptr<Source> source;
  std::vector<SourceSplit> splits;
};

TEST(DatagenTest, SequenceIsBoundedAndGoesOnFromItsPosition) {
  Harness harness(TableOf({{"q", DataType::BigInt()}, {"s", DataType::String()}},
                          {{"fields.q.kind", "sequence"},
                           {"fields.q.start", "1"},
                           {"fields.q.end", "5"},
                           {"fields.s.kind", "sequence"},
                           {"fields.s.start", "7"},
                           {"fields.s.end", "99"}}));
  EXPECT_TRUE(harness.source->bounded());
  auto reader = harness.Reader(0, 1);
  harness.clock.nanos += 1000000000;
  RecordingOutput out;
  EXPECT_EQ(*reader->Poll(out, 2), PollResult::kMore);
  EXPECT_EQ(*reader->Poll(out, 2), PollResult::kMore);
  EXPECT_EQ(out.values, (std::vector<std::string>{"1|7", "2|8", "3|9", "4|10"}));
  harness.splits[0].position = *reader->Position(0);

  auto restored = harness.Reader(0, 1);
  RecordingOutput rest;
  EXPECT_EQ(*restored->Poll(rest, 2), PollResult::kMore);
  EXPECT_EQ(*restored->Poll(rest, 2), PollResult::kFinished);
  EXPECT_EQ(rest.values, (std::vector<std::string>{"5|11"}));
  EXPECT_EQ(rest.finished, std::vector<int32_t>{0});
}

TEST(DatagenTest, KeepsTheRateAndSaysWhenToPollAgain) {
  Harness harness(TableOf({{"i", DataType::Int()}}, {{"rows-per-second", "100"}}));
  EXPECT_FALSE(harness.source->bounded());
  auto reader = harness.Reader(0, 1);
  RecordingOutput out;
  EXPECT_EQ(*reader->Poll(out, 4096), PollResult::kMore);
  EXPECT_EQ(out.values.size(), 1u);
  EXPECT_EQ(*reader->Poll(out, 4096), PollResult::kIdle);
  EXPECT_EQ(reader->NextPoll(), harness.clock.SteadyNow() + 10);
  harness.clock.nanos += 500000000;
  EXPECT_EQ(*reader->Poll(out, 4096), PollResult::kMore);
  EXPECT_EQ(out.values.size(), 51u);
}

TEST(DatagenTest, SplitsTakeTurnsAndMakeEachRowOnce) {
  Harness harness(TableOf({{"q", DataType::Int()}}, {{"fields.q.kind", "sequence"},
                                                     {"fields.q.start", "0"},
                                                     {"fields.q.end", "10"},
                                                     {"scan.parallelism", "3"}}));
  ASSERT_EQ(harness.splits.size(), 3u);
  std::vector<int> seen;
  for (size_t i = 0; i < 3; ++i) {
    auto reader = harness.Reader(i, i + 1);
    harness.clock.nanos += 1000000000;
    RecordingOutput out;
    while (*reader->Poll(out, 4096) == PollResult::kMore) {
    }
    for (const std::string& value : out.values) seen.push_back(std::stoi(value));
  }
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
}

TEST(DatagenTest, RandomCellsOfEveryTypeKeepTheirLimitsAndRepeat) {
  TableInfo table =
      TableOf({{"i", DataType::Int()},
               {"s", DataType::String()},
               {"b", DataType::Boolean()},
               {"d", DataType::Decimal(6, 2)},
               {"a", DataType::Array(DataType::Int())},
               {"r", DataType::Row({{"x", DataType::TinyInt()}, {"y", DataType::Char(3)}})},
               {"m", DataType::Map(DataType::String(), DataType::Double())},
               {"ts", DataType::Timestamp(3)},
               {"dt", DataType::Date()},
               {"n", DataType::Int()},
               {"by", DataType::Bytes()}},
              {{"number-of-rows", "500"},
               {"fields.i.min", "-3"},
               {"fields.i.max", "3"},
               {"fields.s.length", "4"},
               {"fields.a.length", "2"},
               {"fields.a.element.max", "9"},
               {"fields.a.element.min", "0"},
               {"fields.r.x.min", "5"},
               {"fields.r.x.max", "5"},
               {"fields.ts.max-past", "1 h"},
               {"fields.n.null-rate", "0.5"}});
  Harness harness(table);
  auto reader = harness.Reader(0, 1);
  harness.clock.nanos += 10000000000;
  RecordingOutput first, second;
  while (*reader->Poll(first, 4096) == PollResult::kMore) {
  }
  ASSERT_EQ(first.values.size(), 500u);
  bool seen[7] = {};
  size_t nulls = 0;
  for (const std::string& value : first.values) {
    int i = std::stoi(value);
    ASSERT_TRUE(i >= -3 && i <= 3) << value;
    seen[i + 3] = true;
    ASSERT_EQ(value.find('|', value.find('|') + 1) - value.find('|'), 5u) << value;
    ASSERT_NE(value.find("|+I[5, "), std::string::npos) << value;
    nulls += value.find("|null|") != std::string::npos;
  }
  for (bool each : seen) EXPECT_TRUE(each);
  EXPECT_GT(nulls, 150u);
  EXPECT_LT(nulls, 350u);
  // The same rows again, as after a failure (the clock stands still here).
  auto again = harness.Reader(0, 1);
  harness.clock.nanos += 0;
  while (*again->Poll(second, 4096) == PollResult::kMore) harness.clock.nanos += 0;
  ASSERT_FALSE(second.values.empty());
  EXPECT_EQ(second.values[0].substr(0, 8), first.values[0].substr(0, 8));
}

}  // namespace
}  // namespace weir
