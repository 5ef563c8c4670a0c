#include "sql/parser_impl.h"
#include "sql/precedence.h"

// Operators by precedence climbing, literals, names, and constructors. Calls: parser_functions.cc.

namespace weir::sql {

using ast::BinaryOp;
using ast::ExprPtr;

namespace {

struct Infix {
  int precedence;
  BinaryOp op;
};

std::optional<Infix> InfixOf(TokenKind kind) {
  switch (kind) {
    case TokenKind::kEqual:
      return Infix{kComparisonPrecedence, BinaryOp::kEqual};
    case TokenKind::kNotEqual:
      return Infix{kComparisonPrecedence, BinaryOp::kNotEqual};
    case TokenKind::kLess:
      return Infix{kComparisonPrecedence, BinaryOp::kLess};
    case TokenKind::kLessEqual:
      return Infix{kComparisonPrecedence, BinaryOp::kLessEqual};
    case TokenKind::kGreater:
      return Infix{kComparisonPrecedence, BinaryOp::kGreater};
    case TokenKind::kGreaterEqual:
      return Infix{kComparisonPrecedence, BinaryOp::kGreaterEqual};
    case TokenKind::kPlus:
      return Infix{kAdditivePrecedence, BinaryOp::kAdd};
    case TokenKind::kMinus:
      return Infix{kAdditivePrecedence, BinaryOp::kSubtract};
    case TokenKind::kStar:
      return Infix{kMultiplicativePrecedence, BinaryOp::kMultiply};
    case TokenKind::kSlash:
      return Infix{kMultiplicativePrecedence, BinaryOp::kDivide};
    case TokenKind::kPercent:
      return Infix{kMultiplicativePrecedence, BinaryOp::kModulo};
    case TokenKind::kConcat:
      return Infix{kMultiplicativePrecedence, BinaryOp::kConcat};
    default:
      return std::nullopt;
  }
}

}  // namespace

SqlResult<ExprPtr> Parser::ParseExpr(int min_precedence) {
  HeightScope height(&height_);
  ASSIGN_OR_RETURN(ExprPtr left, ParsePrefix());
  while (true) {
    SQL_RETURN_IF_ERROR(Grow());
    if (std::optional<Infix> infix = InfixOf(Peek().kind)) {
      if (infix->precedence < min_precedence) return left;
      Take();
      if (infix->precedence == kComparisonPrecedence) {
        ASSIGN_OR_RETURN(left, ParseComparison(std::move(left), infix->op));
        continue;
      }
      ASSIGN_OR_RETURN(ExprPtr right, ParseExpr(infix->precedence + 1));
      const SourceSpan start = left->span;
      left = Make(ast::Binary{infix->op, std::move(left), std::move(right)}, start);
      continue;
    }
    if (!At(TokenKind::kWord)) return left;
    ASSIGN_OR_RETURN(const bool applied, ParseWordOperator(&left, min_precedence));
    if (!applied) return left;
  }
}

SqlResult<bool> Parser::ParseWordOperator(ExprPtr* left, int min_precedence) {
  const bool negated = At(Keyword::kNOT);
  const Keyword keyword = Peek(negated ? 1 : 0).keyword;
  switch (keyword) {
    case Keyword::kOR:
    case Keyword::kAND: {
      const bool is_and = keyword == Keyword::kAND;
      if (negated || (is_and ? kAndPrecedence : kOrPrecedence) < min_precedence) return false;
      ASSIGN_OR_RETURN(*left, ParseLogical(std::move(*left), is_and));
      return true;
    }
    case Keyword::kIS: {
      if (negated || kIsPrecedence < min_precedence) return false;
      ASSIGN_OR_RETURN(*left, ParseIsTest(std::move(*left)));
      return true;
    }
    case Keyword::kOVERLAPS: {
      if (negated || kComparisonPrecedence < min_precedence) return false;
      Take();
      ASSIGN_OR_RETURN(*left, ParseComparison(std::move(*left), BinaryOp::kOverlaps));
      return true;
    }
    case Keyword::kBETWEEN: {
      if (kRangePrecedence < min_precedence) return false;
      if (negated) Take();
      ASSIGN_OR_RETURN(*left, ParseBetween(std::move(*left), negated));
      return true;
    }
    case Keyword::kIN: {
      if (kRangePrecedence < min_precedence) return false;
      if (negated) Take();
      ASSIGN_OR_RETURN(*left, ParseIn(std::move(*left), negated));
      return true;
    }
    case Keyword::kLIKE:
    case Keyword::kSIMILAR: {
      if (kRangePrecedence < min_precedence) return false;
      if (negated) Take();
      ASSIGN_OR_RETURN(*left, ParseLike(std::move(*left), negated));
      return true;
    }
    default:
      return false;
  }
}

SqlResult<ExprPtr> Parser::ParsePrefix() {
  Nesting nesting(&nesting_);
  SQL_RETURN_IF_ERROR(CheckNesting());
  const SourceSpan start = Here();
  if (At(Keyword::kNOT)) {
    Take();
    ASSIGN_OR_RETURN(ExprPtr operand, ParseExpr(kNotPrecedence));
    SQL_RETURN_IF_ERROR(Grow());
    return Make(ast::Unary{ast::UnaryOp::kNot, std::move(operand)}, start);
  }
  if (At(TokenKind::kMinus) || At(TokenKind::kPlus)) {
    const ast::UnaryOp op = At(TokenKind::kMinus) ? ast::UnaryOp::kMinus : ast::UnaryOp::kPlus;
    Take();
    ASSIGN_OR_RETURN(ExprPtr operand, ParseExpr(kSignPrecedence));
    SQL_RETURN_IF_ERROR(Grow());
    return Make(ast::Unary{op, std::move(operand)}, start);
  }
  ASSIGN_OR_RETURN(ExprPtr value, ParsePrimary());
  return ParsePostfix(std::move(value));
}

SqlResult<ExprPtr> Parser::ParsePostfix(ExprPtr value) {
  while (true) {
    const SourceSpan start = value->span;
    if (Accept(TokenKind::kLeftBracket)) {
      ASSIGN_OR_RETURN(ExprPtr index, ParseExpr());
      SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightBracket));
      value = Make(ast::ElementAccess{std::move(value), std::move(index)}, start);
    } else if (At(TokenKind::kDot)) {
      Take();
      ASSIGN_OR_RETURN(ast::Identifier field, ParseIdentifier("a field name"));
      value = Make(ast::FieldAccess{std::move(value), std::move(field)}, start);
    } else {
      return value;
    }
    SQL_RETURN_IF_ERROR(Grow());
  }
}

