#include "taskmanager/past_attempts.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(PastAttemptsTest, OneAndAllBeforeIt) {
  PastAttempts past;
  EXPECT_FALSE(past.Has({"a", 0}));
  past.Add({"a", 3});
  past.Add({"a", 2});  // late
  EXPECT_TRUE(past.Has({"a", 2}));
  EXPECT_TRUE(past.Has({"a", 3}));
  EXPECT_FALSE(past.Has({"a", 4}));
  EXPECT_FALSE(past.Has({"b", 1}));
}

TEST(PastAttemptsTest, TheJobsThatWereAddedLastAreRemembered) {
  PastAttempts past(3);
  for (const char* job : {"a", "b", "c"}) past.Add({job, 1});
  past.Add({"a", 2});  // again: now b is the oldest
  for (int i = 0; i < 5; ++i) past.Add({"d", i});
  EXPECT_EQ(past.jobs(), 3u);
  EXPECT_FALSE(past.Has({"b", 1}));
  for (const AttemptKey& kept : {AttemptKey{"a", 2}, AttemptKey{"c", 1}, AttemptKey{"d", 4}}) {
    EXPECT_TRUE(past.Has(kept)) << kept.job_id;
  }
  for (int i = 0; i < 1000; ++i) past.Add({"job " + std::to_string(i), 1});
  EXPECT_EQ(past.jobs(), 3u);
}

}  // namespace
}  // namespace weir
