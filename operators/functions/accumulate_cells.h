#pragma once

#include <span>

#include "common/data/column.h"
#include "state/slot_layout.h"

namespace weir {

// Calls f(slot, cell) for the rows whose cell is not null; the loop that every aggregate runs.
template <class T, class F>
void ForEachCell(const Column& column, std::span<const uint32_t> rows, std::span<const Slot> slots,
                 F&& f) {
  ColumnView<T> cells(column);
  if (!cells.may_have_nulls()) {
    if constexpr (!std::is_same_v<T, std::string_view>) {
      if (const T* flat = cells.flat_values()) {
        for (size_t i = 0; i < rows.size(); ++i) f(slots[i], flat[rows[i]]);
        return;
      }
    }
    for (size_t i = 0; i < rows.size(); ++i) f(slots[i], cells[rows[i]]);
    return;
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!cells.IsNull(rows[i])) f(slots[i], cells[rows[i]]);
  }
}

template <class T>
void AddTo(const Slot& slot, uint32_t offset, T value) {
  slot.Set<T>(offset, static_cast<T>(slot.Get<T>(offset) + value));
}

}  // namespace weir
