#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "taskmanager/exchange/input_gate.h"
#include "taskmanager/exchange/output_writer.h"
#include "taskmanager/task_harness.h"

namespace weir {
namespace {

// A channel that keeps what is sent.
class Kept : public OutputChannel {
 public:
  struct Log {
    std::vector<std::string> sent;
    std::map<std::string, int> keys;
    int batches = 0;
    int flushes = 0;
    bool room = true;
  };
  explicit Kept(Log& log) : log_(log) {}
  bool HasCapacity() override { return log_.room; }
  void Send(StreamElement element) override {
    if (const Batch* batch = std::get_if<Batch>(&element)) {
      log_.sent.push_back(Text(*batch));
      ++log_.batches;
      for (size_t i = 0; i < batch->rows(); ++i)
        ++log_.keys[batch->column(0)->GetValue(i).string()];
    } else if (const Watermark* w = std::get_if<Watermark>(&element)) {
      log_.sent.push_back("w" + std::to_string(w->time));
    } else if (const CheckpointBarrier* b = std::get_if<CheckpointBarrier>(&element)) {
      log_.sent.push_back("b" + std::to_string(b->id.value()));
    } else {
      log_.sent.push_back("end");
    }
  }
  void Flush() override { ++log_.flushes; }

 private:
  Log& log_;
};

struct Writer {
  explicit Writer(Routing routing, size_t targets, size_t max_rows = 4, int64_t timeout = 100)
      : logs(targets) {
    std::vector<OutputWriter::Edge> edges(1);
    edges[0].routing = routing;
    edges[0].keys = {0};
    edges[0].schema = PairSchema();
    for (Kept::Log& log : logs) edges[0].channels.push_back(std::make_unique<Kept>(log));
    writer = std::make_unique<OutputWriter>(std::move(edges),
                                            OutputWriter::Options{max_rows, timeout, &clock});
  }
  void Write(const std::vector<std::pair<std::string, int64_t>>& rows) {
    writer->WriteBatch(0, Pairs(rows));
  }
  ManualClock clock;
  std::vector<Kept::Log> logs;
  std::unique_ptr<OutputWriter> writer;
};

using Lines = std::vector<std::string>;

TEST(OutputWriterTest, PutsSmallBatchesTogetherAndKeepsTheOrder) {
  Writer w(Routing::kForward, 1);
  w.Write({{"a", 1}});
  w.Write({{"b", 2}});
  EXPECT_EQ(w.logs[0].sent, Lines{});
  w.writer->WriteWatermark(0, {5, false});  // everything before it goes first
  EXPECT_EQ(w.logs[0].sent, (Lines{"+I a 1\n+I b 2\n", "w5"}));
  w.Write({{"c", 3}});
  w.Write({{"d", 4}, {"e", 5}, {"f", 6}, {"g", 7}});  // full at four rows
  EXPECT_EQ(w.logs[0].sent.back(), "+I c 3\n+I d 4\n+I e 5\n+I f 6\n");
  w.writer->WriteBarrier(CheckpointId(9));
  w.writer->WriteEnd(std::nullopt);
  EXPECT_EQ(Lines(w.logs[0].sent.end() - 3, w.logs[0].sent.end()),
            (Lines{"+I g 7\n", "b9", "end"}));
  EXPECT_EQ(w.writer->rows_out(), 7);
}

TEST(OutputWriterTest, LargeBatchesPassUncopiedAndNeverExceedTheLimit) {
  Writer w(Routing::kForward, 1, 4);
  w.Write({{"a", 1}, {"b", 2}, {"c", 3}, {"d", 4}, {"e", 5}});
  EXPECT_EQ(w.logs[0].sent, (Lines{"+I a 1\n+I b 2\n+I c 3\n+I d 4\n", "+I e 5\n"}));
  Writer one(Routing::kHash, 3, 1);  // batch size 1
  one.Write({{"a", 1}, {"a", 2}, {"b", 3}});
  int batches = 0;
  for (const Kept::Log& log : one.logs) batches += log.batches;
  EXPECT_EQ(batches, 3);
}

TEST(OutputWriterTest, RoutesByKeyGroup) {
  const size_t targets = 3;
  Writer w(Routing::kHash, targets, 1000);
  std::vector<std::pair<std::string, int64_t>> rows;
  for (int i = 0; i < 500; ++i) rows.emplace_back("key" + std::to_string(i % 100), i);
  w.Write(rows);
  w.writer->Flush();
  KeyCodec codec({DataType::String()});
  EncodedKeys keys;
  Batch batch = Pairs(rows);
  std::vector<ColumnPtr> columns = {batch.column(0)};
  codec.Encode(columns, batch.rows(), keys);
  std::map<std::string, size_t> expected;
  for (size_t i = 0; i < rows.size(); ++i) {
    expected[rows[i].first] =
        static_cast<size_t>(SubtaskOf(KeyGroupOf(keys.hash(i), 128), targets, 128));
  }
  size_t seen = 0;
  for (size_t t = 0; t < targets; ++t) {
    EXPECT_GT(w.logs[t].keys.size(), 10u);
    for (const auto& [key, count] : w.logs[t].keys) {
      EXPECT_EQ(expected[key], t) << key;
      EXPECT_EQ(count, 5);
      ++seen;
    }
  }
  EXPECT_EQ(seen, 100u);
}

TEST(OutputWriterTest, RebalancesBroadcastsAndSendsToOne) {
  Writer turns(Routing::kRebalance, 2, 1);
  turns.Write({{"a", 1}, {"b", 2}, {"c", 3}});
  EXPECT_EQ(turns.logs[0].sent, (Lines{"+I a 1\n", "+I c 3\n"}));
  EXPECT_EQ(turns.logs[1].sent, (Lines{"+I b 2\n"}));
  Writer all(Routing::kBroadcast, 2, 1);
  all.Write({{"a", 1}});
  Writer one(Routing::kSingleton, 2, 1);
  one.Write({{"a", 1}});
  one.writer->WriteEnd(std::nullopt);
  for (const Kept::Log& log : all.logs) EXPECT_EQ(log.sent, (Lines{"+I a 1\n"}));
  EXPECT_EQ(one.logs[0].sent, (Lines{"+I a 1\n", "end"}));
  EXPECT_EQ(one.logs[1].sent, (Lines{"end"}));
}

TEST(OutputWriterTest, FlushesAfterTheTimeoutAndKnowsWhenItIsFull) {
  Writer w(Routing::kHash, 2, 1000, 100);
  w.Write({{"a", 1}});
  w.clock.Advance(99);
  w.writer->FlushIfDue();
  EXPECT_EQ(w.logs[0].batches + w.logs[1].batches, 0);
  w.clock.Advance(1);
  w.writer->FlushIfDue();
  EXPECT_EQ(w.logs[0].batches + w.logs[1].batches, 1);
  EXPECT_EQ(w.logs[0].flushes, 1);
  w.clock.Advance(1000);
  w.writer->FlushIfDue();
  EXPECT_EQ(w.logs[0].flushes, 1) << "nothing was held back";
  EXPECT_TRUE(w.writer->HasCapacity());
  w.logs[1].room = false;  // one full target is enough
  EXPECT_FALSE(w.writer->HasCapacity());
}

TEST(ChannelQueueTest, WakesTheReceiverOnceAndTheSenderWhenThereIsRoom) {
  auto queue = std::make_shared<ChannelQueue>(1000);
  int data = 0;
  int room = 0;
  queue->SetReceiver([&] { ++data; });
  LocalChannel channel(queue, [&] { ++room; });
  Batch batch = Pairs(std::vector<std::pair<std::string, int64_t>>(20, {"0123456789", 1}));
  ASSERT_GT(batch.ByteSize(), 400u);
  int sent = 0;
  for (; channel.HasCapacity(); ++sent) channel.Send(batch);
  EXPECT_LE(sent, 3);
  EXPECT_EQ(data, 1);
  channel.Send(CheckpointBarrier{CheckpointId(1)});  // control always fits
  while (queue->Pop()) {
  }
  EXPECT_EQ(room, 1);
  EXPECT_TRUE(channel.HasCapacity());
  channel.Send(EndOfInput{});
  EXPECT_EQ(data, 2);
  queue->Close();
  channel.Send(batch);
  EXPECT_TRUE(queue->empty());
}

// A reader that takes 1 MB a second gets a queue of about 200 KB; one that waits for rows gets
// room.
TEST(ChannelQueueTest, TheCapacityFollowsTheReader) {
  ManualClock clock;
  ChannelQueue queue(1 << 20, clock);
  auto fill = [&] {
    while (queue.HasCapacity()) queue.Push(Watermark{1, false}, 10'000);
  };
  fill();
  EXPECT_GT(queue.bytes(), 1'000'000u);
  for (int i = 0; i < 300; ++i) {
    clock.Advance(10);
    ASSERT_TRUE(queue.Pop());
    fill();
  }
  EXPECT_GT(queue.bytes(), 150'000u);
  EXPECT_LT(queue.bytes(), 250'000u);
  for (int i = 0; i < 300; ++i) {
    clock.Advance(100);
    while (queue.Pop()) {
    }
    queue.Push(Watermark{1, false}, 10'000);
  }
  EXPECT_EQ(queue.capacity(), size_t{1} << 20);
}

TEST(ChannelQueueTest, KeepsTheOrderBetweenThreads) {
  ChannelQueue queue(1 << 10);
  std::thread sender([&] {
    for (int i = 0; i < 50000; ++i) queue.Push(Watermark{i, false}, 0);
  });
  for (int next = 0; next < 50000;) {
    std::optional<ChannelQueue::Entry> entry = queue.Pop();
    if (!entry) continue;
    ASSERT_EQ(std::get<Watermark>(entry->element).time, next++);
  }
  sender.join();
}

TEST(InputGateTest, TakesTurnsAndSkipsBlockedChannels) {
  std::vector<InputGate::Channel> channels;
  std::vector<std::shared_ptr<ChannelQueue>> queues;
  for (int i = 0; i < 3; ++i) {
    queues.push_back(std::make_shared<ChannelQueue>(1000));
    channels.push_back({i, queues.back()});
    for (int n = 0; n < 2; ++n) queues.back()->Push(Watermark{10 * i + n, false}, 1);
  }
  BarrierAligner aligner(3);
  InputGate gate(std::move(channels));
  aligner.OnBarrier(1, CheckpointId(1));
  std::vector<Timestamp> got;
  while (auto received = gate.Poll(aligner)) {
    got.push_back(std::get<Watermark>(received->element).time);
  }
  EXPECT_EQ(got, (std::vector<Timestamp>{0, 20, 1, 21}));
  EXPECT_FALSE(gate.HasInput(aligner));
  EXPECT_EQ(gate.queued_bytes(), 2u);
  aligner.OnCancel(CheckpointId(1));
  EXPECT_TRUE(gate.HasInput(aligner));
  EXPECT_EQ(gate.Poll(aligner)->channel, 1);
}

}  // namespace
}  // namespace weir
