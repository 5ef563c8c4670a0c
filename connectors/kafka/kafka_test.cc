#include "connectors/kafka/kafka.h"

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include "connectors/kafka/kafka_client.h"
#include "connectors/kafka/kafka_options.h"
#include "connectors/kafka/kafka_position.h"
#include "connectors/kafka/kafka_properties.h"
#include "connectors/testing/recording_output.h"

namespace weir {
namespace {

using Options = std::map<std::string, std::string>;

Options SourceWith(const Options& more) {
  Options options = {{"connector", "kafka"},
                     {"topic", "orders"},
                     {"properties.bootstrap.servers", "127.0.0.1:1"},
                     {"properties.group.id", "g"},
                     {"format", "json"}};
  for (const auto& [key, value] : more) {
    if (value == "-") {
      options.erase(key);
    } else {
      options[key] = value;
    }
  }
  return options;
}

TEST(KafkaPositionTest, Text) {
  struct Case {
    KafkaPosition position;
    const char* text;
  };
  for (const Case& c : {Case{{42, -1, -1, ""}, "42"},
                        {{42, 7, -1, ""}, "42@7"},
                        {{42, 7, 100, ""}, "42@7:100"},
                        {{42, 7, -1, "x+/="}, "42@7#x+/="},
                        {{0, -1, 0, ""}, "0:0"}}) {
    EXPECT_EQ(c.position.ToString(), c.text);
    EXPECT_EQ(KafkaPosition::Parse(c.text), c.position);
  }
  for (const char* bad : {"", "x", "-1", "4x", "4@", "4:", "4@7:x", "4#", "99999999999999999999"}) {
    EXPECT_EQ(KafkaPosition::Parse(bad), std::nullopt) << bad;
  }
}

TEST(KafkaPartitionTest, IdsAndEvenHashes) {
  EXPECT_EQ(KafkaPartition::Parse("a-b-12")->topic, "a-b");
  EXPECT_EQ(KafkaPartition::Parse("a-b-12")->partition, 12);
  EXPECT_EQ(KafkaPartition::Parse("abc"), std::nullopt);
  EXPECT_EQ(KafkaPartition::Parse("a-x"), std::nullopt);
  int count[4] = {};
  for (int p = 0; p < 8; ++p) ++count[KafkaPartition{"orders", p}.Hash() % 4];
  for (int n : count) EXPECT_EQ(n, 2);
}

TEST(KafkaOptionsTest, Modes) {
  using Mode = KafkaOffsets::Mode;
  TableInfo table = TableOf({{"a", DataType::Int()}}, SourceWith({}));
  StatusOr<KafkaOptions> options = KafkaOptions::Read(table);
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->start.mode, Mode::kGroup);
  EXPECT_EQ(options->end.mode, Mode::kUnbounded);
  EXPECT_EQ(options->discovery_interval, Duration(300000));
  EXPECT_EQ(options->properties.at("group.id"), "g");

  table.options =
      SourceWith({{"scan.startup.mode", "specific-offsets"},
                  {"scan.startup.specific-offsets", "partition:0,offset:42;partition:1,offset:300"},
                  {"scan.bounded.mode", "timestamp"},
                  {"scan.bounded.timestamp-millis", "1700000000000"},
                  {"properties.auto.offset.reset", "latest"}});
  options = KafkaOptions::Read(table);
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->start.specific, (std::map<int32_t, int64_t>{{0, 42}, {1, 300}}));
  EXPECT_EQ(options->end.mode, Mode::kTimestamp);
  EXPECT_EQ(options->end.timestamp_ms, 1700000000000);
  EXPECT_EQ(options->reset, KafkaOptions::Reset::kLatest);
  EXPECT_EQ(options->discovery_interval, std::nullopt);
}

