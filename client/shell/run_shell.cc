#include <iostream>

#include "client/answer.h"
#include "client/cluster_client.h"
#include "client/scratch_folder.h"
#include "client/shell/shell.h"
#include "client/shell/terminal.h"
#include "sql/completion.h"

namespace weir {
namespace {

int RunShell(ShellBackend& backend, const ShellCommand& command) {
  sql::SessionOptions options;
  options.planned_again = backend.outlives_prompt();
  options.config = command.config;
  if (command.parallelism > 0) options.parallelism = command.parallelism;
  const Shell* current = nullptr;
  const auto editor = LineEditor::Make(HistoryFile(), [&current](const std::string& before) {
    OfferedWords offered;
    if (current == nullptr) return offered;
    const size_t above = current->begun().size();
    sql::Completion found = sql::Complete(current->session().catalog(), current->begun() + before);
    if (found.begin < above) return offered;
    return OfferedWords{found.begin - above, std::move(found.words)};
  });
  CatchInterrupts();
  Shell shell(backend, *editor, std::move(options), {std::cout, std::cerr}, &TakeInterrupt);
  current = &shell;
  return shell.Run() || editor->interactive() ? 0 : 1;
}

}  // namespace

int RunClusterShell(const ShellCommand& command) {
  UseUtf8();
  auto client = ClusterClient::Make(command.jobmanager);
  if (!client.ok()) return Fail(client.status());
  const auto backend = MakeClusterBackend(*std::move(client), command.config, command.parallelism);
  if (StatusOr<std::string> there = backend->Greeting(); !there.ok()) return Fail(there.status());
  return RunShell(*backend, command);
}

int RunLocalShell(const ShellCommand& command) {
  UseUtf8();
  StatusOr<std::unique_ptr<ScratchFolder>> scratch = ScratchFolder::Make("weir-local");
  if (!scratch.ok()) return Fail(scratch.status());
  const auto backend = MakeLocalBackend(std::max(1, command.parallelism), (*scratch)->path());
  return RunShell(*backend, command);
}

}  // namespace weir
