#include "client/shell/shell.h"

#include <chrono>
#include <thread>
#include <utility>
#include <variant>

#include "client/job_text.h"
#include "client/result_printer.h"
#include "client/script.h"
#include "client/shell/live_table.h"
#include "client/shell/terminal.h"
#include "common/base/ascii.h"
#include "common/base/time.h"
#include "common/base/version.h"
#include "common/config/declared_options.h"
#include "common/data/batch_builder.h"
#include "jobmanager/shown_jobs.h"

namespace weir {
namespace {

using sql::SessionStatement;
using sql::SqlError;
using sql::StatementResult;

constexpr char kResultMode[] = "sql-client.execution.result-mode";
constexpr auto kPollInterval = std::chrono::milliseconds(50);
constexpr int kMostSources = 10;

constexpr char kHelp[] =
    "A statement ends with ; and may take several lines.\n"
    "  SELECT ...               shows rows while they come; Ctrl-C ends the query\n"
    "  INSERT INTO ...          starts a job; on a cluster it goes on by itself\n"
    "  CREATE, ALTER, DROP, USE change the names of this prompt\n"
    "  SHOW TABLES, VIEWS, FUNCTIONS, JOBS, CREATE TABLE t; DESCRIBE t; EXPLAIN SELECT ...\n"
    "  DESCRIBE JOB 'id'; STOP JOB 'id' [WITH SAVEPOINT] [WITH DRAIN]\n"
    "  SET 'key' = 'value'; RESET 'key'; SET lists what is set\n"
    "  SET 'sql-client.execution.result-mode' = 'table' | 'changelog' | 'tableau'\n"
    "                           the table as it is now (on a terminal), each change, or rows "
    "below\n"
    "                           each other\n"
    "  SOURCE file              runs the statements of a file\n"
    "  CLEAR, HELP, QUIT (or Ctrl-D)\n"
    "Tab completes, the arrows find earlier statements, Ctrl-R searches them.\n";

// The first words of a statement, in capitals.
std::vector<std::string> Words(const std::string& statement) {
  std::vector<std::string> words(1);
  for (char c : statement) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      if (!words.back().empty()) words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

// Whether the session is another one after it.
bool Changes(const sql::ast::Statement& statement) {
  namespace ast = sql::ast;
  return std::visit(
      []<class S>(const S&) {
        return !std::is_same_v<S, ast::Show> && !std::is_same_v<S, ast::Describe> &&
               !std::is_same_v<S, ast::DescribeJob> && !std::is_same_v<S, ast::Insert> &&
               !std::is_same_v<S, ast::StatementSet> && !std::is_same_v<S, ast::QueryStatement> &&
               !std::is_same_v<S, ast::Explain> && !std::is_same_v<S, ast::StopJob>;
      },
      statement.node);
}

// What a prompt remembers of a statement: one line, unless a comment needs its end.
std::string HistoryEntry(const std::string& statement) {
  if (statement.find("--") != std::string::npos) return statement + ";";
  std::string line;
  bool indented = false;
  for (char c : statement) {
    if (c == '\n') line += ' ';
    indented = c == '\n' || (indented && (c == ' ' || c == '\t'));
    if (!indented) line += c;
  }
  return line + ";";
}

}  // namespace

Shell::Shell(ShellBackend& backend, LineEditor& editor, sql::SessionOptions options,
             Streams streams, bool (*interrupted)())
    : backend_(backend),
      editor_(editor),
      session_(std::move(options)),
      streams_(streams),
      interrupted_(interrupted) {}

bool Shell::Run() {
  if (editor_.interactive()) Greet();
  bool all_worked = true;
  std::string line;
  while (!quit_) {
    switch (editor_.Read(buffer_.empty() ? "weir> " : "   -> ", line)) {
      case LineEditor::Outcome::kInterrupted:
        buffer_.Clear();
        continue;
      case LineEditor::Outcome::kEnd:
        if (editor_.interactive()) {
          streams_.out << std::endl;
        } else if (!buffer_.empty()) {
          all_worked = RunText({buffer_.text(), "statement"}) && all_worked;
        }
        return all_worked;
      case LineEditor::Outcome::kLine:
        break;
    }
    bool worked = true;
    // QUIT and the like need no semicolon.
    if (buffer_.empty() && RunOwn(line, worked)) {
      buffer_.Clear();
      editor_.Remember(line);
    } else {
      buffer_.AddLine(line);
    }
    while (worked && !quit_) {
      std::optional<std::string> statement = buffer_.Next();
      if (!statement) break;
      editor_.Remember(HistoryEntry(*statement));
      if (!RunOwn(*statement, worked)) worked = RunText({*statement, "statement"});
    }
    if (buffer_.empty() || !worked) buffer_.Clear();
    all_worked = all_worked && worked;
    if (!worked && !editor_.interactive()) return false;
  }
  return all_worked;
}

void Shell::Greet() {
  StatusOr<std::string> greeting = backend_.Greeting();
  streams_.out << "Weir " << kWeirVersion << ", "
               << (greeting.ok() ? *greeting : greeting.status().message())
               << "\nHELP shows what there is to say, QUIT or Ctrl-D leaves." << std::endl;
}

bool Shell::RunOwn(const std::string& statement, bool& worked) {
  std::string text = statement;
  while (!text.empty() && (text.back() == ';' || text.back() == ' ')) text.pop_back();
  const std::vector<std::string> words = Words(text);
  if (words.empty()) return false;
  const std::string command = AsciiUpper(words[0]);
  if (words.size() == 1 && (command == "QUIT" || command == "EXIT")) {
    quit_ = true;
  } else if (words.size() == 1 && command == "HELP") {
    streams_.out << kHelp << std::flush;
  } else if (words.size() == 1 && command == "CLEAR") {
    if (editor_.interactive()) streams_.out << "\x1b[H\x1b[2J" << std::flush;
  } else if (command == "SOURCE") {
    if (words.size() < 2) {
      worked = FailWith(InvalidArgumentError("SOURCE needs a file: SOURCE job.sql"));
      return true;
    }
    std::string path = text.substr(text.find(words[0]) + words[0].size());
    path.erase(0, path.find_first_not_of(" \t\n"));
    if (words.size() > 2 && AsciiUpper(words[1]) == "FILE") {
      path.erase(0, words[1].size());
      path.erase(0, path.find_first_not_of(" \t\n"));
    }
    if (path.size() >= 2 && path.front() == '\'' && path.back() == '\'') {
      path = path.substr(1, path.size() - 2);
    }
    worked = Source(path);
  } else {
    return false;
  }
  return true;
}

bool Shell::Source(const std::string& path) {
  StatusOr<Script> script = ReadScript(path);
  if (!script.ok()) return FailWith(script.status());
  if (sources_ == kMostSources) {
    return FailWith(InvalidArgumentError("SOURCE " + path + ": files that name each other, " +
                                         std::to_string(kMostSources) + " deep"));
  }
  ++sources_;
  const bool worked = RunText({std::move(script->text), path});
  --sources_;
  return worked;
}

bool Shell::RunText(const Text& text) {
  sql::SqlResult<std::vector<SessionStatement>> statements = session_.Parse(text.sql);
  if (!statements.ok()) return Fail(statements.error(), text);
  for (const SessionStatement& statement : *statements) {
    if (!RunOne(statement, text)) return false;
  }
  return true;
}

bool Shell::RunOne(const SessionStatement& statement, const Text& text) {
  if (std::optional<Status> asked = AskCluster(statement.statement)) {
    return asked->ok() || FailWith(*asked);
  }
  sql::SqlResult<StatementResult> result = session_.Execute(statement);
  if (!result.ok()) return Fail(result.error(), text);
  for (const std::string& note : result->notes) streams_.err << "note: " << note << std::endl;
  if (Status status = Answer(statement, *result); !status.ok()) return FailWith(status);
  Keep(statement, *result);
  return true;
}

Status Shell::ShowJobs() {
  ASSIGN_OR_RETURN(const rpc::ListJobsReply jobs, backend_.List());
  std::vector<Field> columns;
  for (std::string& name : ShownJobColumns()) columns.push_back({name, DataType::String()});
  StatementResult answer;
  answer.schema = std::make_shared<const Schema>(std::move(columns));
  for (const rpc::JobSummary& job : jobs.jobs()) {
    const std::vector<std::string> cells = ShownJob(job);
    answer.rows.emplace_back(cells.begin(), cells.end());
  }
  return ShowRows(answer);
}

std::optional<Status> Shell::AskCluster(const sql::ast::Statement& statement) {
  namespace ast = sql::ast;
  const auto* show = std::get_if<ast::Show>(&statement.node);
  if (show != nullptr && show->kind == ast::ShowKind::kJobs) return ShowJobs();
  const auto ask = [&]() -> StatusOr<std::string> {
    if (const auto* describe = std::get_if<ast::DescribeJob>(&statement.node)) {
      ASSIGN_OR_RETURN(const rpc::JobDetails details, backend_.Details(describe->id));
      return JobText(details, Clock::Real().WallNow());
    }
    const auto& stop = std::get<ast::StopJob>(statement.node);
    if (stop.with_savepoint || stop.with_drain) {
      RETURN_IF_ERROR(backend_.Stop(stop.id, stop.with_drain));
      return "job " + stop.id + " stops behind a savepoint; DESCRIBE JOB '" + stop.id +
             "' tells where it is\n";
    }
    RETURN_IF_ERROR(backend_.Cancel(stop.id));
    return "job " + stop.id + " is being canceled\n";
  };
  if (!std::holds_alternative<ast::DescribeJob>(statement.node) &&
      !std::holds_alternative<ast::StopJob>(statement.node)) {
    return std::nullopt;
  }
  StatusOr<std::string> text = ask();
  if (!text.ok()) return text.status();
  streams_.out << *text << std::flush;
  return OkStatus();
}

Status Shell::Answer(const SessionStatement& statement, const StatementResult& result) {
  if (result.job && result.is_query) return RunQuery(statement, result);
  if (result.job) return RunInsert(statement, result);
  return ShowRows(result);
}

Status Shell::ShowRows(const StatementResult& result) {
  const bool only_ok = result.rows.size() == 1 && result.rows[0] == std::vector<Value>{Value("OK")};
  if (result.schema == nullptr || only_ok) {
    if (editor_.interactive()) streams_.out << "OK" << std::endl;
    return OkStatus();
  }
  // A plan or a CREATE statement is text of many lines, no cell.
  if (result.rows.size() == 1 && result.rows[0].size() == 1 &&
      result.rows[0][0].string().find('\n') != std::string::npos) {
    streams_.out << result.rows[0][0].string() << std::endl;
    return OkStatus();
  }
  const auto printer = MakeResultPrinter(OutputFormat::kTable, streams_.out);
  ResultHeader header{.schema = result.schema, .schema_text = result.schema_text};
  RETURN_IF_ERROR(printer->BeginRows(header));
  BatchBuilder rows(result.schema, result.rows.size());
  for (const std::vector<Value>& row : result.rows) rows.AppendRow(row);
  RETURN_IF_ERROR(printer->Rows(rows.Finish()));
  printer->EndRows();
  return OkStatus();
}

Status Shell::RunQuery(const SessionStatement& statement, const StatementResult& result) {
  ConfigReader reader("the prompt", session_.config().options);
  std::string mode = reader.OneOf(kResultMode);
  RETURN_IF_ERROR(reader.first_error());
  if (mode == "TABLE" && !editor_.interactive()) mode = "TABLEAU";
  std::unique_ptr<ResultPrinter> printer = MakeResultPrinter(OutputFormat::kTable, streams_.out);
  if (mode == "TABLE") printer = std::make_unique<LiveTable>(streams_.out, &TerminalSize);
  ResultHeader header{.schema = result.schema, .schema_text = result.schema_text};
  header.changes = mode == "CHANGELOG" || MakesChanges(*result.job);
  ASSIGN_OR_RETURN(header.time_zone, TimeZone::Load(session_.config().time_zone()));
  ASSIGN_OR_RETURN(const std::string id, backend_.Submit({statement, result, definitions_}));
  (void)interrupted_();  // what was pressed before
  printer->BeginStatement(statement.text);
  RETURN_IF_ERROR(printer->BeginRows(header));
  bool interrupted = false;
  Status status =
      FollowRows([&](int64_t token) { return backend_.Fetch(id, token, result.schema); },
                 [&] { return interrupted = interrupted_(); }, *printer);
  if (status.ok() && interrupted) status = backend_.Cancel(id);
  if (!status.ok()) {
    printer->Failed(status);
    (void)backend_.Cancel(id);
    return status;
  }
  printer->EndRows();
  return OkStatus();
}

Status Shell::RunInsert(const SessionStatement& statement, const StatementResult& result) {
  ASSIGN_OR_RETURN(const std::string id, backend_.Submit({statement, result, definitions_}));
  if (backend_.outlives_prompt()) {
    streams_.out << "job " << id << " runs; SHOW JOBS and DESCRIBE JOB '" << id
                 << "' tell how it goes" << std::endl;
    return OkStatus();
  }
  (void)interrupted_();
  std::string told;
  while (true) {
    ASSIGN_OR_RETURN(const rpc::JobDetails details, backend_.Details(id));
    const rpc::JobSummary& summary = details.summary();
    if (summary.state() == "FAILED") return AbortedError(summary.reason());
    if (IsOver(summary.state())) {
      streams_.out << "job " << id << ": " << summary.state() << std::endl;
      return OkStatus();
    }
    if (!summary.reason().empty() && summary.reason() != told) {
      told = summary.reason();
      streams_.err << summary.state() << ": " << told << std::endl;
    }
    if (interrupted_()) RETURN_IF_ERROR(backend_.Cancel(id));
    std::this_thread::sleep_for(kPollInterval);
  }
}

void Shell::Keep(const SessionStatement& statement, const StatementResult& result) {
  if (!Changes(statement.statement)) return;
  if (!result.job) {
    definitions_.push_back(statement.text);
    return;
  }
  // CREATE TABLE AS SELECT: the table remains, its INSERT is not done again.
  const auto* create = std::get_if<sql::ast::CreateTable>(&statement.statement.node);
  if (create == nullptr) return;
  std::string show = "SHOW CREATE TABLE ";
  for (size_t i = 0; i < create->name.parts.size(); ++i) {
    show += (i > 0 ? ".`" : "`") + create->name.parts[i].text + "`";
  }
  const auto parsed = session_.Parse(show);
  if (!parsed.ok()) return;
  const auto text = session_.Execute(parsed->front());
  if (text.ok()) definitions_.push_back(text->rows[0][0].string());
}

bool Shell::Fail(const SqlError& error, const Text& text) {
  streams_.err << sql::RenderError(error, text.sql, text.name) << std::flush;
  return false;
}

bool Shell::FailWith(const Status& status) {
  streams_.err << "failed: " << WithoutSecrets(status.message()) << std::endl;
  return false;
}

}  // namespace weir
