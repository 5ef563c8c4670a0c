#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "common/data/batch_builder.h"
#include "connectors/kafka/kafka.h"
#include "connectors/testing/recording_output.h"
#include "connectors/testing/services.h"

// Against a real broker.

namespace weir {
namespace {

using Options = std::map<std::string, std::string>;
using std::chrono::steady_clock;

class KafkaSinkServiceTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    broker_ = TestService::Start("kafka").release();
    failpoints_ = ::testing::TempDir() + "kafka-failpoints-" + std::to_string(::getpid());
    std::filesystem::create_directory(failpoints_);
    ::setenv("WEIR_FAILPOINTS", failpoints_.c_str(), 0);  // the same for each suite
  }
  static void TearDownTestSuite() {
    delete broker_;
    broker_ = nullptr;
    std::filesystem::remove_all(failpoints_);
  }

  // A topic of its own for each test.
  void SetUp() override {
    topic_ = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    CreateTopic(topic_, 3);
  }

  // It keeps messages for ever: the broker looks for those of past years 30 s after its start.
  static void CreateTopic(const std::string& name, int partitions) {
    ASSERT_TRUE(broker_->Run("topic", "--create " + name + " --partitions " +
                                          std::to_string(partitions) + " --set retention.ms=-1"));
  }

  TableInfo Table(std::vector<Field> fields, const Options& more) {
    Options options = {{"connector", "kafka"},
                       {"topic", topic_},
                       {"properties.bootstrap.servers", broker_->address()},
                       {"format", "raw"}};
    for (const auto& [key, value] : more) {
      if (value == "-") {
        options.erase(key);
      } else {
        options[key] = value;
      }
    }
    return TableOf(std::move(fields), options);
  }

  static std::unique_ptr<Sink> Open(const TableInfo& table) {
    const bool upsert = table.options.at("connector") == "upsert-kafka";
    auto sink = (upsert ? UpsertKafkaConnector() : KafkaConnector()).make_sink(table);
    EXPECT_TRUE(sink.ok()) << sink.status();
    return sink.ok() ? std::move(*sink) : nullptr;
  }

  static std::unique_ptr<SinkWriter> Writer(Sink& sink, int32_t subtask = 0) {
    SinkWriterContext context;
    context.identity = {.lineage = "l", .sink_uid = "s", .subtask = subtask, .parallelism = 2};
    context.wake = [] {};
    auto writer = sink.MakeWriter(std::move(context));
    EXPECT_TRUE(writer.ok()) << writer.status();
    return std::move(*writer);
  }

  // Until `done` says true or fails; at most a minute.
  static Status Until(const std::function<StatusOr<bool>()>& done) {
    for (auto end = steady_clock::now() + std::chrono::minutes(1); steady_clock::now() < end;) {
      StatusOr<bool> result = done();
      if (!result.ok()) return result.status();
      if (*result) return OkStatus();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return DeadlineExceededError("it does not come to an end");
  }
  static Status WriteAll(SinkWriter& writer, const Batch& batch) {
    Status written = Until([&] { return writer.Write(batch); });
    return written.ok() ? Until([&] { return writer.Flush(); }) : written;
  }

  // What a topic holds, as "partition|key|value|timestamp|headers", in order of partitions.
  static std::vector<std::string> Read(const std::string& topic, bool with_times = false,
                                       int partitions = 3) {
    char error[256];
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", broker_->address().c_str(), error, sizeof(error));
    rd_kafka_conf_set(conf, "group.id", "reader", error, sizeof(error));
    rd_kafka_conf_set(conf, "enable.partition.eof", "true", error, sizeof(error));
    rd_kafka_conf_set(conf, "isolation.level", "read_committed", error, sizeof(error));
    rd_kafka_t* consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof(error));
    rd_kafka_poll_set_consumer(consumer);
    std::vector<std::string> out;
    for (int partition = 0; partition < partitions; ++partition) {
      rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
      rd_kafka_topic_partition_list_add(list, topic.c_str(), partition)->offset =
          RD_KAFKA_OFFSET_BEGINNING;
      rd_kafka_assign(consumer, list);
      rd_kafka_topic_partition_list_destroy(list);
      Status ended = Until([&]() -> StatusOr<bool> {
        for (bool end = false; !end;) {
          rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, 1000);
          if (!message) return false;
          end = message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
          // A topic that has just been made is not known everywhere at once.
          if (!message->err) out.push_back(Text(*message, with_times));
          rd_kafka_message_destroy(message);
        }
        return true;
      });
      EXPECT_EQ(ended, OkStatus()) << topic << ", partition " << partition;
    }
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
    return out;
  }

  static std::string Text(const rd_kafka_message_t& message, bool with_times) {
    auto text = [](const void* data, size_t size) {
      return data ? std::string(static_cast<const char*>(data), size) : "<null>";
    };
    std::string out = std::to_string(message.partition) + "|" + text(message.key, message.key_len) +
                      "|" + text(message.payload, message.len);
    if (with_times) out += "|" + std::to_string(rd_kafka_message_timestamp(&message, nullptr));
    rd_kafka_headers_t* headers = nullptr;
    rd_kafka_message_headers(&message, &headers);
    const char* name;
    const void* value;
    size_t size;
    for (size_t i = 0; headers && !rd_kafka_header_get_all(headers, i, &name, &value, &size); ++i) {
      out += "|" + std::string(name) + "=" + text(value, size);
    }
    return out;
  }

  static Batch Numbers(const TableInfo& table, int from, int to) {
    BatchBuilder builder(table.schema);
    for (int i = from; i < to; ++i) builder.AppendRow({std::to_string(i)});
    return builder.Finish();
  }

  static TestService* broker_;
  static std::string failpoints_;  // common/base/failpoint.h
  std::string topic_;
};

