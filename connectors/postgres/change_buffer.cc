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
std::string ChangeBuffer::KeyOf(const Batch& batch, size_t row) const {
  std::string out;
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
  return out;
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
  std::unordered_map<std::string, Ref> last;
  for (uint32_t b = 0; b < out.batches.size(); ++b) {
    const Batch& batch = out.batches[b];
    for (uint32_t row = 0; row < batch.rows(); ++row) {
      if (key_.empty()) {
        out.upserts.push_back({b, row});
      } else if (batch.kind(row) != RowKind::kUpdateBefore) {
        last.insert_or_assign(KeyOf(batch, row), Ref{b, row});
      }
    }
  }
  std::vector<std::pair<std::string_view, Ref>> sorted(last.begin(), last.end());
  std::sort(sorted.begin(), sorted.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [key, ref] : sorted) {
    bool deleted = out.batches[ref.batch].kind(ref.row) == RowKind::kDelete;
    (deleted ? out.deletes : out.upserts).push_back(ref);
  }
  return out;
}

}  // namespace weir
