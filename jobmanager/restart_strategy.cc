#include "jobmanager/restart_strategy.h"

#include <algorithm>

namespace weir {

std::optional<Duration> RestartStrategy::OnFailure(Timestamp now) {
  return std::visit([&](const auto& config) { return Decide(config, now); }, config_);
}

std::optional<Duration> RestartStrategy::Decide(const FixedDelayRestart& config, Timestamp) {
  if (++failures_ > config.attempts) return std::nullopt;
  return config.delay;
}

std::optional<Duration> RestartStrategy::Decide(const FailureRateRestart& config, Timestamp now) {
  recent_.push_back(now);
  while (recent_.front() <= now - config.interval.count()) recent_.pop_front();
  if (static_cast<int64_t>(recent_.size()) > config.max_failures_per_interval) return std::nullopt;
  return config.delay;
}

std::optional<Duration> RestartStrategy::Decide(const ExponentialDelayRestart& config,
                                                Timestamp now) {
  const bool first = next_attempt_at_ == kMinTimestamp;
  if (first || now - next_attempt_at_ >= config.reset_threshold.count()) {
    failures_ = 0;
    backoff_ms_ = static_cast<double>(config.initial_backoff.count());
  } else {
    backoff_ms_ = std::min(backoff_ms_ * config.backoff_multiplier,
                           static_cast<double>(config.max_backoff.count()));
  }
  ++failures_;
  if (config.attempts_before_reset > 0 && failures_ > config.attempts_before_reset) {
    return std::nullopt;
  }
  const double jittered = backoff_ms_ * (1 + config.jitter_factor * NextRandom());
  const Duration delay(
      std::clamp<int64_t>(static_cast<int64_t>(jittered), 0, config.max_backoff.count()));
  next_attempt_at_ = now + delay.count();
  return delay;
}

double RestartStrategy::NextRandom() {
  random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL;
  return static_cast<double>(random_ >> 11) / static_cast<double>(1ULL << 52) - 1.0;
}

bool IsWorthRestarting(const Status& cause) {
  switch (cause.code()) {
    case StatusCode::kDataLoss:
    case StatusCode::kInvalidArgument:
    case StatusCode::kUnimplemented:
      return false;
    default:
      return true;
  }
}

}  // namespace weir