TEST(KafkaOptionsTest, Refusals) {
  struct Case {
    Options options;
    const char* part;  // of the message
  };
  for (const Case& c : std::vector<Case>{
           {{{"topic", "-"}}, "missing option 'topic'"},
           {{{"properties.bootstrap.servers", "-"}},
            "missing option 'properties.bootstrap.servers'"},
           {{{"topic-pattern", "x.*"}}, "contradicts 'topic'"},
           {{{"properties.group.id", "-"}}, "needs 'properties.group.id'"},
           {{{"scan.startup.mode", "earliest"}}, "is none of 'earliest-offset', 'latest-offset'"},
           {{{"scan.startup.mode", "timestamp"}}, "missing option 'scan.startup.timestamp-millis'"},
           {{{"scan.startup.mode", "specific-offsets"}, {"scan.startup.specific-offsets", "0:42"}},
            "is not of the form 'partition:0,offset:42"},
           {{{"scan.starup.mode", "earliest-offset"}}, "did you mean 'scan.startup.mode'?"},
           {{{"format", "-"}}, "missing option 'format'"},
           {{{"format", "avr"}}, "unknown format 'avr'"},
           {{{"properties.fetch.min.byte", "1"}}, "did you mean 'properties.fetch.min.bytes'?"},
           {{{"properties.socket.timeout.ms", "x"}}, "properties.socket.timeout.ms"},
           {{{"properties.sasl.jaas.config", "nonsense"}}, "is not a PlainLoginModule"},
           {{{"properties.ssl.truststore.location", "/x.jks"}}, "'properties.ssl.ca.location'"},
       }) {
    Status status = KafkaConnector()
                        .make_source(TableOf({{"a", DataType::Int()}}, SourceWith(c.options)))
                        .status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << status;
    EXPECT_NE(status.message().find(c.part), std::string::npos) << status << " lacks " << c.part;
  }
}

TEST(KafkaOptionsTest, MetadataColumnsAreChecked) {
  TableInfo table = TableOf({{"a", DataType::Int()}, {"p", DataType::Int()}}, SourceWith({}));
  table.physical_columns = 1;
  table.metadata_keys = {"partition"};
  EXPECT_TRUE(KafkaConnector().make_source(table).ok());
  table.metadata_keys = {"partitoin"};
  EXPECT_EQ(KafkaConnector().make_source(table).status().message(),
            "table `t`, column `p`: unknown metadata 'partitoin'; did you mean 'partition'?");
  table.metadata_keys = {"offset"};
  EXPECT_EQ(KafkaConnector().make_source(table).status().message(),
            "table `t`, column `p`: the metadata 'offset' is of type BIGINT NOT NULL, not INT");
}

TEST(KafkaPropertiesTest, JavasLoginBecomesOurs) {
  auto translated = TranslateKafkaProperties(
      {{"sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"ann\" "
        "password=\"s\\\"ecret\";"},
       {"sasl.mechanism", "SCRAM-SHA-256"},
       {"key.deserializer", "x"},
       {"ssl.truststore.type", "PEM"},
       {"ssl.truststore.location", "/ca.pem"}});
  ASSERT_TRUE(translated.ok()) << translated.status();
  EXPECT_EQ(*translated, (Options{{"sasl.username", "ann"},
                                  {"sasl.password", "s\"ecret"},
                                  {"sasl.mechanism", "SCRAM-SHA-256"},
                                  {"ssl.ca.location", "/ca.pem"}}));
}

std::string IsolationLevel(const Options& more) {
  auto read = KafkaOptions::Read(TableOf({{"a", DataType::Int()}}, SourceWith(more)));
  EXPECT_TRUE(read.ok()) << read.status();
  auto client = KafkaClient::Make(KafkaClient::Kind::kConsumer, *read, {});
  EXPECT_TRUE(client.ok()) << client.status();
  char value[64];
  size_t size = sizeof(value);
  EXPECT_EQ(rd_kafka_conf_get(rd_kafka_conf((*client)->get()), "isolation.level", value, &size),
            RD_KAFKA_CONF_OK);
  return value;
}

TEST(KafkaClientTest, ReadsUncommittedUnlessTold) {
  EXPECT_EQ(IsolationLevel({}), "read_uncommitted");
  EXPECT_EQ(IsolationLevel({{"properties.isolation.level", "read_committed"}}), "read_committed");
}

TEST(KafkaValidateTest, BrokerThatIsDownIsNamed) {
  Options options = SourceWith({{"properties.socket.connection.setup.timeout.ms", "1000"}});
  auto source = KafkaConnector().make_source(TableOf({{"a", DataType::Int()}}, options));
  ASSERT_TRUE(source.ok()) << source.status();
  Status status = (*source)->Validate();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  for (const char* part : {"127.0.0.1:1", "Connection refused", "is the broker running"}) {
    EXPECT_NE(status.message().find(part), std::string::npos) << status;
  }
}

}  // namespace
}  // namespace weir
