#include "sql/show.h"

#include <algorithm>
#include <set>

#include "common/base/ascii.h"
#include "operators/functions/aggregate_function.h"
#include "operators/functions/function_registry.h"
#include "sql/rel_properties.h"
#include "sql/unparse.h"

namespace weir::sql {
namespace {

// LIKE with % and _, without an escape.
bool Matches(std::string_view text, std::string_view pattern) {
  // Where to go on when a later character does not fit: one more character for the last %.
  size_t t = 0, p = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '%') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && (pattern[p] == '_' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '%') ++p;
  return p == pattern.size();
}

bool Wanted(const ast::Show& show, const std::string& name) {
  if (!show.like) return true;
  const bool matches = show.case_insensitive ? Matches(AsciiLower(name), AsciiLower(*show.like))
                                             : Matches(name, *show.like);
  return matches != show.negated;
}

SqlStatus CheckCatalog(const ast::Name& name, const Catalog& catalog) {
  const std::vector<std::string> known = catalog.Catalogs();
  if (std::find(known.begin(), known.end(), name.ToString()) != known.end()) return {};
  return SqlError{StatusCode::kNotFound, "Catalog " + name.ToString() + " does not exist.",
                  name.span, DidYouMean(name.ToString(), known)};
}

StatementResult NameList(const char* column, const std::vector<std::string>& names,
                         const ast::Show& show) {
  StatementResult result = EmptyResult({{column, DataType::String()}});
  for (const std::string& name : names) {
    if (Wanted(show, name)) result.rows.push_back({Value(name)});
  }
  return result;
}

}  // namespace

std::vector<std::string> FunctionNames() {
  std::set<std::string> names;
  const auto add = [&](const std::string& name) {
    // Operators stand in the registry by their symbols.
    const bool word = std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (word) names.insert(AsciiLower(name));
  };
  for (const std::string& name : FunctionRegistry::Builtin().Names()) add(name);
  for (const std::string& name : AggregateFunctionNames()) add(name);
  return {names.begin(), names.end()};
}

