#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/data/batch_builder.h"
#include "connectors/kafka/kafka.h"
#include "connectors/kafka/kafka_record.h"
#include "connectors/kafka/kafka_sink_options.h"
#include "connectors/kafka/kafka_writer.h"
#include "connectors/testing/recording_output.h"

namespace weir {
namespace {

using Options = std::map<std::string, std::string>;

Options Changed(Options options, const Options& more) {
  for (const auto& [key, value] : more) {
    if (value == "-") {
      options.erase(key);
    } else {
      options[key] = value;
    }
  }
  return options;
}

Options SinkWith(const Options& more) {
  return Changed({{"connector", "kafka"},
                  {"topic", "orders"},
                  {"properties.bootstrap.servers", "127.0.0.1:1"},
                  {"format", "json"}},
                 more);
}

Options Upsert(const Options& more) {
  return Changed({{"connector", "upsert-kafka"},
                  {"topic", "orders"},
                  {"properties.bootstrap.servers", "127.0.0.1:1"},
                  {"key.format", "json"},
                  {"value.format", "json"}},
                 more);
}

void ExpectRefused(const Connector& connector, const TableInfo& table, const std::string& part) {
  Status status = connector.make_sink(table).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << status;
  EXPECT_NE(status.message().find(part), std::string::npos) << status << " lacks " << part;
}

TEST(KafkaSinkOptionsTest, DefaultsAndValues) {
  auto options = KafkaSinkOptions::Read(TableOf({{"a", DataType::Int()}}, SinkWith({})), false);
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->guarantee, KafkaSinkOptions::Guarantee::kAtLeastOnce);
  EXPECT_EQ(options->partitioner, KafkaSinkOptions::Partitioner::kDefault);
  options = KafkaSinkOptions::Read(
      TableOf({{"a", DataType::Int()}}, SinkWith({{"sink.delivery-guarantee", "exactly-once"},
                                                  {"sink.transactional-id-prefix", "p"},
                                                  {"sink.partitioner", "fixed"},
                                                  {"properties.max.request.size", "2000000"},
                                                  {"scan.startup.mode", "latest-offset"}})),
      false);
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->guarantee, KafkaSinkOptions::Guarantee::kExactlyOnce);
  EXPECT_EQ(options->transactional_id_prefix, "p");
  EXPECT_EQ(options->properties.at("message.max.bytes"), "2000000");
  // The older name of the option.
  options = KafkaSinkOptions::Read(
      TableOf({{"a", DataType::Int()}}, SinkWith({{"sink.semantic", "none"}})), false);
  EXPECT_EQ(options->guarantee, KafkaSinkOptions::Guarantee::kNone);
}

TEST(KafkaSinkOptionsTest, Refusals) {
  struct Case {
    Options options;
    const char* part;  // of the message
  };
  for (const Case& c : std::vector<Case>{
           {{{"topic", "-"}}, "missing option 'topic'"},
           {{{"topic", "a;b"}}, "a column METADATA FROM 'topic' must say into which one"},
           {{{"topic", "-"}, {"topic-pattern", "("}}, "is no regular expression"},
           {{{"properties.bootstrap.servers", "-"}},
            "missing option 'properties.bootstrap.servers'"},
           {{{"sink.partitoner", "fixed"}}, "did you mean 'sink.partitioner'?"},
           {{{"sink.partitioner", "com.example.Mine"}}, "is none of 'default', 'fixed'"},
           {{{"sink.partitioner", "round-robin"}, {"key.format", "raw"}, {"key.fields", "a"}},
            "leave out 'key.fields', or choose 'default'"},
           {{{"sink.delivery-guarantee", "twice"}}, "is none of 'none', 'at-least-once'"},
           {{{"sink.delivery-guarantee", "exactly-once"}},
            "missing option 'sink.transactional-id-prefix'"},
           {{{"sink.delivery-guarantee", "none"}, {"sink.semantic", "none"}},
            "give only the latter"},
           {{{"properties.acks", "1"}}, "could lose rows"},
           {{{"sink.delivery-guarantee", "exactly-once"},
             {"sink.transactional-id-prefix", "p"},
             {"properties.transaction.timeout.ms", "5000"},
             {"properties.delivery.timeout.ms", "6000"}},
            "must be set <= `transaction.timeout.ms`"},
           {{{"properties.transactional.id", "x"}}, "give 'sink.transactional-id-prefix'"},
           {{{"properties.enable.idempotenc", "true"}},
            "did you mean 'properties.enable.idempotence'?"},
           {{{"key.format", "json"}}, "needs 'key.fields'"},
           {{{"key.fields", "a"}}, "needs 'key.format'"},
           {{{"format", "-"}}, "missing option 'format'"},
           {{{"sink.buffer-flush.interval", "1s"}}, "unknown option 'sink.buffer-flush.interval'"},
       }) {
    ExpectRefused(KafkaConnector(), TableOf({{"a", DataType::Int()}}, SinkWith(c.options)), c.part);
  }
  TableInfo keyed = TableOf({{"a", DataType::Int().NotNull()}}, SinkWith({}));
  keyed.primary_key = {0};
  ExpectRefused(KafkaConnector(), keyed, "use 'upsert-kafka'");
}

