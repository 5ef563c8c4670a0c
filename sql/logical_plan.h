#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/data/data_type.h"
#include "operators/expressions/expr.h"
#include "sql/catalog.h"
#include "sql/scan_column.h"

// What a query means: relational nodes over bound expressions, without operators, exchanges or
// parallelism. Immutable and shared. What can be derived of a node (time attributes, windows,
// kinds of changes, upsert keys) is not stored in it: see rel_properties.h.

namespace weir::sql {

struct Rel;
using RelPtr = std::shared_ptr<const Rel>;

// A table as the query reads it: some of its columns, computed ones included, or fields in them,
// its watermark applied.
struct ScanRel {
  std::shared_ptr<const CatalogTable> table;
  std::map<std::string, std::string> options;  // with the query's hints
  ScanColumns columns;                         // ascending
};

struct ValuesRel {
  std::vector<std::vector<Value>> rows;
};

// Filters, then projects.
struct CalcRel {
  ExprPtr filter;  // null: every row
  std::vector<ExprPtr> projections;
};

struct AggregateCall {
  std::string function;  // canonical
  std::vector<uint32_t> arguments;
  std::vector<DataType> argument_types;
  bool distinct = false;
  int filter = -1;  // a BOOLEAN input column
  DataType type;
};

// Unbounded GROUP BY: keys, then aggregates. Without aggregates: DISTINCT.
struct AggregateRel {
  std::vector<uint32_t> keys;
  std::vector<AggregateCall> calls;
  SourceSpan span;  // of the first aggregate or of GROUP BY, for refusals
};

enum class WindowKind { kTumble, kHop, kCumulate, kSession };
struct WindowDef {
  WindowKind kind = WindowKind::kTumble;
  int64_t size_ms = 0;  // of a session: the gap
  int64_t slide_ms = 0;
  int64_t offset_ms = 0;
  bool zoned = false;  // the time column is TIMESTAMP_LTZ: cut in the session's zone
  friend bool operator==(const WindowDef&, const WindowDef&) = default;
};

// TUMBLE(TABLE t, ...): the input's columns, then window_start, window_end, window_time.
struct WindowTvfRel {
  WindowDef window;
  uint32_t time_column = 0;
  std::vector<uint32_t> partition;  // of sessions: rows with equal ones make them
};

enum class WindowProperty { kStart, kEnd, kTime };
// GROUP BY window and keys: keys, aggregates, properties. Either it cuts windows itself by a time
// column, or the rows carry theirs (`attached_end`). Sessions are made of the rows with equal keys.
struct WindowAggregateRel {
  WindowDef window;
  std::optional<uint32_t> attached_end;  // input column; else
  uint32_t time_column = 0;
  std::vector<uint32_t> keys;
  std::vector<AggregateCall> calls;
  std::vector<WindowProperty> properties;
  SourceSpan span;
};

struct SortKey {
  uint32_t column = 0;
  bool descending = false;
  bool nulls_last = false;
};
// ROW_NUMBER() OVER (PARTITION BY partition ORDER BY order): the input's columns, then the number,
// if it is asked for. With a limit only the rows up to it: Top-N.
struct RankRel {
  std::vector<uint32_t> partition;
  std::vector<SortKey> order;
  std::optional<int64_t> limit;
  bool number = true;
  SourceSpan span;
};

struct UnionRel {};

struct Rel {
  std::variant<ScanRel, ValuesRel, CalcRel, AggregateRel, WindowTvfRel, WindowAggregateRel, RankRel,
               UnionRel>
      node;
  std::vector<RelPtr> inputs;
  Schema schema;

  template <class T>
  const T* as() const {
    return std::get_if<T>(&node);
  }
};

RelPtr MakeRel(decltype(Rel::node) node, std::vector<RelPtr> inputs, Schema schema);
// Passes every column of `input` on.
std::vector<ExprPtr> IdentityProjection(const Schema& schema);
RelPtr MakeProject(RelPtr input, std::vector<ExprPtr> projections, std::vector<std::string> names);
RelPtr MakeFilter(RelPtr input, ExprPtr condition);

// One line of a node, without its inputs: "Calc(select=[a, b], where=[(a > 1)])".
std::string Describe(const Rel& rel);
std::string Describe(const WindowDef& window);  // "TUMBLE(size=[60000 ms])"
// The tree, indented.
std::string ToString(const Rel& rel);

// `expr` with every input column i replaced by columns[i].
ExprPtr SubstituteInputs(const ExprPtr& expr, const std::vector<ExprPtr>& columns);
// `expr` with every input column i replaced by column map[i] (which must not be -1).
ExprPtr RemapInputs(const ExprPtr& expr, const std::vector<int>& map);
// Marks in `used` the input columns that `expr` reads.
void CollectInputs(const Expr& expr, std::vector<bool>& used);

}  // namespace weir::sql
