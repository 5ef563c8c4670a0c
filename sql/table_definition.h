#pragma once

#include <string>
#include <vector>

#include "sql/ast_statements.h"
#include "sql/catalog.h"
#include "sql/query_planner.h"

// CREATE TABLE and ALTER TABLE to tables of the catalog: types resolved, computed columns and
// watermarks bound, keys and time columns checked, LIKE merged; errors as Flink words them. Options
// are not looked at: connectors check them when the table is first used.

namespace weir::sql {

// The table that CREATE TABLE describes. `query_schema` is the schema of AS SELECT, null without.
SqlResult<CatalogTable> DefineTable(const ast::CreateTable& create, const Catalog& catalog,
                                    const QueryPlanner& planner, const Schema* query_schema);

// `table` after an ALTER TABLE that changes its columns, key, watermark or options (not RENAME TO).
SqlResult<CatalogTable> AlteredTable(CatalogTable table, const ast::AlterTable& alter,
                                     const QueryPlanner& planner);

}  // namespace weir::sql
