#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/base/time.h"
#include "connectors/connector.h"
#include "connectors/kafka/kafka_properties.h"
#include "connectors/kafka/kafka_topics.h"

namespace weir {

// Where reading begins or ends, as the options say it.
struct KafkaOffsets {
  enum class Mode { kEarliest, kLatest, kGroup, kTimestamp, kSpecific, kUnbounded };
  Mode mode = Mode::kGroup;
  int64_t timestamp_ms = 0;
  std::map<int32_t, int64_t> specific;  // by partition
};

// Of a table that is read.
struct KafkaOptions : KafkaConnection {
  KafkaTopics topics;
  KafkaOffsets start;
  KafkaOffsets end{.mode = KafkaOffsets::Mode::kUnbounded};
  std::optional<Duration> discovery_interval;  // nothing: once
  std::string group;                           // empty: none
  // 'properties.auto.offset.reset': where a group without a committed offset begins.
  enum class Reset { kNone, kEarliest, kLatest } reset = Reset::kNone;
  bool commit_offsets = true;  // to the group, when a checkpoint completes

  // `upsert`: of 'upsert-kafka', which is read from the beginning.
  static StatusOr<KafkaOptions> Read(const TableInfo& table, bool upsert = false);
};

class TableOptions;
// What 'upsert-kafka' asks of a table, read or written: a primary key, and formats of key and
// value.
void ReadUpsertOptions(const TableInfo& table, TableOptions& options);

}  // namespace weir
