#include "operators/functions/time_arithmetic.h"

#include "common/data/time_text.h"
#include "operators/expressions/kernels.h"

namespace weir {
namespace {

bool IsTime(const DataType& type) {
  return type.kind() == TypeKind::kDate || type.kind() == TypeKind::kTime || type.is_timestamp();
}

bool IsMonths(const DataType& type) { return type.kind() == TypeKind::kIntervalYearMonth; }

int64_t AddMonthsToMicros(int64_t micros, int64_t months) {
  int64_t day = DaysFromCivil(AddMonths(CivilFromDays(DayOfMicros(micros)), months));
  return day * kMicrosPerDay + MicrosOfDay(micros);
}

int32_t AddMonthsToDate(int32_t day, int64_t months) {
  return static_cast<int32_t>(DaysFromCivil(AddMonths(CivilFromDays(day), months)));
}

int32_t RoundTheDay(int64_t millis) {
  int64_t rest = millis % kMillisPerDay;
  return static_cast<int32_t>(rest < 0 ? rest + kMillisPerDay : rest);
}

// Wraps, like all integers.
int64_t WrappingAdd(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
int64_t WrappingMultiply(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}

ScalarKernel TimePlusInterval(const DataType& time, const DataType& interval, int sign) {
  bool months = IsMonths(interval);
  if (time.is_timestamp()) {
    if (months) {
      return Map<int64_t, int64_t, int32_t>([sign](int64_t micros, int32_t count) {
        return AddMonthsToMicros(micros, int64_t{sign} * count);
      });
    }
    return Map<int64_t, int64_t, int64_t>([sign](int64_t micros, int64_t millis) {
      return WrappingAdd(micros, WrappingMultiply(millis, sign * kMicrosPerMilli));
    });
  }
  if (time.kind() == TypeKind::kDate) {
    if (months) {
      return Map<int32_t, int32_t, int32_t>([sign](int32_t day, int32_t count) {
        return AddMonthsToDate(day, int64_t{sign} * count);
      });
    }
    return Map<int32_t, int32_t, int64_t>([sign](int32_t day, int64_t millis) {
      return static_cast<int32_t>(day + sign * (millis / kMillisPerDay));
    });
  }
  return Map<int32_t, int32_t, int64_t>([sign](int32_t of_day, int64_t millis) {
    return RoundTheDay(of_day + sign * (millis % kMillisPerDay));
  });
}

// The same kernel with its arguments exchanged.
ScalarKernel Exchanged(ScalarKernel kernel) {
  return [kernel](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
                  const EvalContext& context) {
    ColumnPtr exchanged[] = {args[1], args[0]};
    return kernel(exchanged, type, rows, context);
  };
}

}  // namespace

StatusOr<ResolvedFunction> ResolveTimeSum(const DataType& a, const DataType& b, bool subtract) {
  bool nullable = a.nullable() || b.nullable();
  const DataType* time = IsTime(a) ? &a : !subtract && IsTime(b) ? &b : nullptr;
  const DataType& other = time == &a ? b : a;
  if (time != nullptr) {
    bool fits = other.is_interval() && !(time->kind() == TypeKind::kTime && IsMonths(other));
    if (!fits) return InvalidArgumentError("");
    return ResolvedFunction{{a, b}, time->WithNullable(nullable)};
  }
  if (!a.is_interval() || a.kind() != b.kind()) return InvalidArgumentError("");
  return ResolvedFunction{{a, b}, a.WithNullable(nullable)};
}

StatusOr<ScalarKernel> MakeTimeSum(const DataType& a, const DataType& b, bool subtract) {
  int sign = subtract ? -1 : 1;
  if (IsTime(a)) return TimePlusInterval(a, b, sign);
  if (IsTime(b)) return Exchanged(TimePlusInterval(b, a, sign));
  if (IsMonths(a)) {
    return Map<int32_t, int32_t, int32_t>(
        [sign](int32_t x, int32_t y) { return static_cast<int32_t>(x + int64_t{sign} * y); });
  }
  return Map<int64_t, int64_t, int64_t>(
      [sign](int64_t x, int64_t y) { return WrappingAdd(x, WrappingMultiply(y, sign)); });
}

StatusOr<ResolvedFunction> ResolveIntervalProduct(const DataType& a, const DataType& b) {
  const DataType& interval = a.is_interval() ? a : b;
  const DataType& factor = a.is_interval() ? b : a;
  if (!interval.is_interval() || !factor.is_integer()) return InvalidArgumentError("");
  DataType number = DataType::BigInt().WithNullable(factor.nullable());
  bool nullable = a.nullable() || b.nullable();
  if (&interval == &a) return ResolvedFunction{{a, number}, a.WithNullable(nullable)};
  return ResolvedFunction{{number, b}, b.WithNullable(nullable)};
}

StatusOr<ScalarKernel> MakeIntervalProduct(const DataType& a, const DataType& b) {
  const DataType& interval = a.is_interval() ? a : b;
  ScalarKernel kernel;
  if (IsMonths(interval)) {
    kernel = Map<int32_t, int32_t, int64_t>([](int32_t months, int64_t factor) {
      return static_cast<int32_t>(WrappingMultiply(months, factor));
    });
  } else {
    kernel = Map<int64_t, int64_t, int64_t>(WrappingMultiply);
  }
  return a.is_interval() ? kernel : Exchanged(std::move(kernel));
}

}  // namespace weir
