#include "common/data/simple_date_pattern.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

#include "common/base/ascii.h"
#include "common/base/time.h"
#include "common/data/time_text.h"
#include "common/data/time_words.h"

namespace weir {
namespace {

constexpr std::string_view kSimpleLetters = "GyYMLwWDdFEuaHkKhmsSzZX";
constexpr std::string_view kSimpleNumberLetters = "yYwWDdFuHkKhmsS";
constexpr int64_t kFirstGregorianDay = -141427;  // 1582-10-15

bool IsMonth(char letter) { return letter == 'M' || letter == 'L'; }

int64_t DaysFromJulian(CivilDate date) {
  const int64_t year = date.year - (date.month <= 2);
  const int64_t era = FloorDiv(year, 4);
  const int64_t day_of_year =
      (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  return era * 1461 + (year - era * 4) * 365 + day_of_year - 719470;
}

CivilDate JulianFromDays(int64_t days) {
  days += 719470;
  const int64_t era = FloorDiv(days, 1461);
  const int64_t of_era = days - era * 1461;
  const int64_t year = (of_era - of_era / 1460) / 365;
  const int64_t of_year = of_era - year * 365;
  const int64_t march_month = (5 * of_year + 2) / 153;
  const int month = static_cast<int>(march_month < 10 ? march_month + 3 : march_month - 9);
  return {year + era * 4 + (month <= 2), month,
          static_cast<int>(of_year - (153 * march_month + 2) / 5 + 1)};
}

// Of any month and day: those past the end are carried over.
int64_t DaysFromHybrid(int64_t year, int64_t month, int64_t day) {
  const int64_t years = FloorDiv(month - 1, 12);
  const CivilDate first{year + years, static_cast<int>(month - years * 12), 1};
  const int64_t gregorian = DaysFromCivil(first) + day - 1;
  return gregorian >= kFirstGregorianDay ? gregorian : DaysFromJulian(first) + day - 1;
}

CivilDate HybridFromDays(int64_t days) {
  return days >= kFirstGregorianDay ? CivilFromDays(days) : JulianFromDays(days);
}

// Two digits are the year between eighty years ago and twenty from now.
int64_t YearOfTwoDigits(int64_t digits) {
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  const int64_t first = CivilFromDays(today.time_since_epoch().count()).year - 80;
  return first / 100 * 100 + digits + (digits < first % 100 ? 100 : 0);
}

// A whole number, blanks before it; `most`: of how many characters at most.
bool TakeNumber(std::string_view text, size_t* at, size_t most, int64_t* value) {
  text = text.substr(0, *at + most);
  const bool minus = *at < text.size() && text[*at] == '-';
  size_t end = *at + minus;
  if (!TakeDigits(text, &end, 1, 18, value)) return false;
  if (minus) *value = -*value;
  *at = end;
  return true;
}

bool TakeWord(std::string_view text, size_t* at, std::string_view word) {
  if (AsciiLower(text.substr(*at, word.size())) != AsciiLower(word)) return false;
  *at += word.size();
  return true;
}

// A name in full or its first three letters.
template <size_t kCount>
std::optional<int> TakeName(std::string_view text, size_t* at,
                            const std::array<std::string_view, kCount>& names) {
  for (size_t i = 0; i < kCount; ++i) {
    if (TakeWord(text, at, names[i]) || TakeWord(text, at, names[i].substr(0, 3))) {
      return static_cast<int>(i);
    }
  }
  return std::nullopt;
}

// +hhmm, +hh:mm, +hh; GMT+hh:mm; GMT, UTC, Z and the zones with a name.
bool TakeSimpleOffset(std::string_view text, size_t* at, int* seconds) {
  *seconds = 0;
  const bool named = TakeWord(text, at, "GMT") || TakeWord(text, at, "UTC");
  if (*at == text.size() || (text[*at] != '+' && text[*at] != '-')) {
    if (named || TakeWord(text, at, "Z")) return true;
    for (const NamedZone& zone : kNamedZones) {
      *seconds = zone.hours * 3600;
      if (TakeWord(text, at, zone.name)) return true;
    }
    return false;
  }
  const bool west = text[(*at)++] == '-';
  int64_t hours, minutes = 0;
  if (!TakeDigits(text, at, 1, 2, &hours)) return false;
  size_t rest = *at + (*at < text.size() && text[*at] == ':');
  if (TakeDigits(text, &rest, 2, 2, &minutes)) {
    *at = rest;
  } else if (named) {
    return false;
  } else {
    minutes = 0;
  }
  *seconds = static_cast<int>(hours * 3600 + minutes * 60) * (west ? -1 : 1);
  return hours < 24 && minutes < 60;
}

void AppendSimpleName(std::string_view name, int count, std::string& out) {
  out += count >= 4 ? name : name.substr(0, 3);
}

void AppendSimpleOffset(int seconds, char letter, int count, std::string& out) {
  if (letter == 'X' && seconds == 0) {
    out += 'Z';
    return;
  }
  if (letter == 'z') {
    out += seconds == 0 ? (count >= 4 ? "Coordinated Universal Time" : "UTC") : "GMT";
    if (seconds == 0) return;
  }
  const int minutes = std::abs(seconds) / 60;
  out += seconds < 0 ? '-' : '+';
  AppendZeroPadded(minutes / 60, 2, out);
  if (letter == 'X' && count == 1) return;
  if (letter == 'z' || (letter == 'X' && count == 3)) out += ':';
  AppendZeroPadded(minutes % 60, 2, out);
}

}  // namespace

// What a text said. Of two ways to say a day the later one in the pattern counts, as in Java.
struct SimpleDatePattern::Fields {
  enum class DayBy { kMonth, kDayOfYear, kWeekOfYear, kWeekOfMonth, kDayOfWeekInMonth };

