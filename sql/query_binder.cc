#include "sql/query_binder.h"

#include <algorithm>
#include <functional>
#include <set>

#include "sql/metadata_columns.h"
#include "sql/rel_properties.h"

namespace weir::sql {
namespace {

constexpr int kMaxViewDepth = 50;

std::string Upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

// The name that SQL gives a column by itself; empty: EXPR$n.
std::string OwnName(const ast::Expr& expr) {
  if (const auto* ref = std::get_if<ast::ColumnRef>(&expr.node)) return ref->name.parts.back().text;
  return "";
}

// A repeated name gets a number from 0.
void MakeUnique(std::vector<std::string>& names) {
  std::set<std::string> seen;
  for (std::string& name : names) {
    std::string unique = name;
    for (int n = 0; !seen.insert(unique).second; ++n) unique = name + std::to_string(n);
    name = unique;
  }
}

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

bool Mentions(const Expr& expr, const char* mark) {
  const Expr::Call* call = expr.call();
  if (!call) return false;
  if (call->function == mark) return true;
  return std::any_of(call->args.begin(), call->args.end(),
                     [&](const ExprPtr& arg) { return Mentions(*arg, mark); });
}

}  // namespace

Scope TableScope(const CatalogTable& table, bool with_computed) {
  Scope scope;
  for (const CatalogColumn& column : table.columns) {
    if (column.kind != CatalogColumn::Kind::kComputed || with_computed) {
      scope.columns.push_back({table.name, column.name, column.type});
    }
  }
  return scope;
}

SqlResult<RelPtr> QueryBinder::Bind(const ast::Query& query) {
  if (!query.order_by.empty()) return Refuse("ORDER BY", query.order_by[0].expr->span);
  if (query.limit) return Refuse("LIMIT", query.limit->span);
  if (query.offset) return Refuse("OFFSET", query.offset->span);
  with_.emplace_back();
  for (const ast::CommonTable& common : query.with) {
    SqlResult<RelPtr> bound = Bind(*common.query);
    if (!bound.ok()) return with_.pop_back(), std::move(bound);
    RelPtr rel = *bound;
    if (!common.columns.empty()) {
      From from{rel, ScopeOf(rel->schema, "")};
      SqlStatus aliased = ApplyAlias({common.name, common.columns}, from);
      if (!aliased.ok()) return with_.pop_back(), SqlResult<RelPtr>(std::move(aliased));
      rel = from.rel;
    }
    with_.back()[common.name.text] = rel;
  }
  SqlResult<RelPtr> body = BindBody(query);
  with_.pop_back();
  return body;
}

SqlResult<RelPtr> QueryBinder::BindBody(const ast::Query& query) {
  if (const auto* select = std::get_if<ast::Select>(&query.body)) return BindSelect(*select);
  if (const auto* values = std::get_if<ast::Values>(&query.body)) return BindValues(*values);
  if (const auto* op = std::get_if<ast::SetOp>(&query.body)) return BindUnion(*op, query.span);
  if (const auto* table = std::get_if<ast::TableQuery>(&query.body)) {
    ASSIGN_OR_RETURN(From from, BindNamed(table->table, {}));
    return from.rel;
  }
  return Bind(*std::get<ast::QueryPtr>(query.body));
}

SqlResult<RelPtr> QueryBinder::BindValues(const ast::Values& values) {
  Scope none;
  BindOptions options;
  options.time_zone = config_.time_zone();
  options.place = "VALUES";
  std::vector<std::vector<ExprPtr>> rows;
  for (const ast::ExprPtr& row : values.rows) {
    ExpressionBinder binder(none, options);
    std::vector<ExprPtr> cells;
    const auto* constructor = std::get_if<ast::RowConstructor>(&row->node);
    std::vector<ast::ExprPtr> exprs = constructor ? constructor->values : std::vector{row};
    for (const ast::ExprPtr& expr : exprs) {
      ASSIGN_OR_RETURN(ExprPtr cell, binder.Bind(*expr));
      cells.push_back(std::move(cell));
    }
    if (!rows.empty() && rows[0].size() != cells.size()) {
      return SqlError{StatusCode::kInvalidArgument,
                      "every row of VALUES needs " + std::to_string(rows[0].size()) +
                          " values, this one has " + std::to_string(cells.size()),
                      row->span, ""};
    }
    rows.push_back(std::move(cells));
  }
  std::vector<Field> fields;
  for (size_t c = 0; c < rows[0].size(); ++c) {
    std::vector<DataType> types;
    for (const auto& row : rows) types.push_back(row[c]->type);
    StatusOr<DataType> type = CommonType(types);
    if (!type.ok()) return ErrorAt(type.status(), values.rows[0]->span);
    if (type->kind() == TypeKind::kNull) {
      return SqlError{StatusCode::kInvalidArgument, "a column of only NULL has no type",
                      values.rows[0]->span, "write CAST(NULL AS INT)"};
    }
    fields.push_back({"EXPR$" + std::to_string(c), *type});
  }
  ValuesRel rel;
  for (size_t r = 0; r < rows.size(); ++r) {
    std::vector<Value> cells;
    for (size_t c = 0; c < rows[r].size(); ++c) {
      ExprPtr cell = CastTo(rows[r][c], fields[c].type);
      StatusOr<Value> value =
          EvaluateConstant(cell, FunctionRegistry::Builtin(), config_.time_zone());
      if (!value.ok()) return ErrorAt(value.status(), values.rows[r]->span);
      cells.push_back(std::move(*value));
    }
    rel.rows.push_back(std::move(cells));
  }
  return MakeRel(std::move(rel), {}, Schema(std::move(fields)));
}

SqlResult<RelPtr> QueryBinder::BindUnion(const ast::SetOp& op, const SourceSpan& span) {
  if (op.kind != ast::SetOpKind::kUnion || !op.all) {
    const char* name = op.kind == ast::SetOpKind::kUnion       ? "UNION without ALL"
                       : op.kind == ast::SetOpKind::kIntersect ? "INTERSECT"
                                                               : "EXCEPT";
    return Refuse(name, span);
  }
  ASSIGN_OR_RETURN(RelPtr left, Bind(*op.left));
  ASSIGN_OR_RETURN(RelPtr right, Bind(*op.right));
  if (left->schema.size() != right->schema.size()) {
    return SqlError{StatusCode::kInvalidArgument,
                    "both sides of UNION ALL need as many columns: here " +
                        std::to_string(left->schema.size()) + " and " +
                        std::to_string(right->schema.size()),
                    span, ""};
  }
  std::vector<Field> fields;
  for (size_t i = 0; i < left->schema.size(); ++i) {
    StatusOr<DataType> type =
        CommonType(std::vector<DataType>{left->schema[i].type, right->schema[i].type});
    if (!type.ok()) {
      return SqlError{StatusCode::kInvalidArgument,
                      "column `" + left->schema[i].name + "` of UNION ALL is " +
                          left->schema[i].type.ToString() + " on the left and " +
                          right->schema[i].type.ToString() + " on the right",
                      span, ""};
    }
    fields.push_back({left->schema[i].name, *type});
  }
  std::vector<RelPtr> inputs;
  for (RelPtr side : {left, right}) {
    bool same = true;
    std::vector<ExprPtr> columns = IdentityProjection(side->schema);
    std::vector<std::string> names;
    for (size_t i = 0; i < columns.size(); ++i) {
      same &= columns[i]->type.EqualsIgnoringNullability(fields[i].type);
      columns[i] = CastTo(columns[i], fields[i].type);
      names.push_back(fields[i].name);
    }
    if (!same) side = MakeProject(side, std::move(columns), std::move(names));
    if (side->as<UnionRel>() && same) {
      inputs.insert(inputs.end(), side->inputs.begin(), side->inputs.end());
    } else {
      inputs.push_back(side);
    }
  }
  return MakeRel(UnionRel{}, std::move(inputs), Schema(std::move(fields)));
}

SqlResult<QueryBinder::From> QueryBinder::BindFrom(const ast::TableRef& ref) {
  SqlResult<From> from = Refuse("this table", ref.span);
  if (const auto* table = std::get_if<ast::TableName>(&ref.node)) {
    from = BindTable(*table, ref.span);
  } else if (const auto* derived = std::get_if<ast::DerivedTable>(&ref.node)) {
    if (derived->lateral) return Refuse("LATERAL", ref.span);
    SqlResult<RelPtr> rel = Bind(*derived->query);
    if (!rel.ok()) return std::move(rel).status();
    from = From{*rel, ScopeOf((*rel)->schema, "")};
  } else if (const auto* function = std::get_if<ast::TableFunction>(&ref.node)) {
    from = BindTableFunction(*function, ref.span);
  } else if (std::holds_alternative<ast::Join>(ref.node)) {
    return Refuse("joins", ref.span);
  } else if (std::holds_alternative<ast::Unnest>(ref.node)) {
    return Refuse("UNNEST", ref.span);
  } else if (std::holds_alternative<ast::MatchRecognize>(ref.node)) {
    return Refuse("MATCH_RECOGNIZE", ref.span);
  }
  if (!from.ok()) return from;
  if (ref.alias) SQL_RETURN_IF_ERROR(ApplyAlias(*ref.alias, *from));
  return from;
}

SqlStatus QueryBinder::ApplyAlias(const ast::TableAlias& alias, From& from) {
  if (!alias.columns.empty() && alias.columns.size() != from.scope.columns.size()) {
    return SqlError{StatusCode::kInvalidArgument,
                    "`" + alias.name.text + "` names " + std::to_string(alias.columns.size()) +
                        " columns, the table has " + std::to_string(from.scope.columns.size()),
                    alias.name.span, ""};
  }
  std::vector<std::string> names;
  for (size_t i = 0; i < from.scope.columns.size(); ++i) {
    ScopeColumn& column = from.scope.columns[i];
    column.table = alias.name.text;
    if (!alias.columns.empty()) column.name = alias.columns[i].text;
    names.push_back(column.name);
  }
  if (!alias.columns.empty()) {
    from.rel = MakeProject(from.rel, IdentityProjection(from.rel->schema), std::move(names));
  }
  return {};
}

SqlResult<QueryBinder::From> QueryBinder::BindTable(const ast::TableName& table,
                                                    const SourceSpan& span) {
  if (table.system_time) return Refuse("FOR SYSTEM_TIME AS OF", table.system_time->span);
  return BindNamed(table.name, table.hints);
}

SqlResult<QueryBinder::From> QueryBinder::BindNamed(const ast::Name& name,
                                                    const std::vector<ast::Hint>& hints) {
  const std::string& last = name.parts.back().text;
  if (name.parts.size() == 1) {
    for (auto scope = with_.rbegin(); scope != with_.rend(); ++scope) {
      auto it = scope->find(last);
      if (it != scope->end()) return From{it->second, ScopeOf(it->second->schema, last)};
    }
  }
  const CatalogObject* object = catalog_.Find(name);
  if (!object) {
    std::vector<std::string> names = catalog_.TableNames();
    for (std::string& view : catalog_.ViewNames()) names.push_back(std::move(view));
    for (const auto& scope : with_) {
      for (const auto& [with_name, rel] : scope) names.push_back(with_name);
    }
    return SqlError{StatusCode::kNotFound, "table `" + name.ToString() + "` not found", name.span,
                    DidYouMean(last, names)};
  }
  if (const auto* view = std::get_if<CatalogView>(object)) {
    if (depth_ >= kMaxViewDepth) {
      return SqlError{StatusCode::kInvalidArgument, "views are nested too deeply", name.span, ""};
    }
    QueryBinder binder(catalog_, config_);
    binder.depth_ = depth_ + 1;
    SqlResult<RelPtr> rel = binder.Bind(*view->query);
    if (!rel.ok()) {
      SqlError error = std::move(rel).status().error();
      error.message = "in view `" + view->name + "`: " + error.message;
      error.span = name.span;
      return error;
    }
    From from{*rel, ScopeOf((*rel)->schema, last)};
    if (!view->columns.empty()) {
      from.rel = MakeProject(from.rel, IdentityProjection(from.rel->schema), view->columns);
      from.scope = ScopeOf(from.rel->schema, last);
    }
    return from;
  }
  const CatalogTable& table = std::get<CatalogTable>(*object);
  ScanRel scan;
  scan.table = std::make_shared<const CatalogTable>(table);
  scan.options = table.options;
  for (const ast::Hint& hint : hints) {
    if (Upper(hint.name.text) != "OPTIONS") continue;
    for (const ast::Option& option : hint.options) scan.options[option.key] = option.value;
  }
  std::vector<Field> fields;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    scan.columns.push_back(static_cast<uint32_t>(i));
    fields.push_back({table.columns[i].name, table.columns[i].type});
  }
  RelPtr rel = MakeRel(std::move(scan), {}, Schema(std::move(fields)));
  return From{rel, ScopeOf(rel->schema, last)};
}

