#pragma once

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "connectors/connector.h"
#include "connectors/kafka/kafka_client.h"
#include "connectors/kafka/kafka_options.h"
#include "connectors/kafka/kafka_position.h"

namespace weir {

// Lists the partitions of a table's topics and resolves where each begins and ends. Blocks: each
// call asks the brokers.
class KafkaDiscovery final : public SplitDiscovery {
 public:
  static StatusOr<std::unique_ptr<KafkaDiscovery>> Make(
      std::shared_ptr<const KafkaOptions> options);

  // The first call of a job that is not restored resolves start positions by the options; whatever
  // appears later begins at the earliest offset. A partition is resolved once.
  StatusOr<std::vector<SourceSplit>> Discover(bool restored) override;

  // The partitions of all topics asked for; kNotFound for a topic that does not exist, with the
  // nearest that does.
  StatusOr<std::vector<KafkaPartition>> Partitions();

 private:
  using Offsets = std::map<KafkaPartition, KafkaPosition>;

  KafkaDiscovery(std::shared_ptr<const KafkaOptions> options, std::unique_ptr<KafkaClient> client)
      : options_(std::move(options)), client_(std::move(client)) {}

  StatusOr<Offsets> Resolve(const std::vector<KafkaPartition>& partitions,
                            const KafkaOffsets& offsets, bool start);
  // `which`: a timestamp, or one of librdkafka's special offsets. -1 where there is none.
  // Asks for ten seconds, where asking again may help.
  StatusOr<Offsets> ListOffsets(const std::vector<KafkaPartition>& partitions, int64_t which);
  StatusOr<Offsets> AskForOffsets(const std::vector<KafkaPartition>& partitions, int64_t which);
  StatusOr<Offsets> GroupOffsets(const std::vector<KafkaPartition>& partitions, bool start);

  const std::shared_ptr<const KafkaOptions> options_;
  const std::unique_ptr<KafkaClient> client_;
  std::map<KafkaPartition, SourceSplit> known_;
  bool first_ = true;
};

}  // namespace weir
