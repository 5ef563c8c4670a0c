#include <algorithm>

#include "sql/expression_binder.h"

namespace weir::sql {

SqlResult<ExprPtr> ExpressionBinder::BindIsTest(const ast::IsTest& test, const SourceSpan& span) {
  ASSIGN_OR_RETURN(ExprPtr value, Bind(*test.value));
  std::string name = test.negated ? "IS NOT " : "IS ";
  switch (test.test) {
    case ast::IsTestKind::kNull:
      name += "NULL";
      break;
    case ast::IsTestKind::kTrue:
      name += "TRUE";
      break;
    case ast::IsTestKind::kFalse:
      name += "FALSE";
      break;
    case ast::IsTestKind::kUnknown:
      name += "NULL";
      break;
    default: {
      const char* kind = test.test == ast::IsTestKind::kJsonObject   ? "OBJECT"
                         : test.test == ast::IsTestKind::kJsonArray  ? "ARRAY"
                         : test.test == ast::IsTestKind::kJsonScalar ? "SCALAR"
                                                                     : "VALUE";
      ASSIGN_OR_RETURN(ExprPtr is,
                       Function("IS JSON", {std::move(value), TextLiteral(kind)}, span));
      return test.negated ? Not(std::move(is)) : is;
    }
  }
  return Function(name, {std::move(value)}, span);
}

SqlResult<ExprPtr> ExpressionBinder::BindBetween(const ast::Between& between,
                                                 const SourceSpan& span) {
  ASSIGN_OR_RETURN(ExprPtr value, Bind(*between.value));
  ASSIGN_OR_RETURN(ExprPtr low, Bind(*between.low));
  ASSIGN_OR_RETURN(ExprPtr high, Bind(*between.high));
  // NOT BETWEEN is below or above, not the opposite of BETWEEN: a NaN is neither.
  auto between_two = [&](const ExprPtr& from, const ExprPtr& to) -> SqlResult<ExprPtr> {
    const bool negated = between.negated;
    ASSIGN_OR_RETURN(ExprPtr lower, Function(negated ? "<" : ">=", {value, from}, span));
    ASSIGN_OR_RETURN(ExprPtr upper, Function(negated ? ">" : "<=", {value, to}, span));
    return AndOr(negated ? "OR" : "AND", {std::move(lower), std::move(upper)});
  };
  ASSIGN_OR_RETURN(ExprPtr result, between_two(low, high));
  if (between.symmetric) {
    ASSIGN_OR_RETURN(ExprPtr other, between_two(high, low));
    result = AndOr(between.negated ? "AND" : "OR", {std::move(result), std::move(other)});
  }
  return result;
}

// (start, end or length) OVERLAPS (start, end or length): ends that come before their starts are
// turned around, and periods that only touch overlap.
SqlResult<ExprPtr> ExpressionBinder::BindOverlaps(const ast::Binary& binary,
                                                  const SourceSpan& span) {
  struct Period {
    ExprPtr start, end;
  };
  const auto bind = [&](const ast::Expr& expr) -> SqlResult<Period> {
    const auto* row = std::get_if<ast::RowConstructor>(&expr.node);
    if (row == nullptr || row->values.size() != 2) {
      return SqlError{StatusCode::kInvalidArgument, "OVERLAPS compares two periods", expr.span,
                      "write (start, end) OVERLAPS (start, INTERVAL '1' HOUR)"};
    }
    ASSIGN_OR_RETURN(ExprPtr start, Bind(*row->values[0]));
    ASSIGN_OR_RETURN(ExprPtr end, Bind(*row->values[1]));
    const TypeKind kind = end->type.kind();
    if (kind == TypeKind::kIntervalDayTime || kind == TypeKind::kIntervalYearMonth) {
      ASSIGN_OR_RETURN(end, Function("+", {start, std::move(end)}, expr.span));
    }
    ASSIGN_OR_RETURN(DataType type, Common({start, end}, expr.span, "the ends of a period"));
    if (!type.is_timestamp() && type.kind() != TypeKind::kDate && type.kind() != TypeKind::kTime) {
      return SqlError{StatusCode::kInvalidArgument,
                      "a period is of times, not of " + type.WithNullable(true).ToString(),
                      expr.span, ""};
    }
    start = CastTo(std::move(start), type);
    end = CastTo(std::move(end), type);
    ASSIGN_OR_RETURN(ExprPtr forward, Function("<=", {start, end}, expr.span));
    const DataType either = type.WithNullable(start->type.nullable() || end->type.nullable());
    return Period{Expr::MakeCall(either, "CASE", {forward, start, end}),
                  Expr::MakeCall(either, "CASE", {forward, end, start})};
  };
  ASSIGN_OR_RETURN(Period left, bind(*binary.left));
  ASSIGN_OR_RETURN(Period right, bind(*binary.right));
  ASSIGN_OR_RETURN(ExprPtr begun, Function(">=", {left.end, right.start}, span));
  ASSIGN_OR_RETURN(ExprPtr not_over, Function(">=", {right.end, left.start}, span));
  return AndOr("AND", {std::move(begun), std::move(not_over)});
}

SqlResult<ExprPtr> ExpressionBinder::BindIn(const ast::InTest& in, const SourceSpan& span) {
  if (in.query) return Refuse("IN with a sub-query", span);
  ASSIGN_OR_RETURN(ExprPtr value, Bind(*in.value));
  ASSIGN_OR_RETURN(std::vector<ExprPtr> list, BindAll(in.list));
  if (value->type.is_numeric()) {
    // Flink compares in the type of the value: 2 IN (2.5) is true. DECIMALs keep their own scale.
    for (ExprPtr& item : list) {
      if (!item->type.is_numeric() || item->type.kind() == value->type.kind()) continue;
      StatusOr<ExprPtr> cast = LiteralCastTo(item, value->type);
      if (!cast.ok()) return ErrorAt(cast.status(), span);
      item = *std::move(cast);
    }
  }
  bool literals =
      std::all_of(list.begin(), list.end(), [](const ExprPtr& item) { return item->is_literal(); });
  ExprPtr result;
  if (literals && list.size() > 1) {
    std::vector<ExprPtr> args = {value};
    args.insert(args.end(), list.begin(), list.end());
    ASSIGN_OR_RETURN(result, Function("IN", std::move(args), span));
  } else {
    std::vector<ExprPtr> equals;
    for (const ExprPtr& item : list) {
      ASSIGN_OR_RETURN(ExprPtr equal, Function("=", {value, item}, span));
      equals.push_back(std::move(equal));
    }
    result = equals.size() == 1 ? equals[0] : AndOr("OR", std::move(equals));
  }
  return in.negated ? Not(std::move(result)) : result;
}

SqlResult<ExprPtr> ExpressionBinder::BindLike(const ast::LikeTest& like, const SourceSpan& span) {
  ASSIGN_OR_RETURN(ExprPtr value, Bind(*like.value));
  ASSIGN_OR_RETURN(ExprPtr pattern, Bind(*like.pattern));
  std::vector<ExprPtr> args = {std::move(value), std::move(pattern)};
  if (like.escape) {
    ASSIGN_OR_RETURN(ExprPtr escape, Bind(*like.escape));
    args.push_back(std::move(escape));
  }
  const char* name = like.kind == ast::LikeKind::kLike ? "LIKE" : "SIMILAR TO";
  ASSIGN_OR_RETURN(ExprPtr result, Function(name, std::move(args), span));
  return like.negated ? Not(std::move(result)) : result;
}

SqlResult<ExprPtr> ExpressionBinder::BindCase(const ast::Case& node, const SourceSpan& span) {
  ExprPtr operand;
  if (node.operand) {
    ASSIGN_OR_RETURN(operand, Bind(*node.operand));
  }
  std::vector<ExprPtr> conditions, results;
  for (const ast::WhenClause& when : node.whens) {
    std::vector<ExprPtr> alternatives;
    for (const ast::ExprPtr& condition : when.conditions) {
      if (!operand) {
        ASSIGN_OR_RETURN(ExprPtr bound, BindCondition(*condition, "a condition of CASE"));
        alternatives.push_back(std::move(bound));
      } else {
        ASSIGN_OR_RETURN(ExprPtr value, Bind(*condition));
        ASSIGN_OR_RETURN(ExprPtr equal,
                         Function("=", {operand, std::move(value)}, condition->span));
        alternatives.push_back(std::move(equal));
      }
    }
    conditions.push_back(alternatives.size() == 1 ? alternatives[0]
                                                  : AndOr("OR", std::move(alternatives)));
    ASSIGN_OR_RETURN(ExprPtr result, Bind(*when.result));
    results.push_back(std::move(result));
  }
  if (node.otherwise) {
    ASSIGN_OR_RETURN(ExprPtr otherwise, Bind(*node.otherwise));
    results.push_back(std::move(otherwise));
  } else {
    results.push_back(Expr::MakeLiteral(DataType::Null(), Value()));
  }
  ASSIGN_OR_RETURN(DataType type, Common(results, span, "the results of CASE"));
  std::vector<ExprPtr> args;
  for (size_t i = 0; i < conditions.size(); ++i) {
    args.push_back(conditions[i]);
    args.push_back(CastTo(results[i], type));
  }
  args.push_back(CastTo(results.back(), type));
  return Expr::MakeCall(type, "CASE", std::move(args));
}

SqlResult<ExprPtr> ExpressionBinder::BindConditional(const std::string& name,
                                                     std::vector<ExprPtr> args,
                                                     const SourceSpan& span) {
  auto wrong = [&](const char* usage) {
    return SqlError{StatusCode::kInvalidArgument,
                    std::string("this is not how ") + name + " is called", span, usage};
  };
  if (name == "NULLIF") {
    if (args.size() != 2) return wrong("NULLIF(value, value)");
    ASSIGN_OR_RETURN(ExprPtr equal, Function("=", {args[0], args[1]}, span));
    DataType type = args[0]->type.WithNullable(true);
    return Expr::MakeCall(type, "CASE",
                          {std::move(equal), Expr::MakeLiteral(type, Value()), args[0]});
  }
  if (name == "IF") {
    if (args.size() != 3) return wrong("IF(condition, value, otherwise)");
    if (args[0]->type.kind() != TypeKind::kBoolean) return wrong("the condition of IF is BOOLEAN");
    ASSIGN_OR_RETURN(DataType type, Common({args[1], args[2]}, span, "the results of IF"));
    if (args[0]->type.nullable()) type = type.WithNullable(true);
    return Expr::MakeCall(type, "IF", {args[0], CastTo(args[1], type), CastTo(args[2], type)});
  }
  if (args.empty() || (name == "IFNULL" && args.size() != 2)) return wrong("COALESCE(value, ...)");
  ASSIGN_OR_RETURN(DataType type, Common(args, span, "the arguments of COALESCE"));
  bool nullable = std::all_of(args.begin(), args.end(),
                              [](const ExprPtr& arg) { return arg->type.nullable(); });
  type = type.WithNullable(nullable);
  for (ExprPtr& arg : args) arg = CastTo(std::move(arg), type);
  return Expr::MakeCall(type, "COALESCE", std::move(args));
}

}  // namespace weir::sql
