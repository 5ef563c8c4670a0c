#include <algorithm>
#include <map>
#include <random>

#include "operators/operator_harness.h"

namespace weir {
namespace {

constexpr int64_t kMinute = 60'000;

struct SessionCase {
  std::string function = "SUM";
  bool distinct = false;
  bool retracts = false;
};

Schema Input() {
  return Schema(
      {{"key", DataType::String()}, {"n", DataType::Int()}, {"ts", DataType::Timestamp(3)}});
}

// GROUP BY key, session with a gap of ten minutes: the aggregate, start, end.
OperatorHarness Sessions(const SessionCase& c = {}) {
  plan::OperatorNode node;
  auto* window = node.mutable_window_aggregate();
  window->mutable_window()->set_kind(plan::WindowSpec::SESSION);
  window->mutable_window()->set_size_ms(10 * kMinute);
  window->mutable_window()->set_time_column(2);
  window->add_keys(0);
  const bool count = c.function == "COUNT";
  const DataType result = count ? DataType::BigInt().NotNull() : DataType::Int();
  AddCall(c.function, {1}, {DataType::Int()}, result, window->add_aggregates());
  window->mutable_aggregates(0)->set_distinct(c.distinct);
  if (c.retracts) {
    window->mutable_aggregates(0)->set_retraction(plan::AggregateCall::KEEPS_VALUES);
  }
  window->add_properties(plan::WindowAggregate::WINDOW_START);
  window->add_properties(plan::WindowAggregate::WINDOW_END);
  return OperatorHarness(std::move(node), Input(),
                         Schema({{"key", DataType::String()},
                                 {"result", result},
                                 {"window_start", DataType::Timestamp(3).NotNull()},
                                 {"window_end", DataType::Timestamp(3).NotNull()}}));
}

// The rows themselves.
OperatorHarness SessionRows() {
  plan::OperatorNode node;
  auto* window = node.mutable_window_table_function();
  window->mutable_window()->set_kind(plan::WindowSpec::SESSION);
  window->mutable_window()->set_size_ms(10 * kMinute);
  window->mutable_window()->set_time_column(2);
  window->add_partition(0);
  std::vector<Field> fields = Input().fields();
  fields.push_back({"window_start", DataType::Timestamp(3).NotNull()});
  fields.push_back({"window_end", DataType::Timestamp(3).NotNull()});
  fields.push_back({"window_time", DataType::Timestamp(3).NotNull()});
  return OperatorHarness(std::move(node), Input(), Schema(std::move(fields)));
}

std::string Sorted(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line + "\n");
  std::sort(lines.begin(), lines.end());
  std::string out;
  for (const std::string& line : lines) out += line;
  return out;
}

TEST(SessionWindowTest, FiresOneMillisecondBeforeItsEnd) {
  OperatorHarness harness = Sessions();
  harness.Push("+I ann 1 12:01\n+I bob 2 12:02\n+I ann 4 12:05");
  harness.AdvanceWatermark("12:14:59.998");
  EXPECT_EQ(harness.TakeOutput(), "+I bob 2 12:02 12:12\n");
  harness.AdvanceWatermark("12:14:59.999");
  EXPECT_EQ(harness.TakeOutput(), "+I ann 5 12:01 12:15\n");
  harness.EndInput();
  EXPECT_EQ(harness.TakeOutput(), "");
}

TEST(SessionWindowTest, RowsOneGapApartAreOfOneSession) {
  OperatorHarness harness = Sessions();
  harness.Push("+I ann 1 12:00\n+I ann 2 12:10\n+I ann 4 12:20:00.001").EndInput();
  EXPECT_EQ(harness.TakeOutput(), "+I ann 3 12:00 12:20\n+I ann 4 12:20:00.001 12:30:00.001\n");
  harness = Sessions();
  harness.Push("+I ann 2 12:10").Push("+I ann 1 12:00").EndInput();
  EXPECT_EQ(harness.TakeOutput(), "+I ann 3 12:00 12:20\n");
}

TEST(SessionWindowTest, ARowBetweenTwoSessionsMakesThemOne) {
  for (bool at_once : {false, true}) {
    OperatorHarness harness = Sessions();
    const std::string rows[] = {"+I ann 1 12:00", "+I ann 2 12:15",  "+I ann 4 12:30",
                                "+I ann 8 12:22", "+I ann 16 12:07", "+I bob 32 12:07"};
    std::string all;
    for (const std::string& row : rows) {
      if (!at_once) harness.Push(row);
      all += row + "\n";
    }
    if (at_once) harness.Push(all);
    harness.EndInput();
    EXPECT_EQ(harness.TakeOutput(), "+I bob 32 12:07 12:17\n+I ann 31 12:00 12:40\n") << at_once;
  }
}

TEST(SessionWindowTest, ARowIsLateWhenItsSessionIsOver) {
  OperatorHarness harness = Sessions();
  harness.Push("+I ann 1 12:00\n+I ann 2 12:15").AdvanceWatermark("12:20");
  EXPECT_EQ(harness.TakeOutput(), "+I ann 1 12:00 12:10\n");
  // Ended already; not yet; ended, but of a session that has not.
  harness.Push("+I ann 4 12:04\n+I bob 8 12:10:00.002\n+I ann 16 12:06");
  harness.EndInput();
  EXPECT_EQ(harness.TakeOutput(), "+I bob 8 12:10:00.002 12:20:00.002\n+I ann 18 12:06 12:25\n");
  EXPECT_EQ(harness.counters["numLateRecordsDropped"], 1);
}

TEST(SessionWindowTest, DistinctValuesOfTwoSessionsCountOnce) {
  OperatorHarness harness = Sessions({.function = "COUNT", .distinct = true});
  harness.Push("+I ann 1 12:00\n+I ann 2 12:01\n+I ann 2 12:20\n+I ann 3 12:21\n+I ann 3 13:00");
  harness.Push("+I ann 1 12:10").EndInput();
  EXPECT_EQ(harness.TakeOutput(), "+I ann 3 12:00 12:31\n+I ann 1 13:00 13:10\n");
  harness = Sessions({.function = "COUNT", .distinct = true});
  harness.Push("+I ann 1 12:00").AdvanceWatermark("12:30");
  harness.Push("+I ann 1 12:40").EndInput();  // nothing is left of the first
  EXPECT_EQ(harness.TakeOutput(), "+I ann 1 12:00 12:10\n+I ann 1 12:40 12:50\n");
}

TEST(SessionWindowTest, RowsAreTakenBack) {
  OperatorHarness harness = Sessions({.function = "MAX", .retracts = true});
  harness.Push("+I ann 9 12:00\n+I ann 2 12:01\n+I ann 7 12:20\n+I bob 1 12:00\n-D bob 1 12:00");
  harness.Push("+I ann 3 12:10\n-U ann 9 12:00\n+U ann 4 12:00").EndInput();
  EXPECT_EQ(harness.TakeOutput(), "+I ann 7 12:00 12:30\n");
  harness = Sessions({.function = "MAX", .retracts = true});
  harness.Push("+I ann 9 12:00\n+I ann 7 12:20\n+I ann 3 12:10\n-D ann 7 12:20\n-D ann 9 12:00");
  harness.EndInput();
  EXPECT_EQ(harness.TakeOutput(), "+I ann 3 12:00 12:30\n");
}

TEST(SessionWindowTest, RowsWaitForTheEndOfTheirSession) {
  OperatorHarness harness = SessionRows();
  harness.Push("+I ann 1 12:15\n+I bob 2 12:00\n-U ann 3 12:05").AdvanceWatermark("12:24:59.998");
  EXPECT_EQ(harness.TakeOutput(), "+I bob 2 12:00 12:00 12:10 12:09:59.999\n");
  harness.AdvanceWatermark("12:24:59.999");
  EXPECT_EQ(harness.TakeOutput(),
            "+I ann 1 12:15 12:05 12:25 12:24:59.999\n-U ann 3 12:05 12:05 12:25 12:24:59.999\n");
  harness.Push("+I ann 4 12:40\n+I ann 5 12:58\n+I ann 6 12:49").EndInput();
  EXPECT_EQ(harness.TakeOutput(),
            "+I ann 4 12:40 12:40 13:08 13:07:59.999\n+I ann 5 12:58 12:40 13:08 13:07:59.999\n"
            "+I ann 6 12:49 12:40 13:08 13:07:59.999\n");
}

// ---- Whatever comes, in whatever batches: as row by row.

struct Row {
  std::string key;
  int n;
  int64_t time;
};
struct Session {
  int64_t start, end;
  int sum;
};

class Model {
 public:
  void Add(const Row& row) {
    Session made{row.time, row.time + 10 * kMinute, row.n};
    std::vector<Session>& sessions = sessions_[row.key];
    std::vector<Session> apart;
    for (const Session& s : sessions) {
      if (s.start > made.end || s.end < made.start) {
        apart.push_back(s);
        continue;
      }
      made = {std::min(made.start, s.start), std::max(made.end, s.end), made.sum + s.sum};
    }
    if (made.end - 1 <= watermark_) return;
    apart.push_back(made);
    sessions = apart;
  }
  std::string Advance(int64_t watermark) {
    watermark_ = watermark;
    std::string out;
    for (auto& key : sessions_) {
      std::erase_if(key.second, [&](const Session& s) {
        if (s.end - 1 > watermark) return false;
        out += Text(key.first, s);
        return true;
      });
    }
    return Sorted(out);
  }

