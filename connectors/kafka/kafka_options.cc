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

void ReadTopics(TableOptions& options, KafkaOptions& out) {
  out.topics = options.List("topic");
  out.topic_pattern = options.String("topic-pattern", "");
  if (out.topics.empty() && out.topic_pattern.empty()) options.Required("topic");
  if (!out.topics.empty() && !out.topic_pattern.empty()) {
    options.Fail("topic-pattern", "contradicts 'topic': only one of them may be given");
  }
  bool one = out.topics.size() == 1;
  if (!one && (out.start.mode == KafkaOffsets::Mode::kSpecific ||
               out.end.mode == KafkaOffsets::Mode::kSpecific)) {
    options.Fail("topic", "must be exactly one topic where offsets are given for its partitions");
  }
}

}  // namespace

StatusOr<KafkaOptions> KafkaOptions::Read(const TableInfo& table) {
  TableOptions options(table);
  KafkaOptions out;
  out.table = table.name;
  ReadOffsets(options, "scan.startup", out.start, "group-offsets");
  ReadOffsets(options, "scan.bounded", out.end, "unbounded");
  ReadTopics(options, out);
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
