#include "common/base/process_usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <thread>

namespace weir {
namespace {

// A line of /proc/meminfo, which counts in kB.
int64_t MemoryBytes(const std::string& name) {
  std::ifstream meminfo("/proc/meminfo");
  std::string key, unit;
  int64_t kilobytes = 0;
  while (meminfo >> key >> kilobytes >> unit) {
    if (key == name) return kilobytes * 1024;
  }
  return 0;
}

}  // namespace

ProcessUsage ReadProcessUsage() {
  ProcessUsage usage;
  std::ifstream statm("/proc/self/statm");
  int64_t total_pages = 0;
  int64_t resident_pages = 0;
  if (statm >> total_pages >> resident_pages) {
    usage.resident_bytes = resident_pages * sysconf(_SC_PAGESIZE);
  }
  rusage used{};
  if (getrusage(RUSAGE_SELF, &used) == 0) {
    usage.cpu_seconds = static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                        static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  }
  usage.free_memory_bytes = MemoryBytes("MemAvailable:");
  return usage;
}

MachineSize ReadMachineSize() {
  return {.cpu_cores = static_cast<int32_t>(std::thread::hardware_concurrency()),
          .memory_bytes = MemoryBytes("MemTotal:")};
}

}  // namespace weir