  int64_t year = 1970;
  bool before_christ = false;
  std::optional<int64_t> week_year;
  int64_t month = 1;
  int64_t day = 1;
  int64_t day_of_year = 1;
  int64_t week = 1;
  int64_t week_of_month = 1;
  int64_t day_of_week_in_month = 1;
  std::optional<int> day_of_week;  // 0: Sunday
  DayBy day_by = DayBy::kMonth;
  bool day_known = false;
  int64_t half = 0;
  int64_t hour = 0;
  bool hour_of_half = false;
  int64_t minute = 0;
  int64_t second = 0;
  int64_t milli = 0;
  std::optional<int> offset;

  void SetNumber(char letter, int64_t value);
  int64_t Day() const;
  std::optional<int64_t> Micros() const;
};

void SimpleDatePattern::Fields::SetNumber(char letter, int64_t value) {
  switch (letter) {
    case 'y':
      year = value;
      week_year.reset();
      return;
    case 'Y':
      week_year = value;
      return;
    case 'M':
    case 'L':
      month = value;
      return;
    case 'd':
      day = value;
      day_by = DayBy::kMonth;
      day_known = true;
      return;
    case 'D':
      day_of_year = value;
      day_by = DayBy::kDayOfYear;
      day_known = true;
      return;
    case 'w':
      week = value;
      if (!day_known) day_by = DayBy::kWeekOfYear;
      return;
    case 'W':
      week_of_month = value;
      if (!day_known) day_by = DayBy::kWeekOfMonth;
      return;
    case 'F':
      day_of_week_in_month = value;
      if (!day_known) day_by = DayBy::kDayOfWeekInMonth;
      return;
    case 'u':
      day_of_week = static_cast<int>((value % 7 + 7) % 7);
      return;
    case 'H':
    case 'k':
      hour = letter == 'k' && value == 24 ? 0 : value;
      hour_of_half = false;
      return;
    case 'K':
    case 'h':
      hour = letter == 'h' && value == 12 ? 0 : value;
      hour_of_half = true;
      return;
    case 'm':
      minute = value;
      return;
    case 's':
      second = value;
      return;
    default:
      milli = value;
  }
}

int64_t SimpleDatePattern::Fields::Day() const {
  const int64_t signed_year = before_christ ? 1 - year : year;
  // The Sunday on which the week with a day begins.
  auto sunday = [](int64_t in_week) { return in_week - DayOfWeek(in_week); };
  const int of_week = day_of_week.value_or(0);
  if (week_year) return sunday(DaysFromHybrid(*week_year, 1, 1)) + (week - 1) * 7 + of_week;
  const int64_t month_begins = DaysFromHybrid(signed_year, month, 1);
  switch (day_by) {
    case DayBy::kDayOfYear:
      return DaysFromHybrid(signed_year, 1, day_of_year);
    case DayBy::kWeekOfYear:
      return sunday(DaysFromHybrid(signed_year, 1, 1)) + (week - 1) * 7 + of_week;
    case DayBy::kWeekOfMonth:
      return sunday(month_begins) + (week_of_month - 1) * 7 + of_week;
    case DayBy::kDayOfWeekInMonth:
      return month_begins + (of_week - DayOfWeek(month_begins) + 7) % 7 +
             (day_of_week_in_month - 1) * 7;
    default:
      if (day_of_week && !day_known) {
        return month_begins + (of_week - DayOfWeek(month_begins) + 7) % 7;
      }
      return DaysFromHybrid(signed_year, month, day);
  }
}

std::optional<int64_t> SimpleDatePattern::Fields::Micros() const {
  // What lies further away than a time can be held is none.
  for (int64_t number : {year, week_year.value_or(0), month / 12, day / 366, week / 53,
                         week_of_month / 53, day_of_week_in_month / 53, day_of_year / 366,
                         hour / 8766, minute / 525960, second / 31557600, milli / 31557600000}) {
    if (number > 100'000 || number < -100'000) return std::nullopt;
  }
  const int64_t hours = hour_of_half ? half * 12 + hour : hour;
  const int64_t millis = ((hours * 60 + minute) * 60 + second) * 1000 + milli;
  return Day() * kMicrosPerDay + millis * kMicrosPerMilli;
}

StatusOr<SimpleDatePattern> SimpleDatePattern::Compile(std::string_view pattern) {
  auto fail = [&](std::string_view why) {
    return InvalidArgumentError("time pattern '" + std::string(pattern) + "': " + std::string(why));
  };
  SimpleDatePattern compiled;
  auto add_literal = [&](char c) {
    if (compiled.items_.empty() || compiled.items_.back().letter != 0)
      compiled.items_.push_back({});
    compiled.items_.back().literal += c;
  };
  bool quoted = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\'') {
      if (i + 1 < pattern.size() && pattern[i + 1] == '\'') {
        add_literal('\'');
        ++i;
      } else {
        quoted = !quoted;
      }
    } else if (quoted || !IsAsciiLetter(c)) {
      add_literal(c);
    } else {
      if (kSimpleLetters.find(c) == std::string_view::npos) {
        return fail(std::string("the letter ") + c + " says nothing; text goes into '...'");
      }
      const size_t end = std::min(pattern.find_first_not_of(c, i), pattern.size());
      const auto count = static_cast<int>(std::min<size_t>(end - i, 1000));
      if (c == 'X' && count > 3) return fail("X comes at most three times");
      compiled.items_.push_back({c, count});
      i = end - 1;
    }
  }
  if (quoted) return fail("a quote is not closed");
  for (size_t i = 0; i + 1 < compiled.items_.size(); ++i) {
    const Item& next = compiled.items_[i + 1];
    compiled.items_[i].obeys_count =
        next.letter != 0 && (kSimpleNumberLetters.find(next.letter) != std::string_view::npos ||
                             (IsMonth(next.letter) && next.count <= 2));
  }
  return compiled;
}