SqlResult<QueryBinder::From> QueryBinder::BindTableFunction(const ast::TableFunction& function,
                                                            const SourceSpan& span) {
  const auto& call = std::get<ast::Call>(function.call->node);
  std::string name = Upper(call.function.parts.back().text);
  if (name == "SESSION") return Refuse("SESSION windows", call.function.span);
  if (name != "TUMBLE" && name != "HOP" && name != "CUMULATE") {
    return Refuse("the table function " + name, call.function.span);
  }
  std::vector<std::string> names = {"DATA", "TIMECOL"};
  if (name == "HOP") names.push_back("SLIDE");
  if (name == "CUMULATE") names.push_back("STEP");
  names.insert(names.end(), {"SIZE", "OFFSET"});
  std::map<std::string, const ast::Expr*> arguments;
  SqlError usage{StatusCode::kInvalidArgument, "this is not how " + name + " is called", span,
                 name == "TUMBLE"
                     ? "TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' MINUTES [, offset])"
                 : name == "HOP" ? "HOP(TABLE t, DESCRIPTOR(ts), slide, size [, offset])"
                                 : "CUMULATE(TABLE t, DESCRIPTOR(ts), step, size [, offset])"};
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    const ast::Argument& argument = call.arguments[i];
    std::string key = argument.name ? Upper(argument.name->text) : i < names.size() ? names[i] : "";
    if (std::find(names.begin(), names.end(), key) == names.end()) return usage;
    arguments[key] = argument.value.get();
  }
  for (const std::string& needed : names) {
    if (needed != "OFFSET" && !arguments.count(needed)) return usage;
  }
  const auto* data = std::get_if<ast::TableArgument>(&arguments["DATA"]->node);
  const auto* subquery = std::get_if<ast::ScalarSubquery>(&arguments["DATA"]->node);
  const auto* descriptor = std::get_if<ast::Descriptor>(&arguments["TIMECOL"]->node);
  if ((!data && !subquery) || !descriptor || descriptor->columns.size() != 1) return usage;
  From from;
  if (data && data->table) {
    ASSIGN_OR_RETURN(from, BindNamed(*data->table, {}));
  } else {
    ASSIGN_OR_RETURN(RelPtr rel, Bind(data ? *data->query : *subquery->query));
    from = {rel, ScopeOf(rel->schema, "")};
  }
  const ast::Identifier& column = descriptor->columns[0];
  int time = from.rel->schema.IndexOf(column.text);
  if (time < 0) {
    std::vector<std::string> columns;
    for (const Field& field : from.rel->schema.fields()) columns.push_back(field.name);
    return SqlError{StatusCode::kNotFound, "column `" + column.text + "` not found", column.span,
                    DidYouMean(column.text, columns)};
  }
  TimeAttribute attribute = TimeAttributes(*from.rel)[static_cast<size_t>(time)];
  if (attribute == TimeAttribute::kProcTime) {
    return Refuse("windows over processing time", column.span);
  }
  if (attribute == TimeAttribute::kNone) {
    return SqlError{StatusCode::kInvalidArgument,
                    "a window needs a row-time column, and `" + column.text + "` is not one",
                    column.span,
                    "declare it: WATERMARK FOR " + column.text + " AS " + column.text +
                        " - INTERVAL '5' SECOND"};
  }
  WindowTvfRel tvf;
  tvf.time_column = static_cast<uint32_t>(time);
  const DataType& time_type = from.rel->schema[static_cast<size_t>(time)].type;
  tvf.window.zoned = time_type.kind() == TypeKind::kTimestampLtz;
  tvf.window.kind = name == "TUMBLE" ? WindowKind::kTumble
                    : name == "HOP"  ? WindowKind::kHop
                                     : WindowKind::kCumulate;
  ASSIGN_OR_RETURN(tvf.window.size_ms, IntervalMillis(*arguments["SIZE"], "the window size"));
  if (name != "TUMBLE") {
    const char* key = name == "HOP" ? "SLIDE" : "STEP";
    ASSIGN_OR_RETURN(tvf.window.slide_ms, IntervalMillis(*arguments[key], "the window's step"));
  }
  if (arguments.count("OFFSET")) {
    ASSIGN_OR_RETURN(tvf.window.offset_ms, IntervalMillis(*arguments["OFFSET"], "the offset"));
  }
  if (tvf.window.size_ms <= 0 || (name != "TUMBLE" && tvf.window.slide_ms <= 0)) {
    return SqlError{StatusCode::kInvalidArgument,
                    "the size and the step of a window must be positive", span, ""};
  }
  if (name != "TUMBLE" && tvf.window.size_ms % tvf.window.slide_ms != 0) {
    return SqlError{
        StatusCode::kInvalidArgument,
        "the size of " + name + " must be a multiple of its " + (name == "HOP" ? "slide" : "step"),
        arguments["SIZE"]->span, ""};
  }
  std::vector<Field> fields = from.rel->schema.fields();
  fields.push_back({"window_start", DataType::Timestamp(3).NotNull()});
  fields.push_back({"window_end", DataType::Timestamp(3).NotNull()});
  fields.push_back({"window_time", time_type.NotNull()});
  RelPtr rel = MakeRel(tvf, {from.rel}, Schema(std::move(fields)));
  return From{rel, ScopeOf(rel->schema, "")};
}

