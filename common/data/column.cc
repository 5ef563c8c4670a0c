#include "common/data/column.h"

#include "common/data/column_builder.h"

namespace weir {
namespace {

template <class T>
Buffer Gather(const Column& base, std::span<const uint32_t> rows, const Column& column) {
  const T* from = base.values<T>();
  std::vector<T> out(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) out[i] = from[column.BaseIndex(rows[i])];
  return Buffer::Of(std::move(out));
}

Buffer GatherFixed(const Column& base, std::span<const uint32_t> rows, const Column& column) {
  switch (column.type().fixed_width()) {
    case 1:
      return Gather<uint8_t>(base, rows, column);
    case 2:
      return Gather<uint16_t>(base, rows, column);
    case 4:
      return Gather<uint32_t>(base, rows, column);
    case 8:
      return Gather<uint64_t>(base, rows, column);
    case 16:
      return Gather<Int128>(base, rows, column);
  }
  CHECK(false) << "not a fixed-width column: " << column.type();
  return {};
}

Value FixedValue(const Column& base, size_t k) {
  switch (base.type().physical()) {
    case PhysicalType::kBool:
      return Value(base.values<uint8_t>()[k] != 0);
    case PhysicalType::kInt8:
      return Value(int64_t{base.values<int8_t>()[k]});
    case PhysicalType::kInt16:
      return Value(int64_t{base.values<int16_t>()[k]});
    case PhysicalType::kInt32:
      return Value(int64_t{base.values<int32_t>()[k]});
    case PhysicalType::kInt64:
      return Value(base.values<int64_t>()[k]);
    case PhysicalType::kFloat:
      return Value(double{base.values<float>()[k]});
    case PhysicalType::kDouble:
      return Value(base.values<double>()[k]);
    case PhysicalType::kInt128:
      return Value(base.values<Int128>()[k]);
    default:
      CHECK(false) << "not a fixed-width column: " << base.type();
  }
  return {};
}

}  // namespace

ColumnPtr Column::MakeFlat(DataType type, size_t rows, Flat parts) {
  auto column = std::shared_ptr<Column>(new Column());
  column->type_ = std::move(type);
  column->rows_ = rows;
  column->flat_ = std::move(parts);
  return column;
}

ColumnPtr Column::MakeConstant(ColumnPtr one, size_t rows) {
  CHECK_EQ(one->size(), 1u);
  auto column = std::shared_ptr<Column>(new Column());
  column->type_ = one->type();
  column->rows_ = rows;
  column->encoding_ = Encoding::kConstant;
  column->base_ = Flatten(one);
  return column;
}

ColumnPtr Column::MakeConstant(const DataType& type, const Value& value, size_t rows) {
  return MakeConstant(ColumnOf(type, {value}), rows);
}

ColumnPtr Column::MakeDictionary(ColumnPtr base, std::vector<uint32_t> indices) {
  size_t rows = indices.size();
  return MakeDictionary(std::move(base), Buffer::Of(std::move(indices)), rows);
}

ColumnPtr Column::MakeDictionary(ColumnPtr base, Buffer indices, size_t rows) {
  if (!base->is_flat()) {
    const uint32_t* from = indices.as<uint32_t>();
    if (base->is_constant()) return MakeConstant(base->base_, rows);
    std::vector<uint32_t> folded(rows);
    for (size_t i = 0; i < rows; ++i) folded[i] = base->BaseIndex(from[i]);
    return MakeDictionary(base->base_, std::move(folded));
  }
  auto column = std::shared_ptr<Column>(new Column());
  column->type_ = base->type();
  column->rows_ = rows;
  column->encoding_ = Encoding::kDictionary;
  column->base_ = std::move(base);
  column->indices_ = std::move(indices);
  return column;
}

Value Column::GetValue(size_t i) const {
  if (IsNull(i)) return {};
  const Column& b = base();
  size_t k = BaseIndex(i);
  switch (type_.physical()) {
    case PhysicalType::kBytes:
      return Value(std::string(ColumnView<std::string_view>(b)[k]));
    case PhysicalType::kArray: {
      Value::List list;
      for (size_t e = b.offsets()[k]; e < b.offsets()[k + 1]; ++e) {
        list.push_back(b.child(0)->GetValue(e));
      }
      return Value(std::move(list));
    }
    case PhysicalType::kMap: {
      Value::List list;
      for (size_t e = b.offsets()[k]; e < b.offsets()[k + 1]; ++e) {
        list.push_back(Value(Value::List{b.child(0)->GetValue(e), b.child(1)->GetValue(e)}));
      }
      return Value(std::move(list));
    }
    case PhysicalType::kRow: {
      Value::List list;
      for (const ColumnPtr& child : b.flat_.children) list.push_back(child->GetValue(k));
      return Value(std::move(list));
    }
    default:
      return FixedValue(b, k);
  }
}

ColumnPtr Column::Take(const ColumnPtr& column, std::span<const uint32_t> rows) {
  if (column->is_constant()) return MakeConstant(column->base_, rows.size());
  if (column->type_.fixed_width() == 0) {
    return MakeDictionary(column, std::vector<uint32_t>(rows.begin(), rows.end()));
  }
  const Column& base = column->base();
  Flat parts;
  parts.values = GatherFixed(base, rows, *column);
  if (column->may_have_nulls()) {
    std::vector<uint8_t> validity((rows.size() + 7) / 8);
    for (size_t i = 0; i < rows.size(); ++i) {
      if (!column->IsNull(rows[i])) validity[i >> 3] |= static_cast<uint8_t>(1u << (i & 7));
    }
    parts.validity = Buffer::Of(std::move(validity));
  }
  return MakeFlat(column->type_, rows.size(), std::move(parts));
}

ColumnPtr Column::Slice(const ColumnPtr& column, size_t begin, size_t count) {
  CHECK_LE(begin + count, column->size());
  if (begin == 0 && count == column->size()) return column;
  if (column->is_constant()) return MakeConstant(column->base_, count);
  std::vector<uint32_t> rows(count);
  for (size_t i = 0; i < count; ++i) rows[i] = static_cast<uint32_t>(begin + i);
  return Take(column, rows);
}

ColumnPtr Column::Flatten(const ColumnPtr& column) {
  if (column->is_flat()) return column;
  ColumnBuilder builder(column->type_, column->size());
  for (size_t i = 0; i < column->size(); ++i) builder.AppendFrom(*column, i);
  return builder.Finish();
}

ColumnPtr Column::Retype(const ColumnPtr& column, const DataType& type) {
  CHECK(column->type_.physical() == type.physical())
      << column->type_ << " is laid out otherwise than " << type;
  if (column->type_ == type) return column;
  auto copy = std::shared_ptr<Column>(new Column(*column));
  copy->type_ = type;
  if (copy->base_) copy->base_ = Retype(copy->base_, type);
  for (size_t i = 0; i < copy->flat_.children.size() && i < type.fields().size(); ++i) {
    if (type.kind() == TypeKind::kMultiset) break;
    copy->flat_.children[i] = Retype(copy->flat_.children[i], type.fields()[i].type);
  }
  return copy;
}

size_t Column::ByteSize() const {
  size_t size =
      indices_.size() + flat_.validity.size() + flat_.values.size() + flat_.offsets.size();
  for (const ColumnPtr& child : flat_.children) size += child->ByteSize();
  return size + (base_ ? base_->ByteSize() : 0);
}

}  // namespace weir
