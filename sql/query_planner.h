#pragma once

#include <string>
#include <vector>

#include "proto/plan.pb.h"
#include "sql/query_binder.h"

namespace weir::sql {

// A job and what its rows look like.
struct PlannedQuery {
  plan::JobGraph graph;
  Schema schema;            // of a SELECT's rows
  std::string schema_text;  // with time attributes, as Flink prints it
  std::string logical;      // the optimized plan, for EXPLAIN
};

// Queries and INSERTs to job graphs: binds, optimizes, plans. Borrows the catalog and the
// configuration. Touches nothing outside.
class QueryPlanner {
 public:
  QueryPlanner(const Catalog& catalog, const SessionConfig& config, int parallelism)
      : catalog_(catalog), config_(config), parallelism_(parallelism) {}

  SqlResult<PlannedQuery> Plan(const ast::Query& query, const std::string& name) const;
  // All of a statement set: one job.
  SqlResult<PlannedQuery> Plan(const std::vector<const ast::Insert*>& inserts,
                               const std::string& name) const;

  // The columns of a query, for views and CREATE TABLE AS.
  struct QuerySchema {
    Schema schema;
    std::string text;
  };
  SqlResult<QuerySchema> SchemaOf(const ast::Query& query) const;
  // One expression over columns of a table: computed columns, watermarks.
  SqlResult<ExprPtr> BindOver(const Scope& scope, const ast::Expr& expr) const;

 private:
  const Catalog& catalog_;
  const SessionConfig& config_;
  int parallelism_;
};

}  // namespace weir::sql
