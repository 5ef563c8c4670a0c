#pragma once

#include "connectors/connector.h"

namespace weir {

// 'connector' = 'jdbc': PostgreSQL, reached by libpq. Written only, so far: rows of a table with a
// primary key are upserted and deleted by it, others appended. At-least-once; with a key writing
// twice changes nothing.
Connector PostgresConnector();

}  // namespace weir
