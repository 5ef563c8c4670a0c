#include "sql/expression_binder.h"

#include <algorithm>

#include "sql/types.h"
#include "sql/unparse.h"

namespace weir::sql {
namespace {

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
    case ast::BinaryOp::kOverlaps:  // bound by itself
      return "OVERLAPS";
  }
  return "";
}

}  // namespace

bool ScopeColumn::IsOf(std::span<const ast::Identifier> qualifier) const {
  const std::string* own[] = {&path.catalog, &path.database, &table};
  if (qualifier.size() > std::size(own)) return false;
  return std::equal(qualifier.begin(), qualifier.end(), std::end(own) - qualifier.size(),
                    [](const auto& part, const auto* name) { return part.text == *name; });
}

Scope ScopeOf(const Schema& schema, const std::string& table, const CatalogPath& path) {
  Scope scope;
  for (const Field& field : schema.fields()) {
    scope.columns.push_back({table, field.name, field.type, path});
  }
  return scope;
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
  if (const auto* node = std::get_if<ast::ColumnRef>(&expr.node)) return BindName(node->name);
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
    return TextLiteral(TimeUnitName(node->unit));
  if (const auto* node = std::get_if<ast::TrimArgument>(&expr.node)) {
    return TextLiteral(node->side == ast::TrimSide::kBoth      ? "BOTH"
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
    return FieldOf(std::move(row), node->field.text, node->field.span);
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
                    "only arrays and maps have elements, not " + type.ToString(), span,
                    VariantHint(type, DataType::Null())};
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

SqlResult<ExprPtr> FieldOf(ExprPtr row, const std::string& name, const SourceSpan& span) {
  if (row->type.kind() != TypeKind::kRow) {
    return SqlError{StatusCode::kInvalidArgument,
                    "`" + name + "` is not a field of a value of type " + row->type.ToString(),
                    span, VariantHint(row->type, DataType::Null())};
  }
  const auto& fields = row->type.fields();
  std::vector<std::string> names;
  for (size_t i = 0; i < fields.size(); ++i) {
    names.push_back(fields[i].name);
    if (fields[i].name != name) continue;
    return FieldAt(std::move(row), static_cast<uint32_t>(i));
  }
  return SqlError{StatusCode::kNotFound, "there is no field `" + name + "`", span,
                  DidYouMean(name, names)};
}

SqlResult<ExprPtr> ExpressionBinder::BindName(const ast::Name& name) {
  const auto& parts = name.parts;
  // The longest prefix that is a table, else none, and the column behind it.
  size_t table = std::min<size_t>(parts.size() - 1, 3);
  std::vector<uint32_t> found;
  for (;; --table) {
    const std::span<const ast::Identifier> qualifier(parts.data(), table);
    for (size_t i = 0; i < scope_.columns.size(); ++i) {
      const ScopeColumn& column = scope_.columns[i];
      if (column.name == parts[table].text && (table == 0 || column.IsOf(qualifier))) {
        found.push_back(static_cast<uint32_t>(i));
      }
    }
    if (!found.empty() || table == 0) break;
  }
  if (found.empty()) {
    bool is_table = std::any_of(scope_.columns.begin(), scope_.columns.end(),
                                [&](const auto& c) { return c.table == parts[0].text; });
    size_t missing = parts.size() > 1 && is_table ? 1 : 0;
    std::vector<std::string> names;
    for (const ScopeColumn& column : scope_.columns) names.push_back(column.name);
    if (parts.size() > 1 && !is_table) {
      for (const ScopeColumn& column : scope_.columns) names.push_back(column.table);
      return SqlError{StatusCode::kNotFound,
                      "there is neither a table nor a column `" + parts[0].text + "` here",
                      parts[0].span, DidYouMean(parts[0].text, names)};
    }
    return SqlError{StatusCode::kNotFound, "column `" + parts[missing].text + "` not found",
                    parts[missing].span, DidYouMean(parts[missing].text, names)};
  }
  if (found.size() > 1) {
    return SqlError{
        StatusCode::kInvalidArgument, "column `" + parts[table].text + "` is ambiguous", name.span,
        "name its table: `" + scope_.columns[found[0]].table + "`.`" + parts[table].text + "`"};
  }
  ExprPtr expr = Expr::MakeInput(scope_.columns[found[0]].type, found[0]);
  for (size_t i = table + 1; i < parts.size(); ++i) {
    ASSIGN_OR_RETURN(expr, FieldOf(std::move(expr), parts[i].text, parts[i].span));
  }
  return expr;
}

SqlResult<ExprPtr> ExpressionBinder::BindBinary(const ast::Binary& binary, const SourceSpan& span) {
  if (binary.op == ast::BinaryOp::kOverlaps) return BindOverlaps(binary, span);
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

SqlResult<ExprPtr> ExpressionBinder::BindCast(const ast::Cast& cast, const SourceSpan& span) {
  ASSIGN_OR_RETURN(ExprPtr value, Bind(*cast.value));
  ASSIGN_OR_RETURN(DataType type, ToDataType(cast.type));
  if (!CanCast(value->type, type)) {
    std::string hint;
    if (value->type.is_numeric() && type.is_timestamp()) {
      hint = "numbers become timestamps by TO_TIMESTAMP_LTZ(value, 0 for seconds or 3 for ms)";
    } else {
      hint = VariantHint(value->type, type);
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

}  // namespace weir::sql
