#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

// Text by its ASCII characters; all others stay as they are.

inline char AsciiLower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
inline char AsciiUpper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

inline std::string AsciiLower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = AsciiLower(c);
  return out;
}

inline std::string AsciiUpper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = AsciiUpper(c);
  return out;
}

inline bool IsAsciiDigit(char c) { return c >= '0' && c <= '9'; }
inline bool IsAsciiLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// With zeros before it to `width` characters.
inline void AppendZeroPadded(int64_t value, int width, std::string& out) {
  char digits[20];
  const auto count =
      static_cast<int>(std::to_chars(digits, digits + sizeof(digits), value).ptr - digits);
  if (count < width) out.append(static_cast<size_t>(width - count), '0');
  out.append(digits, static_cast<size_t>(count));
}

// Without those of `characters` at its beginning and end: spaces alone, as SQL has it.
inline std::string_view Trim(std::string_view text, std::string_view characters = " ") {
  const size_t first = text.find_first_not_of(characters);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(characters) - first + 1);
}

}  // namespace weir
