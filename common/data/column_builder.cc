#include "common/data/column_builder.h"

namespace weir {

ColumnBuilder::ColumnBuilder(const DataType& type, size_t expected_rows)
    : type_(type), physical_(type.physical()), width_(static_cast<size_t>(type.fixed_width())) {
  switch (physical_) {
    case PhysicalType::kArray:
      children_.push_back(std::make_unique<ColumnBuilder>(type.element()));
      break;
    case PhysicalType::kMap:
      children_.push_back(std::make_unique<ColumnBuilder>(
          type.kind() == TypeKind::kMap ? type.key() : type.element()));
      children_.push_back(std::make_unique<ColumnBuilder>(
          type.kind() == TypeKind::kMap ? type.value() : DataType::Int().NotNull()));
      break;
    case PhysicalType::kRow:
      for (const Field& field : type.fields()) {
        children_.push_back(std::make_unique<ColumnBuilder>(field.type));
      }
      break;
    default:
      break;
  }
  values_.reserve(expected_rows * width_);
  Reset();
}

void ColumnBuilder::Reset() {
  rows_ = 0;
  has_nulls_ = false;
  validity_.clear();
  values_.clear();
  offsets_.clear();
  if (width_ == 0 && physical_ != PhysicalType::kRow) offsets_.push_back(0);
}

void ColumnBuilder::CloseOffset(size_t end) {
  CHECK_LE(end, size_t{0xffffffff}) << "a column of more than 4 GB";
  offsets_.push_back(static_cast<uint32_t>(end));
}

void ColumnBuilder::StartNulls() {
  if (has_nulls_) return;
  has_nulls_ = true;
  validity_.assign(rows_ / 8, 0xff);
  if (rows_ % 8) validity_.push_back(static_cast<uint8_t>((1u << (rows_ % 8)) - 1));
}

void ColumnBuilder::AppendNull() {
  StartNulls();
  SetBit(rows_, false);
  ++rows_;
  if (width_) {
    values_.resize(values_.size() + width_);
  } else if (physical_ == PhysicalType::kRow) {
    for (auto& child : children_) child->AppendNull();
  } else {
    offsets_.push_back(offsets_.back());
  }
}

void ColumnBuilder::AppendValue(const Value& value) {
  if (value.is_null()) return AppendNull();
  switch (physical_) {
    case PhysicalType::kBool:
      return Append<uint8_t>(value.boolean());
    case PhysicalType::kInt8:
      return Append(static_cast<int8_t>(value.integer()));
    case PhysicalType::kInt16:
      return Append(static_cast<int16_t>(value.integer()));
    case PhysicalType::kInt32:
      return Append(static_cast<int32_t>(value.integer()));
    case PhysicalType::kInt64:
      return Append(value.integer());
    case PhysicalType::kFloat:
      return Append(static_cast<float>(value.real()));
    case PhysicalType::kDouble:
      return Append(value.real());
    case PhysicalType::kInt128:
      return Append(value.decimal());
    case PhysicalType::kBytes:
      return AppendBytes(value.string());
    case PhysicalType::kArray:
      for (const Value& element : value.list()) children_[0]->AppendValue(element);
      return CloseList();
    case PhysicalType::kMap:
      for (const Value& entry : value.list()) {
        children_[0]->AppendValue(entry.list()[0]);
        children_[1]->AppendValue(entry.list()[1]);
      }
      return CloseList();
    case PhysicalType::kRow:
      CHECK_EQ(value.list().size(), children_.size());
      for (size_t i = 0; i < children_.size(); ++i) children_[i]->AppendValue(value.list()[i]);
      return CloseRow();
  }
}

void ColumnBuilder::AppendFrom(const Column& column, size_t i) {
  if (column.IsNull(i)) return AppendNull();
  const Column& base = column.base();
  size_t k = column.BaseIndex(i);
  if (width_) {
    const uint8_t* cell = base.values<uint8_t>() + k * width_;
    values_.insert(values_.end(), cell, cell + width_);
    return Valid();
  }
  switch (physical_) {
    case PhysicalType::kBytes:
      return AppendBytes(ColumnView<std::string_view>(base)[k]);
    case PhysicalType::kRow:
      for (size_t c = 0; c < children_.size(); ++c) children_[c]->AppendFrom(*base.child(c), k);
      return CloseRow();
    default:
      for (size_t e = base.offsets()[k]; e < base.offsets()[k + 1]; ++e) {
        for (size_t c = 0; c < children_.size(); ++c) children_[c]->AppendFrom(*base.child(c), e);
      }
      return CloseList();
  }
}

namespace {

template <class T>
void GatherCells(const Column& column, std::span<const uint32_t> rows, uint8_t* out) {
  const T* from = column.base().values<T>();
  if (column.is_flat()) {
    for (uint32_t row : rows) {
      std::memcpy(out, from + row, sizeof(T));
      out += sizeof(T);
    }
    return;
  }
  for (uint32_t row : rows) {
    std::memcpy(out, from + column.BaseIndex(row), sizeof(T));
    out += sizeof(T);
  }
}

}  // namespace

// The cells of nulls are copied with the others: what lies there means nothing.
void ColumnBuilder::AppendFixedFrom(const Column& column, std::span<const uint32_t> rows) {
  const size_t at = values_.size();
  values_.resize(at + rows.size() * width_);
  uint8_t* out = values_.data() + at;
  switch (width_) {
    case 1:
      return GatherCells<uint8_t>(column, rows, out);
    case 2:
      return GatherCells<uint16_t>(column, rows, out);
    case 4:
      return GatherCells<uint32_t>(column, rows, out);
    case 8:
      return GatherCells<uint64_t>(column, rows, out);
    case 16:
      return GatherCells<Int128>(column, rows, out);
  }
  CHECK(false) << "no cell is " << width_ << " bytes wide";
}

void ColumnBuilder::AppendBytesFrom(const Column& column, std::span<const uint32_t> rows) {
  ColumnView<std::string_view> view(column);
  size_t size = values_.size();
  offsets_.reserve(offsets_.size() + rows.size());
  for (uint32_t row : rows) {
    if (!view.IsNull(row)) size += view[row].size();
    CloseOffset(size);
  }
  size_t at = values_.size();
  values_.resize(size);
  for (uint32_t row : rows) {
    if (view.IsNull(row)) continue;
    std::string_view bytes = view[row];
    if (!bytes.empty()) std::memcpy(values_.data() + at, bytes.data(), bytes.size());
    at += bytes.size();
  }
}

void ColumnBuilder::AppendRowsFrom(const Column& column, std::span<const uint32_t> rows) {
  if (width_) {
    AppendFixedFrom(column, rows);
  } else if (physical_ == PhysicalType::kBytes) {
    AppendBytesFrom(column, rows);
  } else {
    for (uint32_t row : rows) AppendFrom(column, row);
    return;
  }
  const bool may_have_nulls = column.may_have_nulls();
  if (may_have_nulls) StartNulls();
  if (has_nulls_) {
    for (uint32_t row : rows) {
      SetBit(rows_, !may_have_nulls || !column.IsNull(row));
      ++rows_;
    }
  } else {
    rows_ += rows.size();
  }
}

void ColumnBuilder::Truncate(size_t rows) {
  CHECK_LE(rows, rows_);
  rows_ = rows;
  if (has_nulls_) {
    validity_.resize((rows + 7) / 8);
    if (rows % 8) validity_.back() &= static_cast<uint8_t>((1u << (rows % 8)) - 1);
  }
  if (width_) {
    values_.resize(rows * width_);
  } else if (physical_ == PhysicalType::kRow) {
    for (auto& child : children_) child->Truncate(rows);
  } else {
    offsets_.resize(rows + 1);
    if (physical_ == PhysicalType::kBytes) values_.resize(offsets_.back());
    for (auto& child : children_) child->Truncate(offsets_.back());
  }
}

size_t ColumnBuilder::ByteSize() const {
  size_t size = validity_.size() + values_.size() + offsets_.size() * sizeof(uint32_t);
  for (const auto& child : children_) size += child->ByteSize();
  return size;
}

ColumnPtr ColumnBuilder::Finish() {
  Column::Flat parts;
  if (has_nulls_) parts.validity = Buffer::Of(std::move(validity_));
  parts.values = Buffer::Of(std::move(values_));
  parts.offsets = Buffer::Of(std::move(offsets_));
  for (auto& child : children_) parts.children.push_back(child->Finish());
  ColumnPtr column = Column::MakeFlat(type_, rows_, std::move(parts));
  validity_ = {};
  values_ = {};
  offsets_ = {};
  Reset();
  return column;
}

ColumnPtr ColumnOf(const DataType& type, const std::vector<Value>& cells) {
  ColumnBuilder builder(type, cells.size());
  for (const Value& cell : cells) builder.AppendValue(cell);
  return builder.Finish();
}

}  // namespace weir
