#include "sql/parser_impl.h"

// FROM: tables, joins, table functions, aliases.

namespace weir::sql {

using ast::TableRef;
using ast::TableRefPtr;

namespace {

TableRefPtr Share(TableRef table) { return std::make_shared<const TableRef>(std::move(table)); }

}  // namespace

// A comma binds looser than JOIN.
SqlResult<TableRefPtr> Parser::ParseFrom() {
  HeightScope height(&height_);
  ASSIGN_OR_RETURN(TableRefPtr left, ParseJoins());
  while (Accept(TokenKind::kComma)) {
    ast::Join join;
    join.kind = ast::JoinKind::kCross;
    join.comma = true;
    const SourceSpan start = left->span;
    ASSIGN_OR_RETURN(join.right, ParseJoins());
    join.left = std::move(left);
    SQL_RETURN_IF_ERROR(Grow());
    TableRef table;
    table.node = std::move(join);
    table.span = From(start);
    left = Share(std::move(table));
  }
  return left;
}

SqlResult<TableRefPtr> Parser::ParseJoins() {
  HeightScope height(&height_);
  ASSIGN_OR_RETURN(TableRefPtr left, ParseTableFactor());
  while (AtJoin()) {
    ASSIGN_OR_RETURN(left, ParseJoin(std::move(left)));
    SQL_RETURN_IF_ERROR(Grow());
  }
  return left;
}

bool Parser::AtJoin() {
  return AtAny({Keyword::kJOIN, Keyword::kINNER, Keyword::kLEFT, Keyword::kRIGHT, Keyword::kFULL,
                Keyword::kCROSS, Keyword::kNATURAL});
}

SqlResult<TableRefPtr> Parser::ParseJoin(TableRefPtr left) {
  const SourceSpan start = left->span;
  ast::Join join;
  join.natural = Accept(Keyword::kNATURAL);
  if (Accept(Keyword::kCROSS)) {
    join.kind = ast::JoinKind::kCross;
  } else if (AtAny({Keyword::kLEFT, Keyword::kRIGHT, Keyword::kFULL})) {
    const Keyword side = Take().keyword;
    join.kind = side == Keyword::kLEFT    ? ast::JoinKind::kLeft
                : side == Keyword::kRIGHT ? ast::JoinKind::kRight
                                          : ast::JoinKind::kFull;
    Accept(Keyword::kOUTER);
  } else {
    Accept(Keyword::kINNER);
  }
  SQL_RETURN_IF_ERROR(Expect(Keyword::kJOIN));
  ASSIGN_OR_RETURN(join.right, ParseTableFactor());
  join.left = std::move(left);
  if (!join.natural && join.kind != ast::JoinKind::kCross) {
    if (Accept(Keyword::kON)) {
      ASSIGN_OR_RETURN(join.condition, ParseExpr());
      SetFollow("an operator");
    } else if (Accept(Keyword::kUSING)) {
      ASSIGN_OR_RETURN(join.using_columns, ParseParenthesizedIdentifiers("a column name"));
    } else if (AtJoin()) {
      // a JOIN b JOIN c ON ... ON ...: the inner condition comes first. Nobody means it.
      return Unexpected("ON or USING");
    }
    // Without a condition it is a plain JOIN, which the binder refuses where it must.
  }
  TableRef table;
  table.node = std::move(join);
  table.span = From(start);
  return Share(std::move(table));
}

SqlResult<TableRefPtr> Parser::ParseTableFactor() {
  Nesting nesting(&nesting_);
  SQL_RETURN_IF_ERROR(CheckNesting());
  const SourceSpan start = Here();
  ASSIGN_OR_RETURN(TableRef table, ParseTablePrimary());
  table.span = From(start);
  if (AtAny({Keyword::kMATCH_RECOGNIZE})) {
    ASSIGN_OR_RETURN(table, ParseMatchRecognize(std::move(table)));
    table.span = From(start);
  }
  // `(a JOIN b ON ...)` and an input of MATCH_RECOGNIZE may come with an alias of their own.
  if (!table.alias) {
    ASSIGN_OR_RETURN(table.alias, ParseTableAlias());
    table.span = From(start);
  }
  return Share(std::move(table));
}

SqlResult<TableRef> Parser::ParseTablePrimary() {
  if (At(TokenKind::kLeftParen)) return ParseParenthesizedTable();
  const bool lateral = Accept(Keyword::kLATERAL);
  if (lateral && At(TokenKind::kLeftParen)) {
    TableRef table;
    ast::DerivedTable derived;
    derived.lateral = true;
    ASSIGN_OR_RETURN(derived.query, ParseParenthesizedQuery());
    table.node = std::move(derived);
    return table;
  }
  if (At(Keyword::kUNNEST)) return ParseUnnest(lateral);
  if (lateral || At(Keyword::kTABLE)) return ParseTableFunction(lateral);
  if (AtIdentifier()) return ParseNamedTable();
  return Unexpected("a table, a query in parentheses or a table function");
}

SqlResult<TableRef> Parser::ParseParenthesizedTable() {
  if (ParenthesesHoldQuery()) {
    TableRef table;
    ast::DerivedTable derived;
    ASSIGN_OR_RETURN(derived.query, ParseParenthesizedQuery());
    table.node = std::move(derived);
    return table;
  }
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  ASSIGN_OR_RETURN(TableRefPtr inner, ParseFrom());
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  return *inner;
}

// TABLE(f(...)), with or without LATERAL
SqlResult<TableRef> Parser::ParseTableFunction(bool lateral) {
  ast::TableFunction function;
  function.lateral = lateral;
  function.table_keyword = Accept(Keyword::kTABLE);
  if (function.table_keyword) SQL_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  ASSIGN_OR_RETURN(ast::Name name, ParseName("a table function"));
  if (!At(TokenKind::kLeftParen)) return Unexpected("'(' and the function's arguments");
  ASSIGN_OR_RETURN(function.call, ParseCall(std::move(name)));
  if (function.table_keyword) SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  TableRef table;
  table.node = std::move(function);
  return table;
}

SqlResult<TableRef> Parser::ParseUnnest(bool lateral) {
  Take();
  ast::Unnest unnest;
  unnest.lateral = lateral;
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  ASSIGN_OR_RETURN(unnest.collections, ParseExprList());
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  unnest.with_ordinality = Accept(Keyword::kWITH, Keyword::kORDINALITY);
  TableRef table;
  table.node = std::move(unnest);
  return table;
}

SqlResult<TableRef> Parser::ParseNamedTable() {
  TableRef table;
  ASSIGN_OR_RETURN(ast::Name name, ParseName("a table name"));
  if (At(TokenKind::kLeftParen)) {
    ast::TableFunction function;
    ASSIGN_OR_RETURN(function.call, ParseCall(std::move(name)));
    table.node = std::move(function);
    return table;
  }
  ast::TableName named;
  named.name = std::move(name);
  if (At(TokenKind::kHintBegin)) {
    ASSIGN_OR_RETURN(named.hints, ParseHints());
  }
  if (Accept(Keyword::kFOR)) {
    SQL_RETURN_IF_ERROR(Expect(Keyword::kSYSTEM_TIME));
    SQL_RETURN_IF_ERROR(Expect(Keyword::kAS, Keyword::kOF));
    ASSIGN_OR_RETURN(named.system_time, ParseExpr());
  }
  table.node = std::move(named);
  return table;
}

bool Parser::AtImplicitAlias() {
  if (!AtIdentifier()) return false;
  alias_at_ = at_;
  alias_expected_ = expected_at_ == at_ ? expected_ : std::vector<Keyword>();
  // What the callers look for only after the alias.
  alias_expected_.insert(
      alias_expected_.end(),
      {Keyword::kFROM, Keyword::kWHERE, Keyword::kGROUP, Keyword::kHAVING, Keyword::kORDER,
       Keyword::kLIMIT, Keyword::kUNION, Keyword::kJOIN, Keyword::kINNER, Keyword::kLEFT,
       Keyword::kRIGHT, Keyword::kFULL, Keyword::kCROSS, Keyword::kWINDOW});
  return true;
}

SqlResult<std::optional<ast::TableAlias>> Parser::ParseTableAlias() {
  const bool as = Accept(Keyword::kAS);
  if (!as && !AtImplicitAlias()) return std::optional<ast::TableAlias>();
  ast::TableAlias alias;
  ASSIGN_OR_RETURN(alias.name, ParseIdentifier("a name for the table"));
  if (At(TokenKind::kLeftParen)) {
    ASSIGN_OR_RETURN(alias.columns, ParseParenthesizedIdentifiers("a column name"));
  }
  return std::optional<ast::TableAlias>(std::move(alias));
}

}  // namespace weir::sql
