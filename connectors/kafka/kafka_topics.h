#pragma once

#include <string>
#include <vector>

#include "common/base/status.h"
#include "connectors/kafka/kafka_position.h"
#include "connectors/kafka/kafka_properties.h"

namespace weir {

class KafkaClient;
class TableOptions;

// Which topics a table is: 'topic' (a list) or 'topic-pattern'.
struct KafkaTopics {
  std::vector<std::string> names;  // or:
  std::string pattern;             // a regular expression of the whole name

  static KafkaTopics Read(TableOptions& options);
};

// The partitions of all topics of a table, sorted. Blocks: asks the brokers. kNotFound for a topic
// that does not exist, with the nearest that does.
StatusOr<std::vector<KafkaPartition>> ListKafkaPartitions(const KafkaClient& client,
                                                          const KafkaConnection& connection,
                                                          const KafkaTopics& topics);

}  // namespace weir