  static std::string Clock(int64_t ms) {
    char text[32];
    std::snprintf(text, sizeof(text), "%02d:%02d", static_cast<int>(ms / 3'600'000),
                  static_cast<int>(ms / 60'000 % 60));
    return text;
  }

 private:
  static std::string Text(const std::string& key, const Session& s) {
    return "+I " + key + " " + std::to_string(s.sum) + " " + Clock(s.start) + " " + Clock(s.end) +
           "\n";
  }
  std::map<std::string, std::vector<Session>> sessions_;
  int64_t watermark_ = kMinTimestamp;
};

TEST(SessionWindowTest, AsRowByRow) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<uint32_t>(n)); };
    OperatorHarness harness = Sessions();
    Model model;
    const int keys = 1 + pick(5), spread = 20 + pick(100);
    int64_t now = 0;
    for (int step = 0; step < 30; ++step) {
      std::string batch;
      for (int rows = 1 + pick(20); rows > 0; --rows) {
        const Row row{std::string(1, static_cast<char>('a' + pick(keys))), pick(100),
                      (now + pick(spread)) * kMinute};
        model.Add(row);
        batch +=
            "+I " + row.key + " " + std::to_string(row.n) + " " + Model::Clock(row.time) + "\n";
      }
      harness.Push(batch);
      now += pick(25);
      harness.AdvanceWatermark(Model::Clock(now * kMinute));
      ASSERT_EQ(Sorted(harness.TakeOutput()), model.Advance(now * kMinute)) << seed << " " << step;
    }
    harness.EndInput();
    ASSERT_EQ(Sorted(harness.TakeOutput()), model.Advance(kMaxTimestamp)) << seed;
  }
}

