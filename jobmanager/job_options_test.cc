#include "jobmanager/job_options.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

using Config = std::map<std::string, std::string>;

TEST(JobOptionsTest, Defaults) {
  const auto none = ReadJobOptions({});
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(none->checkpoints.interval.count(), 0);
  EXPECT_EQ(none->checkpoints.timeout.count(), 600'000);
  EXPECT_EQ(none->checkpoints.retained, 1);
  EXPECT_TRUE(std::holds_alternative<NoRestart>(none->restart));
  const auto with = ReadJobOptions({{"execution.checkpointing.interval", "10 s"}});
  ASSERT_TRUE(with.ok());
  EXPECT_EQ(with->checkpoints.interval.count(), 10'000);
  EXPECT_TRUE(std::holds_alternative<ExponentialDelayRestart>(with->restart)) << "as in Flink";
}

TEST(JobOptionsTest, Everything) {
  const auto options = ReadJobOptions(
      {{"execution.checkpointing.interval", "1 min"},
       {"execution.checkpointing.min-pause", "500 ms"},
       {"execution.checkpointing.timeout", "2 min"},
       {"execution.checkpointing.tolerable-failed-checkpoints", "3"},
       {"execution.checkpointing.num-retained", "4"},
       {"execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION"},
       {"state.checkpoints.dir", "file:///data/checkpoints"},
       {"pipeline.name", "orders"},
       {"restart-strategy.type", "failure-rate"},
       {"restart-strategy.failure-rate.max-failures-per-interval", "5"},
       {"restart-strategy.failure-rate.delay", "7 s"},
       {"table.exec.something", "of somebody else"}});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->checkpoints.min_pause.count(), 500);
  EXPECT_EQ(options->checkpoints.timeout.count(), 120'000);
  EXPECT_EQ(options->checkpoints.tolerable_failures, 3);
  EXPECT_EQ(options->checkpoints.retained, 4);
  EXPECT_EQ(options->checkpoints.retention, CheckpointRetention::kRetainOnCancellation);
  EXPECT_EQ(options->checkpoint_dir, "/data/checkpoints");
  EXPECT_EQ(options->name, "orders");
  const auto& restart = std::get<FailureRateRestart>(options->restart);
  EXPECT_EQ(restart.max_failures_per_interval, 5);
  EXPECT_EQ(restart.delay.count(), 7000);
  EXPECT_EQ(restart.interval.count(), 60'000);
}

TEST(JobOptionsTest, WhatAJobBeginsWith) {
  const auto options =
      ReadJobOptions({{"execution.savepoint.path", "file:/data/savepoint-1"},
                      {"execution.state-recovery.ignore-unclaimed-state", "true"}});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->from_savepoint, "/data/savepoint-1");
  EXPECT_TRUE(options->allow_non_restored_state);
}

TEST(JobOptionsTest, ErrorsNameTheOptionAndItsValue) {
  struct Case {
    std::string key, value;
  };
  for (const Case& bad : {Case{"execution.checkpointing.interval", "often"},
                          Case{"execution.checkpointing.num-retained", "0"},
                          Case{"restart-strategy.type", "sometimes"},
                          Case{"restart-strategy.exponential-delay.backoff-multiplier", "0.5"}}) {
    Config config{{"restart-strategy.type", "exponential-delay"}};
    config[bad.key] = bad.value;
    const auto options = ReadJobOptions(config);
    ASSERT_EQ(options.status().code(), StatusCode::kInvalidArgument) << bad.key;
    EXPECT_NE(options.status().message().find(bad.key), std::string::npos) << options.status();
    EXPECT_NE(options.status().message().find(bad.value), std::string::npos) << options.status();
  }
}

}  // namespace
}  // namespace weir
