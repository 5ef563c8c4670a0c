#include "connectors/kafka/kafka_metadata.h"

#include <librdkafka/rdkafka.h>

#include "common/base/nearest_name.h"

namespace weir {
namespace {

DataType HeaderListType() {
  return DataType::Array(
             DataType::Row({{"key", DataType::String()}, {"value", DataType::Bytes()}}).NotNull())
      .NotNull();
}

std::string_view TimestampTypeName(rd_kafka_timestamp_type_t type) {
  switch (type) {
    case RD_KAFKA_TIMESTAMP_CREATE_TIME:
      return "CreateTime";
    case RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME:
      return "LogAppendTime";
    default:
      return "NoTimestampType";
  }
}

// As a MAP (key, value), or as an ARRAY of ROW (key, value).
void AppendHeaders(const rd_kafka_message_t& message, bool list, ColumnBuilder& out) {
  rd_kafka_headers_t* headers = nullptr;
  rd_kafka_message_headers(&message, &headers);
  ColumnBuilder& keys = list ? out.child(0).child(0) : out.child(0);
  ColumnBuilder& values = list ? out.child(0).child(1) : out.child(1);
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0; headers && rd_kafka_header_get_all(headers, i, &name, &value, &size) ==
                                    RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    keys.AppendBytes(name);
    if (value) {
      values.AppendBytes({static_cast<const char*>(value), size});
    } else {
      values.AppendNull();
    }
    if (list) out.child(0).CloseRow();
  }
  out.CloseList();
}

}  // namespace

std::vector<Connector::Metadata> KafkaMetadataKeys() {
  return {
      {"topic", DataType::String().NotNull(), true},
      {"partition", DataType::Int().NotNull()},
      {"headers",
       DataType::Map(DataType::String().NotNull(), DataType::Bytes().NotNull()).NotNull(), true},
      {"header-list", HeaderListType(), true},
      {"leader-epoch", DataType::Int()},
      {"offset", DataType::BigInt().NotNull()},
      {"timestamp", DataType::TimestampLtz(3).NotNull(), true},
      {"timestamp-type", DataType::String().NotNull()},
  };
}

void AppendKafkaMetadata(const std::string& key, const rd_kafka_message_s& message,
                         const std::string& topic, ColumnBuilder& out) {
  if (key == "topic") return out.AppendBytes(topic);
  if (key == "partition") return out.Append<int32_t>(message.partition);
  if (key == "offset") return out.Append<int64_t>(message.offset);
  if (key == "headers") return AppendHeaders(message, false, out);
  if (key == "header-list") return AppendHeaders(message, true, out);
  if (key == "leader-epoch") {
    int32_t epoch = rd_kafka_message_leader_epoch(&message);
    return epoch < 0 ? out.AppendNull() : out.Append<int32_t>(epoch);
  }
  rd_kafka_timestamp_type_t type;
  int64_t millis = rd_kafka_message_timestamp(&message, &type);
  if (key == "timestamp") return out.Append<int64_t>(millis * 1000);
  out.AppendBytes(TimestampTypeName(type));
}

Status CheckKafkaMetadata(const TableInfo& table) {
  std::vector<Connector::Metadata> known = KafkaMetadataKeys();
  std::vector<std::string> names;
  for (const Connector::Metadata& metadata : known) names.push_back(metadata.key);
  for (size_t i = 0; i < table.metadata_keys.size(); ++i) {
    const Field& column = (*table.schema)[table.physical_columns + i];
    const std::string& key = table.metadata_keys[i];
    const Connector::Metadata* found = nullptr;
    for (const Connector::Metadata& metadata : known) {
      if (metadata.key == key) found = &metadata;
    }
    std::string where = "table `" + table.name + "`, column `" + column.name + "`: ";
    if (!found) {
      return InvalidArgumentError(where + "unknown metadata '" + key + "'" +
                                  DidYouMean(key, names));
    }
    bool fits = column.type.EqualsIgnoringNullability(found->type) ||
                (column.type.kind() == found->type.kind() &&
                 (column.type.is_timestamp() || column.type.is_string()));
    if (!fits) {
      return InvalidArgumentError(where + "the metadata '" + key + "' is of type " +
                                  found->type.ToString() + ", not " + column.type.ToString());
    }
  }
  return OkStatus();
}

}  // namespace weir
