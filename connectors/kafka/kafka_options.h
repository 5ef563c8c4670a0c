#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/base/time.h"
#include "connectors/connector.h"

namespace weir {

// Where reading begins or ends, as the options say it.
struct KafkaOffsets {
  enum class Mode { kEarliest, kLatest, kGroup, kTimestamp, kSpecific, kUnbounded };
  Mode mode = Mode::kGroup;
  int64_t timestamp_ms = 0;
  std::map<int32_t, int64_t> specific;  // by partition
};

struct KafkaOptions {
  std::string table;                // for messages
  std::vector<std::string> topics;  // or:
  std::string topic_pattern;
  KafkaOffsets start;
  KafkaOffsets end{.mode = KafkaOffsets::Mode::kUnbounded};
  std::optional<Duration> discovery_interval;  // nothing: once
  std::string servers;                         // for messages
  std::string group;                           // empty: none
  // 'properties.auto.offset.reset': where a group without a committed offset begins.
  enum class Reset { kNone, kEarliest, kLatest } reset = Reset::kNone;
  bool commit_offsets = true;  // to the group, when a checkpoint completes
  // librdkafka's configuration, from 'properties.*' with Java's names translated.
  std::map<std::string, std::string> properties;

  static StatusOr<KafkaOptions> Read(const TableInfo& table);
};

}  // namespace weir
