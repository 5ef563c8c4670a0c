#pragma once

#include "connectors/connector.h"

namespace weir {

// 'connector' = 'kafka'. Read only so far; the sink comes with exactly-once writing.
Connector KafkaConnector();

}  // namespace weir
