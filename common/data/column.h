#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/check.h"
#include "common/data/data_type.h"
#include "common/data/value.h"

// One column of a batch: immutable once built, shared, never copied.
//
// A column is flat (a cell per row), constant (one cell for all rows) or a dictionary (an index
// per row into a shared flat column). Kernels read all three through ColumnView and have fast
// paths for flat and constant. The layout is Arrow's: fixed-width values, validity bits (1 = not
// null, least significant bit first), strings and lists as 32-bit offsets beside their content.

namespace weir {

// Bytes kept alive by whoever owns them: a vector, or the frame they arrived in.
class Buffer {
 public:
  Buffer() = default;
  Buffer(std::shared_ptr<const void> owner, const void* data, size_t size)
      : owner_(std::move(owner)), data_(static_cast<const uint8_t*>(data)), size_(size) {}
  template <class T>
  static Buffer Of(std::vector<T> values) {
    auto owner = std::make_shared<const std::vector<T>>(std::move(values));
    return Buffer(owner, owner->data(), owner->size() * sizeof(T));
  }
  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  template <class T>
  const T* as() const {
    return reinterpret_cast<const T*>(data_);
  }

 private:
  std::shared_ptr<const void> owner_;
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

class Column;
using ColumnPtr = std::shared_ptr<const Column>;

class Column {
 public:
  enum class Encoding : uint8_t { kFlat = 0, kConstant = 1, kDictionary = 2 };

  // The parts of a flat column; which are used depends on type.physical().
  struct Flat {
    Buffer validity;  // empty: no cell is null
    Buffer values;    // fixed width cells, or the bytes of kBytes
    Buffer offsets;   // kBytes, kArray, kMap: rows + 1 uint32_t
    std::vector<ColumnPtr>
        children;  // kArray: 1, kMap: 2 (both over all entries), kRow: one a field
  };

  static ColumnPtr MakeFlat(DataType type, size_t rows, Flat parts);
  // `rows` times the single cell of `one`.
  static ColumnPtr MakeConstant(ColumnPtr one, size_t rows);
  static ColumnPtr MakeConstant(const DataType& type, const Value& value, size_t rows);
  // Row i is base[indices[i]]; `base` of any encoding (chains are folded).
  static ColumnPtr MakeDictionary(ColumnPtr base, std::vector<uint32_t> indices);
  static ColumnPtr MakeDictionary(ColumnPtr base, Buffer indices, size_t rows);

  const DataType& type() const { return type_; }
  size_t size() const { return rows_; }
  Encoding encoding() const { return encoding_; }
  bool is_flat() const { return encoding_ == Encoding::kFlat; }
  bool is_constant() const { return encoding_ == Encoding::kConstant; }

  // The flat column that holds the cells: itself, or what constant and dictionary refer to.
  const Column& base() const { return base_ ? *base_ : *this; }
  ColumnPtr base_ptr() const { return base_; }  // null for a flat column
  // Where in base() row i lies.
  size_t BaseIndex(size_t i) const {
    switch (encoding_) {
      case Encoding::kFlat:
        return i;
      case Encoding::kConstant:
        return 0;
      case Encoding::kDictionary:
        return indices_.as<uint32_t>()[i];
    }
    return 0;
  }
  const uint32_t* indices() const { return indices_.as<uint32_t>(); }  // dictionary only

  // False only when it is certain that no row is null.
  bool may_have_nulls() const { return base().flat_.validity.size() != 0; }
  bool IsNull(size_t i) const {
    const Column& b = base();
    if (b.flat_.validity.size() == 0) return false;
    size_t k = BaseIndex(i);
    return !(b.flat_.validity.data()[k >> 3] >> (k & 7) & 1);
  }

  // The parts of a flat column (base() of others).
  const Flat& flat() const { return flat_; }
  template <class T>
  const T* values() const {
    return flat_.values.as<T>();
  }
  // Row i of any encoding; not for null.
  template <class T>
  T cell(size_t i) const {
    return base().values<T>()[BaseIndex(i)];
  }
  const uint8_t* validity() const { return flat_.validity.data(); }  // null when no cell is
  const uint32_t* offsets() const { return flat_.offsets.as<uint32_t>(); }
  const ColumnPtr& child(size_t i) const { return flat_.children[i]; }

  // One cell, boxed: for literals, tests and text, not for the hot path.
  Value GetValue(size_t i) const;

  // The rows at `rows`, in that order. Fixed width is gathered, anything else becomes a dictionary.
  static ColumnPtr Take(const ColumnPtr& column, std::span<const uint32_t> rows);
  // Rows [begin, begin + count).
  static ColumnPtr Slice(const ColumnPtr& column, size_t begin, size_t count);
  // A flat column with the same rows.
  static ColumnPtr Flatten(const ColumnPtr& column);
  // The same cells under another type of the same physical layout (nullability, names, precision).
  static ColumnPtr Retype(const ColumnPtr& column, const DataType& type);

  // Bytes held, shared parts counted each time; for budgets and frames.
  size_t ByteSize() const;

 private:
  Column() = default;

  DataType type_;
  size_t rows_ = 0;
  Encoding encoding_ = Encoding::kFlat;
  Flat flat_;
  ColumnPtr base_;
  Buffer indices_;
};

// Reads the cells of any encoding as T: the physical C++ type, or std::string_view for kBytes.
// Borrows the column.
template <class T>
class ColumnView {
 public:
  explicit ColumnView(const Column& column)
      : values_(column.base().template values<T>()),
        validity_(column.base().validity()),
        indices_(column.encoding() == Column::Encoding::kDictionary ? column.indices() : nullptr),
        mask_(column.is_constant() ? 0 : ~size_t{0}) {}
  bool IsNull(size_t i) const {
    if (!validity_) return false;
    size_t k = Index(i);
    return !(validity_[k >> 3] >> (k & 7) & 1);
  }
  T operator[](size_t i) const { return values_[Index(i)]; }
  bool may_have_nulls() const { return validity_ != nullptr; }
  // Cells in row order, or null when the column is not flat.
  const T* flat_values() const { return !indices_ && mask_ ? values_ : nullptr; }

 private:
  size_t Index(size_t i) const { return indices_ ? indices_[i] : i & mask_; }
  const T* values_;
  const uint8_t* validity_;
  const uint32_t* indices_;
  size_t mask_;
};

template <>
class ColumnView<std::string_view> {
 public:
  explicit ColumnView(const Column& column)
      : bytes_(column.base().values<char>()),
        offsets_(column.base().offsets()),
        validity_(column.base().validity()),
        indices_(column.encoding() == Column::Encoding::kDictionary ? column.indices() : nullptr),
        mask_(column.is_constant() ? 0 : ~size_t{0}) {}
  bool IsNull(size_t i) const {
    if (!validity_) return false;
    size_t k = Index(i);
    return !(validity_[k >> 3] >> (k & 7) & 1);
  }
  std::string_view operator[](size_t i) const {
    size_t k = Index(i);
    return {bytes_ + offsets_[k], offsets_[k + 1] - offsets_[k]};
  }
  bool may_have_nulls() const { return validity_ != nullptr; }

 private:
  size_t Index(size_t i) const { return indices_ ? indices_[i] : i & mask_; }
  const char* bytes_;
  const uint32_t* offsets_;
  const uint8_t* validity_;
  const uint32_t* indices_;
  size_t mask_;
};

}  // namespace weir