TEST(KafkaSinkOptionsTest, UpsertRefusals) {
  ExpectRefused(UpsertKafkaConnector(), TableOf({{"a", DataType::Int()}}, Upsert({})),
                "needs a primary key");
  struct Case {
    Options options;
    const char* part;  // of the message
  };
  for (const Case& c : std::vector<Case>{
           {{{"format", "json"}}, "give 'key.format' and 'value.format'"},
           {{{"key.fields", "a"}}, "the primary key is the key of the messages"},
           {{{"key.format", "-"}}, "missing option 'key.format'"},
           {{{"value.format", "-"}}, "missing option 'value.format'"},
           {{{"sink.buffer-flush.max-rows", "100"}}, "needs its companion"},
           {{{"sink.buffer-flush.interval", "1 s"}}, "needs its companion"},
           {{{"topic", "a;b"}}, "is more than one topic"},
       }) {
    TableInfo table = TableOf({{"a", DataType::Int().NotNull()}}, Upsert(c.options));
    table.primary_key = {0};
    ExpectRefused(UpsertKafkaConnector(), table, c.part);
  }
}

// topic|key|value|timestamp|headers
std::string Text(const KafkaRecord& record) {
  auto text = [](const std::optional<std::string>& part) { return part.value_or("<null>"); };
  std::string out = record.topic + "|" + text(record.key) + "|" + text(record.value) + "|" +
                    std::to_string(record.timestamp_ms) + "|";
  for (const auto& [name, value] : record.headers) out += name + "=" + text(value) + ";";
  return out;
}

std::vector<std::string> Encoded(const TableInfo& table, bool upsert, const Batch& batch) {
  auto options = KafkaSinkOptions::Read(table, upsert);
  EXPECT_TRUE(options.ok()) << options.status();
  auto encoder = KafkaRecordEncoder::Make(table, *options);
  EXPECT_TRUE(encoder.ok()) << encoder.status();
  (*encoder)->Begin(batch);
  std::vector<std::string> out;
  KafkaRecord record;  // reused, as by the writer
  for (size_t row = 0; row < batch.rows(); ++row) {
    Status status = (*encoder)->Encode(row, record);
    out.push_back(status.ok() ? Text(record) : status.ToString());
  }
  return out;
}

TEST(KafkaRecordTest, KeysAndValues) {
  TableInfo table = TableOf({{"k_id", DataType::Int()}, {"v", DataType::String()}},
                            SinkWith({{"key.format", "json"},
                                      {"key.fields", "k_id"},
                                      {"key.fields-prefix", "k_"},
                                      {"value.fields-include", "EXCEPT_KEY"}}));
  BatchBuilder builder(table.schema);
  builder.AppendRow({1, "x"});
  builder.AppendRow({Value(), Value()});
  EXPECT_EQ(Encoded(table, false, builder.Finish()),
            (std::vector<std::string>{"orders|{\"id\":1}|{\"v\":\"x\"}|0|",
                                      "orders|{\"id\":null}|{\"v\":null}|0|"}));
}

TEST(KafkaRecordTest, RawCellsWithoutAValueAreNull) {
  TableInfo table = TableOf({{"v", DataType::String()}}, SinkWith({{"format", "raw"}}));
  BatchBuilder builder(table.schema);
  builder.AppendRow({"x"});
  builder.AppendRow({Value()});
  builder.AppendRow({""});
  EXPECT_EQ(Encoded(table, false, builder.Finish()),
            (std::vector<std::string>{"orders|<null>|x|0|", "orders|<null>|<null>|0|",
                                      "orders|<null>||0|"}));
}

