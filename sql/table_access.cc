#include "sql/table_access.h"

#include <algorithm>

#include "common/config/option_reader.h"
#include "formats/format.h"
#include "sql/metadata_columns.h"
#include "sql/rel_properties.h"

namespace weir::sql {
namespace {

using Kind = CatalogColumn::Kind;

int64_t Granularity(const WindowDef& window, const SessionConfig& config) {
  if (window.kind == WindowKind::kSession) return 1;  // it ends at any time
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

// What is above a scan and asks how late its rows are (TableUse).
struct Lateness {
  int64_t granularity = 0;
  bool sessions = false;
  void Refine(int64_t ms) {
    granularity = granularity < 0 || ms < 0 ? -1 : std::gcd(granularity, ms);
  }
};

void Refine(const WindowDef& window, const Rel& input, const SessionConfig& config,
            Lateness& lateness) {
  lateness.Refine(Granularity(window, config));
  if (window.kind != WindowKind::kSession) return;
  lateness.sessions = true;
  // What takes back a row has its time, and comes with another.
  if (!ChangesOf(input).insert_only()) lateness.Refine(-1);
}

void Collect(const RelPtr& rel, const SessionConfig& config, Lateness lateness, TableUses& uses) {
  if (const auto* aggregate = rel->as<WindowAggregateRel>()) {
    Refine(aggregate->window, *rel->inputs[0], config, lateness);
  } else if (const auto* tvf = rel->as<WindowTvfRel>()) {
    Refine(tvf->window, *rel->inputs[0], config, lateness);
  } else if (const std::optional<Deduplication> one = DeduplicationOf(*rel)) {
    if (one->row_time && !one->last) lateness.Refine(1);
  } else if (const auto* calc = rel->as<CalcRel>()) {
    bool asks = calc->filter && CallsFunction(*calc->filter, "CURRENT_WATERMARK");
    for (const ExprPtr& projection : calc->projections) {
      asks |= CallsFunction(*projection, "CURRENT_WATERMARK");
    }
    if (asks) lateness.Refine(-1);
  } else if (const auto* scan = rel->as<ScanRel>()) {
    TableUse& use = uses[TableKey(*scan)];
    if (!use.scan) use.scan = scan;
    use.columns.insert(scan->columns.begin(), scan->columns.end());
    use.sessions |= lateness.sessions;
    lateness.Refine(use.granularity_ms);
    use.granularity_ms = lateness.granularity;
  }
  for (const RelPtr& input : rel->inputs) Collect(input, config, lateness, uses);
}

bool ReadsFields(const std::map<std::string, std::string>& options) {
  bool reads = false;
  for (const char* key : {"format", "value.format", "key.format"}) {
    auto it = options.find(key);
    if (it == options.end()) continue;
    StatusOr<const Format*> format = FindFormat(it->second);
    if (!format.ok() || !(*format)->reads_fields) return false;
    reads = true;
  }
  return reads;
}

}  // namespace

std::string TableKey(const ScanRel& scan) {
  std::string key = scan.table->catalog + "." + scan.table->database + "." + scan.table->name;
  for (const auto& [name, value] : scan.options) key += "\n" + name + "=" + value;
  return key;
}

void CollectTableUses(const RelPtr& rel, const SessionConfig& config, TableUses& uses) {
  Collect(rel, config, {}, uses);
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

SqlResult<int64_t> DurationOption(const std::string& key, const std::string& value,
                                  SourceSpan span) {
  StatusOr<Duration> duration = ParseDuration(value);
  if (duration.ok()) return int64_t{duration->count()};
  return SqlError{StatusCode::kInvalidArgument,
                  "'" + key + "' = '" + value + "' " + duration.status().message(), span, ""};
}

SqlResult<int64_t> IdleTimeoutMs(const ScanRel& scan, const SessionConfig& config) {
  std::string key = "scan.watermark.idle-timeout";
  auto it = scan.options.find(key);
  if (it == scan.options.end()) {
    key = kIdleTimeout;
    it = config.options.find(key);
    if (it == config.options.end()) return int64_t{0};
  }
  auto span = scan.table->option_spans.find(key);
  return DurationOption(key, it->second,
                        span == scan.table->option_spans.end() ? SourceSpan{} : span->second);
}

ScanColumns ReadableColumns(const ScanRel& scan, std::set<ScanColumn> used) {
  const bool reads_fields = ReadsFields(scan.options);
  std::set<ScanColumn> readable;
  for (ScanColumn column : used) {
    if (!reads_fields || scan.table->columns[column.column].kind != Kind::kPhysical) {
      column.fields.clear();
    }
    readable.insert(std::move(column));
  }
  return Outermost(readable);
}

Schema SchemaOf(const ScanColumns& columns, const CatalogTable& table) {
  std::vector<Field> fields;
  for (const ScanColumn& column : columns) {
    const CatalogColumn& definition = table.columns[column.column];
    fields.push_back(
        {column.NameIn(definition.name, definition.type), column.TypeIn(definition.type)});
  }
  return Schema(std::move(fields));
}

SqlResult<TableAccess> MakeTableAccess(const TableUse& use, const SessionConfig& config) {
  const CatalogTable& table = *use.scan->table;
  BindOptions options;
  options.time_zone = config.time_zone();
  ScanColumns all, outside;  // the table's columns in the two scopes
  for (uint32_t i = 0; i < table.columns.size(); ++i) {
    all.push_back({i, {}});
    if (table.columns[i].kind != Kind::kComputed) outside.push_back({i, {}});
  }
  TableAccess access;
  std::set<ScanColumn> wanted = use.columns;
  if (ReadsUpserts(*use.scan)) {
    for (uint32_t i = 0; i < table.columns.size(); ++i) {
      const auto& key = table.primary_key;
      if (std::find(key.begin(), key.end(), table.columns[i].name) != key.end()) {
        wanted.insert({i, {}});
      }
    }
  }
  ExprPtr watermark;
  if (table.watermark && use.granularity_ms != 0) {
    Scope scope = TableScope(table, true);
    ExpressionBinder binder(scope, options);
    ASSIGN_OR_RETURN(watermark, binder.Bind(*table.watermark->expr));
    CollectScanColumns(*watermark, all, wanted);
    for (const ScanColumn& column : all) {
      if (table.columns[column.column].name == table.watermark->column) wanted.insert(column);
    }
  }
  access.columns = ReadableColumns(*use.scan, wanted);
  access.schema = SchemaOf(access.columns, table);
  // What the computed columns are made of.
  Scope scope = TableScope(table, false);
  std::map<uint32_t, ExprPtr> computed;
  std::set<ScanColumn> sources;
  for (const ScanColumn& column : access.columns) {
    const CatalogColumn& definition = table.columns[column.column];
    if (definition.kind != Kind::kComputed) {
      sources.insert(column);
      continue;
    }
    ExpressionBinder binder(scope, options);
    ASSIGN_OR_RETURN(ExprPtr expr, binder.Bind(*definition.expr));
    CollectScanColumns(*expr, outside, sources);
    computed[column.column] = CastTo(expr, definition.type);
  }
  const ScanColumns readable = ReadableColumns(*use.scan, sources);
  const std::vector<uint32_t> order = OutsideColumns(table);
  ScanColumns read;
  std::vector<Field> fields;
  std::vector<ExprPtr> values;  // of what is read, in the declared types
  for (uint32_t i = 0; i < order.size(); ++i) {
    const CatalogColumn& definition = table.columns[order[i]];
    for (const ScanColumn& column : readable) {
      if (column.column != order[i]) continue;
      const DataType declared = column.TypeIn(definition.type);
      DataType type = declared;
      if (definition.kind == Kind::kMetadata) {
        ASSIGN_OR_RETURN(type, MetadataType(table, definition, use.scan->options, false));
      }
      values.push_back(CastTo(Expr::MakeInput(type, static_cast<uint32_t>(read.size())), declared));
      access.computes |= !type.EqualsIgnoringNullability(declared);
      access.projection.push_back(i);
      access.fields.push_back(column.fields);
      read.push_back(column);
      fields.push_back({column.NameIn(definition.name, definition.type), std::move(type)});
    }
  }
  access.read = Schema(std::move(fields));
  for (const ScanColumn& column : access.columns) {
    if (auto it = computed.find(column.column); it != computed.end()) {
      access.projections.push_back(OverScanColumns(it->second, outside, read, values));
    } else {
      const DataType type = column.TypeIn(table.columns[column.column].type);
      access.projections.push_back(
          OverScanColumns(Expr::MakeInput(type, 0), {column}, read, values));
    }
  }
  access.computes |= access.columns != read;
  if (watermark) {
    access.watermark =
        OverScanColumns(watermark, all, access.columns, IdentityProjection(access.schema));
    access.time_column = static_cast<uint32_t>(access.schema.IndexOf(table.watermark->column));
  }
  return access;
}

}  // namespace weir::sql
