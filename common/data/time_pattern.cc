#include "common/data/time_pattern.h"

#include <array>

#include "common/data/time_text.h"
#include "common/data/time_words.h"
#include "common/data/time_zone.h"

namespace weir {
namespace {

constexpr std::string_view kLetters = "GyuYMLwWdDEecFaBHkKhmsSAnNQqgXxZOzvV";
constexpr std::string_view kZoneLetters = "XxZOzvV";
constexpr std::string_view kNumberLetters = "yudDHkKhmsSAnN";

// There are no times before it here.
std::string_view EraName(int count) { return count <= 3 ? "AD" : count == 4 ? "Anno Domini" : "A"; }

void AppendYear(int64_t year, int count, std::string& out) {
  if (count == 2) return AppendZeroPadded(year % 100, 2, out);
  if (count >= 4 && year > 9999) out += '+';
  AppendZeroPadded(year, count, out);
}

void AppendName(std::string_view name, int count, std::string& out) {
  out += count <= 3 ? name.substr(0, 3) : count == 4 ? name : name.substr(0, 1);
}

void AppendMonth(int month, int count, std::string& out) {
  if (count <= 2) return AppendZeroPadded(month, count, out);
  AppendName(kMonthNames[static_cast<size_t>(month - 1)], count, out);
}

std::string_view PeriodOfDay(int64_t minute_of_day) {
  if (minute_of_day == 0) return "midnight";
  if (minute_of_day == 720) return "noon";
  const int64_t hour = minute_of_day / 60;
  if (hour < 6 || hour >= 21) return "at night";
  return hour < 12 ? "in the morning" : hour < 18 ? "in the afternoon" : "in the evening";
}

// Why a letter cannot come so often; empty: it can.
std::string_view WrongCount(char letter, int count) {
  const bool number = letter == 'W' || letter == 'F';
  if (number && count > 1) return "W and F come once";
  if (letter == 'w' && count > 2) return "w comes at most twice";
  if (letter == 'B' && count != 1 && count != 4) return "B comes once";
  if (letter == 'c' && count == 2) return "c does not come twice";
  if (letter == 'V' && count != 2) return "V comes twice";
  if ((letter == 'O' || letter == 'v') && count != 1 && count != 4) {
    return "O and v come once or four times";
  }
  constexpr std::string_view kAtMostFive = "ecEGXxZ";
  const bool five = kAtMostFive.find(letter) != std::string_view::npos;
  const int most = letter == 'z' ? 4 : five ? 5 : letter == 'S' ? 9 : 19;
  return count > most ? "too many letters" : "";
}

template <size_t kCount>
bool TakeName(std::string_view text, size_t* at, const std::array<std::string_view, kCount>& names,
              bool full, int64_t* index) {
  for (size_t i = 0; i < kCount; ++i) {
    std::string_view name = full ? names[i] : names[i].substr(0, 3);
    if (text.substr(*at).starts_with(name)) {
      *at += name.size();
      *index = static_cast<int64_t>(i);
      return true;
    }
  }
  return false;
}

bool TakeSign(std::string_view text, size_t* at) {
  if (*at == text.size() || (text[*at] != '+' && text[*at] != '-')) return false;
  ++*at;
  return true;
}

// "Z", "+1", "+0100", "+01:00", "GMT", "GMT+1".
bool TakeOffset(std::string_view text, size_t* at) {
  if (*at < text.size() && text[*at] == 'Z') return ++*at, true;
  const bool named = text.substr(*at).starts_with("GMT");
  if (named) *at += 3;
  if (!TakeSign(text, at)) return named;
  int64_t ignored;
  if (!TakeDigits(text, at, 1, 2, &ignored)) return false;
  size_t minutes = *at;
  if (minutes < text.size() && text[minutes] == ':') ++minutes;
  if (TakeDigits(text, &minutes, 2, 2, &ignored)) *at = minutes;
  return true;
}

// "+01:00".
bool TakeZoneOffset(std::string_view text, size_t* at) {
  int64_t ignored;
  if (!TakeSign(text, at) || !TakeDigits(text, at, 2, 2, &ignored)) return false;
  if (*at == text.size() || text[(*at)++] != ':') return false;
  return TakeDigits(text, at, 2, 2, &ignored);
}

// "Europe/Berlin", "+01:00", "UTC+01:00", "Z"; with `abbreviations` also "PST".
bool TakeZone(std::string_view text, size_t* at, bool abbreviations) {
  for (std::string_view prefix : {"UTC", "GMT", "UT"}) {
    if (!text.substr(*at).starts_with(prefix)) continue;
    *at += prefix.size();
    const bool offset = *at < text.size() && (text[*at] == '+' || text[*at] == '-');
    return !offset || TakeZoneOffset(text, at);
  }
  size_t end = *at;
  while (end < text.size() &&
         (IsAsciiLetter(text[end]) || IsAsciiDigit(text[end]) ||
          std::string_view("/_+-").find(text[end]) != std::string_view::npos)) {
    ++end;
  }
  const std::string_view name = text.substr(*at, end - *at);
  if (name.starts_with('+') || name.starts_with('-')) return TakeZoneOffset(text, at);
  *at = end;
  if (name == "Z") return true;
  for (const NamedZone& zone : kNamedZones) {
    if (abbreviations && name == zone.name) return true;
  }
  // Only what may be one: each name that is asked for is kept for ever.
  const bool may_be =
      name.find('/') != std::string_view::npos || (name.size() == 3 && name.ends_with("ET"));
  return may_be && TimeZone::Load(name).ok();
}

}  // namespace

// What a text said; -1: nothing.
struct TimePattern::Fields {
  int64_t year = 1970;
  int64_t month = -1;
  int64_t day = -1;
  int64_t day_of_year = -1;
  std::optional<int64_t> week_year;
  int64_t week = -1;
  int64_t day_of_week = -1;  // 1 is Sunday
  int64_t named_day = -1;    // 0 is Sunday
  int64_t half = -1;         // 0 AM, 1 PM
  int64_t hour = -1;
  int64_t hour_of_half = -1;
  int64_t minute = 0;
  int64_t second = 0;
  int64_t nanos = 0;
  int64_t nanos_of_day = -1;

