#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sql/diagnostics.h"
#include "sql/keywords.h"

// Cuts SQL text into tokens. Comments (`--` to the end of the line, `/* */`) disappear; a hint
// (`/*+ ... */`) stays. Tokens refer to the text by their span and own nothing.

namespace weir::sql {

// A longer text is refused.
inline constexpr size_t kMaxSqlBytes = 1 << 20;

enum class TokenKind : uint8_t {
  kEnd,
  kWord,           // an unquoted word; Token::keyword says which of ours, if any
  kQuotedWord,     // `word`
  kString,         // 'text'
  kUnicodeString,  // U&'text \263A'
  kBinaryString,   // X'1F'
  kInteger,        // 12
  kDecimal,        // 1.5
  kApproximate,    // 1e3
  kLeftParen,
  kRightParen,
  kLeftBracket,
  kRightBracket,
  kComma,
  kSemicolon,
  kDot,
  kPlus,
  kMinus,
  kStar,
  kSlash,
  kPercent,
  kEqual,
  kNotEqual,  // <> or !=
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kConcat,  // ||
  kColon,
  kArrow,  // =>
  kHintBegin,
  kHintEnd,
  // Of patterns in MATCH_RECOGNIZE only:
  kLeftBrace,
  kRightBrace,
  kLeftBraceMinus,   // {-
  kMinusRightBrace,  // -}
  kQuestion,
  kBar,
  kCaret,
  kDollar,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  Keyword keyword = Keyword::kNone;
  SourceSpan span;
};

// The tokens of `text`, the last of them kEnd. Refuses text that is too long, not UTF-8, or has an
// unterminated string, identifier or comment.
SqlResult<std::vector<Token>> Tokenize(std::string_view text);
// The same of a part of `text`; places refer to the whole.
SqlResult<std::vector<Token>> Tokenize(std::string_view text, const SourceSpan& part);
// The tokens before the first place that is refused, then kEnd, which is not the end of the text
// when something was refused.
std::vector<Token> TokenizeWhatCan(std::string_view text);

// What the token stands for: without quotes, doubled quotes undone, \XXXX of a unicode string
// replaced. `token` must be a word, a quoted word or one of the strings (of a binary string: its
// hexadecimal digits).
SqlResult<std::string> TokenValue(const Token& token, std::string_view text);

}  // namespace weir::sql
