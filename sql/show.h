#pragma once

#include <string>
#include <vector>

#include "sql/session.h"

// The answers of SHOW and DESCRIBE, with the columns Flink gives them.

namespace weir::sql {

SqlResult<StatementResult> Show(const ast::Show& show, const Catalog& catalog,
                                const SessionConfig& config);
SqlResult<StatementResult> Describe(const ast::Describe& describe, const Catalog& catalog,
                                    const SessionConfig& config);

// As SHOW FUNCTIONS has them: sorted, in lower case.
std::vector<std::string> FunctionNames();

// One row "OK", the answer of most DDL.
StatementResult OkResult();
// One row of one STRING column.
StatementResult TextResult(std::string column, std::string text);
// No row yet.
StatementResult EmptyResult(std::vector<Field> columns);

// CREATE TABLE and CREATE VIEW as statements that make the object again.
std::string CreateTableText(const CatalogTable& table);
std::string CreateViewText(const CatalogView& view, const Schema& schema);

}  // namespace weir::sql
