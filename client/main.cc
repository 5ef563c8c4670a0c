#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "client/change_commands.h"
#include "client/cluster_client.h"
#include "client/cluster_commands.h"
#include "client/compiler.h"
#include "client/completion_script.h"
#include "client/config_command.h"
#include "client/local.h"
#include "client/logs_command.h"
#include "client/processes.h"
#include "client/savepoint_files.h"
#include "client/shell/shell.h"
#include "client/state_command.h"
#include "client/top.h"
#include "common/base/ascii.h"
#include "common/base/crash_handler.h"
#include "common/base/logging.h"
#include "common/base/nearest_name.h"
#include "common/base/version.h"
#include "common/config/option_reader.h"

// The command line: what it may say, its help, and who does it. Exit codes: 0 done, 1 failed, 2 not
// understood; 128 + signal when one ended it.

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
    "`weir COMMAND --help` tells more about each.";

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

void AddJobManager(CLI::App* command, const Arguments* arguments, std::string* address) {
  *address = arguments->configured_jobmanager;
  command->add_option("--jobmanager", *address, "where the job manager is")
      ->type_name("HOST:PORT")
      ->capture_default_str();
}

// The flags of a process: those that its options declare. What is given goes to `flags`.
void AddProcessFlags(CLI::App* command, OptionScope scope, Arguments* arguments) {
  command->add_option("--config", arguments->config_file, "options, as YAML (default: WEIR_CONFIG)")
      ->type_name("FILE");
  for (const OptionDeclaration& option : DeclaredOptions()) {
    const bool of_jobs = option.scope == OptionScope::kJob && scope == OptionScope::kJobManager;
    if (option.flag.empty() || (!IsOf(option, scope) && !of_jobs)) continue;
    const std::string key(option.key);
    const auto take = [arguments, key](const std::string& text) { arguments->flags[key] = text; };
    const auto check = [&option](const std::string& text) {
      const Status fits = CheckOption(option, text);
      return fits.ok() ? "" : "'" + text + "' " + std::string(fits.message());
    };
    command
        ->add_option_function<std::string>(std::string(option.flag), take,
                                           std::string(option.sentence) + "; " + key)
        ->type_name(AsciiUpper(TypeText(option)))
        ->default_str(std::string(option.fallback))
        ->check(CLI::Validator(check, ""));
  }
}

void AddOutput(CLI::App* command, OutputFormat* output,
               const std::map<std::string, OutputFormat>& formats, const std::string& help) {
  std::string names;
  for (const auto& [name, format] : formats) names += (names.empty() ? "" : "|") + name;
  command->add_option("--output", *output, help)
      ->type_name(names)
      ->transform(CLI::CheckedTransformer(formats).description(""));
}

void AddConfig(CLI::App& app, Arguments* arguments) {
  ConfigCommand& config = arguments->config;
  CLI::App* command =
      app.add_subcommand("config", "every option: its value, where that was said, what it means");
  command->add_option("key", config.key, "all that is known of one option")->type_name("KEY");
  command->add_option("--config", config.file, "a file of options (default: WEIR_CONFIG)")
      ->type_name("FILE");
  command->add_flag("--markdown", config.markdown, "the documentation of all options");
  AddOutput(command, &config.output, kTextFormats, "a table or JSON");
  command->footer(
      "Examples:\n"
      "  weir config\n"
      "  weir config rest.port\n"
      "  weir config --config /etc/weir/weir.yaml --output json");
}

constexpr char kRowOutputHelp[] =
    "how rows are shown: table for people (the default), json a line a row for programs, changelog "
    "exact and with schemas";

void AddLocal(CLI::App& app, Arguments* arguments) {
  CLI::App* command = app.add_subcommand(
      "local",
      "run a script in this process, without a cluster, each job to its end; a prompt without one");
  command->add_option("-f,--file", arguments->local.file, "the SQL script; - is standard input")
      ->type_name("FILE");
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
      "  weir local\n"
      "  weir local -f job.sql\n"
      "  echo \"SELECT 1 + 1;\" | weir local -f - --output json\n"
      "  weir local -f job.sql --set table.local-time-zone=Europe/Berlin");
}

void AddSql(CLI::App& app, Arguments* arguments) {
  CLI::App* command =
      app.add_subcommand("sql", "a prompt: statements and their answers on a cluster");
  AddJobManager(command, arguments, &arguments->sql.jobmanager);
  command->add_option("--parallelism", arguments->sql.parallelism, "of the jobs")
      ->check(CLI::Range(1, 128));
  AddSettings(command, &arguments->sql_settings, "as SET at the beginning; may be repeated");
  command->footer(
      "HELP at the prompt shows what there is to say. Statements from a pipe run one after the\n"
      "other, to the first that fails.\n"
      "Examples:\n"
      "  weir sql\n"
      "  weir sql --jobmanager localhost:6123 < setup.sql");
}

