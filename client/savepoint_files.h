#pragma once

#include <string>

#include "client/result_printer.h"

// Savepoints and checkpoints looked at where they lie, without a cluster. `path`: their folder, or
// the manifest in it. Each returns the process' exit code.

namespace weir {

// What is in it: operator by operator.
int InspectSavepoint(const std::string& path, OutputFormat output);
// Reads all of it; names each file that is missing, cut or damaged.
int VerifySavepoint(const std::string& path, OutputFormat output);

}  // namespace weir
