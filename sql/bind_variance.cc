#include "operators/functions/aggregate_function.h"
#include "sql/expression_binder.h"

namespace weir::sql {
namespace {

// Also when only the nullability differs.
ExprPtr As(ExprPtr expr, const DataType& type) {
  ExprPtr cast = CastTo(std::move(expr), type);
  return cast->type == type ? cast : Expr::MakeCall(type, "CAST", {std::move(cast)});
}

}  // namespace

bool IsVariance(std::string_view function) {
  return function == "VARIANCE" || function.starts_with("VAR_") || function.starts_with("STDDEV_");
}

// (SUM(x * x) - SUM(x) * SUM(x) / COUNT(x)) / n, where n is COUNT(x), of a sample one less; of this
// the root. In these steps and types, as Flink does it: digits that are lost, integers that wrap,
// and that a row changes the result which leaves it as it was, all follow.
SqlResult<ExprPtr> ExpressionBinder::Variance(const FoundAggregate& found) {
  const SourceSpan& span = found.span;
  const ExprPtr& x = found.arguments[0];
  const auto aggregate = [&](const char* function, const ExprPtr& argument) -> SqlResult<ExprPtr> {
    FoundAggregate part = found;
    part.function = function;
    part.arguments = {argument};
    const DataType types[] = {argument->type};
    StatusOr<ResolvedAggregate> resolved = ResolveAggregate(function, types);
    if (!resolved.ok()) return ErrorAt(resolved.status(), span);
    const bool counts = part.function == "COUNT";
    part.type = counts ? resolved->result : resolved->result.WithNullable(found.type.nullable());
    return AggregateMark(std::move(part));
  };
  const DataType type = found.type.WithNullable(x->type.nullable());
  const ExprPtr typed = As(x, type);
  ASSIGN_OR_RETURN(ExprPtr square, Function("*", {typed, typed}, span));
  ASSIGN_OR_RETURN(ExprPtr squares, aggregate("SUM", square));
  ASSIGN_OR_RETURN(ExprPtr sum, aggregate("SUM", x));
  ASSIGN_OR_RETURN(ExprPtr count, aggregate("COUNT", x));
  sum = As(sum, found.type);
  ASSIGN_OR_RETURN(ExprPtr squared_sum, Function("*", {sum, sum}, span));
  ASSIGN_OR_RETURN(ExprPtr mean, Function("/", {squared_sum, count}, span));
  ASSIGN_OR_RETURN(ExprPtr difference, Function("-", {squares, mean}, span));
  ExprPtr n = count;
  if (!found.function.ends_with("_POP")) {
    const ExprPtr one = Expr::MakeLiteral(DataType::BigInt().NotNull(), Value(int64_t{1}));
    ASSIGN_OR_RETURN(ExprPtr less, Function("-", {count, one}, span));
    ASSIGN_OR_RETURN(ExprPtr single, Function("=", {count, one}, span));
    const DataType nullable = less->type.WithNullable(true);
    n = Expr::MakeCall(nullable, "CASE",
                       {single, Expr::MakeLiteral(nullable, Value()), As(less, nullable)});
  }
  ASSIGN_OR_RETURN(ExprPtr result, Function("/", {difference, n}, span));
  if (found.function.starts_with("STDDEV_")) {
    const ExprPtr half = Expr::MakeLiteral(DataType::Double().NotNull(), Value(0.5));
    ASSIGN_OR_RETURN(result, Function("POWER", {result, half}, span));
  }
  return As(result, found.type);
}

}  // namespace weir::sql
