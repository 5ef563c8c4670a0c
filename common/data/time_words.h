#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/ascii.h"

// What the patterns of times share: English names, digits, weeks, abbreviations of zones.

namespace weir {

inline constexpr std::array<std::string_view, 12> kMonthNames = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
inline constexpr std::array<std::string_view, 7> kDayNames = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

struct NamedZone {
  std::string_view name;
  int hours;  // to add to UTC
};
inline constexpr std::array<NamedZone, 10> kNamedZones = {{{"EST", -5},
                                                           {"EDT", -4},
                                                           {"CST", -6},
                                                           {"CDT", -5},
                                                           {"MST", -7},
                                                           {"MDT", -6},
                                                           {"PST", -8},
                                                           {"PDT", -7},
                                                           {"CET", 1},
                                                           {"CEST", 2}}};

// Up to `max` digits are taken off at `*at`; false when there are less than `min`.
inline bool TakeDigits(std::string_view text, size_t* at, int min, int max, int64_t* value) {
  int digits = 0;
  int64_t result = 0;
  while (digits < max && *at < text.size() && IsAsciiDigit(text[*at])) {
    result = result * 10 + (text[(*at)++] - '0');
    ++digits;
  }
  *value = result;
  return digits >= min;
}

// Of a day counted from 1970-01-01, a Thursday: 0 is Sunday.
inline int DayOfWeek(int64_t day) { return static_cast<int>(((day + 4) % 7 + 7) % 7); }

// The week, from 1, in which a day lies that is the `index`-th (from 0) of its month or year: weeks
// begin on Sunday, and the first is the one with the first day.
inline int64_t WeekOf(int64_t index, int day_of_week) {
  const int64_t first = ((day_of_week - index) % 7 + 7) % 7;  // the first day's day of the week
  return (index + first) / 7 + 1;
}

}  // namespace weir
