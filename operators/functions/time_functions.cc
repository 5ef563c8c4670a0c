#include "common/data/time_text.h"
#include "common/data/time_zone.h"
#include "operators/expressions/kernels.h"
#include "operators/functions/builtin_functions.h"
#include "operators/functions/rounding.h"
#include "operators/functions/signature.h"
#include "operators/functions/time_units.h"

// EXTRACT and its short forms, FLOOR and CEIL of times, TIMESTAMPADD, TIMESTAMPDIFF.

namespace weir {
namespace {

// The unit that an argument names, which must be a literal.
StatusOr<TimeUnit> UnitOf(const BoundArgument& arg) {
  if (arg.literal && std::holds_alternative<std::string>(arg.literal->v)) {
    if (std::optional<TimeUnit> unit = ParseTimeUnit(arg.literal->string())) return *unit;
    return InvalidArgumentError("unknown time unit '" + arg.literal->string() + "'");
  }
  return InvalidArgumentError("");
}

bool IsTimePoint(const DataType& type) {
  return type.kind() == TypeKind::kDate || type.is_timestamp();
}

// EXTRACT of a value of any type that has units.
StatusOr<ScalarKernel> MakeExtract(TimeUnit unit, const DataType& type, const TimeZone& zone) {
  switch (type.kind()) {
    case TypeKind::kDate:
      return Map<int64_t, int32_t>(
          [unit](int32_t day) { return ExtractUnit(unit, day * kMicrosPerDay); });
    case TypeKind::kTime:
      return Map<int64_t, int32_t>(
          [unit](int32_t millis) { return ExtractUnit(unit, millis * kMicrosPerMilli); });
    case TypeKind::kTimestamp:
      return Map<int64_t, int64_t>([unit](int64_t micros) { return ExtractUnit(unit, micros); });
    case TypeKind::kTimestampLtz:
      return Map<int64_t, int64_t>([unit, zone](int64_t micros) {
        // Seconds since 1970 are the same everywhere.
        return ExtractUnit(unit, unit == TimeUnit::kEpoch ? micros : zone.ToLocal(micros));
      });
    case TypeKind::kIntervalYearMonth:
      return Map<int64_t, int32_t>([unit](int32_t months) -> int64_t {
        if (unit == TimeUnit::kMonth) return months % 12;
        return months / MonthsOf(unit);
      });
    case TypeKind::kIntervalDayTime:
      return Map<int64_t, int64_t>([unit](int64_t millis) -> int64_t {
        int64_t micros = millis % (kMillisPerDay)*kMicrosPerMilli;
        if (unit == TimeUnit::kDay) return millis / kMillisPerDay;
        if (unit == TimeUnit::kHour) return micros / MicrosOf(unit);
        if (unit == TimeUnit::kEpoch) return millis / 1000;
        int64_t whole = unit < TimeUnit::kSecond ? kMicrosPerSecond : 60 * MicrosOf(unit);
        return unit == TimeUnit::kNanosecond ? micros % whole * 1000
                                             : micros % whole / MicrosOf(unit);
      });
    default:
      return InvalidArgumentError("no time to extract a unit from");
  }
}

// Whether values of the type have the unit.
bool HasUnit(const DataType& type, TimeUnit unit) {
  bool of_day = unit <= TimeUnit::kHour;
  switch (type.kind()) {
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return true;
    case TypeKind::kTime:
      return of_day;
    case TypeKind::kIntervalYearMonth:
      return unit >= TimeUnit::kMonth && unit <= TimeUnit::kMillennium;
    case TypeKind::kIntervalDayTime:
      return of_day || unit == TimeUnit::kDay || unit == TimeUnit::kEpoch;
    default:
      return false;
  }
}

StatusOr<ResolvedFunction> ResolveExtract(TimeUnit unit, const DataType& type,
                                          const DataType* unit_type) {
  DataType wanted = type.kind() == TypeKind::kNull ? DataType::Timestamp(3) : type;
  if (!HasUnit(wanted, unit)) return InvalidArgumentError("");
  ResolvedFunction resolved;
  if (unit_type) resolved.argument_types.push_back(*unit_type);
  resolved.argument_types.push_back(wanted);
  resolved.result = DataType::BigInt().WithNullable(type.nullable());
  return resolved;
}

// A kernel of one argument, given with a unit in front of it.
ScalarKernel BehindUnit(ScalarKernel kernel) {
  return
      [kernel](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
               const EvalContext& context) { return kernel(args.subspan(1), type, rows, context); };
}

void AddExtracts(FunctionRegistry& registry) {
  FunctionSpec spec{"EXTRACT", "EXTRACT(unit FROM time or interval)", "A part of a time.", 2, 2};
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    ASSIGN_OR_RETURN(TimeUnit unit, UnitOf(args[0]));
    return ResolveExtract(unit, args[1].type, &args[0].type);
  };
  spec.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                        const std::string& time_zone) -> StatusOr<ScalarKernel> {
    ASSIGN_OR_RETURN(TimeUnit unit, UnitOf(args[0]));
    ASSIGN_OR_RETURN(TimeZone zone, TimeZone::Load(time_zone));
    ASSIGN_OR_RETURN(ScalarKernel kernel, MakeExtract(unit, args[1].type, zone));
    return BehindUnit(std::move(kernel));
  };
  Declare(registry, std::move(spec));

