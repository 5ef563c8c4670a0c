#include <algorithm>

#include "sql/query_binder.h"
#include "sql/rel_properties.h"

namespace weir::sql {
namespace {

constexpr int kMaxViewDepth = 50;

SqlResult<uint32_t> ColumnNamed(const std::string& name, const Schema& schema,
                                const SourceSpan& span) {
  const int column = schema.IndexOf(name);
  if (column >= 0) return static_cast<uint32_t>(column);
  std::vector<std::string> columns;
  for (const Field& field : schema.fields()) columns.push_back(field.name);
  return SqlError{StatusCode::kNotFound, "column `" + name + "` not found", span,
                  DidYouMean(name, columns)};
}

// PARTITION BY of a table function's table. `refused_by`: the function, if it has no use for it.
SqlResult<std::vector<uint32_t>> BindPartition(const ast::TableArgument& data, const Schema& schema,
                                               const std::string& refused_by) {
  std::vector<uint32_t> partition;
  for (const ast::ExprPtr& key : data.partition_by) {
    if (!refused_by.empty()) {
      return SqlError{StatusCode::kInvalidArgument,
                      refused_by + " takes no PARTITION BY: only SESSION does", key->span,
                      "its windows are the same for every key: GROUP BY the key"};
    }
    const auto* column = std::get_if<ast::ColumnRef>(&key->node);
    if (!column || column->name.parts.size() != 1) {
      return SqlError{StatusCode::kInvalidArgument,
                      "SESSION is partitioned by columns of its table", key->span,
                      "compute it in a query: SESSION((SELECT ..., f(x) AS k FROM t) "
                      "PARTITION BY k, ...)"};
    }
    ASSIGN_OR_RETURN(const uint32_t at, ColumnNamed(column->name.parts[0].text, schema, key->span));
    if (std::find(partition.begin(), partition.end(), at) == partition.end()) {
      partition.push_back(at);
    }
  }
  if (!data.order_by.empty()) {
    return SqlError{StatusCode::kInvalidArgument, "a window takes its rows in no order",
                    data.order_by[0].expr->span, "leave out ORDER BY"};
  }
  return partition;
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

SqlResult<std::map<std::string, std::string>> WithHints(std::map<std::string, std::string> options,
                                                        const std::vector<ast::Hint>& hints) {
  for (const ast::Hint& hint : hints) {
    if (hint.name.Upper() != "OPTIONS") {
      return SqlError{StatusCode::kInvalidArgument, "a table has no hint " + hint.name.text,
                      hint.name.span, "write /*+ OPTIONS('key' = 'value') */"};
    }
    if (hint.options.empty()) {
      return SqlError{StatusCode::kInvalidArgument, "OPTIONS takes keys with values",
                      hint.name.span, "write /*+ OPTIONS('key' = 'value') */"};
    }
    for (const ast::Option& option : hint.options) options[option.key] = option.value;
  }
  return options;
}

namespace {

// What has no options of its own: a view, a common table expression.
SqlStatus RefuseHints(const std::vector<ast::Hint>& hints, const std::string& what) {
  if (hints.empty()) return {};
  return SqlError{StatusCode::kInvalidArgument, what + " has no options that a hint could set",
                  hints[0].name.span, "put the hint behind the table inside"};
}

}  // namespace

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
    if (column.table != alias.name.text) column.path = {};
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

SqlResult<RelPtr> QueryBinder::Bind(const CatalogView& view) {
  if (depth_ >= kMaxViewDepth) {
    return SqlError{StatusCode::kInvalidArgument, "views are nested too deeply", {}, ""};
  }
  // The names of this query mean nothing in the view's.
  QueryBinder binder(catalog_, config_);
  binder.base_ = view.base;
  binder.depth_ = depth_ + 1;
  ASSIGN_OR_RETURN(RelPtr rel, binder.Bind(*view.query));
  if (view.columns.empty()) return rel;
  return MakeProject(rel, IdentityProjection(rel->schema), view.columns);
}

SqlResult<QueryBinder::From> QueryBinder::BindNamed(const ast::Name& name,
                                                    const std::vector<ast::Hint>& hints) {
  const std::string& last = name.parts.back().text;
  if (name.parts.size() == 1) {
    for (auto scope = with_.rbegin(); scope != with_.rend(); ++scope) {
      auto it = scope->find(last);
      if (it == scope->end()) continue;
      SQL_RETURN_IF_ERROR(RefuseHints(hints, "`" + last + "` of WITH"));
      return From{it->second, ScopeOf(it->second->schema, last)};
    }
  }
  const CatalogObject* object = catalog_.Find(name, base_);
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
    SQL_RETURN_IF_ERROR(RefuseHints(hints, "the view `" + view->name + "`"));
    SqlResult<RelPtr> rel = Bind(*view);
    if (!rel.ok()) {
      SqlError error = std::move(rel).status().error();
      error.message = "in view `" + view->name + "`: " + error.message;
      error.span = name.span;
      return error;
    }
    return From{*rel, ScopeOf((*rel)->schema, last, {view->catalog, view->database})};
  }
  const CatalogTable& table = std::get<CatalogTable>(*object);
  ScanRel scan;
  scan.table = std::make_shared<const CatalogTable>(table);
  ASSIGN_OR_RETURN(scan.options, WithHints(table.options, hints));
  std::vector<Field> fields;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    scan.columns.push_back({static_cast<uint32_t>(i), {}});
    fields.push_back({table.columns[i].name, table.columns[i].type});
  }
  RelPtr rel = MakeRel(std::move(scan), {}, Schema(std::move(fields)));
  return From{rel, ScopeOf(rel->schema, last, {table.catalog, table.database})};
}

namespace {

// What to do when column `at`, called `name`, is no row time.
std::string HintAtRowTime(const std::string& name, const Rel& input, uint32_t at) {
  const std::vector<TimeAttribute> attributes = TimeAttributes(input);
  for (size_t i = 0; i < attributes.size(); ++i) {
    if (attributes[i] == TimeAttribute::kRowTime) return "`" + input.schema[i].name + "` is one";
  }
  if (!input.schema[at].type.is_timestamp()) {
    return "it takes a TIMESTAMP(3) column with a WATERMARK in CREATE TABLE";
  }
  return "declare it: WATERMARK FOR " + name + " AS " + name + " - INTERVAL '5' SECOND";
}

}  // namespace

SqlResult<QueryBinder::From> QueryBinder::BindTableFunction(const ast::TableFunction& function,
                                                            const SourceSpan& span) {
  const auto& call = std::get<ast::Call>(function.call->node);
  std::string name = call.function.parts.back().Upper();
  const bool session = name == "SESSION";
  if (name != "TUMBLE" && name != "HOP" && name != "CUMULATE" && !session) {
    return SqlError{StatusCode::kNotFound, "there is no table function " + name, call.function.span,
                    DidYouMean(name, {"TUMBLE", "HOP", "CUMULATE", "SESSION"})};
  }
  std::vector<std::string> names = {"DATA", "TIMECOL"};
  if (name == "HOP") names.push_back("SLIDE");
  if (name == "CUMULATE") names.push_back("STEP");
  names.push_back(session ? "GAP" : "SIZE");
  if (!session) names.push_back("OFFSET");
  std::map<std::string, const ast::Expr*> arguments;
  SqlError usage{StatusCode::kInvalidArgument, "this is not how " + name + " is called", span,
                 name == "TUMBLE"
                     ? "TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' MINUTES [, offset])"
                 : name == "HOP" ? "HOP(TABLE t, DESCRIPTOR(ts), slide, size [, offset])"
                 : session       ? "SESSION(TABLE t [PARTITION BY (k, ...)], DESCRIPTOR(ts), gap)"
                                 : "CUMULATE(TABLE t, DESCRIPTOR(ts), step, size [, offset])"};
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    const ast::Argument& argument = call.arguments[i];
    std::string key = argument.name ? argument.name->Upper() : i < names.size() ? names[i] : "";
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
  ASSIGN_OR_RETURN(const uint32_t time, ColumnNamed(column.text, from.rel->schema, column.span));
  TimeAttribute attribute = TimeAttributes(*from.rel)[time];
  if (attribute == TimeAttribute::kProcTime) {
    return Refuse("windows over processing time", column.span);
  }
  if (attribute == TimeAttribute::kNone) {
    return SqlError{StatusCode::kInvalidArgument,
                    "a window needs a row-time column, and `" + column.text + "` is not one",
                    column.span, HintAtRowTime(column.text, *from.rel, time)};
  }
  WindowTvfRel tvf;
  tvf.time_column = time;
  if (data) {
    ASSIGN_OR_RETURN(tvf.partition, BindPartition(*data, from.rel->schema, session ? "" : name));
  }
  const DataType& time_type = from.rel->schema[time].type;
  tvf.window.zoned = time_type.kind() == TypeKind::kTimestampLtz;
  tvf.window.kind = name == "TUMBLE" ? WindowKind::kTumble
                    : name == "HOP"  ? WindowKind::kHop
                    : session        ? WindowKind::kSession
                                     : WindowKind::kCumulate;
  ASSIGN_OR_RETURN(tvf.window.size_ms, session
                                           ? IntervalMillis(*arguments["GAP"], "the gap")
                                           : IntervalMillis(*arguments["SIZE"], "the window size"));
  const bool steps = name == "HOP" || name == "CUMULATE";
  if (steps) {
    const char* key = name == "HOP" ? "SLIDE" : "STEP";
    ASSIGN_OR_RETURN(tvf.window.slide_ms, IntervalMillis(*arguments[key], "the window's step"));
  }
  if (arguments.count("OFFSET")) {
    ASSIGN_OR_RETURN(tvf.window.offset_ms, IntervalMillis(*arguments["OFFSET"], "the offset"));
  }
  if (tvf.window.size_ms <= 0 || (steps && tvf.window.slide_ms <= 0)) {
    return SqlError{StatusCode::kInvalidArgument,
                    session ? "the gap of a session must be positive"
                            : "the size and the step of a window must be positive",
                    session ? arguments["GAP"]->span : span, ""};
  }
  if (steps && tvf.window.size_ms % tvf.window.slide_ms != 0) {
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

}  // namespace weir::sql
