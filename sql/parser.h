#pragma once

#include <string_view>
#include <vector>

#include "sql/ast.h"
#include "sql/ast_statements.h"
#include "sql/diagnostics.h"

// Flink's SQL, text to AST. Knows the whole grammar of the dialect, also what the planner cannot
// plan yet; knows no catalog and no functions.
//
// Pure and thread-safe. Bounded: text of at most kMaxSqlBytes, nested at most kMaxNesting deep and
// with trees at most kMaxTreeHeight high, so that whoever walks an AST may recurse.

namespace weir::sql {

inline constexpr int kMaxNesting = 200;      // of parentheses, sub-queries, types
inline constexpr int kMaxTreeHeight = 1000;  // a + b + c + ... has a high tree without nesting

// Statements separated by semicolons; the last may lack its own. Empty statements are skipped.
SqlResult<std::vector<ast::Statement>> ParseScript(std::string_view text);

// Exactly one statement, with or without a semicolon.
SqlResult<ast::Statement> ParseStatement(std::string_view text);

// Where the statements of a script stand, without their semicolons; never fails, so that a script
// can run statement by statement although a later one does not parse. A statement set is one. What
// follows text that cannot be cut into tokens belongs to the statement there.
std::vector<SourceSpan> SplitScript(std::string_view text);
// The one statement at `span`; places in it and in errors refer to the whole of `text`.
SqlResult<ast::Statement> ParseStatementAt(std::string_view text, const SourceSpan& span);

// Exactly one of these and nothing else.
SqlResult<ast::QueryPtr> ParseQuery(std::string_view text);
SqlResult<ast::ExprPtr> ParseExpression(std::string_view text);
SqlResult<ast::TypeName> ParseType(std::string_view text);

}  // namespace weir::sql
