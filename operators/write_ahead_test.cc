#include "operators/write_ahead.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/data/batch_builder.h"
#include "common/fs/simulated_file_system.h"

namespace weir {
namespace {

using ::testing::HasSubstr;

SchemaPtr TestSchema() {
  return std::make_shared<const Schema>(
      std::vector<Field>{{"id", DataType::BigInt()}, {"text", DataType::String()}});
}

Batch Rows(int64_t from, int64_t to, size_t width = 4, RowKind kind = RowKind::kInsert) {
  BatchBuilder builder(TestSchema());
  for (int64_t i = from; i < to; ++i) {
    builder.AppendRow({i, std::string(width, static_cast<char>('a' + i % 26))}, kind);
  }
  return builder.Finish();
}

// A target with a note, as PostgreSQL and Kafka have it.
class FakeSink : public Sink {
 public:
  Status Validate() override { return OkStatus(); }
  StatusOr<std::unique_ptr<SinkWriter>> MakeWriter(SinkWriterContext) override {
    return InternalError("nobody writes but a transaction");
  }
  bool writes_ahead() const override { return true; }
  StatusOr<std::unique_ptr<SinkTransaction>> Begin(const SinkEpoch& epoch, int64_t) override {
    const std::string writer = epoch.lineage + "/" + std::to_string(epoch.subtask);
    begun.push_back(writer + "@" + std::to_string(epoch.previous) + ">" + std::to_string(epoch.id));
    const int64_t noted = notes[writer];
    if (noted >= epoch.id) return std::unique_ptr<SinkTransaction>();
    if (noted != epoch.previous) return DataLossError("noted is " + std::to_string(noted));
    return std::unique_ptr<SinkTransaction>(std::make_unique<Transaction>(*this, writer, epoch.id));
  }

  std::vector<std::string> begun;
  std::map<std::string, int64_t> notes;
  std::vector<int64_t> ids;  // committed
  Status commit_fails;

 private:
  struct Transaction : SinkTransaction {
    Transaction(FakeSink& sink, std::string writer, int64_t id)
        : sink(sink), writer(std::move(writer)), id(id) {}
    Status Write(const Batch& batch) override {
      for (size_t i = 0; i < batch.rows(); ++i) {
        rows.push_back(batch.column(0)->GetValue(i).integer());
      }
      return OkStatus();
    }
    Status Commit() override {
      RETURN_IF_ERROR(sink.commit_fails);
      sink.ids.insert(sink.ids.end(), rows.begin(), rows.end());
      sink.notes[writer] = id;
      return OkStatus();
    }
    FakeSink& sink;
    const std::string writer;
    const int64_t id;
    std::vector<int64_t> rows;
  };
};

class WriteAheadTest : public ::testing::Test {
 protected:
  std::unique_ptr<WriteAhead> Open(int32_t subtask, int32_t parallelism,
                                   const std::vector<std::string>& states = {},
                                   const std::string& lineage = "l") {
    WriteAhead::Config config;
    config.identity = {lineage, "sink", subtask, parallelism, 1};
    config.schema = TestSchema();
    config.log.storage = storage_;
    config.log.run_blocking = [this](std::function<void()> work) { work_.push_back(work); };
    config.log.wake = [this] { ++woken_; };
    config.clock = &clock_;
    config.log.clock = &clock_;
    auto ahead = WriteAhead::Make(std::move(config), states);
    EXPECT_TRUE(ahead.ok()) << ahead.status();
    return std::move(*ahead);
  }
  // Does what was left to the I/O pool.
  void Work() {
    for (auto& work : std::exchange(work_, {})) work();
  }
  void Write(WriteAhead& ahead, const Batch& batch) {
    while (!*ahead.Write(batch)) Work();
  }
  // A barrier.
  std::optional<checkpoint::SinkEpoch> Prepare(WriteAhead& ahead, int64_t id) {
    while (true) {
      StatusOr<bool> sealed = ahead.Flush();
      EXPECT_TRUE(sealed.ok()) << sealed.status();
      if (!sealed.ok() || *sealed) break;
      Work();
    }
    StatusOr<std::optional<checkpoint::Committable>> made = ahead.Prepare(CheckpointId(id));
    EXPECT_TRUE(made.ok()) << made.status();
    if (!made.ok() || !*made) return std::nullopt;
    return (*made)->epoch();
  }
  Status Commit(std::vector<checkpoint::SinkEpoch> epochs) {
    return CommitEpochs(sink_, TestSchema(), storage_.get(), std::move(epochs));
  }