TestService* KafkaSinkServiceTest::broker_ = nullptr;
std::string KafkaSinkServiceTest::failpoints_;

TEST_F(KafkaSinkServiceTest, EveryRowIsThereAfterTheFlush) {
  TableInfo table = Table({{"v", DataType::String()}}, {});
  auto sink = Open(table);
  EXPECT_EQ(sink->Validate(), OkStatus());
  auto writer = Writer(*sink);
  // More than the client's queue takes at once.
  constexpr int kRows = 250'000;
  for (int i = 0; i < kRows; i += 5000) {
    Batch batch = Numbers(table, i, i + 5000);
    ASSERT_EQ(Until([&] { return writer->Write(batch); }), OkStatus());
  }
  ASSERT_EQ(Until([&] { return writer->Flush(); }), OkStatus());
  std::vector<std::string> messages = Read(topic_);
  ASSERT_EQ(messages.size(), static_cast<size_t>(kRows));
  std::set<std::string> values;
  for (const std::string& message : messages) values.insert(message.substr(message.rfind('|')));
  EXPECT_EQ(values.size(), static_cast<size_t>(kRows));
}

TEST_F(KafkaSinkServiceTest, KeysGoWhereJavasProducerSendsThem) {
  TableInfo table =
      Table({{"k", DataType::String()}, {"v", DataType::String()}},
            {{"key.format", "raw"}, {"key.fields", "k"}, {"value.fields-include", "EXCEPT_KEY"}});
  auto sink = Open(table);
  auto writer = Writer(*sink);
  BatchBuilder builder(table.schema);
  // Java: (murmur2(key) & 0x7fffffff) % 3.
  const std::map<std::string, int> partitions = {
      {"21", (-973932308 & 0x7fffffff) % 3},
      {"foobar", (-790332482 & 0x7fffffff) % 3},
      {"a-little-bit-long-string", (-985981536 & 0x7fffffff) % 3},
      {"a-little-bit-longer-string", (-1486304829 & 0x7fffffff) % 3}};
  for (const auto& [key, partition] : partitions) builder.AppendRow({key, "x"});
  ASSERT_EQ(WriteAll(*writer, builder.Finish()), OkStatus());
  std::vector<std::string> messages = Read(topic_), wanted;
  for (const auto& [key, partition] : partitions) {
    wanted.push_back(std::to_string(partition) + "|" + key + "|x");
  }
  std::sort(messages.begin(), messages.end());
  std::sort(wanted.begin(), wanted.end());
  EXPECT_EQ(messages, wanted);
}

TEST_F(KafkaSinkServiceTest, FixedAndRoundRobinPartitions) {
  TableInfo table = Table({{"v", DataType::String()}}, {{"sink.partitioner", "fixed"}});
  auto fixed = Open(table);
  for (int subtask : {1, 4}) {
    ASSERT_EQ(WriteAll(*Writer(*fixed, subtask), Numbers(table, 0, 2)), OkStatus());
  }
  EXPECT_EQ(Read(topic_),
            (std::vector<std::string>{"1|<null>|0", "1|<null>|1", "1|<null>|0", "1|<null>|1"}));
  CreateTopic(topic_ + "Turns", 3);
  table.options["topic"] = topic_ + "Turns";
  table.options["sink.partitioner"] = "round-robin";
  auto turns = Open(table);
  ASSERT_EQ(WriteAll(*Writer(*turns), Numbers(table, 0, 6)), OkStatus());
  std::map<char, int> rows;
  for (const std::string& message : Read(topic_ + "Turns")) ++rows[message[0]];
  EXPECT_EQ(rows, (std::map<char, int>{{'0', 2}, {'1', 2}, {'2', 2}}));
}

