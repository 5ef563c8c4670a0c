#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace weir {

// A date and time pattern of Java's DateTimeFormatter, in English: "yyyy-MM-dd'T'HH:mm:ss.SSS".
// Letters: G y u M L d D E a H k K h m s S A n N Q q Y w e, text in quotes, optional parts in
// brackets; only written: W c F B g; only read: X x Z O z v V, for a time has no zone. Weeks begin
// on Sunday, the first is the one with January 1st. SimpleDatePattern is the other kind. Times are
// microseconds of the wall clock since 1970-01-01 00:00:00. Immutable.
class TimePattern {
 public:
  // kInvalidArgument for a pattern that Java or this class does not know.
  static StatusOr<TimePattern> Compile(std::string_view pattern);

  // kInvalidArgument when a letter stands for a zone. In an optional part it may: the part is not
  // written then.
  const Status& CanFormat() const { return can_format_; }
  void Format(int64_t micros, std::string& out) const;

  // Of the whole text. What the pattern does not say is 1970-01-01
  // 00:00:00; a day that the month does not have is its last one, as Java's SMART resolver has it.
  // A zone is read and ignored: an offset, a name of the tz database, and for z and v the usual
  // abbreviations.
  std::optional<int64_t> Parse(std::string_view text) const;

 private:
  struct Item {
    enum class Kind { kField, kLiteral, kOptionalStart, kOptionalEnd };
    Kind kind;
    char letter = 0;
    int count = 0;
    std::string literal;
    bool number_follows = false;  // a field of digits stands right behind this one
    bool unwritten = false;       // the start of an optional part with a zone
  };
  struct Fields;
  bool ParseItems(std::string_view text, size_t* at, size_t first, size_t last,
                  Fields* fields) const;
  size_t MatchingEnd(size_t start) const;
  void FindZones(std::string_view pattern);

  std::vector<Item> items_;
  Status can_format_;
};

}  // namespace weir
