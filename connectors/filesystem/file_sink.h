#pragma once

#include "connectors/connector.h"

namespace weir {

// Writes lines into a folder, or into one for each partition: each subtask a part file at a time,
// hidden (".part-...") and made durable at each Flush; a rename makes it visible once the
// checkpoint that holds it is complete. Each row is seen exactly once, also after failures.
StatusOr<std::unique_ptr<Sink>> MakeFileSink(const TableInfo& table);

}  // namespace weir