TEST_F(KafkaSinkServiceTest, TopicTimestampAndHeadersFromTheRow) {
  CreateTopic(topic_ + "Other", 1);
  TableInfo table =
      Table({{"v", DataType::String()},
             {"to", DataType::String().NotNull()},
             {"at", DataType::TimestampLtz(3).NotNull()},
             {"h", DataType::Map(DataType::String().NotNull(), DataType::Bytes().NotNull())}},
            {{"topic", topic_ + ";" + topic_ + "Other"}, {"sink.partitioner", "fixed"}});
  table.physical_columns = 1;
  table.metadata_keys = {"topic", "timestamp", "headers"};
  BatchBuilder builder(table.schema);
  for (const std::string& topic : {topic_, topic_ + "Other"}) {
    builder.column(0).AppendBytes("x");
    builder.column(1).AppendBytes(topic);
    builder.column(2).Append<int64_t>(1'700'000'000'123'000);
    builder.column(3).child(0).AppendBytes("h");
    builder.column(3).child(1).AppendBytes("1");
    builder.column(3).CloseList();
    builder.CloseRow();
  }
  auto sink = Open(table);
  ASSERT_EQ(WriteAll(*Writer(*sink), builder.Finish()), OkStatus());
  const std::vector<std::string> wanted = {"0|<null>|x|1700000000123|h=1"};
  EXPECT_EQ(Read(topic_, true), wanted);
  EXPECT_EQ(Read(topic_ + "Other", true, 1), wanted);
}

TEST_F(KafkaSinkServiceTest, UpsertsAreFoldedAndDeletesAreTombstones) {
  TableInfo table = Table({{"k", DataType::String().NotNull()}, {"v", DataType::String()}},
                          {{"connector", "upsert-kafka"},
                           {"format", "-"},
                           {"key.format", "raw"},
                           {"value.format", "json"},
                           {"sink.buffer-flush.max-rows", "2"},
                           {"sink.buffer-flush.interval", "1 s"}});
  table.primary_key = {0};
  auto sink = Open(table);
  EXPECT_TRUE(sink->accepts_updates());
  BatchBuilder builder(table.schema);
  builder.AppendRow({"a", "1"});
  builder.AppendRow({"b", "1"});
  builder.AppendRow({"a", "2"}, RowKind::kUpdateAfter);
  builder.AppendRow({"b", "1"}, RowKind::kDelete);
  ASSERT_EQ(WriteAll(*Writer(*sink), builder.Finish()), OkStatus());
  std::vector<std::string> messages;
  for (const std::string& message : Read(topic_)) messages.push_back(message.substr(2));
  std::sort(messages.begin(), messages.end());
  EXPECT_EQ(messages,
            (std::vector<std::string>{"a|{\"k\":\"a\",\"v\":\"1\"}", "a|{\"k\":\"a\",\"v\":\"2\"}",
                                      "b|<null>", "b|{\"k\":\"b\",\"v\":\"1\"}"}));
}

TEST_F(KafkaSinkServiceTest, WhatCannotBeWrittenIsNamed) {
  TableInfo table = Table({{"v", DataType::String()}}, {});
  BatchBuilder builder(table.schema);
  builder.AppendRow({std::string(2'000'000, 'x')});
  Batch large = builder.Finish();
  auto expect = [](const Status& status, StatusCode code, std::vector<std::string> parts) {
    EXPECT_EQ(status.code(), code) << status;
    for (const std::string& part : parts) {
      EXPECT_NE(status.message().find(part), std::string::npos) << status << " lacks " << part;
    }
  };
  // Refused by the client, then by the broker.
  expect(WriteAll(*Writer(*Open(table)), large), StatusCode::kInvalidArgument,
         {topic_, "2000000 bytes is too large", "'max.message.bytes' of the topic"});
  table.options["properties.message.max.bytes"] = "5000000";
  expect(WriteAll(*Writer(*Open(table)), large), StatusCode::kInvalidArgument,
         {topic_, "partition", "is too large"});

  table.options["topic"] = topic_.substr(1);
  expect(Open(table)->Validate(), StatusCode::kNotFound,
         {topic_.substr(1), "did you mean '" + topic_ + "'?"});
  table.options["topic-pattern"] = "nothing.*";
  table.options.erase("topic");
  table.schema = std::make_shared<const Schema>(
      std::vector<Field>{{"v", DataType::String()}, {"to", DataType::String().NotNull()}});
  table.metadata_keys = {"topic"};
  expect(Open(table)->Validate(), StatusCode::kNotFound, {"fits 'topic-pattern' = 'nothing.*'"});
}

TEST_F(KafkaSinkServiceTest, ABrokerThatIsDownIsWaitedForAndThenNamed) {
  TableInfo table = Table({{"v", DataType::String()}}, {});
  auto patient = Open(table);
  auto writer = Writer(*patient);
  ASSERT_EQ(WriteAll(*writer, Numbers(table, 0, 10)), OkStatus());
  broker_->Stop();
  table.options["properties.delivery.timeout.ms"] = "1500";
  Status status = WriteAll(*Writer(*Open(table)), Numbers(table, 100, 110));
  EXPECT_EQ(status.code(), StatusCode::kUnavailable) << status;
  for (const char* part : {"cannot write to the topic", "is the broker running"}) {
    EXPECT_NE(status.message().find(part), std::string::npos) << status;
  }
  Batch batch = Numbers(table, 10, 20);
  ASSERT_EQ(Until([&] { return writer->Write(batch); }), OkStatus());
  ASSERT_EQ(*writer->Flush(), false);
  broker_->Restart();
  ASSERT_EQ(Until([&] { return writer->Flush(); }), OkStatus());
  EXPECT_EQ(Read(topic_).size(), 20u);
}

// ---- Exactly once

class KafkaTransactionTest : public KafkaSinkServiceTest {
 protected:
  void SetUp() override {
    KafkaSinkServiceTest::SetUp();
    table_ = Table({{"v", DataType::String()}}, {{"sink.delivery-guarantee", "exactly-once"},
                                                 {"sink.transactional-id-prefix", topic_},
                                                 {"sink.partitioner", "fixed"}});
    sink_ = Open(table_);
    ASSERT_TRUE(sink_->writes_ahead());
  }

  StatusOr<std::unique_ptr<SinkTransaction>> Begin(int64_t previous, int64_t id) {
    return sink_->Begin(
        {.lineage = "l", .sink_uid = "sink(t)", .subtask = 0, .id = id, .previous = previous},
        1000);
  }
  // The epoch is one row, its number.
  StatusOr<std::unique_ptr<SinkTransaction>> TryWrite(int64_t previous, int64_t id) {
    ASSIGN_OR_RETURN(std::unique_ptr<SinkTransaction> transaction, Begin(previous, id));
    if (transaction) RETURN_IF_ERROR(transaction->Write(Numbers(table_, id, id + 1)));
    return transaction;
  }
  Status TryCommit(int64_t previous, int64_t id) {
    ASSIGN_OR_RETURN(std::unique_ptr<SinkTransaction> transaction, TryWrite(previous, id));
    return transaction ? transaction->Commit() : OkStatus();
  }
  // As the job manager does, again while the brokers are not ready.
  template <typename Try>
  static auto WhileUnavailable(Try attempt) {
    auto result = attempt();
    for (int i = 0; i < 60 && CodeOf(result) == StatusCode::kUnavailable; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
      result = attempt();
    }
    return result;
  }
  static StatusCode CodeOf(const Status& status) { return status.code(); }
  template <typename T>
  static StatusCode CodeOf(const StatusOr<T>& result) {
    return result.status().code();
  }
  StatusOr<std::unique_ptr<SinkTransaction>> Written(int64_t previous, int64_t id) {
    return WhileUnavailable([&] { return TryWrite(previous, id); });
  }
  Status Commit(int64_t previous, int64_t id) {
    return WhileUnavailable([&] { return TryCommit(previous, id); });
  }
  // Numbers of the epochs that readers of committed messages see.
  std::string Epochs() {
    std::string out;
    for (const std::string& message : Read(topic_)) {
      out += message.substr(message.rfind('|') + 1) + " ";
    }
    return out;
  }

  TableInfo table_;
  std::unique_ptr<Sink> sink_;
};

TEST_F(KafkaTransactionTest, EachEpochIsThereOnce) {
  ASSERT_EQ(Commit(0, 3), OkStatus());
  ASSERT_EQ(Commit(0, 3), OkStatus());
  ASSERT_EQ(Commit(3, 5), OkStatus());
  ASSERT_EQ(Commit(0, 3), OkStatus());
  EXPECT_EQ(Epochs(), "3 5 ");
}

TEST_F(KafkaTransactionTest, FailsAtEachStepAndIsThereOnce) {
  int64_t previous = 0;
  for (const char* step :
       {"kafka-init", "kafka-begin", "kafka-produce", "kafka-note", "kafka-commit"}) {
    std::ofstream(failpoints_ + "/" + step) << "error";
    Status reached = WhileUnavailable([&] {
      Status status = TryCommit(previous, previous + 1);
      if (status.ok()) return InternalError("it goes on");
      return status.message() == std::string("failpoint ") + step ? OkStatus() : status;
    });
    EXPECT_EQ(reached, OkStatus()) << step;
    ASSERT_EQ(Commit(previous, previous + 1), OkStatus()) << step;
    ++previous;
  }
  EXPECT_EQ(Epochs(), "1 2 3 4 5 ");
}

TEST_F(KafkaTransactionTest, WithoutItsCommitNothingIsThere) {
  { ASSERT_TRUE(Written(0, 3).ok()); }
  EXPECT_EQ(Epochs(), "");
  ASSERT_EQ(Commit(0, 3), OkStatus());
  EXPECT_EQ(Epochs(), "3 ");
}

TEST_F(KafkaTransactionTest, ASuccessorShutsOutOneThatIsOpen) {
  auto paused = Written(0, 3);
  ASSERT_TRUE(paused.ok()) << paused.status();
  ASSERT_EQ(Commit(0, 3), OkStatus());
  ASSERT_EQ(Commit(3, 4), OkStatus());
  Status late = (*paused)->Commit();
  EXPECT_EQ(late.code(), StatusCode::kAborted) << late;
  EXPECT_EQ(Epochs(), "3 4 ");
}

TEST_F(KafkaTransactionTest, ASuccessorShutsOutOneThatHasSentNothingYet) {
  // Its row is still in the client when the id is taken over: the client loses it then.
  table_.options["properties.linger.ms"] = "5000";
  sink_ = Open(table_);
  auto paused = Written(0, 3);
  ASSERT_TRUE(paused.ok()) << paused.status();
  table_.options.erase("properties.linger.ms");
  sink_ = Open(table_);
  ASSERT_EQ(Commit(0, 3), OkStatus());
  Status late = (*paused)->Commit();
  EXPECT_EQ(late.code(), StatusCode::kAborted) << late;
  EXPECT_EQ(Epochs(), "3 ");
}

TEST_F(KafkaTransactionTest, WhatFitsNoNoteStopsTheJob) {
  Status missing = Commit(3, 5);
  EXPECT_EQ(missing.code(), StatusCode::kDataLoss) << missing;
  for (const std::string& part :
       {"the group '" + topic_ + "-l-sink(t)-0' for the topic '" + topic_ + "', partition 0",
        std::string("is gone, which should say 3")}) {
    EXPECT_NE(missing.message().find(part), std::string::npos) << missing;
  }
  ASSERT_EQ(Commit(0, 3), OkStatus());
  ASSERT_EQ(Commit(3, 9), OkStatus());
  Status older = Commit(3, 12);
  EXPECT_EQ(older.code(), StatusCode::kDataLoss) << older;
  EXPECT_NE(older.message().find("the job was set back"), std::string::npos) << older;
  EXPECT_EQ(Epochs(), "3 9 ");
}

TEST_F(KafkaTransactionTest, ABrokerThatIsDownIsAskedAgain) {
  ASSERT_EQ(Commit(0, 1), OkStatus());
  table_.options["properties.delivery.timeout.ms"] = "2000";
  sink_ = Open(table_);
  auto open = Written(1, 2);
  ASSERT_TRUE(open.ok()) << open.status();
  broker_->Stop();
  Status status = (*open)->Commit();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable) << status;
  broker_->Restart();
  open->reset();
  ASSERT_EQ(Commit(1, 2), OkStatus());
  EXPECT_EQ(Epochs(), "1 2 ");
}

TEST_F(KafkaTransactionTest, ATimeoutThatTheBrokerRefusesIsExplained) {
  table_.options["properties.transaction.timeout.ms"] = "2000000";
  sink_ = Open(table_);
  Status status = Begin(0, 1).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << status;
  EXPECT_NE(status.message().find("'transaction.max.timeout.ms'"), std::string::npos) << status;
}

}  // namespace
}  // namespace weir
