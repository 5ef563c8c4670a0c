#include "client/compiler.h"

#include <utility>

#include "common/base/secrets.h"
#include "common/data/batch_builder.h"
#include "common/data/value_text.h"
#include "operators/expressions/expr.h"
#include "sql/completion.h"
#include "sql/parser.h"
#include "sql/session.h"

namespace weir {
namespace {

using sql::SessionStatement;
using sql::SqlError;
using sql::StatementResult;

constexpr int kThreads = 4;

rpc::SqlError ToRpc(const SqlError& error, const rpc::SubmitRequest& request) {
  rpc::SqlError out;
  out.set_code(static_cast<uint32_t>(error.code));
  out.set_message(WithoutSecrets(error.message));
  out.set_rendered(sql::RenderError(error, request.sql(), request.file_name()));
  out.set_line(static_cast<int32_t>(error.span.line));
  out.set_column(static_cast<int32_t>(error.span.column));
  out.set_hint(error.hint);
  return out;
}

sql::Session MakeSession(const rpc::SubmitRequest& request) {
  sql::SessionOptions options;
  options.config = {request.options().begin(), request.options().end()};
  if (request.parallelism() > 0) options.parallelism = request.parallelism();
  return sql::Session(std::move(options));
}

// Rows are shown under these names also by those who did not submit the query.
void NameResultColumns(const plan::Schema& schema, plan::JobGraph* graph) {
  for (plan::Vertex& vertex : *graph->mutable_vertices()) {
    for (plan::OperatorNode& node : *vertex.mutable_chain()) {
      if (!node.has_collect() || node.output().fields_size() != schema.fields_size()) continue;
      for (int i = 0; i < schema.fields_size(); ++i) {
        node.mutable_output()->mutable_fields(i)->set_name(schema.fields(i).name());
      }
    }
  }
}

// Whether its answer is the cluster's and not the session's; of which job, empty: of all.
std::optional<std::string> AsksForJobs(const SessionStatement& statement) {
  const auto& node = statement.statement.node;
  if (const auto* describe = std::get_if<sql::ast::DescribeJob>(&node)) return describe->id;
  const auto* show = std::get_if<sql::ast::Show>(&node);
  if (show != nullptr && show->kind == sql::ast::ShowKind::kJobs) return "";
  return std::nullopt;
}

// DDL answers OK, and SET nothing.
bool HasAnswer(const StatementResult& result) {
  const bool ok =
      result.rows.size() == 1 && result.rows[0].size() == 1 && result.rows[0][0] == Value("OK");
  return result.schema != nullptr && !ok;
}

JobCompiler::Answer AnswerOf(const SessionStatement& statement, const StatementResult& result) {
  JobCompiler::Answer answer{.statement = statement.text};
  for (const Field& field : result.schema->fields()) answer.columns.push_back(field.name);
  BatchBuilder builder(result.schema, result.rows.size());
  for (const std::vector<Value>& row : result.rows) builder.AppendRow(row);
  const Batch batch = builder.Finish();
  for (size_t row = 0; row < batch.rows(); ++row) {
    auto& cells = answer.rows.emplace_back();
    for (size_t column = 0; column < answer.columns.size(); ++column) {
      if (result.rows[row][column].is_null()) {
        cells.emplace_back(std::nullopt);
        continue;
      }
      std::string text;
      AppendCastText(*batch.column(column), row, TimeZone(), text);  // none has a time
      cells.emplace_back(WithoutSecrets(std::move(text)));
    }
  }
  return answer;
}

// Plans the statements of a request, one after the other.
class Compilation {
 public:
  explicit Compilation(const rpc::SubmitRequest& request)
      : request_(request), session_(MakeSession(request)) {}

  sql::SqlStatus CompileAll(Duration time_limit) {
    const int64_t deadline =
        Clock::Real().MonotonicNanos() + std::chrono::nanoseconds(time_limit).count();
    ASSIGN_OR_RETURN(const std::vector<SessionStatement> statements,
                     session_.Parse(request_.sql()));
    for (const SessionStatement& statement : statements) {
      SQL_RETURN_IF_ERROR(CompileOne(statement));
      if (Clock::Real().MonotonicNanos() > deadline) {
        return SqlError{StatusCode::kDeadlineExceeded,
                        "planning and checking the script took longer than " +
                            std::to_string(time_limit.count() / 1000) + " s",
                        statement.statement.span, ""};
      }
    }
    if (result_.jobs.empty()) {
      return SqlError{StatusCode::kInvalidArgument,
                      "the script has no query and no INSERT: nothing "
                      "would run",
                      {},
                      ""};
    }
    return {};
  }

  sql::SqlStatus ExplainAll() {
    ASSIGN_OR_RETURN(const std::vector<SessionStatement> statements,
                     session_.Parse(request_.sql()));
    for (const SessionStatement& statement : statements) {
      SQL_RETURN_IF_ERROR(ExplainOne(statement));
    }
    return {};
  }

  JobCompiler::Result Take(const sql::SqlStatus& status) {
    if (!status.ok()) {
      result_ = {};
      result_.error = ToRpc(status.error(), request_);
    }
    return std::move(result_);
  }