// A chain of one operator becomes one node, so that a condition of thousands of parts stays flat.
SqlResult<ExprPtr> Parser::ParseLogical(ExprPtr first, bool is_and) {
  const Keyword keyword = is_and ? Keyword::kAND : Keyword::kOR;
  const SourceSpan start = first->span;
  ast::Logical logical{is_and, {}};
  logical.operands.push_back(std::move(first));
  while (At(keyword)) {
    Take();
    ASSIGN_OR_RETURN(ExprPtr operand, ParseExpr((is_and ? kAndPrecedence : kOrPrecedence) + 1));
    logical.operands.push_back(std::move(operand));
  }
  return Make(std::move(logical), start);
}

// Right of a comparison stands a value, or ANY, SOME, ALL with a list or a query.
SqlResult<ExprPtr> Parser::ParseComparison(ExprPtr left, BinaryOp op) {
  const SourceSpan start = left->span;
  const bool any = At(Keyword::kANY) || At(Keyword::kSOME);
  if ((!any && !At(Keyword::kALL)) || !At(TokenKind::kLeftParen, 1) || op == BinaryOp::kOverlaps) {
    ASSIGN_OR_RETURN(ExprPtr right, ParseExpr(kComparisonPrecedence + 1));
    return Make(ast::Binary{op, std::move(left), std::move(right)}, start);
  }
  Take();
  ast::Quantified quantified{op, !any, std::move(left), {}, nullptr};
  if (ParenthesesHoldQuery()) {
    ASSIGN_OR_RETURN(quantified.query, ParseParenthesizedQuery());
  } else {
    Take();
    ASSIGN_OR_RETURN(quantified.list, ParseExprList());
    SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  }
  return Make(std::move(quantified), start);
}

