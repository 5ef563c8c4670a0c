#include <CLI/CLI.hpp>

#include "client/command_line/commands.h"
#include "client/command_line/parts.h"

namespace weir {
namespace {

constexpr char kRowOutputHelp[] =
    "how rows are shown: table for people (the default), json a line a row for programs, changelog "
    "exact and with schemas";

void AddParallelism(CLI::App* command, int* parallelism, const std::string& help) {
  command->add_option("--parallelism", *parallelism, help)->check(CLI::Range(1, 128));
}

}  // namespace

void AddLocal(CLI::App& app, Arguments* arguments) {
  CLI::App* command = app.add_subcommand(
      "local",
      "run a script in this process, without a cluster, each job to its end; a prompt without one");
  AddFile(command, &arguments->local.file);
  AddOutput(command, &arguments->local.output, kRowFormats,
            std::string(kRowOutputHelp) +
                "; with changelog a failing statement does not end the "
                "script");
  AddParallelism(command, &arguments->local.parallelism, "of the jobs, unless the script sets one");
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
  AddParallelism(command, &arguments->sql.parallelism, "of the jobs");
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
  AddFile(command, &run.file)->required();
  AddJobManager(command, arguments, &run.cluster.jobmanager);
  AddOutput(command, &run.cluster.output, kRowFormats, kRowOutputHelp);
  AddParallelism(command, &run.parallelism, "of the jobs, unless the script sets one");
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
  AddFile(command, &arguments->explain.file)->required();
  AddOutput(command, &arguments->explain.cluster.output, kTextFormats, "text or JSON");
  AddParallelism(command, &arguments->explain.parallelism, "of the jobs");
  AddSettings(command, &arguments->explain_settings, "as SET before the script; may be repeated");
  command->footer("Example:\n  weir explain -f job.sql");
}

void AddValidate(CLI::App& app, Arguments* arguments) {
  CLI::App* command = app.add_subcommand(
      "validate", "whether a job manager would take a script; looks at its tables, runs nothing");
  AddFile(command, &arguments->validate.file)->required();
  AddOutput(command, &arguments->validate.cluster.output, kTextFormats, "text or JSON");
  AddSettings(command, &arguments->validate_settings, "as SET before the script; may be repeated");
  command->footer("Exit code 1 if it is not.\nExample:\n  weir validate -f job.sql");
}

}  // namespace weir
