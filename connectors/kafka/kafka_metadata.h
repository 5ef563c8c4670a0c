#pragma once

#include <string>
#include <vector>

#include "common/data/column_builder.h"
#include "connectors/connector.h"

struct rd_kafka_message_s;

namespace weir {

// The metadata columns of a Kafka table.
std::vector<Connector::Metadata> KafkaMetadataKeys();

// Appends what the key says of a message to a column of the key's type (or, for the timestamp,
// another precision). `topic` is the message's.
void AppendKafkaMetadata(const std::string& key, const rd_kafka_message_s& message,
                         const std::string& topic, ColumnBuilder& out);

// kInvalidArgument where a metadata column's key is unknown or its type cannot hold it.
Status CheckKafkaMetadata(const TableInfo& table);

}  // namespace weir
