#include "connectors/postgres/change_buffer.h"

#include <algorithm>
#include <utility>

#include "connectors/postgres/postgres_types.h"

namespace weir {

void ChangeBuffer::Add(const Batch& batch) {
  if (batch.empty()) return;
  batches_.push_back(batch);
  rows_ += batch.rows();
}

// Fixed-width cells as they are, others with their length before them.
void ChangeBuffer::AppendKey(const Batch& batch, size_t row, std::string& out) const {
  for (uint32_t index : key_) {
    const Column& column = *batch.column(index);
    if (column.IsNull(row)) {
      out += '\0';
      continue;
    }
    out += '\1';
    int width = column.type().fixed_width();
    std::string text;
    std::string_view cell;
    if (width > 0) {
      size_t at = column.BaseIndex(row) * static_cast<size_t>(width);
      cell = {column.base().values<char>() + at, static_cast<size_t>(width)};
    } else if (column.type().physical() == PhysicalType::kBytes) {
      cell = ColumnView<std::string_view>(column)[row];
    } else {
      // Arrays, the rare case. What cannot be text fails when it is written.
      (void)AppendArrayElement(column, row, text);
      cell = text;
    }
    uint32_t size = static_cast<uint32_t>(cell.size());
    if (width == 0) out.append(reinterpret_cast<const char*>(&size), sizeof(size));
    out += cell;
  }
}

ChangeBuffer ChangeBuffer::Split() {
  ChangeBuffer out(key_);
  std::swap(out.batches_, batches_);
  std::swap(out.rows_, rows_);
  return out;
}

ChangeBuffer::Changes ChangeBuffer::Take() {
  Changes out;
  out.batches = std::move(batches_);
  batches_.clear();
  rows_ = 0;
  if (key_.empty()) {
    for (uint32_t b = 0; b < out.batches.size(); ++b) {
      for (uint32_t row = 0; row < out.batches[b].rows(); ++row) out.upserts.push_back({b, row});
    }
    return out;
  }
  // All keys beside each other and sorted at once: a map of them would be made of allocations.
  struct Keyed {
    size_t begin, size;  // in keys
    Ref ref;
  };
  std::string keys;
  std::vector<Keyed> rows;
  for (uint32_t b = 0; b < out.batches.size(); ++b) {
    const Batch& batch = out.batches[b];
    for (uint32_t row = 0; row < batch.rows(); ++row) {
      if (batch.kind(row) == RowKind::kUpdateBefore) continue;
      const size_t begin = keys.size();
      AppendKey(batch, row, keys);
      rows.push_back({begin, keys.size() - begin, {b, row}});
    }
  }
  const auto key = [&keys](const Keyed& one) {
    return std::string_view(keys).substr(one.begin, one.size);
  };
  std::sort(rows.begin(), rows.end(), [&](const Keyed& a, const Keyed& b) {
    const int order = key(a).compare(key(b));
    return order != 0 ? order < 0 : a.begin < b.begin;  // as they came
  });
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i + 1 < rows.size() && key(rows[i]) == key(rows[i + 1])) continue;  // not the last change
    const Ref ref = rows[i].ref;
    bool deleted = out.batches[ref.batch].kind(ref.row) == RowKind::kDelete;
    (deleted ? out.deletes : out.upserts).push_back(ref);
  }
  return out;
}

}  // namespace weir