namespace {

// A column as DESCRIBE shows it.
struct DescribedColumn {
  std::string name;
  DataType type;
  TimeAttribute time = TimeAttribute::kNone;
  std::string extras;
  std::string watermark;
  std::string comment;
};

std::string TypeText(const DescribedColumn& column) {
  std::string text = column.type.WithNullable(true).ToString();
  if (column.time == TimeAttribute::kRowTime) text += " *ROWTIME*";
  if (column.time == TimeAttribute::kProcTime) text += " *PROCTIME*";
  return text;
}

Value TextOrNull(const std::string& text) { return text.empty() ? Value() : Value(text); }

bool IsProcTime(const CatalogColumn& column) {
  if (column.kind != CatalogColumn::Kind::kComputed) return false;
  const auto* call = std::get_if<ast::Call>(&column.expr->node);
  return call != nullptr && AsciiLower(call->function.ToString()) == "proctime";
}

std::vector<DescribedColumn> ColumnsOf(const CatalogTable& table) {
  std::vector<DescribedColumn> columns;
  for (const CatalogColumn& column : table.columns) {
    DescribedColumn described{.name = column.name, .type = column.type};
    described.comment = column.comment.value_or("");
    if (IsProcTime(column)) described.time = TimeAttribute::kProcTime;
    if (column.kind == CatalogColumn::Kind::kComputed) {
      described.extras = "AS " + Unparse(*column.expr);
    } else if (column.kind == CatalogColumn::Kind::kMetadata) {
      described.extras = "METADATA";
      if (column.metadata_key != column.name) {
        described.extras += " FROM " + QuoteString(column.metadata_key);
      }
      if (column.is_virtual) described.extras += " VIRTUAL";
    }
    if (table.watermark && table.watermark->column == column.name) {
      described.time = TimeAttribute::kRowTime;
      described.watermark = Unparse(*table.watermark->expr);
    }
    columns.push_back(std::move(described));
  }
  return columns;
}

SqlResult<std::vector<DescribedColumn>> ColumnsOf(const CatalogView& view, const Catalog& catalog,
                                                  const SessionConfig& config) {
  QueryBinder binder(catalog, config);
  ASSIGN_OR_RETURN(RelPtr rel, binder.Bind(view));
  const std::vector<TimeAttribute> times = TimeAttributes(*rel);
  std::vector<DescribedColumn> columns;
  for (size_t i = 0; i < rel->schema.size(); ++i) {
    columns.push_back({.name = rel->schema[i].name, .type = rel->schema[i].type, .time = times[i]});
  }
  return columns;
}

StatementResult DescribeColumns(const std::vector<DescribedColumn>& columns,
                                const std::vector<std::string>& primary_key,
                                const ast::Show* filter) {
  std::string key;
  for (const std::string& column : primary_key) key += (key.empty() ? "" : ", ") + column;
  const bool comments =
      std::any_of(columns.begin(), columns.end(),
                  [](const DescribedColumn& column) { return !column.comment.empty(); });
  std::vector<Field> fields = {{"name", DataType::String()},   {"type", DataType::String()},
                               {"null", DataType::Boolean()},  {"key", DataType::String()},
                               {"extras", DataType::String()}, {"watermark", DataType::String()}};
  if (comments) fields.push_back({"comment", DataType::String()});
  StatementResult result = EmptyResult(std::move(fields));
  for (const DescribedColumn& column : columns) {
    if (filter != nullptr && !Wanted(*filter, column.name)) continue;
    const bool in_key =
        std::find(primary_key.begin(), primary_key.end(), column.name) != primary_key.end();
    std::vector<Value> row = {Value(column.name),
                              Value(TypeText(column)),
                              Value(column.type.nullable()),
                              in_key ? Value("PRI(" + key + ")") : Value(),
                              TextOrNull(column.extras),
                              TextOrNull(column.watermark)};
    if (comments) row.push_back(TextOrNull(column.comment));
    result.rows.push_back(std::move(row));
  }
  return result;
}

SqlError NoSuchObject(const ast::Name& name, const Catalog& catalog) {
  std::string path;
  for (const std::string& part : catalog.Complete(name)) path += (path.empty() ? "" : ".") + part;
  return SqlError{StatusCode::kNotFound,
                  "Tables or views with the identifier '" + path + "' doesn't exist.", name.span,
                  DidYouMean(name.parts.back().text, catalog.TableNames())};
}

SqlResult<StatementResult> DescribeObject(const ast::Name& name, const Catalog& catalog,
                                          const SessionConfig& config, const ast::Show* filter) {
  const CatalogObject* object = catalog.Find(name);
  if (object == nullptr) return NoSuchObject(name, catalog);
  if (const auto* table = std::get_if<CatalogTable>(object)) {
    return DescribeColumns(ColumnsOf(*table), table->primary_key, filter);
  }
  ASSIGN_OR_RETURN(std::vector<DescribedColumn> columns,
                   ColumnsOf(std::get<CatalogView>(*object), catalog, config));
  return DescribeColumns(columns, {}, filter);
}

// The catalog is asked which there are, not the outside: this one, in memory, knows of none.
SqlResult<StatementResult> ShowPartitions(const ast::Show& show, const Catalog& catalog) {
  const CatalogObject* object = catalog.Find(*show.of);
  if (object == nullptr) return NoSuchObject(*show.of, catalog);
  const auto* table = std::get_if<CatalogTable>(object);
  if (table == nullptr || table->partition_keys.empty()) {
    return SqlError{StatusCode::kInvalidArgument,
                    "Table " + QuotedPath(catalog.Complete(*show.of)) + " is not partitioned.",
                    show.of->span, "CREATE TABLE ... PARTITIONED BY (column) makes one that is"};
  }
  return EmptyResult({{"partition name", DataType::String()}});
}

SqlResult<StatementResult> ShowCreate(const ast::Show& show, const Catalog& catalog,
                                      const SessionConfig& config) {
  const bool table_wanted = show.kind == ast::ShowKind::kCreateTable;
  const CatalogObject* object = catalog.Find(*show.of);
  const std::string path = QuotedPath(catalog.Complete(*show.of));
  if (object == nullptr) {
    const std::string kind = table_wanted ? "TABLE" : "VIEW";
    return SqlError{StatusCode::kNotFound,
                    "Could not execute SHOW CREATE " + kind + ". " +
                        (table_wanted ? "Table" : "View") + " with identifier " + path +
                        " does not exist.",
                    show.of->span, DidYouMean(show.of->parts.back().text, catalog.TableNames())};
  }
  if (const auto* table = std::get_if<CatalogTable>(object)) {
    if (table_wanted) return TextResult("result", CreateTableText(*table));
    return SqlError{StatusCode::kInvalidArgument,
                    "SHOW CREATE VIEW is only supported for views, but " + path +
                        " is a table. Please use SHOW CREATE TABLE instead.",
                    show.of->span, ""};
  }
  if (table_wanted) {
    return SqlError{StatusCode::kInvalidArgument,
                    "SHOW CREATE TABLE is only supported for tables, but " + path +
                        " is a view. Please use SHOW CREATE VIEW instead.",
                    show.of->span, ""};
  }
  const auto& view = std::get<CatalogView>(*object);
  ASSIGN_OR_RETURN(std::vector<DescribedColumn> columns, ColumnsOf(view, catalog, config));
  std::vector<Field> fields;
  for (const DescribedColumn& column : columns) fields.push_back({column.name, column.type});
  return TextResult("result", CreateViewText(view, Schema(std::move(fields))));
}

SqlError ClusterOnly(const char* what, const char* command) {
  return SqlError{StatusCode::kUnimplemented, std::string(what) + " is not a statement of a script",
                  SourceSpan{}, std::string("use `weir ") + command + "`"};
}

SqlResult<StatementResult> DescribeCatalog(const ast::Name& name, const Catalog& catalog) {
  SQL_RETURN_IF_ERROR(CheckCatalog(name, catalog));
  StatementResult result =
      EmptyResult({{"info name", DataType::String()}, {"info value", DataType::String()}});
  result.rows = {{Value("name"), Value(name.ToString())},
                 {Value("type"), Value("generic_in_memory")},
                 {Value("comment"), Value()}};
  return result;
}

}  // namespace

