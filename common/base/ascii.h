#pragma once

#include <string>
#include <string_view>

namespace weir {

// Text by its ASCII characters; all others stay as they are.

inline std::string AsciiLower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

inline std::string AsciiUpper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

// Without those of `characters` at its beginning and end: spaces alone, as SQL has it.
inline std::string_view Trim(std::string_view text, std::string_view characters = " ") {
  const size_t first = text.find_first_not_of(characters);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(characters) - first + 1);
}

}  // namespace weir