  struct ShortForm {
    const char* name;
    TimeUnit unit;
    const char* description;
  };
  for (const ShortForm& form :
       {ShortForm{"YEAR", TimeUnit::kYear, "The year."},
        ShortForm{"QUARTER", TimeUnit::kQuarter, "The quarter, 1 to 4."},
        ShortForm{"MONTH", TimeUnit::kMonth, "The month, 1 to 12."},
        ShortForm{"WEEK", TimeUnit::kWeek, "The week of the year, as ISO counts them."},
        ShortForm{"DAYOFYEAR", TimeUnit::kDayOfYear, "The day of the year, from 1."},
        ShortForm{"DAYOFMONTH", TimeUnit::kDay, "The day of the month, from 1."},
        ShortForm{"DAYOFWEEK", TimeUnit::kDayOfWeek, "The day of the week; Sunday is 1."},
        ShortForm{"HOUR", TimeUnit::kHour, "The hour, 0 to 23."},
        ShortForm{"MINUTE", TimeUnit::kMinute, "The minute, 0 to 59."},
        ShortForm{"SECOND", TimeUnit::kSecond, "The second, 0 to 59."}}) {
    FunctionSpec short_form{form.name, std::string(form.name) + "(time)", form.description, 1, 1};
    short_form.resolve = [unit = form.unit](std::span<const BoundArgument> args) {
      return ResolveExtract(unit, args[0].type, nullptr);
    };
    short_form.make_kernel = [unit = form.unit](
                                 std::span<const BoundArgument> args, const DataType&,
                                 const std::string& time_zone) -> StatusOr<ScalarKernel> {
      ASSIGN_OR_RETURN(TimeZone zone, TimeZone::Load(time_zone));
      return MakeExtract(unit, args[0].type, zone);
    };
    Declare(registry, std::move(short_form));
  }
}

void AddTimestampAdd(FunctionRegistry& registry) {
  FunctionSpec spec{"TIMESTAMPADD", "TIMESTAMPADD(unit, number, time)",
                    "The time some units later.", 3, 3};
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    ASSIGN_OR_RETURN(TimeUnit unit, UnitOf(args[0]));
    ASSIGN_OR_RETURN(DataType number, MatchArgument(Arg::kBigInt, args[1].type));
    DataType time = args[2].type;
    if (time.kind() != TypeKind::kTime || unit >= TimeUnit::kDay) {
      ASSIGN_OR_RETURN(time, MatchArgument(Arg::kTimePoint, time));
    }
    if (unit > TimeUnit::kMillennium) return InvalidArgumentError("");
    // Hours of a DATE need a time of day.
    if (time.kind() == TypeKind::kDate && unit < TimeUnit::kDay) {
      time = DataType::Timestamp(6).WithNullable(time.nullable());
    }
    bool nullable = number.nullable() || time.nullable();
    return ResolvedFunction{{args[0].type, number, time}, time.WithNullable(nullable)};
  };
  spec.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                        const std::string&) -> StatusOr<ScalarKernel> {
    ASSIGN_OR_RETURN(TimeUnit unit, UnitOf(args[0]));
    int64_t months = MonthsOf(unit), micros = MicrosOf(unit);
    auto add = [unit, months, micros](int64_t number, int64_t time) -> int64_t {
      if (months != 0) {
        int64_t count = static_cast<int32_t>(number) * months;
        int64_t day = DaysFromCivil(AddMonths(CivilFromDays(DayOfMicros(time)), count));
        return day * kMicrosPerDay + MicrosOfDay(time);
      }
      // Wraps, like all integers.
      int64_t added, sum;
      if (unit == TimeUnit::kNanosecond) {
        added = number / 1000;
      } else {
        (void)__builtin_mul_overflow(number, micros, &added);
      }
      (void)__builtin_add_overflow(time, added, &sum);
      return sum;
    };
    if (args[2].type.kind() == TypeKind::kDate) {
      return BehindUnit(Map<int32_t, int64_t, int32_t>([add](int64_t number, int32_t day) {
        return static_cast<int32_t>(DayOfMicros(add(number, day * kMicrosPerDay)));
      }));
    }
    if (args[2].type.kind() == TypeKind::kTime) {
      // It goes round the day.
      return BehindUnit(Map<int32_t, int64_t, int32_t>([add](int64_t number, int32_t millis) {
        const int64_t sum = add(number, int64_t{millis} * kMicrosPerMilli);
        return static_cast<int32_t>(MicrosOfDay(sum) / kMicrosPerMilli);
      }));
    }
    return BehindUnit(Map<int64_t, int64_t, int64_t>(add));
  };
  Declare(registry, std::move(spec));
}

