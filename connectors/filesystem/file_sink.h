#pragma once

#include "connectors/connector.h"

namespace weir {

// Writes lines into a folder: each subtask a part file at a time, hidden while it is written
// (".part-..."), made durable and visible by a rename at each Flush. At-least-once: rows written
// after the last completed checkpoint appear again after a failure.
StatusOr<std::unique_ptr<Sink>> MakeFileSink(const TableInfo& table);

}  // namespace weir
