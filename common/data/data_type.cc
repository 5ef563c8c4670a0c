#include "common/data/data_type.h"

#include "common/base/check.h"

namespace weir {
namespace {

const std::vector<Field>& NoFields() {
  static const std::vector<Field> none;
  return none;
}

std::string WithPrecision(std::string_view name, int precision) {
  return std::string(name) + "(" + std::to_string(precision) + ")";
}

}  // namespace

DataType DataType::Null() { return DataType(); }

DataType DataType::Array(DataType element) {
  DataType type(TypeKind::kArray);
  type.fields_ = std::make_shared<const std::vector<Field>>(
      std::vector<Field>{{"element", std::move(element)}});
  return type;
}

DataType DataType::Map(DataType key, DataType value) {
  DataType type(TypeKind::kMap);
  type.fields_ = std::make_shared<const std::vector<Field>>(
      std::vector<Field>{{"key", std::move(key)}, {"value", std::move(value)}});
  return type;
}

DataType DataType::Multiset(DataType element) {
  DataType type(TypeKind::kMultiset);
  type.fields_ = std::make_shared<const std::vector<Field>>(
      std::vector<Field>{{"element", std::move(element)}});
  return type;
}

DataType DataType::Row(std::vector<Field> fields) {
  DataType type(TypeKind::kRow);
  type.fields_ = std::make_shared<const std::vector<Field>>(std::move(fields));
  return type;
}

DataType DataType::Make(TypeKind kind, bool nullable, int32_t precision, int32_t scale,
                        std::vector<Field> fields) {
  DataType type(kind, precision, scale);
  type.nullable_ = nullable;
  if (!fields.empty()) {
    type.fields_ = std::make_shared<const std::vector<Field>>(std::move(fields));
  }
  return type;
}

DataType DataType::WithNullable(bool nullable) const {
  DataType type = *this;
  type.nullable_ = nullable;
  return type;
}

const std::vector<Field>& DataType::fields() const { return fields_ ? *fields_ : NoFields(); }

const DataType& DataType::element() const {
  CHECK(kind_ == TypeKind::kArray || kind_ == TypeKind::kMultiset);
  return (*fields_)[0].type;
}
const DataType& DataType::key() const {
  CHECK(kind_ == TypeKind::kMap);
  return (*fields_)[0].type;
}
const DataType& DataType::value() const {
  CHECK(kind_ == TypeKind::kMap);
  return (*fields_)[1].type;
}

PhysicalType DataType::physical() const {
  switch (kind_) {
    case TypeKind::kNull:
    case TypeKind::kBoolean:
      return PhysicalType::kBool;
    case TypeKind::kTinyInt:
      return PhysicalType::kInt8;
    case TypeKind::kSmallInt:
      return PhysicalType::kInt16;
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kIntervalYearMonth:
      return PhysicalType::kInt32;
    case TypeKind::kBigInt:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
    case TypeKind::kIntervalDayTime:
      return PhysicalType::kInt64;
    case TypeKind::kFloat:
      return PhysicalType::kFloat;
    case TypeKind::kDouble:
      return PhysicalType::kDouble;
    case TypeKind::kDecimal:
      return PhysicalType::kInt128;
    case TypeKind::kChar:
    case TypeKind::kVarChar:
    case TypeKind::kBinary:
    case TypeKind::kVarBinary:
    case TypeKind::kVariant:
      return PhysicalType::kBytes;
    case TypeKind::kArray:
      return PhysicalType::kArray;
    case TypeKind::kMap:
    case TypeKind::kMultiset:
      return PhysicalType::kMap;
    case TypeKind::kRow:
      return PhysicalType::kRow;
  }
  CHECK(false) << "unknown type kind";
  return PhysicalType::kBool;
}

int DataType::fixed_width() const {
  switch (physical()) {
    case PhysicalType::kBool:
    case PhysicalType::kInt8:
      return 1;
    case PhysicalType::kInt16:
      return 2;
    case PhysicalType::kInt32:
    case PhysicalType::kFloat:
      return 4;
    case PhysicalType::kInt64:
    case PhysicalType::kDouble:
      return 8;
    case PhysicalType::kInt128:
      return 16;
    default:
      return 0;
  }
}

std::string QuoteIdentifier(std::string_view name) {
  std::string out = "`";
  for (char c : name) {
    if (c == '`') out += '`';
    out += c;
  }
  return out + "`";
}

std::string DataType::ToString() const {
  std::string out;
  switch (kind_) {
    case TypeKind::kNull:
      return "NULL";
    case TypeKind::kBoolean:
      out = "BOOLEAN";
      break;
    case TypeKind::kTinyInt:
      out = "TINYINT";
      break;
    case TypeKind::kSmallInt:
      out = "SMALLINT";
      break;
    case TypeKind::kInt:
      out = "INT";
      break;
    case TypeKind::kBigInt:
      out = "BIGINT";
      break;
    case TypeKind::kFloat:
      out = "FLOAT";
      break;
    case TypeKind::kDouble:
      out = "DOUBLE";
      break;
    case TypeKind::kDecimal:
      out = "DECIMAL(" + std::to_string(precision_) + ", " + std::to_string(scale_) + ")";
      break;
    case TypeKind::kChar:
      out = WithPrecision("CHAR", precision_);
      break;
    case TypeKind::kVarChar:
      out = precision_ == kMaxLength ? "STRING" : WithPrecision("VARCHAR", precision_);
      break;
    case TypeKind::kBinary:
      out = WithPrecision("BINARY", precision_);
      break;
    case TypeKind::kVarBinary:
      out = precision_ == kMaxLength ? "BYTES" : WithPrecision("VARBINARY", precision_);
      break;
    case TypeKind::kDate:
      out = "DATE";
      break;
    case TypeKind::kTime:
      out = WithPrecision("TIME", precision_);
      break;
    case TypeKind::kTimestamp:
      out = WithPrecision("TIMESTAMP", precision_);
      break;
    case TypeKind::kTimestampLtz:
      out = WithPrecision("TIMESTAMP_LTZ", precision_);
      break;
    case TypeKind::kIntervalYearMonth:
      out = "INTERVAL MONTH";
      break;
    case TypeKind::kIntervalDayTime:
      out = "INTERVAL SECOND(3)";
      break;
    case TypeKind::kArray:
      out = "ARRAY<" + element().ToString() + ">";
      break;
    case TypeKind::kMap:
      out = "MAP<" + key().ToString() + ", " + value().ToString() + ">";
      break;
    case TypeKind::kMultiset:
      out = "MULTISET<" + element().ToString() + ">";
      break;
    case TypeKind::kRow: {
      out = "ROW<";
      for (size_t i = 0; i < fields().size(); ++i) {
        if (i) out += ", ";
        out += QuoteIdentifier(fields()[i].name) + " " + fields()[i].type.ToString();
      }
      out += ">";
      break;
    }
    case TypeKind::kVariant:
      out = "VARIANT";
      break;
  }
  return nullable_ ? out : out + " NOT NULL";
}

bool operator==(const DataType& a, const DataType& b) {
  return a.kind_ == b.kind_ && a.nullable_ == b.nullable_ && a.precision_ == b.precision_ &&
         a.scale_ == b.scale_ && (a.fields_ == b.fields_ || a.fields() == b.fields());
}

bool DataType::EqualsIgnoringNullability(const DataType& other) const {
  if (kind_ != other.kind_ || precision_ != other.precision_ || scale_ != other.scale_ ||
      fields().size() != other.fields().size()) {
    return false;
  }
  for (size_t i = 0; i < fields().size(); ++i) {
    if (fields()[i].name != other.fields()[i].name ||
        !fields()[i].type.EqualsIgnoringNullability(other.fields()[i].type)) {
      return false;
    }
  }
  return true;
}

std::ostream& operator<<(std::ostream& out, const DataType& type) { return out << type.ToString(); }

int Schema::IndexOf(std::string_view name) const {
  for (size_t i = 0; i < fields_.size(); ++i) {
    if (fields_[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

std::string Schema::ToString() const {
  std::string out = "(";
  for (size_t i = 0; i < fields_.size(); ++i) {
    out += (i ? ", " : " ") + QuoteIdentifier(fields_[i].name) + " " + fields_[i].type.ToString();
  }
  return out + " )";
}

}  // namespace weir
