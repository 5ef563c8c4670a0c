#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace weir {

// A date and time pattern of Java's DateTimeFormatter, in English: "yyyy-MM-dd'T'HH:mm:ss.SSS".
// Letters: G y u M L d D E a H k K h m s S A n N Q q X x Z O, text in quotes, optional parts in
// brackets. Letters that depend on the country's calendar (Y w W e c) and names of zones are
// refused. Times are microseconds of the wall clock since 1970-01-01 00:00:00. Immutable.
class TimePattern {
 public:
  // kInvalidArgument for a pattern that Java or this class does not know.
  static StatusOr<TimePattern> Compile(std::string_view pattern);

  // `offset_seconds` is the zone's, for X, x, Z and O.
  void Format(int64_t micros, int offset_seconds, std::string& out) const;

  // The whole text, or with `prefix` its start. What the pattern does not say is 1970-01-01
  // 00:00:00; a day that the month does not have is its last one, as Java's SMART resolver has it.
  // An offset that was read is given, in seconds, where it is asked for; else it is ignored.
  std::optional<int64_t> Parse(std::string_view text, bool prefix = false,
                               std::optional<int>* offset = nullptr) const;

 private:
  struct Item {
    enum class Kind { kField, kLiteral, kOptionalStart, kOptionalEnd };
    Kind kind;
    char letter = 0;
    int count = 0;
    std::string literal;
    bool number_follows = false;  // a field of digits stands right behind this one
  };
  struct Fields;
  bool ParseItems(std::string_view text, size_t* at, size_t first, size_t last,
                  Fields* fields) const;
  size_t MatchingEnd(size_t start) const;

  std::vector<Item> items_;
};

}  // namespace weir
