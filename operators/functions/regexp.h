#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

// Regular expressions by RE2, which matches in linear time whatever the pattern is. Flink's are
// Java's; what differs:
//   - back references (\1), look-around ((?=x), (?<!x)), possessive quantifiers and atomic groups
//   do
//     not exist in RE2: such a pattern counts as invalid;
//   - \Z, \G, \h, \R and classes joined by && do not exist either;
//   - \w, \d, \s are ASCII in both.
// A repetition is limited to 1,000, and a compiled pattern to 8 MB.
class Regexp {
 public:
  Regexp();
  ~Regexp();
  Regexp(Regexp&&) noexcept;
  Regexp& operator=(Regexp&&) noexcept;

  // Compiles the pattern when it is another one than last time. False when it is invalid.
  bool Compile(std::string_view pattern);
  // SQL's SIMILAR TO: % any text, _ and . any character, else a regular expression over the whole
  // text.
  bool CompileSimilar(std::string_view pattern, std::string_view escape);

  int groups() const;
  bool FullMatch(std::string_view text) const;
  // The groups of the first match at or behind byte `from`, 0 the whole match; a group that took no
  // part has a null data pointer. False when nothing matches.
  bool Find(std::string_view text, size_t from, std::vector<std::string_view>* groups) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir
