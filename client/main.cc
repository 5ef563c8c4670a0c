#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "client/command_line/commands.h"
#include "client/command_line/parts.h"
#include "client/completion_script.h"
#include "client/processes.h"
#include "client/savepoint_files.h"
#include "common/base/crash_handler.h"
#include "common/base/logging.h"
#include "common/base/nearest_name.h"
#include "common/base/version.h"
#include "common/config/defaults.h"

// Who does what the command line says.

namespace weir {
namespace {

constexpr int kUsageError = 2;

constexpr char kAbout[] = "Weir runs Apache Flink's SQL on streams.";
constexpr char kExamples[] =
    "Examples:\n"
    "  weir local -f job.sql                     run a script in this process\n"
    "  weir sql                                  a prompt on a cluster; weir local: one without\n"
    "  weir jobmanager --checkpoint-dir /var/weir/checkpoints --ha-dir /var/weir/ha\n"
    "  weir taskmanager --jobmanager localhost:6123 --slots 4\n"
    "  weir run -f job.sql --parallelism 2 --detached\n"
    "  weir list\n"
    "  weir logs --job JOB --follow\n"
    "  weir savepoint JOB\n"
    "`weir COMMAND --help` tells more about each.\n"
    "Exit codes: 0 done, 1 failed, 2 not understood, 128 and the signal's number when one ended "
    "it.";

int ShowVersion(OutputFormat output) {
  if (output == OutputFormat::kJson) {
    std::cout << "{\"version\":\"" << kWeirVersion << "\",\"protocol\":\"" << kProtocolVersion
              << "\"}" << std::endl;
  } else {
    std::cout << "weir " << kWeirVersion << std::endl;
  }
  return 0;
}

int ExitCode(const Status& status) {
  if (status.ok()) return 0;
  std::cerr << "weir: " << status.message() << std::endl;
  return 1;
}

// What is configured, over it the flags; notes are for people.
StatusOr<Configuration> ConfigurationOf(const Arguments& arguments) {
  const std::string& file = arguments.config_file;
  ASSIGN_OR_RETURN(Configuration configuration,
                   LoadConfiguration(file.empty() ? ConfigurationFile() : file));
  for (const std::string& note : configuration.notes()) std::cerr << "note: " << note << std::endl;
  for (const auto& [key, text] : arguments.flags) {
    RETURN_IF_ERROR(configuration.Set(key, text, std::string(FindOption(key)->flag)));
  }
  if (arguments.no_rest) RETURN_IF_ERROR(configuration.Set("rest.enabled", "false", "--no-rest"));
  return configuration;
}

int RunProcess(const std::string& command, const Arguments& arguments) {
  const StatusOr<Configuration> configuration = ConfigurationOf(arguments);
  if (!configuration.ok()) return ExitCode(configuration.status());
  return ExitCode(
      command == "jobmanager"
          ? RunJobManagerProcess(*configuration, Settings(arguments.jobmanager_settings))
          : RunTaskManagerProcess(*configuration));
}

// Without a script there is a prompt, where somebody can type.
int RunLocalCommand(Arguments& arguments) {
  LocalCommand& local = arguments.local;
  if (local.file.empty() && isatty(STDIN_FILENO) != 0) {
    return RunLocalShell({.parallelism = local.parallelism, .config = local.config});
  }
  if (local.file.empty()) local.file = "-";
  return RunLocal(local);
}

// What is configured of jobs counts where no job manager is asked, which has a configuration of its
// own.
void SayDefaults(const Configuration& configuration, Arguments& arguments) {
  const auto say = [&](int parallelism, std::map<std::string, std::string>* config) {
    std::map<std::string, std::string> of_jobs = configuration.Of(OptionScope::kJob);
    if (parallelism > 0) EraseParallelism(&of_jobs);
    AddDefaults(of_jobs, config);
  };
  say(arguments.local.parallelism, &arguments.local.config);
  say(arguments.explain.parallelism, &arguments.explain.config);
  say(arguments.validate.parallelism, &arguments.validate.config);
  for (auto* config : {&arguments.local.config, &arguments.sql.config}) {
    AddDefaults(configuration.Of(OptionScope::kPrompt), config);
  }
}

// `command` with its subcommand, if it has one: "savepoint inspect".
int Dispatch(const std::string& command, const Configuration& configuration, Arguments& arguments) {
  const bool server = command == "jobmanager" || command == "taskmanager";
  // Clients answer; logs would stand between the lines.
  if (!server && std::getenv("WEIR_LOG_LEVEL") == nullptr) SetLogLevel(LogLevel::kWarning);
  arguments.local.config = Settings(arguments.local_settings);
  arguments.run.config = Settings(arguments.run_settings);
  arguments.explain.config = Settings(arguments.explain_settings);
  arguments.sql.config = Settings(arguments.sql_settings);
  arguments.validate.config = Settings(arguments.validate_settings);
  SayDefaults(configuration, arguments);
  if (command == "local") return RunLocalCommand(arguments);
  if (command == "sql") return RunClusterShell(arguments.sql);
  if (command == "run") return RunOnCluster(arguments.run);
  if (command == "explain") return ExplainScript(arguments.explain);
  if (command == "validate") return ValidateScript(arguments.validate);
  if (command == "top") return RunTop(arguments.top);
  if (command == "logs") return ShowLogs(arguments.logs);
  if (command == "list") return ListJobs(arguments.cluster);
  if (command == "info") return ShowJob(arguments.cluster, arguments.job);
  if (command == "state") {
    if (!arguments.state_key.empty()) arguments.state.key = arguments.state_key;
    return ShowState(arguments.state);
  }
  if (command == "cancel") return CancelJob(arguments.cluster, arguments.job);
  if (command == "savepoint") {
    return TakeSavepoint(arguments.cluster, arguments.job, arguments.savepoint_dir);
  }
  if (command == "savepoint inspect") {
    return InspectSavepoint(arguments.path, arguments.cluster.output);
  }
  if (command == "savepoint verify") {
    return VerifySavepoint(arguments.path, arguments.cluster.output);
  }
  if (command == "stop") {
    return StopJob(arguments.cluster, arguments.job, arguments.savepoint_dir, arguments.drain);
  }
  if (command == "rescale") {
    return RescaleJob(arguments.cluster, arguments.job, arguments.parallelism);
  }
  if (command == "taskmanager list") return ListTaskManagers(arguments.cluster);
  if (command == "taskmanager drain") {
    return DrainTaskManager(arguments.cluster, arguments.task_manager);
  }
  if (command == "config") return ShowConfiguration(arguments.config);
  if (command == "token create") {
    return CreateToken(arguments.token_file, arguments.cluster.output);
  }
  if (server) return RunProcess(command, arguments);
  return ShowVersion(arguments.version_output);
}

// CLI11 only says that there is no command.
std::string UnknownCommand(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  if (word.starts_with("-") || std::find(names.begin(), names.end(), word) != names.end())
    return "";
  return "there is no command '" + word + "'" + DidYouMean(word, names);
}

// The words of a command and of those below it.
void CollectWords(const CLI::App& app, const std::string& path, std::vector<CommandWords>& out) {
  CommandWords words{path, app.get_description().substr(0, app.get_description().find(';'))};
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_lnames().empty() || option->get_group().empty()) continue;
    CommandWords::Option one{"--" + option->get_lnames().front(), option->get_description()};
    if (!option->get_snames().empty()) one.short_name = "-" + option->get_snames().front();
    const std::string type = option->get_type_name();
    for (size_t at = 0; type.find('|') != std::string::npos && at < type.size();) {
      const size_t end = std::min(type.find('|', at), type.size());
      one.values.push_back(type.substr(at, end - at));
      at = end + 1;
    }
    one.takes_file = type == "FILE" || type == "PATH" || type == "DIR";
    words.options.push_back(std::move(one));
  }
  out.push_back(std::move(words));
  for (const CLI::App* below : app.get_subcommands({})) {
    CollectWords(*below, path + (path.empty() ? "" : " ") + below->get_name(), out);
  }
}