SqlResult<QueryBinder::SelectList> QueryBinder::ExpandStars(const ast::Select& select,
                                                            const Scope& scope) {
  SelectList list;
  for (const ast::SelectItem& item : select.items) {
    const auto* star = std::get_if<ast::Star>(&item.expr->node);
    if (!star) {
      list.exprs.push_back(item.expr.get());
      list.names.push_back(item.alias ? item.alias->text : OwnName(*item.expr));
      list.stars.push_back(nullptr);
      continue;
    }
    bool any = false;
    for (size_t i = 0; i < scope.columns.size(); ++i) {
      const ScopeColumn& column = scope.columns[i];
      if (star->qualifier && column.table != star->qualifier->parts[0].text) continue;
      any = true;
      list.exprs.push_back(item.expr.get());
      list.names.push_back(column.name);
      list.stars.push_back(Expr::MakeInput(column.type, static_cast<uint32_t>(i)));
    }
    if (!any) {
      return SqlError{StatusCode::kNotFound,
                      star->qualifier
                          ? "there is no table `" + star->qualifier->ToString() + "` here"
                          : "there is nothing that * could stand for",
                      item.expr->span, ""};
    }
  }
  for (size_t i = 0; i < list.names.size(); ++i) {
    if (list.names[i].empty()) list.names[i] = "EXPR$" + std::to_string(i);
  }
  MakeUnique(list.names);
  return list;
}

