#pragma once

#include <memory>
#include <string>

#include "connectors/connector.h"
#include "connectors/kafka/kafka_producer.h"
#include "connectors/kafka/kafka_record.h"
#include "connectors/kafka/kafka_sink_options.h"

struct rd_kafka_error_s;

namespace weir {

// Writes one epoch: one Kafka transaction holds its messages and, as the offset of a consumer group
// that belongs to the writer alone, the epoch. Before anything is written the writer's
// transactional id is taken over with a fresh producer: that ends whatever an earlier one left
// open, shuts out one that was paused and makes its late answers void; only then the group's offset
// is read. Blocks.
class KafkaTransaction final : public SinkTransaction {
 public:
  // Null when the topics hold the epoch already. `bytes`: about how much will be written.
  static StatusOr<std::unique_ptr<SinkTransaction>> Begin(const KafkaSinkOptions& options,
                                                          const TableInfo& table,
                                                          const SinkEpoch& epoch, int64_t bytes);
  // Whether a producer of transactions can be made with the table's properties. Touches nothing
  // outside.
  static Status CheckProperties(const KafkaSinkOptions& options);

  ~KafkaTransaction() override;
  Status Write(const Batch& batch) override;
  Status Commit() override;

 private:
  KafkaTransaction() = default;
  Status Open(const KafkaSinkOptions& options, const TableInfo& table, const SinkEpoch& epoch,
              int64_t bytes);
  // The epoch noted by the group; 0: none.
  StatusOr<int64_t> ReadNote(const KafkaSinkOptions& options) const;
  Status SendNote();
  Status Failure(rd_kafka_error_s* error, const std::string& what) const;

  std::string name_;   // transactional id and group
  std::string topic_;  // beside whose partition 0 the epoch is noted
  int64_t id_ = 0;
  std::unique_ptr<KafkaRecordEncoder> encoder_;
  std::unique_ptr<KafkaProducer> producer_;
  KafkaRecord record_;
  bool open_ = false;  // begun, neither committed nor aborted
};

}  // namespace weir
