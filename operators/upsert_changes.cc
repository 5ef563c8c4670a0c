#include "operators/upsert_changes.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "common/data/column_compare.h"

namespace weir {

Batch ToUpserts(const Batch& batch, const std::vector<uint32_t>& key) {
  if (batch.insert_only()) return batch;
  const auto replaced = [&](size_t row) {
    return row + 1 < batch.rows() && batch.kind(row + 1) == RowKind::kUpdateAfter &&
           std::all_of(key.begin(), key.end(), [&](uint32_t column) {
             const Column& cells = *batch.column(column);
             return CellsEqual(cells, row, cells, row + 1);
           });
  };
  std::vector<uint32_t> rows;
  std::vector<RowKind> kinds;
  bool changed = false;
  for (size_t row = 0; row < batch.rows(); ++row) {
    RowKind kind = batch.kind(row);
    if (kind == RowKind::kUpdateBefore) {
      changed = true;
      if (replaced(row)) continue;
      kind = RowKind::kDelete;
    }
    rows.push_back(static_cast<uint32_t>(row));
    kinds.push_back(kind);
  }
  if (!changed) return batch;
  const Batch taken = batch.Take(rows);
  return Batch::OfChanges(taken.schema_ptr(), taken.columns(), std::move(kinds));
}

}  // namespace weir
