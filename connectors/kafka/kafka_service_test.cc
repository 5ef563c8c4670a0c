#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <chrono>
#include <thread>

#include "connectors/kafka/kafka.h"
#include "connectors/testing/recording_output.h"
#include "connectors/testing/services.h"

// Against a real broker.

namespace weir {
namespace {

using Options = std::map<std::string, std::string>;

struct Message {
  int partition = 0;
  std::optional<std::string> key, value;
  int64_t timestamp = 0;  // 0: now
  std::vector<std::pair<std::string, std::string>> headers = {};
};

class KafkaServiceTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { broker_ = TestService::Start("kafka").release(); }
  static void TearDownTestSuite() {
    delete broker_;
    broker_ = nullptr;
  }

  // A topic of its own for each test.
  void SetUp() override {
    topic_ = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    CreateTopic(topic_, 2);
  }

  // It keeps messages for ever: the broker looks for those of past years 30 s after its start.
  static void CreateTopic(const std::string& name, int partitions) {
    ASSERT_TRUE(broker_->Run("topic", "--create " + name + " --partitions " +
                                          std::to_string(partitions) + " --set retention.ms=-1"));
  }

  static rd_kafka_t* Client(rd_kafka_type_t type) {
    char error[256];
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", broker_->address().c_str(), error, sizeof(error));
    rd_kafka_t* client = rd_kafka_new(type, conf, error, sizeof(error));
    EXPECT_NE(client, nullptr) << error;
    return client;
  }

