#pragma once

#include <map>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "sql/query_binder.h"

// How the queries of a job read a table: together, once.

namespace weir::sql {

// The need of all queries for one table (with the same options).
struct TableUse {
  const ScanRel* scan = nullptr;  // one of them
  std::set<ScanColumn> columns;
  int64_t granularity_ms = 0;  // as WatermarkAssigner.granularity_ms
  bool sessions = false;       // and before_sessions
};
using TableUses = std::map<std::string, TableUse>;  // by TableKey

std::string TableKey(const ScanRel& scan);
void CollectTableUses(const RelPtr& rel, const SessionConfig& config, TableUses& uses);

// What has to be read and computed for a use.
struct TableAccess {
  std::vector<uint32_t> projection;           // columns of the table's outside schema, ascending
  std::vector<std::vector<uint32_t>> fields;  // of each: the field that is read alone
  Schema read;                                // their schema; metadata as the connector has it
  std::vector<ExprPtr> projections;  // over `read`: the table's columns needed, in table order
  ScanColumns columns;               // which these are
  Schema schema;
  bool computes = false;     // projections are not just the columns read
  ExprPtr watermark;         // over `schema`; null: none
  uint32_t time_column = 0;  // of `schema`
};
SqlResult<TableAccess> MakeTableAccess(const TableUse& use, const SessionConfig& config);

inline constexpr const char* kStateTtl = "table.exec.state.ttl";
inline constexpr const char* kIdleTimeout = "table.exec.source.idle-timeout";

// The value of an option as milliseconds; what is none is refused at `span`.
SqlResult<int64_t> DurationOption(const std::string& key, const std::string& value,
                                  SourceSpan span);
// 'scan.watermark.idle-timeout' of the table, else table.exec.source.idle-timeout; 0: never idle.
SqlResult<int64_t> IdleTimeoutMs(const ScanRel& scan, const SessionConfig& config);

// What has to be read for `used`: whole columns where the table's format cannot read fields alone,
// and no field of a column that is computed.
ScanColumns ReadableColumns(const ScanRel& scan, std::set<ScanColumn> used);
Schema SchemaOf(const ScanColumns& columns, const CatalogTable& table);

// Physical columns, then metadata columns: the schema of plan::Table.
std::vector<uint32_t> OutsideColumns(const CatalogTable& table);

}  // namespace weir::sql
