#include "operators/expressions/expr.h"

#include "common/base/hex.h"
#include "common/data/column_builder.h"
#include "common/data/value_text.h"

namespace weir {
namespace {

// Functions that are written between their arguments.
bool IsInfix(std::string_view function) {
  for (std::string_view infix : {"=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "||",
                                 "AND", "OR", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"}) {
    if (function == infix) return true;
  }
  return false;
}

std::string QuoteText(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + "'";
}

std::string LiteralText(const DataType& type, const Value& value) {
  if (value.is_null()) return "NULL";
  std::string text;
  AppendCastText(*ColumnOf(type, {value}), 0, TimeZone(), text);
  switch (type.kind()) {
    case TypeKind::kChar:
    case TypeKind::kVarChar:
      return QuoteText(text);
    case TypeKind::kVariant:
      return "PARSE_JSON(" + QuoteText(text) + ")";
    case TypeKind::kBinary:
    case TypeKind::kVarBinary:
      return "x'" + HexText(text) + "'";
    case TypeKind::kDate:
      return "DATE '" + text + "'";
    case TypeKind::kTime:
      return "TIME '" + text + "'";
    case TypeKind::kTimestamp:
      return "TIMESTAMP '" + text + "'";
    case TypeKind::kTimestampLtz:
      return "TIMESTAMP_LTZ '" + text + "'";
    case TypeKind::kIntervalYearMonth:
    case TypeKind::kIntervalDayTime:
      return "INTERVAL '" + text + "'";
    default:
      return text;
  }
}

std::string CallText(const Expr& expr, const std::vector<std::string>& names) {
  const Expr::Call& call = *expr.call();
  std::vector<std::string> args;
  args.reserve(call.args.size());
  for (const ExprPtr& arg : call.args) args.push_back(arg->ToString(names));
  if (call.function == "CAST" || call.function == "TRY_CAST") {
    return call.function + "(" + (args.empty() ? "" : args[0]) + " AS " + expr.type.ToString() +
           ")";
  }
  // The same text whether a field is taken of its row, or read alone under its whole name.
  if (call.function == "FIELD" && args.size() == 2 && call.args[1]->is_literal()) {
    const std::vector<Field>& fields = call.args[0]->type.fields();
    const auto at = static_cast<size_t>(call.args[1]->literal().value.integer());
    if (at < fields.size()) return args[0] + "." + fields[at].name;
  }
  bool infix = IsInfix(call.function);
  if (args.size() == 1 && (call.function == "NOT" || call.function == "-")) {
    return "(" + call.function + (infix ? "" : " ") + args[0] + ")";
  }
  if (args.size() == 1 && call.function.starts_with("IS ")) {
    return "(" + args[0] + " " + call.function + ")";
  }
  if (infix && args.size() < 2) infix = false;
  std::string out = infix ? "(" : call.function + "(";
  for (size_t i = 0; i < args.size(); ++i) {
    if (i) out += infix ? " " + call.function + " " : ", ";
    out += args[i];
  }
  return out + ")";
}

}  // namespace

ExprPtr Expr::MakeInput(DataType type, uint32_t column) {
  return std::make_shared<const Expr>(Expr{std::move(type), Input{column}});
}

ExprPtr Expr::MakeLiteral(DataType type, Value value) {
  return std::make_shared<const Expr>(Expr{std::move(type), Literal{std::move(value)}});
}

ExprPtr Expr::MakeCall(DataType type, std::string function, std::vector<ExprPtr> args) {
  return std::make_shared<const Expr>(
      Expr{std::move(type), Call{std::move(function), std::move(args)}});
}

std::string Expr::ToString(const std::vector<std::string>& names) const {
  if (is_input()) {
    uint32_t column = input().column;
    return column < names.size() ? names[column] : "$" + std::to_string(column);
  }
  if (is_literal()) return LiteralText(type, literal().value);
  return CallText(*this, names);
}

bool Equal(const Expr& a, const Expr& b) {
  if (&a == &b) return true;
  if (a.type != b.type || a.node.index() != b.node.index()) return false;
  if (a.is_input()) return a.input() == b.input();
  if (a.is_literal()) return a.literal() == b.literal();
  const Expr::Call &x = *a.call(), &y = *b.call();
  if (x.function != y.function || x.args.size() != y.args.size()) return false;
  for (size_t i = 0; i < x.args.size(); ++i) {
    if (!Equal(*x.args[i], *y.args[i])) return false;
  }
  return true;
}

}  // namespace weir
