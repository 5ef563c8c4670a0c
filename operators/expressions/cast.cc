#include "operators/expressions/cast.h"

#include <cmath>
#include <limits>

#include "common/data/decimal.h"
#include "common/data/time_text.h"
#include "operators/expressions/cast_text.h"
#include "operators/expressions/kernels.h"

namespace weir {
namespace {

// Java's conversions between numbers: integers wrap; an approximate number is cut toward zero and
// held at the ends of INT or BIGINT (NaN is 0) before it wraps to something smaller.
template <class Out, class In>
Out ConvertNumber(In value) {
  if constexpr (std::is_floating_point_v<In> && std::is_integral_v<Out>) {
    using Wide = std::conditional_t<sizeof(Out) == 8, int64_t, int32_t>;
    if (std::isnan(value)) return 0;
    if (value >= static_cast<In>(std::numeric_limits<Wide>::max())) {
      return static_cast<Out>(std::numeric_limits<Wide>::max());
    }
    if (value <= static_cast<In>(std::numeric_limits<Wide>::min())) {
      return static_cast<Out>(std::numeric_limits<Wide>::min());
    }
    return static_cast<Out>(static_cast<Wide>(value));
  } else {
    return static_cast<Out>(value);
  }
}

ScalarKernel Reuse() {
  return [](std::span<const ColumnPtr> args, const DataType& type, size_t,
            const EvalContext&) -> StatusOr<ColumnPtr> { return Column::Retype(args[0], type); };
}

ScalarKernel BetweenNumbers(const DataType& from, const DataType& to) {
  if (from.physical() == to.physical()) return Reuse();
  return VisitNumbers(from.physical(), [&]<class In>(std::type_identity<In>) {
    return VisitNumbers(to.physical(), [&]<class Out>(std::type_identity<Out>) {
      return Map<Out, In>([](In value) { return ConvertNumber<Out>(value); });
    });
  });
}

ScalarKernel ToDecimal(const DataType& from, const DataType& to) {
  DecimalShape shape{to.precision(), to.scale()};
  if (from.is_decimal()) {
    if (from.scale() == to.scale() && from.precision() <= to.precision()) return Reuse();
    return Map<Int128, Int128>([shape, scale = from.scale()](Int128 value) {
      return RescaleDecimal(value, scale, shape.scale, shape.precision);
    });
  }
  return VisitNumbers(from.physical(), [&]<class In>(std::type_identity<In>) {
    return Map<Int128, In>([shape](In value) -> std::optional<Int128> {
      if constexpr (std::is_floating_point_v<In>) {
        return DoubleToDecimal(value, shape);
      } else {
        return RescaleDecimal(value, 0, shape.scale, shape.precision);
      }
    });
  });
}

ScalarKernel FromDecimal(const DataType& from, const DataType& to) {
  int scale = from.scale();
  return VisitNumbers(to.physical(), [&]<class Out>(std::type_identity<Out>) {
    if constexpr (std::is_floating_point_v<Out>) {
      return Map<Out, Int128>(
          [scale](Int128 value) { return static_cast<Out>(DecimalToDouble(value, scale)); });
    } else {
      return Map<Out, Int128>([power = PowerOfTen(scale)](Int128 value) {
        return static_cast<Out>(static_cast<int64_t>(value / power));
      });
    }
  });
}

ScalarKernel FromBoolean(const DataType& to) {
  if (to.is_decimal()) {
    // DECIMAL(1, 1) has no 1.
    bool fits = to.precision() > to.scale();
    return Map<Int128, bool>([fits, one = PowerOfTen(to.scale())](bool b) -> std::optional<Int128> {
      if (b && !fits) return std::nullopt;
      return b ? one : Int128{0};
    });
  }
  return VisitNumbers(to.physical(), [&]<class Out>(std::type_identity<Out>) {
    return Map<Out, bool>([](bool b) { return static_cast<Out>(b ? 1 : 0); });
  });
}

ScalarKernel ToBoolean(const DataType& from) {
  if (from.is_decimal()) return Map<bool, Int128>([](Int128 value) { return value != 0; });
  return VisitNumbers(from.physical(), [&]<class In>(std::type_identity<In>) {
    return Map<bool, In>([](In value) { return value != 0; });
  });
}

// Between DATE, TIME, TIMESTAMP and TIMESTAMP_LTZ; CanCast has let only these through.
ScalarKernel BetweenTimes(const DataType& from, const DataType& to, const TimeZone& zone) {
  bool from_utc = from.kind() == TypeKind::kTimestampLtz;
  bool to_utc = to.kind() == TypeKind::kTimestampLtz;
  int precision = to.precision();
  if (from.kind() == TypeKind::kDate && to.is_timestamp()) {
    return Map<int64_t, int32_t>([to_utc, zone](int32_t day) {
      int64_t midnight = day * kMicrosPerDay;
      return to_utc ? zone.ToUtc(midnight) : midnight;
    });
  }
  if (from.kind() == TypeKind::kTime) {
    if (to.precision() >= 3 || to.precision() >= from.precision()) return Reuse();
    auto unit = static_cast<int32_t>(PowerOfTen(3 - precision));
    return Map<int32_t, int32_t>([unit](int32_t millis) { return millis / unit * unit; });
  }
  if (to.kind() == TypeKind::kDate) {
    return Map<int32_t, int64_t>([from_utc, zone](int64_t micros) {
      return static_cast<int32_t>(DayOfMicros(from_utc ? zone.ToLocal(micros) : micros));
    });
  }
  if (to.kind() == TypeKind::kTime) {
    auto unit = static_cast<int32_t>(PowerOfTen(3 - std::min(3, precision)));
    return Map<int32_t, int64_t>([from_utc, zone, unit](int64_t micros) {
      int64_t of_day = MicrosOfDay(from_utc ? zone.ToLocal(micros) : micros);
      return static_cast<int32_t>(of_day / kMicrosPerMilli) / unit * unit;
    });
  }
  if (from_utc == to_utc && (precision >= from.precision() || precision >= 6)) return Reuse();
  return Map<int64_t, int64_t>([=](int64_t micros) {
    if (from_utc && !to_utc) micros = zone.ToLocal(micros);
    if (!from_utc && to_utc) micros = zone.ToUtc(micros);
    return TruncateMicros(micros, precision);
  });
}

// Casts the children of a flat nested column and keeps its shape.
ScalarKernel BetweenNested(std::vector<ScalarKernel> children, std::vector<DataType> types) {
  return [children, types](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
                           const EvalContext& context) -> StatusOr<ColumnPtr> {
    bool constant = args[0]->is_constant() && rows > 0;
    ColumnPtr flat = constant ? args[0]->base_ptr() : Column::Flatten(args[0]);
    Column::Flat parts = flat->flat();
    for (size_t i = 0; i < children.size(); ++i) {
      const ColumnPtr child = parts.children[i];
      ASSIGN_OR_RETURN(ColumnPtr cast, children[i]({&child, 1}, types[i], child->size(), context));
      parts.children[i] = Column::Flatten(cast);
    }
    ColumnPtr result = Column::MakeFlat(type, flat->size(), std::move(parts));
    return constant ? Column::MakeConstant(result, rows) : result;
  };
}

// TRY_CAST of a nested cell is null as a whole when anything in it cannot be cast.
ScalarKernel NullWhereFails(ScalarKernel kernel) {
  return [kernel](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
                  const EvalContext& context) -> StatusOr<ColumnPtr> {
    StatusOr<ColumnPtr> all = kernel(args, type, rows, context);
    if (all.ok()) return all;
    ColumnBuilder out(type, rows);
    for (size_t i = 0; i < rows; ++i) {
      ColumnPtr one = Column::Flatten(Column::Slice(args[0], i, 1));
      StatusOr<ColumnPtr> cast = kernel({&one, 1}, type, 1, context);
      if (cast.ok()) {
        out.AppendFrom(**cast, 0);
      } else {
        out.AppendNull();
      }
    }
    return out.Finish();
  };
}

StatusOr<ScalarKernel> MakeNestedCast(const DataType& from, const DataType& to, bool try_cast,
                                      const std::string& time_zone) {
  std::vector<ScalarKernel> kernels;
  std::vector<DataType> types;
  for (size_t i = 0; i < from.fields().size(); ++i) {
    types.push_back(to.fields()[i].type);
    ASSIGN_OR_RETURN(ScalarKernel kernel,
                     MakeCastKernel(from.fields()[i].type, types.back(), false, time_zone));
    kernels.push_back(std::move(kernel));
  }
  ScalarKernel kernel = BetweenNested(std::move(kernels), std::move(types));
  return try_cast && !CastIsTotal(from, to) ? NullWhereFails(std::move(kernel)) : kernel;
}

bool IsTime(const DataType& type) {
  return type.kind() == TypeKind::kDate || type.kind() == TypeKind::kTime || type.is_timestamp();
}

}  // namespace

StatusOr<ScalarKernel> MakeCastKernel(const DataType& from, const DataType& to, bool try_cast,
                                      const std::string& time_zone) {
  if (!CanCast(from, to)) {
    return InvalidArgumentError("cannot cast " + from.WithNullable(true).ToString() + " to " +
                                to.WithNullable(true).ToString());
  }
  ASSIGN_OR_RETURN(TimeZone zone, TimeZone::Load(time_zone));
  if (from.kind() == TypeKind::kNull) {
    return ScalarKernel([](std::span<const ColumnPtr>, const DataType& type, size_t rows,
                           const EvalContext&) -> StatusOr<ColumnPtr> {
      return Column::MakeConstant(type.WithNullable(true), Value(), rows);
    });
  }
  if (from.EqualsIgnoringNullability(to)) return Reuse();
  if (to.is_string()) return MakeCastToText(from, to, zone);
  if (to.is_binary()) return MakeCastToBinary(from, to);
  if (from.is_string()) return MakeCastFromText(from, to, try_cast, zone);
  if (from.is_nested()) return MakeNestedCast(from, to, try_cast, time_zone);
  if (IsTime(from)) return BetweenTimes(from, to, zone);
  if (from.kind() == TypeKind::kBoolean) return FromBoolean(to);
  if (to.kind() == TypeKind::kBoolean) return ToBoolean(from);
  if (to.is_decimal()) return ToDecimal(from, to);
  if (from.is_decimal()) return FromDecimal(from, to);
  return BetweenNumbers(from, to);  // intervals are integers here
}

bool CastIsTotal(const DataType& from, const DataType& to) {
  if (from.is_nested() && to.is_nested()) {
    for (size_t i = 0; i < from.fields().size() && i < to.fields().size(); ++i) {
      if (!CastIsTotal(from.fields()[i].type, to.fields()[i].type)) return false;
    }
    return true;
  }
  return !from.is_string() || to.is_string() || to.is_binary();
}

}  // namespace weir
