#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "operators/functions/json_value.h"

namespace weir {

class JsonFilter;

// A path "[lax | strict] $.a['b','c'][0,-1][1:3][*]..d[?(@.e > 1)].length()". Without a mode it is
// strict. It means what it means to the JsonPath of Flink, corners included (the
// goldens in tests/sql/flink/json).
class JsonPath {
 public:
  static StatusOr<JsonPath> Compile(std::string_view text);
  bool strict() const { return strict_; }

  // What the path leads to. A path that may lead to several places (a wildcard, a slice, a filter,
  // two indexes, "..") leads to the array of what is there. Empty when there is nothing, which
  // strict mode takes for an error.
  std::optional<JsonValue> Find(const JsonValue& root) const;

 private:
  friend class JsonFilter;
  friend class JsonPathWalk;

  struct Step {
    enum class Kind { kMembers, kItems, kSlice, kAll, kDeep, kFilter, kFunction } kind;
    std::vector<std::string> names{};     // kMembers; kFunction: its name
    std::vector<int64_t> indexes{};       // kItems, negative: from the end; kFunction: its argument
    std::optional<int64_t> from{}, to{};  // kSlice
    std::shared_ptr<const JsonFilter> filter{};
  };

  // Without a mode. `text` is all of it.
  static StatusOr<JsonPath> CompileSteps(std::string_view text, bool strict);
  static bool ReadStep(std::string_view& rest, bool strict, std::vector<Step>& steps);
  static bool ReadDotted(std::string_view& rest, std::vector<Step>& steps);
  static bool ReadBracket(std::string_view inside, bool strict, std::vector<Step>& steps);
  // The step leads to one place at most.
  bool IsSingle(size_t step) const;

  bool strict_ = true;
  bool definite_ = true;               // so do all of them
  std::vector<bool> definite_before_;  // ... up to a step, without it
  std::vector<Step> steps_;
};

}  // namespace weir
