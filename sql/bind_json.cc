#include "operators/functions/aggregate_function.h"
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
  ASSIGN_OR_RETURN(std::vector<ExprPtr> args, BindJsonValues(call.arguments));
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
    case ast::JsonFunction::kObjectAgg:
    case ast::JsonFunction::kArrayAgg:
      break;
  }
  return BindJsonAggregate(call, span);
}

SqlResult<std::vector<ExprPtr>> ExpressionBinder::BindJsonValues(
    const std::vector<ast::ExprPtr>& exprs) {
  std::vector<ExprPtr> bound;
  for (const ast::ExprPtr& expr : exprs) {
    const auto* call = std::get_if<ast::Call>(&expr->node);
    ExprPtr value;
    if (call != nullptr && call->function.parts.back().Upper() == "JSON" &&
        call->arguments.size() == 1) {
      ASSIGN_OR_RETURN(ExprPtr text, Bind(*call->arguments[0].value));
      ASSIGN_OR_RETURN(value, Function("JSON", {std::move(text)}, expr->span));
    } else {
      ASSIGN_OR_RETURN(value, Bind(*expr));
    }
    bound.push_back(std::move(value));
  }
  return bound;
}

// JSON_ARRAYAGG(x) is the elements of LISTAGG(JSON_ARRAY(x)) in one array, JSON_OBJECTAGG the
// members of LISTAGG(JSON_OBJECT(key VALUE x)) in one object: so they take back rows as LISTAGG
// does.
SqlResult<ExprPtr> ExpressionBinder::BindJsonAggregate(const ast::JsonCall& call,
                                                       const SourceSpan& span) {
  const bool object = call.function == ast::JsonFunction::kObjectAgg;
  const char* name = object ? "JSON_OBJECTAGG" : "JSON_ARRAYAGG";
  if (call.clauses.over) return Refuse(std::string(name) + " with OVER", call.clauses.over->span);
  if (!call.clauses.within_group.empty()) return Refuse("WITHIN GROUP", span);
  if (!options_.aggregates) return NoAggregatesHere(name, span);
  BindOptions inner_options = options_;
  inner_options.aggregates = nullptr;
  inner_options.place = "the argument of another aggregate";
  ExpressionBinder inner(scope_, inner_options);
  ast::JsonCall of_row = call;
  of_row.function = object ? ast::JsonFunction::kObject : ast::JsonFunction::kArray;
  if (call.nulls == ast::JsonNulls::kDefault) {
    of_row.nulls = object ? ast::JsonNulls::kNullOnNull : ast::JsonNulls::kAbsentOnNull;
  }
  FoundAggregate found;
  found.function = "LISTAGG";
  found.span = span;
  ASSIGN_OR_RETURN(ExprPtr piece, inner.BindJson(of_row, span));
  found.arguments = {std::move(piece), TextLiteral(",")};
  if (call.clauses.filter) {
    ASSIGN_OR_RETURN(found.filter, inner.BindCondition(*call.clauses.filter, "FILTER"));
  }
  found.type = DataType::String();
  return Expr::MakeCall(DataType::VarChar(2000).NotNull(),
                        object ? "$JSON_MEMBERS" : "$JSON_ELEMENTS",
                        {AggregateMark(std::move(found))});
}

}  // namespace weir::sql
