#include <CLI/CLI.hpp>

#include "client/command_line/commands.h"
#include "client/command_line/parts.h"

namespace weir {
namespace {

CLI::Option* AddJob(CLI::App* command, std::string* job) {
  return command->add_option("job", *job, "its id, the beginning of it, or its name")
      ->type_name("JOB");
}

}  // namespace

void AddJobCommands(CLI::App& app, Arguments* arguments) {
  CLI::App* list = app.add_subcommand("list", "the jobs that a job manager knows");
  CLI::App* info = app.add_subcommand("info", "one job: state, operators, checkpoints, failures");
  CLI::App* cancel = app.add_subcommand("cancel", "end a job");
  for (CLI::App* command : {list, info, cancel}) {
    AddJobManager(command, arguments, &arguments->cluster.jobmanager);
    AddOutput(command, &arguments->cluster.output, kTextFormats, "a table or JSON");
  }
  for (CLI::App* command : {info, cancel}) {
    AddJob(command, &arguments->job)->required();
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
  AddJob(command, &arguments->state.job)->required();
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

void AddSavepoint(CLI::App& app, Arguments* arguments) {
  CLI::App* command = app.add_subcommand(
      "savepoint", "copy a job's state to a folder of yours; look at such a folder");
  AddJobManager(command, arguments, &arguments->cluster.jobmanager);
  AddOutput(command, &arguments->cluster.output, kTextFormats, "text or JSON");
  AddJob(command, &arguments->job);
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
    AddJob(command, &arguments->job)->required();
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

}  // namespace weir
