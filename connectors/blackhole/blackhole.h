#pragma once

#include "connectors/connector.h"

namespace weir {

// 'connector' = 'blackhole': takes every row and keeps none.
Connector BlackholeConnector();

}  // namespace weir
