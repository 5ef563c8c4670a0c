#pragma once

#include <string>
#include <string_view>

#include "sql/ast.h"
#include "sql/ast_statements.h"

// An AST as SQL text on one line: keywords in capitals, identifiers in backticks, parentheses only
// where they are needed. Parsing the text again gives the same AST (but for spans), so that the
// text can stand for the node: in views, SHOW CREATE, tests.

namespace weir::sql {

std::string Unparse(const ast::Expr& expr);
std::string Unparse(const ast::TypeName& type);
std::string Unparse(const ast::Query& query);
std::string Unparse(const ast::Statement& statement);

// 'it''s'
std::string QuoteString(std::string_view text);

// "DAY", "MINUTE"
std::string_view TimeUnitName(ast::TimeUnit unit);

}  // namespace weir::sql
