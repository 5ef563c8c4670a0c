#include "sql/expression_binder.h"

#include <algorithm>
#include <functional>

#include "operators/functions/aggregate_function.h"
#include "sql/types.h"
#include "sql/unparse.h"

namespace weir::sql {
namespace {

ExprPtr Text(std::string_view text) {
  std::string value(text);
  return Expr::MakeLiteral(DataType::Char(static_cast<int32_t>(value.size())).NotNull(),
                           Value(std::move(value)));
}

ExprPtr Not(ExprPtr expr) {
  DataType type = expr->type;
  return Expr::MakeCall(type, "NOT", {std::move(expr)});
}

ExprPtr AndOr(const char* name, std::vector<ExprPtr> operands) {
  bool nullable = std::any_of(operands.begin(), operands.end(),
                              [](const ExprPtr& operand) { return operand->type.nullable(); });
  return Expr::MakeCall(DataType::Boolean().WithNullable(nullable), name, std::move(operands));
}

const char* OperatorName(ast::BinaryOp op) {
  switch (op) {
    case ast::BinaryOp::kAdd:
      return "+";
    case ast::BinaryOp::kSubtract:
      return "-";
    case ast::BinaryOp::kMultiply:
      return "*";
    case ast::BinaryOp::kDivide:
      return "/";
    case ast::BinaryOp::kModulo:
      return "%";
    case ast::BinaryOp::kConcat:
      return "||";
    case ast::BinaryOp::kEqual:
      return "=";
    case ast::BinaryOp::kNotEqual:
      return "<>";
    case ast::BinaryOp::kLess:
      return "<";
    case ast::BinaryOp::kLessEqual:
      return "<=";
    case ast::BinaryOp::kGreater:
      return ">";
    case ast::BinaryOp::kGreaterEqual:
      return ">=";
    case ast::BinaryOp::kIsDistinctFrom:
      return "IS DISTINCT FROM";
    case ast::BinaryOp::kIsNotDistinctFrom:
      return "IS NOT DISTINCT FROM";
    case ast::BinaryOp::kOverlaps:
      return "OVERLAPS";
  }
  return "";
}

std::string Upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

}  // namespace

Scope ScopeOf(const Schema& schema, const std::string& table) {
  Scope scope;
  for (const Field& field : schema.fields())
    scope.columns.push_back({table, field.name, field.type});
  return scope;
}

ExprPtr CastTo(ExprPtr expr, const DataType& type) {
  if (expr->type.EqualsIgnoringNullability(type)) return expr;
  DataType result = type.WithNullable(expr->type.nullable() || type.kind() == TypeKind::kNull);
  if (expr->is_literal() && expr->literal().value.is_null()) {
    return Expr::MakeLiteral(type.WithNullable(true), Value());
  }
  return Expr::MakeCall(std::move(result), "CAST", {std::move(expr)});
}

SqlError ErrorAt(const Status& status, const SourceSpan& span) {
  return SqlError{status.code(), status.message(), span, ""};
}

SqlError Refuse(std::string what, const SourceSpan& span, std::string hint) {
  return SqlError{StatusCode::kUnimplemented, std::move(what) + " cannot be planned yet", span,
                  std::move(hint)};
}

ExpressionBinder::ExpressionBinder(const Scope& scope, BindOptions options)
    : scope_(scope), options_(std::move(options)) {}

SourceSpan ExpressionBinder::SpanOf(const Expr* expr) const {
  auto it = spans_.find(expr);
  return it == spans_.end() ? SourceSpan{} : it->second.second;
}

SqlResult<ExprPtr> ExpressionBinder::Bind(const ast::Expr& expr) {
  ASSIGN_OR_RETURN(ExprPtr bound, BindNode(expr));
  spans_[bound.get()] = {bound, expr.span};
  return bound;
}

SqlResult<ExprPtr> ExpressionBinder::BindCondition(const ast::Expr& expr, const char* what) {
  ASSIGN_OR_RETURN(ExprPtr bound, Bind(expr));
  if (bound->type.kind() == TypeKind::kNull) return CastTo(bound, DataType::Boolean());
  if (bound->type.kind() != TypeKind::kBoolean) {
    return SqlError{StatusCode::kInvalidArgument,
                    std::string(what) + " must be BOOLEAN, not " + bound->type.ToString(),
                    expr.span, ""};
  }
  return bound;
}

SqlResult<std::vector<ExprPtr>> ExpressionBinder::BindAll(const std::vector<ast::ExprPtr>& exprs) {
  std::vector<ExprPtr> bound;
  for (const ast::ExprPtr& expr : exprs) {
    ASSIGN_OR_RETURN(ExprPtr one, Bind(*expr));
    bound.push_back(std::move(one));
  }
  return bound;
}

SqlResult<ExprPtr> ExpressionBinder::BindNode(const ast::Expr& expr) {
  const SourceSpan& span = expr.span;
  if (const auto* node = std::get_if<ast::Literal>(&expr.node)) return BindLiteral(*node, span);
  if (const auto* node = std::get_if<ast::ColumnRef>(&expr.node)) return BindColumn(*node, span);
  if (const auto* node = std::get_if<ast::Binary>(&expr.node)) return BindBinary(*node, span);
  if (const auto* node = std::get_if<ast::Logical>(&expr.node)) return BindLogical(*node);
  if (const auto* node = std::get_if<ast::IsTest>(&expr.node)) return BindIsTest(*node, span);
  if (const auto* node = std::get_if<ast::Between>(&expr.node)) return BindBetween(*node, span);
  if (const auto* node = std::get_if<ast::InTest>(&expr.node)) return BindIn(*node, span);
  if (const auto* node = std::get_if<ast::LikeTest>(&expr.node)) return BindLike(*node, span);
  if (const auto* node = std::get_if<ast::Case>(&expr.node)) return BindCase(*node, span);
  if (const auto* node = std::get_if<ast::Cast>(&expr.node)) return BindCast(*node, span);
  if (const auto* node = std::get_if<ast::Call>(&expr.node)) return BindCall(*node, span);
  if (const auto* node = std::get_if<ast::JsonCall>(&expr.node)) return BindJson(*node, span);
  if (const auto* node = std::get_if<ast::UnitArgument>(&expr.node))
    return Text(TimeUnitName(node->unit));
  if (const auto* node = std::get_if<ast::TrimArgument>(&expr.node)) {
    return Text(node->side == ast::TrimSide::kBoth      ? "BOTH"
                : node->side == ast::TrimSide::kLeading ? "LEADING"
                                                        : "TRAILING");
  }
  if (const auto* node = std::get_if<ast::Unary>(&expr.node)) {
    if (node->op == ast::UnaryOp::kNot) {
      ASSIGN_OR_RETURN(ExprPtr operand, BindCondition(*node->operand, "the operand of NOT"));
      return Not(std::move(operand));
    }
    // -2147483648 is an INT, though 2147483648 is not.
    if (const auto* literal = std::get_if<ast::Literal>(&node->operand->node);
        literal && literal->kind == ast::LiteralKind::kInteger &&
        node->op == ast::UnaryOp::kMinus) {
      ast::Literal negative = *literal;
      negative.text = "-" + literal->text;
      return BindLiteral(negative, span);
    }
    ASSIGN_OR_RETURN(ExprPtr operand, Bind(*node->operand));
    if (node->op == ast::UnaryOp::kPlus) return operand;
    return Function("-", {std::move(operand)}, span);
  }
  if (const auto* node = std::get_if<ast::FieldAccess>(&expr.node)) {
    ASSIGN_OR_RETURN(ExprPtr row, Bind(*node->value));
    return Field(std::move(row), node->field.text, node->field.span);
  }
  if (const auto* node = std::get_if<ast::ElementAccess>(&expr.node)) {
    ASSIGN_OR_RETURN(ExprPtr value, Bind(*node->value));
    ASSIGN_OR_RETURN(ExprPtr index, Bind(*node->index));
    const DataType& type = value->type;
    if (type.kind() == TypeKind::kArray) {
      // There may be no such element.
      return Expr::MakeCall(type.element().WithNullable(true), "ITEM",
                            {std::move(value), CastTo(std::move(index), DataType::Int())});
    }
    if (type.kind() == TypeKind::kMap) {
      DataType key = type.key();
      return Expr::MakeCall(type.value().WithNullable(true), "ITEM",
                            {std::move(value), CastTo(std::move(index), key)});
    }
    return SqlError{StatusCode::kInvalidArgument,
                    "only arrays and maps have elements, not " + type.ToString(), span, ""};
  }
  if (std::holds_alternative<ast::RowConstructor>(expr.node) ||
      std::holds_alternative<ast::ArrayConstructor>(expr.node) ||
      std::holds_alternative<ast::MapConstructor>(expr.node)) {
    return BindConstructor(expr);
  }
  if (std::holds_alternative<ast::Star>(expr.node)) {
    return SqlError{StatusCode::kInvalidArgument, "* is not an expression", span, ""};
  }
  if (std::holds_alternative<ast::ExistsTest>(expr.node)) return Refuse("EXISTS", span);
  if (std::holds_alternative<ast::ScalarSubquery>(expr.node)) {
    return Refuse("a sub-query as a value", span);
  }
  if (std::holds_alternative<ast::Quantified>(expr.node)) return Refuse("ANY and ALL", span);
  return Refuse("this expression", span);
}

SqlResult<ExprPtr> ExpressionBinder::Field(ExprPtr row, const std::string& name,
                                           const SourceSpan& span) {
  if (row->type.kind() != TypeKind::kRow) {
    return SqlError{StatusCode::kInvalidArgument,
                    "`" + name + "` is not a field of a value of type " + row->type.ToString(),
                    span, ""};
  }
  const auto& fields = row->type.fields();
  std::vector<std::string> names;
  for (size_t i = 0; i < fields.size(); ++i) {
    names.push_back(fields[i].name);
    if (fields[i].name != name) continue;
    DataType type = fields[i].type.WithNullable(fields[i].type.nullable() || row->type.nullable());
    return Expr::MakeCall(std::move(type), "FIELD",
                          {std::move(row), Expr::MakeLiteral(DataType::Int().NotNull(),
                                                             Value(static_cast<int64_t>(i)))});
  }
  return SqlError{StatusCode::kNotFound, "there is no field `" + name + "`", span,
                  DidYouMean(name, names)};
}

SqlResult<ExprPtr> ExpressionBinder::BindColumn(const ast::ColumnRef& ref, const SourceSpan& span) {
  const auto& parts = ref.name.parts;
  auto matches = [&](size_t part, const std::string* table) {
    std::vector<uint32_t> found;
    for (size_t i = 0; i < scope_.columns.size(); ++i) {
      const ScopeColumn& column = scope_.columns[i];
      if (column.name == parts[part].text && (!table || column.table == *table)) {
        found.push_back(static_cast<uint32_t>(i));
      }
    }
    return found;
  };
  size_t used = 1;
  std::vector<uint32_t> found;
  if (parts.size() > 1) {
    found = matches(1, &parts[0].text);
    if (!found.empty()) used = 2;
  }
  if (found.empty()) found = matches(0, nullptr);
  if (found.empty()) {
    bool is_table = std::any_of(scope_.columns.begin(), scope_.columns.end(),
                                [&](const auto& c) { return c.table == parts[0].text; });
    size_t missing = parts.size() > 1 && is_table ? 1 : 0;
    std::vector<std::string> names;
    for (const ScopeColumn& column : scope_.columns) names.push_back(column.name);
    return SqlError{StatusCode::kNotFound, "column `" + parts[missing].text + "` not found",
                    parts[missing].span, DidYouMean(parts[missing].text, names)};
  }
  if (found.size() > 1) {
    return SqlError{
        StatusCode::kInvalidArgument, "column `" + parts[used - 1].text + "` is ambiguous", span,
        "name its table: `" + scope_.columns[found[0]].table + "`.`" + parts[used - 1].text + "`"};
  }
  ExprPtr expr = Expr::MakeInput(scope_.columns[found[0]].type, found[0]);
  for (size_t i = used; i < parts.size(); ++i) {
    ASSIGN_OR_RETURN(expr, Field(std::move(expr), parts[i].text, parts[i].span));
  }
  return expr;
}

SqlResult<ExprPtr> ExpressionBinder::BindBinary(const ast::Binary& binary, const SourceSpan& span) {
  ASSIGN_OR_RETURN(ExprPtr left, Bind(*binary.left));
  ASSIGN_OR_RETURN(ExprPtr right, Bind(*binary.right));
  return Function(OperatorName(binary.op), {std::move(left), std::move(right)}, span);
}

SqlResult<ExprPtr> ExpressionBinder::BindLogical(const ast::Logical& logical) {
  std::vector<ExprPtr> operands;
  for (const ast::ExprPtr& operand : logical.operands) {
    ASSIGN_OR_RETURN(ExprPtr bound, BindCondition(*operand, logical.is_and ? "an operand of AND"
                                                                           : "an operand of OR"));
    operands.push_back(std::move(bound));
  }
  return AndOr(logical.is_and ? "AND" : "OR", std::move(operands));
}

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
      ASSIGN_OR_RETURN(ExprPtr is, Function("IS JSON", {std::move(value), Text(kind)}, span));
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
  auto inside = [&](const ExprPtr& from, const ExprPtr& to) -> SqlResult<ExprPtr> {
    ASSIGN_OR_RETURN(ExprPtr above, Function(">=", {value, from}, span));
    ASSIGN_OR_RETURN(ExprPtr below, Function("<=", {value, to}, span));
    return AndOr("AND", {std::move(above), std::move(below)});
  };
  ASSIGN_OR_RETURN(ExprPtr result, inside(low, high));
  if (between.symmetric) {
    ASSIGN_OR_RETURN(ExprPtr other, inside(high, low));
    result = AndOr("OR", {std::move(result), std::move(other)});
  }
  return between.negated ? Not(std::move(result)) : result;
}