SqlResult<ExprPtr> Parser::ParseIsTest(ExprPtr value) {
  const SourceSpan start = value->span;
  SQL_RETURN_IF_ERROR(Expect(Keyword::kIS));
  const bool negated = Accept(Keyword::kNOT);
  if (Accept(Keyword::kDISTINCT)) {
    SQL_RETURN_IF_ERROR(Expect(Keyword::kFROM));
    ASSIGN_OR_RETURN(ExprPtr right, ParseExpr(kComparisonPrecedence + 1));
    const BinaryOp op = negated ? BinaryOp::kIsNotDistinctFrom : BinaryOp::kIsDistinctFrom;
    return Make(ast::Binary{op, std::move(value), std::move(right)}, start);
  }
  ast::IsTest test{std::move(value), ast::IsTestKind::kNull, negated};
  if (Accept(Keyword::kNULL)) {
    test.test = ast::IsTestKind::kNull;
  } else if (Accept(Keyword::kTRUE)) {
    test.test = ast::IsTestKind::kTrue;
  } else if (Accept(Keyword::kFALSE)) {
    test.test = ast::IsTestKind::kFalse;
  } else if (Accept(Keyword::kUNKNOWN)) {
    test.test = ast::IsTestKind::kUnknown;
  } else if (Accept(Keyword::kJSON)) {
    test.test = Accept(Keyword::kVALUE)    ? ast::IsTestKind::kJsonValue
                : Accept(Keyword::kOBJECT) ? ast::IsTestKind::kJsonObject
                : Accept(Keyword::kARRAY)  ? ast::IsTestKind::kJsonArray
                : Accept(Keyword::kSCALAR) ? ast::IsTestKind::kJsonScalar
                                           : ast::IsTestKind::kJson;
  } else {
    return Unexpected("NULL, TRUE, FALSE, UNKNOWN, DISTINCT FROM or JSON");
  }
  return Make(std::move(test), start);
}

SqlResult<ExprPtr> Parser::ParseBetween(ExprPtr value, bool negated) {
  const SourceSpan start = value->span;
  SQL_RETURN_IF_ERROR(Expect(Keyword::kBETWEEN));
  ast::Between between;
  between.value = std::move(value);
  between.negated = negated;
  between.symmetric = Accept(Keyword::kSYMMETRIC);
  if (!between.symmetric) Accept(Keyword::kASYMMETRIC);
  ASSIGN_OR_RETURN(between.low, ParseExpr(kRangePrecedence + 1));
  SQL_RETURN_IF_ERROR(Expect(Keyword::kAND));
  ASSIGN_OR_RETURN(between.high, ParseExpr(kRangePrecedence + 1));
  return Make(std::move(between), start);
}

SqlResult<ExprPtr> Parser::ParseIn(ExprPtr value, bool negated) {
  const SourceSpan start = value->span;
  SQL_RETURN_IF_ERROR(Expect(Keyword::kIN));
  ast::InTest in{std::move(value), {}, nullptr, negated};
  if (!At(TokenKind::kLeftParen)) return Unexpected("'('");
  if (ParenthesesHoldQuery()) {
    ASSIGN_OR_RETURN(in.query, ParseParenthesizedQuery());
  } else {
    Take();
    ASSIGN_OR_RETURN(in.list, ParseExprList());
    SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  }
  return Make(std::move(in), start);
}

