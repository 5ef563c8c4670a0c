#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "client/cluster_client.h"
#include "client/cluster_commands.h"
#include "client/compiler.h"
#include "client/local.h"
#include "client/task_manager_process.h"
#include "common/base/logging.h"
#include "common/base/nearest_name.h"
#include "common/base/version.h"
#include "jobmanager/job_manager.h"

// The command line: what it may say, its help, and who does it. Exit codes: 0 done, 1 failed, 2 not
// understood; 128 + signal when one ended it.

namespace weir {
namespace {

constexpr int kUsageError = 2;

constexpr char kAbout[] = "Weir runs Apache Flink's SQL on streams.";
constexpr char kExamples[] =
    "Examples:\n"
    "  weir local -f job.sql                     run a script in this process\n"
    "  weir jobmanager --checkpoint-dir /var/weir/checkpoints --ha-dir /var/weir/ha\n"
    "  weir taskmanager --jobmanager localhost:6123 --slots 4\n"
    "  weir run -f job.sql --parallelism 2 --detached\n"
    "  weir list\n"
    "`weir COMMAND --help` tells more about each.";

// What the command line says, for every command.
struct Arguments {
  LocalCommand local;
  RunCommand run;
  RunCommand explain;
  ClusterCommand cluster;  // list, info, cancel
  OutputFormat version_output = OutputFormat::kTable;
  std::string job;
  JobManagerOptions jobmanager;
  int rest_port = 0;
  TaskManagerOptions taskmanager;
  std::string state_dir;
  std::vector<std::string> local_settings, run_settings, explain_settings, jobmanager_settings;
};

const std::map<std::string, OutputFormat> kRowFormats = {{"table", OutputFormat::kTable},
                                                         {"changelog", OutputFormat::kChangelog},
                                                         {"json", OutputFormat::kJson}};
const std::map<std::string, OutputFormat> kTextFormats = {{"table", OutputFormat::kTable},
                                                          {"json", OutputFormat::kJson}};

// key=value, as --set has it.
std::string CheckSetting(const std::string& text) {
  size_t at = text.find('=');
  if (at != std::string::npos && at > 0) return "";
  return "'" + text + "' is not KEY=VALUE";
}

std::map<std::string, std::string> Settings(const std::vector<std::string>& texts) {
  std::map<std::string, std::string> settings;
  for (const std::string& text : texts) {
    size_t at = text.find('=');
    settings[text.substr(0, at)] = text.substr(at + 1);
  }
  return settings;
}

void AddSettings(CLI::App* command, std::vector<std::string>* settings, const std::string& help) {
  command->add_option("--set", *settings, help)
      ->type_name("KEY=VALUE")
      ->check(CLI::Validator(CheckSetting, ""))
      ->allow_extra_args(false);
}

void AddFile(CLI::App* command, std::string* file) {
  command->add_option("-f,--file", *file, "the SQL script; - is standard input")
      ->type_name("FILE")
      ->required();
}

void AddJobManager(CLI::App* command, std::string* address) {
  command->add_option("--jobmanager", *address, "where the job manager is")
      ->type_name("HOST:PORT")
      ->capture_default_str();
}

void AddOutput(CLI::App* command, OutputFormat* output,
               const std::map<std::string, OutputFormat>& formats, const std::string& help) {
  std::string names;
  for (const auto& [name, format] : formats) names += (names.empty() ? "" : "|") + name;
  command->add_option("--output", *output, help)
      ->type_name(names)
      ->transform(CLI::CheckedTransformer(formats).description(""));
}

constexpr char kRowOutputHelp[] =
    "how rows are shown: table for people (the default), json a line a row for programs, changelog "
    "exact and with schemas";

void AddLocal(CLI::App& app, Arguments* arguments) {
  CLI::App* command = app.add_subcommand(
      "local", "run a script in this process, without a cluster, each job to its end");
  AddFile(command, &arguments->local.file);
  AddOutput(command, &arguments->local.output, kRowFormats,
            std::string(kRowOutputHelp) +
                "; with changelog a failing statement does not end the "
                "script");
  command->add_option("--parallelism", arguments->local.parallelism, "of the jobs")
      ->check(CLI::Range(1, 128))
      ->capture_default_str();
  AddSettings(command, &arguments->local_settings, "as SET before the script; may be repeated");
  command->footer(
      "Examples:\n"
      "  weir local -f job.sql\n"
      "  echo \"SELECT 1 + 1;\" | weir local -f - --output json\n"
      "  weir local -f job.sql --set table.local-time-zone=Europe/Berlin");
}

void AddRun(CLI::App& app, Arguments* arguments) {
  CLI::App* command = app.add_subcommand("run", "submit a script to a job manager");
  RunCommand& run = arguments->run;
  AddFile(command, &run.file);
  AddJobManager(command, &run.cluster.jobmanager);
  AddOutput(command, &run.cluster.output, kRowFormats, kRowOutputHelp);
  command->add_option("--parallelism", run.parallelism, "of the jobs, unless the script sets one")
      ->check(CLI::Range(1, 128));
  command->add_flag("--detached", run.detached,
                    "return when the jobs are accepted instead of staying until they end");
  command
      ->add_option("--from-savepoint", run.from_savepoint,
                   "begin with the state of this checkpoint or savepoint")
      ->type_name("PATH");
  command->add_flag("--allow-non-restored-state", run.allow_non_restored_state,
                    "leave out state of the savepoint that no operator of the script takes");
  AddSettings(command, &arguments->run_settings, "as SET before the script; may be repeated");
  command->footer(
      "Examples:\n"
      "  weir run -f job.sql --parallelism 2 --detached\n"
      "  weir run -f job.sql --from-savepoint /var/weir/checkpoints/JOB/chk-12");
}

void AddExplain(CLI::App& app, Arguments* arguments) {
  CLI::App* command = app.add_subcommand(
      "explain", "show the plans of a script's queries and INSERTs; runs nothing");
  AddFile(command, &arguments->explain.file);
  AddOutput(command, &arguments->explain.cluster.output, kTextFormats, "text or JSON");
  command->add_option("--parallelism", arguments->explain.parallelism, "of the jobs")
      ->check(CLI::Range(1, 128));
  AddSettings(command, &arguments->explain_settings, "as SET before the script; may be repeated");
  command->footer("Example:\n  weir explain -f job.sql");
}

void AddJobCommands(CLI::App& app, Arguments* arguments) {
  CLI::App* list = app.add_subcommand("list", "the jobs that a job manager knows");
  CLI::App* info = app.add_subcommand("info", "one job: state, operators, checkpoints, failures");
  CLI::App* cancel = app.add_subcommand("cancel", "end a job");
  for (CLI::App* command : {list, info, cancel}) {
    AddJobManager(command, &arguments->cluster.jobmanager);
    AddOutput(command, &arguments->cluster.output, kTextFormats, "a table or JSON");
  }
  for (CLI::App* command : {info, cancel}) {
    command->add_option("job", arguments->job, "its id, the beginning of it, or its name")
        ->type_name("JOB")
        ->required();
  }
  list->footer("Example:\n  weir list --jobmanager localhost:6123");
  info->footer("Examples:\n  weir info 3f9a\n  weir info 3f9a --output json");
  cancel->footer("Example:\n  weir cancel 3f9a");
}

void AddJobManagerProcess(CLI::App& app, Arguments* arguments) {
  CLI::App* command = app.add_subcommand("jobmanager", "the process that plans and directs jobs");
  JobManagerOptions& options = arguments->jobmanager;
  command
      ->add_option("--bind-address", options.bind_address, "where clients and task managers come")
      ->type_name("HOST")
      ->capture_default_str();
  command->add_option("--rpc-port", options.rpc_port, "0: a free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  // Given by scripts that know later versions too: nothing is served there in this one.
  command->add_option("--rest-port", arguments->rest_port)->group("");
  command
      ->add_option("--checkpoint-dir", options.checkpoint_dir,
                   "checkpoints go into a folder a job here; task managers must see it too")
      ->type_name("DIR");
  command
      ->add_option("--ha-dir", options.ha_dir,
                   "jobs are remembered here: after a crash the next job manager goes on with "
                   "them")
      ->type_name("DIR");
  AddSettings(command, &arguments->jobmanager_settings,
              "a default for all jobs; scripts and clients override it; may be repeated");
  command->footer(
      "Examples:\n"
      "  weir jobmanager\n"
      "  weir jobmanager --checkpoint-dir /var/weir/checkpoints --ha-dir /var/weir/ha");
}

void AddTaskManagerProcess(CLI::App& app, Arguments* arguments) {
  CLI::App* command = app.add_subcommand("taskmanager", "a process that does the jobs' work");
  TaskManagerOptions& options = arguments->taskmanager;
  AddJobManager(command, &options.jobmanager);
  command->add_option("--slots", options.slots, "how many slices of jobs it takes")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command
      ->add_option("--bind-address", options.bind_address, "where other task managers bring data")
      ->type_name("HOST")
      ->capture_default_str();
  command->add_option("--data-port", options.data_port, "0: a free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  command
      ->add_option("--advertised-host", options.advertised_host,
                   "what other task managers connect to, where that is not --bind-address")
      ->type_name("HOST");
  command
      ->add_option("--state-dir", arguments->state_dir,
                   "for state that does not fit into memory; only scratch (default: TMPDIR)")
      ->type_name("DIR")
      ->check(CLI::ExistingDirectory);
  command->footer("Example:\n  weir taskmanager --jobmanager localhost:6123 --slots 4");
}

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

int RunJobManagerProcess(Arguments& arguments) {
  arguments.jobmanager.config = Settings(arguments.jobmanager_settings);
  SqlCompiler compiler;
  return ExitCode(RunJobManager(arguments.jobmanager, &compiler));
}

int RunTaskManagerProcess(Arguments& arguments) {
  StatusOr<std::string> address = ParseAddress(arguments.taskmanager.jobmanager);
  if (!address.ok()) return ExitCode(address.status());
  arguments.taskmanager.jobmanager = *address;
  return ExitCode(RunTaskManager(arguments.taskmanager, arguments.state_dir));
}

int Dispatch(const std::string& command, Arguments& arguments) {
  const bool server = command == "jobmanager" || command == "taskmanager";
  // Clients answer; logs would stand between the lines.
  if (!server && std::getenv("WEIR_LOG_LEVEL") == nullptr) SetLogLevel(LogLevel::kWarning);
  arguments.local.config = Settings(arguments.local_settings);
  arguments.run.config = Settings(arguments.run_settings);
  arguments.explain.config = Settings(arguments.explain_settings);
  if (command == "local") return RunLocal(arguments.local);
  if (command == "run") return RunOnCluster(arguments.run);
  if (command == "explain") return ExplainScript(arguments.explain);
  if (command == "list") return ListJobs(arguments.cluster);
  if (command == "info") return ShowJob(arguments.cluster, arguments.job);
  if (command == "cancel") return CancelJob(arguments.cluster, arguments.job);
  if (command == "jobmanager") return RunJobManagerProcess(arguments);
  if (command == "taskmanager") return RunTaskManagerProcess(arguments);
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

// The first word that the command cannot place.
std::string UnexpectedWord(const CLI::App& app) {
  const CLI::App& command = *app.get_subcommands().front();
  const std::string word = command.remaining().front();
  const std::string name = "`weir " + command.get_name() + "`";
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
  CLI::App app{kAbout, "weir"};
  app.footer(kExamples);
  app.require_subcommand(1);
  AddLocal(app, &arguments);
  AddRun(app, &arguments);
  AddJobCommands(app, &arguments);
  AddExplain(app, &arguments);
  AddJobManagerProcess(app, &arguments);
  AddTaskManagerProcess(app, &arguments);
  CLI::App* version = app.add_subcommand("version", "which version this is");
  AddOutput(version, &arguments.version_output, kTextFormats, "text or JSON");
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
  return Dispatch(app.get_subcommands().front()->get_name(), arguments);
}

}  // namespace
}  // namespace weir

int main(int argc, char** argv) { return weir::Main(argc, argv); }
