#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Calendar arithmetic, and the text of dates, times and timestamps. Units as in PhysicalType: a
// date is days, a time milliseconds of the day, a timestamp microseconds, all since 1970-01-01 in
// the proleptic Gregorian calendar. Fraction digits past the sixth are cut.

namespace weir {

inline constexpr int64_t kMicrosPerMilli = 1'000;
inline constexpr int64_t kMicrosPerSecond = 1'000'000;
inline constexpr int64_t kMillisPerDay = 86'400'000;
inline constexpr int64_t kMicrosPerDay = 86'400'000'000;

struct CivilDate {
  int64_t year;
  int month;  // 1 to 12
  int day;    // 1 to 31
  friend bool operator==(const CivilDate&, const CivilDate&) = default;
};
int64_t DaysFromCivil(CivilDate date);
CivilDate CivilFromDays(int64_t days);
int DaysInMonth(int64_t year, int month);
// The same day of the month, or the last one that the month has.
CivilDate AddMonths(CivilDate date, int64_t months);
// The day that a timestamp lies in, and the microseconds since that day began.
int64_t DayOfMicros(int64_t micros);
int64_t MicrosOfDay(int64_t micros);

// Strict text, as the formats read it. Empty when malformed or not a date that exists.
std::optional<int32_t> ParseDate(std::string_view text);  // yyyy-MM-dd
std::optional<int32_t> ParseTime(std::string_view text);  // HH:mm[:ss[.fraction of 1 to 9 digits]]
// A date, the separator (' ' in SQL, 'T' in ISO-8601), a time.
std::optional<int64_t> ParseTimestamp(std::string_view text, char separator);
// As above with a 'Z' at the end.
std::optional<int64_t> ParseUtcTimestamp(std::string_view text, char separator);

// Lenient text, as CAST reads it.
std::optional<int32_t> CastTextToDate(std::string_view text);
std::optional<int32_t> CastTextToTime(std::string_view text);
std::optional<int64_t> CastTextToTimestamp(std::string_view text);

// `digits` of the fraction, cut: 0 to 9; kTrimmed: as many as are not zero at the end.
inline constexpr int kTrimmed = -1;
void AppendDate(int64_t days, std::string& out);                // 2024-02-29, +10000-01-01
void AppendTime(int32_t millis, int digits, std::string& out);  // 12:34:56.789
void AppendTimestamp(int64_t micros, int digits, char separator, std::string& out);
void AppendIntervalDayTime(int64_t millis, std::string& out);    // +1 02:03:04.567
void AppendIntervalYearMonth(int64_t months, std::string& out);  // -1-02

// Cut to the digits of a precision, toward the past.
int64_t TruncateMicros(int64_t micros, int precision);

}  // namespace weir