SqlResult<ExprPtr> Parser::ParseLike(ExprPtr value, bool negated) {
  const SourceSpan start = value->span;
  ast::LikeTest like;
  like.value = std::move(value);
  like.negated = negated;
  if (Accept(Keyword::kSIMILAR)) {
    SQL_RETURN_IF_ERROR(Expect(Keyword::kTO));
    like.kind = ast::LikeKind::kSimilarTo;
  } else {
    SQL_RETURN_IF_ERROR(Expect(Keyword::kLIKE));
  }
  ASSIGN_OR_RETURN(like.pattern, ParseExpr(kRangePrecedence + 1));
  if (Accept(Keyword::kESCAPE)) {
    ASSIGN_OR_RETURN(like.escape, ParseExpr(kRangePrecedence + 1));
  }
  return Make(std::move(like), start);
}

// ------------------------------------------------------------------------------------- primaries

bool Parser::AtStringPrefix() const {
  if (!At(TokenKind::kWord) || !At(TokenKind::kString, 1)) return false;
  if (Peek(1).span.offset != Peek().span.end()) return false;
  const std::string_view word = TextOf(Peek());
  return word == "N" || word == "n" || word.starts_with('_');
}

SqlResult<ExprPtr> Parser::ParsePrimary() {
  switch (Peek().kind) {
    case TokenKind::kInteger:
    case TokenKind::kDecimal:
    case TokenKind::kApproximate:
    case TokenKind::kBinaryString:
      return ParseLiteral();
    case TokenKind::kString:
    case TokenKind::kUnicodeString:
      return ParseStringLiteral();
    case TokenKind::kLeftParen:
      return ParseParenthesized();
    case TokenKind::kQuotedWord:
      return ParseNameOrCall();
    case TokenKind::kWord:
      break;
    default:
      return Unexpected("an expression");
  }
  if (AtStringPrefix()) {
    Take();  // every string is UTF-8 here
    return ParseStringLiteral();
  }
  if (Peek().keyword != Keyword::kNone) {
    ASSIGN_OR_RETURN(ExprPtr expr, ParseKeywordPrimary());
    if (expr != nullptr) return expr;
    ASSIGN_OR_RETURN(expr, ParseSpecialCall());
    if (expr != nullptr) return expr;
  }
  return ParseNameOrCall();
}

SqlResult<ExprPtr> Parser::ParseKeywordPrimary() {
  const bool before_paren = At(TokenKind::kLeftParen, 1);
  switch (Peek().keyword) {
    case Keyword::kNULL:
    case Keyword::kTRUE:
    case Keyword::kFALSE:
    case Keyword::kUNKNOWN:
      return ParseLiteral();
    case Keyword::kDATE:
    case Keyword::kTIME:
    case Keyword::kTIMESTAMP:
      if (At(TokenKind::kString, 1) || At(Keyword::kWITHOUT, 1) || At(Keyword::kWITH, 1)) {
        return ParseDateTimeLiteral();
      }
      break;
    case Keyword::kINTERVAL:
      return ParseInterval();
    case Keyword::kCASE:
      return ParseCase();
    case Keyword::kCAST:
    case Keyword::kTRY_CAST:
      if (before_paren) return ParseCast(Peek().keyword == Keyword::kTRY_CAST);
      break;
    case Keyword::kEXISTS:
      return ParseExists();
    case Keyword::kROW:
      if (before_paren) return ParseRow();
      break;
    case Keyword::kARRAY:
      if (before_paren || At(TokenKind::kLeftBracket, 1)) {
        return ParseCollection(ast::CollectionKind::kArray);
      }
      break;
    case Keyword::kMULTISET:
      if (before_paren || At(TokenKind::kLeftBracket, 1)) {
        return ParseCollection(ast::CollectionKind::kMultiset);
      }
      break;
    case Keyword::kMAP:
      // MAP is no reserved word: map(1) may be a function's call.
      if (At(TokenKind::kLeftBracket, 1) || (before_paren && AtQueryStart(2))) {
        return ParseCollection(ast::CollectionKind::kMap);
      }
      break;
    default:
      break;
  }
  return ExprPtr();
}

