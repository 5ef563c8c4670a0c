#include "common/base/log_limiter.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

constexpr uint64_t kBroker = 1;
constexpr uint64_t kRow = 2;

// How many of `lines` lines, one every `step` ms, are printed.
int Printed(LogLimiter& limiter, int lines, Timestamp& now, Timestamp step = 1) {
  int printed = 0;
  for (int i = 0; i < lines; ++i, now += step) printed += limiter.Admit(kBroker, now).print;
  return printed;
}

TEST(LogLimiterTest, TheFirstThenOneAtATime) {
  LogLimiter limiter;
  Timestamp now = 5000;
  EXPECT_EQ(Printed(limiter, 147, now), 10);
  now = 5000 + 10'000;
  const LogLimiter::Verdict next = limiter.Admit(kBroker, now);
  EXPECT_TRUE(next.print);
  EXPECT_EQ(next.suppressed, 137);
  EXPECT_FALSE(limiter.Admit(kBroker, now).print);
  // A minute at 100 lines a second.
  EXPECT_EQ(Printed(limiter, 6000, now, 10), 5);
}

TEST(LogLimiterTest, KindsDoNotHinderEachOther) {
  LogLimiter limiter;
  Timestamp now = 0;
  Printed(limiter, 1000, now);
  EXPECT_TRUE(limiter.Admit(kRow, now).print);
}

TEST(LogLimiterTest, SeldomLinesAreAllPrinted) {
  LogLimiter limiter;
  Timestamp now = 0;
  EXPECT_EQ(Printed(limiter, 1000, now, 10'000), 1000);
}

TEST(LogLimiterTest, WhatNoLineFollowsIsToldLater) {
  LogLimiter limiter;
  Timestamp now = 0;
  Printed(limiter, 30, now, 0);
  EXPECT_TRUE(limiter.LetGo(9999).empty());
  const auto told = limiter.LetGo(10'000);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind, kBroker);
  EXPECT_EQ(told[0].count, 20);
  EXPECT_TRUE(limiter.LetGo(10'000).empty());
  // That was this interval's line.
  EXPECT_FALSE(limiter.Admit(kBroker, 10'000).print);
  EXPECT_EQ(limiter.LetGo(10'000, /*all=*/true).size(), 1u);
}

TEST(LogLimiterTest, NoLineIsLost) {
  LogLimiter limiter;
  int64_t told = 0;
  Timestamp now = 0;
  uint64_t random = 7;
  for (int i = 0; i < 100'000; ++i) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    now += static_cast<Timestamp>(random >> 60);
    const LogLimiter::Verdict verdict = limiter.Admit(random >> 33 & 3, now);
    if (verdict.print) told += 1 + verdict.suppressed;
    if ((random >> 40 & 1023) == 0) {
      for (const auto& one : limiter.LetGo(now)) told += one.count;
    }
  }
  for (const auto& one : limiter.LetGo(now, true)) told += one.count;
  EXPECT_EQ(told, 100'000);
}

}  // namespace
}  // namespace weir