  std::shared_ptr<SimulatedFileSystem> fs_ = std::make_shared<SimulatedFileSystem>();
  std::shared_ptr<CheckpointStorage> storage_ = std::make_shared<CheckpointStorage>(fs_, "job");
  std::vector<std::function<void()>> work_;
  int woken_ = 0;
  FakeSink sink_;
  struct : Clock {
    Timestamp WallNow() const override { return now; }
    int64_t MonotonicNanos() const override { return steady_ms * 1'000'000; }
    Timestamp now = 1'700'000'000'000;
    int64_t steady_ms = 5000;
  } clock_;
};

std::vector<int64_t> Range(int64_t from, int64_t to) {
  std::vector<int64_t> out;
  for (int64_t i = from; i < to; ++i) out.push_back(i);
  return out;
}

// So that the target's note does not expire, also where a clock was wrong when it was made.
TEST_F(WriteAheadTest, AWriterWithoutRowsIsHeardOfOnceADay) {
  constexpr Timestamp kHour = 3600 * 1000;
  auto ahead = Open(0, 1);
  Write(*ahead, Rows(0, 1));
  ASSERT_TRUE(Prepare(*ahead, 1).has_value());
  clock_.now += 23 * kHour;
  EXPECT_FALSE(Prepare(*ahead, 2).has_value());
  clock_.now += 2 * kHour;
  EXPECT_EQ(Prepare(*ahead, 3)->rows(), 0);
  clock_.now -= 20 * kHour;
  EXPECT_FALSE(Prepare(*ahead, 4).has_value());
  clock_.now -= 10 * 24 * kHour;
  EXPECT_TRUE(Prepare(*ahead, 5).has_value());
}

TEST_F(WriteAheadTest, FewRowsTravelInsideTheCheckpoint) {
  auto ahead = Open(0, 1);
  Write(*ahead, Rows(0, 10));
  Write(*ahead, Rows(10, 20, 4, RowKind::kDelete));
  auto first = Prepare(*ahead, 3);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->rows(), 20);
  EXPECT_EQ(first->log_size(), 1);
  EXPECT_EQ(first->log(0).path(), "");
  EXPECT_TRUE(fs_->Files().empty());
  EXPECT_FALSE(Prepare(*ahead, 4).has_value());  // no rows, no epoch
  Write(*ahead, Rows(20, 21));
  auto second = Prepare(*ahead, 5);
  ASSERT_EQ(Commit({*second, *first}), OkStatus());
  EXPECT_EQ(sink_.begun, (std::vector<std::string>{"l/0@0>3", "l/0@3>5"}));
  EXPECT_EQ(sink_.ids, Range(0, 21));
  // Told again, everything is there.
  ASSERT_EQ(Commit({*first, *second}), OkStatus());
  EXPECT_EQ(sink_.ids, Range(0, 21));
}

TEST_F(WriteAheadTest, ManyRowsGoIntoFilesInBoundedMemory) {
  auto ahead = Open(0, 1);
  bool refused = false;
  int64_t next = 0;
  for (int i = 0; i < 300; ++i) {
    Batch batch = Rows(next, next + 100, 1000);
    StatusOr<bool> taken = ahead->Write(batch);
    ASSERT_TRUE(taken.ok()) << taken.status();
    if (!*taken) {  // nothing is written meanwhile, so that it is full after a while
      refused = true;
      EXPECT_GT(i, 50);
      Work();
      ASSERT_TRUE(*ahead->Write(batch));
    }
    next += 100;
  }
  EXPECT_TRUE(refused);
  EXPECT_GT(woken_, 0);
  auto epoch = Prepare(*ahead, 2);
  uint64_t bytes = 0;
  for (const checkpoint::FileHandle& file : epoch->log()) {
    EXPECT_TRUE(file.path().starts_with("shared/1-")) << file.path();
    bytes += file.length();
  }
  EXPECT_GT(bytes, 30'000'000u);
  EXPECT_LE(epoch->log_size(), 8);
  ASSERT_EQ(Commit({*epoch}), OkStatus());
  EXPECT_EQ(sink_.ids, Range(0, next));
  // Files of the next interval are named by a later checkpoint.
  Write(*ahead, Rows(0, 2000, 1000));
  EXPECT_TRUE(Prepare(*ahead, 7)->log(0).path().starts_with("shared/3-"));
}

TEST_F(WriteAheadTest, AFileGoesWithTheWriterThatWasToNameIt) {
  for (const bool written : {false, true}) {
    auto ahead = Open(0, 1);
    for (int64_t i = 0; work_.empty(); ++i) ASSERT_TRUE(*ahead->Write(Rows(i, i + 100, 1000)));
    if (written) Work();
    EXPECT_EQ(fs_->Files().size(), written ? 1u : 0u);
    ahead.reset();
    Work();
    EXPECT_TRUE(fs_->Files().empty()) << written;
  }
}

TEST_F(WriteAheadTest, ChainsGoOnOverRestartsAndRescaling) {
  std::vector<std::string> states;
  for (int32_t subtask = 0; subtask < 4; ++subtask) {
    auto ahead = Open(subtask, 4);
    Write(*ahead, Rows(subtask, subtask + 1));
    ASSERT_EQ(Prepare(*ahead, 5)->previous(), 0);
    states.push_back(ahead->State());
  }
  // Two subtasks keep the chains of four.
  std::vector<std::string> of_two;
  for (int32_t subtask = 0; subtask < 2; ++subtask) {
    auto ahead = Open(subtask, 2, states);
    Write(*ahead, Rows(subtask, subtask + 1));
    EXPECT_EQ(Prepare(*ahead, 6)->previous(), 5);
    of_two.push_back(ahead->State());
  }
  for (int32_t subtask = 0; subtask < 4; ++subtask) {
    auto ahead = Open(subtask, 4, of_two);
    Write(*ahead, Rows(subtask, subtask + 1));
    EXPECT_EQ(Prepare(*ahead, 7)->previous(), subtask < 2 ? 6 : 5);
  }
  // Another job, from a savepoint of this one, begins chains of its own.
  auto other = Open(0, 4, states, "other");
  Write(*other, Rows(0, 1));
  EXPECT_EQ(Prepare(*other, 8)->previous(), 0);
}

TEST_F(WriteAheadTest, AFailedCommitIsDoneAgain) {
  auto ahead = Open(0, 1);
  Write(*ahead, Rows(0, 5));
  auto epoch = Prepare(*ahead, 1);
  sink_.commit_fails = UnavailableError("gone");
  EXPECT_EQ(Commit({*epoch}).code(), StatusCode::kUnavailable);
  sink_.commit_fails = OkStatus();
  EXPECT_EQ(Commit({*epoch}), OkStatus());
  EXPECT_EQ(sink_.ids, Range(0, 5));
}

TEST_F(WriteAheadTest, DamageIsRefusedByName) {
  auto ahead = Open(0, 1);
  Write(*ahead, Rows(0, 1000, 200));
  const checkpoint::SinkEpoch epoch = *Prepare(*ahead, 1);
  const std::string path = "job/" + epoch.log(0).path();
  const std::string bytes = *fs_->ReadWhole(path, 1 << 30);
  auto expect = [&](const checkpoint::SinkEpoch& damaged) {
    Status status = Commit({damaged});
    EXPECT_EQ(status.code(), StatusCode::kDataLoss) << status;
    EXPECT_THAT(status.message(), HasSubstr(epoch.log(0).path())) << status;
    EXPECT_TRUE(sink_.ids.empty());
  };
  for (size_t at = 0; at < bytes.size(); at += bytes.size() / 97) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    fs_->Overwrite(path, flipped);
    expect(epoch);
  }
  fs_->Overwrite(path, bytes.substr(0, bytes.size() - 1));
  expect(epoch);
  checkpoint::SinkEpoch shorter = epoch;  // a file and a handle that agree on the wrong length
  shorter.mutable_log(0)->set_length(bytes.size() - 1);
  expect(shorter);
  fs_->Overwrite(path, bytes);
  ASSERT_EQ(fs_->Remove(path), OkStatus());
  Status status = Commit({epoch});
  EXPECT_EQ(status.code(), StatusCode::kNotFound) << status;
}

