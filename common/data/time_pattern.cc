#include "common/data/time_pattern.h"

#include <array>

#include "common/data/time_text.h"

namespace weir {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
// 1970-01-01 was a Thursday: day 0 is at index 0.
constexpr std::array<std::string_view, 7> kDays = {"Thursday", "Friday",  "Saturday", "Sunday",
                                                   "Monday",   "Tuesday", "Wednesday"};
constexpr std::string_view kLetters = "GyuMLdDEaHkKhmsSAnNQqXxZO";
constexpr std::string_view kNumberLetters = "yudDHkKhmsSAnN";

// There are no times before it here.
std::string_view EraName(int count) { return count <= 3 ? "AD" : count == 4 ? "Anno Domini" : "A"; }

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

void AppendPadded(int64_t value, int width, std::string& out) {
  std::string digits = std::to_string(value);
  if (static_cast<int>(digits.size()) < width) {
    out.append(static_cast<size_t>(width) - digits.size(), '0');
  }
  out += digits;
}

void AppendYear(int64_t year, int count, std::string& out) {
  if (count == 2) return AppendPadded(year % 100, 2, out);
  if (count >= 4 && year > 9999) out += '+';
  AppendPadded(year, count, out);
}

void AppendMonth(int month, int count, std::string& out) {
  std::string_view name = kMonths[static_cast<size_t>(month - 1)];
  if (count <= 2) {
    AppendPadded(month, count, out);
  } else {
    out += count == 3 ? name.substr(0, 3) : count == 4 ? name : name.substr(0, 1);
  }
}

void AppendOffset(int seconds, char letter, int count, std::string& out) {
  if (letter == 'O') {
    out += "GMT";
    if (seconds == 0) return;
    out += seconds < 0 ? '-' : '+';
    int magnitude = seconds < 0 ? -seconds : seconds;
    AppendPadded(magnitude / 3600, count == 4 ? 2 : 1, out);
    if (count == 4 || magnitude % 3600) {
      out += ':';
      AppendPadded(magnitude / 60 % 60, 2, out);
    }
    return;
  }
  if (letter == 'X' && seconds == 0) {
    out += 'Z';
    return;
  }
  if (letter == 'Z' && count == 4) return AppendOffset(seconds, 'O', 4, out);
  bool colon = letter == 'Z' ? count == 5 : count == 3 || count == 5;
  int magnitude = seconds < 0 ? -seconds : seconds;
  out += seconds < 0 ? '-' : '+';
  AppendPadded(magnitude / 3600, 2, out);
  bool minutes = letter == 'Z' || count > 1 || magnitude % 3600 != 0;
  if (!minutes) return;
  if (colon) out += ':';
  AppendPadded(magnitude / 60 % 60, 2, out);
}

bool TakeDigits(std::string_view text, size_t* at, int min, int max, int64_t* value) {
  int digits = 0;
  int64_t result = 0;
  while (digits < max && *at < text.size() && IsDigit(text[*at])) {
    result = result * 10 + (text[(*at)++] - '0');
    ++digits;
  }
  *value = result;
  return digits >= min;
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

bool TakeOffset(std::string_view text, size_t* at, int* seconds) {
  *seconds = 0;
  if (*at < text.size() && text[*at] == 'Z') return ++*at, true;
  if (text.substr(*at).starts_with("GMT")) {
    *at += 3;
    if (*at == text.size() || (text[*at] != '+' && text[*at] != '-')) return true;
  }
  if (*at == text.size() || (text[*at] != '+' && text[*at] != '-')) return false;
  const bool west = text[(*at)++] == '-';
  int64_t hours, rest = 0;
  if (!TakeDigits(text, at, 1, 2, &hours)) return false;
  size_t minutes = *at;
  if (minutes < text.size() && text[minutes] == ':') ++minutes;
  if (TakeDigits(text, &minutes, 2, 2, &rest)) {
    *at = minutes;
  } else {
    rest = 0;
  }
  *seconds = static_cast<int>(hours * 3600 + rest * 60) * (west ? -1 : 1);
  return true;
}

}  // namespace

// What a text said; -1: nothing.
struct TimePattern::Fields {
  int64_t year = -1;
  int64_t month = -1;
  int64_t day = -1;
  int64_t day_of_year = -1;
  int64_t half = -1;  // 0 AM, 1 PM
  int64_t hour = -1;
  int64_t hour_of_half = -1;
  int64_t minute = 0;
  int64_t second = 0;
  int64_t nanos = 0;
  int64_t nanos_of_day = -1;
  std::optional<int> offset;

