#include "common/data/utf8.h"

#include <locale.h>
#include <wctype.h>

#include <algorithm>
#include <iterator>

#include "common/base/check.h"
#include "common/data/long_upper_case.h"

namespace weir {
namespace {

// glibc's own tables, whatever the process's locale is.
locale_t Unicode() {
  static const locale_t unicode = [] {
    locale_t made = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    CHECK(made != nullptr) << "this system has no C.UTF-8 locale";
    return made;
  }();
  return unicode;
}

bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xc0) == 0x80; }

constexpr uint32_t kCapitalSigma = 0x3a3, kFinalSigma = 0x3c2;
constexpr uint32_t kCapitalDottedI = 0x130;

// Whether a letter is before the character at `at`, and none behind it.
bool EndsAWord(std::string_view text, size_t at, size_t bytes) {
  size_t before = at;
  while (before > 0 && IsContinuation(text[before - 1])) --before;
  size_t ignored;
  const bool begun = before > 0 && IsLetter(DecodeCharacter(text, before - 1, &ignored));
  const size_t after = at + bytes;
  return begun && (after == text.size() || !IsLetter(DecodeCharacter(text, after, &ignored)));
}

}  // namespace

size_t CharacterBytes(std::string_view text, size_t at) {
  auto first = static_cast<uint8_t>(text[at]);
  size_t bytes = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf8 ? 4 : 1;
  if (at + bytes > text.size()) return 1;
  for (size_t i = 1; i < bytes; ++i) {
    if (!IsContinuation(text[at + i])) return 1;
  }
  return bytes;
}

int64_t CharacterCount(std::string_view text) {
  int64_t count = 0;
  for (size_t at = 0; at < text.size(); at += CharacterBytes(text, at)) ++count;
  return count;
}

int64_t Utf16Length(std::string_view text) {
  int64_t length = 0;
  for (char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    length += ((byte & 0xc0) != 0x80) + (byte >= 0xf0);
  }
  return length;
}

size_t ByteOfCharacter(std::string_view text, int64_t index) {
  size_t at = 0;
  while (index-- > 0 && at < text.size()) at += CharacterBytes(text, at);
  return at;
}

std::string_view Characters(std::string_view text, int64_t begin, int64_t count) {
  if (begin < 0) {
    count += begin;
    begin = 0;
  }
  if (count <= 0) return {};
  text.remove_prefix(ByteOfCharacter(text, begin));
  return text.substr(0, ByteOfCharacter(text, count));
}

uint32_t DecodeCharacter(std::string_view text, size_t at, size_t* bytes) {
  *bytes = CharacterBytes(text, at);
  auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(text[at + i])); };
  switch (*bytes) {
    case 2:
      return (byte(0) & 0x1f) << 6 | (byte(1) & 0x3f);
    case 3:
      return (byte(0) & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
    case 4:
      return (byte(0) & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 |
             (byte(3) & 0x3f);
    default:
      return byte(0);
  }
}

void AppendCharacter(uint32_t code_point, std::string& out) {
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    out += static_cast<char>(0xc0 | code_point >> 6);
    out += static_cast<char>(0x80 | (code_point & 0x3f));
  } else if (code_point < 0x10000) {
    out += static_cast<char>(0xe0 | code_point >> 12);
    out += static_cast<char>(0x80 | (code_point >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code_point & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | code_point >> 18);
    out += static_cast<char>(0x80 | (code_point >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (code_point >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code_point & 0x3f));
  }
}

namespace {

// Null for a character whose upper case is one character.
const char* LongUpper(uint32_t code_point) {
  const auto* end = std::end(kLongUpperCase);
  const auto* found = std::lower_bound(
      std::begin(kLongUpperCase), end, code_point,
      [](const LongUpperCase& entry, uint32_t wanted) { return entry.code_point < wanted; });
  return found != end && found->code_point == code_point ? found->upper : nullptr;
}

}  // namespace

void AppendUpper(std::string_view text, std::string& out) {
  for (size_t at = 0; at < text.size();) {
    char c = text[at];
    if (static_cast<uint8_t>(c) < 0x80) {
      out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
      ++at;
      continue;
    }
    size_t bytes;
    uint32_t code_point = DecodeCharacter(text, at, &bytes);
    if (bytes == 1) {
      out += c;
    } else if (const char* upper = LongUpper(code_point)) {
      out += upper;
    } else {
      AppendCharacter(static_cast<uint32_t>(towupper_l(code_point, Unicode())), out);
    }
    at += bytes;
  }
}

void AppendLower(std::string_view text, std::string& out) {
  for (size_t at = 0; at < text.size();) {
    char c = text[at];
    if (static_cast<uint8_t>(c) < 0x80) {
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      ++at;
      continue;
    }
    size_t bytes;
    uint32_t code_point = DecodeCharacter(text, at, &bytes);
    if (bytes == 1) {
      out += c;
    } else if (code_point == kCapitalSigma && EndsAWord(text, at, bytes)) {
      AppendCharacter(kFinalSigma, out);
    } else if (code_point == kCapitalDottedI) {
      out += "i\u0307";
    } else {
      AppendCharacter(static_cast<uint32_t>(towlower_l(code_point, Unicode())), out);
    }
    at += bytes;
  }
}

bool IsLetter(uint32_t code_point) {
  return iswalpha_l(code_point, Unicode()) && !IsDecimalDigit(code_point);
}

bool IsDecimalDigit(uint32_t code_point) { return DecimalDigit(code_point) >= 0; }

int DecimalDigit(uint32_t code_point) {
  // The zeros of the scripts in the basic plane; nine digits follow each.
  constexpr uint32_t kZeros[] = {0x0030, 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6,
                                 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50, 0x0ed0,
                                 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80,
                                 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900,
                                 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10};
  for (uint32_t zero : kZeros) {
    if (code_point >= zero && code_point < zero + 10) return static_cast<int>(code_point - zero);
  }
  return -1;
}

}  // namespace weir