SqlResult<ExprPtr> Parser::ParseLiteral() {
  const Token& token = Take();
  ast::Literal literal;
  switch (token.kind) {
    case TokenKind::kInteger:
      literal.kind = ast::LiteralKind::kInteger;
      break;
    case TokenKind::kDecimal:
      literal.kind = ast::LiteralKind::kDecimal;
      break;
    case TokenKind::kApproximate:
      literal.kind = ast::LiteralKind::kApproximate;
      break;
    case TokenKind::kBinaryString:
      literal.kind = ast::LiteralKind::kBinary;
      break;
    default:
      literal.kind = token.keyword == Keyword::kTRUE    ? ast::LiteralKind::kTrue
                     : token.keyword == Keyword::kFALSE ? ast::LiteralKind::kFalse
                     : token.keyword == Keyword::kNULL  ? ast::LiteralKind::kNull
                                                        : ast::LiteralKind::kUnknown;
      return Make(std::move(literal), token.span);
  }
  ASSIGN_OR_RETURN(literal.text, TokenValue(token, text_));
  return Make(std::move(literal), token.span);
}

// 'a' 'b' on two lines is one string.
SqlResult<ExprPtr> Parser::ParseStringLiteral() {
  const SourceSpan start = Here();
  ast::Literal literal{ast::LiteralKind::kString, "", std::nullopt, false};
  ASSIGN_OR_RETURN(literal.text, ParseString("a string"));
  while (At(TokenKind::kString)) {
    if (Peek().span.line == Previous().span.line) {
      return ErrorAt(Here(), "two strings in a row",
                     "join strings with ||; a quote inside a string is written twice");
    }
    ASSIGN_OR_RETURN(std::string more, ParseString("a string"));
    literal.text += more;
  }
  return Make(std::move(literal), start);
}

SqlResult<ExprPtr> Parser::ParseDateTimeLiteral() {
  const Token& token = Take();
  ast::Literal literal;
  literal.kind = token.keyword == Keyword::kDATE   ? ast::LiteralKind::kDate
                 : token.keyword == Keyword::kTIME ? ast::LiteralKind::kTime
                                                   : ast::LiteralKind::kTimestamp;
  if (token.keyword == Keyword::kTIMESTAMP && Accept(Keyword::kWITHOUT)) {
    SQL_RETURN_IF_ERROR(Expect(Keyword::kTIME, Keyword::kZONE));
  }
  ASSIGN_OR_RETURN(literal.text, ParseString("the value in single quotes"));
  return Make(std::move(literal), token.span);
}

// INTERVAL '1' DAY, INTERVAL -'1-2' YEAR TO MONTH; INTERVAL 1 DAY is INTERVAL '1' DAY.
SqlResult<ExprPtr> Parser::ParseInterval() {
  const Token& token = Take();
  ast::Literal literal;
  literal.kind = ast::LiteralKind::kInterval;
  literal.negative = Accept(TokenKind::kMinus);
  if (!literal.negative) Accept(TokenKind::kPlus);
  if (At(TokenKind::kInteger)) {
    literal.text = TextOf(Take());
  } else {
    ASSIGN_OR_RETURN(literal.text, ParseString("the interval in single quotes"));
  }
  ASSIGN_OR_RETURN(literal.interval, ParseIntervalQualifier());
  return Make(std::move(literal), token.span);
}

SqlResult<ExprPtr> Parser::ParseParenthesized() {
  const SourceSpan start = Here();
  if (ParenthesesHoldQuery()) {
    ASSIGN_OR_RETURN(ast::QueryPtr query, ParseParenthesizedQuery());
    return Make(ast::ScalarSubquery{std::move(query)}, start);
  }
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  ASSIGN_OR_RETURN(std::vector<ExprPtr> values, ParseExprList());
  SetFollow("an operator");
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  if (values.size() == 1) return std::move(values[0]);
  return Make(ast::RowConstructor{std::move(values), /*explicit_row=*/false}, start);
}

SqlResult<std::vector<ExprPtr>> Parser::ParseExprList() {
  std::vector<ExprPtr> list;
  do {
    ASSIGN_OR_RETURN(ExprPtr one, ParseExpr());
    list.push_back(std::move(one));
  } while (Accept(TokenKind::kComma));
  return list;
}

