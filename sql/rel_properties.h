#pragma once

#include <optional>
#include <vector>

#include "sql/logical_plan.h"

// What is known about a node, each derived by one function. A rule asks; nobody keeps flags in
// step.

namespace weir::sql {

enum class TimeAttribute { kNone, kRowTime, kProcTime };

// Of each column.
std::vector<TimeAttribute> TimeAttributes(const Rel& rel);

// Columns that say which window a row belongs to; -1 where the column is not passed on.
struct WindowColumns {
  WindowDef window;
  int start = -1;
  int end = -1;
  int time = -1;
};
std::optional<WindowColumns> WindowOf(const Rel& rel);

// What changes a node can emit beside inserts.
struct ChangeKinds {
  bool update = false;
  bool remove = false;
  bool insert_only() const { return !update && !remove; }
};
ChangeKinds ChangesOf(const Rel& rel);

// Whether the table's rows are changes by its primary key, which the scan makes a changelog of.
bool ReadsUpserts(const ScanRel& scan);

// How the cells of a column move while rows are replaced by newer ones (-U, +U).
enum class Monotonicity { kConstant, kIncreasing, kDecreasing, kNone };
// Of each column. Empty optional: rows may also vanish, so that nothing can be said of what is
// left. As Flink infers it, also where that is not the whole truth: its answers show it.
std::optional<std::vector<Monotonicity>> MonotonicityOf(const Rel& rel);

// A Top-1 that is one row per key by a time attribute, of an input that only inserts.
struct Deduplication {
  bool last = false;      // else the first
  bool row_time = false;  // else in the order of arrival
};
std::optional<Deduplication> DeduplicationOf(const Rel& rel);

// Columns by which the latest change of a row is found: an update or delete concerns the row with
// the same values there. Empty optional: none known. An empty list: there is only one row.
std::optional<std::vector<uint32_t>> UpsertKey(const Rel& rel);

// Tables read by the tree, sorted, each once: part of uids.
std::vector<std::string> TablesOf(const Rel& rel);

// "( `a` INT NOT NULL, `ts` TIMESTAMP(3) *ROWTIME* )", as Flink prints it.
std::string SchemaText(const Schema& schema, const std::vector<TimeAttribute>& times);

}  // namespace weir::sql
