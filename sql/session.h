#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/data/data_type.h"
#include "common/data/value.h"
#include "proto/plan.pb.h"
#include "sql/ast_statements.h"
#include "sql/catalog.h"
#include "sql/diagnostics.h"
#include "sql/query_binder.h"
#include "sql/query_planner.h"

namespace weir::sql {

struct SessionOptions {
  std::map<std::string, std::string> config;  // as SET before the first statement
  int parallelism = 1;                        // unless 'parallelism.default' says otherwise
  // Jobs are planned here only to know what they answer: a job manager plans them again, with its
  // defaults, and refuses what those do not allow.
  bool planned_again = false;
};

// A statement and the text it was parsed from.
struct SessionStatement {
  ast::Statement statement;
  std::string text;
};

// What a statement answers. SHOW, DESCRIBE, EXPLAIN and the like have rows at once; queries and
// INSERTs have a job, whose rows (of a query) come when it runs.
struct StatementResult {
  SchemaPtr schema;         // null: SET and RESET with a key answer nothing
  std::string schema_text;  // as Flink prints it, time attributes marked
  std::vector<std::vector<Value>> rows;
  std::optional<plan::JobGraph> job;
  bool is_query = false;           // the job's rows are the answer
  std::vector<std::string> notes;  // for people: what is accepted and does nothing
};

// One user's catalog and SET options. Plans statements one after the other; touches nothing
// outside. Not thread-safe.
class Session {
 public:
  explicit Session(SessionOptions options);

  // All statements of a script, or its first syntax error. Spans refer to `text`.
  SqlResult<std::vector<SessionStatement>> Parse(std::string_view text);

  // DDL, USE and SET change the session; a statement that fails changes nothing.
  SqlResult<StatementResult> Execute(const SessionStatement& statement);

  const Catalog& catalog() const { return catalog_; }
  const SessionConfig& config() const { return config_; }

 private:
  QueryPlanner Planner() const { return QueryPlanner(catalog_, config_, Parallelism()); }
  int Parallelism() const;
  std::string JobName(const std::string& derived) const;

  SqlResult<StatementResult> Run(const ast::CreateTable& create);
  SqlResult<StatementResult> Run(const ast::CreateView& create);
  SqlResult<StatementResult> Run(const ast::CreateFunction& create);
  SqlResult<StatementResult> Run(const ast::CreateCatalog& create);
  SqlResult<StatementResult> Run(const ast::CreateDatabase& create);
  SqlResult<StatementResult> Run(const ast::UseCatalog& use);
  SqlResult<StatementResult> Run(const ast::UseDatabase& use);
  SqlResult<StatementResult> Run(const ast::UseModules& use);
  SqlResult<StatementResult> Run(const ast::Drop& drop);
  SqlResult<StatementResult> Run(const ast::AlterTable& alter);
  SqlResult<StatementResult> Run(const ast::AlterView& alter);
  SqlResult<StatementResult> Run(const ast::AlterDatabase& alter);
  SqlResult<StatementResult> Run(const ast::Show& show);
  SqlResult<StatementResult> Run(const ast::Describe& describe);
  SqlResult<StatementResult> Run(const ast::DescribeJob& describe);
  SqlResult<StatementResult> Run(const ast::Insert& insert);
  SqlResult<StatementResult> Run(const ast::StatementSet& set);
  SqlResult<StatementResult> Run(const ast::QueryStatement& query);
  SqlResult<StatementResult> Run(const ast::Explain& explain);
  SqlResult<StatementResult> Run(const ast::Set& set);
  SqlResult<StatementResult> Run(const ast::Reset& reset);
  SqlResult<StatementResult> Run(const ast::StopJob& stop);

  SqlResult<StatementResult> CreateTableAs(const ast::CreateTable& create);
  SqlResult<StatementResult> RunInserts(const std::vector<const ast::Insert*>& inserts);
  SqlResult<CatalogView> MakeView(const ast::QueryPtr& query,
                                  const std::vector<ast::Identifier>& columns,
                                  const SourceSpan& span) const;

  Catalog catalog_;
  SessionConfig config_;
  SessionConfig initial_config_;  // what RESET goes back to
  int parallelism_;
  bool parsed_before_ = false;
};

// Asks the systems outside whether the job's tables are there and fit: topics, files, database
// tables and their columns. May block; call it off every event loop.
Status ValidateOutside(const plan::JobGraph& graph);

}  // namespace weir::sql
