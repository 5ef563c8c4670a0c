#pragma once

#include "connectors/connector.h"

namespace weir {

// Reads files: one split a file, its position "<byte>:<line>" of the line to read next.
StatusOr<std::unique_ptr<Source>> MakeFileSource(const TableInfo& table);

}  // namespace weir