SqlResult<RelPtr> QueryBinder::BindSelect(const ast::Select& select) {
  if (!select.windows.empty()) return Refuse("WINDOW", select.windows[0].spec.span);
  if (select.qualify) return Refuse("QUALIFY", select.qualify->span);
  From from;
  if (select.from) {
    ASSIGN_OR_RETURN(from, BindFrom(*select.from));
  } else {
    from.rel = MakeRel(ValuesRel{{{}}}, {}, Schema());
  }
  BindOptions options;
  options.time_zone = config_.time_zone();
  if (select.where) {
    options.place = "WHERE";
    ExpressionBinder binder(from.scope, options);
    ASSIGN_OR_RETURN(ExprPtr condition, binder.BindCondition(*select.where, "WHERE"));
    from.rel = MakeFilter(from.rel, std::move(condition));
  }
  ASSIGN_OR_RETURN(SelectList list, ExpandStars(select, from.scope));

  // Aggregates make a query grouped, also without GROUP BY.
  std::vector<FoundAggregate> found;
  options.aggregates = &found;
  ExpressionBinder probe(from.scope, options);
  std::vector<ExprPtr> projections;
  bool grouped = select.group_by_present || select.having;
  for (size_t i = 0; i < list.exprs.size() && !grouped; ++i) {
    if (list.stars[i]) {
      projections.push_back(list.stars[i]);
      continue;
    }
    ASSIGN_OR_RETURN(ExprPtr bound, probe.Bind(*list.exprs[i]));
    if (bound->type.kind() == TypeKind::kNull) {
      return SqlError{StatusCode::kInvalidArgument, "NULL alone has no type", list.exprs[i]->span,
                      "write CAST(NULL AS INT)"};
    }
    projections.push_back(std::move(bound));
    grouped = !found.empty();
  }
  RelPtr rel;
  if (grouped) {
    ASSIGN_OR_RETURN(rel, BindGrouped(select, from, list));
  } else {
    rel = MakeProject(from.rel, std::move(projections), list.names);
  }
  if (!select.distinct) return rel;
  GroupingSpec spec;
  std::vector<FoundAggregate> none;
  spec.calls = &none;
  spec.span = select.span;
  spec.keys = IdentityProjection(rel->schema);
  for (const Field& field : rel->schema.fields()) spec.key_names.push_back(field.name);
  return MakeAggregateRel(rel, spec);
}