void SimpleDatePattern::Format(int64_t micros, int offset_seconds, std::string& out) const {
  const int64_t day = DayOfMicros(micros);
  const CivilDate date = HybridFromDays(day);
  const int of_week = DayOfWeek(day);
  const int64_t of_year = day - DaysFromHybrid(date.year, 1, 1);
  const int64_t millis = MicrosOfDay(micros) / kMicrosPerMilli;
  const int64_t hour = millis / 3'600'000;
  // A week that reaches into the next year is that year's first.
  const bool next_year = day - of_week + 6 >= DaysFromHybrid(date.year + 1, 1, 1);
  auto append_year = [&](int64_t year, int count) {
    if (year <= 0) year = 1 - year;
    AppendZeroPadded(count == 2 ? year % 100 : year, count, out);
  };
  for (const Item& item : items_) {
    switch (item.letter) {
      case 0:
        out += item.literal;
        break;
      case 'G':
        out += date.year > 0 ? "AD" : "BC";
        break;
      case 'y':
        append_year(date.year, item.count);
        break;
      case 'Y':
        append_year(date.year + next_year, item.count);
        break;
      case 'M':
      case 'L':
        if (item.count <= 2) {
          AppendZeroPadded(date.month, item.count, out);
        } else {
          AppendSimpleName(kMonthNames[static_cast<size_t>(date.month - 1)], item.count, out);
        }
        break;
      case 'w':
        AppendZeroPadded(next_year ? 1 : WeekOf(of_year, of_week), item.count, out);
        break;
      case 'W':
        AppendZeroPadded(WeekOf(date.day - 1, of_week), item.count, out);
        break;
      case 'D':
        AppendZeroPadded(of_year + 1, item.count, out);
        break;
      case 'd':
        AppendZeroPadded(date.day, item.count, out);
        break;
      case 'F':
        AppendZeroPadded((date.day + 6) / 7, item.count, out);
        break;
      case 'E':
        AppendSimpleName(kDayNames[static_cast<size_t>(of_week)], item.count, out);
        break;
      case 'u':
        AppendZeroPadded(of_week == 0 ? 7 : of_week, item.count, out);
        break;
      case 'a':
        out += hour < 12 ? "AM" : "PM";
        break;
      case 'H':
        AppendZeroPadded(hour, item.count, out);
        break;
      case 'k':
        AppendZeroPadded(hour == 0 ? 24 : hour, item.count, out);
        break;
      case 'K':
        AppendZeroPadded(hour % 12, item.count, out);
        break;
      case 'h':
        AppendZeroPadded(hour % 12 == 0 ? 12 : hour % 12, item.count, out);
        break;
      case 'm':
        AppendZeroPadded(millis / 60'000 % 60, item.count, out);
        break;
      case 's':
        AppendZeroPadded(millis / 1000 % 60, item.count, out);
        break;
      case 'S':
        AppendZeroPadded(millis % 1000, item.count, out);
        break;
      default:
        AppendSimpleOffset(offset_seconds, item.letter, item.count, out);
    }
  }
}

bool SimpleDatePattern::ParseItem(const Item& item, std::string_view text, size_t* at,
                                  Fields* fields) {
  if (item.letter == 0) {
    if (!text.substr(*at).starts_with(item.literal)) return false;
    *at += item.literal.size();
    return true;
  }
  while (*at < text.size() && (text[*at] == ' ' || text[*at] == '\t')) ++*at;
  if (*at == text.size()) return false;
  std::optional<int> name;
  switch (item.letter) {
    case 'G':
      fields->before_christ = TakeWord(text, at, "BC");
      return fields->before_christ || TakeWord(text, at, "AD");
    case 'E':
      name = TakeName(text, at, kDayNames);
      if (name) fields->day_of_week = *name;
      return name.has_value();
    case 'a':
      fields->half = TakeWord(text, at, "PM");
      return fields->half == 1 || TakeWord(text, at, "AM");
    case 'z':
    case 'Z':
    case 'X':
      return TakeSimpleOffset(text, at, &fields->offset.emplace());
    default:
      break;
  }
  if (IsMonth(item.letter) && item.count > 2) {
    name = TakeName(text, at, kMonthNames);
    if (name) fields->month = *name + 1;
    return name.has_value();
  }
  const size_t begin = *at;
  const auto count = static_cast<size_t>(item.count);
  if (item.obeys_count && begin + count > text.size()) return false;
  int64_t value;
  if (!TakeNumber(text, at, item.obeys_count ? count : text.size(), &value)) return false;
  const bool year = item.letter == 'y' || item.letter == 'Y';
  if (year && count <= 2 && *at - begin == 2 && value >= 0) value = YearOfTwoDigits(value);
  fields->SetNumber(item.letter, value);
  return true;
}

std::optional<SimpleDatePattern::Parsed> SimpleDatePattern::Parse(std::string_view text) const {
  Fields fields;
  size_t at = 0;
  for (const Item& item : items_) {
    if (!ParseItem(item, text, &at, &fields)) return std::nullopt;
  }
  const std::optional<int64_t> micros = fields.Micros();
  if (!micros) return std::nullopt;
  return Parsed{*micros, fields.offset};
}

}  // namespace weir
