#include "sql/make_expression.h"

#include <algorithm>

#include "operators/expressions/evaluator.h"
#include "operators/functions/function_registry.h"

namespace weir::sql {

ExprPtr CastTo(ExprPtr expr, const DataType& type) {
  if (expr->type.EqualsIgnoringNullability(type)) return expr;
  DataType result = type.WithNullable(expr->type.nullable() || type.kind() == TypeKind::kNull);
  if (expr->is_literal() && expr->literal().value.is_null()) {
    return Expr::MakeLiteral(type.WithNullable(true), Value());
  }
  return Expr::MakeCall(std::move(result), "CAST", {std::move(expr)});
}

StatusOr<ExprPtr> LiteralCastTo(ExprPtr expr, const DataType& type) {
  const bool literal = expr->is_literal();
  ExprPtr cast = CastTo(std::move(expr), type);
  if (!literal || cast->is_literal()) return cast;
  ASSIGN_OR_RETURN(Value value, EvaluateConstant(cast, FunctionRegistry::Builtin()));
  return Expr::MakeLiteral(cast->type.WithNullable(value.is_null()), std::move(value));
}

ExprPtr FieldAt(ExprPtr row, uint32_t index) {
  const DataType& field = row->type.fields()[index].type;
  DataType type = field.WithNullable(field.nullable() || row->type.nullable());
  ExprPtr at = Expr::MakeLiteral(DataType::Int().NotNull(), Value(static_cast<int64_t>(index)));
  return Expr::MakeCall(std::move(type), "FIELD", {std::move(row), std::move(at)});
}

ExprPtr TextLiteral(std::string_view text) {
  const auto length = static_cast<int32_t>(text.size());
  return Expr::MakeLiteral(DataType::Char(length).NotNull(), Value(std::string(text)));
}

bool IsConstant(const Expr& expr) {
  if (expr.is_literal()) return true;
  const Expr::Call* call = expr.call();
  if (call == nullptr || call->function.starts_with('$')) return false;
  const ScalarFunction* function = FunctionRegistry::Builtin().Find(call->function);
  if (function != nullptr && !function->deterministic) return false;
  return std::all_of(call->args.begin(), call->args.end(),
                     [](const ExprPtr& arg) { return IsConstant(*arg); });
}

ExprPtr Not(ExprPtr expr) {
  DataType type = expr->type;
  return Expr::MakeCall(type, "NOT", {std::move(expr)});
}

ExprPtr AndOr(const char* name, std::vector<ExprPtr> operands) {
  std::vector<ExprPtr> flat;
  bool nullable = false;
  for (ExprPtr& operand : operands) {
    nullable |= operand->type.nullable();
    const Expr::Call* call = operand->call();
    if (call && call->function == name) {
      flat.insert(flat.end(), call->args.begin(), call->args.end());
    } else {
      flat.push_back(std::move(operand));
    }
  }
  return Expr::MakeCall(DataType::Boolean().WithNullable(nullable), name, std::move(flat));
}

}  // namespace weir::sql
