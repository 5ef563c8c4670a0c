#include "jobmanager/restart_strategy.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir {
namespace {

// The delays after failures at these times; "stop" when the strategy gives up.
std::string Delays(RestartConfig config, const std::vector<Timestamp>& failures) {
  RestartStrategy strategy(config, 1);
  std::string out;
  for (Timestamp now : failures) {
    const std::optional<Duration> delay = strategy.OnFailure(now);
    out += (out.empty() ? "" : " ") + (delay ? std::to_string(delay->count()) : "stop");
  }
  return out;
}

ExponentialDelayRestart Exponential() {
  ExponentialDelayRestart config;
  config.jitter_factor = 0;
  return config;
}

TEST(RestartStrategyTest, Delays) {
  EXPECT_EQ(Delays(NoRestart{}, {0}), "stop");
  EXPECT_EQ(Delays(FixedDelayRestart{}, {0, 5}), "1000 stop") << "Flink's defaults";
  EXPECT_EQ(Delays(FixedDelayRestart{.attempts = 2, .delay = Duration(7)}, {0, 5, 9}), "7 7 stop");
  const FailureRateRestart two_a_minute{.max_failures_per_interval = 2};
  EXPECT_EQ(Delays(two_a_minute, {0, 30'000, 60'000, 90'000}), "1000 1000 1000 1000");
  EXPECT_EQ(Delays(two_a_minute, {0, 30'000, 59'999}), "1000 1000 stop");
  EXPECT_EQ(Delays(Exponential(), {0, 2000, 4000, 7000}), "1000 1500 2250 3375");
}

TEST(RestartStrategyTest, ExponentialIsCappedAndForgets) {
  ExponentialDelayRestart config = Exponential();
  config.backoff_multiplier = 100;
  EXPECT_EQ(Delays(config, {0, 2000, 200'000}), "1000 60000 60000");
  // An hour of peace, counted from the beginning of the last attempt.
  EXPECT_EQ(Delays(config, {0, 2000, 2000 + 60'000 + 3'600'000 - 1}), "1000 60000 60000");
  EXPECT_EQ(Delays(config, {0, 2000, 2000 + 60'000 + 3'600'000}), "1000 60000 1000");
  config.attempts_before_reset = 2;
  EXPECT_EQ(Delays(config, {0, 2000, 200'000}), "1000 60000 stop");
}

TEST(RestartStrategyTest, JitterStaysInItsBand) {
  RestartStrategy strategy(ExponentialDelayRestart{.backoff_multiplier = 1}, 42);
  bool varies = false;
  for (int i = 0; i < 100; ++i) {
    const int64_t delay = strategy.OnFailure(i * 2000)->count();
    EXPECT_GE(delay, 900);
    EXPECT_LE(delay, 1100);
    varies = varies || delay != 1000;
  }
  EXPECT_TRUE(varies);
}

TEST(RestartStrategyTest, WhatIsWorthIt) {
  EXPECT_TRUE(IsWorthRestarting(UnavailableError("")));
  EXPECT_TRUE(IsWorthRestarting(InternalError("")));
  EXPECT_FALSE(IsWorthRestarting(DataLossError("")));
  EXPECT_FALSE(IsWorthRestarting(InvalidArgumentError("")));
}

}  // namespace
}  // namespace weir