void AddRun(CLI::App& app, Arguments* arguments) {
  CLI::App* command = app.add_subcommand("run", "submit a script to a job manager");
  RunCommand& run = arguments->run;
  AddFile(command, &run.file);
  AddJobManager(command, arguments, &run.cluster.jobmanager);
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

void AddValidate(CLI::App& app, Arguments* arguments) {
  CLI::App* command = app.add_subcommand(
      "validate", "whether a job manager would take a script; looks at its tables, runs nothing");
  AddFile(command, &arguments->validate.file);
  AddOutput(command, &arguments->validate.cluster.output, kTextFormats, "text or JSON");
  AddSettings(command, &arguments->validate_settings, "as SET before the script; may be repeated");
  command->footer("Exit code 1 if it is not.\nExample:\n  weir validate -f job.sql");
}

void AddTop(CLI::App& app, Arguments* arguments) {
  TopCommand& top = arguments->top;
  CLI::App* command = app.add_subcommand("top", "what runs, with rates; renews itself");
  AddJobManager(command, arguments, &top.cluster.jobmanager);
  command->add_option("job", top.job, "its operators; all jobs if not given")->type_name("JOB");
  command->add_option("--interval", top.interval_s, "seconds between two looks")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  command->add_flag("--once", top.once, "print the rates of one interval, and end");
  command->footer("Examples:\n  weir top\n  weir top 3f9a --interval 5\n  weir top --once");
}

void AddLogs(CLI::App& app, Arguments* arguments) {
  LogsCommand& logs = arguments->logs;
  CLI::App* command = app.add_subcommand("logs", "what the processes of a cluster have logged");
  AddJobManager(command, arguments, &logs.cluster.jobmanager);
  AddOutput(command, &logs.cluster.output, kTextFormats, "lines, or a JSON object a line");
  command
      ->add_option("process", logs.process,
                   "jobmanager, or a task manager: its id or its HOST:PORT, as `weir taskmanager "
                   "list` shows them (default: the job manager; with --job all processes)")
      ->type_name("PROCESS");
  CLI::Option* job =
      command
          ->add_option("--job", logs.job,
                       "only lines about this job: its id, the beginning of it, or its name")
          ->type_name("JOB");
  command
      ->add_flag("--stdout", logs.standard_output,
                 "what it has printed to its standard output instead: the rows of 'print' tables")
      ->excludes(job);
  command
      ->add_option("-n,--lines", logs.lines, "the last so many lines (default: all that are kept)")
      ->check(CLI::NonNegativeNumber);
  command->add_flag("-f,--follow", logs.follow, "go on with the lines to come, until Ctrl-C");
  command->footer(
      "A process keeps its last 4000 lines for this, at most 2 MB of them; its whole log is where\n"
      "its standard error goes. Its standard output can be read where it is a file.\n"
      "Examples:\n"
      "  weir logs -n 50\n"
      "  weir logs --job 3f9a --follow\n"
      "  weir logs 127.0.0.1:40123 --stdout\n"
      "  weir logs --job 3f9a --output json");
}

void AddCompletion(CLI::App& app, Arguments* arguments) {
  CLI::App* command =
      app.add_subcommand("completion", "a script that completes commands and options in a shell");
  command->add_option("shell", arguments->shell, "whose script")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->required();
  command->footer(
      "Examples:\n"
      "  source <(weir completion bash)          in ~/.bashrc or ~/.zshrc (with zsh)\n"
      "  weir completion fish | source           in config.fish");
}

void AddJobCommands(CLI::App& app, Arguments* arguments) {
  CLI::App* list = app.add_subcommand("list", "the jobs that a job manager knows");
  CLI::App* info = app.add_subcommand("info", "one job: state, operators, checkpoints, failures");
  CLI::App* cancel = app.add_subcommand("cancel", "end a job");
  for (CLI::App* command : {list, info, cancel}) {
    AddJobManager(command, arguments, &arguments->cluster.jobmanager);
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

void AddState(CLI::App& app, Arguments* arguments) {
  CLI::App* command =
      app.add_subcommand("state", "what the operators of a running job keep, as it is now");
  AddJobManager(command, arguments, &arguments->state.cluster.jobmanager);
  AddOutput(command, &arguments->state.cluster.output, kTextFormats, "a table or JSON");
  command->add_option("job", arguments->state.job, "its id, the beginning of it, or its name")
      ->type_name("JOB")
      ->required();
  command
      ->add_option("operator", arguments->state.oper,
                   "show rows of this one: its uid or the beginning of it")
      ->type_name("OPERATOR");
  command
      ->add_option("--key", arguments->state_key,
                   "only the rows of this key: a cell for each of its columns, in their order")
      ->type_name("CELL...");
  command->add_option("--limit", arguments->state.limit, "rows that are shown at most")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->footer(
      "Each task is read at a moment of its own, between two of its steps: the rows of several "
      "are\n"
      "not of one instant. For that, take a savepoint.\n"
      "Examples:\n"
      "  weir state 3f9a\n"
      "  weir state 3f9a 'group(user_id)' --key 17\n"
      "  weir state 3f9a 'group(user_id)' --limit 5000 --output json");
}

void AddJob(CLI::App* command, Arguments* arguments) {
  command->add_option("job", arguments->job, "its id, the beginning of it, or its name")
      ->type_name("JOB");
}

void AddSavepoint(CLI::App& app, Arguments* arguments) {
  CLI::App* command = app.add_subcommand(
      "savepoint", "copy a job's state to a folder of yours; look at such a folder");
  AddJobManager(command, arguments, &arguments->cluster.jobmanager);
  AddOutput(command, &arguments->cluster.output, kTextFormats, "text or JSON");
  AddJob(command, arguments);
  command
      ->add_option("--dir", arguments->savepoint_dir,
                   "a folder of the job manager's machine, in which the savepoint gets one of its "
                   "own (default: what execution.checkpointing.savepoint-dir says, or savepoints/ "
                   "beside the job's checkpoints)")
      ->type_name("PATH");
  command->require_subcommand(0, 1);
  CLI::App* inspect = command->add_subcommand(
      "inspect", "what a savepoint or checkpoint holds, operator by operator; needs no cluster");
  CLI::App* verify = command->add_subcommand(
      "verify", "read all of a savepoint or checkpoint and compare checksums; needs no cluster");
  for (CLI::App* one : {inspect, verify}) {
    one->add_option("path", arguments->path, "its folder")->type_name("PATH")->required();
    AddOutput(one, &arguments->cluster.output, kTextFormats, "text or JSON");
  }
  inspect->footer("Example:\n  weir savepoint inspect /var/weir/savepoints/savepoint-3f9a-12");
  verify->footer(
      "Exit code 1, and each missing, cut or damaged file by name, if it is not whole.\n"
      "Example:\n  weir savepoint verify /var/weir/savepoints/savepoint-3f9a-12");
  command->footer(
      "Returns when the savepoint is durable. It is whole by itself: copy or move its folder as\n"
      "you like. The job goes on, and never deletes it.\n"
      "Examples:\n"
      "  weir savepoint 3f9a --dir /var/weir/savepoints\n"
      "  weir run -f job.sql --from-savepoint /var/weir/savepoints/savepoint-3f9a-12");
}

void AddChanges(CLI::App& app, Arguments* arguments) {
  CLI::App* stop = app.add_subcommand("stop", "end a job behind a savepoint");
  CLI::App* rescale = app.add_subcommand("rescale", "change the parallelism of a job that runs");
  for (CLI::App* command : {stop, rescale}) {
    AddJobManager(command, arguments, &arguments->cluster.jobmanager);
    AddOutput(command, &arguments->cluster.output, kTextFormats, "text or JSON");
    AddJob(command, arguments);
    command->get_option("job")->required();
  }
  stop->add_option("--savepoint-dir", arguments->savepoint_dir,
                   "where the savepoint goes, as --dir of `weir savepoint`")
      ->type_name("PATH");
  stop->add_flag("--drain", arguments->drain,
                 "end event time as well: what waits for time (open windows) comes out first, and "
                 "is not there when the job goes on from the savepoint");
  stop->footer(
      "Returns when the job has FINISHED: all rows before the savepoint are in its sinks. Once\n"
      "accepted, the request outlives this command and the job manager.\n"
      "Examples:\n"
      "  weir stop 3f9a\n"
      "  weir stop 3f9a --savepoint-dir /var/weir/savepoints --drain");
  rescale
      ->add_option("--parallelism", arguments->parallelism,
                   "of each operator whose parallelism is not fixed by its table or its kind")
      ->check(CLI::Range(1, 32768))
      ->required();
  rescale->footer(
      "The job takes a checkpoint and goes on from it at the new parallelism; whatever fails\n"
      "meanwhile, it ends up at the old one or at the new one. Refused while there are too few\n"
      "slots: a job that runs is not given up for one that waits.\n"
      "Example:\n  weir rescale 3f9a --parallelism 3");
}

// Beside the process itself.
void AddTaskManagerCommands(CLI::App* taskmanager, Arguments* arguments) {
  CLI::App* list = taskmanager->add_subcommand("list", "the task managers of a cluster");
  CLI::App* drain = taskmanager->add_subcommand(
      "drain", "move all jobs away from a task manager, so that it can be stopped");
  for (CLI::App* command : {list, drain}) {
    AddJobManager(command, arguments, &arguments->cluster.jobmanager);
    AddOutput(command, &arguments->cluster.output, kTextFormats, "text or JSON");
  }
  drain->add_option("task_manager", arguments->task_manager, "its id or its HOST:PORT, as listed")
      ->type_name("ID")
      ->required();
  list->footer("Example:\n  weir taskmanager list");
  drain->footer(
      "Nothing new is put there; each job goes on elsewhere from a fresh checkpoint. Returns when\n"
      "it is empty. Refused where a job finds no room elsewhere. A job manager or task manager\n"
      "that starts anew knows nothing of it.\n"
      "Example:\n  weir taskmanager drain 4294967298");
  taskmanager->require_subcommand(0, 1);
}

void AddToken(CLI::App& app, Arguments* arguments) {
  CLI::App* command = app.add_subcommand("token", "secrets for the REST interface");
  command->require_subcommand(1);
  CLI::App* create = command->add_subcommand(
      "create", "make a token; it is printed once, its hash goes into a new file");
  create->add_option("file", arguments->token_file, "for --rest-token-file of the job manager")
      ->type_name("FILE")
      ->required();
  AddOutput(create, &arguments->cluster.output, kTextFormats, "text or JSON");
  create->footer(
      "Examples:\n"
      "  weir token create /etc/weir/rest-token\n"
      "  weir jobmanager --rest-bind-address 0.0.0.0 --rest-token-file /etc/weir/rest-token\n"
      "  curl -H \"Authorization: Bearer $TOKEN\" http://HOST:8081/overview");
}

void AddJobManagerProcess(CLI::App& app, Arguments* arguments) {
  CLI::App* command = app.add_subcommand("jobmanager", "the process that plans and directs jobs");
  AddProcessFlags(command, OptionScope::kJobManager, arguments);
  command->add_flag("--no-rest", arguments->no_rest, "no REST interface; rest.enabled");
  AddSettings(command, &arguments->jobmanager_settings,
              "a default for all jobs; scripts and clients override it; may be repeated");
  command->footer(
      "Examples:\n"
      "  weir jobmanager\n"
      "  weir jobmanager --checkpoint-dir /var/weir/checkpoints --ha-dir /var/weir/ha\n"
      "  curl http://127.0.0.1:8081/jobs/overview");
}

void AddTaskManagerProcess(CLI::App& app, Arguments* arguments) {
  CLI::App* command = app.add_subcommand("taskmanager", "a process that does the jobs' work");
  AddProcessFlags(command, OptionScope::kTaskManager, arguments);
  AddTaskManagerCommands(command, arguments);
  command->footer(
      "Examples:\n"
      "  weir taskmanager --jobmanager localhost:6123 --slots 4\n"
      "  weir taskmanager list");
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

// `command` with its subcommand, if it has one: "savepoint inspect".
int Dispatch(const std::string& command, Arguments& arguments) {
  const bool server = command == "jobmanager" || command == "taskmanager";
  // Clients answer; logs would stand between the lines.
  if (!server && std::getenv("WEIR_LOG_LEVEL") == nullptr) SetLogLevel(LogLevel::kWarning);
  arguments.local.config = Settings(arguments.local_settings);
  arguments.run.config = Settings(arguments.run_settings);
  arguments.explain.config = Settings(arguments.explain_settings);
  arguments.sql.config = Settings(arguments.sql_settings);
  arguments.validate.config = Settings(arguments.validate_settings);
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
  // Only those who ask a job manager need it: `weir version` answers whatever is in that file.
  const StatusOr<Configuration> configuration = LoadConfiguration(ConfigurationFile());
  arguments.configured_jobmanager =
      JobManagerAddress(configuration.ok() ? *configuration : Configuration());
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
  CLI::App* version = app.add_subcommand("version", "which version this is");
  AddOutput(version, &arguments.version_output, kTextFormats, "text or JSON");
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
  if (!configuration.ok() && AsksJobManager(app)) return ExitCode(configuration.status());
  if (command == "savepoint" && arguments.job.empty()) {
    return UsageError("`weir savepoint` needs a JOB, see `weir list`");
  }
  if (command == "completion") {
    std::vector<CommandWords> words;
    CollectWords(app, "", words);
    std::cout << CompletionScript(arguments.shell, words);
    return 0;
  }
  return Dispatch(command, arguments);
}

}  // namespace
}  // namespace weir

int main(int argc, char** argv) {
  weir::InstallCrashHandler(argc > 1 ? std::string("weir ") + argv[1] : "weir");
  return weir::Main(argc, argv);
}