TEST(KafkaRecordTest, MetadataColumns) {
  TableInfo table =
      TableOf({{"v", DataType::String()},
               {"to", DataType::String().NotNull()},
               {"at", DataType::TimestampLtz(3).NotNull()},
               {"h", DataType::Map(DataType::String().NotNull(), DataType::Bytes().NotNull())}},
              SinkWith({{"format", "raw"}, {"topic", "orders;returns"}}));
  table.physical_columns = 1;
  table.metadata_keys = {"topic", "timestamp", "headers"};
  BatchBuilder builder(table.schema);
  auto append = [&](const char* topic, int64_t micros, std::vector<std::string> headers) {
    builder.column(0).AppendBytes("x");
    builder.column(1).AppendBytes(topic);
    builder.column(2).Append<int64_t>(micros);
    for (const std::string& header : headers) {
      builder.column(3).child(0).AppendBytes(header.substr(0, 1));
      builder.column(3).child(1).AppendBytes(header.substr(2));
    }
    builder.column(3).CloseList();
    builder.CloseRow();
  };
  append("orders", 1'700'000'000'123'456, {"a=1", "b="});
  append("returns", 0, {});
  append("retuns", 0, {});
  EXPECT_EQ(Encoded(table, false, builder.Finish()),
            (std::vector<std::string>{
                "orders|<null>|x|1700000000123|a=1;b=;", "returns|<null>|x|0|",
                "invalid argument: a row for the topic 'retuns', which is not one of the table: "
                "'topic' does not name it; did you mean 'returns'?"}));
}

TEST(KafkaRecordTest, DeletesHaveNoValue) {
  TableInfo table =
      TableOf({{"v", DataType::String()}, {"id", DataType::Int().NotNull()}}, Upsert({}));
  table.primary_key = {1};
  BatchBuilder builder(table.schema);
  builder.AppendRow({"x", 1}, RowKind::kInsert);
  builder.AppendRow({"y", 1}, RowKind::kUpdateAfter);
  builder.AppendRow({"y", 1}, RowKind::kDelete);
  EXPECT_EQ(Encoded(table, true, builder.Finish()),
            (std::vector<std::string>{"orders|{\"id\":1}|{\"v\":\"x\",\"id\":1}|0|",
                                      "orders|{\"id\":1}|{\"v\":\"y\",\"id\":1}|0|",
                                      "orders|{\"id\":1}|<null>|0|"}));
}

TEST(KafkaUpsertBufferTest, KeepsTheLastOfEachKey) {
  KafkaUpsertBuffer buffer;
  for (const char* text : {"a1", "b1", "a2", "c1", "b2"}) {
    buffer.Add({.topic = "t", .key = std::string(1, text[0]), .value = std::string(1, text[1])});
  }
  ASSERT_EQ(buffer.size(), 3u);
  std::string out;
  for (size_t i = 0; i < buffer.size(); ++i) out += *buffer[i].key + *buffer[i].value + " ";
  EXPECT_EQ(out, "a2 b2 c1 ");
  buffer.Clear();
  EXPECT_TRUE(buffer.empty());
}

// One is made with each commit.
TEST(KafkaSinkTest, MakingOneConnectsToNobody) {
  const int broker = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(bind(broker, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(broker, 100), 0);
  ASSERT_EQ(getsockname(broker, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const std::string servers = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  for (int i = 0; i < 10; ++i) {
    const auto sink = KafkaConnector().make_sink(
        TableOf({{"a", DataType::Int()}}, SinkWith({{"properties.bootstrap.servers", servers},
                                                    {"sink.delivery-guarantee", "exactly-once"},
                                                    {"sink.transactional-id-prefix", "p"}})));
    ASSERT_TRUE(sink.ok()) << sink.status();
  }
  pollfd connection{.fd = broker, .events = POLLIN, .revents = 0};
  EXPECT_EQ(poll(&connection, 1, 200), 0) << "somebody connects to " << servers;
  close(broker);
}

TEST(KafkaSinkTest, BrokerThatIsDownIsNamed) {
  auto sink = KafkaConnector().make_sink(
      TableOf({{"a", DataType::Int()}},
              SinkWith({{"properties.socket.connection.setup.timeout.ms", "1000"}})));
  ASSERT_TRUE(sink.ok()) << sink.status();
  EXPECT_FALSE((*sink)->accepts_updates());
  Status status = (*sink)->Validate();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  for (const char* part : {"127.0.0.1:1", "Connection refused", "is the broker running"}) {
    EXPECT_NE(status.message().find(part), std::string::npos) << status;
  }
}

}  // namespace
}  // namespace weir
