#include "operators/functions/time_units.h"

#include <array>
#include <string>
#include <utility>

#include "common/base/time.h"
#include "common/data/time_text.h"

namespace weir {
namespace {

constexpr std::array<std::pair<std::string_view, TimeUnit>, 23> kUnits = {{
    {"NANOSECOND", TimeUnit::kNanosecond},
    {"MICROSECOND", TimeUnit::kMicrosecond},
    {"FRAC_SECOND", TimeUnit::kMicrosecond},
    {"MILLISECOND", TimeUnit::kMillisecond},
    {"SECOND", TimeUnit::kSecond},
    {"MINUTE", TimeUnit::kMinute},
    {"HOUR", TimeUnit::kHour},
    {"DAY", TimeUnit::kDay},
    {"WEEK", TimeUnit::kWeek},
    {"MONTH", TimeUnit::kMonth},
    {"QUARTER", TimeUnit::kQuarter},
    {"YEAR", TimeUnit::kYear},
    {"DECADE", TimeUnit::kDecade},
    {"CENTURY", TimeUnit::kCentury},
    {"MILLENNIUM", TimeUnit::kMillennium},
    {"DOW", TimeUnit::kDayOfWeek},
    {"DAYOFWEEK", TimeUnit::kDayOfWeek},
    {"ISODOW", TimeUnit::kIsoDayOfWeek},
    {"DOY", TimeUnit::kDayOfYear},
    {"DAYOFYEAR", TimeUnit::kDayOfYear},
    {"DAYOFMONTH", TimeUnit::kDay},
    {"ISOYEAR", TimeUnit::kIsoYear},
    {"EPOCH", TimeUnit::kEpoch},
}};

int64_t FloorModulo(int64_t a, int64_t b) { return a - FloorDiv(a, b) * b; }

// 0 is Sunday; 1970-01-01 was a Thursday.
int64_t DaysSinceSunday(int64_t day) { return FloorModulo(day + 4, 7); }
int64_t DaysSinceMonday(int64_t day) { return FloorModulo(day + 3, 7); }

// The Thursday of a day's week says which year the week belongs to.
int64_t IsoThursday(int64_t day) { return day - DaysSinceMonday(day) + 3; }

int64_t IsoWeek(int64_t day) {
  int64_t thursday = IsoThursday(day);
  int64_t first = DaysFromCivil({CivilFromDays(thursday).year, 1, 1});
  return (thursday - first) / 7 + 1;
}

// The first year of the decade, century, millennium that a year lies in.
int64_t FloorYear(TimeUnit unit, int64_t year) {
  switch (unit) {
    case TimeUnit::kDecade:
      return FloorDiv(year, 10) * 10;
    case TimeUnit::kCentury:
      return FloorDiv(year - 1, 100) * 100 + 1;
    case TimeUnit::kMillennium:
      return FloorDiv(year - 1, 1000) * 1000 + 1;
    default:
      return year;
  }
}

int64_t AddMonthsToDay(int64_t day, int64_t months) {
  return DaysFromCivil(AddMonths(CivilFromDays(day), months));
}

// Whole months from day `from` to day `to`, from <= to: adding them does not pass `to`.
int64_t MonthsBetweenDays(int64_t from, int64_t to) {
  int64_t months = (to - from) / 31;
  while (true) {
    if (AddMonthsToDay(from, months) >= to) return months;
    if (AddMonthsToDay(from, months + 1) > to) return months;
    ++months;
  }
}

int64_t MonthsBetween(int64_t a, int64_t b) {
  if (b < a) return -MonthsBetween(b, a);
  int64_t day_a = DayOfMicros(a), day_b = DayOfMicros(b);
  int64_t months = MonthsBetweenDays(day_a, day_b);
  bool passed = AddMonthsToDay(day_a, months) == day_b && MicrosOfDay(b) < MicrosOfDay(a);
  return passed ? months - 1 : months;
}

}  // namespace

std::optional<TimeUnit> ParseTimeUnit(std::string_view name) {
  std::string upper;
  for (char c : name) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  std::string_view text = upper;
  if (text.starts_with("SQL_TSI_")) text.remove_prefix(8);
  for (const auto& [unit_name, unit] : kUnits) {
    if (text == unit_name) return unit;
  }
  return std::nullopt;
}

int64_t ExtractUnit(TimeUnit unit, int64_t micros) {
  int64_t day = DayOfMicros(micros), of_day = MicrosOfDay(micros);
  CivilDate date = CivilFromDays(day);
  switch (unit) {
    case TimeUnit::kNanosecond:
      return of_day % kMicrosPerSecond * 1000;
    case TimeUnit::kMicrosecond:
      return of_day % kMicrosPerSecond;
    case TimeUnit::kMillisecond:
      return of_day % kMicrosPerSecond / kMicrosPerMilli;
    case TimeUnit::kSecond:
      return of_day / kMicrosPerSecond % 60;
    case TimeUnit::kMinute:
      return of_day / MicrosOf(TimeUnit::kMinute) % 60;
    case TimeUnit::kHour:
      return of_day / MicrosOf(TimeUnit::kHour);
    case TimeUnit::kDay:
      return date.day;
    case TimeUnit::kWeek:
      return IsoWeek(day);
    case TimeUnit::kMonth:
      return date.month;
    case TimeUnit::kQuarter:
      return (date.month + 2) / 3;
    case TimeUnit::kYear:
      return date.year;
    case TimeUnit::kDecade:
      return FloorDiv(date.year, 10);
    case TimeUnit::kCentury:
      return FloorDiv(date.year + 99, 100);
    case TimeUnit::kMillennium:
      return FloorDiv(date.year + 999, 1000);
    case TimeUnit::kDayOfWeek:
      return DaysSinceSunday(day) + 1;
    case TimeUnit::kIsoDayOfWeek:
      return DaysSinceMonday(day) + 1;
    case TimeUnit::kDayOfYear:
      return day - DaysFromCivil({date.year, 1, 1}) + 1;
    case TimeUnit::kIsoYear:
      return CivilFromDays(IsoThursday(day)).year;
    case TimeUnit::kEpoch:
      return FloorDiv(micros, kMicrosPerSecond);
  }
  return 0;
}

int64_t FloorToUnit(TimeUnit unit, int64_t micros) {
  int64_t day = DayOfMicros(micros);
  if (unit == TimeUnit::kWeek) return (day - DaysSinceSunday(day)) * kMicrosPerDay;
  if (int64_t length = MicrosOf(unit)) return FloorDiv(micros, length) * length;
  if (MonthsOf(unit) == 0) return micros;
  CivilDate date = CivilFromDays(day);
  if (unit == TimeUnit::kQuarter) {
    date.month = (date.month - 1) / 3 * 3 + 1;
  } else if (unit != TimeUnit::kMonth) {
    date.month = 1;
  }
  return DaysFromCivil({FloorYear(unit, date.year), date.month, 1}) * kMicrosPerDay;
}

int64_t CeilToUnit(TimeUnit unit, int64_t micros) {
  // Of weeks and longer units only the date counts, as in Flink: noon of a first of January is not
  // behind the year's beginning.
  if (unit == TimeUnit::kWeek || MonthsOf(unit) != 0) micros -= MicrosOfDay(micros);
  int64_t floor = FloorToUnit(unit, micros);
  // What begins a decade, century or millennium is, as in Flink, raised to the next one.
  if (floor == micros && MonthsOf(unit) < MonthsOf(TimeUnit::kDecade)) return micros;
  if (int64_t length = MicrosOf(unit)) return floor + length;
  return AddMonthsToDay(DayOfMicros(floor), MonthsOf(unit)) * kMicrosPerDay;
}

int64_t MonthsOf(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kMonth:
      return 1;
    case TimeUnit::kQuarter:
      return 3;
    case TimeUnit::kYear:
      return 12;
    case TimeUnit::kDecade:
      return 120;
    case TimeUnit::kCentury:
      return 1'200;
    case TimeUnit::kMillennium:
      return 12'000;
    default:
      return 0;
  }
}

int64_t MicrosOf(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kMicrosecond:
      return 1;
    case TimeUnit::kMillisecond:
      return kMicrosPerMilli;
    case TimeUnit::kSecond:
      return kMicrosPerSecond;
    case TimeUnit::kMinute:
      return 60 * kMicrosPerSecond;
    case TimeUnit::kHour:
      return 3'600 * kMicrosPerSecond;
    case TimeUnit::kDay:
      return kMicrosPerDay;
    case TimeUnit::kWeek:
      return 7 * kMicrosPerDay;
    default:
      return 0;
  }
}

int64_t DifferenceInUnits(TimeUnit unit, int64_t a, int64_t b) {
  if (int64_t months = MonthsOf(unit)) return MonthsBetween(a, b) / months;
  if (int64_t length = MicrosOf(unit)) return (b - a) / length;
  return (b - a) * 1000;
}

}  // namespace weir
