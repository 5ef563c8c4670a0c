#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "connectors/connector.h"
#include "connectors/kafka/kafka_producer.h"
#include "connectors/kafka/kafka_record.h"
#include "connectors/kafka/kafka_sink_options.h"

namespace weir {

// The last message of each key, in the order in which the keys first came.
class KafkaUpsertBuffer {
 public:
  void Add(const KafkaRecord& record);
  size_t size() const { return records_.size(); }
  bool empty() const { return records_.empty(); }
  const KafkaRecord& operator[](size_t i) const { return records_[i]; }
  void Clear();

 private:
  std::vector<KafkaRecord> records_;
  std::unordered_map<std::string, size_t> by_key_;
};

// Sends each row as it comes; Flush waits until the brokers have all of them. With
// 'sink.buffer-flush' the changes of one key are folded first.
class KafkaWriter final : public SinkWriter {
 public:
  static StatusOr<std::unique_ptr<SinkWriter>> Make(std::shared_ptr<const KafkaSinkOptions> options,
                                                    const TableInfo& table,
                                                    SinkWriterContext context);

  StatusOr<bool> Write(const Batch& batch) override;
  StatusOr<bool> Flush() override;
  std::optional<Timestamp> FlushDue(Timestamp now) override;

 private:
  KafkaWriter(std::shared_ptr<const KafkaSinkOptions> options, SinkWriterContext context)
      : options_(std::move(options)), context_(std::move(context)) {}
  // Sends the row, or folds it in. False: full.
  StatusOr<bool> WriteRow(size_t row);
  // Sends what the buffer holds. False: not all of it yet.
  StatusOr<bool> SendBuffer();
  StatusOr<bool> Send(const KafkaRecord& record);

  const std::shared_ptr<const KafkaSinkOptions> options_;
  const SinkWriterContext context_;
  std::unique_ptr<KafkaRecordEncoder> encoder_;
  std::unique_ptr<KafkaProducer> producer_;
  KafkaRecord record_;
  size_t next_row_ = 0;  // of a batch of which some rows were sent
  KafkaUpsertBuffer buffer_;
  size_t next_buffered_ = 0;                // of a buffer of which some rows were sent
  std::optional<Timestamp> waiting_since_;  // of the oldest in the buffer
};

}  // namespace weir
