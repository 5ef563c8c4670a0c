#include <algorithm>

#include "common/data/decimal.h"
#include "operators/functions/function_registry.h"

// The types of results: what several values have in common, and what arithmetic gives.

namespace weir {
namespace {

constexpr int kMinimumScale = 6;

// Where a precision of more than 38 digits would be needed, the fraction gives way, but keeps up to
// six digits.
DataType Adjusted(int precision, int scale) {
  if (precision <= kMaxDecimalPrecision) return DataType::Decimal(precision, scale);
  int whole = precision - scale;
  return DataType::Decimal(kMaxDecimalPrecision,
                           std::max(kMaxDecimalPrecision - whole, std::min(scale, kMinimumScale)));
}

Status NoCommonType(const DataType& a, const DataType& b) {
  return InvalidArgumentError("no common type of " + a.WithNullable(true).ToString() + " and " +
                              b.WithNullable(true).ToString());
}

DataType CommonNumber(const DataType& a, const DataType& b) {
  if (a.is_approximate() && b.is_approximate()) return a;  // the first one, as in Flink
  if (a.is_approximate() || b.is_approximate()) {
    bool is_double = a.kind() == TypeKind::kDouble || b.kind() == TypeKind::kDouble ||
                     a.is_decimal() || b.is_decimal();
    return is_double ? DataType::Double() : DataType::Float();
  }
  if (a.is_integer() && b.is_integer()) return a.kind() < b.kind() ? b : a;
  DataType x = AsDecimal(a), y = AsDecimal(b);
  int scale = std::max(x.scale(), y.scale());
  int whole = std::max(x.precision() - x.scale(), y.precision() - y.scale());
  return DataType::Decimal(std::min(whole + scale, kMaxDecimalPrecision), scale);
}

// CHAR, VARCHAR or BINARY, VARBINARY.
DataType CommonText(const DataType& a, const DataType& b) {
  int32_t length = std::max(a.length(), b.length());
  bool fixed = a.kind() == b.kind() && a.length() == b.length() &&
               (a.kind() == TypeKind::kChar || a.kind() == TypeKind::kBinary);
  if (a.is_string()) return fixed ? DataType::Char(length) : DataType::VarChar(length);
  return fixed ? DataType::Binary(length) : DataType::VarBinary(length);
}

StatusOr<DataType> CommonOfTwo(const DataType& a, const DataType& b);

StatusOr<DataType> CommonNested(const DataType& a, const DataType& b) {
  if (a.kind() != b.kind() || a.fields().size() != b.fields().size()) return NoCommonType(a, b);
  std::vector<Field> fields;
  for (size_t i = 0; i < a.fields().size(); ++i) {
    ASSIGN_OR_RETURN(DataType type, CommonOfTwo(a.fields()[i].type, b.fields()[i].type));
    fields.push_back({a.fields()[i].name, std::move(type)});
  }
  return DataType::Make(a.kind(), true, a.precision(), a.scale(), std::move(fields));
}

StatusOr<DataType> CommonTime(const DataType& a, const DataType& b) {
  if (a.kind() == b.kind()) {
    return DataType::Make(a.kind(), true, std::max(a.precision(), b.precision()), 0, {});
  }
  auto is_point = [](const DataType& type) {
    return type.kind() == TypeKind::kDate || type.is_timestamp();
  };
  if (!is_point(a) || !is_point(b)) return NoCommonType(a, b);
  int precision = 0;
  for (const DataType* type : {&a, &b}) {
    if (type->is_timestamp()) precision = std::max(precision, type->precision());
  }
  bool zoned = a.kind() == TypeKind::kTimestampLtz || b.kind() == TypeKind::kTimestampLtz;
  return zoned ? DataType::TimestampLtz(precision) : DataType::Timestamp(precision);
}

StatusOr<DataType> CommonOfTwo(const DataType& a, const DataType& b) {
  bool nullable = a.nullable() || b.nullable();
  if (a.kind() == TypeKind::kNull) return b.WithNullable(true);
  if (b.kind() == TypeKind::kNull) return a.WithNullable(true);
  StatusOr<DataType> common = NoCommonType(a, b);
  if (a.EqualsIgnoringNullability(b)) {
    common = a.is_nested() ? CommonNested(a, b) : StatusOr<DataType>(a);
  } else if (a.is_numeric() && b.is_numeric()) {
    common = CommonNumber(a, b);
  } else if ((a.is_string() && b.is_string()) || (a.is_binary() && b.is_binary())) {
    common = CommonText(a, b);
  } else if (a.is_nested() || b.is_nested()) {
    common = CommonNested(a, b);
  } else if (a.kind() >= TypeKind::kDate && b.kind() >= TypeKind::kDate) {
    common = CommonTime(a, b);
  }
  if (!common.ok()) return common;
  return common->WithNullable(nullable);
}

}  // namespace

DataType AsDecimal(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kTinyInt:
      return DataType::Decimal(3, 0);
    case TypeKind::kSmallInt:
      return DataType::Decimal(5, 0);
    case TypeKind::kInt:
      return DataType::Decimal(10, 0);
    case TypeKind::kBigInt:
      return DataType::Decimal(19, 0);
    default:
      CHECK(type.is_decimal()) << type;
      return type;
  }
}

DataType DecimalResultType(DecimalOperation operation, const DataType& a, const DataType& b) {
  DataType x = AsDecimal(a), y = AsDecimal(b);
  int p1 = x.precision(), s1 = x.scale(), p2 = y.precision(), s2 = y.scale();
  int scale = std::max(s1, s2);
  switch (operation) {
    case DecimalOperation::kAdd:
      return Adjusted(std::max(p1 - s1, p2 - s2) + scale + 1, scale);
    case DecimalOperation::kMultiply:
      return Adjusted(p1 + p2 + 1, s1 + s2);
    case DecimalOperation::kDivide:
      scale = std::max(kMinimumScale, s1 + p2 + 1);
      return Adjusted(p1 - s1 + s2 + scale, scale);
    case DecimalOperation::kRemainder:
      return Adjusted(std::min(p1 - s1, p2 - s2) + scale, scale);
  }
  return x;
}

StatusOr<DataType> CommonType(std::span<const DataType> types) {
  if (types.empty()) return InvalidArgumentError("no common type of nothing");
  DataType common = types[0];
  for (const DataType& type : types.subspan(1)) {
    ASSIGN_OR_RETURN(common, CommonOfTwo(common, type));
  }
  return common;
}

StatusOr<DataType> CommonArgumentType(std::span<const DataType> types) {
  StatusOr<DataType> common = CommonType(types);
  if (!common.ok()) return InvalidArgumentError("");
  return common;
}

}  // namespace weir
