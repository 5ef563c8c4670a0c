#include "common/data/charset.h"

#include "common/data/utf8.h"

namespace weir {
namespace {

using Text = std::string_view;

constexpr uint32_t kReplacement = 0xfffd;

void AppendUnit(uint32_t unit, bool little, std::string& out) {
  const char high = static_cast<char>(unit >> 8), low = static_cast<char>(unit);
  out += little ? low : high;
  out += little ? high : low;
}

void AppendUtf16(Text text, bool little, std::string& out) {
  for (size_t at = 0, bytes = 0; at < text.size(); at += bytes) {
    uint32_t code = DecodeCharacter(text, at, &bytes);
    if (code >= 0x10000) {
      AppendUnit(0xd800 + ((code - 0x10000) >> 10), little, out);
      code = 0xdc00 + ((code - 0x10000) & 0x3ff);
    }
    AppendUnit(code, little, out);
  }
}

// A character that the set does not have is a question mark.
void AppendSingleBytes(Text text, uint32_t limit, std::string& out) {
  for (size_t at = 0, bytes = 0; at < text.size(); at += bytes) {
    const uint32_t code = DecodeCharacter(text, at, &bytes);
    out += code < limit ? static_cast<char>(code) : '?';
  }
}

// Halves of surrogate pairs without the other, and a last odd byte, become the replacement
// character.
void AppendFromUtf16(Text bytes, bool little, std::string& out) {
  const auto unit = [&](size_t at) {
    const auto first = static_cast<uint8_t>(bytes[at]),
               second = static_cast<uint8_t>(bytes[at + 1]);
    return little ? uint32_t{second} << 8 | first : uint32_t{first} << 8 | second;
  };
  size_t at = 0;
  for (; at + 1 < bytes.size(); at += 2) {
    uint32_t code = unit(at);
    if (code >= 0xd800 && code < 0xe000) {
      const uint32_t low = code < 0xdc00 && at + 3 < bytes.size() ? unit(at + 2) : 0;
      const bool pair = low >= 0xdc00 && low < 0xe000;
      code = pair ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : kReplacement;
      if (pair) at += 2;
    }
    AppendCharacter(code, out);
  }
  if (at < bytes.size()) AppendCharacter(kReplacement, out);
}

// The byte length of the character at bytes[at] of what may be no UTF-8; 0 where it is none.
size_t ValidCharacterBytes(Text bytes, size_t at) {
  const auto byte = [&](size_t i) {
    return at + i < bytes.size() ? static_cast<uint8_t>(bytes[at + i]) : uint8_t{0};
  };
  const auto follows = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return follows(1) ? 2 : 0;
  if (first < 0xf0) {
    const bool overlong = first == 0xe0 && byte(1) < 0xa0;
    const bool surrogate = first == 0xed && byte(1) >= 0xa0;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  const bool overlong = first == 0xf0 && byte(1) < 0x90;
  const bool beyond = first > 0xf4 || (first == 0xf4 && byte(1) >= 0x90);
  return follows(1) && follows(2) && follows(3) && !overlong && !beyond ? 4 : 0;
}

}  // namespace

StatusOr<Charset> ParseCharset(Text name) {
  std::string upper(name);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (upper == "UTF-8" || upper == "UTF8") return Charset::kUtf8;
  if (upper == "US-ASCII" || upper == "ASCII") return Charset::kAscii;
  if (upper == "ISO-8859-1" || upper == "LATIN1") return Charset::kLatin1;
  if (upper == "UTF-16") return Charset::kUtf16;
  if (upper == "UTF-16BE") return Charset::kUtf16Be;
  if (upper == "UTF-16LE") return Charset::kUtf16Le;
  return InvalidArgumentError("the character set '" + std::string(name.substr(0, 100)) +
                              "' is not known: use UTF-8, US-ASCII, ISO-8859-1, UTF-16, UTF-16BE "
                              "or UTF-16LE");
}

void AppendEncoded(Text text, Charset charset, std::string& out) {
  switch (charset) {
    case Charset::kUtf8:
      out += text;
      return;
    case Charset::kAscii:
      return AppendSingleBytes(text, 0x80, out);
    case Charset::kLatin1:
      return AppendSingleBytes(text, 0x100, out);
    case Charset::kUtf16:
      if (!text.empty()) AppendUnit(0xfeff, false, out);
      return AppendUtf16(text, false, out);
    case Charset::kUtf16Be:
    case Charset::kUtf16Le:
      return AppendUtf16(text, charset == Charset::kUtf16Le, out);
  }
}

bool IsValidUtf8(Text bytes) {
  for (size_t at = 0; at < bytes.size();) {
    const size_t length = ValidCharacterBytes(bytes, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

void AppendValidUtf8(Text bytes, std::string& out) {
  for (size_t at = 0; at < bytes.size();) {
    const size_t length = ValidCharacterBytes(bytes, at);
    if (length == 0) {
      AppendCharacter(kReplacement, out);
    } else {
      out += bytes.substr(at, length);
    }
    at += length == 0 ? 1 : length;
  }
}

void AppendDecoded(Text bytes, Charset charset, std::string& out) {
  switch (charset) {
    case Charset::kUtf8:
      return AppendValidUtf8(bytes, out);
    case Charset::kAscii:
    case Charset::kLatin1:
      for (char c : bytes) {
        const auto code = static_cast<uint8_t>(c);
        AppendCharacter(charset == Charset::kAscii && code >= 0x80 ? kReplacement : code, out);
      }
      return;
    case Charset::kUtf16: {
      // The byte order stands in front, else it is the big one.
      const bool little = bytes.starts_with("\xff\xfe");
      if (little || bytes.starts_with("\xfe\xff")) bytes.remove_prefix(2);
      return AppendFromUtf16(bytes, little, out);
    }
    case Charset::kUtf16Be:
    case Charset::kUtf16Le:
      return AppendFromUtf16(bytes, charset == Charset::kUtf16Le, out);
  }
}

}  // namespace weir