SqlResult<ExprPtr> Parser::ParseCase() {
  const SourceSpan start = Here();
  Take();
  ast::Case node;
  if (!AtAny({Keyword::kWHEN})) {
    ASSIGN_OR_RETURN(node.operand, ParseExpr());
  }
  if (!At(Keyword::kWHEN)) return Unexpected("WHEN");
  while (Accept(Keyword::kWHEN)) {
    ast::WhenClause when;
    do {
      ASSIGN_OR_RETURN(ExprPtr condition, ParseExpr());
      when.conditions.push_back(std::move(condition));
    } while (node.operand != nullptr && Accept(TokenKind::kComma));
    SQL_RETURN_IF_ERROR(Expect(Keyword::kTHEN));
    ASSIGN_OR_RETURN(when.result, ParseExpr());
    node.whens.push_back(std::move(when));
  }
  if (Accept(Keyword::kELSE)) {
    ASSIGN_OR_RETURN(node.otherwise, ParseExpr());
  } else {
    SetFollow("WHEN, ELSE");
  }
  SQL_RETURN_IF_ERROR(Expect(Keyword::kEND));
  return Make(std::move(node), start);
}

SqlResult<ExprPtr> Parser::ParseCast(bool is_try) {
  const SourceSpan start = Here();
  Take();
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  ast::Cast cast;
  cast.is_try = is_try;
  ASSIGN_OR_RETURN(cast.value, ParseExpr());
  SQL_RETURN_IF_ERROR(Expect(Keyword::kAS));
  ASSIGN_OR_RETURN(cast.type, ParseType());
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  return Make(std::move(cast), start);
}

SqlResult<ExprPtr> Parser::ParseExists() {
  const SourceSpan start = Here();
  Take();
  if (!At(TokenKind::kLeftParen) || !ParenthesesHoldQuery()) {
    return Unexpected("a query in parentheses");
  }
  ASSIGN_OR_RETURN(ast::QueryPtr query, ParseParenthesizedQuery());
  return Make(ast::ExistsTest{std::move(query)}, start);
}

SqlResult<ExprPtr> Parser::ParseRow() {
  const SourceSpan start = Here();
  Take();
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  ast::RowConstructor row;
  row.explicit_row = true;
  if (!At(TokenKind::kRightParen)) {
    ASSIGN_OR_RETURN(row.values, ParseExprList());
  }
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  return Make(std::move(row), start);
}

SqlResult<ExprPtr> Parser::ParseCollection(ast::CollectionKind kind) {
  const SourceSpan start = Here();
  Take();
  if (At(TokenKind::kLeftParen)) {
    ASSIGN_OR_RETURN(ast::QueryPtr query, ParseParenthesizedQuery());
    return Make(ast::CollectionQuery{kind, std::move(query)}, start);
  }
  if (kind == ast::CollectionKind::kMultiset) {
    return ErrorAt(start, "there are no MULTISET values",
                   "COLLECT(x) makes one from the rows of a group");
  }
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kLeftBracket));
  std::vector<ExprPtr> values;
  if (!At(TokenKind::kRightBracket)) {
    ASSIGN_OR_RETURN(values, ParseExprList());
  }
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightBracket));
  if (kind == ast::CollectionKind::kArray) {
    return Make(ast::ArrayConstructor{std::move(values)}, start);
  }
  if (values.size() % 2 != 0) {
    return ErrorAt(From(start), "a map needs a value for each key", "MAP[key, value, ...]");
  }
  return Make(ast::MapConstructor{std::move(values)}, start);
}

SqlResult<ExprPtr> Parser::ParseNameOrCall() {
  const SourceSpan start = Here();
  ASSIGN_OR_RETURN(ast::Name name, ParseName("an expression"));
  if (At(TokenKind::kLeftParen)) return ParseCall(std::move(name));
  if (At(TokenKind::kDot) && At(TokenKind::kStar, 1)) {
    Take();
    Take();
    return Make(ast::Star{std::move(name)}, start);
  }
  return Make(ast::ColumnRef{std::move(name)}, start);
}

}  // namespace weir::sql
