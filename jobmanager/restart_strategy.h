#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <variant>

#include "common/base/status.h"
#include "common/base/time.h"

namespace weir {

// Flink's strategies with Flink's names, keys (`restart-strategy.*`) and defaults.

struct NoRestart {};  // restart-strategy.type: none

struct FixedDelayRestart {  // fixed-delay
  int64_t attempts = 1;     // .fixed-delay.attempts
  Duration delay{1000};     // .fixed-delay.delay
};

struct FailureRateRestart {               // failure-rate
  int64_t max_failures_per_interval = 1;  // .failure-rate.max-failures-per-interval
  Duration interval{60'000};              // .failure-rate.failure-rate-interval
  Duration delay{1000};                   // .failure-rate.delay
};

struct ExponentialDelayRestart {        // exponential-delay
  Duration initial_backoff{1000};       // .exponential-delay.initial-backoff
  Duration max_backoff{60'000};         // .exponential-delay.max-backoff
  double backoff_multiplier = 1.5;      // .exponential-delay.backoff-multiplier
  Duration reset_threshold{3'600'000};  // .exponential-delay.reset-backoff-threshold
  double jitter_factor = 0.1;           // .exponential-delay.jitter-factor
  // .exponential-delay.attempts-before-reset-backoff; 0: no limit
  int64_t attempts_before_reset = 0;
};

using RestartConfig =
    std::variant<NoRestart, FixedDelayRestart, FailureRateRestart, ExponentialDelayRestart>;

// Decides after a failure how long to wait before the next attempt, or that there is none.
// Pure: the jitter comes from `seed`.
class RestartStrategy {
 public:
  RestartStrategy(RestartConfig config, uint64_t seed) : config_(config), random_(seed) {}

  // Called once per failed attempt. nullopt: give up.
  std::optional<Duration> OnFailure(Timestamp now);

 private:
  std::optional<Duration> Decide(const NoRestart&, Timestamp) { return std::nullopt; }
  std::optional<Duration> Decide(const FixedDelayRestart& config, Timestamp now);
  std::optional<Duration> Decide(const FailureRateRestart& config, Timestamp now);
  std::optional<Duration> Decide(const ExponentialDelayRestart& config, Timestamp now);
  double NextRandom();  // [-1, 1)

  RestartConfig config_;
  uint64_t random_;
  int64_t failures_ = 0;          // since the last reset
  std::deque<Timestamp> recent_;  // failure-rate: within the interval
  double backoff_ms_ = 0;
  Timestamp next_attempt_at_ = kMinTimestamp;
};

// False when the next attempt would meet the same bytes and fail the same way: wrong input, lost
// data, something not supported. Such a job stops with the message.
bool IsWorthRestarting(const Status& cause);

}  // namespace weir
