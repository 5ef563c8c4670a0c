#pragma once

#include <cstdint>

namespace weir {

// What this process uses, as the kernel counts it; zeros where it does not say.
struct ProcessUsage {
  int64_t resident_bytes = 0;
  double cpu_seconds = 0;  // user and system, since the start
};
ProcessUsage ReadProcessUsage();

}  // namespace weir
