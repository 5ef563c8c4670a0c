#include <algorithm>

#include "operators/expressions/evaluator.h"
#include "operators/functions/aggregate_function.h"
#include "operators/functions/function_registry.h"
#include "sql/expression_binder.h"
#include "sql/make_expression.h"

namespace weir::sql {
namespace {

SqlError UnknownFunction(const std::string& name, const SourceSpan& span) {
  std::vector<std::string> names = FunctionRegistry::Builtin().Names();
  for (std::string& aggregate : AggregateFunctionNames()) names.push_back(std::move(aggregate));
  return SqlError{StatusCode::kNotFound, "there is no function " + name, span,
                  DidYouMean(name, names)};
}

// Of PERCENTILE: those that are known by now.
SqlStatus CheckPercentages(const Expr& percentages, const SourceSpan& span) {
  if (!IsConstant(percentages)) return SqlStatus();
  const auto expr = std::make_shared<const Expr>(percentages);
  const StatusOr<Value> value = EvaluateConstant(expr, FunctionRegistry::Builtin());
  if (!value.ok() || value->is_null()) return SqlStatus();
  const bool several = percentages.type.kind() == TypeKind::kArray;
  for (const Value& one : several ? value->list() : Value::List{*value}) {
    if (one.is_null() || (one.real() >= 0 && one.real() <= 1)) continue;
    return SqlError{StatusCode::kInvalidArgument,
                    "the percentage of PERCENTILE must be from 0.0 to 1.0", span,
                    "0.95 stands for 95 percent"};
  }
  return SqlStatus();
}

}  // namespace

SqlResult<ExprPtr> ExpressionBinder::BindCall(const ast::Call& call, const SourceSpan& span) {
  std::string name = call.function.parts.back().Upper();
  if (call.clauses.over) return BindOver(name, call, span);
  if (!call.clauses.within_group.empty()) return Refuse("WITHIN GROUP", span);
  if (IsAggregateFunction(name)) return BindAggregate(name, call, span);
  for (const char* window : {"TUMBLE", "HOP", "SESSION"}) {
    if (name.rfind(std::string(window) + "_", 0) == 0) return BindWindowProperty(name, call, span);
    if (name == window) {
      return SqlError{StatusCode::kInvalidArgument,
                      name + " stands in GROUP BY or in FROM, not in an expression", span,
                      "use " + name + "_START(...) or " + name + "_END(...) to name the window"};
    }
  }
  if (call.distinct || call.clauses.filter) {
    return SqlError{StatusCode::kInvalidArgument,
                    name + " is not an aggregate function: it takes neither DISTINCT nor FILTER",
                    span, ""};
  }
  std::vector<ExprPtr> args;
  for (const ast::Argument& argument : call.arguments) {
    // COUNTT(*): the name is what is wrong.
    if (std::holds_alternative<ast::Star>(argument.value->node) &&
        FunctionRegistry::Builtin().Find(name) == nullptr) {
      return UnknownFunction(name, call.function.span);
    }
    ASSIGN_OR_RETURN(ExprPtr arg, Bind(*argument.value));
    args.push_back(std::move(arg));
  }
  // TRIM(side FROM text) takes blanks off.
  if (name == "TRIM" && args.size() == 2) args.insert(args.begin() + 1, TextLiteral(" "));
  if (name == "JSON") {
    return SqlError{StatusCode::kInvalidArgument,
                    "JSON() stands only among the values of JSON_OBJECT and JSON_ARRAY", span, ""};
  }
  if (name == "CURRENT_DATABASE") {
    if (!args.empty() || options_.database.empty()) {
      return SqlError{StatusCode::kInvalidArgument,
                      args.empty()
                          ? "CURRENT_DATABASE() has no meaning in " + std::string(options_.place)
                          : "CURRENT_DATABASE() takes no arguments",
                      span, ""};
    }
    args.push_back(TextLiteral(options_.database));
  }
  if (name == "IF" || name == "COALESCE" || name == "IFNULL" || name == "NULLIF") {
    return BindConditional(name, std::move(args), span);
  }
  return Function(name, std::move(args), call.function.span);
}

SqlResult<ExprPtr> ExpressionBinder::Function(const std::string& name, std::vector<ExprPtr> args,
                                              const SourceSpan& span) {
  const ScalarFunction* function = FunctionRegistry::Builtin().Find(name);
  if (!function) return UnknownFunction(name, span);
  int count = static_cast<int>(args.size());
  if (count < function->min_args || (function->max_args >= 0 && count > function->max_args)) {
    return SqlError{StatusCode::kInvalidArgument,
                    name + " does not take " + std::to_string(count) + " arguments", span,
                    function->signature};
  }
  std::vector<BoundArgument> bound;
  for (const ExprPtr& arg : args) {
    bound.push_back({arg->type, arg->is_literal() ? &arg->literal().value : nullptr});
  }
  StatusOr<ResolvedFunction> resolved = function->resolve(bound);
  if (!resolved.ok()) return ErrorAt(resolved.status(), span);
  for (size_t i = 0; i < args.size(); ++i) {
    args[i] = CastTo(std::move(args[i]), resolved->argument_types[i]);
  }
  return Expr::MakeCall(resolved->result, function->name, std::move(args));
}

SqlError ExpressionBinder::NoAggregatesHere(const std::string& name, const SourceSpan& span) const {
  const bool filters = std::string_view(options_.place) == "WHERE";
  return SqlError{StatusCode::kInvalidArgument,
                  "the aggregate " + name + " is not allowed in " + options_.place, span,
                  filters ? "filter on aggregates with HAVING" : "aggregate in a sub-query first"};
}

SqlResult<ExprPtr> ExpressionBinder::BindAggregate(const std::string& name, const ast::Call& call,
                                                   const SourceSpan& span) {
  if (!options_.aggregates) return NoAggregatesHere(name, span);
  FoundAggregate found;
  found.function = name;
  found.distinct = call.distinct;
  found.span = span;
  BindOptions inner_options = options_;
  inner_options.aggregates = nullptr;
  inner_options.place = "the argument of another aggregate";
  ExpressionBinder inner(scope_, inner_options);
  bool star = call.arguments.size() == 1 &&
              std::holds_alternative<ast::Star>(call.arguments[0].value->node);
  std::vector<DataType> types;
  for (const ast::Argument& argument : call.arguments) {
    if (star) break;
    ASSIGN_OR_RETURN(ExprPtr arg, inner.Bind(*argument.value));
    types.push_back(arg->type);
    found.arguments.push_back(std::move(arg));
  }
  StatusOr<ResolvedAggregate> resolved = ResolveAggregate(name, types);
  if (!resolved.ok()) return ErrorAt(resolved.status(), span);
  for (size_t i = 0; i < found.arguments.size(); ++i) {
    found.arguments[i] = CastTo(std::move(found.arguments[i]), resolved->argument_types[i]);
  }
  if (call.clauses.filter) {
    ASSIGN_OR_RETURN(found.filter, inner.BindCondition(*call.clauses.filter, "FILTER"));
  }
  // Without GROUP BY, and under FILTER, there may be no row to aggregate.
  bool nullable = !options_.grouped || found.filter != nullptr;
  for (const DataType& type : types) nullable |= type.nullable();
  found.type = resolved->result.WithNullable(name != "COUNT" && nullable);
  if (name == "LISTAGG") found.type = resolved->result;  // as Flink has it: NULL of no rows fails
  if (name == "PERCENTILE") {
    SQL_RETURN_IF_ERROR(CheckPercentages(*found.arguments[1], span));
    found.type = resolved->result;
  }
  return IsVariance(name) ? Variance(found) : AggregateMark(std::move(found));
}

ExprPtr ExpressionBinder::AggregateMark(FoundAggregate found) {
  auto& all = *options_.aggregates;
  auto same = [](const ExprPtr& a, const ExprPtr& b) {
    return (!a && !b) || (a && b && Equal(*a, *b));
  };
  size_t index = 0;
  for (; index < all.size(); ++index) {
    if (all[index].function == found.function && all[index].distinct == found.distinct &&
        same(all[index].filter, found.filter) &&
        std::equal(all[index].arguments.begin(), all[index].arguments.end(),
                   found.arguments.begin(), found.arguments.end(), same)) {
      break;
    }
  }
  DataType type = found.type;
  if (index == all.size()) all.push_back(std::move(found));
  return Expr::MakeCall(
      std::move(type), kAggregateMark,
      {Expr::MakeLiteral(DataType::Int().NotNull(), Value(static_cast<int64_t>(index)))});
}

SqlResult<bool> ExpressionBinder::IsGroupWindow(const std::string& name, const ast::Call& call) {
  const GroupWindow* group = options_.group_window;
  const char* kind = !group                                      ? ""
                     : group->window.kind == WindowKind::kTumble ? "TUMBLE"
                     : group->window.kind == WindowKind::kHop    ? "HOP"
                                                                 : "SESSION";
  const size_t intervals = name == "HOP" ? 2 : 1;
  if (!group || name != kind || call.arguments.size() != intervals + 1) return false;
  ASSIGN_OR_RETURN(ExprPtr time, Bind(*call.arguments[0].value));
  ASSIGN_OR_RETURN(int64_t size, IntervalMillis(*call.arguments[intervals].value, "the size"));
  int64_t slide = group->window.slide_ms;
  if (intervals == 2) {
    ASSIGN_OR_RETURN(slide, IntervalMillis(*call.arguments[1].value, "the slide"));
  }
  return Equal(*time, *group->time) && size == group->window.size_ms &&
         slide == group->window.slide_ms;
}

SqlResult<ExprPtr> ExpressionBinder::BindWindowProperty(const std::string& name,
                                                        const ast::Call& call,
                                                        const SourceSpan& span) {
  std::string property = name.substr(name.find('_') + 1);
  ASSIGN_OR_RETURN(bool grouped_by, IsGroupWindow(name.substr(0, name.find('_')), call));
  if (!grouped_by) {
    return SqlError{StatusCode::kInvalidArgument, name + " needs the same window in GROUP BY", span,
                    "GROUP BY " + name.substr(0, name.find('_')) + "(...)"};
  }
  DataType type = DataType::Timestamp(3).NotNull();
  if (property == "ROWTIME") {
    type = options_.group_window->time_type.WithNullable(true);
  } else if (property != "START" && property != "END") {
    return Refuse(name, span);
  }
  return Expr::MakeCall(std::move(type), kWindowMark, {TextLiteral(property)});
}

}  // namespace weir::sql
