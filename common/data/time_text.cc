#include "common/data/time_text.h"

#include <array>

#include "common/base/ascii.h"
#include "common/base/time.h"

namespace weir {
namespace {

constexpr std::array<int64_t, 10> kPowersOfTen = {
    1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

// Reads from the front of a text; every Take says whether it found what it wanted.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  bool AtEnd() const { return at_ == text_.size(); }
  bool Take(char c) {
    if (AtEnd() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool TakeNumber(int min_digits, int max_digits, int* out) {
    int value = 0, digits = 0;
    while (digits < max_digits && !AtEnd() && IsAsciiDigit(text_[at_])) {
      value = value * 10 + (text_[at_++] - '0');
      ++digits;
    }
    *out = value;
    return digits >= min_digits;
  }
  // 1 to 9 digits of a fraction of a second.
  bool TakeFraction(int* nanos) {
    size_t before = at_;
    if (!TakeNumber(1, 9, nanos)) return false;
    for (size_t i = at_ - before; i < 9; ++i) *nanos *= 10;
    return true;
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

struct ClockTime {
  int hour = 0;
  int minute = 0;
  int second = 0;
  int nanos = 0;
  bool valid() const { return hour < 24 && minute < 60 && second < 60; }
  int64_t micros() const {
    return ((hour * 60LL + minute) * 60 + second) * kMicrosPerSecond + nanos / 1000;
  }
};

bool TakeIsoDate(Scanner& in, CivilDate* date) {
  int year;
  if (!in.TakeNumber(4, 4, &year) || !in.Take('-') || !in.TakeNumber(2, 2, &date->month) ||
      !in.Take('-') || !in.TakeNumber(2, 2, &date->day)) {
    return false;
  }
  date->year = year;
  return date->month >= 1 && date->month <= 12 && date->day >= 1 &&
         date->day <= DaysInMonth(year, date->month);
}

bool TakeIsoTime(Scanner& in, ClockTime* time) {
  if (!in.TakeNumber(2, 2, &time->hour) || !in.Take(':') || !in.TakeNumber(2, 2, &time->minute)) {
    return false;
  }
  if (in.Take(':')) {
    if (!in.TakeNumber(2, 2, &time->second)) return false;
    if (in.Take('.') && !in.TakeFraction(&time->nanos)) return false;
  }
  return time->valid();
}

std::optional<int64_t> TakeTimestamp(Scanner& in, char separator) {
  CivilDate date;
  ClockTime time;
  if (!TakeIsoDate(in, &date) || !in.Take(separator) || !TakeIsoTime(in, &time)) {
    return std::nullopt;
  }
  return DaysFromCivil(date) * kMicrosPerDay + time.micros();
}

void AppendFraction(int64_t nanos, int digits, std::string& out) {
  if (digits == kTrimmed) {
    if (nanos == 0) return;
    digits = 9;
    while (nanos % 10 == 0) {
      nanos /= 10;
      --digits;
    }
  } else {
    nanos /= kPowersOfTen[static_cast<size_t>(9 - digits)];
  }
  if (digits == 0) return;
  out += '.';
  AppendZeroPadded(nanos, digits, out);
}

void AppendClock(int64_t seconds, int64_t nanos, int digits, std::string& out) {
  AppendZeroPadded(seconds / 3600, 2, out);
  out += ':';
  AppendZeroPadded(seconds / 60 % 60, 2, out);
  out += ':';
  AppendZeroPadded(seconds % 60, 2, out);
  AppendFraction(nanos, digits, out);
}

}  // namespace

// Both directions count years from March, so that the leap day is the last of its year, in eras of
// 400 years, which all have the same number of days.
int64_t DaysFromCivil(CivilDate date) {
  int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  int64_t era = (year >= 0 ? year : year - 399) / 400;
  int64_t year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

CivilDate CivilFromDays(int64_t days) {
  days += 719'468;
  int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  int64_t day_of_era = days - era * 146'097;
  int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t shifted_month = (5 * day_of_year + 2) / 153;
  int day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  int month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

int DaysInMonth(int64_t year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : kDays[month - 1];
}

CivilDate AddMonths(CivilDate date, int64_t months) {
  int64_t count = date.year * 12 + (date.month - 1) + months;
  int64_t year = (count >= 0 ? count : count - 11) / 12;
  int month = static_cast<int>(count - year * 12) + 1;
  int last = DaysInMonth(year, month);
  return {year, month, date.day < last ? date.day : last};
}

int64_t DayOfMicros(int64_t micros) { return FloorDiv(micros, kMicrosPerDay); }

int64_t MicrosOfDay(int64_t micros) {
  int64_t rest = micros % kMicrosPerDay;
  return rest < 0 ? rest + kMicrosPerDay : rest;
}

std::optional<int32_t> ParseDate(std::string_view text) {
  Scanner in(text);
  CivilDate date;
  if (!TakeIsoDate(in, &date) || !in.AtEnd()) return std::nullopt;
  return static_cast<int32_t>(DaysFromCivil(date));
}

std::optional<int32_t> ParseTime(std::string_view text) {
  Scanner in(text);
  ClockTime time;
  if (!TakeIsoTime(in, &time) || !in.AtEnd()) return std::nullopt;
  return static_cast<int32_t>(time.micros() / kMicrosPerMilli);
}

std::optional<int64_t> ParseTimestamp(std::string_view text, char separator) {
  Scanner in(text);
  std::optional<int64_t> micros = TakeTimestamp(in, separator);
  return in.AtEnd() ? micros : std::nullopt;
}

std::optional<int64_t> ParseUtcTimestamp(std::string_view text, char separator) {
  Scanner in(text);
  std::optional<int64_t> micros = TakeTimestamp(in, separator);
  return in.Take('Z') && in.AtEnd() ? micros : std::nullopt;
}

// "2024", "2024-2", "2024-02-29", each with anything behind a space.
std::optional<int32_t> CastTextToDate(std::string_view text) {
  text = Trim(text);
  text = text.substr(0, text.find(' '));
  Scanner in(text);
  int year, month = 1, day = 1;
  if (!in.TakeNumber(1, 4, &year)) return std::nullopt;
  if (in.Take('-')) {
    if (!in.TakeNumber(1, 2, &month)) return std::nullopt;
    if (in.Take('-') && !in.TakeNumber(1, 2, &day)) return std::nullopt;
  }
  if (!in.AtEnd() || month < 1 || month > 12 || day < 1 || day > DaysInMonth(year, month)) {
    return std::nullopt;
  }
  return static_cast<int32_t>(DaysFromCivil({year, month, day}));
}

// "12", "12:34", "1:2:3", "12:34:56.789".
std::optional<int32_t> CastTextToTime(std::string_view text) {
  Scanner in(Trim(text));
  ClockTime time;
  if (!in.TakeNumber(1, 2, &time.hour)) return std::nullopt;
  if (in.Take(':')) {
    if (!in.TakeNumber(1, 2, &time.minute)) return std::nullopt;
    if (in.Take(':')) {
      if (!in.TakeNumber(1, 2, &time.second)) return std::nullopt;
      if (in.Take('.') && !in.AtEnd() && !in.TakeFraction(&time.nanos)) return std::nullopt;
    }
  }
  if (!in.AtEnd() || !time.valid()) return std::nullopt;
  return static_cast<int32_t>(time.micros() / kMicrosPerMilli);
}

// "2024-2-9", "2024-02-29 12:34:56[.123456789]", "+10000-01-01". A day that the month does not have
// becomes its last one; there is no year 0; 24:00:00 is the day's end.
std::optional<int64_t> CastTextToTimestamp(std::string_view text) {
  Scanner in(text);
  int year;
  CivilDate date;
  ClockTime time;
  const bool far = in.Take('+');
  if (!in.TakeNumber(far ? 5 : 4, far ? 6 : 4, &year) || year == 0 || !in.Take('-') ||
      !in.TakeNumber(1, 2, &date.month) || !in.Take('-') || !in.TakeNumber(1, 2, &date.day)) {
    return std::nullopt;
  }
  date.year = year;
  if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31) return std::nullopt;
  int last = DaysInMonth(year, date.month);
  if (date.day > last) date.day = last;
  if (in.Take(' ')) {
    if (!in.TakeNumber(1, 2, &time.hour) || !in.Take(':') || !in.TakeNumber(1, 2, &time.minute) ||
        !in.Take(':') || !in.TakeNumber(1, 2, &time.second)) {
      return std::nullopt;
    }
    if (in.Take('.') && !in.AtEnd() && !in.TakeFraction(&time.nanos)) return std::nullopt;
  }
  const bool midnight = time.micros() == kMicrosPerDay && time.second == 0 && time.minute == 0;
  if (!in.AtEnd() || (!time.valid() && !midnight)) return std::nullopt;
  return DaysFromCivil(date) * kMicrosPerDay + time.micros();
}

void AppendDate(int64_t days, std::string& out) {
  CivilDate date = CivilFromDays(days);
  if (date.year < 0) out += '-';
  if (date.year > 9999) out += '+';
  AppendZeroPadded(date.year < 0 ? -date.year : date.year, 4, out);
  out += '-';
  AppendZeroPadded(date.month, 2, out);
  out += '-';
  AppendZeroPadded(date.day, 2, out);
}

void AppendTime(int32_t millis, int digits, std::string& out) {
  AppendClock(millis / 1000, millis % 1000 * 1'000'000LL, digits, out);
}

void AppendTimestamp(int64_t micros, int digits, char separator, std::string& out) {
  AppendDate(DayOfMicros(micros), out);
  out += separator;
  int64_t of_day = MicrosOfDay(micros);
  AppendClock(of_day / kMicrosPerSecond, of_day % kMicrosPerSecond * 1000, digits, out);
}

void AppendIntervalDayTime(int64_t millis, std::string& out) {
  out += millis < 0 ? '-' : '+';
  uint64_t magnitude =
      millis < 0 ? 0 - static_cast<uint64_t>(millis) : static_cast<uint64_t>(millis);
  auto days = static_cast<int64_t>(magnitude / kMillisPerDay);
  auto rest = static_cast<int64_t>(magnitude % kMillisPerDay);
  out += std::to_string(days);
  out += ' ';
  AppendClock(rest / 1000, rest % 1000 * 1'000'000, 3, out);
}

void AppendIntervalYearMonth(int64_t months, std::string& out) {
  out += months < 0 ? '-' : '+';
  int64_t magnitude = months < 0 ? -months : months;
  out += std::to_string(magnitude / 12);
  out += '-';
  AppendZeroPadded(magnitude % 12, 2, out);
}

int64_t TruncateMicros(int64_t micros, int precision) {
  if (precision >= 6) return micros;
  int64_t unit = kPowersOfTen[static_cast<size_t>(6 - precision)];
  int64_t rest = micros % unit;
  return micros - (rest < 0 ? rest + unit : rest);
}

}  // namespace weir
