#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connectors/connector.h"
#include "connectors/kafka/kafka_sink_options.h"
#include "connectors/table_options.h"

namespace weir {

// A message on its way out. Absent is Kafka's null.
struct KafkaRecord {
  std::string topic;
  std::optional<std::string> key, value;
  int64_t timestamp_ms = 0;  // 0: the time of sending
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

// Turns the rows of a table into messages: key and value by their formats, topic, timestamp and
// headers from the metadata columns. Of an upserting table a row that is taken back has no value.
class KafkaRecordEncoder {
 public:
  static StatusOr<std::unique_ptr<KafkaRecordEncoder>> Make(const TableInfo& table,
                                                            const KafkaSinkOptions& options);

  // The rows of this batch come next.
  void Begin(const Batch& batch);
  // What is in `out` is reused. kInvalidArgument for a row that makes no message: a topic that the
  // table does not name, a header without a name.
  Status Encode(size_t row, KafkaRecord& out);

 private:
  struct Part {
    MessagePart layout;
    std::unique_ptr<Encoder> encoder;  // null: there is no such part
    Batch rows;
    Status Encode(size_t row, std::optional<std::string>& out) const;
  };

  Status EncodeTopic(size_t row, KafkaRecord& out) const;
  Status EncodeHeaders(size_t row, KafkaRecord& out) const;

  std::string table_;
  KafkaTopics topics_;
  bool upsert_ = false;
  Part key_, value_;
  // Columns of the table; -1: none.
  int topic_column_ = -1;
  int timestamp_column_ = -1;
  int header_map_column_ = -1;
  int header_list_column_ = -1;
  Batch batch_;
};

}  // namespace weir
