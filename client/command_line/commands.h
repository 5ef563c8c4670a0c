#pragma once

#include "client/command_line/arguments.h"

// The commands, with their options and help. What is said fills `arguments`.

namespace CLI {
class App;
}

namespace weir {

// ---- script_commands.cc
void AddLocal(CLI::App& app, Arguments* arguments);
void AddSql(CLI::App& app, Arguments* arguments);
void AddRun(CLI::App& app, Arguments* arguments);
void AddExplain(CLI::App& app, Arguments* arguments);
void AddValidate(CLI::App& app, Arguments* arguments);

// ---- job_commands.cc
void AddJobCommands(CLI::App& app, Arguments* arguments);  // list, info, cancel
void AddState(CLI::App& app, Arguments* arguments);
void AddSavepoint(CLI::App& app, Arguments* arguments);
void AddChanges(CLI::App& app, Arguments* arguments);  // stop, rescale
void AddTop(CLI::App& app, Arguments* arguments);
void AddLogs(CLI::App& app, Arguments* arguments);

// ---- process_commands.cc
void AddJobManagerProcess(CLI::App& app, Arguments* arguments);
void AddTaskManagerProcess(CLI::App& app, Arguments* arguments);  // with list, drain
void AddToken(CLI::App& app, Arguments* arguments);
void AddVersion(CLI::App& app, Arguments* arguments);
void AddConfig(CLI::App& app, Arguments* arguments);
void AddCompletion(CLI::App& app, Arguments* arguments);

}  // namespace weir