  bool SetNumber(char letter, int64_t value) {
    switch (letter) {
      case 'y':
      case 'u':
        year = value;
        return letter == 'u' || value > 0;
      case 'Y':
        week_year = value;
        return true;
      case 'w':
        week = value;
        return value >= 1 && value <= 53;
      case 'e':
        day_of_week = value;
        return value >= 1 && value <= 7;
      case 'M':
      case 'L':
        month = value;
        return value >= 1 && value <= 12;
      case 'd':
        day = value;
        return value >= 1 && value <= 31;
      case 'D':
        day_of_year = value;
        return value >= 1 && value <= 366;
      case 'H':
        hour = value;
        return value <= 23;
      case 'k':
        hour = value % 24;
        return value <= 24;
      case 'K':
        hour_of_half = value;
        return value <= 11;
      case 'h':
        hour_of_half = value % 12;
        return value <= 12;
      case 'm':
        minute = value;
        return value <= 59;
      case 's':
        second = value;
        return value <= 59;
      case 'n':
        nanos = value;
        return value <= 999'999'999;
      case 'A':
        nanos_of_day = value * 1'000'000;
        return value < kMillisPerDay;
      case 'N':
        nanos_of_day = value;
        return value < kMicrosPerDay * 1000;
      default:
        return true;  // Q: says nothing that matters
    }
  }

