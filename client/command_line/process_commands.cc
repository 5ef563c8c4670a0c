#include <CLI/CLI.hpp>

#include "client/command_line/commands.h"
#include "client/command_line/parts.h"
#include "common/base/ascii.h"
#include "common/config/declared_options.h"

namespace weir {
namespace {

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

}  // namespace

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

void AddVersion(CLI::App& app, Arguments* arguments) {
  CLI::App* version = app.add_subcommand("version", "which version this is");
  AddOutput(version, &arguments->version_output, kTextFormats, "text or JSON");
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

}  // namespace weir
