#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// Text as characters: UTF-8 code points. Bytes that are no UTF-8 count as one character each.

namespace weir {

// Bytes of the character that begins at text[at].
size_t CharacterBytes(std::string_view text, size_t at);
int64_t CharacterCount(std::string_view text);
// Characters as Java counts them: those beyond the basic plane are two.
int64_t Utf16Length(std::string_view text);
// The byte at which character `index` (from 0) begins; text.size() when there are fewer.
size_t ByteOfCharacter(std::string_view text, int64_t index);
// Characters [begin, begin + count) from 0; what lies outside of the text is left out.
std::string_view Characters(std::string_view text, int64_t begin, int64_t count);

// Of the code point at text[at]; `bytes` is set to its length.
uint32_t DecodeCharacter(std::string_view text, size_t at, size_t* bytes);
void AppendCharacter(uint32_t code_point, std::string& out);

// Of every character, by Unicode's full mapping: ß in upper case is SS.
void AppendUpper(std::string_view text, std::string& out);
void AppendLower(std::string_view text, std::string& out);
bool IsLetter(uint32_t code_point);
bool IsDecimalDigit(uint32_t code_point);
// 0 to 9, of any script; -1: it is none.
int DecimalDigit(uint32_t code_point);

}  // namespace weir
