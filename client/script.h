#pragma once

#include <string>

#include "common/base/status.h"

namespace weir {

struct Script {
  std::string name;  // as the user wrote it, for messages
  std::string text;
};

// "-" is standard input.
StatusOr<Script> ReadScript(const std::string& path);

}  // namespace weir
