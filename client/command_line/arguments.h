#pragma once

#include <map>
#include <string>
#include <vector>

#include "client/change_commands.h"
#include "client/cluster_commands.h"
#include "client/config_command.h"
#include "client/local.h"
#include "client/logs_command.h"
#include "client/shell/shell.h"
#include "client/state_command.h"
#include "client/top.h"

namespace weir {

// What the command line says, for every command.
struct Arguments {
  std::string configured_jobmanager;  // where a command asks that is not told
  LocalCommand local;
  RunCommand run;
  ShellCommand sql;
  RunCommand explain;
  RunCommand validate;
  TopCommand top;
  StateCommand state;
  std::vector<std::string> state_key;
  LogsCommand logs;
  std::string shell;
  ClusterCommand cluster;  // of those that ask about or change what runs
  OutputFormat version_output = OutputFormat::kTable;
  std::string job;
  std::string savepoint_dir;
  bool drain = false;
  int parallelism = 0;
  std::string task_manager;
  std::string path;
  ConfigCommand config;
  std::string config_file;
  std::map<std::string, std::string> flags;  // of a process, by the keys of their options
  bool no_rest = false;
  std::string token_file;
  std::vector<std::string> local_settings, run_settings, sql_settings, explain_settings,
      validate_settings, jobmanager_settings;
};

}  // namespace weir
