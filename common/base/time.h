#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

namespace weir {

// Milliseconds since 1970-01-01T00:00:00 UTC: event time and wall-clock time alike.
using Timestamp = int64_t;
inline constexpr Timestamp kMinTimestamp = std::numeric_limits<int64_t>::min();
inline constexpr Timestamp kMaxTimestamp = std::numeric_limits<int64_t>::max();

using Duration = std::chrono::milliseconds;

// a / b, rounded down also before 1970.
constexpr int64_t FloorDiv(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// The clock as an interface, so that the simulation can own time. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp WallNow() const = 0;       // ms since the epoch; may jump: for people, for data
  virtual int64_t MonotonicNanos() const = 0;  // never goes back; for intervals
  // For deadlines and timers: milliseconds that begin anywhere and never jump.
  Timestamp SteadyNow() const { return MonotonicNanos() / 1'000'000; }
  static const Clock& Real();
};

}  // namespace weir
