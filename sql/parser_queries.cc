#include "sql/parser_impl.h"

// Queries: WITH, set operations, SELECT and its clauses, VALUES, ORDER BY and LIMIT, hints.

namespace weir::sql {

using ast::ExprPtr;
using ast::Query;
using ast::QueryPtr;

namespace {

constexpr std::string_view kAfterItems = "',', FROM";
constexpr std::string_view kAfterFrom = "',', JOIN, WHERE, GROUP BY, ORDER BY";
constexpr std::string_view kAfterWhere = "an operator, GROUP BY, ORDER BY";
constexpr std::string_view kAfterGroupBy = "',', HAVING, ORDER BY";

}  // namespace

bool Parser::AtQueryStart(size_t ahead) const {
  return At(Keyword::kSELECT, ahead) || At(Keyword::kWITH, ahead) || At(Keyword::kVALUES, ahead) ||
         (At(Keyword::kTABLE, ahead) && AtIdentifier(ahead + 1));
}

// ((SELECT ...)) and ((SELECT ...) UNION ...) hold queries, ((SELECT ...) + 1) and
// ((SELECT ...) AS t JOIN ...) do not: what follows the inner parentheses decides.
bool Parser::ParenthesesHoldQuery() const {
  size_t inner = at_;
  while (tokens_[inner + 1].kind == TokenKind::kLeftParen) {
    if (++inner - at_ > kMaxNesting) return false;  // refused by whoever parses them
  }
  if (!AtQueryStart(inner + 1 - at_)) return false;
  for (; inner > at_; --inner) {
    const size_t close = closing_[inner];
    if (close == 0) return true;  // never closed: the error message is better that way
    const Token& next = tokens_[close + 1];
    switch (next.keyword) {
      case Keyword::kUNION:
      case Keyword::kEXCEPT:
      case Keyword::kINTERSECT:
      case Keyword::kORDER:
      case Keyword::kLIMIT:
      case Keyword::kOFFSET:
      case Keyword::kFETCH:
        break;
      default:
        if (next.kind != TokenKind::kRightParen) return false;
    }
  }
  return true;
}

SqlResult<QueryPtr> Parser::ParseParenthesizedQuery() {
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  ASSIGN_OR_RETURN(QueryPtr query, ParseQuery());
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  return query;
}

SqlResult<QueryPtr> Parser::ParseQuery() {
  ASSIGN_OR_RETURN(Query query, ParseQueryValue());
  return std::make_shared<const Query>(std::move(query));
}

SqlResult<Query> Parser::ParseQueryValue() {
  Nesting nesting(&nesting_);
  SQL_RETURN_IF_ERROR(CheckNesting());
  HeightScope height(&height_);
  const SourceSpan start = Here();
  std::vector<ast::CommonTable> with;
  if (At(Keyword::kWITH)) {
    ASSIGN_OR_RETURN(with, ParseWith());
  }
  ASSIGN_OR_RETURN(Query query, ParseSetOperation(/*intersect_only=*/false));
  const bool has_tail =
      !with.empty() || AtAny({Keyword::kORDER, Keyword::kLIMIT, Keyword::kOFFSET, Keyword::kFETCH});
  if (has_tail && std::holds_alternative<QueryPtr>(query.body) && !query.with.empty()) {
    return ErrorAt(Here(), "WITH cannot be applied twice to one query");
  }
  query.with = std::move(with);
  SQL_RETURN_IF_ERROR(ParseOrderAndLimit(&query));
  SQL_RETURN_IF_ERROR(Grow());
  query.span = From(start);
  return query;
}

SqlResult<std::vector<ast::CommonTable>> Parser::ParseWith() {
  Take();
  if (At(Keyword::kRECURSIVE)) return ErrorAt(Here(), "WITH RECURSIVE is not supported");
  std::vector<ast::CommonTable> with;
  do {
    ast::CommonTable table;
    ASSIGN_OR_RETURN(table.name, ParseIdentifier("a name for the query"));
    if (At(TokenKind::kLeftParen)) {
      ASSIGN_OR_RETURN(table.columns, ParseParenthesizedIdentifiers("a column name"));
    }
    SQL_RETURN_IF_ERROR(Expect(Keyword::kAS));
    ASSIGN_OR_RETURN(table.query, ParseParenthesizedQuery());
    with.push_back(std::move(table));
  } while (Accept(TokenKind::kComma));
  return with;
}

// INTERSECT binds tighter than UNION and EXCEPT; all associate to the left.
SqlResult<Query> Parser::ParseSetOperation(bool intersect_only) {
  HeightScope height(&height_);
  const SourceSpan start = Here();
  Query left;
  if (intersect_only) {
    ASSIGN_OR_RETURN(left, ParseQueryTerm());
  } else {
    ASSIGN_OR_RETURN(left, ParseSetOperation(/*intersect_only=*/true));
  }
  while (intersect_only ? AtAny({Keyword::kINTERSECT})
                        : AtAny({Keyword::kUNION, Keyword::kEXCEPT})) {
    ast::SetOp op;
    const Keyword keyword = Take().keyword;
    op.kind = keyword == Keyword::kUNION       ? ast::SetOpKind::kUnion
              : keyword == Keyword::kINTERSECT ? ast::SetOpKind::kIntersect
                                               : ast::SetOpKind::kExcept;
    op.all = Accept(Keyword::kALL);
    if (!op.all) Accept(Keyword::kDISTINCT);
    Query right;
    if (intersect_only) {
      ASSIGN_OR_RETURN(right, ParseQueryTerm());
    } else {
      ASSIGN_OR_RETURN(right, ParseSetOperation(/*intersect_only=*/true));
    }
    op.left = std::make_shared<const Query>(std::move(left));
    op.right = std::make_shared<const Query>(std::move(right));
    SQL_RETURN_IF_ERROR(Grow());
    left = Query();
    left.body = std::move(op);
    left.span = From(start);
  }
  return left;
}

// Without ORDER BY and LIMIT: they belong to the whole query.
SqlResult<Query> Parser::ParseQueryTerm() {
  Nesting nesting(&nesting_);
  SQL_RETURN_IF_ERROR(CheckNesting());
  const SourceSpan start = Here();
  Query query;
  if (At(Keyword::kSELECT)) {
    ASSIGN_OR_RETURN(query.body, ParseSelect());
  } else if (At(Keyword::kVALUES)) {
    ASSIGN_OR_RETURN(query.body, ParseValues());
  } else if (At(Keyword::kTABLE) && AtIdentifier(1)) {
    Take();
    ast::TableQuery table;
    ASSIGN_OR_RETURN(table.table, ParseName("a table name"));
    query.body = std::move(table);
  } else if (At(TokenKind::kLeftParen)) {
    ASSIGN_OR_RETURN(query.body, ParseParenthesizedQuery());
  } else {
    AtAny({Keyword::kSELECT, Keyword::kVALUES, Keyword::kWITH});
    return Unexpected("a query (SELECT, VALUES, WITH or '(')");
  }
  query.span = From(start);
  return query;
}

SqlResult<ast::Select> Parser::ParseSelect() {
  const SourceSpan start = Here();
  Take();
  ast::Select select;
  if (At(TokenKind::kHintBegin)) {
    ASSIGN_OR_RETURN(select.hints, ParseHints());
  }
  select.distinct = Accept(Keyword::kDISTINCT);
  if (!select.distinct) Accept(Keyword::kALL);
  do {
    ASSIGN_OR_RETURN(ast::SelectItem item, ParseSelectItem());
    select.items.push_back(std::move(item));
  } while (Accept(TokenKind::kComma));
  SetFollow(kAfterItems);
  if (Accept(Keyword::kFROM)) {
    ASSIGN_OR_RETURN(select.from, ParseFrom());
    SetFollow(kAfterFrom);
  }
  SQL_RETURN_IF_ERROR(ParseSelectClauses(&select));
  select.span = From(start);
  return select;
}

SqlStatus Parser::ParseSelectClauses(ast::Select* select) {
  if (Accept(Keyword::kWHERE)) {
    ASSIGN_OR_RETURN(select->where, ParseExpr());
    SetFollow(kAfterWhere);
  }
  if (Accept(Keyword::kGROUP)) {
    SQL_RETURN_IF_ERROR(Expect(Keyword::kBY));
    select->group_by_present = true;
    select->group_by_distinct = Accept(Keyword::kDISTINCT);
    if (!select->group_by_distinct) Accept(Keyword::kALL);
    ASSIGN_OR_RETURN(select->group_by, ParseGroupItems());
    SetFollow(kAfterGroupBy);
  }
  if (Accept(Keyword::kHAVING)) {
    ASSIGN_OR_RETURN(select->having, ParseExpr());
    SetFollow("an operator, ORDER BY");
  }
  if (Accept(Keyword::kWINDOW)) {
    do {
      ast::NamedWindow window;
      ASSIGN_OR_RETURN(window.name, ParseIdentifier("a name for the window"));
      SQL_RETURN_IF_ERROR(Expect(Keyword::kAS));
      ASSIGN_OR_RETURN(window.spec, ParseWindowSpec());
      select->windows.push_back(std::move(window));
    } while (Accept(TokenKind::kComma));
  }
  if (Accept(Keyword::kQUALIFY)) {
    ASSIGN_OR_RETURN(select->qualify, ParseExpr());
  }
  return {};
}

SqlResult<ast::SelectItem> Parser::ParseSelectItem() {
  ast::SelectItem item;
  if (At(TokenKind::kStar)) {
    const SourceSpan span = Take().span;
    item.expr = Make(ast::Star{}, span);
    return item;
  }
  ASSIGN_OR_RETURN(item.expr, ParseExpr());
  if (Accept(Keyword::kAS)) {
    ASSIGN_OR_RETURN(item.alias, ParseIdentifier("a name for the column"));
  } else if (AtImplicitAlias()) {
    ASSIGN_OR_RETURN(item.alias, ParseIdentifier("a name for the column"));
  }
  return item;
}

SqlResult<ast::Values> Parser::ParseValues() {
  Take();
  ast::Values values;
  ASSIGN_OR_RETURN(values.rows, ParseExprList());
  SetFollow("','");
  return values;
}

SqlStatus Parser::ParseOrderAndLimit(Query* query) {
  if (Accept(Keyword::kORDER)) {
    SQL_RETURN_IF_ERROR(Expect(Keyword::kBY));
    ASSIGN_OR_RETURN(query->order_by, ParseOrderItems());
    SetFollow("',', LIMIT");
  }
  // LIMIT and OFFSET in either order, and the standard's OFFSET n ROWS FETCH FIRST n ROWS ONLY.
  bool limited = false;
  while (true) {
    if (!limited && Accept(Keyword::kLIMIT)) {
      limited = true;
      if (!Accept(Keyword::kALL)) {
        ASSIGN_OR_RETURN(query->limit, ParseExpr());
      }
    } else if (query->offset == nullptr && Accept(Keyword::kOFFSET)) {
      ASSIGN_OR_RETURN(query->offset, ParseExpr());
      if (!Accept(Keyword::kROWS)) Accept(Keyword::kROW);
    } else if (!limited && Accept(Keyword::kFETCH)) {
      limited = true;
      if (!Accept(Keyword::kFIRST)) SQL_RETURN_IF_ERROR(Expect(Keyword::kNEXT));
      ASSIGN_OR_RETURN(query->limit, ParseExpr());
      if (!Accept(Keyword::kROWS)) SQL_RETURN_IF_ERROR(Expect(Keyword::kROW));
      SQL_RETURN_IF_ERROR(Expect(Keyword::kONLY));
    } else {
      return {};
    }
  }
}

// ---------------------------------------------------------------------------- grouping, ordering

SqlResult<std::vector<ast::GroupItem>> Parser::ParseGroupItems() {
  std::vector<ast::GroupItem> items;
  do {
    ASSIGN_OR_RETURN(ast::GroupItem item, ParseGroupItem());
    items.push_back(std::move(item));
  } while (Accept(TokenKind::kComma));
  return items;
}

SqlResult<ast::GroupItem> Parser::ParseGroupItem() {
  Nesting nesting(&nesting_);
  SQL_RETURN_IF_ERROR(CheckNesting());
  const SourceSpan start = Here();
  ast::GroupItem item;
  const bool grouping_sets = At(Keyword::kGROUPING) && At(Keyword::kSETS, 1);
  if (grouping_sets || At(Keyword::kROLLUP) || At(Keyword::kCUBE)) {
    item.kind = grouping_sets          ? ast::GroupItemKind::kGroupingSets
                : At(Keyword::kROLLUP) ? ast::GroupItemKind::kRollup
                                       : ast::GroupItemKind::kCube;
    if (grouping_sets) Take();
    Take();
    SQL_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
    ASSIGN_OR_RETURN(item.items, ParseGroupItems());
    SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  } else if (At(TokenKind::kLeftParen) && At(TokenKind::kRightParen, 1)) {
    Take();
    Take();
    item.kind = ast::GroupItemKind::kSet;
  } else {
    ASSIGN_OR_RETURN(ExprPtr expr, ParseExpr());
    const auto* row = std::get_if<ast::RowConstructor>(&expr->node);
    if (row != nullptr && !row->explicit_row) {
      item.kind = ast::GroupItemKind::kSet;
      for (const ExprPtr& value : row->values) {
        ast::GroupItem member;
        member.expr = value;
        member.span = value->span;
        item.items.push_back(std::move(member));
      }
    } else {
      item.expr = std::move(expr);
    }
  }
  item.span = From(start);
  return item;
}

SqlResult<std::vector<ast::OrderItem>> Parser::ParseOrderItems() {
  std::vector<ast::OrderItem> items;
  do {
    ASSIGN_OR_RETURN(ast::OrderItem item, ParseOrderItem());
    items.push_back(std::move(item));
  } while (Accept(TokenKind::kComma));
  return items;
}

SqlResult<ast::OrderItem> Parser::ParseOrderItem() {
  ast::OrderItem item;
  ASSIGN_OR_RETURN(item.expr, ParseExpr());
  item.descending = Accept(Keyword::kDESC);
  if (!item.descending) Accept(Keyword::kASC);
  if (Accept(Keyword::kNULLS)) {
    if (Accept(Keyword::kFIRST)) {
      item.nulls = ast::NullsOrder::kFirst;
    } else {
      SQL_RETURN_IF_ERROR(Expect(Keyword::kLAST));
      item.nulls = ast::NullsOrder::kLast;
    }
  }
  return item;
}

// ----------------------------------------------------------------------------------------- hints

SqlResult<std::vector<ast::Hint>> Parser::ParseHints() {
  Take();
  std::vector<ast::Hint> hints;
  do {
    ASSIGN_OR_RETURN(ast::Hint hint, ParseHint());
    hints.push_back(std::move(hint));
  } while (Accept(TokenKind::kComma));
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kHintEnd));
  return hints;
}

SqlResult<ast::Hint> Parser::ParseHint() {
  ast::Hint hint;
  ASSIGN_OR_RETURN(hint.name, ParseIdentifier("a hint such as OPTIONS"));
  if (!At(TokenKind::kLeftParen)) return hint;
  if (At(TokenKind::kString, 1) && At(TokenKind::kEqual, 2)) {
    ASSIGN_OR_RETURN(hint.options, ParseOptions());
    return hint;
  }
  Take();
  if (Accept(TokenKind::kRightParen)) return hint;
  do {
    if (At(TokenKind::kString) || At(TokenKind::kInteger)) {
      ASSIGN_OR_RETURN(std::string value, TokenValue(Take(), text_));
      hint.arguments.push_back(std::move(value));
    } else {
      ASSIGN_OR_RETURN(ast::Identifier value, ParseIdentifier("a hint's argument"));
      hint.arguments.push_back(std::move(value.text));
    }
  } while (Accept(TokenKind::kComma));
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  return hint;
}

}  // namespace weir::sql
