#include "sql/table_access.h"

#include <algorithm>

#include "common/config/option_reader.h"
#include "sql/metadata_columns.h"

namespace weir::sql {
namespace {

using Kind = CatalogColumn::Kind;

int64_t Granularity(const WindowDef& window, const SessionConfig& config) {
  int64_t ms = window.kind == WindowKind::kTumble ? window.size_ms
                                                  : std::gcd(window.size_ms, window.slide_ms);
  if (window.offset_ms) ms = std::gcd(ms, std::abs(window.offset_ms));
  // Zones shift by whole seconds at the least.
  if (window.zoned && config.time_zone() != "UTC") ms = std::gcd(ms, int64_t{1000});
  return ms;
}

bool CallsFunction(const Expr& expr, const char* name) {
  const Expr::Call* call = expr.call();
  return call && (call->function == name ||
                  std::any_of(call->args.begin(), call->args.end(),
                              [&](const ExprPtr& arg) { return CallsFunction(*arg, name); }));
}

void Collect(const RelPtr& rel, const SessionConfig& config, int64_t granularity, TableUses& uses) {
  if (const auto* aggregate = rel->as<WindowAggregateRel>()) {
    if (granularity >= 0)
      granularity = std::gcd(granularity, Granularity(aggregate->window, config));
  } else if (const auto* tvf = rel->as<WindowTvfRel>()) {
    if (granularity >= 0) granularity = std::gcd(granularity, Granularity(tvf->window, config));
  } else if (const auto* calc = rel->as<CalcRel>()) {
    bool asks = calc->filter && CallsFunction(*calc->filter, "CURRENT_WATERMARK");
    for (const ExprPtr& projection : calc->projections) {
      asks |= CallsFunction(*projection, "CURRENT_WATERMARK");
    }
    if (asks) granularity = -1;
  } else if (const auto* scan = rel->as<ScanRel>()) {
    TableUse& use = uses[TableKey(*scan)];
    if (!use.scan) use.scan = scan;
    use.columns.insert(scan->columns.begin(), scan->columns.end());
    use.granularity_ms =
        use.granularity_ms < 0 || granularity < 0 ? -1 : std::gcd(use.granularity_ms, granularity);
  }
  for (const RelPtr& input : rel->inputs) Collect(input, config, granularity, uses);
}

// Columns of the table that an expression over a scope of some of them reads.
void AddInputs(const Expr& expr, const std::vector<uint32_t>& scope_columns,
               std::set<uint32_t>& columns) {
  std::vector<bool> used(scope_columns.size(), false);
  CollectInputs(expr, used);
  for (size_t i = 0; i < used.size(); ++i) {
    if (used[i]) columns.insert(scope_columns[i]);
  }
}

// Where each column of the scope lies in `columns`.
std::vector<int> PlacesOf(const std::vector<uint32_t>& scope_columns,
                          const std::vector<uint32_t>& columns) {
  std::vector<int> map;
  for (uint32_t column : scope_columns) {
    auto at = std::find(columns.begin(), columns.end(), column);
    map.push_back(at == columns.end() ? -1 : static_cast<int>(at - columns.begin()));
  }
  return map;
}

}  // namespace

std::string TableKey(const ScanRel& scan) {
  std::string key = scan.table->catalog + "." + scan.table->database + "." + scan.table->name;
  for (const auto& [name, value] : scan.options) key += "\n" + name + "=" + value;
  return key;
}

void CollectTableUses(const RelPtr& rel, const SessionConfig& config, TableUses& uses) {
  Collect(rel, config, 0, uses);
}

std::vector<uint32_t> OutsideColumns(const CatalogTable& table) {
  std::vector<uint32_t> columns;
  for (Kind kind : {Kind::kPhysical, Kind::kMetadata}) {
    for (size_t i = 0; i < table.columns.size(); ++i) {
      if (table.columns[i].kind == kind) columns.push_back(static_cast<uint32_t>(i));
    }
  }
  return columns;
}

SqlResult<int64_t> IdleTimeoutMs(const ScanRel& scan, const SessionConfig& config) {
  std::string key = "scan.watermark.idle-timeout";
  auto it = scan.options.find(key);
  if (it == scan.options.end()) {
    key = "table.exec.source.idle-timeout";
    it = config.options.find(key);
    if (it == config.options.end()) return int64_t{0};
  }
  StatusOr<Duration> timeout = ParseDuration(it->second);
  if (timeout.ok()) return int64_t{timeout->count()};
  auto span = scan.table->option_spans.find(key);
  return SqlError{StatusCode::kInvalidArgument, "'" + key + "': " + timeout.status().message(),
                  span == scan.table->option_spans.end() ? SourceSpan{} : span->second, ""};
}

SqlResult<TableAccess> MakeTableAccess(const TableUse& use, const SessionConfig& config) {
  const CatalogTable& table = *use.scan->table;
  BindOptions options;
  options.time_zone = config.time_zone();
  std::vector<uint32_t> all, outside;  // columns in the two scopes
  for (uint32_t i = 0; i < table.columns.size(); ++i) {
    all.push_back(i);
    if (table.columns[i].kind != Kind::kComputed) outside.push_back(i);
  }
  TableAccess access;
  std::set<uint32_t> columns = use.columns;
  ExprPtr watermark;
  if (table.watermark && use.granularity_ms != 0) {
    Scope scope = TableScope(table, true);
    ExpressionBinder binder(scope, options);
    ASSIGN_OR_RETURN(watermark, binder.Bind(*table.watermark->expr));
    AddInputs(*watermark, all, columns);
    for (uint32_t i : all) {
      if (table.columns[i].name == table.watermark->column) columns.insert(i);
    }
  }
  // What the computed columns are made of.
  Scope scope = TableScope(table, false);
  std::map<uint32_t, ExprPtr> computed;
  std::set<uint32_t> read;
  for (uint32_t column : columns) {
    if (table.columns[column].kind != Kind::kComputed) {
      read.insert(column);
      continue;
    }
    ExpressionBinder binder(scope, options);
    ASSIGN_OR_RETURN(ExprPtr expr, binder.Bind(*table.columns[column].expr));
    AddInputs(*expr, outside, read);
    computed[column] = CastTo(expr, table.columns[column].type);
  }
  std::vector<uint32_t> order = OutsideColumns(table), read_columns;
  std::vector<Field> fields;
  std::map<uint32_t, ExprPtr> values;  // of the columns read, in their declared types
  for (uint32_t i = 0; i < order.size(); ++i) {
    if (!read.count(order[i])) continue;
    const CatalogColumn& definition = table.columns[order[i]];
    DataType type = definition.type;
    if (definition.kind == Kind::kMetadata) {
      ASSIGN_OR_RETURN(type, MetadataType(table, definition, use.scan->options, false));
    }
    ExprPtr input = Expr::MakeInput(type, static_cast<uint32_t>(read_columns.size()));
    values[order[i]] = CastTo(std::move(input), definition.type);
    access.computes |= !type.EqualsIgnoringNullability(definition.type);
    access.projection.push_back(i);
    read_columns.push_back(order[i]);
    fields.push_back({definition.name, std::move(type)});
  }
  access.read = Schema(fields);
  std::vector<ExprPtr> in_scope;  // of `outside`; null where a column is not read
  for (uint32_t column : outside) in_scope.push_back(values[column]);
  fields.clear();
  for (uint32_t column : columns) {
    const CatalogColumn& definition = table.columns[column];
    ExprPtr expr = definition.kind == Kind::kComputed ? SubstituteInputs(computed[column], in_scope)
                                                      : values[column];
    access.projections.push_back(std::move(expr));
    access.columns.push_back(column);
    fields.push_back({definition.name, definition.type});
  }
  access.schema = Schema(std::move(fields));
  access.computes |= access.columns != read_columns;
  if (watermark) {
    access.watermark = RemapInputs(watermark, PlacesOf(all, access.columns));
    access.time_column = static_cast<uint32_t>(access.schema.IndexOf(table.watermark->column));
  }
  return access;
}

}  // namespace weir::sql
