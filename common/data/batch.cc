#include "common/data/batch.h"

#include <algorithm>

namespace weir {

std::string_view RowKindText(RowKind kind) {
  switch (kind) {
    case RowKind::kInsert:
      return "+I";
    case RowKind::kUpdateBefore:
      return "-U";
    case RowKind::kUpdateAfter:
      return "+U";
    case RowKind::kDelete:
      return "-D";
  }
  return "??";
}

Batch::Batch(SchemaPtr schema, std::vector<ColumnPtr> columns, size_t rows,
             std::shared_ptr<const std::vector<RowKind>> kinds)
    : schema_(std::move(schema)),
      columns_(std::move(columns)),
      rows_(rows),
      kinds_(std::move(kinds)) {
  CHECK_EQ(schema_->size(), columns_.size());
  for (const ColumnPtr& column : columns_) CHECK_EQ(column->size(), rows_);
  CHECK(!kinds_ || kinds_->size() == rows_);
}

Batch Batch::OfChanges(SchemaPtr schema, std::vector<ColumnPtr> columns,
                       std::vector<RowKind> kinds) {
  const size_t rows = kinds.size();
  const bool inserts = std::all_of(kinds.begin(), kinds.end(),
                                   [](RowKind kind) { return kind == RowKind::kInsert; });
  return Batch(std::move(schema), std::move(columns), rows,
               inserts ? nullptr : std::make_shared<const std::vector<RowKind>>(std::move(kinds)));
}

Batch Batch::WithSplit(int32_t split) const {
  Batch copy = *this;
  copy.split_ = split;
  return copy;
}

Batch Batch::WithColumns(SchemaPtr schema, std::vector<ColumnPtr> columns) const {
  return Batch(std::move(schema), std::move(columns), rows_, kinds_).WithSplit(split_);
}

Batch Batch::Take(std::span<const uint32_t> rows) const {
  std::vector<ColumnPtr> columns;
  columns.reserve(columns_.size());
  for (const ColumnPtr& column : columns_) columns.push_back(Column::Take(column, rows));
  std::shared_ptr<const std::vector<RowKind>> kinds;
  if (kinds_) {
    std::vector<RowKind> taken(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) taken[i] = (*kinds_)[rows[i]];
    kinds = std::make_shared<const std::vector<RowKind>>(std::move(taken));
  }
  return Batch(schema_, std::move(columns), rows.size(), std::move(kinds)).WithSplit(split_);
}

Batch Batch::Slice(size_t begin, size_t count) const {
  if (begin == 0 && count == rows_) return *this;
  std::vector<ColumnPtr> columns;
  columns.reserve(columns_.size());
  for (const ColumnPtr& column : columns_) columns.push_back(Column::Slice(column, begin, count));
  std::shared_ptr<const std::vector<RowKind>> kinds;
  if (kinds_) {
    auto from = kinds_->begin() + static_cast<std::ptrdiff_t>(begin);
    kinds = std::make_shared<const std::vector<RowKind>>(from,
                                                         from + static_cast<std::ptrdiff_t>(count));
  }
  return Batch(schema_, std::move(columns), count, std::move(kinds)).WithSplit(split_);
}

size_t Batch::ByteSize() const {
  size_t size = kinds_ ? kinds_->size() : 0;
  for (const ColumnPtr& column : columns_) size += column->ByteSize();
  return size;
}

}  // namespace weir
