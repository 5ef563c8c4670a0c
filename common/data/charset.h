#pragma once

#include <string>
#include <string_view>

#include "common/base/status.h"

// Text, which is UTF-8 here, as bytes of another character set, and back.

namespace weir {

enum class Charset { kUtf8, kAscii, kLatin1, kUtf16, kUtf16Be, kUtf16Le };

// By Java's names, in any case: "UTF-8", "ISO-8859-1". kInvalidArgument, naming those that are
// known.
StatusOr<Charset> ParseCharset(std::string_view name);

// A character that the set does not have becomes a question mark.
void AppendEncoded(std::string_view text, Charset charset, std::string& out);
// What is no character becomes U+FFFD.
void AppendDecoded(std::string_view bytes, Charset charset, std::string& out);

bool IsValidUtf8(std::string_view bytes);
// The bytes, with U+FFFD for each that is no UTF-8.
void AppendValidUtf8(std::string_view bytes, std::string& out);

}  // namespace weir