void AddTimestampDiff(FunctionRegistry& registry) {
  FunctionSpec spec{"TIMESTAMPDIFF", "TIMESTAMPDIFF(unit, from, to)",
                    "The whole units from one time to another.", 3, 3};
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    ASSIGN_OR_RETURN(TimeUnit unit, UnitOf(args[0]));
    if (unit > TimeUnit::kMillennium) return InvalidArgumentError("");
    ASSIGN_OR_RETURN(DataType from, MatchArgument(Arg::kTimePoint, args[1].type));
    ASSIGN_OR_RETURN(DataType to, MatchArgument(Arg::kTimePoint, args[2].type));
    DataType both[] = {from, to};
    StatusOr<DataType> common = CommonType(both);
    if (!common.ok()) return InvalidArgumentError("");
    return ResolvedFunction{
        {args[0].type, common->WithNullable(from.nullable()), common->WithNullable(to.nullable())},
        DataType::Int().WithNullable(from.nullable() || to.nullable())};
  };
  spec.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                        const std::string&) -> StatusOr<ScalarKernel> {
    ASSIGN_OR_RETURN(TimeUnit unit, UnitOf(args[0]));
    if (args[1].type.kind() == TypeKind::kDate) {
      return BehindUnit(Map<int32_t, int32_t, int32_t>([unit](int32_t from, int32_t to) {
        return static_cast<int32_t>(
            DifferenceInUnits(unit, from * kMicrosPerDay, to * kMicrosPerDay));
      }));
    }
    return BehindUnit(Map<int32_t, int64_t, int64_t>([unit](int64_t from, int64_t to) {
      return static_cast<int32_t>(DifferenceInUnits(unit, from, to));
    }));
  };
  Declare(registry, std::move(spec));
}

}  // namespace

StatusOr<ResolvedFunction> ResolveTimeRounding(std::span<const BoundArgument> args) {
  ASSIGN_OR_RETURN(TimeUnit unit, UnitOf(args[1]));
  const DataType& type = args[0].type;
  bool fits = IsTimePoint(type) || (type.kind() == TypeKind::kTime && unit <= TimeUnit::kHour);
  if (!fits || unit > TimeUnit::kMillennium) return InvalidArgumentError("");
  return ResolvedFunction{{type, args[1].type}, type};
}

StatusOr<ScalarKernel> MakeTimeRounding(bool up, std::span<const BoundArgument> args,
                                        const std::string& time_zone) {
  ASSIGN_OR_RETURN(TimeUnit unit, UnitOf(args[1]));
  ASSIGN_OR_RETURN(TimeZone zone, TimeZone::Load(time_zone));
  auto round = [up, unit](int64_t micros) {
    return up ? CeilToUnit(unit, micros) : FloorToUnit(unit, micros);
  };
  ScalarKernel kernel;
  switch (args[0].type.kind()) {
    case TypeKind::kDate:
      kernel = Map<int32_t, int32_t>([round](int32_t day) {
        return static_cast<int32_t>(DayOfMicros(round(day * kMicrosPerDay)));
      });
      break;
    case TypeKind::kTime:
      kernel = Map<int32_t, int32_t>([round](int32_t millis) {
        return static_cast<int32_t>(round(millis * kMicrosPerMilli) / kMicrosPerMilli %
                                    kMillisPerDay);
      });
      break;
    case TypeKind::kTimestampLtz:
      // By the offset of the time itself, also where the clock is set between it and the boundary:
      // that is right for hours, and what Flink does for days.
      kernel = Map<int64_t, int64_t>([round, zone](int64_t micros) {
        int64_t offset = zone.OffsetSeconds(micros) * kMicrosPerSecond;
        return round(micros + offset) - offset;
      });
      break;
    default:
      kernel = Map<int64_t, int64_t>(round);
      break;
  }
  return ScalarKernel([kernel](std::span<const ColumnPtr> columns, const DataType& type,
                               size_t rows, const EvalContext& context) {
    return kernel(columns.first(1), type, rows, context);
  });
}

void AddTimeFunctions(FunctionRegistry& registry) {
  AddExtracts(registry);
  AddTimestampAdd(registry);
  AddTimestampDiff(registry);
}

}  // namespace weir
