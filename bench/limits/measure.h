#pragma once

#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

namespace weir::limits {

// One loop's cost: CPU of this whole process (librdkafka's and gRPC's threads included) and time.
struct Measurement {
  int64_t events = 0;
  double cpu_s = 0;
  double wall_s = 0;
};

inline double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// `loop` returns how many events it handled.
inline Measurement Measure(const std::function<int64_t()>& loop) {
  const double cpu = CpuSeconds();
  const auto began = std::chrono::steady_clock::now();
  Measurement out;
  out.events = loop();
  out.cpu_s = CpuSeconds() - cpu;
  out.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return out;
}

// A benchmark that cannot go on says why and ends.
[[noreturn]] inline void Die(const std::string& text) {
  std::fprintf(stderr, "limits: %s\n", text.c_str());
  std::exit(1);
}

}  // namespace weir::limits
