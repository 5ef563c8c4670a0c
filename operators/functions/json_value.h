#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/status.h"

namespace weir {

// A JSON document as the SQL functions see it: numbers keep their text, objects their members in
// the order of their names, the last of equal names wins.
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

// Without spaces: {"a":[1,"x"]}
void AppendJson(const JsonValue& value, std::string& out);
void AppendJsonString(std::string_view text, std::string& out);
// JSON text with everything past ASCII as \uXXXX.
void AppendAsciiJson(std::string_view json, std::string& out);
// A number as Java's BigDecimal prints it: 1e3 is 1E+3, 0.1e-10 is 1E-11, 1.50 is 1.50.
void AppendJsonNumber(std::string_view number, std::string& out);
// A scalar as SQL text: a string without quotes, a number as above, true, false.
void AppendJsonScalar(const JsonValue& value, std::string& out);

// A path "[lax | strict] $.a['b'][0][*]..c". Without a mode it is strict. Filters and expressions
// are not known.
class JsonPath {
 public:
  static StatusOr<JsonPath> Compile(std::string_view text);
  bool strict() const { return strict_; }

  // What the path leads to. A path with a wildcard leads to the array of everything it matches.
  // Empty when there is nothing there, which strict mode takes for an error.
  std::optional<JsonValue> Find(const JsonValue& root) const;

 private:
  struct Step {
    enum class Kind { kName, kIndex, kWildcard, kDeepName } kind;
    std::string name;
    int64_t index = 0;  // negative: from the end
  };
  static void FindDeep(const JsonValue& value, const std::string& name,
                       std::vector<const JsonValue*>& found);

  bool strict_ = true;
  bool definite_ = true;
  std::vector<Step> steps_;
};

}  // namespace weir
