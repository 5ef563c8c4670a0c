#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/base/time.h"

namespace weir::sim {

// Simulated time is in microseconds.
inline constexpr int64_t kMs = 1000;
inline constexpr int64_t kSecond = 1'000'000;

// Random numbers that are the same on every machine.
class Rng {
 public:
  explicit Rng(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  int64_t Below(int64_t n) { return static_cast<int64_t>(Next() % static_cast<uint64_t>(n)); }
  int64_t Between(int64_t low, int64_t high) { return low + Below(high - low + 1); }
  bool Chance(double p) { return static_cast<double>(Next() >> 11) < p * 9007199254740992.0; }

 private:
  uint64_t state_;
};

// A process of the simulated cluster: what it was about to do is not done once it is dead, and
// waits while it is paused.
struct Life {
  bool alive = true;
  int64_t paused_until_us = 0;
  int64_t clock_ahead_ms = 0;  // its wall clock, of the true time
};
using LifePtr = std::shared_ptr<Life>;

// Owns time and order: one thread, a queue of events, a seed. The first violation ends the run.
class Simulator {
 public:
  Simulator(uint64_t seed, bool tracing) : rng_(seed), tracing_(tracing) {}

  Rng& rng() { return rng_; }
  int64_t now_us() const { return now_us_; }
  // From here on nothing fails.
  void CalmDown() { calm_ = true; }
  bool calm() const { return calm_; }

  void After(int64_t delay_us, std::function<void()> work);
  // Of a process.
  void After(const LifePtr& life, int64_t delay_us, std::function<void()> work);

  // Runs the next event; false when there is none or the run is over.
  bool Step();
  void Clear() {
    events_ = {};
    postponed_.clear();
  }
  int64_t steps() const { return steps_; }

  void Violation(const std::string& what);
  const std::optional<std::string>& violation() const { return violation_; }

  bool tracing() const { return tracing_; }
  // Also prints each line at once.
  static void EchoTrace() { echo_ = true; }
  void AddTrace(const std::string& line);
  const std::deque<std::string>& trace() const { return trace_; }

 private:
  using Work = std::shared_ptr<std::function<void()>>;
  struct Event {
    int64_t at_us;
    int64_t sequence;
    Work work;
    LifePtr life;
    bool operator<(const Event& other) const {
      return at_us != other.at_us ? at_us > other.at_us : sequence > other.sequence;
    }
  };

  void Resume(const LifePtr& life);

  Rng rng_;
  const bool tracing_;
  inline static bool echo_ = false;
  bool calm_ = false;
  int64_t now_us_ = 0;
  int64_t steps_ = 0;
  int64_t next_sequence_ = 0;
  std::priority_queue<Event> events_;
  // Of paused processes, in the order in which it was due.
  std::unordered_map<const Life*, std::deque<Work>> postponed_;
  std::optional<std::string> violation_;
  std::deque<std::string> trace_;  // the last of them
};

// The clocks of a process.
class SimClock : public Clock {
 public:
  SimClock(const Simulator* simulator, LifePtr life)
      : simulator_(*simulator), life_(std::move(life)) {}
  Timestamp WallNow() const override {
    return 1'700'000'000'000 + simulator_.now_us() / 1000 + life_->clock_ahead_ms;
  }
  int64_t MonotonicNanos() const override {
    constexpr int64_t kSinceBootUs = 5'000'000'000;
    return (kSinceBootUs + simulator_.now_us()) * 1000;
  }

 private:
  const Simulator& simulator_;
  const LifePtr life_;
};

}  // namespace weir::sim

// SIM_TRACE(simulator) << "what happened": costs nothing unless the run is traced.
#define SIM_TRACE(simulator)    \
  if (!(simulator).tracing()) { \
  } else                        \
    ::weir::sim::TraceLine(simulator).out

namespace weir::sim {
struct TraceLine {
  explicit TraceLine(Simulator& s) : simulator(s) {}
  ~TraceLine() { simulator.AddTrace(out.str()); }
  Simulator& simulator;
  std::ostringstream out;
};
}  // namespace weir::sim
