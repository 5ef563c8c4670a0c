#include "common/config/declared_options.h"

#include <algorithm>

#include "common/base/ascii.h"
#include "common/base/check.h"

namespace weir {
namespace {

using enum OptionScope;
using enum OptionType;

constexpr OptionDeclaration kOptions[] = {
    // ---- jobs
    {"pipeline.name", kJob, kString, "", "the job's name, in place of one made of its tables"},
    {"parallelism.default", kJob, kInteger, "1", "subtasks of each operator", "", "", "", 1, 32768},
    {"pipeline.max-parallelism", kJob, kInteger, "128",
     "key groups of the job: the highest parallelism it can ever have; fixed by its first start",
     "", "", "", 1, 32768},
    {"table.exec.resource.default-parallelism", kJob, kInteger, "-1",
     "counts more than parallelism.default; -1: as that says", "", "", "", -1, 32768},
    {"execution.runtime-mode", kJob, kOneOf, "STREAMING", "every job is a stream; others are noted",
     "", "STREAMING|BATCH|AUTOMATIC"},
    {"execution.batch-size", kJob, kInteger, "4096", "rows in a batch at most", "", "", "", 1,
     1 << 20},
    {"execution.buffer-timeout.interval", kJob, kDuration, "100 ms",
     "how long a row waits for others to travel with", "", "", "execution.buffer-timeout"},
    {"table.local-time-zone", kJob, kString, "UTC",
     "where TIMESTAMP_LTZ is shown, cast and cut into windows: a name such as Europe/Berlin"},
    {"table.exec.state.ttl", kJob, kDuration, "0 ms",
     "state of an operator that was not written for so long is forgotten; 0: never"},
    {"table.exec.source.idle-timeout", kJob, kDuration, "0 ms",
     "a partition without rows for so long no longer holds back the watermark; 0: it always does"},
    {"table.exec.sink.not-null-enforcer", kJob, kOneOf, "ERROR",
     "what a NULL in a NOT NULL column of a sink does: fail the job, or drop the row", "",
     "ERROR|DROP"},
    {"table.optimizer.agg-phase-strategy", kJob, kOneOf, "AUTO",
     "whether aggregates are made in one phase or in two, before and after the exchange", "",
     "AUTO|ONE_PHASE|TWO_PHASE"},
    // ---- checkpoints
    {"execution.checkpointing.interval", kJob, kDuration, "0 ms",
     "a checkpoint every so often; 0: none"},
    {"execution.checkpointing.mode", kJob, kOneOf, "EXACTLY_ONCE",
     "every checkpoint is exactly once; others are noted", "", "EXACTLY_ONCE|AT_LEAST_ONCE"},
    {"execution.checkpointing.min-pause", kJob, kDuration, "0 ms",
     "at least so long between the end of a checkpoint and the next"},
    {"execution.checkpointing.timeout", kJob, kDuration, "10 min",
     "a checkpoint that takes longer is given up"},
    {"execution.checkpointing.tolerable-failed-checkpoints", kJob, kInteger, "0",
     "so many checkpoints in a row may fail before the job begins again", "", "", "", 0},
    {"execution.checkpointing.num-retained", kJob, kInteger, "1", "completed checkpoints kept", "",
     "", "state.checkpoints.num-retained", 1, 1'000'000},
    {"execution.checkpointing.externalized-checkpoint-retention", kJob, kOneOf,
     "NO_EXTERNALIZED_CHECKPOINTS",
     "whether checkpoints stay when the job is canceled or has failed", "",
     "NO_EXTERNALIZED_CHECKPOINTS|DELETE_ON_CANCELLATION|RETAIN_ON_CANCELLATION"},
    {"execution.checkpointing.dir", kJob, kString, "",
     "checkpoints go into a folder a job here; job manager and task managers must see it",
     "--checkpoint-dir", "", "state.checkpoints.dir"},
    {"execution.checkpointing.savepoint-dir", kJob, kString, "",
     "where savepoints go that name no folder", "", "", "state.savepoints.dir"},
    {"execution.state-recovery.path", kJob, kString, "",
     "the checkpoint or savepoint with whose state a job begins", "", "",
     "execution.savepoint.path"},
    {"execution.state-recovery.ignore-unclaimed-state", kJob, kBool, "false",
     "leave out state of it that no operator of the job takes", "", "",
     "execution.savepoint.ignore-unclaimed-state"},
    // ---- restarts
    {"restart-strategy.type", kJob, kOneOf, "",
     "what follows a failure; unset: exponential-delay where checkpoints are taken, else none", "",
     "none|off|disable|fixed-delay|fixeddelay|failure-rate|failurerate|exponential-delay|"
     "exponentialdelay",
     "restart-strategy"},
    {"restart-strategy.fixed-delay.attempts", kJob, kInteger, "1", "restarts before giving up", "",
     "", "", 0},
    {"restart-strategy.fixed-delay.delay", kJob, kDuration, "1 s", "before each restart"},
    {"restart-strategy.failure-rate.max-failures-per-interval", kJob, kInteger, "1",
     "failures in an interval before giving up", "", "", "", 1},
    {"restart-strategy.failure-rate.failure-rate-interval", kJob, kDuration, "1 min",
     "in which failures are counted"},
    {"restart-strategy.failure-rate.delay", kJob, kDuration, "1 s", "before each restart"},
    {"restart-strategy.exponential-delay.initial-backoff", kJob, kDuration, "1 s",
     "before the first restart"},
    {"restart-strategy.exponential-delay.max-backoff", kJob, kDuration, "1 min",
     "before a restart at most"},
    {"restart-strategy.exponential-delay.backoff-multiplier", kJob, kReal, "1.5",
     "how much longer each wait is than the one before"},
    {"restart-strategy.exponential-delay.reset-backoff-threshold", kJob, kDuration, "1 h",
     "after so long without a failure the waits begin anew"},
    {"restart-strategy.exponential-delay.jitter-factor", kJob, kReal, "0.1",
     "how much of a wait is random"},
    {"restart-strategy.exponential-delay.attempts-before-reset-backoff", kJob, kInteger, "0",
     "restarts before giving up; 0: no limit", "", "", "", 0},
    // ---- prompts
    {"sql-client.execution.result-mode", kPrompt, kOneOf, "TABLE",
     "how the rows of a query are shown: the table as it is now, each change, or rows below each "
     "other",
     "", "TABLE|CHANGELOG|TABLEAU"},
    // ---- both processes
    {"log.format", kProcess, kOneOf, "plain",
     "how a line of the log looks: text for people, or a JSON object for programs", "--log-format",
     "plain|json"},
    {"metrics.reporter.dogstatsd.host", kProcess, kString, "",
     "where an agent of Datadog, or another that speaks DogStatsD, gets the metrics by UDP (unset: "
     "nowhere)"},
    {"metrics.reporter.dogstatsd.port", kProcess, kInteger, "8125", "the agent's port", "", "", "",
     1, 65535},
    {"metrics.reporter.dogstatsd.interval", kProcess, kDuration, "10 s", "how often it gets them"},
    // ---- the job manager
    {"jobmanager.bind-host", kJobManager, kString, "127.0.0.1",
     "where clients and task managers come", "--bind-address"},
    {"jobmanager.rpc.port", kJobManager, kInteger, "6123",
     "the port for clients and task managers; 0: a free one", "--rpc-port", "", "", 0, 65535},
    {"high-availability.storageDir", kJobManager, kString, "",
     "jobs are remembered here: after a crash the next job manager goes on with them", "--ha-dir"},
    {"rest.enabled", kJobManager, kBool, "true", "whether there is a REST interface"},
    {"rest.port", kJobManager, kInteger, "8081", "the port of the REST interface; 0: a free one",
     "--rest-port", "", "", 0, 65535},
    {"rest.bind-address", kJobManager, kString, "127.0.0.1",
     "where the REST interface is; others than the loopback need a token", "--rest-bind-address"},
    {"rest.token-file", kJobManager, kString, "",
     "every request has to bring the token of this file (`weir token create`)",
     "--rest-token-file"},
    {"rest.certificate-file", kJobManager, kString, "",
     "speak TLS only, with this certificate chain (PEM)", "--rest-certificate"},
    {"rest.key-file", kJobManager, kString, "", "the key of the certificate (PEM)", "--rest-key"},
    // ---- task managers
    {"jobmanager.rpc.address", kTaskManager, kString, "localhost:6123",
     "where the job manager is: HOST:PORT", "--jobmanager"},
    {"taskmanager.numberOfTaskSlots", kTaskManager, kInteger, "1",
     "how many slices of jobs it takes", "--slots", "", "", 1, 1024},
    {"taskmanager.bind-host", kTaskManager, kString, "127.0.0.1",
     "where other task managers bring data", "--bind-address"},
    {"taskmanager.data.port", kTaskManager, kInteger, "0",
     "the port for other task managers; 0: a free one", "--data-port", "", "", 0, 65535},
    {"taskmanager.host", kTaskManager, kString, "",
     "what other task managers connect to (unset: where it listens; where that is 0.0.0.0, the "
     "name of this machine)",
     "--advertised-host"},
    {"metrics.reporter.prom.port", kTaskManager, kPorts, "-1",
     "the port at which Prometheus finds its metrics, of a range the first that is free; 0: any "
     "free one, -1: none (the job manager's are at its REST port)",
     "--metrics-port"},
    {"io.tmp.dirs", kTaskManager, kString, "",
     "for state that does not fit into memory; only scratch; of several folders the first (unset: "
     "TMPDIR)",
     "--state-dir"},
    {"taskmanager.memory.managed.size", kTaskManager, kMemorySize, "1 gb",
     "for the state of all its tasks; what exceeds it goes to the scratch folder", "--state-memory",
     "", "", 1 << 20},
};

std::vector<std::string_view> Split(std::string_view list) {
  std::vector<std::string_view> parts;
  while (!list.empty()) {
    const size_t end = std::min(list.find('|'), list.size());
    parts.push_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return parts;
}

StatusOr<PortRange> ParsePorts(std::string_view text) {
  const size_t dash = text.find('-', 1);
  ASSIGN_OR_RETURN(const int64_t first, ParseInteger(text.substr(0, dash)));
  int64_t last = first;
  if (dash != text.npos) {
    ASSIGN_OR_RETURN(last, ParseInteger(text.substr(dash + 1)));
  }
  constexpr int64_t kMost = 65535;
  if (first > kMost || last > kMost || first < -1 || last < first) {
    return InvalidArgumentError("is neither a port nor a range of ports such as 9250-9260");
  }
  return PortRange{static_cast<int>(first), static_cast<int>(last)};
}

Status CheckRange(const OptionDeclaration& option, int64_t value) {
  if (value < option.least) {
    return InvalidArgumentError("must be at least " + std::to_string(option.least));
  }
  if (value > option.most) {
    return InvalidArgumentError("must be at most " + std::to_string(option.most));
  }
  return OkStatus();
}

}  // namespace

std::span<const OptionDeclaration> DeclaredOptions() { return kOptions; }

const OptionDeclaration* FindOption(std::string_view key) {
  for (const OptionDeclaration& option : kOptions) {
    if (option.key == key || (!option.older_key.empty() && option.older_key == key)) return &option;
  }
  return nullptr;
}

std::vector<std::string> SpellingsOf(std::string_view key) {
  const OptionDeclaration* option = FindOption(key);
  if (option == nullptr || option->older_key.empty()) return {std::string(key)};
  return {std::string(option->key), std::string(option->older_key)};
}

std::vector<std::string> DeclaredKeys() {
  std::vector<std::string> keys;
  for (const OptionDeclaration& option : kOptions) {
    keys.emplace_back(option.key);
    if (!option.older_key.empty()) keys.emplace_back(option.older_key);
  }
  return keys;
}

bool IsOf(const OptionDeclaration& option, OptionScope scope) {
  const bool process = scope == kJobManager || scope == kTaskManager;
  return option.scope == scope || (option.scope == kProcess && process);
}

Status CheckOption(const OptionDeclaration& option, std::string_view value) {
  switch (option.type) {
    case kString:
      return OkStatus();
    case kBool:
      return ParseBool(value).status();
    case kInteger: {
      ASSIGN_OR_RETURN(const int64_t number, ParseInteger(value));
      return CheckRange(option, number);
    }
    case kReal:
      return ParseReal(value).status();
    case kDuration:
      return ParseDuration(value).status();
    case kMemorySize: {
      ASSIGN_OR_RETURN(const int64_t bytes, ParseMemorySize(value));
      return CheckRange(option, bytes);
    }
    case kPorts:
      return ParsePorts(value).status();
    case kOneOf:
      for (std::string_view one : Split(option.values)) {
        if (AsciiLower(one) == AsciiLower(value)) return OkStatus();
      }
      return InvalidArgumentError("is none of " + std::string(option.values));
  }
  return InternalError("an option of no type");
}

std::string TypeText(const OptionDeclaration& option) {
  switch (option.type) {
    case kString:
      return "text";
    case kBool:
      return "true|false";
    case kInteger: {
      std::string text = "integer";
      if (option.least != INT64_MIN) text += " from " + std::to_string(option.least);
      if (option.most != INT64_MAX) text += " to " + std::to_string(option.most);
      return text;
    }
    case kReal:
      return "number";
    case kDuration:
      return "duration";
    case kMemorySize:
      return "size";
    case kPorts:
      return "port or range of ports";
    case kOneOf:
      return std::string(option.values);
  }
  return "";
}

std::string_view ConfigReader::Text(std::string_view key, OptionType type) {
  const OptionDeclaration* option = FindOption(key);
  CHECK(option != nullptr && option->key == key && option->type == type)
      << "option " << key << " is not declared so";
  auto found = values_.find(std::string(option->key));
  if (found == values_.end()) found = values_.find(std::string(option->older_key));
  if (found == values_.end()) return option->fallback;
  const Status fits = CheckOption(*option, found->second);
  if (fits.ok()) return found->second;
  Fail(found->first, fits.message());
  return option->fallback;
}

std::string ConfigReader::String(std::string_view key) { return std::string(Text(key, kString)); }

std::string ConfigReader::OneOf(std::string_view key) {
  const std::string_view text = Text(key, kOneOf);
  for (std::string_view one : Split(FindOption(key)->values)) {
    if (AsciiLower(one) == AsciiLower(text)) return std::string(one);
  }
  return "";
}

bool ConfigReader::Bool(std::string_view key) { return ParseBool(Text(key, kBool)).value(); }

int64_t ConfigReader::Integer(std::string_view key) {
  return ParseInteger(Text(key, kInteger)).value();
}

double ConfigReader::Real(std::string_view key) { return ParseReal(Text(key, kReal)).value(); }

Duration ConfigReader::Duration(std::string_view key) {
  return ParseDuration(Text(key, kDuration)).value();
}

int64_t ConfigReader::MemorySize(std::string_view key) {
  return ParseMemorySize(Text(key, kMemorySize)).value();
}

PortRange ConfigReader::Ports(std::string_view key) {
  return ParsePorts(Text(key, kPorts)).value();
}

void ConfigReader::Fail(std::string_view key, std::string_view reason) {
  if (!error_.ok()) return;
  std::string message = subject_ + ": option '" + std::string(key) + "'";
  const auto found = values_.find(std::string(key));
  if (found != values_.end() && !IsSecretOption(key))
    message += " = '" + WithoutSecrets(found->second) + "'";
  error_ = InvalidArgumentError(message + " " + std::string(reason));
}

}  // namespace weir
