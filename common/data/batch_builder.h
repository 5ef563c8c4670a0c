#pragma once

#include <memory>
#include <vector>

#include "common/data/batch.h"
#include "common/data/column_builder.h"

namespace weir {

// Column builders of one schema and, once a row is not an insert, row kinds.
class BatchBuilder {
 public:
  explicit BatchBuilder(SchemaPtr schema, size_t expected_rows = 0);

  const SchemaPtr& schema() const { return schema_; }
  size_t rows() const { return rows_; }
  bool empty() const { return rows_ == 0; }
  // Append one cell to each, then CloseRow.
  ColumnBuilder& column(size_t i) { return columns_[i]; }
  std::span<ColumnBuilder> columns() { return columns_; }
  void CloseRow(RowKind kind = RowKind::kInsert);
  // Takes back the cells of a row that was not closed.
  void DropOpenRow();

  void AppendRow(const std::vector<Value>& cells, RowKind kind = RowKind::kInsert);
  void AppendRowFrom(const Batch& batch, size_t row);
  void AppendRowsFrom(const Batch& batch, std::span<const uint32_t> rows);

  size_t ByteSize() const;
  // Ends the batch; the builder is empty afterwards and may be used again.
  Batch Finish();

 private:
  SchemaPtr schema_;
  std::vector<ColumnBuilder> columns_;
  size_t rows_ = 0;
  std::vector<RowKind> kinds_;  // empty while every row is an insert
};

}  // namespace weir
