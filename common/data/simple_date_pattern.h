#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace weir {

// A date and time pattern of Java's SimpleDateFormat, in English, as it is made: lenient. Numbers
// past their end are carried over (a 31st of April is the 1st of May), blanks before a field and
// what follows the last one are skipped, names are read in any case and any length. Days before
// 1582-10-15 are those of the Julian calendar. TimePattern is the other, stricter kind.
// Letters: G y Y M L w W D d F E u a H k K h m s S Z X, and z where the zone is an offset.
// Times are microseconds of the wall clock since 1970-01-01 00:00:00. Immutable.
class SimpleDatePattern {
 public:
  // kInvalidArgument for a pattern that Java or this class does not know.
  static StatusOr<SimpleDatePattern> Compile(std::string_view pattern);

  // `offset_seconds` is the zone's, for X, Z and z.
  void Format(int64_t micros, int offset_seconds, std::string& out) const;

  struct Parsed {
    int64_t micros;
    std::optional<int> offset_seconds;  // that the text says
  };
  // What the pattern does not say is 1970-01-01 00:00:00. Nothing for a text that does not fit.
  std::optional<Parsed> Parse(std::string_view text) const;

 private:
  struct Item {
    char letter = 0;  // 0: a literal
    int count = 0;
    std::string literal;
    bool obeys_count = false;  // a field of digits stands right behind this one
  };
  struct Fields;
  static bool ParseItem(const Item& item, std::string_view text, size_t* at, Fields* fields);

  std::vector<Item> items_;
};

}  // namespace weir
