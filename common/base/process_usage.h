#pragma once

#include <cstdint>

namespace weir {

// What this process uses, as the kernel counts it; zeros where it does not say.
struct ProcessUsage {
  int64_t resident_bytes = 0;
  double cpu_seconds = 0;         // user and system, since the start
  int64_t free_memory_bytes = 0;  // of the machine: what can be had without swapping
};
ProcessUsage ReadProcessUsage();

struct MachineSize {
  int32_t cpu_cores = 0;
  int64_t memory_bytes = 0;
};
MachineSize ReadMachineSize();

}  // namespace weir
