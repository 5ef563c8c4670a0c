#pragma once

#include "connectors/connector.h"

namespace weir {

// 'connector' = 'kafka': messages are rows, which are only added.
Connector KafkaConnector();
// 'connector' = 'upsert-kafka': messages are changes of the row with their key.
Connector UpsertKafkaConnector();

}  // namespace weir