SqlResult<ExprPtr> ExpressionBinder::BindIn(const ast::InTest& in, const SourceSpan& span) {
  if (in.query) return Refuse("IN with a sub-query", span);
  ASSIGN_OR_RETURN(ExprPtr value, Bind(*in.value));
  ASSIGN_OR_RETURN(std::vector<ExprPtr> list, BindAll(in.list));
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

SqlResult<DataType> ExpressionBinder::Common(const std::vector<ExprPtr>& exprs,
                                             const SourceSpan& span, const char* what) {
  std::vector<DataType> types;
  for (const ExprPtr& expr : exprs) types.push_back(expr->type);
  StatusOr<DataType> common = CommonType(types);
  if (common.ok()) return *common;
  std::string list;
  for (const DataType& type : types) {
    list += (list.empty() ? "" : ", ") + type.WithNullable(true).ToString();
  }
  return SqlError{StatusCode::kInvalidArgument,
                  std::string(what) + " must have one type in common, not " + list, span,
                  "bring them to one type with CAST"};
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

SqlResult<ExprPtr> ExpressionBinder::BindCast(const ast::Cast& cast, const SourceSpan& span) {
  ASSIGN_OR_RETURN(ExprPtr value, Bind(*cast.value));
  ASSIGN_OR_RETURN(DataType type, ToDataType(cast.type));
  if (!CanCast(value->type, type)) {
    std::string hint;
    if (value->type.is_numeric() && type.is_timestamp()) {
      hint = "numbers become timestamps by TO_TIMESTAMP_LTZ(value, 0 for seconds or 3 for ms)";
    }
    return SqlError{StatusCode::kInvalidArgument,
                    "a " + value->type.WithNullable(true).ToString() + " cannot be cast to " +
                        type.WithNullable(true).ToString(),
                    span, hint};
  }
  type = type.WithNullable(value->type.nullable() || cast.is_try);
  return Expr::MakeCall(std::move(type), cast.is_try ? "TRY_CAST" : "CAST", {std::move(value)});
}

SqlResult<ExprPtr> ExpressionBinder::BindConstructor(const ast::Expr& expr) {
  if (const auto* row = std::get_if<ast::RowConstructor>(&expr.node)) {
    ASSIGN_OR_RETURN(std::vector<ExprPtr> values, BindAll(row->values));
    std::vector<weir::Field> fields;
    for (size_t i = 0; i < values.size(); ++i) {
      fields.push_back({"EXPR$" + std::to_string(i), values[i]->type});
    }
    return Expr::MakeCall(DataType::Row(std::move(fields)).NotNull(), "ROW", std::move(values));
  }
  if (const auto* array = std::get_if<ast::ArrayConstructor>(&expr.node)) {
    ASSIGN_OR_RETURN(std::vector<ExprPtr> values, BindAll(array->values));
    ASSIGN_OR_RETURN(DataType element, Common(values, expr.span, "the elements of an array"));
    for (ExprPtr& value : values) value = CastTo(std::move(value), element);
    return Expr::MakeCall(DataType::Array(element).NotNull(), "ARRAY", std::move(values));
  }
  const auto& map = std::get<ast::MapConstructor>(expr.node);
  ASSIGN_OR_RETURN(std::vector<ExprPtr> entries, BindAll(map.entries));
  std::vector<ExprPtr> keys, values;
  for (size_t i = 0; i < entries.size(); ++i) (i % 2 ? values : keys).push_back(entries[i]);
  ASSIGN_OR_RETURN(DataType key, Common(keys, expr.span, "the keys of a map"));
  ASSIGN_OR_RETURN(DataType value, Common(values, expr.span, "the values of a map"));
  for (size_t i = 0; i < entries.size(); ++i) {
    entries[i] = CastTo(std::move(entries[i]), i % 2 ? value : key);
  }
  return Expr::MakeCall(DataType::Map(key, value).NotNull(), "MAP", std::move(entries));
}

SqlResult<ExprPtr> ExpressionBinder::BindJson(const ast::JsonCall& call, const SourceSpan& span) {
  auto behavior = [](const std::optional<ast::JsonBehavior>& given) {
    if (!given) return "NULL";
    switch (given->kind) {
      case ast::JsonOnCase::kNull:
        return "NULL";
      case ast::JsonOnCase::kError:
        return "ERROR";
      case ast::JsonOnCase::kDefault:
        return "DEFAULT";
      case ast::JsonOnCase::kEmptyArray:
        return "EMPTY ARRAY";
      case ast::JsonOnCase::kEmptyObject:
        return "EMPTY OBJECT";
      case ast::JsonOnCase::kTrue:
        return "TRUE";
      case ast::JsonOnCase::kFalse:
        return "FALSE";
      case ast::JsonOnCase::kUnknown:
        return "UNKNOWN";
    }
    return "NULL";
  };
  DataType type = DataType::String();
  if (call.returning) {
    ASSIGN_OR_RETURN(type, ToDataType(*call.returning));
  }
  ASSIGN_OR_RETURN(std::vector<ExprPtr> args, BindAll(call.arguments));
  auto default_value = [&](const std::optional<ast::JsonBehavior>& given) -> SqlResult<ExprPtr> {
    if (!given || !given->default_value) return Expr::MakeLiteral(type, Value());
    ASSIGN_OR_RETURN(ExprPtr value, Bind(*given->default_value));
    return CastTo(std::move(value), type);
  };
  switch (call.function) {
    case ast::JsonFunction::kValue: {
      ASSIGN_OR_RETURN(ExprPtr empty, default_value(call.on_empty));
      ASSIGN_OR_RETURN(ExprPtr error, default_value(call.on_error));
      args.insert(args.end(), {Text(behavior(call.on_empty)), std::move(empty),
                               Text(behavior(call.on_error)), std::move(error)});
      // JSON_VALUE(json, path, on empty, default, on error, default) to the type it returns.
      return Expr::MakeCall(type.WithNullable(true), "JSON_VALUE", std::move(args));
    }
    case ast::JsonFunction::kQuery: {
      const char* wrapper = call.wrapper == ast::JsonWrapper::kConditional     ? "CONDITIONAL"
                            : call.wrapper == ast::JsonWrapper::kUnconditional ? "UNCONDITIONAL"
                                                                               : "WITHOUT";
      args.insert(args.end(),
                  {Text(wrapper), Text(behavior(call.on_empty)), Text(behavior(call.on_error))});
      return Expr::MakeCall(type.WithNullable(true), "JSON_QUERY", std::move(args));
    }
    case ast::JsonFunction::kExists: {
      args.push_back(Text(call.on_error ? behavior(call.on_error) : "FALSE"));
      return Function("JSON_EXISTS", std::move(args), span);
    }
    case ast::JsonFunction::kObject:
    case ast::JsonFunction::kArray: {
      bool object = call.function == ast::JsonFunction::kObject;
      bool nulls = call.nulls == ast::JsonNulls::kDefault
                       ? object
                       : call.nulls == ast::JsonNulls::kNullOnNull;
      args.insert(args.begin(), Text(nulls ? "NULL" : "ABSENT"));
      return Function(object ? "JSON_OBJECT" : "JSON_ARRAY", std::move(args), span);
    }
    default:
      return Refuse("JSON_OBJECTAGG and JSON_ARRAYAGG", span);
  }
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

SqlResult<ExprPtr> ExpressionBinder::BindCall(const ast::Call& call, const SourceSpan& span) {
  std::string name = Upper(call.function.parts.back().text);
  if (call.clauses.over) return Refuse("OVER windows", span);
  if (!call.clauses.within_group.empty()) return Refuse("WITHIN GROUP", span);
  if (IsAggregateFunction(name)) return BindAggregate(name, call, span);
  for (const char* window : {"TUMBLE", "HOP", "SESSION"}) {
    if (name.rfind(std::string(window) + "_", 0) == 0) return BindWindowProperty(name, call, span);
    if (name == window) {
      return SqlError{StatusCode::kInvalidArgument,
                      name + " stands in GROUP BY or in FROM, not in an expression", span,
                      "use " + name + "_START(...) or " + name + "_END(...) to name the window"};
    }
  }
  if (call.distinct || call.clauses.filter) {
    return SqlError{StatusCode::kInvalidArgument,
                    name + " is not an aggregate function: it takes neither DISTINCT nor FILTER",
                    span, ""};
  }
  std::vector<ExprPtr> args;
  for (const ast::Argument& argument : call.arguments) {
    ASSIGN_OR_RETURN(ExprPtr arg, Bind(*argument.value));
    args.push_back(std::move(arg));
  }
  if (name == "IF" || name == "COALESCE" || name == "IFNULL" || name == "NULLIF") {
    return BindConditional(name, std::move(args), span);
  }
  return Function(name, std::move(args), call.function.span);
}

SqlResult<ExprPtr> ExpressionBinder::Function(const std::string& name, std::vector<ExprPtr> args,
                                              const SourceSpan& span) {
  const FunctionRegistry& registry = FunctionRegistry::Builtin();
  const ScalarFunction* function = registry.Find(name);
  if (!function) {
    std::vector<std::string> names = registry.Names();
    std::vector<std::string> aggregates = AggregateFunctionNames();
    for (std::string& aggregate : aggregates) names.push_back(std::move(aggregate));
    return SqlError{StatusCode::kNotFound, "there is no function " + name, span,
                    DidYouMean(name, names)};
  }
  int count = static_cast<int>(args.size());
  if (count < function->min_args || (function->max_args >= 0 && count > function->max_args)) {
    return SqlError{StatusCode::kInvalidArgument,
                    name + " does not take " + std::to_string(count) + " arguments", span,
                    function->signature};
  }
  std::vector<BoundArgument> bound;
  for (const ExprPtr& arg : args) {
    bound.push_back({arg->type, arg->is_literal() ? &arg->literal().value : nullptr});
  }
  StatusOr<ResolvedFunction> resolved = function->resolve(bound);
  if (!resolved.ok()) return ErrorAt(resolved.status(), span);
  for (size_t i = 0; i < args.size(); ++i) {
    args[i] = CastTo(std::move(args[i]), resolved->argument_types[i]);
  }
  return Expr::MakeCall(resolved->result, function->name, std::move(args));
}

SqlResult<ExprPtr> ExpressionBinder::BindAggregate(const std::string& name, const ast::Call& call,
                                                   const SourceSpan& span) {
  if (!options_.aggregates) {
    return SqlError{StatusCode::kInvalidArgument,
                    "the aggregate " + name + " is not allowed in " + options_.place, span,
                    "filter on aggregates with HAVING"};
  }
  FoundAggregate found;
  found.function = name;
  found.distinct = call.distinct;
  found.span = span;
  BindOptions inner_options = options_;
  inner_options.aggregates = nullptr;
  inner_options.place = "the argument of another aggregate";
  ExpressionBinder inner(scope_, inner_options);
  bool star = call.arguments.size() == 1 &&
              std::holds_alternative<ast::Star>(call.arguments[0].value->node);
  std::vector<DataType> types;
  for (const ast::Argument& argument : call.arguments) {
    if (star) break;
    ASSIGN_OR_RETURN(ExprPtr arg, inner.Bind(*argument.value));
    types.push_back(arg->type);
    found.arguments.push_back(std::move(arg));
  }
  StatusOr<ResolvedAggregate> resolved = ResolveAggregate(name, types);
  if (!resolved.ok()) return ErrorAt(resolved.status(), span);
  for (size_t i = 0; i < found.arguments.size(); ++i) {
    found.arguments[i] = CastTo(std::move(found.arguments[i]), resolved->argument_types[i]);
  }
  if (call.clauses.filter) {
    ASSIGN_OR_RETURN(found.filter, inner.BindCondition(*call.clauses.filter, "FILTER"));
  }
  // Without GROUP BY, and under FILTER, there may be no row to aggregate.
  bool nullable = !options_.grouped || found.filter != nullptr;
  for (const DataType& type : types) nullable |= type.nullable();
  found.type = resolved->result.WithNullable(name != "COUNT" && nullable);
  auto& all = *options_.aggregates;
  auto same = [](const ExprPtr& a, const ExprPtr& b) {
    return (!a && !b) || (a && b && Equal(*a, *b));
  };
  size_t index = 0;
  for (; index < all.size(); ++index) {
    if (all[index].function == found.function && all[index].distinct == found.distinct &&
        same(all[index].filter, found.filter) &&
        std::equal(all[index].arguments.begin(), all[index].arguments.end(),
                   found.arguments.begin(), found.arguments.end(), same)) {
      break;
    }
  }
  DataType type = found.type;
  if (index == all.size()) all.push_back(std::move(found));
  return Expr::MakeCall(
      std::move(type), kAggregateMark,
      {Expr::MakeLiteral(DataType::Int().NotNull(), Value(static_cast<int64_t>(index)))});
}

SqlResult<ExprPtr> ExpressionBinder::BindWindowProperty(const std::string& name,
                                                        const ast::Call& call,
                                                        const SourceSpan& span) {
  std::string property = name.substr(name.find('_') + 1);
  if (!options_.group_window) {
    return SqlError{StatusCode::kInvalidArgument, name + " needs the same window in GROUP BY", span,
                    "GROUP BY " + name.substr(0, name.find('_')) + "(...)"};
  }
  DataType type = DataType::Timestamp(3).NotNull();
  if (property == "ROWTIME") {
    type = options_.group_window->time_type.WithNullable(true);
  } else if (property != "START" && property != "END") {
    return Refuse(name, span);
  }
  return Expr::MakeCall(std::move(type), kWindowMark, {Text(property)});
}

}  // namespace weir::sql
