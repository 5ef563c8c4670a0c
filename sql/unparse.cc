#include "sql/unparse.h"

#include "sql/keywords.h"
#include "sql/precedence.h"
#include "sql/unparse_impl.h"

// Expressions and names.

namespace weir::sql {
namespace {

int PrecedenceOf(ast::BinaryOp op) {
  switch (op) {
    case ast::BinaryOp::kAdd:
    case ast::BinaryOp::kSubtract:
      return kAdditivePrecedence;
    case ast::BinaryOp::kMultiply:
    case ast::BinaryOp::kDivide:
    case ast::BinaryOp::kModulo:
    case ast::BinaryOp::kConcat:
      return kMultiplicativePrecedence;
    case ast::BinaryOp::kIsDistinctFrom:
    case ast::BinaryOp::kIsNotDistinctFrom:
      return kIsPrecedence;
    default:
      return kComparisonPrecedence;
  }
}

struct PrecedenceVisitor {
  int operator()(const ast::Logical& logical) const {
    return logical.is_and ? kAndPrecedence : kOrPrecedence;
  }
  int operator()(const ast::Unary& unary) const {
    return unary.op == ast::UnaryOp::kNot ? kNotPrecedence : kSignPrecedence;
  }
  int operator()(const ast::Binary& binary) const { return PrecedenceOf(binary.op); }
  int operator()(const ast::Quantified&) const { return kComparisonPrecedence; }
  int operator()(const ast::IsTest&) const { return kIsPrecedence; }
  int operator()(const ast::Between&) const { return kRangePrecedence; }
  int operator()(const ast::InTest&) const { return kRangePrecedence; }
  int operator()(const ast::LikeTest&) const { return kRangePrecedence; }
  int operator()(const auto&) const { return kPrimaryPrecedence; }
};

int PrecedenceOf(const ast::Expr& expr) { return std::visit(PrecedenceVisitor(), expr.node); }

std::string_view OperatorText(ast::BinaryOp op) {
  switch (op) {
    case ast::BinaryOp::kAdd:
      return " + ";
    case ast::BinaryOp::kSubtract:
      return " - ";
    case ast::BinaryOp::kMultiply:
      return " * ";
    case ast::BinaryOp::kDivide:
      return " / ";
    case ast::BinaryOp::kModulo:
      return " % ";
    case ast::BinaryOp::kConcat:
      return " || ";
    case ast::BinaryOp::kEqual:
      return " = ";
    case ast::BinaryOp::kNotEqual:
      return " <> ";
    case ast::BinaryOp::kLess:
      return " < ";
    case ast::BinaryOp::kLessEqual:
      return " <= ";
    case ast::BinaryOp::kGreater:
      return " > ";
    case ast::BinaryOp::kGreaterEqual:
      return " >= ";
    case ast::BinaryOp::kIsDistinctFrom:
      return " IS DISTINCT FROM ";
    case ast::BinaryOp::kIsNotDistinctFrom:
      return " IS NOT DISTINCT FROM ";
    case ast::BinaryOp::kOverlaps:
      return " OVERLAPS ";
  }
  return " ? ";
}

std::string_view TestText(ast::IsTestKind test) {
  switch (test) {
    case ast::IsTestKind::kNull:
      return "NULL";
    case ast::IsTestKind::kTrue:
      return "TRUE";
    case ast::IsTestKind::kFalse:
      return "FALSE";
    case ast::IsTestKind::kUnknown:
      return "UNKNOWN";
    case ast::IsTestKind::kJson:
      return "JSON";
    case ast::IsTestKind::kJsonValue:
      return "JSON VALUE";
    case ast::IsTestKind::kJsonObject:
      return "JSON OBJECT";
    case ast::IsTestKind::kJsonArray:
      return "JSON ARRAY";
    case ast::IsTestKind::kJsonScalar:
      return "JSON SCALAR";
  }
  return "";
}

}  // namespace

std::string QuoteString(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + "'";
}

std::string Unparse(const ast::Expr& expr) {
  Unparser unparser;
  unparser.Write(expr);
  return unparser.Take();
}

std::string Unparse(const ast::TypeName& type) {
  Unparser unparser;
  unparser.Write(type);
  return unparser.Take();
}

std::string Unparse(const ast::Query& query) {
  Unparser unparser;
  unparser.Write(query);
  return unparser.Take();
}

std::string Unparse(const ast::Statement& statement) {
  Unparser unparser;
  unparser.Write(statement);
  return unparser.Take();
}

// ----------------------------------------------------------------------------------------- parts

void Unparser::AddIdentifier(const ast::Identifier& identifier) {
  Add("`");
  for (char c : identifier.text) {
    out_ += c;
    if (c == '`') out_ += c;
  }
  Add("`");
}

void Unparser::AddName(const ast::Name& name) {
  for (size_t i = 0; i < name.parts.size(); ++i) {
    if (i > 0) Add(".");
    AddIdentifier(name.parts[i]);
  }
}

void Unparser::AddIdentifiers(const std::vector<ast::Identifier>& list) {
  Add("(");
  AddList(list, [&](const ast::Identifier& one) { AddIdentifier(one); });
  Add(")");
}

void Unparser::AddOptions(const std::vector<ast::Option>& options) {
  Add("(");
  AddList(options, [&](const ast::Option& option) {
    AddString(option.key);
    Add(" = ");
    AddString(option.value);
  });
  Add(")");
}

void Unparser::AddComment(const std::optional<std::string>& comment) {
  if (!comment) return;
  Add(" COMMENT ");
  AddString(*comment);
}

void Unparser::AddExprs(const std::vector<ast::ExprPtr>& list) {
  AddList(list, [&](const ast::ExprPtr& one) { Write(*one); });
}

// ----------------------------------------------------------------------------------- expressions

void Unparser::Write(const ast::Expr& expr, int min_precedence) {
  const bool parentheses = PrecedenceOf(expr) < min_precedence;
  if (parentheses) Add("(");
  std::visit([&](const auto& node) { Node(node); }, expr.node);
  if (parentheses) Add(")");
}

void Unparser::Node(const ast::Literal& literal) {
  switch (literal.kind) {
    case ast::LiteralKind::kNull:
      return Add("NULL");
    case ast::LiteralKind::kTrue:
      return Add("TRUE");
    case ast::LiteralKind::kFalse:
      return Add("FALSE");
    case ast::LiteralKind::kUnknown:
      return Add("UNKNOWN");
    case ast::LiteralKind::kInteger:
    case ast::LiteralKind::kDecimal:
    case ast::LiteralKind::kApproximate:
      return Add(literal.text);
    case ast::LiteralKind::kString:
      return AddString(literal.text);
    case ast::LiteralKind::kBinary:
      Add("X");
      return AddString(literal.text);
    case ast::LiteralKind::kDate:
      Add("DATE ");
      return AddString(literal.text);
    case ast::LiteralKind::kTime:
      Add("TIME ");
      return AddString(literal.text);
    case ast::LiteralKind::kTimestamp:
      Add("TIMESTAMP ");
      return AddString(literal.text);
    case ast::LiteralKind::kInterval:
      Add(literal.negative ? "INTERVAL -" : "INTERVAL ");
      AddString(literal.text);
      Add(" ");
      return WriteInterval(*literal.interval);
  }
}

void Unparser::Node(const ast::ColumnRef& column) { AddName(column.name); }

void Unparser::Node(const ast::Star& star) {
  if (star.qualifier) {
    AddName(*star.qualifier);
    Add(".");
  }
  Add("*");
}

void Unparser::Node(const ast::FieldAccess& access) {
  // A name in parentheses stays apart from its field: (a).b is not a.b. A number would swallow the
  // point.
  const bool apart = std::holds_alternative<ast::ColumnRef>(access.value->node) ||
                     std::holds_alternative<ast::Literal>(access.value->node);
  Write(*access.value, apart ? kPrimaryPrecedence + 1 : kPrimaryPrecedence);
  Add(".");
  AddIdentifier(access.field);
}

void Unparser::Node(const ast::ElementAccess& access) {
  Write(*access.value, kPrimaryPrecedence);
  Add("[");
  Write(*access.index);
  Add("]");
}

void Unparser::Node(const ast::Unary& unary) {
  if (unary.op == ast::UnaryOp::kNot) {
    Add("NOT ");
    return Write(*unary.operand, kNotPrecedence);
  }
  // The blank keeps two signs from becoming a comment.
  Add(unary.op == ast::UnaryOp::kMinus ? "-" : "+");
  if (std::holds_alternative<ast::Unary>(unary.operand->node)) Add(" ");
  Write(*unary.operand, kSignPrecedence);
}

void Unparser::Node(const ast::Binary& binary) {
  const int precedence = PrecedenceOf(binary.op);
  const bool distinct = precedence == kIsPrecedence;
  Write(*binary.left, precedence);
  Add(OperatorText(binary.op));
  Write(*binary.right, distinct ? kComparisonPrecedence + 1 : precedence + 1);
}

void Unparser::Node(const ast::Logical& logical) {
  const int precedence = logical.is_and ? kAndPrecedence : kOrPrecedence;
  for (size_t i = 0; i < logical.operands.size(); ++i) {
    if (i > 0) Add(logical.is_and ? " AND " : " OR ");
    Write(*logical.operands[i], precedence + 1);
  }
}

void Unparser::Node(const ast::IsTest& test) {
  Write(*test.value, kIsPrecedence);
  Add(test.negated ? " IS NOT " : " IS ");
  Add(TestText(test.test));
}

void Unparser::Node(const ast::Between& between) {
  Write(*between.value, kRangePrecedence);
  Add(between.negated ? " NOT BETWEEN " : " BETWEEN ");
  if (between.symmetric) Add("SYMMETRIC ");
  Write(*between.low, kRangePrecedence + 1);
  Add(" AND ");
  Write(*between.high, kRangePrecedence + 1);
}

void Unparser::Node(const ast::InTest& in) {
  Write(*in.value, kRangePrecedence);
  Add(in.negated ? " NOT IN (" : " IN (");
  if (in.query != nullptr) {
    Write(*in.query);
  } else {
    AddExprs(in.list);
  }
  Add(")");
}

void Unparser::Node(const ast::LikeTest& like) {
  Write(*like.value, kRangePrecedence);
  if (like.negated) Add(" NOT");
  Add(like.kind == ast::LikeKind::kLike ? " LIKE " : " SIMILAR TO ");
  Write(*like.pattern, kRangePrecedence + 1);
  if (like.escape != nullptr) {
    Add(" ESCAPE ");
    Write(*like.escape, kRangePrecedence + 1);
  }
}

void Unparser::Node(const ast::Quantified& quantified) {
  Write(*quantified.value, kComparisonPrecedence);
  Add(OperatorText(quantified.op));
  Add(quantified.all ? "ALL (" : "ANY (");
  if (quantified.query != nullptr) {
    Write(*quantified.query);
  } else {
    AddExprs(quantified.list);
  }
  Add(")");
}

void Unparser::Node(const ast::ExistsTest& exists) {
  Add("EXISTS (");
  Write(*exists.query);
  Add(")");
}

void Unparser::Node(const ast::ScalarSubquery& subquery) {
  Add("(");
  Write(*subquery.query);
  Add(")");
}

void Unparser::Node(const ast::Case& node) {
  Add("CASE");
  if (node.operand != nullptr) {
    Add(" ");
    Write(*node.operand);
  }
  for (const ast::WhenClause& when : node.whens) {
    Add(" WHEN ");
    AddExprs(when.conditions);
    Add(" THEN ");
    Write(*when.result);
  }
  if (node.otherwise != nullptr) {
    Add(" ELSE ");
    Write(*node.otherwise);
  }
  Add(" END");
}

void Unparser::Node(const ast::Cast& cast) {
  Add(cast.is_try ? "TRY_CAST(" : "CAST(");
  Write(*cast.value);
  Add(" AS ");
  Write(cast.type);
  Add(")");
}

void Unparser::Node(const ast::RowConstructor& row) {
  Add(row.explicit_row ? "ROW(" : "(");
  AddExprs(row.values);
  Add(")");
}

void Unparser::Node(const ast::ArrayConstructor& array) {
  Add("ARRAY[");
  AddExprs(array.values);
  Add("]");
}

void Unparser::Node(const ast::MapConstructor& map) {
  Add("MAP[");
  AddExprs(map.entries);
  Add("]");
}

void Unparser::Node(const ast::CollectionQuery& collection) {
  Add(collection.kind == ast::CollectionKind::kArray      ? "ARRAY("
      : collection.kind == ast::CollectionKind::kMultiset ? "MULTISET("
                                                          : "MAP(");
  Write(*collection.query);
  Add(")");
}

void Unparser::Node(const ast::Descriptor& descriptor) {
  Add("DESCRIPTOR");
  AddIdentifiers(descriptor.columns);
}

void Unparser::Node(const ast::TableArgument& argument) {
  Add("TABLE ");
  if (argument.table) {
    AddName(*argument.table);
  } else {
    Add("(");
    Write(*argument.query);
    Add(")");
  }
  if (!argument.partition_by.empty()) {
    Add(" PARTITION BY (");
    AddExprs(argument.partition_by);
    Add(")");
  }
  if (!argument.order_by.empty()) {
    Add(" ORDER BY (");
    WriteOrderBy(argument.order_by);
    Add(")");
  }
}

}  // namespace weir::sql