TEST(SessionWindowTest, PeopleSeeItsSessions) {
  OperatorHarness harness = Sessions();
  harness.Push("+I ann 1 12:01\n+I ann 2 12:06\n+I bob 4 12:07\n+I ann 8 12:30");
  const std::string columns = "sessions: key*, window_start, window_end, SUM\n";
  EXPECT_EQ(harness.State(), columns +
                                 "+I ann 12:01 12:16 3\n+I ann 12:30 12:40 8\n"
                                 "+I bob 12:07 12:17 4\n");
  EXPECT_EQ(harness.State("ann"), columns + "+I ann 12:01 12:16 3\n+I ann 12:30 12:40 8\n");
  EXPECT_EQ(harness.State("an"), columns);
  OperatorHarness rows = SessionRows();
  rows.Push("+I ann 1 12:01\n-D ann 2 12:06\n+I bob 4 12:07\n+I ann 8 12:30");
  EXPECT_EQ(rows.State(),
            "rows: key*, n, ts\n+I ann 1 12:01\n+I ann 8 12:30\n+I bob 4 12:07\n-D ann 2 12:06\n");
  EXPECT_EQ(rows.State("ann"),
            "rows: key*, n, ts\n+I ann 1 12:01\n+I ann 8 12:30\n-D ann 2 12:06\n");
}

}  // namespace
}  // namespace weir
