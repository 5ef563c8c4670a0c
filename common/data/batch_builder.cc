#include "common/data/batch_builder.h"

namespace weir {

BatchBuilder::BatchBuilder(SchemaPtr schema, size_t expected_rows) : schema_(std::move(schema)) {
  columns_.reserve(schema_->size());
  for (const Field& field : schema_->fields()) columns_.emplace_back(field.type, expected_rows);
}

void BatchBuilder::CloseRow(RowKind kind) {
  if (kind != RowKind::kInsert && kinds_.empty()) kinds_.assign(rows_, RowKind::kInsert);
  if (kind != RowKind::kInsert || !kinds_.empty()) kinds_.push_back(kind);
  ++rows_;
}

void BatchBuilder::DropOpenRow() {
  for (ColumnBuilder& column : columns_) column.Truncate(rows_);
}

void BatchBuilder::AppendRow(const std::vector<Value>& cells, RowKind kind) {
  CHECK_EQ(cells.size(), columns_.size());
  for (size_t i = 0; i < cells.size(); ++i) columns_[i].AppendValue(cells[i]);
  CloseRow(kind);
}

void BatchBuilder::AppendRowFrom(const Batch& batch, size_t row) {
  for (size_t i = 0; i < columns_.size(); ++i) columns_[i].AppendFrom(*batch.column(i), row);
  CloseRow(batch.kind(row));
}

void BatchBuilder::AppendRowsFrom(const Batch& batch, std::span<const uint32_t> rows) {
  for (size_t i = 0; i < columns_.size(); ++i) columns_[i].AppendRowsFrom(*batch.column(i), rows);
  if (!batch.insert_only() || !kinds_.empty()) {
    if (kinds_.empty()) kinds_.assign(rows_, RowKind::kInsert);
    for (uint32_t row : rows) kinds_.push_back(batch.kind(row));
  }
  rows_ += rows.size();
}

size_t BatchBuilder::ByteSize() const {
  size_t size = kinds_.size();
  for (const ColumnBuilder& column : columns_) size += column.ByteSize();
  return size;
}

Batch BatchBuilder::Finish() {
  std::vector<ColumnPtr> columns;
  columns.reserve(columns_.size());
  for (ColumnBuilder& column : columns_) columns.push_back(column.Finish());
  std::shared_ptr<const std::vector<RowKind>> kinds;
  if (!kinds_.empty()) kinds = std::make_shared<const std::vector<RowKind>>(std::move(kinds_));
  kinds_ = {};
  size_t rows = std::exchange(rows_, 0);
  return Batch(schema_, std::move(columns), rows, std::move(kinds));
}

}  // namespace weir
