#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "operators/expressions/expr.h"
#include "operators/functions/function_registry.h"
#include "sql/ast.h"
#include "sql/diagnostics.h"
#include "sql/logical_plan.h"
#include "sql/make_expression.h"

// Names to columns, types, implicit casts, overloads: an AST expression over the columns in scope
// becomes a bound one. Conditions are bound in bind_conditions.cc, calls in bind_calls.cc and
// bind_json.cc, literals in bind_literals.cc.

namespace weir::sql {

// The columns that a name may mean, in the order of the input row.
struct ScopeColumn {
  std::string table;  // alias or table name; empty: none
  std::string name;
  DataType type;
  CatalogPath path = {};  // of a table that goes by its own name

  // `table`, `database.table` or `catalog.database.table`.
  bool IsOf(std::span<const ast::Identifier> qualifier) const;
};
struct Scope {
  std::vector<ScopeColumn> columns;
};
Scope ScopeOf(const Schema& schema, const std::string& table, const CatalogPath& path = {});

// An aggregate call found while binding; in the bound expression stands $AGGREGATE(index).
struct FoundAggregate {
  std::string function;
  std::vector<ExprPtr> arguments;
  bool distinct = false;
  ExprPtr filter;  // may be null
  DataType type;
  SourceSpan span;
};
// A ROW_NUMBER() OVER (...) found while binding; in its place stands $RANK(index).
struct FoundRank {
  struct Order {
    ExprPtr expr;
    bool descending = false;
    bool nulls_last = false;
  };
  std::vector<ExprPtr> partition;
  std::vector<Order> order;
  SourceSpan span;
};
inline constexpr const char* kRankMark = "$RANK";
inline constexpr const char* kAggregateMark = "$AGGREGATE";
// TUMBLE_START(...) and its like: $WINDOW('START' | 'END' | 'ROWTIME' | 'PROCTIME').
inline constexpr const char* kWindowMark = "$WINDOW";

// A GROUP BY TUMBLE(ts, ...) or HOP(ts, ...): what the auxiliary functions refer to.
struct GroupWindow {
  WindowDef window;
  ExprPtr time;
  DataType time_type;
};

struct BindOptions {
  std::string time_zone = "UTC";
  std::string database = "";  // CURRENT_DATABASE(); empty: refused
  // Where aggregates are collected; null: they are refused, `place` says where ("WHERE").
  std::vector<FoundAggregate>* aggregates = nullptr;
  bool grouped = false;  // there is a GROUP BY: results over no rows do not exist
  const char* place = "this clause";
  const GroupWindow* group_window = nullptr;
  std::vector<FoundRank>* ranks = nullptr;  // where ROW_NUMBER() is collected; null: refused
};

class ExpressionBinder {
 public:
  ExpressionBinder(const Scope& scope, BindOptions options);

  SqlResult<ExprPtr> Bind(const ast::Expr& expr);
  // Bind, and BOOLEAN.
  SqlResult<ExprPtr> BindCondition(const ast::Expr& expr, const char* what);
  // The column, or the field of one, that a name means.
  SqlResult<ExprPtr> BindName(const ast::Name& name);
  // Where a bound node came from, for messages of later stages.
  SourceSpan SpanOf(const Expr* expr) const;

 private:
  SqlResult<ExprPtr> BindNode(const ast::Expr& expr);
  SqlResult<ExprPtr> BindBinary(const ast::Binary& binary, const SourceSpan& span);
  SqlResult<ExprPtr> BindLogical(const ast::Logical& logical);
  SqlResult<ExprPtr> BindIsTest(const ast::IsTest& test, const SourceSpan& span);
  SqlResult<ExprPtr> BindBetween(const ast::Between& between, const SourceSpan& span);
  SqlResult<ExprPtr> BindOverlaps(const ast::Binary& binary, const SourceSpan& span);
  SqlResult<ExprPtr> BindIn(const ast::InTest& in, const SourceSpan& span);
  SqlResult<ExprPtr> BindLike(const ast::LikeTest& like, const SourceSpan& span);
  SqlResult<ExprPtr> BindCase(const ast::Case& node, const SourceSpan& span);
  SqlResult<ExprPtr> BindCast(const ast::Cast& cast, const SourceSpan& span);
  SqlResult<ExprPtr> BindCall(const ast::Call& call, const SourceSpan& span);
  SqlResult<ExprPtr> BindConditional(const std::string& name, std::vector<ExprPtr> args,
                                     const SourceSpan& span);
  SqlResult<ExprPtr> BindAggregate(const std::string& name, const ast::Call& call,
                                   const SourceSpan& span);
  // An aggregate where options_.aggregates is null.
  SqlError NoAggregatesHere(const std::string& name, const SourceSpan& span) const;
  // What stands for an aggregate that is collected, once however often it is there.
  ExprPtr AggregateMark(FoundAggregate found);
  // The same of VAR_POP and its like: of what they are made (bind_variance.cc).
  SqlResult<ExprPtr> Variance(const FoundAggregate& found);
  SqlResult<ExprPtr> BindOver(const std::string& name, const ast::Call& call,
                              const SourceSpan& span);
  // Whether GROUP BY has the window that TUMBLE_START(...) and its like repeat.
  SqlResult<bool> IsGroupWindow(const std::string& name, const ast::Call& call);
  SqlResult<ExprPtr> BindWindowProperty(const std::string& name, const ast::Call& call,
                                        const SourceSpan& span);
  SqlResult<ExprPtr> BindJson(const ast::JsonCall& call, const SourceSpan& span);
  SqlResult<ExprPtr> BindJsonAggregate(const ast::JsonCall& call, const SourceSpan& span);
  SqlResult<ExprPtr> BindConstructor(const ast::Expr& expr);
  // The values of JSON_OBJECT and JSON_ARRAY, among which JSON(text) may be.
  SqlResult<std::vector<ExprPtr>> BindJsonValues(const std::vector<ast::ExprPtr>& exprs);
  SqlResult<std::vector<ExprPtr>> BindAll(const std::vector<ast::ExprPtr>& exprs);

  // A registered function over bound arguments.
  SqlResult<ExprPtr> Function(const std::string& name, std::vector<ExprPtr> args,
                              const SourceSpan& span);
  SqlResult<DataType> Common(const std::vector<ExprPtr>& exprs, const SourceSpan& span,
                             const char* what);

  const Scope& scope_;
  BindOptions options_;
  std::map<const Expr*, std::pair<ExprPtr, SourceSpan>> spans_;  // keeps the nodes alive
};

// VAR_POP, STDDEV_SAMP and their like (bind_variance.cc).
bool IsVariance(std::string_view function);

// A field of a row by its name.
SqlResult<ExprPtr> FieldOf(ExprPtr row, const std::string& name, const SourceSpan& span);
SqlError ErrorAt(const Status& status, const SourceSpan& span);
SqlError Refuse(std::string what, const SourceSpan& span, std::string hint = "");

// Literals (bind_literals.cc).
SqlResult<ExprPtr> BindLiteral(const ast::Literal& literal, const SourceSpan& span);
// The milliseconds of a constant interval argument; `what` names it in messages ("the window
// size").
SqlResult<int64_t> IntervalMillis(const ast::Expr& expr, const char* what);

}  // namespace weir::sql
