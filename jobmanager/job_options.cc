#include "jobmanager/job_options.h"

#include <utility>

#include "common/config/declared_options.h"
#include "common/config/uri_path.h"

namespace weir {
namespace {

CheckpointConfig ReadCheckpoints(ConfigReader& reader) {
  CheckpointConfig config;
  const std::string prefix = "execution.checkpointing.";
  config.interval = reader.Duration(prefix + "interval");
  config.min_pause = reader.Duration(prefix + "min-pause");
  config.timeout = reader.Duration(prefix + "timeout");
  config.tolerable_failures = reader.Integer(prefix + "tolerable-failed-checkpoints");
  config.retained = static_cast<int32_t>(reader.Integer(prefix + "num-retained"));
  const std::string retention = reader.OneOf(prefix + "externalized-checkpoint-retention");
  if (retention == "DELETE_ON_CANCELLATION") {
    config.retention = CheckpointRetention::kDeleteOnCancellation;
  } else if (retention == "RETAIN_ON_CANCELLATION") {
    config.retention = CheckpointRetention::kRetainOnCancellation;
  }
  return config;
}

RestartConfig ReadRestart(ConfigReader& reader, bool checkpoints) {
  std::string type = reader.OneOf("restart-strategy.type");
  if (type.empty()) type = checkpoints ? "exponential-delay" : "none";
  if (type == "fixed-delay" || type == "fixeddelay") {
    const std::string prefix = "restart-strategy.fixed-delay.";
    FixedDelayRestart config;
    config.attempts = reader.Integer(prefix + "attempts");
    config.delay = reader.Duration(prefix + "delay");
    return config;
  }
  if (type == "failure-rate" || type == "failurerate") {
    const std::string prefix = "restart-strategy.failure-rate.";
    FailureRateRestart config;
    config.max_failures_per_interval = reader.Integer(prefix + "max-failures-per-interval");
    config.interval = reader.Duration(prefix + "failure-rate-interval");
    config.delay = reader.Duration(prefix + "delay");
    return config;
  }
  if (type == "exponential-delay" || type == "exponentialdelay") {
    const std::string prefix = "restart-strategy.exponential-delay.";
    ExponentialDelayRestart config;
    config.initial_backoff = reader.Duration(prefix + "initial-backoff");
    config.max_backoff = reader.Duration(prefix + "max-backoff");
    config.backoff_multiplier = reader.Real(prefix + "backoff-multiplier");
    if (config.backoff_multiplier < 1) {
      reader.Fail(prefix + "backoff-multiplier", "is below 1");
    }
    config.reset_threshold = reader.Duration(prefix + "reset-backoff-threshold");
    config.jitter_factor = reader.Real(prefix + "jitter-factor");
    config.attempts_before_reset = reader.Integer(prefix + "attempts-before-reset-backoff");
    return config;
  }
  return NoRestart{};
}

}  // namespace

StatusOr<JobOptions> ReadJobOptions(const std::map<std::string, std::string>& config) {
  ConfigReader reader("job", config);
  JobOptions options;
  options.checkpoints = ReadCheckpoints(reader);
  options.restart = ReadRestart(reader, options.checkpoints.interval.count() > 0);
  options.checkpoint_dir = reader.String("execution.checkpointing.dir");
  options.savepoint_dir = reader.String("execution.checkpointing.savepoint-dir");
  options.from_savepoint = reader.String("execution.state-recovery.path");
  options.allow_non_restored_state = reader.Bool("execution.state-recovery.ignore-unclaimed-state");
  for (std::string* path :
       {&options.checkpoint_dir, &options.savepoint_dir, &options.from_savepoint}) {
    *path = PathOfUri(std::move(*path));
  }
  options.name = reader.String("pipeline.name");
  if (!reader.first_error().ok()) return reader.first_error();
  return options;
}

}  // namespace weir