  std::optional<int64_t> Resolve() const {
    CivilDate date{year, 1, 1};
    if (month > 0) date.month = static_cast<int>(month);
    if (day > 0) {
      int last = DaysInMonth(date.year, date.month);
      date.day = day < last ? static_cast<int>(day) : last;
    }
    int64_t days = DaysFromCivil(date);
    if (day_of_year > 0 && month < 0) {
      days += day_of_year - 1;
      if (CivilFromDays(days).year != date.year) return std::nullopt;
    }
    if (week_year && week > 0 && day_of_week > 0) {
      const int64_t begins = DaysFromCivil({*week_year, 1, 1});
      days = begins - DayOfWeek(begins) + (week - 1) * 7 + day_of_week - 1;
    }
    if (day > 0 && named_day >= 0 && DayOfWeek(days) != named_day) return std::nullopt;
    if (nanos_of_day >= 0) return days * kMicrosPerDay + nanos_of_day / 1000;
    int64_t hours = hour >= 0 ? hour : 0;
    if (hour < 0 && hour_of_half >= 0 && half >= 0) hours = half * 12 + hour_of_half;
    return days * kMicrosPerDay + ((hours * 60 + minute) * 60 + second) * kMicrosPerSecond +
           nanos / 1000;
  }
};

StatusOr<TimePattern> TimePattern::Compile(std::string_view pattern) {
  auto fail = [&](std::string_view why) {
    return InvalidArgumentError("time pattern '" + std::string(pattern) + "': " + std::string(why));
  };
  TimePattern compiled;
  auto add_literal = [&](char c) {
    if (compiled.items_.empty() || compiled.items_.back().kind != Item::Kind::kLiteral) {
      compiled.items_.push_back({Item::Kind::kLiteral});
    }
    compiled.items_.back().literal += c;
  };
  int depth = 0;
  for (size_t i = 0; i < pattern.size(); ++i) {
    char c = pattern[i];
    if (IsAsciiLetter(c)) {
      size_t end = i;
      while (end < pattern.size() && pattern[end] == c) ++end;
      auto count = static_cast<int>(end - i);
      if (kLetters.find(c) == std::string_view::npos) {
        return fail(std::string("the letter ") + c + " is not supported");
      }
      if (std::string_view why = WrongCount(c, count); !why.empty()) return fail(why);
      compiled.items_.push_back({Item::Kind::kField, c, count});
      i = end - 1;
    } else if (c == '\'') {
      if (i + 1 < pattern.size() && pattern[i + 1] == '\'') {
        add_literal('\'');
        ++i;
        continue;
      }
      for (++i; i < pattern.size(); ++i) {
        if (pattern[i] != '\'') {
          add_literal(pattern[i]);
        } else if (i + 1 < pattern.size() && pattern[i + 1] == '\'') {
          add_literal('\'');
          ++i;
        } else {
          break;
        }
      }
      if (i == pattern.size()) return fail("a quote is not closed");
    } else if (c == '[') {
      ++depth;
      compiled.items_.push_back({Item::Kind::kOptionalStart});
    } else if (c == ']') {
      if (depth-- == 0) return fail("a ] without a [");
      compiled.items_.push_back({Item::Kind::kOptionalEnd});
    } else if (c == '{' || c == '}' || c == '#') {
      return fail(std::string("the character ") + c + " is reserved");
    } else {
      add_literal(c);
    }
  }
  if (depth > 0) return fail("a [ without a ]");
  auto is_number = [](const Item& item) {
    return item.kind == Item::Kind::kField &&
           (kNumberLetters.find(item.letter) != std::string_view::npos ||
            ((item.letter == 'M' || item.letter == 'L') && item.count <= 2));
  };
  for (size_t i = 0; i + 1 < compiled.items_.size(); ++i) {
    compiled.items_[i].number_follows =
        is_number(compiled.items_[i]) && is_number(compiled.items_[i + 1]);
  }
  compiled.FindZones(pattern);
  return compiled;
}

void TimePattern::FindZones(std::string_view pattern) {
  std::vector<size_t> open;
  for (size_t i = 0; i < items_.size(); ++i) {
    const Item& item = items_[i];
    if (item.kind == Item::Kind::kOptionalStart) open.push_back(i);
    if (item.kind == Item::Kind::kOptionalEnd) open.pop_back();
    if (item.kind != Item::Kind::kField) continue;
    if (kZoneLetters.find(item.letter) == std::string_view::npos) continue;
    if (!open.empty()) {
      items_[open.back()].unwritten = true;
    } else if (can_format_.ok()) {
      can_format_ =
          InvalidArgumentError("time pattern '" + std::string(pattern) + "': the letter " +
                               item.letter + " stands for a zone, which a timestamp does not have");
    }
  }
}

void TimePattern::Format(int64_t micros, std::string& out) const {
  int64_t day_number = DayOfMicros(micros);
  CivilDate date = CivilFromDays(day_number);
  int64_t of_day = MicrosOfDay(micros);
  int64_t hour = of_day / 3'600'000'000, minute = of_day / 60'000'000 % 60;
  int64_t second = of_day / kMicrosPerSecond % 60, fraction = of_day % kMicrosPerSecond;
  const int of_week = DayOfWeek(day_number);
  const int64_t of_year = day_number - DaysFromCivil({date.year, 1, 1});
  // A week that reaches into the next year is that year's first.
  const bool next_year = day_number - of_week + 6 >= DaysFromCivil({date.year + 1, 1, 1});
  for (size_t i = 0; i < items_.size(); ++i) {
    const Item& item = items_[i];
    if (item.unwritten) i = MatchingEnd(i);
    if (item.kind == Item::Kind::kLiteral) out += item.literal;
    if (item.kind != Item::Kind::kField) continue;
    int count = item.count;
    switch (item.letter) {
      case 'G':
        out += EraName(count);
        break;
      case 'y':
      case 'u':
        AppendYear(date.year, count, out);
        break;
      case 'M':
      case 'L':
        AppendMonth(date.month, count, out);
        break;
      case 'd':
        AppendZeroPadded(date.day, count, out);
        break;
      case 'D':
        AppendZeroPadded(of_year + 1, count, out);
        break;
      case 'Y':
        AppendYear(date.year + next_year, count, out);
        break;
      case 'w':
        AppendZeroPadded(next_year ? 1 : WeekOf(of_year, of_week), count, out);
        break;
      case 'W':
        AppendZeroPadded(WeekOf(date.day - 1, of_week), count, out);
        break;
      case 'F':
        AppendZeroPadded((date.day - 1) % 7 + 1, count, out);
        break;
      case 'g':
        AppendZeroPadded(day_number + 40587, count, out);
        break;
      case 'e':
      case 'c':
      case 'E':
        if (item.letter != 'E' && count <= 2) {
          AppendZeroPadded(of_week + 1, count, out);
        } else {
          AppendName(kDayNames[static_cast<size_t>(of_week)], count, out);
        }
        break;
      case 'B':
        out += PeriodOfDay(of_day / 60'000'000);
        break;
      case 'a':
        out += hour < 12 ? "AM" : "PM";
        break;
      case 'H':
        AppendZeroPadded(hour, count, out);
        break;
      case 'k':
        AppendZeroPadded(hour == 0 ? 24 : hour, count, out);
        break;
      case 'K':
        AppendZeroPadded(hour % 12, count, out);
        break;
      case 'h':
        AppendZeroPadded(hour % 12 == 0 ? 12 : hour % 12, count, out);
        break;
      case 'm':
        AppendZeroPadded(minute, count, out);
        break;
      case 's':
        AppendZeroPadded(second, count, out);
        break;
      case 'S': {
        std::string digits;
        AppendZeroPadded(fraction * 1000, 9, digits);
        out.append(digits, 0, static_cast<size_t>(count));
        break;
      }
      case 'A':
        AppendZeroPadded(of_day / 1000, count, out);
        break;
      case 'n':
        AppendZeroPadded(fraction * 1000, count, out);
        break;
      case 'N':
        AppendZeroPadded(of_day * 1000, count, out);
        break;
      case 'Q':
      case 'q': {
        int quarter = (date.month + 2) / 3;
        if (count == 3) out += 'Q';
        AppendZeroPadded(quarter, count <= 2 ? count : 1, out);
        if (count == 4) {
          constexpr std::string_view kEndings[] = {"st", "nd", "rd", "th"};
          out += kEndings[quarter - 1];
          out += " quarter";
        }
        break;
      }
      default:
        break;  // of a zone: CanFormat says so
    }
  }
}

size_t TimePattern::MatchingEnd(size_t start) const {
  int depth = 0;
  for (size_t i = start;; ++i) {
    if (items_[i].kind == Item::Kind::kOptionalStart) ++depth;
    if (items_[i].kind == Item::Kind::kOptionalEnd && --depth == 0) return i;
  }
}

bool TimePattern::ParseItems(std::string_view text, size_t* at, size_t first, size_t last,
                             Fields* fields) const {
  for (size_t i = first; i < last; ++i) {
    const Item& item = items_[i];
    if (item.kind == Item::Kind::kLiteral) {
      if (!text.substr(*at).starts_with(item.literal)) return false;
      *at += item.literal.size();
      continue;
    }
    if (item.kind == Item::Kind::kOptionalStart) {
      size_t end = MatchingEnd(i);
      Fields tried = *fields;
      size_t reached = *at;
      if (ParseItems(text, &reached, i + 1, end, &tried)) {
        *fields = tried;
        *at = reached;
      }
      i = end;
      continue;
    }
    if (item.kind == Item::Kind::kOptionalEnd) continue;
    int64_t value = 0;
    int count = item.count;
    switch (item.letter) {
      case 'Y':
      case 'y':
      case 'u': {
        const bool sign = count >= 4 && *at < text.size() && (text[*at] == '+' || text[*at] == '-');
        const bool plus = sign && text[*at] == '+';
        const bool minus = sign && !plus;
        if (sign) ++*at;
        int most = count == 2 || item.number_follows ? count : plus ? 9 : count >= 4 ? count : 9;
        if (!TakeDigits(text, at, count, most, &value)) return false;
        if (count == 2) value += 2000;
        if (minus) value = -value;
        break;
      }
      case 'M':
      case 'L':
        if (count > 2) {
          if (!TakeName(text, at, kMonthNames, count > 3, &value)) return false;
          ++value;
          break;
        }
        if (!TakeDigits(text, at, count, 2, &value)) return false;
        break;
      case 'E': {
        if (!TakeName(text, at, kDayNames, count > 3, &value)) return false;
        fields->named_day = value;
        continue;
      }
      case 'a':
        if (text.substr(*at).starts_with("AM")) {
          fields->half = 0;
        } else if (text.substr(*at).starts_with("PM")) {
          fields->half = 1;
        } else {
          return false;
        }
        *at += 2;
        continue;
      case 'S':
        if (!TakeDigits(text, at, count, count, &value)) return false;
        for (int digit = count; digit < 9; ++digit) value *= 10;
        fields->nanos = value;
        continue;
      case 'X':
      case 'x':
      case 'Z':
      case 'O':
        if (!TakeOffset(text, at)) return false;
        continue;
      case 'z':
      case 'v':
      case 'V':
        if (!TakeZone(text, at, item.letter != 'V')) return false;
        continue;
      case 'G':
        if (!text.substr(*at).starts_with(EraName(count))) return false;
        *at += EraName(count).size();
        continue;
      case 'D':
        if (!TakeDigits(text, at, count, 3, &value)) return false;
        break;
      case 'A':
      case 'n':
      case 'N':
        if (!TakeDigits(text, at, count, 18, &value)) return false;
        break;
      case 'W':
      case 'c':
      case 'F':
      case 'B':
      case 'g':
        return false;  // written only
      case 'e':
      case 'Q':
      case 'q':
        if (count > 2) return false;
        if (!TakeDigits(text, at, count, 2, &value)) return false;
        break;
      default:
        if (!TakeDigits(text, at, count, item.number_follows ? count : 2, &value)) return false;
        break;
    }
    if (!fields->SetNumber(item.letter, value)) return false;
  }
  return true;
}

std::optional<int64_t> TimePattern::Parse(std::string_view text) const {
  Fields fields;
  size_t at = 0;
  if (!ParseItems(text, &at, 0, items_.size(), &fields)) return std::nullopt;
  if (at != text.size()) return std::nullopt;
  return fields.Resolve();
}

}  // namespace weir
