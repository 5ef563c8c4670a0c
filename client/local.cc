#include "client/local.h"

#include <algorithm>
#include <iostream>
#include <thread>

#include "client/scratch_folder.h"
#include "client/script.h"
#include "common/data/batch_builder.h"
#include "operators/expressions/expr.h"
#include "sql/parser.h"

namespace weir {
namespace {

using sql::SessionStatement;
using sql::SqlError;
using sql::StatementResult;

// "OK", the answer of most DDL: nothing to show to people.
bool IsOnlyOk(const StatementResult& result) {
  return result.rows.size() == 1 && result.rows[0] == std::vector<Value>{Value("OK")} &&
         (*result.schema)[0].name == "result";
}

class LocalRun {
 public:
  LocalRun(const LocalCommand& command, Script script, JobRunner& runner)
      : command_(command),
        script_(std::move(script)),
        runner_(runner),
        session_({.config = command.config, .parallelism = command.parallelism}),
        printer_(MakeResultPrinter(command.output, std::cout)) {}

  // Whether every statement worked.
  bool Run() {
    sql::SqlResult<std::vector<SessionStatement>> statements = session_.Parse(script_.text);
    if (statements.ok()) {
      return std::all_of(statements->begin(), statements->end(),
                         [&](const SessionStatement& one) { return RunOne(one) || GoOn(); }) &&
             !failed_;
    }
    if (!GoOn()) {
      Tell(statements.error());
      return false;
    }
    for (const sql::SourceSpan& span : sql::SplitScript(script_.text)) ParseAndRun(span);
    return !failed_;
  }

 private:
  bool GoOn() const { return command_.output == OutputFormat::kChangelog; }

  // One statement of a script that does not parse as a whole.
  void ParseAndRun(const sql::SourceSpan& span) {
    const std::string text = script_.text.substr(span.offset, span.length);
    sql::SqlResult<sql::ast::Statement> parsed = sql::ParseStatementAt(script_.text, span);
    if (parsed.ok()) {
      RunOne({*std::move(parsed), text});
    } else {
      printer_->BeginStatement(text);
      Fail(parsed.error());
    }
  }

  bool RunOne(const SessionStatement& statement) {
    printer_->BeginStatement(statement.text);
    sql::SqlResult<StatementResult> result = session_.Execute(statement);
    if (!result.ok()) return Fail(result.error());
    for (const std::string& note : result->notes) {
      std::cerr << script_.name << ":" << statement.statement.span.line << ": note: " << note
                << "\n";
    }
    Status status = Answer(statement, *result);
    if (status.ok()) return true;
    return Fail({status.code(), status.message(), statement.statement.span, ""});
  }

  Status Answer(const SessionStatement& statement, StatementResult& result) {
    if (result.schema == nullptr) return OkStatus();
    if (command_.output != OutputFormat::kChangelog && !result.job && IsOnlyOk(result)) {
      return OkStatus();
    }
    ResultHeader header{.schema = result.schema, .schema_text = result.schema_text};
    ASSIGN_OR_RETURN(header.time_zone, TimeZone::Load(session_.config().time_zone()));
    const bool shown = !result.job || result.is_query || GoOn();
    if (result.job) header.changes = result.is_query && MakesChanges(*result.job);
    if (shown) RETURN_IF_ERROR(printer_->BeginRows(header));
    if (result.job) {
      RETURN_IF_ERROR(sql::ValidateOutside(*result.job));
      RETURN_IF_ERROR(runner_.Run(session_, statement, result, *printer_));
    }
    if (!result.rows.empty() && shown) {
      BatchBuilder rows(result.schema, result.rows.size());
      for (const std::vector<Value>& row : result.rows) rows.AppendRow(row);
      RETURN_IF_ERROR(printer_->Rows(rows.Finish()));
    }
    if (shown) printer_->EndRows();
    return OkStatus();
  }

  bool Fail(const SqlError& error) {
    failed_ = true;
    printer_->Failed(Status(error.code, error.message));
    Tell(error);
    return false;
  }
  void Tell(const SqlError& error) {
    std::cerr << sql::RenderError(error, script_.text, script_.name) << std::flush;
  }

  const LocalCommand& command_;
  const Script script_;
  JobRunner& runner_;
  sql::Session session_;
  const std::unique_ptr<ResultPrinter> printer_;
  bool failed_ = false;
};

// On a cluster that starts when the first job needs it.
class LocalJobRunner : public JobRunner {
 public:
  LocalJobRunner(int parallelism, std::string scratch)
      : slots_(std::max(kLocalSlots, parallelism)), scratch_(std::move(scratch)) {}

  Status Run(const sql::Session&, const SessionStatement& statement, const StatementResult& planned,
             ResultPrinter& printer) override {
    if (cluster_ == nullptr) {
      ASSIGN_OR_RETURN(cluster_, StartLocalCluster(slots_, scratch_));
    }
    ASSIGN_OR_RETURN(const std::string id, cluster_->Submit(MakeJob(statement, planned)));
    return FollowJob(*cluster_, id, planned, printer);
  }

 private:
  const int slots_;
  const std::string scratch_;
  std::unique_ptr<LocalCluster> cluster_;
};

}  // namespace

StatusOr<std::unique_ptr<LocalCluster>> StartLocalCluster(int slots, const std::string& scratch) {
  LocalClusterOptions options;
  options.slots = slots;
  options.workers = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  options.checkpoint_root = scratch + "/checkpoints";
  options.state_dir = scratch + "/state";
  return LocalCluster::Start(options);
}

JobCompiler::Job MakeJob(const SessionStatement& statement, const StatementResult& planned) {
  JobCompiler::Job job;
  job.graph = *planned.job;
  job.statement = statement.text;
  job.has_results = planned.is_query;
  ToProto(*planned.schema, &job.result_schema);
  return job;
}

Status FollowJob(LocalCluster& cluster, const std::string& job_id, const StatementResult& planned,
                 ResultPrinter& printer) {
  if (!planned.is_query) return cluster.Wait(job_id);
  return FollowRows([&](int64_t token) { return cluster.Fetch(job_id, token, planned.schema); },
                    [] { return false; }, printer);
}

int RunScript(const LocalCommand& command, JobRunner& runner) {
  StatusOr<Script> script = ReadScript(command.file);
  if (!script.ok()) {
    std::cerr << "weir: " << script.status().message() << "\n";
    return 1;
  }
  return LocalRun(command, *std::move(script), runner).Run() ? 0 : 1;
}

int RunLocal(const LocalCommand& command) {
  StatusOr<std::unique_ptr<ScratchFolder>> scratch = ScratchFolder::Make("weir-local");
  if (!scratch.ok()) {
    std::cerr << "weir: " << scratch.status().message() << "\n";
    return 1;
  }
  (*scratch)->RemoveOnSignal();
  LocalJobRunner runner(command.parallelism, (*scratch)->path());
  return RunScript(command, runner);
}

}  // namespace weir
