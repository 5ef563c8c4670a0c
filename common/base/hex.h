#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// Bytes in hexadecimal.

namespace weir {

inline constexpr char kLowerHex[] = "0123456789abcdef";
inline constexpr char kUpperHex[] = "0123456789ABCDEF";

inline void AppendHex(std::string_view bytes, const char* digits, std::string& out) {
  for (char c : bytes) {
    out += digits[static_cast<uint8_t>(c) >> 4];
    out += digits[static_cast<uint8_t>(c) & 15];
  }
}

inline std::string HexText(std::string_view bytes) {
  std::string out;
  AppendHex(bytes, kLowerHex, out);
  return out;
}

// -1: none.
inline int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace weir
