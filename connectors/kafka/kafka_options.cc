#include "connectors/kafka/kafka_options.h"

#include <charconv>

#include "common/base/logging.h"
#include "connectors/kafka/kafka_properties.h"
#include "connectors/table_options.h"

namespace weir {
namespace {

// "partition:0,offset:42;partition:1,offset:300"
bool ParseSpecific(const std::vector<std::string>& items, std::map<int32_t, int64_t>& out) {
  for (const std::string& item : items) {
    int partition = -1;
    long long offset = -1;
    int used = 0;
    if (std::sscanf(item.c_str(), "partition:%d,offset:%lld%n", &partition, &offset, &used) != 2 ||
        static_cast<size_t>(used) != item.size() || partition < 0 || offset < 0) {
      return false;
    }
    out[partition] = offset;
  }
  return !out.empty();
}

// Options "<prefix>.mode" and what each mode needs.
void ReadOffsets(TableOptions& options, const std::string& prefix, KafkaOffsets& out,
                 std::string_view fallback) {
  bool start = prefix == "scan.startup";
  std::string mode = start ? options.OneOf(prefix + ".mode", fallback,
                                           {"earliest-offset", "latest-offset", "group-offsets",
                                            "timestamp", "specific-offsets"})
                           : options.OneOf(prefix + ".mode", fallback,
                                           {"unbounded", "latest-offset", "group-offsets",
                                            "timestamp", "specific-offsets"});
  std::string millis = prefix + ".timestamp-millis";
  std::string specific = prefix + ".specific-offsets";
  options.Accept(millis);
  options.Accept(specific);
  if (mode == "earliest-offset") {
    out.mode = KafkaOffsets::Mode::kEarliest;
  } else if (mode == "latest-offset") {
    out.mode = KafkaOffsets::Mode::kLatest;
  } else if (mode == "group-offsets") {
    out.mode = KafkaOffsets::Mode::kGroup;
  } else if (mode == "timestamp") {
    out.mode = KafkaOffsets::Mode::kTimestamp;
    options.Required(millis);
    out.timestamp_ms = options.Integer(millis, 0, 0);
  } else if (mode == "specific-offsets") {
    out.mode = KafkaOffsets::Mode::kSpecific;
    options.Required(specific);
    if (!ParseSpecific(options.List(specific), out.specific) && options.Has(specific)) {
      options.Fail(specific, "is not of the form 'partition:0,offset:42;partition:1,offset:300'");
    }
  } else {
    out.mode = KafkaOffsets::Mode::kUnbounded;
  }
}

}  // namespace

void ReadUpsertOptions(const TableInfo& table, TableOptions& options) {
  if (table.primary_key.empty()) {
    options.FailWith(InvalidArgumentError(
        "table `" + table.name +
        "`: 'upsert-kafka' needs a primary key, whose columns are the key of the messages: "
        "declare PRIMARY KEY (...) NOT ENFORCED"));
  }
  for (const char* key : {"format", "key.fields"}) {
    if (!options.Has(key)) continue;
    options.Fail(key, key[0] == 'f' ? "is not an option of 'upsert-kafka': give 'key.format' and "
                                      "'value.format'"
                                    : "is not an option of 'upsert-kafka': the primary key is the "
                                      "key of the messages");
  }
  options.Required("key.format");
}

StatusOr<KafkaOptions> KafkaOptions::Read(const TableInfo& table, bool upsert) {
  TableOptions options(table);
  KafkaOptions out;
  out.table = table.name;
  if (upsert) {
    ReadUpsertOptions(table, options);
    out.start.mode = KafkaOffsets::Mode::kEarliest;
  } else {
    ReadOffsets(options, "scan.startup", out.start, "group-offsets");
  }
  ReadOffsets(options, "scan.bounded", out.end, "unbounded");
  out.topics = KafkaTopics::Read(options);
  if (out.topics.names.size() != 1 && (out.start.mode == KafkaOffsets::Mode::kSpecific ||
                                       out.end.mode == KafkaOffsets::Mode::kSpecific)) {
    options.Fail("topic", "must be exactly one topic where offsets are given for its partitions");
  }
  Duration interval = options.Duration("scan.topic-partition-discovery.interval", Duration(300000));
  if (interval.count() > 0 && out.end.mode == KafkaOffsets::Mode::kUnbounded) {
    out.discovery_interval = interval;
  }
  out.servers = options.Required("properties.bootstrap.servers");
  out.group = options.String("properties.group.id", "");
  bool needs_group =
      out.start.mode == KafkaOffsets::Mode::kGroup || out.end.mode == KafkaOffsets::Mode::kGroup;
  if (needs_group && out.group.empty()) {
    options.FailWith(InvalidArgumentError(
        "table `" + table.name +
        "`: 'scan.startup.mode' is 'group-offsets' (the default), which needs "
        "'properties.group.id'; or choose 'earliest-offset' or 'latest-offset'"));
  }
  std::string reset =
      options.OneOf("properties.auto.offset.reset", "none", {"none", "earliest", "latest"});
  if (reset == "earliest") out.reset = Reset::kEarliest;
  if (reset == "latest") out.reset = Reset::kLatest;
  out.commit_offsets = options.Bool("properties.commit.offsets.on.checkpoint", true);
  options.ReadFormats(/*reading=*/true, /*keyed=*/true);
  if (upsert) {
    options.Accept("sink.buffer-flush.max-rows");
    options.Accept("sink.buffer-flush.interval");
  }
  std::map<std::string, std::string> java = options.WithPrefix("properties.");
  // Tables that are read and written carry both kinds of options.
  for (const char* key : {"sink.partitioner", "sink.delivery-guarantee", "sink.semantic",
                          "sink.transactional-id-prefix"}) {
    options.Accept(key);
  }
  StatusOr<std::map<std::string, std::string>> properties = TranslateKafkaProperties(java);
  if (!properties.ok()) {
    options.FailWith(Status(properties.status()).Annotate("table `" + table.name + "`"));
  }
  RETURN_IF_ERROR(options.Finish());
  out.properties = std::move(*properties);
  return out;
}

}  // namespace weir
