#include "taskmanager/exchange/grpc_transport.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "common/base/crc32c.h"
#include "common/data/batch_codec.h"
#include "proto/exchange.grpc.pb.h"
#include "taskmanager/task_harness.h"

namespace weir {
namespace {

TEST(Crc32cTest, IsTheStandardOne) {
  EXPECT_EQ(Crc32c("", 0), 0u);
  EXPECT_EQ(Crc32c("123456789", 9), 0xe3069283u);
  EXPECT_EQ(Crc32c(std::string(32, '\0').data(), 32), 0x8a9136aau);
}

// One status that a callback leaves and a test waits for.
class Failure {
 public:
  void Set(Status status) {
    std::lock_guard<std::mutex> lock(mutex_);
    ++times_;
    if (status_.ok()) status_ = std::move(status);
    set_.notify_all();
  }
  Status Wait(int ms = 10000) {
    std::unique_lock<std::mutex> lock(mutex_);
    set_.wait_for(lock, std::chrono::milliseconds(ms), [this] { return !status_.ok(); });
    return status_;
  }
  int times() {
    std::lock_guard<std::mutex> lock(mutex_);
    return times_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable set_;
  Status status_;
  int times_ = 0;
};

class GrpcTransportTest : public testing::Test {
 protected:
  GrpcTransportTest() : receiver_(Make()), sender_(Make()) {}

  static std::unique_ptr<GrpcTransport> Make() {
    auto transport = GrpcTransport::Start("127.0.0.1:0");
    CHECK(transport.ok()) << transport.status().ToString();
    return std::move(*transport);
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(receiver_->port()); }