// The command that was given, and its subcommand behind a space.
std::string CommandOf(const CLI::App& app) {
  const CLI::App& command = *app.get_subcommands().front();
  const auto below = command.get_subcommands();
  return command.get_name() + (below.empty() ? "" : " " + below.front()->get_name());
}

// Whether the command needs an address and was given none. Processes read their configuration.
bool AsksJobManager(const CLI::App& app) {
  const CLI::App* given = app.get_subcommands().front();
  if (const auto below = given->get_subcommands(); !below.empty()) given = below.front();
  const CLI::Option* address = given->get_option_no_throw("--jobmanager");
  return address != nullptr && address->count() == 0 && given->get_name() != "taskmanager";
}

// The first word that the command cannot place.
std::string UnexpectedWord(const CLI::App& app) {
  const CLI::App* given = app.get_subcommands().front();
  if (const auto below = given->get_subcommands(); !below.empty()) given = below.front();
  const CLI::App& command = *given;
  const std::vector<std::string> rest = command.remaining();
  if (rest.empty()) return "what follows " + CommandOf(app) + " is not understood";
  const std::string word = rest.front();
  const std::string name = "`weir " + CommandOf(app) + "`";
  if (!word.starts_with("-")) return name + " does not expect '" + word + "'";
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) names.push_back(option->get_name());
  return name + " has no option '" + word + "'" + DidYouMean(word, names);
}

