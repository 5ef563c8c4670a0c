#include "operators/functions/function_registry.h"

// Which casts there are, as Flink's official matrix has them.

namespace weir {
namespace {

bool NestedCast(const DataType& from, const DataType& to,
                bool (*element)(const DataType&, const DataType&)) {
  if (from.kind() != to.kind() || from.fields().size() != to.fields().size()) return false;
  for (size_t i = 0; i < from.fields().size(); ++i) {
    if (!element(from.fields()[i].type, to.fields()[i].type)) return false;
  }
  return true;
}

bool FromText(const DataType& to) {
  return to.kind() == TypeKind::kBoolean || to.is_numeric() || to.is_string() || to.is_binary() ||
         to.kind() == TypeKind::kDate || to.kind() == TypeKind::kTime || to.is_timestamp();
}

}  // namespace

bool CanCast(const DataType& from, const DataType& to) {
  if (from.kind() == TypeKind::kNull) return true;
  if (to.kind() == TypeKind::kNull) return false;
  if (from.is_variant()) return to.is_variant();
  if (to.is_string()) return true;
  if (from.is_nested() || to.is_nested()) return NestedCast(from, to, &CanCast);
  if (from.is_string()) return FromText(to);
  if (from.is_binary() || to.is_binary()) return from.is_binary() && to.is_binary();
  switch (from.kind()) {
    case TypeKind::kBoolean:
      return to.kind() == TypeKind::kBoolean || to.is_numeric();
    case TypeKind::kDate:
      return to.kind() == TypeKind::kDate || to.is_timestamp();
    case TypeKind::kTime:
      return to.kind() == TypeKind::kTime;
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return to.is_timestamp() || to.kind() == TypeKind::kDate || to.kind() == TypeKind::kTime;
    case TypeKind::kIntervalYearMonth:
    case TypeKind::kIntervalDayTime:
      return from.kind() == to.kind() || to.is_integer();
    default:
      return from.is_numeric() && (to.is_numeric() || to.kind() == TypeKind::kBoolean);
  }
}

bool CanCastImplicitly(const DataType& from, const DataType& to) {
  if (from.kind() == TypeKind::kNull) return true;
  if (from.is_nested() || to.is_nested()) return NestedCast(from, to, &CanCastImplicitly);
  if (from.kind() == to.kind()) return true;
  switch (to.kind()) {
    case TypeKind::kSmallInt:
    case TypeKind::kInt:
    case TypeKind::kBigInt:
      return from.is_integer() && from.kind() < to.kind();
    case TypeKind::kDecimal:
      return from.is_numeric();
    case TypeKind::kFloat:
      return from.is_integer() || from.is_decimal();
    case TypeKind::kDouble:
      return from.is_numeric();
    case TypeKind::kVarChar:
      return from.is_string();
    case TypeKind::kVarBinary:
      return from.is_binary();
    case TypeKind::kDate:
    case TypeKind::kTime:
      return from.kind() == TypeKind::kTimestamp;
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return from.is_timestamp();
    default:
      return false;
  }
}

}  // namespace weir
