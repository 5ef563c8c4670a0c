#include "sql/parser_impl.h"

// The JSON functions, whose arguments carry clauses.

namespace weir::sql {

using ast::ExprPtr;
using ast::JsonCall;
using ast::JsonFunction;
using ast::JsonOnCase;

SqlResult<ExprPtr> Parser::ParseJson(JsonFunction function) {
  const SourceSpan start = Take().span;
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  JsonCall call;
  call.function = function;
  switch (function) {
    case JsonFunction::kValue:
    case JsonFunction::kQuery:
    case JsonFunction::kExists:
      SQL_RETURN_IF_ERROR(ParseJsonPathArguments(&call));
      SQL_RETURN_IF_ERROR(ParseJsonPathClauses(&call));
      break;
    case JsonFunction::kObject:
      if (!AtAny({Keyword::kNULL, Keyword::kABSENT}) && !At(TokenKind::kRightParen)) {
        do {
          SQL_RETURN_IF_ERROR(ParseJsonMember(&call));
        } while (Accept(TokenKind::kComma));
      }
      SQL_RETURN_IF_ERROR(ParseJsonNulls(&call));
      break;
    case JsonFunction::kObjectAgg:
      SQL_RETURN_IF_ERROR(ParseJsonMember(&call));
      SQL_RETURN_IF_ERROR(ParseJsonNulls(&call));
      break;
    case JsonFunction::kArray:
      if (!At(TokenKind::kRightParen) && !At(Keyword::kABSENT) &&
          !(At(Keyword::kNULL) && At(Keyword::kON, 1))) {
        ASSIGN_OR_RETURN(call.arguments, ParseExprList());
      }
      SQL_RETURN_IF_ERROR(ParseJsonNulls(&call));
      break;
    case JsonFunction::kArrayAgg: {
      ASSIGN_OR_RETURN(ExprPtr value, ParseExpr());
      call.arguments.push_back(std::move(value));
      SQL_RETURN_IF_ERROR(ParseJsonNulls(&call));
      break;
    }
  }
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  if (function == JsonFunction::kObjectAgg || function == JsonFunction::kArrayAgg) {
    SQL_RETURN_IF_ERROR(ParseAggregateClauses(&call.clauses));
  }
  return Make(std::move(call), start);
}

SqlStatus Parser::ParseJsonPathArguments(JsonCall* call) {
  ASSIGN_OR_RETURN(ExprPtr input, ParseExpr());
  call->arguments.push_back(std::move(input));
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kComma));
  ASSIGN_OR_RETURN(ExprPtr path, ParseExpr());
  call->arguments.push_back(std::move(path));
  return {};
}

SqlStatus Parser::ParseJsonPathClauses(JsonCall* call) {
  if (call->function == JsonFunction::kExists) {
    ASSIGN_OR_RETURN(call->on_error, ParseJsonBehavior());
    return call->on_error ? Expect(Keyword::kON, Keyword::kERROR) : SqlStatus();
  }
  if (Accept(Keyword::kRETURNING)) {
    ASSIGN_OR_RETURN(call->returning, ParseType());
  }
  if (call->function == JsonFunction::kQuery) SQL_RETURN_IF_ERROR(ParseJsonWrapper(call));
  return ParseJsonBehaviors(call);
}

// [... ON EMPTY] [... ON ERROR]
SqlStatus Parser::ParseJsonBehaviors(JsonCall* call) {
  ASSIGN_OR_RETURN(std::optional<ast::JsonBehavior> behavior, ParseJsonBehavior());
  if (!behavior) return {};
  SQL_RETURN_IF_ERROR(Expect(Keyword::kON));
  if (Accept(Keyword::kEMPTY)) {
    call->on_empty = std::move(behavior);
    ASSIGN_OR_RETURN(behavior, ParseJsonBehavior());
    if (!behavior) return {};
    SQL_RETURN_IF_ERROR(Expect(Keyword::kON));
  }
  SQL_RETURN_IF_ERROR(Expect(Keyword::kERROR));
  call->on_error = std::move(behavior);
  return {};
}

SqlStatus Parser::ParseJsonWrapper(JsonCall* call) {
  if (Accept(Keyword::kWITHOUT)) {
    call->wrapper = ast::JsonWrapper::kWithout;
  } else if (Accept(Keyword::kWITH)) {
    if (Accept(Keyword::kCONDITIONAL)) {
      call->wrapper = ast::JsonWrapper::kConditional;
    } else {
      Accept(Keyword::kUNCONDITIONAL);
      call->wrapper = ast::JsonWrapper::kUnconditional;
    }
  } else {
    return {};
  }
  Accept(Keyword::kARRAY);
  return Expect(Keyword::kWRAPPER);
}

SqlResult<std::optional<ast::JsonBehavior>> Parser::ParseJsonBehavior() {
  ast::JsonBehavior behavior;
  if (Accept(Keyword::kNULL)) {
    behavior.kind = JsonOnCase::kNull;
  } else if (Accept(Keyword::kERROR)) {
    behavior.kind = JsonOnCase::kError;
  } else if (Accept(Keyword::kTRUE)) {
    behavior.kind = JsonOnCase::kTrue;
  } else if (Accept(Keyword::kFALSE)) {
    behavior.kind = JsonOnCase::kFalse;
  } else if (Accept(Keyword::kUNKNOWN)) {
    behavior.kind = JsonOnCase::kUnknown;
  } else if (Accept(Keyword::kDEFAULT)) {
    behavior.kind = JsonOnCase::kDefault;
    ASSIGN_OR_RETURN(behavior.default_value, ParseExpr());
  } else if (Accept(Keyword::kEMPTY)) {
    if (Accept(Keyword::kOBJECT)) {
      behavior.kind = JsonOnCase::kEmptyObject;
    } else {
      SQL_RETURN_IF_ERROR(Expect(Keyword::kARRAY));
      behavior.kind = JsonOnCase::kEmptyArray;
    }
  } else {
    return std::optional<ast::JsonBehavior>();
  }
  return std::optional<ast::JsonBehavior>(std::move(behavior));
}

// KEY k VALUE v, k VALUE v, k: v
SqlStatus Parser::ParseJsonMember(JsonCall* call) {
  if (At(Keyword::kKEY) && !At(Keyword::kVALUE, 1) && !At(TokenKind::kColon, 1)) Take();
  ASSIGN_OR_RETURN(ExprPtr key, ParseExpr());
  call->arguments.push_back(std::move(key));
  if (!Accept(TokenKind::kColon)) {
    if (!Accept(Keyword::kVALUE)) return Unexpected("VALUE or ':'");
  }
  ASSIGN_OR_RETURN(ExprPtr value, ParseExpr());
  call->arguments.push_back(std::move(value));
  return {};
}

SqlStatus Parser::ParseJsonNulls(JsonCall* call) {
  if (Accept(Keyword::kNULL)) {
    call->nulls = ast::JsonNulls::kNullOnNull;
  } else if (Accept(Keyword::kABSENT)) {
    call->nulls = ast::JsonNulls::kAbsentOnNull;
  } else {
    return {};
  }
  return Expect(Keyword::kON, Keyword::kNULL);
}

}  // namespace weir::sql
