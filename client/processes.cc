#include "client/processes.h"

#include <iostream>
#include <nlohmann/json.hpp>

#include "client/answer.h"
#include "client/cluster_client.h"
#include "client/compiler.h"
#include "client/config_command.h"
#include "client/rows_json.h"
#include "client/task_manager_process.h"
#include "common/base/logging.h"
#include "common/config/defaults.h"
#include "common/config/uri_path.h"
#include "common/http/access_token.h"
#include "dashboard/dashboard_files.h"
#include "jobmanager/job_manager.h"

namespace weir {
namespace {

StatusOr<RestOptions> ReadRest(ConfigReader& reader) {
  RestOptions rest;
  rest.bind_address = reader.String("rest.bind-address");
  rest.port = static_cast<int>(reader.Integer("rest.port"));
  rest.certificate_file = reader.String("rest.certificate-file");
  rest.key_file = reader.String("rest.key-file");
  rest.rows_to_json = &RowsAsJson;
  rest.page = DashboardFiles();
  if (const std::string file = reader.String("rest.token-file"); !file.empty()) {
    ASSIGN_OR_RETURN(rest.token_hash, ReadTokenHash(file));
  }
  return rest;
}

DogStatsDOptions ReadDogStatsD(ConfigReader& reader) {
  return {.host = reader.String("metrics.reporter.dogstatsd.host"),
          .port = static_cast<int>(reader.Integer("metrics.reporter.dogstatsd.port")),
          .interval = reader.Duration("metrics.reporter.dogstatsd.interval")};
}

// Flink takes several, to spread its files.
std::string FirstFolder(const std::string& list) {
  return list.substr(0, list.find_first_of(",:;"));
}

void SetUpLog(ConfigReader& reader) {
  SetLogFormat(reader.OneOf("log.format") == "json" ? LogFormat::kJson : LogFormat::kPlain);
}

}  // namespace

Status RunJobManagerProcess(const Configuration& configuration,
                            std::map<std::string, std::string> job_settings) {
  const std::map<std::string, std::string> values = configuration.Of(OptionScope::kJobManager);
  ConfigReader reader("configuration", values);
  SetUpLog(reader);
  JobManagerOptions options;
  options.dogstatsd = ReadDogStatsD(reader);
  options.bind_address = reader.String("jobmanager.bind-host");
  options.rpc_port = static_cast<int>(reader.Integer("jobmanager.rpc.port"));
  options.ha_dir = PathOfUri(reader.String("high-availability.storageDir"));
  options.config = std::move(job_settings);
  AddDefaults(configuration.Of(OptionScope::kJob), &options.config);
  if (reader.Bool("rest.enabled")) {
    ASSIGN_OR_RETURN(options.rest, ReadRest(reader));
  }
  SqlCompiler compiler;
  return RunJobManager(options, &compiler);
}

Status RunTaskManagerProcess(const Configuration& configuration) {
  const std::map<std::string, std::string> values = configuration.Of(OptionScope::kTaskManager);
  ConfigReader reader("configuration", values);
  SetUpLog(reader);
  TaskManagerOptions options;
  options.dogstatsd = ReadDogStatsD(reader);
  ASSIGN_OR_RETURN(options.jobmanager, ParseAddress(JobManagerAddress(configuration)));
  options.slots = static_cast<int>(reader.Integer("taskmanager.numberOfTaskSlots"));
  options.bind_address = reader.String("taskmanager.bind-host");
  options.data_port = static_cast<int>(reader.Integer("taskmanager.data.port"));
  options.advertised_host = reader.String("taskmanager.host");
  const PortRange metrics = reader.Ports("metrics.reporter.prom.port");
  options.metrics_port = metrics.first;
  options.last_metrics_port = metrics.last;
  return RunTaskManager(
      options, FirstFolder(reader.String("io.tmp.dirs")),
      static_cast<uint64_t>(reader.MemorySize("taskmanager.memory.managed.size")));
}

int CreateToken(const std::string& file, OutputFormat output) {
  const std::string token = MakeToken();
  if (Status written = WriteTokenHash(file, HashToken(token)); !written.ok()) return Fail(written);
  if (output == OutputFormat::kJson) {
    PrintJson(nlohmann::ordered_json({{"token", token}}));
  } else {
    std::cout << token << std::endl;
  }
  return 0;
}

}  // namespace weir