  bool SetNumber(char letter, int64_t value) {
    switch (letter) {
      case 'y':
      case 'u':
        year = value;
        return true;
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
        return value >= 1 && value <= 24;
      case 'K':
        hour_of_half = value;
        return value <= 11;
      case 'h':
        hour_of_half = value % 12;
        return value >= 1 && value <= 12;
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
    CivilDate date{year < 0 ? 1970 : year, 1, 1};
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
    if (IsLetter(c)) {
      size_t end = i;
      while (end < pattern.size() && pattern[end] == c) ++end;
      auto count = static_cast<int>(end - i);
      if (kLetters.find(c) == std::string_view::npos) {
        return fail(std::string("the letter ") + c + " is not supported");
      }
      if (count > (c == 'S' ? 9 : 19)) return fail("too many letters");
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
  return compiled;
}

void TimePattern::Format(int64_t micros, int offset_seconds, std::string& out) const {
  int64_t day_number = DayOfMicros(micros);
  CivilDate date = CivilFromDays(day_number);
  int64_t of_day = MicrosOfDay(micros);
  int64_t hour = of_day / 3'600'000'000, minute = of_day / 60'000'000 % 60;
  int64_t second = of_day / kMicrosPerSecond % 60, fraction = of_day % kMicrosPerSecond;
  for (const Item& item : items_) {
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
        AppendPadded(date.day, count, out);
        break;
      case 'D':
        AppendPadded(day_number - DaysFromCivil({date.year, 1, 1}) + 1, count, out);
        break;
      case 'E': {
        std::string_view name = kDays[static_cast<size_t>((day_number % 7 + 7) % 7)];
        out += count <= 3 ? name.substr(0, 3) : count == 4 ? name : name.substr(0, 1);
        break;
      }
      case 'a':
        out += hour < 12 ? "AM" : "PM";
        break;
      case 'H':
        AppendPadded(hour, count, out);
        break;
      case 'k':
        AppendPadded(hour == 0 ? 24 : hour, count, out);
        break;
      case 'K':
        AppendPadded(hour % 12, count, out);
        break;
      case 'h':
        AppendPadded(hour % 12 == 0 ? 12 : hour % 12, count, out);
        break;
      case 'm':
        AppendPadded(minute, count, out);
        break;
      case 's':
        AppendPadded(second, count, out);
        break;
      case 'S': {
        std::string digits;
        AppendPadded(fraction * 1000, 9, digits);
        out.append(digits, 0, static_cast<size_t>(count));
        break;
      }
      case 'A':
        AppendPadded(of_day / 1000, count, out);
        break;
      case 'n':
        AppendPadded(fraction * 1000, count, out);
        break;
      case 'N':
        AppendPadded(of_day * 1000, count, out);
        break;
      case 'Q':
      case 'q': {
        int quarter = (date.month + 2) / 3;
        if (count == 3) out += 'Q';
        AppendPadded(quarter, count <= 2 ? count : 1, out);
        if (count == 4) {
          constexpr std::string_view kEndings[] = {"st", "nd", "rd", "th"};
          out += kEndings[quarter - 1];
          out += " quarter";
        }
        break;
      }
      default:
        AppendOffset(offset_seconds, item.letter, count, out);
        break;
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
      case 'y':
      case 'u': {
        bool plus = count >= 4 && *at < text.size() && text[*at] == '+';
        if (plus) ++*at;
        int most = count == 2 || item.number_follows ? count : plus ? 9 : count >= 4 ? count : 9;
        if (!TakeDigits(text, at, count, most, &value)) return false;
        if (count == 2) value += 2000;
        break;
      }
      case 'M':
      case 'L':
        if (count > 2) {
          if (!TakeName(text, at, kMonths, count > 3, &value)) return false;
          ++value;
          break;
        }
        if (!TakeDigits(text, at, count, 2, &value)) return false;
        break;
      case 'E': {
        if (!TakeName(text, at, kDays, count > 3, &value)) return false;
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
        if (!TakeOffset(text, at, &fields->offset.emplace())) return false;
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

std::optional<int64_t> TimePattern::Parse(std::string_view text, bool prefix,
                                          std::optional<int>* offset) const {
  Fields fields;
  size_t at = 0;
  if (!ParseItems(text, &at, 0, items_.size(), &fields)) return std::nullopt;
  if (at != text.size() && !prefix) return std::nullopt;
  if (offset) *offset = fields.offset;
  return fields.Resolve();
}

}  // namespace weir