  struct In {
    std::shared_ptr<ChannelQueue> queue =
        std::make_shared<ChannelQueue>(DataTransport::kWindowBytes);
    Failure failure;
  };
  // Channels 0 .. count-1 of edge 0, from subtask i to subtask 0.
  std::vector<In*> Open(const AttemptKey& attempt, uint32_t count) {
    std::vector<In*> ins;
    std::vector<DataTransport::Incoming> incoming;
    for (uint32_t i = 0; i < count; ++i) {
      kept_.push_back(std::make_unique<In>());
      In* in = kept_.back().get();
      ins.push_back(in);
      incoming.push_back(
          {{0, i, 0}, PairSchema(), in->queue, [in](Status s) { in->failure.Set(std::move(s)); }});
    }
    receiver_->Open(attempt, std::move(incoming));
    return ins;
  }
  std::unique_ptr<OutputChannel> Connect(const AttemptKey& attempt, uint32_t from) {
    return sender_->Connect(attempt, {address(),
                                      {0, from, 0},
                                      [this] { ++wakes_; },
                                      [this](Status s) { sent_.Set(std::move(s)); }});
  }
  static ChannelQueue::Entry Take(ChannelQueue& queue, int ms = 10000) {
    for (int i = 0; i < ms * 10; ++i) {
      if (auto entry = queue.Pop()) return std::move(*entry);
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
    ADD_FAILURE() << "nothing came";
    return {EndOfInput{}, 0};
  }

  // Callbacks reach them until the transports are gone.
  std::vector<std::unique_ptr<In>> kept_;
  std::atomic<int> wakes_{0};
  Failure sent_;
  std::unique_ptr<GrpcTransport> receiver_;
  std::unique_ptr<GrpcTransport> sender_;
};

const AttemptKey kFirst{"job", 1};

TEST_F(GrpcTransportTest, CarriesElementsInOrder) {
  auto ins = Open(kFirst, 2);
  auto a = Connect(kFirst, 0);
  auto b = Connect(kFirst, 1);
  for (int i = 0; i < 100; ++i) {
    a->Send(Pairs({{"a", i}}));
    if (i % 7 == 0) a->Flush();
  }
  a->Send(Watermark{5, false});
  a->Send(CheckpointBarrier{CheckpointId(3)});
  a->Send(EndOfInput{});
  b->Send(Pairs({{"b", 1}}));
  b->Flush();
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(Text(std::get<Batch>(Take(*ins[0]->queue).element)),
              "+I a " + std::to_string(i) + "\n");
  }
  EXPECT_EQ(std::get<Watermark>(Take(*ins[0]->queue).element).time, 5);
  EXPECT_EQ(std::get<CheckpointBarrier>(Take(*ins[0]->queue).element).id, CheckpointId(3));
  EXPECT_TRUE(std::holds_alternative<EndOfInput>(Take(*ins[0]->queue).element));
  EXPECT_EQ(Text(std::get<Batch>(Take(*ins[1]->queue).element)), "+I b 1\n");
}

// A sender that was deployed first waits for its receiver.
TEST_F(GrpcTransportTest, WaitsForTheAttemptToOpen) {
  auto a = Connect(kFirst, 0);
  a->Send(Pairs({{"early", 1}}));
  a->Flush();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  auto ins = Open(kFirst, 1);
  EXPECT_EQ(Text(std::get<Batch>(Take(*ins[0]->queue).element)), "+I early 1\n");
}

TEST_F(GrpcTransportTest, ABlockedChannelIsBoundedAndDoesNotBlockItsNeighbour) {
  auto ins = Open(kFirst, 2);
  auto blocked = Connect(kFirst, 0);
  auto free = Connect(kFirst, 1);
  const Batch batch =
      Pairs(std::vector<std::pair<std::string, int64_t>>(1000, {"0123456789abcdef", 1}));
  size_t stuck = 0;
  for (; blocked->HasCapacity(); ++stuck) blocked->Send(batch);
  EXPECT_LT(static_cast<int64_t>(stuck * batch.ByteSize()), 2 * DataTransport::kWindowBytes);
  // Nobody reads the first channel; ten windows pass on the second.
  std::thread reader([&] {
    for (size_t i = 0; i < 10 * stuck; ++i) {
      EXPECT_EQ(std::get<Batch>(Take(*ins[1]->queue).element).rows(), 1000u);
    }
  });
  for (size_t i = 0; i < 10 * stuck; ++i) {
    for (int wait = 0; !free->HasCapacity() && wait < 100000; ++wait) {
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
    ASSERT_TRUE(free->HasCapacity());
    free->Send(batch);
  }
  free->Flush();
  reader.join();
  EXPECT_FALSE(blocked->HasCapacity());
  const int wakes = wakes_;
  blocked->Flush();
  for (size_t i = 0; i < stuck; ++i) Take(*ins[0]->queue);
  for (int wait = 0; !blocked->HasCapacity() && wait < 10000; ++wait) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_TRUE(blocked->HasCapacity());
  EXPECT_GT(wakes_, wakes);
}

TEST_F(GrpcTransportTest, AnAttemptThatIsOverIsRefused) {
  auto old = Open(kFirst, 1);
  auto zombie = Connect(kFirst, 0);
  zombie->Send(Pairs({{"a", 1}}));
  zombie->Flush();
  Take(*old[0]->queue);
  auto ins = Open({"job", 2}, 1);  // the job was restarted
  EXPECT_FALSE(sent_.Wait().ok()) << "its stream is ended";
  GrpcTransport* late = sender_.get();
  Failure refused;
  auto channel = late->Connect(
      {"job", 0}, {address(), {0, 0, 0}, [] {}, [&](Status s) { refused.Set(std::move(s)); }});
  channel->Send(Pairs({{"zombie", 1}}));
  channel->Flush();
  EXPECT_EQ(refused.Wait().code(), StatusCode::kUnavailable);
  EXPECT_NE(refused.Wait().message().find("is over here"), std::string::npos) << refused.Wait();
  EXPECT_TRUE(ins[0]->queue->empty());
  EXPECT_EQ(ins[0]->failure.times(), 0) << "the new attempt does not notice";
}

// What is remembered of past attempts is bounded; what is here counts without it.
TEST_F(GrpcTransportTest, AnOlderAttemptIsRefusedForAsLongAsItsJobRuns) {
  auto ins = Open({"job", 2}, 1);
  for (int i = 0; i < 20'000; ++i) receiver_->Close({"other " + std::to_string(i), 1});
  Failure refused;
  auto zombie = sender_->Connect(
      {"job", 1}, {address(), {0, 0, 0}, [] {}, [&](Status s) { refused.Set(std::move(s)); }});
  zombie->Send(Pairs({{"zombie", 1}}));
  zombie->Flush();
  EXPECT_NE(refused.Wait().message().find("is over here"), std::string::npos) << refused.Wait();
  EXPECT_TRUE(ins[0]->queue->empty());
}

TEST_F(GrpcTransportTest, BothSidesNoticeABrokenStream) {
  auto ins = Open(kFirst, 2);
  auto live = Connect(kFirst, 0);
  auto ended = Connect(kFirst, 1);
  live->Send(Pairs({{"a", 1}}));
  live->Flush();
  ended->Send(EndOfInput{});
  Take(*ins[0]->queue);
  Take(*ins[1]->queue);
  sender_.reset();
  EXPECT_EQ(ins[0]->failure.Wait().code(), StatusCode::kUnavailable);
  EXPECT_EQ(ins[1]->failure.times(), 0) << "it had ended";
  EXPECT_EQ(sent_.times(), 0) << "who closes is not told";

  sender_ = Make();
  auto more = Open({"job", 3}, 1);
  auto again = Connect({"job", 3}, 0);
  again->Send(Pairs({{"a", 1}}));
  again->Flush();
  Take(*more[0]->queue);
  receiver_.reset();
  EXPECT_EQ(sent_.Wait().code(), StatusCode::kUnavailable);
}

TEST_F(GrpcTransportTest, NobodyThereIsUnavailable) {
  receiver_.reset();
  Failure failure;
  auto channel = sender_->Connect(
      kFirst, {"127.0.0.1:1", {0, 0, 0}, [] {}, [&](Status s) { failure.Set(std::move(s)); }});
  channel->Send(Pairs({{"a", 1}}));
  channel->Flush();
  EXPECT_EQ(failure.Wait().code(), StatusCode::kUnavailable);
  EXPECT_NE(failure.Wait().message().find("127.0.0.1:1"), std::string::npos);
  auto taken = GrpcTransport::Start("127.0.0.1:" + std::to_string(sender_->port()));
  EXPECT_EQ(taken.status().code(), StatusCode::kUnavailable);
}

// What only a broken network or a broken peer would send.
struct BadFrame {
  const char* name;
  std::function<void(rpc::ExchangeFrame&)> spoil;  // the second frame
  StatusCode code;
};
class BadFrameTest : public GrpcTransportTest, public testing::WithParamInterface<BadFrame> {};

TEST_P(BadFrameTest, KillsTheAttempt) {
  auto ins = Open(kFirst, 1);
  auto stub =
      rpc::Exchange::NewStub(grpc::CreateChannel(address(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  auto stream = stub->Open(&context);
  rpc::ExchangeFrame frame;
  frame.set_job_id("job");
  frame.set_attempt(1);
  frame.mutable_channel();
  std::string payload;
  AppendElement(Pairs({{"a", 1}}), payload);
  frame.set_payload(payload);
  frame.set_checksum(Crc32c(payload.data(), payload.size()));
  ASSERT_TRUE(stream->Write(frame));
  EXPECT_EQ(Text(std::get<Batch>(Take(*ins[0]->queue).element)), "+I a 1\n");
  frame.set_sequence(1);
  GetParam().spoil(frame);
  stream->Write(frame);
  Status failure = ins[0]->failure.Wait();
  EXPECT_EQ(failure.code(), GetParam().code) << failure;
  rpc::ExchangeCredit credit;
  while (stream->Read(&credit)) {
  }
  EXPECT_EQ(static_cast<int>(stream->Finish().error_code()), static_cast<int>(GetParam().code));
  EXPECT_TRUE(ins[0]->queue->empty());
  EXPECT_EQ(ins[0]->failure.times(), 1);
}

INSTANTIATE_TEST_SUITE_P(
    Frames, BadFrameTest,
    testing::Values(
        BadFrame{"gap", [](rpc::ExchangeFrame& f) { f.set_sequence(2); }, StatusCode::kAborted},
        BadFrame{"repeat", [](rpc::ExchangeFrame& f) { f.set_sequence(0); }, StatusCode::kAborted},
        BadFrame{"attempt", [](rpc::ExchangeFrame& f) { f.set_attempt(2); }, StatusCode::kAborted},
        BadFrame{"checksum", [](rpc::ExchangeFrame& f) { f.mutable_payload()->back() ^= 1; },
                 StatusCode::kDataLoss},
        BadFrame{"contents",
                 [](rpc::ExchangeFrame& f) {
                   f.set_payload(std::string(64, '\x7f'));
                   f.set_checksum(Crc32c(f.payload().data(), f.payload().size()));
                 },
                 StatusCode::kDataLoss},
        BadFrame{"empty",
                 [](rpc::ExchangeFrame& f) {
                   f.clear_payload();
                   f.set_checksum(0);
                 },
                 StatusCode::kDataLoss}),
    [](const auto& info) { return std::string(info.param.name); });

// How fast is a matter of bench/limits.
TEST_F(GrpcTransportTest, ManyBatchesPassWhileTheSenderWaitsForTheReader) {
  auto ins = Open(kFirst, 1);
  auto channel = Connect(kFirst, 0);
  const Batch batch =
      Pairs(std::vector<std::pair<std::string, int64_t>>(4096, {"0123456789abcdef", 1}));
  constexpr int kBatches = 300;
  size_t rows = 0;
  std::thread reader([&] {
    for (int i = 0; i < kBatches; ++i) rows += std::get<Batch>(Take(*ins[0]->queue).element).rows();
  });
  for (int i = 0; i < kBatches; ++i) {
    while (!channel->HasCapacity()) std::this_thread::sleep_for(std::chrono::microseconds(20));
    channel->Send(batch);
  }
  channel->Flush();
  reader.join();
  EXPECT_EQ(rows, kBatches * size_t{4096});
}

}  // namespace
}  // namespace weir
