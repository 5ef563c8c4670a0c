#pragma once

#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "common/data/column.h"

namespace weir {

// Appends cells and turns them into a flat column. The type decides which Append may be called:
// Append<T> with exactly the physical type, AppendBytes for kBytes; nested cells are written by
// appending to the children and then closing the cell.
class ColumnBuilder {
 public:
  explicit ColumnBuilder(const DataType& type, size_t expected_rows = 0);

  const DataType& type() const { return type_; }
  size_t size() const { return rows_; }

  template <class T>
  void Append(T value) {
    CHECK_EQ(sizeof(T), width_);
    size_t at = values_.size();
    values_.resize(at + sizeof(T));
    std::memcpy(values_.data() + at, &value, sizeof(T));
    Valid();
  }
  void AppendBytes(std::string_view bytes) {
    values_.insert(values_.end(), bytes.begin(), bytes.end());
    CloseOffset(values_.size());
    Valid();
  }
  // kBytes written piecewise: append to bytes(), then CloseBytes().
  std::vector<uint8_t>& bytes() { return values_; }
  void CloseBytes() {
    CloseOffset(values_.size());
    Valid();
  }
  // Takes back what was written to bytes() since the last cell was closed.
  void DropOpenBytes() { values_.resize(offsets_.back()); }

  void AppendNull();

  // kArray: append to child(0), then CloseList. kMap: to child(0) and child(1), then CloseList.
  // kRow: exactly one cell to each child, then CloseRow.
  ColumnBuilder& child(size_t i) { return *children_[i]; }
  size_t children() const { return children_.size(); }
  void CloseList() {
    CloseOffset(children_[0]->size());
    Valid();
  }
  void CloseRow() { Valid(); }

  // `value` must fit the type (see Value).
  void AppendValue(const Value& value);
  // Row i of a column of the same physical type.
  void AppendFrom(const Column& column, size_t i);
  // The same for many rows, in the order given: how an exchange routes.
  void AppendRowsFrom(const Column& column, std::span<const uint32_t> rows);
  // Removes rows at the end until `rows` are left: a half-written bad row is taken back.
  void Truncate(size_t rows);

  // Bytes held so far.
  size_t ByteSize() const;
  // Ends the column; the builder is empty afterwards and may be used again.
  ColumnPtr Finish();

 private:
  void Valid() {
    if (has_nulls_) SetBit(rows_, true);
    ++rows_;
  }
  void SetBit(size_t i, bool valid) {
    if ((i >> 3) >= validity_.size()) validity_.push_back(0);
    if (valid) validity_[i >> 3] |= static_cast<uint8_t>(1u << (i & 7));
  }
  void CloseOffset(size_t end);
  void StartNulls();
  void AppendFixedFrom(const Column& column, std::span<const uint32_t> rows);
  void AppendBytesFrom(const Column& column, std::span<const uint32_t> rows);
  void Reset();

  DataType type_;
  PhysicalType physical_;
  size_t width_;
  size_t rows_ = 0;
  bool has_nulls_ = false;
  std::vector<uint8_t> validity_;  // only once a null has been seen
  std::vector<uint8_t> values_;
  std::vector<uint32_t> offsets_;
  std::vector<std::unique_ptr<ColumnBuilder>> children_;
};

// A column from boxed cells: tests, literals.
ColumnPtr ColumnOf(const DataType& type, const std::vector<Value>& cells);

}  // namespace weir
