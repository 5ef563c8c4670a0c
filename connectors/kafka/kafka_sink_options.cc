#include "connectors/kafka/kafka_sink_options.h"

#include "connectors/kafka/kafka_options.h"
#include "connectors/table_options.h"

namespace weir {
namespace {

using Guarantee = KafkaSinkOptions::Guarantee;

// Tables that are written and read carry both kinds of options.
void AcceptSourceOptions(TableOptions& options, bool upsert) {
  for (const char* key :
       {"scan.bounded.mode", "scan.bounded.timestamp-millis", "scan.bounded.specific-offsets",
        "scan.topic-partition-discovery.interval"}) {
    options.Accept(key);
  }
  if (upsert) return;  // read from the beginning
  for (const char* key :
       {"scan.startup.mode", "scan.startup.timestamp-millis", "scan.startup.specific-offsets"}) {
    options.Accept(key);
  }
}

void ReadGuarantee(TableOptions& options, KafkaSinkOptions& out) {
  // The name of the option before Flink 1.14.
  const char* key = options.Has("sink.semantic") ? "sink.semantic" : "sink.delivery-guarantee";
  if (options.Has("sink.semantic") && options.Has("sink.delivery-guarantee")) {
    options.Fail("sink.semantic", "contradicts 'sink.delivery-guarantee': give only the latter");
  }
  std::string guarantee =
      options.OneOf(key, "at-least-once", {"none", "at-least-once", "exactly-once"});
  if (guarantee == "none") out.guarantee = Guarantee::kNone;
  if (guarantee == "exactly-once") out.guarantee = Guarantee::kExactlyOnce;
  out.transactional_id_prefix = options.String("sink.transactional-id-prefix", "");
  if (out.guarantee != Guarantee::kExactlyOnce) return;
  options.Required("sink.transactional-id-prefix");
  if (!out.topics.pattern.empty()) {
    options.Fail("topic-pattern",
                 "cannot be used with 'exactly-once': what is committed is noted beside a topic "
                 "that has to be named by 'topic'");
  }
}

void ReadPartitioner(TableOptions& options, KafkaSinkOptions& out) {
  std::string name =
      options.OneOf("sink.partitioner", "default", {"default", "fixed", "round-robin"});
  if (name == "fixed") out.partitioner = KafkaSinkOptions::Partitioner::kFixed;
  if (name == "round-robin") out.partitioner = KafkaSinkOptions::Partitioner::kRoundRobin;
  if (name == "round-robin" && options.Has("key.fields")) {
    options.Fail("sink.partitioner",
                 "would spread the messages of one key over all partitions: leave out "
                 "'key.fields', or choose 'default'");
  }
}

void ReadBufferFlush(TableOptions& options, KafkaSinkOptions& out) {
  out.flush_rows = options.Integer("sink.buffer-flush.max-rows", 0, 0);
  out.flush_interval = options.Duration("sink.buffer-flush.interval", Duration(0));
  if ((out.flush_rows > 0) != (out.flush_interval.count() > 0)) {
    options.Fail(out.flush_rows > 0 ? "sink.buffer-flush.max-rows" : "sink.buffer-flush.interval",
                 "needs its companion: 'sink.buffer-flush.max-rows' and "
                 "'sink.buffer-flush.interval' are given both or not at all");
  }
}

void ReadTopicColumn(const TableInfo& table, TableOptions& options, const KafkaSinkOptions& out) {
  bool named = false;
  for (const std::string& key : table.metadata_keys) named |= key == "topic";
  if (named && out.upsert) {
    options.FailWith(InvalidArgumentError("table `" + table.name +
                                          "`: 'upsert-kafka' writes one topic; the metadata "
                                          "column 'topic' can only be read: declare it VIRTUAL"));
  }
  if (named || out.topics.names.size() == 1) return;
  options.Fail(out.topics.pattern.empty() ? "topic" : "topic-pattern",
               "is more than one topic: a column METADATA FROM 'topic' must say into which one "
               "each row goes");
}

Status CheckAcks(const TableInfo& table, const KafkaSinkOptions& options) {
  for (const char* key : {"acks", "request.required.acks"}) {
    auto found = options.properties.find(key);
    if (found == options.properties.end() || found->second == "all" || found->second == "-1") {
      continue;
    }
    return InvalidArgumentError(
        "table `" + table.name + "`: option 'properties." + key + "' = '" + found->second +
        "' could lose rows: leave it out, or say so with 'sink.delivery-guarantee' = 'none'");
  }
  return OkStatus();
}

}  // namespace

StatusOr<KafkaSinkOptions> KafkaSinkOptions::Read(const TableInfo& table, bool upsert) {
  TableOptions options(table);
  KafkaSinkOptions out;
  out.table = table.name;
  out.upsert = upsert;
  out.topics = KafkaTopics::Read(options);
  out.servers = options.Required("properties.bootstrap.servers");
  AcceptSourceOptions(options, upsert);
  ReadGuarantee(options, out);
  ReadPartitioner(options, out);
  if (upsert) {
    ReadUpsertOptions(table, options);
    ReadBufferFlush(options, out);
  } else if (!table.primary_key.empty()) {
    options.FailWith(InvalidArgumentError(
        "table `" + table.name +
        "`: a 'kafka' table cannot have a primary key, which it could not keep: leave it out, or "
        "use 'upsert-kafka'"));
  }
  options.ReadFormats(/*reading=*/false, /*keyed=*/true);
  ReadTopicColumn(table, options, out);
  std::map<std::string, std::string> java = options.WithPrefix("properties.");
  if (java.contains("transactional.id")) {
    options.Fail("properties.transactional.id",
                 "is made by the sink: give 'sink.transactional-id-prefix'");
  }
  StatusOr<std::map<std::string, std::string>> properties = TranslateKafkaProperties(java);
  if (!properties.ok()) {
    options.FailWith(Status(properties.status()).Annotate("table `" + table.name + "`"));
  }
  RETURN_IF_ERROR(options.Finish());
  out.properties = std::move(*properties);
  if (out.guarantee != Guarantee::kNone) RETURN_IF_ERROR(CheckAcks(table, out));
  return out;
}

}  // namespace weir