StatementResult EmptyResult(std::vector<Field> columns) {
  StatementResult result;
  result.schema = std::make_shared<const Schema>(std::move(columns));
  result.schema_text = result.schema->ToString();
  return result;
}

StatementResult TextResult(std::string column, std::string text) {
  StatementResult result = EmptyResult({{std::move(column), DataType::String()}});
  result.rows.push_back({Value(std::move(text))});
  return result;
}

StatementResult OkResult() { return TextResult("result", "OK"); }

SqlResult<StatementResult> Show(const ast::Show& show, const Catalog& catalog,
                                const SessionConfig& config) {
  switch (show.kind) {
    case ast::ShowKind::kTables: {
      if (!show.of) return NameList("table name", catalog.TableNames(), show);
      ASSIGN_OR_RETURN(std::vector<std::string> names, catalog.TableNames(*show.of));
      return NameList("table name", names, show);
    }
    case ast::ShowKind::kViews: {
      if (!show.of) return NameList("view name", catalog.ViewNames(), show);
      ASSIGN_OR_RETURN(std::vector<std::string> names, catalog.ViewNames(*show.of));
      return NameList("view name", names, show);
    }
    case ast::ShowKind::kFunctions:
      return NameList("function name", FunctionNames(), show);
    case ast::ShowKind::kUserFunctions:
      return NameList("function name", {}, show);
    case ast::ShowKind::kCatalogs:
      return NameList("catalog name", catalog.Catalogs(), show);
    case ast::ShowKind::kDatabases: {
      if (!show.of) return NameList("database name", catalog.Databases(), show);
      ASSIGN_OR_RETURN(std::vector<std::string> names, catalog.Databases(*show.of));
      return NameList("database name", names, show);
    }
    case ast::ShowKind::kCurrentCatalog:
      return TextResult("current catalog name", catalog.current_catalog());
    case ast::ShowKind::kCurrentDatabase:
      return TextResult("current database name", catalog.current_database());
    case ast::ShowKind::kColumns:
      return DescribeObject(*show.of, catalog, config, &show);
    case ast::ShowKind::kModules:
      return NameList("module name", {"core"}, show);
    case ast::ShowKind::kFullModules: {
      StatementResult result =
          EmptyResult({{"module name", DataType::String()}, {"used", DataType::Boolean()}});
      result.rows.push_back({Value("core"), Value(true)});
      return result;
    }
    case ast::ShowKind::kJars:
      return NameList("jars", {}, show);
    case ast::ShowKind::kPartitions:
      return ShowPartitions(show, catalog);
    case ast::ShowKind::kJobs:
      return ClusterOnly("SHOW JOBS", "list");
    case ast::ShowKind::kCreateTable:
    case ast::ShowKind::kCreateView:
      return ShowCreate(show, catalog, config);
    case ast::ShowKind::kCreateCatalog: {
      SQL_RETURN_IF_ERROR(CheckCatalog(*show.of, catalog));
      return TextResult("result", "CREATE CATALOG " + QuoteIdentifier(show.of->ToString()) +
                                      "\nWITH (\n  'type' = 'generic_in_memory'\n)\n");
    }
  }
  return SqlError{StatusCode::kInternal, "a SHOW of no kind", SourceSpan{}, ""};
}

SqlResult<StatementResult> Describe(const ast::Describe& describe, const Catalog& catalog,
                                    const SessionConfig& config) {
  if (describe.kind == ast::ObjectKind::kCatalog) return DescribeCatalog(describe.name, catalog);
  if (describe.kind != ast::ObjectKind::kTable) {
    return SqlError{StatusCode::kUnimplemented, "only tables, views and catalogs can be described",
                    describe.name.span, ""};
  }
  return DescribeObject(describe.name, catalog, config, nullptr);
}

}  // namespace weir::sql
