#include "sql/expression_binder.h"
#include "sql/types.h"

namespace weir::sql {

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
      args.insert(args.end(), {TextLiteral(behavior(call.on_empty)), std::move(empty),
                               TextLiteral(behavior(call.on_error)), std::move(error)});
      // JSON_VALUE(json, path, on empty, default, on error, default) to the type it returns.
      return Expr::MakeCall(type.WithNullable(true), "JSON_VALUE", std::move(args));
    }
    case ast::JsonFunction::kQuery: {
      const char* wrapper = call.wrapper == ast::JsonWrapper::kConditional     ? "CONDITIONAL"
                            : call.wrapper == ast::JsonWrapper::kUnconditional ? "UNCONDITIONAL"
                                                                               : "WITHOUT";
      args.insert(args.end(), {TextLiteral(wrapper), TextLiteral(behavior(call.on_empty)),
                               TextLiteral(behavior(call.on_error))});
      return Expr::MakeCall(type.WithNullable(true), "JSON_QUERY", std::move(args));
    }
    case ast::JsonFunction::kExists: {
      args.push_back(TextLiteral(call.on_error ? behavior(call.on_error) : "FALSE"));
      return Function("JSON_EXISTS", std::move(args), span);
    }
    case ast::JsonFunction::kObject:
    case ast::JsonFunction::kArray: {
      bool object = call.function == ast::JsonFunction::kObject;
      bool nulls = call.nulls == ast::JsonNulls::kDefault
                       ? object
                       : call.nulls == ast::JsonNulls::kNullOnNull;
      args.insert(args.begin(), TextLiteral(nulls ? "NULL" : "ABSENT"));
      return Function(object ? "JSON_OBJECT" : "JSON_ARRAY", std::move(args), span);
    }
    default:
      return Refuse("JSON_OBJECTAGG and JSON_ARRAYAGG", span);
  }
}

}  // namespace weir::sql