  static void DeleteTopic(const std::string& name) {
    rd_kafka_t* client = Client(RD_KAFKA_PRODUCER);
    rd_kafka_queue_t* queue = rd_kafka_queue_new(client);
    rd_kafka_DeleteTopic_t* topic = rd_kafka_DeleteTopic_new(name.c_str());
    rd_kafka_DeleteTopics(client, &topic, 1, nullptr, queue);
    rd_kafka_event_t* event = rd_kafka_queue_poll(queue, 10000);
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(rd_kafka_event_error(event), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_event_destroy(event);
    rd_kafka_DeleteTopic_destroy(topic);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(client);
  }

  void Produce(const std::vector<Message>& messages) {
    rd_kafka_t* producer = Client(RD_KAFKA_PRODUCER);
    for (const Message& m : messages) {
      rd_kafka_headers_t* headers = rd_kafka_headers_new(4);
      for (const auto& [name, value] : m.headers) {
        rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                            static_cast<ssize_t>(value.size()));
      }
      void* key = m.key ? const_cast<char*>(m.key->data()) : nullptr;
      void* value = m.value ? const_cast<char*>(m.value->data()) : nullptr;
      size_t key_size = m.key ? m.key->size() : 0;
      size_t value_size = m.value ? m.value->size() : 0;
      rd_kafka_resp_err_t error = rd_kafka_producev(
          producer, RD_KAFKA_V_TOPIC(topic_.c_str()), RD_KAFKA_V_PARTITION(m.partition),
          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_size),
          RD_KAFKA_V_VALUE(value, value_size), RD_KAFKA_V_TIMESTAMP(m.timestamp),
          RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
      ASSERT_EQ(error, RD_KAFKA_RESP_ERR_NO_ERROR);
    }
    ASSERT_EQ(rd_kafka_flush(producer, 10000), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_destroy(producer);
  }

  void ProduceNumbers(int partition, int from, int to) {
    std::vector<Message> messages;
    for (int i = from; i < to; ++i) {
      messages.push_back({.partition = partition, .value = std::to_string(i)});
    }
    Produce(messages);
  }

  TableInfo Table(const Options& more) {
    Options options = {{"connector", "kafka"},
                       {"topic", topic_},
                       {"properties.bootstrap.servers", broker_->address()},
                       {"scan.startup.mode", "earliest-offset"},
                       {"format", "json"}};
    for (const auto& [key, value] : more) {
      if (value == "-") {
        options.erase(key);
      } else {
        options[key] = value;
      }
    }
    return TableOf({{"a", DataType::Int()}}, options);
  }

  std::unique_ptr<Source> Open(const TableInfo& table) {
    auto source = KafkaConnector().make_source(table);
    EXPECT_TRUE(source.ok()) << source.status();
    return source.ok() ? std::move(*source) : nullptr;
  }

  static std::vector<SourceSplit> Discover(Source& source, bool restored = false) {
    auto splits = (*source.MakeDiscovery())->Discover(restored);
    EXPECT_TRUE(splits.ok()) << splits.status();
    return splits.ok() ? *splits : std::vector<SourceSplit>{};
  }

  static std::vector<std::string> Positions(const std::vector<SourceSplit>& splits) {
    std::vector<std::string> out;
    for (const SourceSplit& split : splits) {
      out.push_back(split.position.substr(0, split.position.find('@')));
    }
    return out;
  }

  struct Reading {
    std::unique_ptr<SourceReader> reader;
    RecordingOutput out;
    Status error;
    PollResult last = PollResult::kIdle;

    // Until `messages` came, all ended or it failed; at most a minute.
    void Until(size_t messages) {
      auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
      while (error.ok() && last != PollResult::kFinished && out.values.size() < messages) {
        ASSERT_LT(std::chrono::steady_clock::now(), deadline)
            << out.values.size() << " of " << messages;
        auto polled = reader->Poll(out, 300);
        if (!polled.ok()) {
          error = polled.status();
        } else {
          last = *polled;
          if (last == PollResult::kIdle) {
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
          }
        }
      }
    }
  };

  static Reading Read(Source& source, const std::vector<SourceSplit>& splits,
                      SourceReaderContext context = {}) {
    Reading reading;
    auto reader = source.MakeReader(std::move(context));
    EXPECT_TRUE(reader.ok()) << reader.status();
    reading.reader = std::move(*reader);
    for (size_t i = 0; i < splits.size(); ++i) {
      EXPECT_EQ(reading.reader->AddSplit(static_cast<int32_t>(i), splits[i]), OkStatus());
    }
    reading.reader->NoMoreSplits();
    return reading;
  }

  static TestService* broker_;
  std::string topic_;
};

TestService* KafkaServiceTest::broker_ = nullptr;

TEST_F(KafkaServiceTest, ReadsFromTheEarliestAndGoesOnFromPositions) {
  ProduceNumbers(0, 0, 1000);
  ProduceNumbers(1, 1000, 2000);
  auto source = Open(Table({}));
  EXPECT_FALSE(source->bounded());
  EXPECT_EQ(source->Validate(), OkStatus());
  std::vector<SourceSplit> splits = Discover(*source);
  ASSERT_EQ(splits.size(), 2u);
  EXPECT_EQ(splits[1].id, topic_ + "-1");
  EXPECT_EQ(splits[1].hash, splits[0].hash + 1);
  EXPECT_EQ(Positions(splits), (std::vector<std::string>{"0", "0"}));

  std::atomic<int> woken = 0;
  SourceReaderContext context;
  context.wake = [&] { ++woken; };
  Reading first = Read(*source, splits, context);
  first.Until(700);
  ASSERT_EQ(first.error, OkStatus());
  EXPECT_GT(woken, 0);
  std::vector<std::string> seen = first.out.values;
  for (size_t i = 0; i < splits.size(); ++i) {
    splits[i].position = *first.reader->Position(static_cast<int32_t>(i));
  }
  first.reader.reset();

  Reading second = Read(*source, splits, context);
  second.Until(2000 - seen.size());
  ASSERT_EQ(second.error, OkStatus());
  seen.insert(seen.end(), second.out.values.begin(), second.out.values.end());
  ASSERT_EQ(seen.size(), 2000u);
  // Every message once, and in order within each partition.
  int next[2] = {0, 1000};
  for (const std::string& value : seen) {
    int number = std::stoi(value);
    ASSERT_EQ(number, next[number / 1000]++);
  }
  EXPECT_EQ((*second.reader->Position(0)).substr(0, 4), "1000");
  EXPECT_EQ(second.reader->Lag(0), 0);
}

TEST_F(KafkaServiceTest, StartModes) {
  for (int i = 0; i < 10; ++i) {
    Produce({{.partition = 0, .value = std::to_string(i), .timestamp = 1000000 + i * 1000}});
  }
  struct Case {
    Options options;
    std::vector<std::string> positions;  // of partitions 0 and 1
  };
  for (const Case& c : std::vector<Case>{
           {{{"scan.startup.mode", "earliest-offset"}}, {"0", "0"}},
           {{{"scan.startup.mode", "latest-offset"}}, {"10", "0"}},
           {{{"scan.startup.mode", "timestamp"}, {"scan.startup.timestamp-millis", "1003500"}},
            {"4", "0"}},
           {{{"scan.startup.mode", "timestamp"}, {"scan.startup.timestamp-millis", "9000000"}},
            {"10", "0"}},
           {{{"scan.startup.mode", "specific-offsets"},
             {"scan.startup.specific-offsets", "partition:0,offset:7"}},
            {"7", "0"}},
           {{{"scan.startup.mode", "-"},
             {"properties.group.id", "fresh"},
             {"properties.auto.offset.reset", "latest"}},
            {"10", "0"}},
           {{{"scan.startup.mode", "group-offsets"},
             {"properties.group.id", "fresh"},
             {"properties.auto.offset.reset", "earliest"}},
            {"0", "0"}},
       }) {
    auto source = Open(Table(c.options));
    EXPECT_EQ(Positions(Discover(*source)), c.positions);
  }
  // Without a committed offset and a rule for that case nobody guesses.
  auto source = Open(Table({{"scan.startup.mode", "-"}, {"properties.group.id", "fresh"}}));
  Status status = (*source->MakeDiscovery())->Discover(false).status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(status.message().find("'fresh' has no committed offset"), std::string::npos) << status;
  // A restored job's new partitions begin at the earliest, whatever the options say.
  source = Open(Table({{"scan.startup.mode", "latest-offset"}}));
  EXPECT_EQ(Positions(Discover(*source, true)), (std::vector<std::string>{"0", "0"}));
}

TEST_F(KafkaServiceTest, CompletedCheckpointsMoveTheGroup) {
  ProduceNumbers(0, 0, 10);
  Options options = {{"properties.group.id", "moving"},
                     {"properties.auto.offset.reset", "earliest"},
                     {"scan.startup.mode", "group-offsets"}};
  auto source = Open(Table(options));
  Reading reading = Read(*source, Discover(*source));
  reading.Until(10);
  reading.reader->CheckpointCompleted({{0, "6"}, {1, "0"}});
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  std::vector<std::string> positions;
  while (positions != std::vector<std::string>{"6", "0"}) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    ASSERT_TRUE(reading.reader->Poll(reading.out, 300).ok());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    positions = Positions(Discover(*source));
  }
}

TEST_F(KafkaServiceTest, BoundedModesEndEverySplit) {
  ProduceNumbers(0, 0, 10);
  ProduceNumbers(1, 100, 103);
  auto source = Open(Table({{"scan.bounded.mode", "latest-offset"}}));
  EXPECT_TRUE(source->bounded());
  std::vector<SourceSplit> splits = Discover(*source);
  ProduceNumbers(0, 10, 20);  // after the end was fixed
  Reading reading = Read(*source, splits);
  reading.Until(1000);
  EXPECT_EQ(reading.last, PollResult::kFinished);
  EXPECT_EQ(reading.out.values.size(), 13u);
  EXPECT_EQ(reading.out.finished.size(), 2u);

  // Restored at the end there is nothing more to read.
  for (size_t i = 0; i < splits.size(); ++i) {
    splits[i].position = *reading.reader->Position(static_cast<int32_t>(i));
  }
  Reading again = Read(*source, splits);
  again.Until(1000);
  EXPECT_EQ(again.last, PollResult::kFinished);
  EXPECT_TRUE(again.out.values.empty());

  source =
      Open(Table({{"scan.bounded.mode", "specific-offsets"},
                  {"scan.bounded.specific-offsets", "partition:0,offset:5;partition:1,offset:0"}}));
  reading = Read(*source, Discover(*source));
  reading.Until(1000);
  EXPECT_EQ(reading.out.values, (std::vector<std::string>{"0", "1", "2", "3", "4"}));
}

TEST_F(KafkaServiceTest, KeysNullValuesAndMetadata) {
  Produce({{.partition = 1,
            .key = "k",
            .value = "v",
            .timestamp = 1700000000123,
            .headers = {{"h", "x"}, {"i", ""}}},
           {.partition = 1, .key = "k", .timestamp = 1700000000124},
           {.partition = 1, .value = "", .timestamp = 1700000000125}});
  TableInfo table = Table({});
  table.schema = std::make_shared<const Schema>(std::vector<Field>{
      {"a", DataType::Int()},
      {"topic", DataType::String().NotNull()},
      {"p", DataType::Int().NotNull()},
      {"o", DataType::BigInt().NotNull()},
      {"ts", DataType::TimestampLtz(3).NotNull()},
      {"tt", DataType::String().NotNull()},
      {"e", DataType::Int()},
      {"h", DataType::Map(DataType::String().NotNull(), DataType::Bytes().NotNull()).NotNull()}});
  table.metadata_keys = {"topic",          "partition",    "offset", "timestamp",
                         "timestamp-type", "leader-epoch", "headers"};
  auto source = Open(table);
  SourceReaderContext context;
  context.projection = {7, 0, 1, 2, 3, 4, 5, 6};
  Reading reading = Read(*source, Discover(*source), context);
  reading.Until(3);
  EXPECT_EQ(reading.out.keys, (std::vector<std::string>{"k", "k", "<null>"}));
  EXPECT_EQ(reading.out.values, (std::vector<std::string>{"v", "<null>", ""}));
  EXPECT_EQ(reading.out.metadata[0],
            "{h=[120], i=[]}|" + topic_ + "|1|0|2023-11-14T22:13:20.123Z|CreateTime|0");
  EXPECT_EQ(reading.out.metadata[1], "{}|" + topic_ + "|1|1|2023-11-14T22:13:20.124Z|CreateTime|0");
}

TEST_F(KafkaServiceTest, NewPartitionsAndTopicsAreFoundAndBeginAtTheEarliest) {
  CreateTopic(topic_ + "Other", 1);
  auto source = Open(Table({{"topic", "-"},
                            {"topic-pattern", topic_ + ".*"},
                            {"scan.startup.mode", "latest-offset"},
                            {"scan.topic-partition-discovery.interval", "1 s"}}));
  EXPECT_EQ(source->discovery_interval(), Duration(1000));
  ProduceNumbers(0, 0, 5);
  auto discovery = *source->MakeDiscovery();
  auto first = *discovery->Discover(false);
  EXPECT_EQ(Positions(first), (std::vector<std::string>{"5", "0", "0"}));
  ProduceNumbers(0, 5, 9);
  CreateTopic(topic_ + "Third", 1);
  auto second = *discovery->Discover(false);
  ASSERT_EQ(second.size(), 4u);
  EXPECT_EQ(second[0], first[0]);  // resolved once
  EXPECT_EQ(second[3].id, topic_ + "Third-0");
  EXPECT_TRUE(second[3].discovered_later);
}

TEST_F(KafkaServiceTest, AnOffsetThatIsGoneStopsTheJobAndNamesTheRange) {
  ProduceNumbers(0, 0, 10);
  auto source = Open(Table({}));
  std::vector<SourceSplit> splits = Discover(*source);
  splits[0].position = "4711";
  Reading reading = Read(*source, splits);
  reading.Until(1);
  EXPECT_EQ(reading.error.code(), StatusCode::kDataLoss);
  for (const char* part : {"partition 0", "offset 4711 is wanted", "available is 0 to 10"}) {
    EXPECT_NE(reading.error.message().find(part), std::string::npos) << reading.error;
  }
}

TEST_F(KafkaServiceTest, APositionInAnotherLeadersLogStopsTheJob) {
  ProduceNumbers(0, 0, 20);
  ProduceNumbers(1, 0, 20);
  auto source = Open(Table({}));
  std::vector<SourceSplit> splits = Discover(*source);
  const auto expect_refused = [](Reading& reading, size_t rows, const char* range) {
    reading.Until(rows + 1);
    EXPECT_EQ(reading.out.values.size(), rows);
    EXPECT_EQ(reading.error.code(), StatusCode::kDataLoss);
    for (const char* part : {"offset 10 is wanted", range, "another leader"}) {
      EXPECT_NE(reading.error.message().find(part), std::string::npos) << reading.error;
    }
  };
  // The offset is there, but never had this log a leader of that epoch.
  const SourceSplit unknown{.id = splits[1].id, .position = "10@7"};
  Reading restored = Read(*source, {unknown});
  expect_refused(restored, 0, "partition 1");
  // Nor is it taken where the client knows the topic, and its leader's epoch, already.
  Reading reading = Read(*source, {splits[0]});
  reading.Until(20);
  ASSERT_EQ(reading.reader->AddSplit(1, unknown), OkStatus());
  expect_refused(reading, 20, "0 to 20");
}

TEST_F(KafkaServiceTest, ALaterLeadersLogIsReadFromWhereItHoldsWhatWasRead) {
  ProduceNumbers(0, 0, 5);
  broker_->Stop();
  broker_->Restart();  // the leader's epoch rises
  ProduceNumbers(0, 5, 20);
  auto source = Open(Table({}));
  const std::string partition = Discover(*source)[0].id;
  // The first leader's messages end at 5.
  Reading replaced = Read(*source, {{.id = partition, .position = "10@0"}});
  replaced.Until(1);
  EXPECT_TRUE(replaced.out.values.empty());
  EXPECT_EQ(replaced.error.code(), StatusCode::kDataLoss);
  EXPECT_NE(replaced.error.message().find("another leader"), std::string::npos) << replaced.error;

  Reading fits = Read(*source, {{.id = partition, .position = "5@0"}});
  fits.Until(15);
  EXPECT_EQ(fits.error, OkStatus());
  ASSERT_EQ(fits.out.values.size(), 15u);
  EXPECT_EQ(fits.out.values.front(), "5");
  EXPECT_EQ(fits.out.values.back(), "19");
}

TEST_F(KafkaServiceTest, ATopicThatWasMadeAgainStopsTheJob) {
  ProduceNumbers(0, 0, 10);
  auto source = Open(Table({}));
  std::vector<SourceSplit> splits = Discover(*source);
  Reading first = Read(*source, splits);
  first.Until(10);
  splits[0].position = *first.reader->Position(0);
  first.reader.reset();
  DeleteTopic(topic_);
  CreateTopic(topic_, 2);
  ProduceNumbers(0, 100, 120);  // the position fits them

  Reading second = Read(*source, splits);
  second.Until(1);
  EXPECT_EQ(second.error.code(), StatusCode::kDataLoss);
  EXPECT_NE(second.error.message().find("deleted and made again"), std::string::npos)
      << second.error;

  auto anew = Open(Table({}));
  Reading third = Read(*anew, Discover(*anew));
  third.Until(20);
  EXPECT_EQ(third.error, OkStatus());
  EXPECT_EQ(third.out.values.front(), "100");
}

TEST_F(KafkaServiceTest, ATopicThatIsMadeAgainWhileItIsReadStopsTheJob) {
  ProduceNumbers(0, 0, 10);
  auto source = Open(Table({}));
  Reading reading = Read(*source, Discover(*source));
  reading.Until(10);
  DeleteTopic(topic_);
  CreateTopic(topic_, 2);
  ProduceNumbers(0, 100, 120);
  reading.Until(1000);
  EXPECT_EQ(reading.error.code(), StatusCode::kDataLoss);
  EXPECT_NE(reading.error.message().find("deleted and made again"), std::string::npos)
      << reading.error;
}

TEST_F(KafkaServiceTest, MissingTopicsNameTheNearest) {
  auto source = Open(Table({{"topic", topic_.substr(1)}}));
  Status status = source->Validate();
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_NE(status.message().find("did you mean '" + topic_ + "'?"), std::string::npos) << status;
}

TEST_F(KafkaServiceTest, ABrokerThatComesBackIsReadOn) {
  ProduceNumbers(0, 0, 10);
  auto source = Open(Table({{"properties.reconnect.backoff.max.ms", "200"}}));
  Reading reading = Read(*source, Discover(*source));
  reading.Until(10);
  broker_->Stop();
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(reading.reader->Poll(reading.out, 300).ok());
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  Status down = source->Validate();
  EXPECT_EQ(down.code(), StatusCode::kUnavailable) << down;
  EXPECT_NE(down.message().find("Connection refused"), std::string::npos) << down;
  broker_->Restart();
  ProduceNumbers(0, 10, 20);
  reading.Until(20);
  EXPECT_EQ(reading.error, OkStatus());
  ASSERT_EQ(reading.out.values.size(), 20u);
  EXPECT_EQ(reading.out.values.back(), "19");
}

}  // namespace
}  // namespace weir
