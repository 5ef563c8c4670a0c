#pragma once

#include <memory>
#include <string>

#include "connectors/epoch_transaction.h"
#include "connectors/kafka/kafka_producer.h"
#include "connectors/kafka/kafka_record.h"
#include "connectors/kafka/kafka_sink_options.h"

struct rd_kafka_error_s;

namespace weir {

// Kafka as the target of one epoch: a transaction holds its messages and, as the offset of a
// consumer group that belongs to the writer alone, the epoch. The writer's transactional id is
// taken over with a fresh producer each time: that ends whatever an earlier one left open, shuts
// out one that was paused and makes its late answers void.
class KafkaTransaction final : public EpochTarget {
 public:
  // Null when the topics hold the epoch already. `bytes`: about how much will be written.
  static StatusOr<std::unique_ptr<SinkTransaction>> Begin(const KafkaSinkOptions& options,
                                                          const TableInfo& table,
                                                          const SinkEpoch& epoch, int64_t bytes);
  // Whether a producer of transactions can be made with the table's properties. Touches nothing
  // outside.
  static Status CheckProperties(const KafkaSinkOptions& options);

  ~KafkaTransaction() override;
  Status TakeOver() override;
  StatusOr<int64_t> ReadNote() override;
  std::string NoteName() const override;
  Status Begin() override;
  Status Write(const Batch& batch) override;
  Status WriteNote(int64_t epoch) override;
  Status Commit() override;

 private:
  explicit KafkaTransaction(const KafkaSinkOptions& options) : options_(options) {}
  Status Failure(rd_kafka_error_s* error, const std::string& what) const;

  const KafkaSinkOptions options_;
  std::string name_;   // transactional id and group
  std::string topic_;  // beside whose partition 0 the epoch is noted
  std::unique_ptr<KafkaRecordEncoder> encoder_;
  std::unique_ptr<KafkaProducer> producer_;
  KafkaRecord record_;
  bool open_ = false;  // begun, neither committed nor aborted
};

}  // namespace weir
