#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "operators/functions/json_path.h"
#include "operators/functions/regexp.h"

namespace weir {

// The condition of a filter in a JSON path, "@.a > 1 && (@.b == 'x' || !@.c)": comparisons of what
// paths from the item (@) or from the document ($) lead to, and of literals; a path alone asks
// whether there is something. In lax mode what is not there is null, in strict mode it equals
// nothing.
class JsonFilter {
 public:
  // Null: it is none.
  static std::shared_ptr<const JsonFilter> Compile(std::string_view text, bool strict);
  ~JsonFilter();

  bool Accepts(const JsonValue& item, const JsonValue& root) const;

 private:
  enum class Kind { kOr, kAnd, kNot, kExists, kCompare };
  enum class Compare {
    kEqual,
    kNotEqual,
    kSameKind,  // === and !==: a number is no text
    kNotSameKind,
    kLess,
    kLessEqual,
    kGreater,
    kGreaterEqual,
    kMatches,
    kIn,
    kNotIn,
    kContains,
    kSize,
    kEmpty,
  };
  struct Operand {
    bool from_root = false;
    std::unique_ptr<JsonPath> path;  // null: a literal
    JsonValue literal;
    std::unique_ptr<Regexp> regexp;
  };
  class Parser;

  std::optional<JsonValue> ValueOf(const Operand& operand, const JsonValue& item,
                                   const JsonValue& root) const;
  bool Compares(const JsonValue& item, const JsonValue& root) const;

  Kind kind_ = Kind::kCompare;
  std::vector<std::shared_ptr<JsonFilter>> parts_;
  Compare compare_ = Compare::kEqual;
  Operand left_, right_;
};

}  // namespace weir