 private:
  sql::SqlStatus CompileOne(const SessionStatement& statement) {
    const std::string line = "line " + std::to_string(statement.statement.span.line) + ": ";
    const std::string unseen = line +
                               "a submitted script does not show what this statement answers; "
                               "prompts and the SQL page of the dashboard do";
    if (AsksForJobs(statement)) {
      result_.notes.push_back(unseen);
      return {};
    }
    ASSIGN_OR_RETURN(StatementResult planned, session_.Execute(statement));
    for (const std::string& note : planned.notes) result_.notes.push_back(line + note);
    if (!planned.job) {
      if (HasAnswer(planned)) result_.notes.push_back(unseen);
      return {};
    }
    if (Status status = sql::ValidateOutside(*planned.job); !status.ok()) {
      return SqlError{status.code(), status.message(), statement.statement.span, ""};
    }
    JobCompiler::Job job;
    job.graph = *std::move(planned.job);
    job.statement = statement.text;
    job.has_results = planned.is_query;
    if (planned.is_query) {
      ToProto(*planned.schema, &job.result_schema);
      NameResultColumns(job.result_schema, &job.graph);
    }
    result_.jobs.push_back(std::move(job));
    return {};
  }

  sql::SqlStatus ExplainOne(const SessionStatement& statement) {
    sql::ast::Explain explain;
    SessionStatement wrapped{statement.statement, statement.text};
    if (const auto* query = std::get_if<sql::ast::QueryStatement>(&statement.statement.node)) {
      explain.statement = *query;
    } else if (const auto* insert = std::get_if<sql::ast::Insert>(&statement.statement.node)) {
      explain.statement = *insert;
    } else if (const auto* set = std::get_if<sql::ast::StatementSet>(&statement.statement.node)) {
      explain.statement = *set;
    } else if (const auto* own = std::get_if<sql::ast::Explain>(&statement.statement.node)) {
      explain = *own;
    } else if (std::optional<std::string> job = AsksForJobs(statement)) {
      result_.answers.push_back({.statement = statement.text, .of_job = std::move(job)});
      return {};
    } else {
      ASSIGN_OR_RETURN(const StatementResult answered, session_.Execute(statement));
      if (!HasAnswer(answered) || answered.job) return {};
      result_.answers.push_back(AnswerOf(statement, answered));
      return {};
    }
    wrapped.statement.node = std::move(explain);
    ASSIGN_OR_RETURN(const StatementResult planned, session_.Execute(wrapped));
    std::visit([&](const auto& inner) { wrapped.statement.node = inner; },
               std::get<sql::ast::Explain>(wrapped.statement.node).statement);
    ASSIGN_OR_RETURN(StatementResult job, session_.Execute(wrapped));
    if (job.job) {
      result_.jobs.push_back({.graph = *std::move(job.job), .statement = statement.text});
    }
    if (!result_.explanation.empty()) result_.explanation += '\n';
    for (const std::vector<Value>& row : planned.rows) result_.explanation += row[0].string();
    if (!result_.explanation.ends_with('\n')) result_.explanation += '\n';
    return {};
  }

  const rpc::SubmitRequest& request_;
  sql::Session session_;
  JobCompiler::Result result_;
};

}  // namespace

SqlCompiler::SqlCompiler(Duration time_limit) : time_limit_(time_limit), threads_(kThreads) {}

void SqlCompiler::Compile(rpc::SubmitRequest request, Done done) {
  threads_.Submit([this, request = std::move(request), done = std::move(done)] {
    done(CompileNow(request, time_limit_));
  });
}

void SqlCompiler::Complete(std::string sql, size_t cursor, std::function<void(Completions)> done) {
  threads_.Submit(
      [sql = std::move(sql), cursor, done = std::move(done)] { done(CompleteNow(sql, cursor)); });
}

void SqlCompiler::Explain(rpc::SubmitRequest request, Done done) {
  threads_.Submit(
      [request = std::move(request), done = std::move(done)] { done(ExplainNow(request)); });
}

JobCompiler::Result SqlCompiler::CompileNow(const rpc::SubmitRequest& request,
                                            Duration time_limit) {
  Compilation compilation(request);
  return compilation.Take(compilation.CompileAll(time_limit));
}

JobCompiler::Completions SqlCompiler::CompleteNow(const std::string& sql, size_t cursor) {
  const std::string before = sql.substr(0, cursor);
  sql::Session session{{}};
  size_t begin = 0;  // of the statement at the cursor
  for (const sql::SourceSpan& span : sql::SplitScript(before)) {
    const size_t semicolon = before.find(';', span.end());
    if (semicolon == std::string::npos) break;
    begin = semicolon + 1;
    const auto statements = session.Parse(before.substr(span.offset, span.length));
    if (!statements.ok() || statements->empty()) continue;
    const auto& node = statements->front().statement.node;
    if (std::holds_alternative<sql::ast::CreateTable>(node) ||
        std::holds_alternative<sql::ast::CreateView>(node) ||
        std::holds_alternative<sql::ast::CreateDatabase>(node) ||
        std::holds_alternative<sql::ast::UseDatabase>(node)) {
      (void)session.Execute(statements->front());
    }
  }
  sql::Completion found = sql::Complete(session.catalog(), std::string_view(before).substr(begin));
  return {begin + found.begin, std::move(found.words)};
}

JobCompiler::Result SqlCompiler::ExplainNow(const rpc::SubmitRequest& request) {
  Compilation compilation(request);
  return compilation.Take(compilation.ExplainAll());
}

}  // namespace weir
