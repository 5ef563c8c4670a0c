#pragma once

#include <string>

#include "common/base/status.h"
#include "common/base/time.h"
#include "connectors/connector.h"
#include "connectors/kafka/kafka_properties.h"
#include "connectors/kafka/kafka_topics.h"

namespace weir {

// Of a table that is written: 'kafka' or 'upsert-kafka'.
struct KafkaSinkOptions : KafkaConnection {
  enum class Guarantee { kNone, kAtLeastOnce, kExactlyOnce };
  // Of messages without a key, or with one: murmur2 of the key as Java's producer does, else some
  // partition (kDefault); one partition for each subtask; one after the other.
  enum class Partitioner { kDefault, kFixed, kRoundRobin };

  KafkaTopics topics;
  Guarantee guarantee = Guarantee::kAtLeastOnce;
  Partitioner partitioner = Partitioner::kDefault;
  std::string transactional_id_prefix;
  // 'upsert-kafka': rows are changes found by their primary key; a delete is a null value.
  bool upsert = false;
  // Of an upserting table: only the last change of a key within this many rows or this time is
  // written; 0: every change.
  int64_t flush_rows = 0;
  Duration flush_interval{0};

  static StatusOr<KafkaSinkOptions> Read(const TableInfo& table, bool upsert);
};

}  // namespace weir
