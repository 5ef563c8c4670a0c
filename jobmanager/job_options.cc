#include "jobmanager/job_options.h"

#include "common/config/option_reader.h"

namespace weir {
namespace {

CheckpointConfig ReadCheckpoints(OptionReader& reader) {
  CheckpointConfig config;
  const std::string prefix = "execution.checkpointing.";
  config.interval = reader.Duration(prefix + "interval", config.interval);
  config.min_pause = reader.Duration(prefix + "min-pause", config.min_pause);
  config.timeout = reader.Duration(prefix + "timeout", config.timeout);
  config.tolerable_failures = reader.Integer(prefix + "tolerable-failed-checkpoints", 0, 0);
  config.retained = static_cast<int32_t>(
      reader.Integer(prefix + "num-retained",
                     reader.Integer("state.checkpoints.num-retained", 1, 1), 1, 1'000'000));
  const std::string retention = reader.OneOf(
      prefix + "externalized-checkpoint-retention", "NO_EXTERNALIZED_CHECKPOINTS",
      {"NO_EXTERNALIZED_CHECKPOINTS", "DELETE_ON_CANCELLATION", "RETAIN_ON_CANCELLATION"});
  if (retention == "DELETE_ON_CANCELLATION") {
    config.retention = CheckpointRetention::kDeleteOnCancellation;
  } else if (retention == "RETAIN_ON_CANCELLATION") {
    config.retention = CheckpointRetention::kRetainOnCancellation;
  }
  return config;
}

RestartConfig ReadRestart(OptionReader& reader, bool checkpoints) {
  const std::string type =
      reader.OneOf("restart-strategy.type",
                   reader.String("restart-strategy", checkpoints ? "exponential-delay" : "none"),
                   {"none", "off", "disable", "fixed-delay", "fixeddelay", "failure-rate",
                    "failurerate", "exponential-delay", "exponentialdelay"});
  if (type == "fixed-delay" || type == "fixeddelay") {
    FixedDelayRestart config;
    const std::string prefix = "restart-strategy.fixed-delay.";
    config.attempts = reader.Integer(prefix + "attempts", config.attempts, 0);
    config.delay = reader.Duration(prefix + "delay", config.delay);
    return config;
  }
  if (type == "failure-rate" || type == "failurerate") {
    FailureRateRestart config;
    const std::string prefix = "restart-strategy.failure-rate.";
    config.max_failures_per_interval =
        reader.Integer(prefix + "max-failures-per-interval", config.max_failures_per_interval, 1);
    config.interval = reader.Duration(prefix + "failure-rate-interval", config.interval);
    config.delay = reader.Duration(prefix + "delay", config.delay);
    return config;
  }
  if (type == "exponential-delay" || type == "exponentialdelay") {
    ExponentialDelayRestart config;
    const std::string prefix = "restart-strategy.exponential-delay.";
    config.initial_backoff = reader.Duration(prefix + "initial-backoff", config.initial_backoff);
    config.max_backoff = reader.Duration(prefix + "max-backoff", config.max_backoff);
    config.backoff_multiplier =
        reader.Real(prefix + "backoff-multiplier", config.backoff_multiplier);
    if (config.backoff_multiplier < 1) {
      reader.Fail(prefix + "backoff-multiplier", "is below 1");
    }
    config.reset_threshold =
        reader.Duration(prefix + "reset-backoff-threshold", config.reset_threshold);
    config.jitter_factor = reader.Real(prefix + "jitter-factor", config.jitter_factor);
    const std::string attempts = prefix + "attempts-before-reset-backoff";
    config.attempts_before_reset = reader.Integer(attempts, 0, 0);
    return config;
  }
  return NoRestart{};
}

}  // namespace

StatusOr<JobOptions> ReadJobOptions(const std::map<std::string, std::string>& config) {
  OptionReader reader("job", config);
  JobOptions options;
  options.checkpoints = ReadCheckpoints(reader);
  options.restart = ReadRestart(reader, options.checkpoints.interval.count() > 0);
  options.checkpoint_dir =
      reader.String("execution.checkpointing.dir", reader.String("state.checkpoints.dir", ""));
  options.savepoint_dir = reader.String("execution.checkpointing.savepoint-dir",
                                        reader.String("state.savepoints.dir", ""));
  for (std::string* dir : {&options.checkpoint_dir, &options.savepoint_dir}) {
    if (dir->starts_with("file://")) dir->erase(0, 7);
  }
  options.name = reader.String("pipeline.name", "");
  if (!reader.first_error().ok()) return reader.first_error();
  return options;
}

}  // namespace weir