int UsageError(const std::string& message) {
  std::cerr << "weir: " << message << "\n`weir --help` lists the commands, `weir COMMAND --help` "
            << "their options" << std::endl;
  return kUsageError;
}

int Main(int argc, char** argv) {
  Arguments arguments;
  // Only those who ask a job manager or plan jobs need it: `weir version` answers whatever is in
  // that file.
  const StatusOr<Configuration> loaded = LoadConfiguration(ConfigurationFile());
  const Configuration configuration = loaded.ok() ? *loaded : Configuration();
  arguments.configured_jobmanager = JobManagerAddress(configuration);
  arguments.config.file = ConfigurationFile();
  CLI::App app{kAbout, "weir"};
  app.footer(kExamples);
  app.require_subcommand(1);
  AddLocal(app, &arguments);
  AddSql(app, &arguments);
  AddRun(app, &arguments);
  AddJobCommands(app, &arguments);
  AddState(app, &arguments);
  AddSavepoint(app, &arguments);
  AddChanges(app, &arguments);
  AddExplain(app, &arguments);
  AddValidate(app, &arguments);
  AddTop(app, &arguments);
  AddLogs(app, &arguments);
  AddJobManagerProcess(app, &arguments);
  AddTaskManagerProcess(app, &arguments);
  AddToken(app, &arguments);
  AddVersion(app, &arguments);
  AddConfig(app, &arguments);
  AddCompletion(app, &arguments);
  if (argc == 1) {
    std::cout << app.help();
    return kUsageError;
  }
  if (std::string unknown = UnknownCommand(app, argv[1]); !unknown.empty()) {
    return UsageError(unknown);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ExtrasError&) {
    return UsageError(UnexpectedWord(app));
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);  // help
    return UsageError(e.what());
  }
  const std::string command = CommandOf(app);
  const bool plans = command == "local" || command == "explain" || command == "validate";
  if (!loaded.ok() && (plans || AsksJobManager(app))) {
    return ExitCode(loaded.status());
  }
  if (command == "savepoint" && arguments.job.empty()) {
    return UsageError("`weir savepoint` needs a JOB, see `weir list`");
  }
  if (command == "completion") {
    std::vector<CommandWords> words;
    CollectWords(app, "", words);
    std::cout << CompletionScript(arguments.shell, words);
    return 0;
  }
  return Dispatch(command, configuration, arguments);
}

}  // namespace
}  // namespace weir

int main(int argc, char** argv) {
  weir::InstallCrashHandler(argc > 1 ? std::string("weir ") + argv[1] : "weir");
  return weir::Main(argc, argv);
}
