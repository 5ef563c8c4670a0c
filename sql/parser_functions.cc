#include "sql/parser_impl.h"
#include "sql/precedence.h"

// Calls: arguments, aggregate clauses, OVER, and the functions that have a syntax of their own.

namespace weir::sql {

using ast::Call;
using ast::ExprPtr;

namespace {

// Reserved words that are functions when an opening parenthesis follows.
bool IsFunctionWord(Keyword keyword) {
  switch (keyword) {
    case Keyword::kABS:
    case Keyword::kAVG:
    case Keyword::kCARDINALITY:
    case Keyword::kCEIL:
    case Keyword::kCEILING:
    case Keyword::kCHAR_LENGTH:
    case Keyword::kCHARACTER_LENGTH:
    case Keyword::kCLASSIFIER:
    case Keyword::kCOALESCE:
    case Keyword::kCOLLECT:
    case Keyword::kCONTAINS_SUBSTR:
    case Keyword::kCONVERT:
    case Keyword::kCORR:
    case Keyword::kCOUNT:
    case Keyword::kCOVAR_POP:
    case Keyword::kCOVAR_SAMP:
    case Keyword::kCUME_DIST:
    case Keyword::kCURRENT_TIME:
    case Keyword::kCURRENT_TIMESTAMP:
    case Keyword::kDATE_TRUNC:
    case Keyword::kDAY:
    case Keyword::kDENSE_RANK:
    case Keyword::kELEMENT:
    case Keyword::kEVERY:
    case Keyword::kEXP:
    case Keyword::kFIRST_VALUE:
    case Keyword::kFLOOR:
    case Keyword::kFUSION:
    case Keyword::kGROUP_CONCAT:
    case Keyword::kGROUPING:
    case Keyword::kHOUR:
    case Keyword::kILIKE:
    case Keyword::kINTERSECTION:
    case Keyword::kLAG:
    case Keyword::kLAST_VALUE:
    case Keyword::kLEAD:
    case Keyword::kLEFT:
    case Keyword::kLN:
    case Keyword::kLOCALTIME:
    case Keyword::kLOCALTIMESTAMP:
    case Keyword::kLOWER:
    case Keyword::kMATCH_NUMBER:
    case Keyword::kMAX:
    case Keyword::kMIN:
    case Keyword::kMINUTE:
    case Keyword::kMOD:
    case Keyword::kMONTH:
    case Keyword::kNEXT:
    case Keyword::kNTH_VALUE:
    case Keyword::kNTILE:
    case Keyword::kNULLIF:
    case Keyword::kOCTET_LENGTH:
    case Keyword::kPERCENT_RANK:
    case Keyword::kPERCENTILE_CONT:
    case Keyword::kPERCENTILE_DISC:
    case Keyword::kPOWER:
    case Keyword::kPREV:
    case Keyword::kRANK:
    case Keyword::kREGR_COUNT:
    case Keyword::kREGR_SXX:
    case Keyword::kREGR_SYY:
    case Keyword::kRIGHT:
    case Keyword::kROW_NUMBER:
    case Keyword::kSECOND:
    case Keyword::kSOME:
    case Keyword::kSQRT:
    case Keyword::kSTDDEV_POP:
    case Keyword::kSTDDEV_SAMP:
    case Keyword::kSTRING_AGG:
    case Keyword::kSUM:
    case Keyword::kTRANSLATE:
    case Keyword::kTRUNCATE:
    case Keyword::kUPPER:
    case Keyword::kVAR_POP:
    case Keyword::kVAR_SAMP:
    case Keyword::kYEAR:
      return true;
    default:
      return false;
  }
}

// Functions called without parentheses, or with empty ones.
bool IsBareFunction(Keyword keyword) {
  switch (keyword) {
    case Keyword::kCURRENT_CATALOG:
    case Keyword::kCURRENT_DATE:
    case Keyword::kCURRENT_TIME:
    case Keyword::kCURRENT_TIMESTAMP:
    case Keyword::kCURRENT_USER:
    case Keyword::kLOCALTIME:
    case Keyword::kLOCALTIMESTAMP:
    case Keyword::kSESSION_USER:
    case Keyword::kSYSTEM_USER:
    case Keyword::kUSER:
      return true;
    default:
      return false;
  }
}

ast::Name WordName(Keyword keyword, const SourceSpan& span) {
  return ast::Name{{ast::Identifier{std::string(KeywordText(keyword)), span}}, span};
}

ast::Argument Positional(ExprPtr value) { return ast::Argument{std::nullopt, std::move(value)}; }

}  // namespace

// --------------------------------------------------------------------------------- ordinary calls

SqlResult<ExprPtr> Parser::ParseCall(ast::Name function) {
  const SourceSpan start = function.span;
  Call call;
  call.function = std::move(function);
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  SQL_RETURN_IF_ERROR(ParseArguments(&call));
  SetFollow("','");
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  SQL_RETURN_IF_ERROR(ParseNullTreatment(&call));
  SQL_RETURN_IF_ERROR(ParseAggregateClauses(&call.clauses));
  return Make(std::move(call), start);
}

// Up to the closing parenthesis.
SqlStatus Parser::ParseArguments(Call* call) {
  if (At(TokenKind::kRightParen)) return {};
  if (At(TokenKind::kStar)) {
    const SourceSpan star = Take().span;
    call->arguments.push_back(Positional(Make(ast::Star{}, star)));
    return {};
  }
  call->distinct = Accept(Keyword::kDISTINCT);
  if (!call->distinct) Accept(Keyword::kALL);
  do {
    ASSIGN_OR_RETURN(ast::Argument argument, ParseArgument());
    call->arguments.push_back(std::move(argument));
  } while (Accept(TokenKind::kComma));
  SQL_RETURN_IF_ERROR(ParseNullTreatment(call));
  if (Accept(Keyword::kORDER, Keyword::kBY)) {
    ASSIGN_OR_RETURN(call->order_by, ParseOrderItems());
  }
  return {};
}

SqlResult<ast::Argument> Parser::ParseArgument() {
  ast::Argument argument;
  if (AtIdentifier() && At(TokenKind::kArrow, 1)) {
    ASSIGN_OR_RETURN(argument.name, ParseIdentifier("a parameter's name"));
    Take();
  }
  if (At(Keyword::kTABLE)) {
    ASSIGN_OR_RETURN(argument.value, ParseTableArgument());
    return argument;
  }
  // A query in parentheses is a value or a table: the function called decides.
  const SourceSpan start = Here();
  ASSIGN_OR_RETURN(argument.value, ParseExpr());
  const auto* query = std::get_if<ast::ScalarSubquery>(&argument.value->node);
  if (query && (At(Keyword::kPARTITION) || At(Keyword::kORDER))) {
    ast::TableArgument table;
    table.query = query->query;
    SQL_RETURN_IF_ERROR(ParseTableClauses(&table));
    argument.value = Make(std::move(table), start);
  }
  return argument;
}

SqlResult<ExprPtr> Parser::ParseTableArgument() {
  const SourceSpan start = Here();
  SQL_RETURN_IF_ERROR(Expect(Keyword::kTABLE));
  ast::TableArgument argument;
  if (At(TokenKind::kLeftParen)) {
    ASSIGN_OR_RETURN(argument.query, ParseParenthesizedQuery());
  } else {
    ASSIGN_OR_RETURN(argument.table, ParseName("a table name"));
    if (At(TokenKind::kLeftParen)) {
      // TABLE f(...) as the argument of another function does not exist; say so at once.
      return ErrorAt(From(start), "the argument of a table function is a table or a query",
                     "write (SELECT * FROM TABLE(...))");
    }
  }
  SQL_RETURN_IF_ERROR(ParseTableClauses(&argument));
  return Make(std::move(argument), start);
}

SqlStatus Parser::ParseTableClauses(ast::TableArgument* argument) {
  if (Accept(Keyword::kPARTITION, Keyword::kBY)) {
    if (At(TokenKind::kLeftParen)) {
      Take();
      ASSIGN_OR_RETURN(argument->partition_by, ParseExprList());
      SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
    } else {
      // Without parentheses only one: the comma separates the function's arguments.
      ASSIGN_OR_RETURN(ExprPtr key, ParseExpr());
      argument->partition_by.push_back(std::move(key));
    }
  }
  if (Accept(Keyword::kORDER, Keyword::kBY)) {
    if (At(TokenKind::kLeftParen)) {
      Take();
      ASSIGN_OR_RETURN(argument->order_by, ParseOrderItems());
      SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
    } else {
      ASSIGN_OR_RETURN(ast::OrderItem item, ParseOrderItem());
      argument->order_by.push_back(std::move(item));
    }
  }
  return {};
}

SqlStatus Parser::ParseNullTreatment(Call* call) {
  if (Accept(Keyword::kIGNORE, Keyword::kNULLS)) {
    call->nulls = ast::NullTreatment::kIgnore;
  } else if (Accept(Keyword::kRESPECT, Keyword::kNULLS)) {
    call->nulls = ast::NullTreatment::kRespect;
  }
  return {};
}

SqlStatus Parser::ParseAggregateClauses(ast::AggregateClauses* clauses) {
  if (Accept(Keyword::kWITHIN, Keyword::kGROUP)) {
    SQL_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
    SQL_RETURN_IF_ERROR(Expect(Keyword::kORDER, Keyword::kBY));
    ASSIGN_OR_RETURN(clauses->within_group, ParseOrderItems());
    SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  }
  if (Accept(Keyword::kFILTER)) {
    SQL_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
    SQL_RETURN_IF_ERROR(Expect(Keyword::kWHERE));
    ASSIGN_OR_RETURN(clauses->filter, ParseExpr());
    SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  }
  if (Accept(Keyword::kOVER)) {
    ASSIGN_OR_RETURN(clauses->over, ParseOver());
  }
  return {};
}

// --------------------------------------------------------------------------------------- windows

SqlResult<std::shared_ptr<const ast::WindowSpec>> Parser::ParseOver() {
  if (!At(TokenKind::kLeftParen)) {
    ast::WindowSpec spec;
    spec.name_only = true;
    spec.span = Here();
    ASSIGN_OR_RETURN(spec.base, ParseIdentifier("a window's name or '('"));
    return std::make_shared<const ast::WindowSpec>(std::move(spec));
  }
  ASSIGN_OR_RETURN(ast::WindowSpec spec, ParseWindowSpec());
  return std::make_shared<const ast::WindowSpec>(std::move(spec));
}

SqlResult<ast::WindowSpec> Parser::ParseWindowSpec() {
  const SourceSpan start = Here();
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  ast::WindowSpec spec;
  if (AtIdentifier()) {
    ASSIGN_OR_RETURN(spec.base, ParseIdentifier("a window's name"));
  }
  SetFollow("PARTITION BY, ORDER BY, ROWS, RANGE");
  if (Accept(Keyword::kPARTITION, Keyword::kBY)) {
    ASSIGN_OR_RETURN(spec.partition_by, ParseExprList());
    SetFollow("',', ORDER BY, ROWS, RANGE");
  }
  if (Accept(Keyword::kORDER, Keyword::kBY)) {
    ASSIGN_OR_RETURN(spec.order_by, ParseOrderItems());
    SetFollow("',', ROWS, RANGE");
  }
  if (AtAny({Keyword::kROWS, Keyword::kRANGE})) {
    ASSIGN_OR_RETURN(spec.frame, ParseFrame());
  }
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  spec.span = From(start);
  return spec;
}

SqlResult<ast::Frame> Parser::ParseFrame() {
  const SourceSpan start = Here();
  ast::Frame frame;
  frame.rows = Take().keyword == Keyword::kROWS;
  if (Accept(Keyword::kBETWEEN)) {
    ASSIGN_OR_RETURN(frame.start, ParseFrameBound());
    SQL_RETURN_IF_ERROR(Expect(Keyword::kAND));
    ASSIGN_OR_RETURN(frame.end, ParseFrameBound());
  } else {
    ASSIGN_OR_RETURN(frame.start, ParseFrameBound());
  }
  frame.span = From(start);
  return frame;
}

SqlResult<ast::FrameBound> Parser::ParseFrameBound() {
  ast::FrameBound bound;
  if (Accept(Keyword::kCURRENT)) {
    SQL_RETURN_IF_ERROR(Expect(Keyword::kROW));
    return bound;
  }
  const bool unbounded = Accept(Keyword::kUNBOUNDED);
  if (!unbounded) {
    ASSIGN_OR_RETURN(bound.offset, ParseExpr());
  }
  if (Accept(Keyword::kPRECEDING)) {
    bound.kind =
        unbounded ? ast::FrameBoundKind::kUnboundedPreceding : ast::FrameBoundKind::kPreceding;
  } else if (Accept(Keyword::kFOLLOWING)) {
    bound.kind =
        unbounded ? ast::FrameBoundKind::kUnboundedFollowing : ast::FrameBoundKind::kFollowing;
  } else {
    return Unexpected("PRECEDING or FOLLOWING");
  }
  return bound;
}

// ------------------------------------------------------------------------- syntax of their own

SqlResult<ExprPtr> Parser::ParseSpecialCall() {
  const Token& token = Peek();
  const bool before_paren = At(TokenKind::kLeftParen, 1);
  if (IsBareFunction(token.keyword)) {
    if (!before_paren) return ParseBareFunction();
    Take();
    return ParseCall(WordName(token.keyword, token.span));
  }
  // Before a column of this name, which needs backticks or its table.
  if (token.keyword == Keyword::kPI && !before_paren && !At(TokenKind::kDot, 1)) {
    return ParseBareFunction();
  }
  if ((token.keyword == Keyword::kRUNNING || token.keyword == Keyword::kFINAL) &&
      At(TokenKind::kWord, 1) && At(TokenKind::kLeftParen, 2)) {
    const SourceSpan start = Take().span;
    ASSIGN_OR_RETURN(ExprPtr inner, ParsePrimary());
    if (!std::holds_alternative<Call>(inner->node)) return Unexpected("a function call");
    Call call = std::get<Call>(inner->node);
    call.scope =
        token.keyword == Keyword::kFINAL ? ast::MatchScope::kFinal : ast::MatchScope::kRunning;
    return Make(std::move(call), start);
  }
  if (!before_paren) return ExprPtr();
  switch (token.keyword) {
    case Keyword::kEXTRACT:
      return ParseExtract();
    case Keyword::kTRIM:
      return ParseTrim();
    case Keyword::kSUBSTRING:
      return ParseSubstring();
    case Keyword::kPOSITION:
      return ParsePosition();
    case Keyword::kOVERLAY:
      return ParseOverlay();
    case Keyword::kFLOOR:
    case Keyword::kCEIL:
    case Keyword::kCEILING:
      return ParseRoundToUnit();
    case Keyword::kTIMESTAMPADD:
    case Keyword::kTIMESTAMPDIFF:
      return ParseTimestampArithmetic();
    case Keyword::kDESCRIPTOR:
      return ParseDescriptor();
    case Keyword::kJSON_VALUE:
      return ParseJson(ast::JsonFunction::kValue);
    case Keyword::kJSON_QUERY:
      return ParseJson(ast::JsonFunction::kQuery);
    case Keyword::kJSON_EXISTS:
      return ParseJson(ast::JsonFunction::kExists);
    case Keyword::kJSON_OBJECT:
      return ParseJson(ast::JsonFunction::kObject);
    case Keyword::kJSON_ARRAY:
      return ParseJson(ast::JsonFunction::kArray);
    case Keyword::kJSON_OBJECTAGG:
      return ParseJson(ast::JsonFunction::kObjectAgg);
    case Keyword::kJSON_ARRAYAGG:
      return ParseJson(ast::JsonFunction::kArrayAgg);
    default:
      break;
  }
  if (!IsFunctionWord(token.keyword)) return ExprPtr();
  Take();
  return ParseCall(WordName(token.keyword, token.span));
}

SqlResult<ExprPtr> Parser::ParseBareFunction() {
  const Token& token = Take();
  Call call;
  // As it is written: that is the name of its column.
  call.function = ast::Name{{{std::string(TextOf(token)), token.span}}, token.span};
  call.bare = true;
  return Make(std::move(call), token.span);
}

SqlResult<ExprPtr> Parser::ParseExtract() {
  const Token& token = Take();
  Take();
  Call call;
  call.function = WordName(token.keyword, token.span);
  const SourceSpan unit_span = Here();
  ASSIGN_OR_RETURN(ast::TimeUnit unit, ParseTimeUnit());
  call.arguments.push_back(Positional(Make(ast::UnitArgument{unit}, unit_span)));
  SQL_RETURN_IF_ERROR(Expect(Keyword::kFROM));
  ASSIGN_OR_RETURN(ExprPtr value, ParseExpr());
  call.arguments.push_back(Positional(std::move(value)));
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  return Make(std::move(call), token.span);
}

// TRIM(x), TRIM(chars FROM x), TRIM(side FROM x), TRIM(side chars FROM x)
SqlResult<ExprPtr> Parser::ParseTrim() {
  const Token& token = Take();
  Take();
  Call call;
  call.function = WordName(token.keyword, token.span);
  ast::TrimArgument side{ast::TrimSide::kBoth};
  const SourceSpan side_span = Here();
  bool has_side = true;
  if (Accept(Keyword::kBOTH)) {
    side.side = ast::TrimSide::kBoth;
  } else if (Accept(Keyword::kLEADING)) {
    side.side = ast::TrimSide::kLeading;
  } else if (Accept(Keyword::kTRAILING)) {
    side.side = ast::TrimSide::kTrailing;
  } else {
    has_side = false;
  }
  ExprPtr first;
  if (!has_side || !At(Keyword::kFROM)) {
    ASSIGN_OR_RETURN(first, ParseExpr());
  }
  if (has_side || At(Keyword::kFROM)) {
    SQL_RETURN_IF_ERROR(Expect(Keyword::kFROM));
    call.arguments.push_back(Positional(Make(side, side_span)));
    if (first != nullptr) call.arguments.push_back(Positional(std::move(first)));
    ASSIGN_OR_RETURN(first, ParseExpr());
  }
  call.arguments.push_back(Positional(std::move(first)));
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  return Make(std::move(call), token.span);
}

SqlResult<ExprPtr> Parser::ParseSubstring() {
  const Token& token = Take();
  Take();
  Call call;
  call.function = WordName(token.keyword, token.span);
  ASSIGN_OR_RETURN(ExprPtr value, ParseExpr());
  call.arguments.push_back(Positional(std::move(value)));
  const bool words = Accept(Keyword::kFROM);
  if (words || Accept(TokenKind::kComma)) {
    ASSIGN_OR_RETURN(ExprPtr start, ParseExpr());
    call.arguments.push_back(Positional(std::move(start)));
    if (words ? Accept(Keyword::kFOR) : Accept(TokenKind::kComma)) {
      ASSIGN_OR_RETURN(ExprPtr length, ParseExpr());
      call.arguments.push_back(Positional(std::move(length)));
    }
  }
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  return Make(std::move(call), token.span);
}

SqlResult<ExprPtr> Parser::ParsePosition() {
  const Token& token = Take();
  Take();
  Call call;
  call.function = WordName(token.keyword, token.span);
  // What is searched for binds tighter than IN.
  ASSIGN_OR_RETURN(ExprPtr needle, ParseExpr(kRangePrecedence + 1));
  call.arguments.push_back(Positional(std::move(needle)));
  SQL_RETURN_IF_ERROR(Expect(Keyword::kIN));
  ASSIGN_OR_RETURN(ExprPtr text, ParseExpr());
  call.arguments.push_back(Positional(std::move(text)));
  if (Accept(Keyword::kFROM)) {
    ASSIGN_OR_RETURN(ExprPtr start, ParseExpr());
    call.arguments.push_back(Positional(std::move(start)));
  }
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  return Make(std::move(call), token.span);
}

SqlResult<ExprPtr> Parser::ParseOverlay() {
  const Token& token = Take();
  Take();
  Call call;
  call.function = WordName(token.keyword, token.span);
  ASSIGN_OR_RETURN(ExprPtr value, ParseExpr());
  call.arguments.push_back(Positional(std::move(value)));
  SQL_RETURN_IF_ERROR(Expect(Keyword::kPLACING));
  ASSIGN_OR_RETURN(ExprPtr replacement, ParseExpr());
  call.arguments.push_back(Positional(std::move(replacement)));
  SQL_RETURN_IF_ERROR(Expect(Keyword::kFROM));
  ASSIGN_OR_RETURN(ExprPtr start, ParseExpr());
  call.arguments.push_back(Positional(std::move(start)));
  if (Accept(Keyword::kFOR)) {
    ASSIGN_OR_RETURN(ExprPtr length, ParseExpr());
    call.arguments.push_back(Positional(std::move(length)));
  }
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  return Make(std::move(call), token.span);
}

// FLOOR(x), FLOOR(x TO unit), CEIL(...), CEILING(...)
SqlResult<ExprPtr> Parser::ParseRoundToUnit() {
  const Token& token = Take();
  Take();
  Call call;
  call.function =
      WordName(token.keyword == Keyword::kFLOOR ? Keyword::kFLOOR : Keyword::kCEIL, token.span);
  ASSIGN_OR_RETURN(ExprPtr value, ParseExpr());
  call.arguments.push_back(Positional(std::move(value)));
  if (Accept(Keyword::kTO)) {
    const SourceSpan unit_span = Here();
    ASSIGN_OR_RETURN(ast::TimeUnit unit, ParseTimeUnit());
    call.arguments.push_back(Positional(Make(ast::UnitArgument{unit}, unit_span)));
  }
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  return Make(std::move(call), token.span);
}

SqlResult<ExprPtr> Parser::ParseTimestampArithmetic() {
  const Token& token = Take();
  Take();
  Call call;
  call.function = WordName(token.keyword, token.span);
  const SourceSpan unit_span = Here();
  ASSIGN_OR_RETURN(ast::TimeUnit unit, ParseTimeUnit());
  call.arguments.push_back(Positional(Make(ast::UnitArgument{unit}, unit_span)));
  for (int i = 0; i < 2; ++i) {
    SQL_RETURN_IF_ERROR(Expect(TokenKind::kComma));
    ASSIGN_OR_RETURN(ExprPtr value, ParseExpr());
    call.arguments.push_back(Positional(std::move(value)));
  }
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  return Make(std::move(call), token.span);
}

SqlResult<ExprPtr> Parser::ParseDescriptor() {
  const SourceSpan start = Take().span;
  ast::Descriptor descriptor;
  ASSIGN_OR_RETURN(descriptor.columns, ParseParenthesizedIdentifiers("a column name"));
  return Make(std::move(descriptor), start);
}

}  // namespace weir::sql
