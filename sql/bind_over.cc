#include <algorithm>

#include "sql/query_binder.h"

// ROW_NUMBER() OVER (...) in a select list.

namespace weir::sql {

SqlResult<ExprPtr> ExpressionBinder::BindOver(const std::string& name, const ast::Call& call,
                                              const SourceSpan& span) {
  const ast::WindowSpec& over = *call.clauses.over;
  if (name == "RANK" || name == "DENSE_RANK") {
    return Refuse(name + " over rows that keep coming", span, "ROW_NUMBER() tells rows apart");
  }
  if (name != "ROW_NUMBER") return Refuse("OVER windows", span);
  if (over.base || over.frame) return Refuse("this form of OVER for ROW_NUMBER", over.span);
  if (options_.ranks == nullptr) {
    return Refuse("ROW_NUMBER() here", span,
                  "select it in a query of its own and filter its result: WHERE rn <= 10");
  }
  if (!call.arguments.empty() || over.order_by.empty()) {
    return SqlError{StatusCode::kInvalidArgument, "this is not how ROW_NUMBER is called", span,
                    "ROW_NUMBER() OVER (PARTITION BY a, b ORDER BY c DESC)"};
  }
  BindOptions options = options_;
  options.aggregates = nullptr;
  options.ranks = nullptr;
  options.place = "OVER";
  ExpressionBinder inner(scope_, options);
  FoundRank found;
  found.span = span;
  ASSIGN_OR_RETURN(found.partition, inner.BindAll(over.partition_by));
  for (const ast::OrderItem& item : over.order_by) {
    FoundRank::Order order;
    ASSIGN_OR_RETURN(order.expr, inner.Bind(*item.expr));
    if (order.expr->type.is_nested() || order.expr->type.is_variant()) {
      return SqlError{StatusCode::kInvalidArgument, order.expr->type.ToString() + " has no order",
                      item.expr->span, ""};
    }
    order.descending = item.descending;
    // Null is the least of all.
    order.nulls_last = item.nulls == ast::NullsOrder::kDefault
                           ? item.descending
                           : item.nulls == ast::NullsOrder::kLast;
    found.order.push_back(std::move(order));
  }
  options_.ranks->push_back(std::move(found));
  const int64_t index = static_cast<int64_t>(options_.ranks->size()) - 1;
  return Expr::MakeCall(DataType::BigInt().NotNull(), kRankMark,
                        {Expr::MakeLiteral(DataType::Int().NotNull(), Value(index))});
}

namespace {

// `expr` with `column` in the place of the mark.
ExprPtr ReplaceRank(const ExprPtr& expr, const ExprPtr& column) {
  const Expr::Call* call = expr->call();
  if (!call) return expr;
  if (call->function == kRankMark) return column;
  std::vector<ExprPtr> args;
  for (const ExprPtr& arg : call->args) args.push_back(ReplaceRank(arg, column));
  return Expr::MakeCall(expr->type, call->function, std::move(args));
}

}  // namespace

RelPtr MakeRank(RelPtr input, const FoundRank& found, std::vector<ExprPtr>& projections) {
  std::vector<ExprPtr> columns = IdentityProjection(input->schema);
  std::vector<std::string> names;
  for (const Field& field : input->schema.fields()) names.push_back(field.name);
  const auto column_of = [&](const ExprPtr& expr) {
    for (size_t i = 0; i < columns.size(); ++i) {
      if (Equal(*columns[i], *expr)) return static_cast<uint32_t>(i);
    }
    columns.push_back(expr);
    names.push_back("$k" + std::to_string(columns.size() - 1));
    return static_cast<uint32_t>(columns.size() - 1);
  };
  RankRel rank;
  rank.span = found.span;
  for (const ExprPtr& expr : found.partition) rank.partition.push_back(column_of(expr));
  for (const FoundRank::Order& order : found.order) {
    rank.order.push_back({column_of(order.expr), order.descending, order.nulls_last});
  }
  if (columns.size() > input->schema.size()) {
    input = MakeProject(std::move(input), columns, std::move(names));
  }
  std::vector<Field> fields = input->schema.fields();
  fields.push_back({"$rn", DataType::BigInt().NotNull()});
  RelPtr rel = MakeRel(std::move(rank), {input}, Schema(std::move(fields)));
  const ExprPtr number =
      Expr::MakeInput(DataType::BigInt().NotNull(), static_cast<uint32_t>(input->schema.size()));
  for (ExprPtr& projection : projections) projection = ReplaceRank(projection, number);
  return rel;
}

}  // namespace weir::sql
