#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir {

// The units of EXTRACT, FLOOR, CEIL, TIMESTAMPADD and TIMESTAMPDIFF.
enum class TimeUnit {
  kNanosecond,
  kMicrosecond,
  kMillisecond,
  kSecond,
  kMinute,
  kHour,
  kDay,
  kWeek,
  kMonth,
  kQuarter,
  kYear,
  kDecade,
  kCentury,
  kMillennium,
  // EXTRACT only:
  kDayOfWeek,     // Sunday is 1
  kIsoDayOfWeek,  // Monday is 1
  kDayOfYear,
  kIsoYear,
  kEpoch,  // seconds since 1970
};
// By SQL's name, in any case: "DAY", "DOW", ...; SQL_TSI_ in front is ignored.
std::optional<TimeUnit> ParseTimeUnit(std::string_view name);

// Of a wall-clock time in microseconds since 1970-01-01 00:00:00. WEEK is ISO's.
int64_t ExtractUnit(TimeUnit unit, int64_t micros);

// The last boundary of the unit at or before the time, the first at or behind it (for weeks and
// longer units: at or behind its date). Weeks begin on Sunday.
int64_t FloorToUnit(TimeUnit unit, int64_t micros);
int64_t CeilToUnit(TimeUnit unit, int64_t micros);

// Months in one MONTH, QUARTER, YEAR ...; 0 for units of a fixed length.
int64_t MonthsOf(TimeUnit unit);
// Microseconds in one SECOND, ..., WEEK; 0 for NANOSECOND and for units that are months.
int64_t MicrosOf(TimeUnit unit);

// Whole units from a to b, toward zero; of months as the calendar counts them.
int64_t DifferenceInUnits(TimeUnit unit, int64_t a, int64_t b);

}  // namespace weir
