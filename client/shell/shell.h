#pragma once

#include <map>
#include <ostream>
#include <string>

#include "client/shell/backend.h"
#include "client/shell/line_editor.h"
#include "client/shell/statement_buffer.h"
#include "sql/session.h"

namespace weir {

struct ShellCommand {
  std::string jobmanager = "localhost:6123";
  int parallelism = 0;                        // 0: what the script or the job manager says
  std::map<std::string, std::string> config;  // --set
};

// The prompts: `weir sql` on a cluster, `weir local` without a script in this process. Statements
// from a terminal with editing, history and completion; from a pipe as they come, to the first that
// fails. Return the process' exit code. Have to be called before the process has other threads.
int RunClusterShell(const ShellCommand& command);
int RunLocalShell(const ShellCommand& command);

// Reads statements, plans them in a session, has their jobs run and shows what comes of it.
class Shell {
 public:
  struct Streams {
    std::ostream& out;
    std::ostream& err;
  };
  // `interrupted`: whether Ctrl-C was pressed since it was last asked.
  Shell(ShellBackend& backend, LineEditor& editor, sql::SessionOptions options, Streams streams,
        bool (*interrupted)());

  // Until the input ends, or QUIT. Whether every statement worked.
  bool Run();
  const sql::Session& session() const { return session_; }
  // The statement that is begun, above the line that is edited.
  const std::string& begun() const { return buffer_.text(); }

 private:
  struct Text {
    std::string sql;
    std::string name;  // in messages
  };

  void Greet();
  // Statements of the prompt itself: HELP, QUIT, CLEAR, SOURCE. True: it was one.
  bool RunOwn(const std::string& statement, bool& worked);
  bool Source(const std::string& path);
  bool RunText(const Text& text);
  bool RunOne(const sql::SessionStatement& statement, const Text& text);
  // SHOW JOBS and the like, which a session cannot answer. Null: none of them.
  std::optional<Status> AskCluster(const sql::ast::Statement& statement);
  Status Answer(const sql::SessionStatement& statement, const sql::StatementResult& result);
  Status RunQuery(const sql::SessionStatement& statement, const sql::StatementResult& result);
  Status RunInsert(const sql::SessionStatement& statement, const sql::StatementResult& result);
  Status ShowJobs();
  Status ShowRows(const sql::StatementResult& result);
  // Keeps what changes the session, for the job manager's sessions to come.
  void Keep(const sql::SessionStatement& statement, const sql::StatementResult& result);
  bool Fail(const sql::SqlError& error, const Text& text);
  bool FailWith(const Status& status);

  ShellBackend& backend_;
  LineEditor& editor_;
  sql::Session session_;
  const Streams streams_;
  bool (*const interrupted_)();
  StatementBuffer buffer_;
  std::vector<std::string> definitions_;
  int sources_ = 0;  // SOURCE within SOURCE
  bool quit_ = false;
};

}  // namespace weir