SqlResult<GroupWindow> QueryBinder::BindGroupWindow(const ast::Call& call, const From& from,
                                                    const SourceSpan& span) {
  std::string name = Upper(call.function.parts.back().text);
  size_t needed = name == "TUMBLE" ? 2 : 3;
  if (call.arguments.size() != needed) {
    return SqlError{
        StatusCode::kInvalidArgument, "this is not how " + name + " is called", span,
        name == "TUMBLE" ? "GROUP BY TUMBLE(ts, size)" : "GROUP BY HOP(ts, slide, size)"};
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
  window.window.kind = name == "TUMBLE" ? WindowKind::kTumble : WindowKind::kHop;
  if (name == "HOP") {
    ASSIGN_OR_RETURN(window.window.slide_ms, IntervalMillis(*call.arguments[1].value, "the slide"));
  }
  ASSIGN_OR_RETURN(window.window.size_ms,
                   IntervalMillis(*call.arguments[needed - 1].value, "the window size"));
  if (window.window.size_ms <= 0 || (name == "HOP" && window.window.slide_ms <= 0)) {
    return SqlError{StatusCode::kInvalidArgument, "the size of a window must be positive", span,
                    ""};
  }
  return window;
}

SqlResult<RelPtr> QueryBinder::BindGrouped(const ast::Select& select, const From& from,
                                           const SelectList& list) {
  BindOptions options;
  options.time_zone = config_.time_zone();
  options.place = "GROUP BY";
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
      std::string name = Upper(call->function.parts.back().text);
      if (name == "SESSION") return Refuse("SESSION windows", item.span);
      if (name == "TUMBLE" || name == "HOP") {
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

SqlResult<BoundInsert> QueryBinder::Bind(const ast::Insert& insert) {
  const CatalogObject* object = catalog_.Find(insert.table);
  if (!object || !std::get_if<CatalogTable>(object)) {
    return SqlError{StatusCode::kNotFound,
                    object ? "`" + insert.table.ToString() + "` is a view: it cannot be written"
                           : "table `" + insert.table.ToString() + "` not found",
                    insert.table.span,
                    DidYouMean(insert.table.parts.back().text, catalog_.TableNames())};
  }
  if (insert.overwrite) return Refuse("INSERT OVERWRITE", insert.span);
  BoundInsert bound;
  bound.span = insert.span;
  bound.table = std::make_shared<const CatalogTable>(std::get<CatalogTable>(*object));
  bound.options = bound.table->options;
  for (const ast::Hint& hint : insert.hints) {
    if (Upper(hint.name.text) != "OPTIONS") continue;
    for (const ast::Option& option : hint.options) bound.options[option.key] = option.value;
  }
  ASSIGN_OR_RETURN(RelPtr query, Bind(*insert.query));

  // What can be written: physical columns, then metadata that is not virtual.
  std::vector<const CatalogColumn*> persisted;
  for (auto kind : {CatalogColumn::Kind::kPhysical, CatalogColumn::Kind::kMetadata}) {
    for (const CatalogColumn& column : bound.table->columns) {
      if (column.kind == kind && !column.is_virtual) persisted.push_back(&column);
    }
  }
  // By position the columns stand in the order of the declaration.
  std::vector<const CatalogColumn*> targets;
  std::vector<std::string> names;
  for (const CatalogColumn& column : bound.table->columns) {
    if (column.kind == CatalogColumn::Kind::kComputed || column.is_virtual) continue;
    targets.push_back(&column);
    names.push_back(column.name);
  }
  if (!insert.columns.empty()) {
    targets.clear();
    for (const ast::Identifier& name : insert.columns) {
      const CatalogColumn* column = bound.table->FindColumn(name.text);
      if (!column || std::find(persisted.begin(), persisted.end(), column) == persisted.end()) {
        return SqlError{StatusCode::kNotFound,
                        column
                            ? "column `" + name.text + "` cannot be written"
                            : "column `" + name.text + "` not found in `" + bound.table->name + "`",
                        name.span, DidYouMean(name.text, names)};
      }
      if (std::find(targets.begin(), targets.end(), column) != targets.end()) {
        return SqlError{StatusCode::kInvalidArgument, "column `" + name.text + "` is named twice",
                        name.span, ""};
      }
      targets.push_back(column);
    }
  }
  if (targets.size() != query->schema.size()) {
    return SqlError{StatusCode::kInvalidArgument,
                    "`" + bound.table->name + "` takes " + std::to_string(targets.size()) +
                        " columns, the query has " + std::to_string(query->schema.size()),
                    insert.table.span, ""};
  }
  std::vector<ExprPtr> columns;
  std::vector<std::string> column_names;
  for (size_t i = 0; i < targets.size(); ++i) {
    const DataType& from = query->schema[i].type;
    const DataType& to = targets[i]->type;
    if (!from.EqualsIgnoringNullability(to) && !CanCastImplicitly(from, to)) {
      return SqlError{StatusCode::kInvalidArgument,
                      "column `" + targets[i]->name + "` of `" + bound.table->name + "` is " +
                          to.ToString() + ", the query's column `" + query->schema[i].name +
                          "` is " + from.ToString(),
                      insert.table.span, "convert it with CAST"};
    }
    ExprPtr value = CastTo(Expr::MakeInput(from, static_cast<uint32_t>(i)), to);
    if (targets[i]->kind == CatalogColumn::Kind::kMetadata) {
      ASSIGN_OR_RETURN(DataType outside,
                       MetadataType(*bound.table, *targets[i], bound.options, true));
      value = CastTo(std::move(value), outside);
    }
    columns.push_back(std::move(value));
    column_names.push_back(targets[i]->name);
  }
  bound.query = MakeProject(query, std::move(columns), std::move(column_names));
  for (const CatalogColumn* column : persisted) {
    auto at = std::find(targets.begin(), targets.end(), column);
    bound.mapping.push_back(at == targets.end() ? -1 : static_cast<int>(at - targets.begin()));
    if (at == targets.end() && !column->type.nullable()) {
      return SqlError{StatusCode::kInvalidArgument,
                      "column `" + column->name + "` of `" + bound.table->name +
                          "` is NOT NULL and gets no value",
                      insert.table.span, ""};
    }
  }
  return bound;
}

}  // namespace weir::sql
