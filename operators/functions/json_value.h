#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/status.h"

namespace weir {

// A JSON document as the SQL functions see it: numbers keep their text, objects the order of their
// members, the last of equal names wins.
struct JsonValue {
  enum class Kind { kNull, kBoolean, kNumber, kString, kArray, kObject };
  Kind kind = Kind::kNull;
  bool boolean = false;
  std::string text;                // kNumber as written, kString unescaped
  std::vector<JsonValue> items;    // kArray; kObject: the values
  std::vector<std::string> names;  // kObject

  bool is_scalar() const { return kind != Kind::kArray && kind != Kind::kObject; }
  const JsonValue* Member(std::string_view name) const;  // null when there is none
};

// Empty when the text is no JSON, or nested deeper than 1,000.
std::optional<JsonValue> ParseJson(std::string_view text);

// The JSON value at the beginning of a text, whatever follows it; an error says what is wrong with
// the text. Where names repeat within an object, the last wins or the text is refused.
StatusOr<JsonValue> ReadFirstJson(std::string_view text, bool names_may_repeat);

// The order of an object's members: by UTF-16 units, as Java compares texts.
bool JsonNameLess(std::string_view a, std::string_view b);

// A number as Java's BigDecimal prints it: 1e3 is 1E+3, 0.1e-10 is 1E-11, 1.50 is 1.50.
void AppendJsonNumber(std::string_view number, std::string& out);

// Without spaces, members by name: {"a":[1,"x"]}
using NumberPrinter = void (*)(std::string_view number, std::string& out);
void AppendJson(const JsonValue& value, std::string& out,
                NumberPrinter append_number = &AppendJsonNumber);
void AppendJsonString(std::string_view text, std::string& out);
// JSON text with everything past ASCII as \uXXXX.
void AppendAsciiJson(std::string_view json, std::string& out);
// A scalar as SQL text: a string without quotes, a number as above, true, false.
void AppendJsonScalar(const JsonValue& value, std::string& out);

}  // namespace weir
