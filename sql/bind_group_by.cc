#include <functional>

#include "sql/query_binder.h"
#include "sql/rel_properties.h"

namespace weir::sql {
namespace {

// Replaces what stands for group keys, aggregates and window properties by columns of the
// aggregate's output. What is left of the input is an error.
struct AfterGrouping {
  const std::vector<ExprPtr>& keys;
  const Rel& aggregate;
  size_t calls;

  ExprPtr Column(size_t i) const {
    return Expr::MakeInput(aggregate.schema[i].type, static_cast<uint32_t>(i));
  }
  // Null and `missing` set when a column is used that is no key.
  ExprPtr Rewrite(const ExprPtr& expr, ExprPtr* missing) const {
    for (size_t i = 0; i < keys.size(); ++i) {
      if (Equal(*keys[i], *expr)) return Column(i);
    }
    if (expr->is_literal()) return expr;
    const Expr::Call* call = expr->call();
    if (!call) return *missing = expr, nullptr;
    if (call->function == kAggregateMark) {
      return Column(keys.size() + static_cast<size_t>(call->args[0]->literal().value.integer()));
    }
    if (call->function == kWindowMark) {
      const std::string& what = call->args[0]->literal().value.string();
      return Column(keys.size() + calls + (what == "START" ? 0u : what == "END" ? 1u : 2u));
    }
    std::vector<ExprPtr> args;
    for (const ExprPtr& arg : call->args) {
      ExprPtr rewritten = Rewrite(arg, missing);
      if (!rewritten) return nullptr;
      args.push_back(std::move(rewritten));
    }
    return Expr::MakeCall(expr->type, call->function, std::move(args));
  }
};

}  // namespace

SqlResult<GroupWindow> QueryBinder::BindGroupWindow(const ast::Call& call, const From& from,
                                                    const SourceSpan& span) {
  std::string name = call.function.parts.back().Upper();
  const bool hop = name == "HOP";
  size_t needed = hop ? 3 : 2;
  if (call.arguments.size() != needed) {
    return SqlError{StatusCode::kInvalidArgument, "this is not how " + name + " is called", span,
                    name == "TUMBLE" ? "GROUP BY TUMBLE(ts, size)"
                    : hop            ? "GROUP BY HOP(ts, slide, size)"
                                     : "GROUP BY SESSION(ts, gap)"};
  }
  GroupWindow window;
  ExpressionBinder binder(from.scope, {});
  ASSIGN_OR_RETURN(window.time, binder.Bind(*call.arguments[0].value));
  TimeAttribute attribute = TimeAttribute::kNone;
  if (window.time->is_input()) {
    attribute = TimeAttributes(*from.rel)[window.time->input().column];
  }
  if (attribute == TimeAttribute::kProcTime) {
    return Refuse("windows over processing time", call.arguments[0].value->span);
  }
  if (attribute == TimeAttribute::kNone) {
    return SqlError{StatusCode::kInvalidArgument, "a window needs a row-time column",
                    call.arguments[0].value->span, "declare one with WATERMARK FOR"};
  }
  window.time_type = window.time->type;
  window.window.zoned = window.time_type.kind() == TypeKind::kTimestampLtz;
  window.window.kind = name == "TUMBLE" ? WindowKind::kTumble
                       : hop            ? WindowKind::kHop
                                        : WindowKind::kSession;
  if (hop) {
    ASSIGN_OR_RETURN(window.window.slide_ms, IntervalMillis(*call.arguments[1].value, "the slide"));
  }
  ASSIGN_OR_RETURN(window.window.size_ms,
                   IntervalMillis(*call.arguments[needed - 1].value, "the window size"));
  if (window.window.size_ms <= 0 || (hop && window.window.slide_ms <= 0)) {
    return SqlError{StatusCode::kInvalidArgument, "the size of a window must be positive", span,
                    ""};
  }
  return window;
}

SqlResult<RelPtr> QueryBinder::BindGrouped(const ast::Select& select, const From& from,
                                           const SelectList& list) {
  BindOptions options = Options("GROUP BY");
  ExpressionBinder key_binder(from.scope, options);
  GroupingSpec spec;
  spec.span = select.span;
  std::optional<GroupWindow> window;
  std::function<SqlStatus(const ast::GroupItem&)> add =
      [&](const ast::GroupItem& item) -> SqlStatus {
    if (item.kind == ast::GroupItemKind::kSet) {
      for (const ast::GroupItem& inner : item.items) SQL_RETURN_IF_ERROR(add(inner));
      return {};
    }
    if (item.kind != ast::GroupItemKind::kExpr) {
      return Refuse("GROUPING SETS, ROLLUP and CUBE", item.span);
    }
    if (const auto* call = std::get_if<ast::Call>(&item.expr->node)) {
      std::string name = call->function.parts.back().Upper();
      if (name == "TUMBLE" || name == "HOP" || name == "SESSION") {
        SqlResult<GroupWindow> bound = BindGroupWindow(*call, from, item.expr->span);
        if (!bound.ok()) return std::move(bound).status();
        window = *bound;
        return {};
      }
    }
    SqlResult<ExprPtr> key = key_binder.Bind(*item.expr);
    if (!key.ok()) return std::move(key).status();
    for (const ExprPtr& known : spec.keys) {
      if (Equal(*known, **key)) return {};
    }
    std::string name = OwnName(*item.expr);
    spec.key_names.push_back(name.empty() ? "$k" + std::to_string(spec.keys.size()) : name);
    spec.keys.push_back(*key);
    return {};
  };
  for (const ast::GroupItem& item : select.group_by) SQL_RETURN_IF_ERROR(add(item));
  MakeUnique(spec.key_names);

  std::vector<FoundAggregate> found;
  options.aggregates = &found;
  options.grouped = !spec.keys.empty() || window;
  options.group_window = window ? &*window : nullptr;
  ExpressionBinder binder(from.scope, options);
  std::vector<ExprPtr> projections;
  for (size_t i = 0; i < list.exprs.size(); ++i) {
    if (list.stars[i]) {
      projections.push_back(list.stars[i]);
      continue;
    }
    ASSIGN_OR_RETURN(ExprPtr bound, binder.Bind(*list.exprs[i]));
    projections.push_back(std::move(bound));
  }
  ExprPtr having;
  if (select.having) {
    ASSIGN_OR_RETURN(having, binder.BindCondition(*select.having, "HAVING"));
  }
  spec.calls = &found;
  spec.window = window ? &*window : nullptr;
  ASSIGN_OR_RETURN(RelPtr rel, MakeAggregateRel(from.rel, spec));
  AfterGrouping after{spec.keys, *rel, found.size()};
  auto rewrite = [&](ExprPtr& expr, const ast::Expr& source) -> SqlStatus {
    ExprPtr missing;
    ExprPtr rewritten = after.Rewrite(expr, &missing);
    if (!rewritten) {
      uint32_t column = missing->input().column;
      return SqlError{
          StatusCode::kInvalidArgument,
          "column `" + from.scope.columns[column].name + "` is neither grouped by nor aggregated",
          source.span,
          "add it to GROUP BY, or aggregate it: MAX(" + from.scope.columns[column].name + ")"};
    }
    expr = std::move(rewritten);
    return {};
  };
  for (size_t i = 0; i < projections.size(); ++i) {
    SQL_RETURN_IF_ERROR(rewrite(projections[i], *list.exprs[i]));
  }
  if (having) {
    SQL_RETURN_IF_ERROR(rewrite(having, *select.having));
    rel = MakeFilter(rel, std::move(having));
  }
  return MakeProject(rel, std::move(projections), list.names);
}

}  // namespace weir::sql
