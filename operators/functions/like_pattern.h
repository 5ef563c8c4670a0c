#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace weir {

// LIKE: % is any text, _ one character of UTF-8, and the character behind the escape is itself.
class LikePattern {
 public:
  // Does nothing when the pattern is the one compiled last. kInvalidArgument for an escape that is
  // not one character, or that stands before anything but %, _ and itself.
  Status Compile(std::string_view pattern, std::string_view escape);
  bool Matches(std::string_view text) const;

 private:
  // Pieces between the % signs; each is literal bytes with kAnyCharacter where _ stood.
  struct Piece {
    std::string bytes;
    std::vector<bool> any;  // empty when the piece has no _
    // Where the piece ends when it starts at text[at]; npos when it does not match there.
    size_t MatchAt(std::string_view text, size_t at) const;
    size_t Find(std::string_view text, size_t from, size_t* end) const;
  };

  bool compiled_ = false;
  std::string pattern_;
  std::string escape_;
  std::vector<Piece> pieces_;  // at least one: "a%b" has two, "%" has two empty ones
};

}  // namespace weir