TEST_F(WriteAheadTest, OtherColumnsAreRefused) {
  auto ahead = Open(0, 1);
  Write(*ahead, Rows(0, 5));
  auto epoch = Prepare(*ahead, 1);
  auto other = std::make_shared<const Schema>(
      std::vector<Field>{{"id", DataType::Double()}, {"text", DataType::String()}});
  Status status = CommitEpochs(sink_, other, storage_.get(), {*epoch});
  EXPECT_THAT(status.message(), HasSubstr("for other columns than the table has now"));
}

// The checkpoint fails, the rows wait for the next one.
TEST_F(WriteAheadTest, ADiskThatIsFullFailsTheCheckpoint) {
  bool full = true;
  fs_->SetHook([&](const std::string& operation) {
    return full && operation.starts_with("write") ? ResourceExhaustedError("no space left")
                                                  : OkStatus();
  });
  auto ahead = Open(0, 1);
  Write(*ahead, Rows(0, 1000, 1000));
  for (int64_t id = 1; id < 3; ++id) {
    StatusOr<bool> sealed = ahead->Flush();
    while (sealed.ok() && !*sealed) {
      Work();
      sealed = ahead->Flush();
    }
    ASSERT_TRUE(sealed.ok()) << sealed.status();
    const Status declined = ahead->Prepare(CheckpointId(id)).status();
    EXPECT_EQ(declined.code(), StatusCode::kResourceExhausted);
    EXPECT_THAT(declined.message(), HasSubstr("write the rows ahead"));
  }
  EXPECT_EQ(ahead->trouble().code(), StatusCode::kResourceExhausted);
  Write(*ahead, Rows(1000, 1001));
  full = false;
  auto epoch = Prepare(*ahead, 3);
  ASSERT_TRUE(epoch.has_value());
  EXPECT_EQ(epoch->previous(), 0);
  EXPECT_EQ(ahead->trouble(), OkStatus());
  ASSERT_EQ(Commit({*epoch}), OkStatus());
  EXPECT_EQ(sink_.ids, Range(0, 1001));
}

// No more than memory holds; a second later the disk is asked again.
TEST_F(WriteAheadTest, RowsWaitWhileADiskIsFull) {
  int asked = 0;
  bool full = true;
  fs_->SetHook([&](const std::string& operation) {
    if (!operation.starts_with("write")) return OkStatus();
    ++asked;
    return full ? ResourceExhaustedError("no space left") : OkStatus();
  });
  auto ahead = Open(0, 1);
  int64_t next = 0;
  while (*ahead->Write(Rows(next, next + 100, 1000))) {
    next += 100;
    Work();
    ASSERT_LT(next, 20'000) << "more than memory holds";
  }
  EXPECT_EQ(asked, 1);
  ASSERT_TRUE(ahead->RetryAt().has_value());
  EXPECT_EQ(*ahead->RetryAt(), clock_.SteadyNow() + 1000);
  clock_.steady_ms += 1000;
  EXPECT_FALSE(*ahead->Write(Rows(next, next + 1)));
  EXPECT_FALSE(ahead->RetryAt().has_value());  // `wake` follows
  Work();
  EXPECT_EQ(asked, 2);
  EXPECT_FALSE(*ahead->Write(Rows(next, next + 1)));
  full = false;
  clock_.steady_ms += 1000;
  Write(*ahead, Rows(next, next + 1));
  auto epoch = Prepare(*ahead, 1);
  ASSERT_TRUE(epoch.has_value());
  ASSERT_EQ(Commit({*epoch}), OkStatus());
  EXPECT_EQ(sink_.ids, Range(0, next + 1));
}

}  // namespace
}  // namespace weir
