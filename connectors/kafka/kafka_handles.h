#pragma once

#include <memory>

struct rd_kafka_AdminOptions_s;
struct rd_kafka_metadata;
struct rd_kafka_op_s;
struct rd_kafka_queue_s;
struct rd_kafka_topic_partition_list_s;
struct rd_kafka_topic_s;

// What librdkafka hands out and wants back, as owning pointers.
namespace weir::rdkafka {

struct Destroyer {
  void operator()(rd_kafka_AdminOptions_s* options) const;
  void operator()(const struct rd_kafka_metadata* metadata) const;
  void operator()(rd_kafka_op_s* event) const;
  void operator()(rd_kafka_queue_s* queue) const;
  void operator()(rd_kafka_topic_partition_list_s* list) const;
  void operator()(rd_kafka_topic_s* topic) const;
};

using AdminOptions = std::unique_ptr<rd_kafka_AdminOptions_s, Destroyer>;
using Metadata = std::unique_ptr<const struct rd_kafka_metadata, Destroyer>;
using Event = std::unique_ptr<rd_kafka_op_s, Destroyer>;
using Queue = std::unique_ptr<rd_kafka_queue_s, Destroyer>;
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_s, Destroyer>;
using Topic = std::unique_ptr<rd_kafka_topic_s, Destroyer>;

}  // namespace weir::rdkafka
