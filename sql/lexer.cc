#include "sql/lexer.h"

#include "common/base/ascii.h"

namespace weir::sql {
namespace {

bool IsHexDigit(char c) {
  return IsAsciiDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool IsWordStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool IsWordPart(char c) { return IsWordStart(c) || IsAsciiDigit(c) || c == '$'; }
bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

// The length in bytes of the well-formed UTF-8 character at `text[at]`, 0 when it is not one.
size_t Utf8Length(std::string_view text, size_t at) {
  const unsigned char lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + length > text.size()) return 0;
  uint32_t code = lead & (0x7F >> length);
  for (size_t i = 1; i < length; ++i) {
    const unsigned char c = static_cast<unsigned char>(text[at + i]);
    if ((c & 0xC0) != 0x80) return 0;
    code = (code << 6) | (c & 0x3F);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return overlong || surrogate || code > 0x10FFFF ? 0 : length;
}

void AppendUtf8(uint32_t code, std::string* out) {
  if (code < 0x80) {
    *out += static_cast<char>(code);
  } else if (code < 0x800) {
    *out += static_cast<char>(0xC0 | (code >> 6));
    *out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    *out += static_cast<char>(0xE0 | (code >> 12));
    *out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    *out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    *out += static_cast<char>(0xF0 | (code >> 18));
    *out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    *out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    *out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

class Lexer {
 public:
  // Reads from the start of `part` to its end.
  Lexer(std::string_view text, const SourceSpan& part)
      : text_(text.substr(0, part.end())),
        at_(part.offset),
        line_(part.line),
        column_(part.column) {
    tokens_.reserve((text_.size() - at_) / 5 + 2);
  }

  SqlStatus Run() {
    while (true) {
      SQL_RETURN_IF_ERROR(SkipBlanks());
      Begin();
      if (at_ == text_.size()) break;
      SQL_RETURN_IF_ERROR(Next());
    }
    Add(TokenKind::kEnd);
    return {};
  }

  std::vector<Token> TakeTokens() { return std::move(tokens_); }
  void AddEnd() { tokens_.push_back(Token{TokenKind::kEnd, Keyword::kNone, start_}); }

 private:
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool StartsWith(std::string_view s) const { return text_.substr(at_).starts_with(s); }

  // One character further, which is inside the text; keeps count of lines and columns.
  void Advance() {
    const char c = text_[at_++];
    if (c == '\n') {
      ++line_;
      column_ = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {
      ++column_;
    }
  }
  void Advance(size_t bytes) {
    for (size_t i = 0; i < bytes; ++i) Advance();
  }

  void Begin() { start_ = SourceSpan{static_cast<uint32_t>(at_), 0, line_, column_}; }
  SourceSpan Span() const {
    SourceSpan span = start_;
    span.length = static_cast<uint32_t>(at_) - span.offset;
    return span;
  }
  void Add(TokenKind kind, Keyword keyword = Keyword::kNone) {
    tokens_.push_back(Token{kind, keyword, Span()});
  }
  SqlStatus Add(TokenKind kind, size_t bytes) {
    Advance(bytes);
    Add(kind);
    return {};
  }
  SqlStatus Error(std::string message, SourceSpan span, std::string hint = "") {
    return SqlError{StatusCode::kInvalidArgument, std::move(message), span, std::move(hint)};
  }
  // An error at the opening characters of what should have been closed.
  SqlStatus Unterminated(const char* what, uint32_t opening_bytes, const char* closing) {
    SourceSpan span = start_;
    span.length = opening_bytes;
    return Error(std::string("this ") + what + " is never closed", span,
                 std::string("add the closing ") + closing);
  }

  SqlStatus SkipBlanks() {
    while (at_ < text_.size()) {
      if (IsSpace(Peek())) {
        Advance();
      } else if (StartsWith("--")) {
        while (at_ < text_.size() && Peek() != '\n') SQL_RETURN_IF_ERROR(SkipCharacter());
      } else if (StartsWith("/*") && Peek(2) != '+') {
        Begin();
        Advance(2);
        while (!StartsWith("*/")) {
          if (at_ == text_.size()) return Unterminated("comment", 2, "*/");
          SQL_RETURN_IF_ERROR(SkipCharacter());
        }
        Advance(2);
      } else {
        break;
      }
    }
    return {};
  }

  // One character of any kind, which must be well-formed UTF-8.
  SqlStatus SkipCharacter() {
    const size_t length = Utf8Length(text_, at_);
    if (length == 0) {
      return Error("the text is not valid UTF-8 here",
                   SourceSpan{static_cast<uint32_t>(at_), 1, line_, column_});
    }
    Advance(length);
    return {};
  }

  SqlStatus Next() {
    const char c = Peek();
    if (c == '\'') return Quoted('\'', TokenKind::kString, 0, "string");
    if (c == '`') return Quoted('`', TokenKind::kQuotedWord, 0, "identifier");
    if ((c == 'x' || c == 'X') && Peek(1) == '\'') return BinaryString();
    if ((c == 'u' || c == 'U') && Peek(1) == '&' && Peek(2) == '\'') {
      return Quoted('\'', TokenKind::kUnicodeString, 2, "string");
    }
    if (IsWordStart(c)) return Word();
    if (IsAsciiDigit(c) || (c == '.' && IsAsciiDigit(Peek(1)))) return Number();
    return Operator();
  }

  SqlStatus Quoted(char quote, TokenKind kind, size_t prefix_bytes, const char* what) {
    Advance(prefix_bytes + 1);
    while (true) {
      if (at_ == text_.size()) {
        return Unterminated(what, static_cast<uint32_t>(prefix_bytes + 1),
                            quote == '`' ? "backtick" : "quote");
      }
      if (Peek() != quote) {
        SQL_RETURN_IF_ERROR(SkipCharacter());
      } else if (Peek(1) == quote) {
        Advance(2);
      } else {
        break;
      }
    }
    Advance();
    Add(kind);
    if (kind == TokenKind::kQuotedWord && tokens_.back().span.length == 2) {
      return Error("an identifier cannot be empty", Span());
    }
    return {};
  }

  SqlStatus BinaryString() {
    SQL_RETURN_IF_ERROR(Quoted('\'', TokenKind::kBinaryString, 1, "string"));
    const SourceSpan span = Span();
    const std::string_view digits = text_.substr(span.offset + 2, span.length - 3);
    for (char c : digits) {
      if (!IsHexDigit(c)) return Error("a binary string holds hexadecimal digits only", span);
    }
    if (digits.size() % 2 != 0) {
      return Error("a binary string holds an even number of hexadecimal digits", span);
    }
    return {};
  }

  SqlStatus Word() {
    while (at_ < text_.size() && IsWordPart(Peek())) SQL_RETURN_IF_ERROR(SkipCharacter());
    Add(TokenKind::kWord, FindKeyword(text_.substr(start_.offset, at_ - start_.offset)));
    return {};
  }

  SqlStatus Number() {
    TokenKind kind = TokenKind::kInteger;
    while (IsAsciiDigit(Peek())) Advance();
    if (Peek() == '.') {
      kind = TokenKind::kDecimal;
      Advance();
      while (IsAsciiDigit(Peek())) Advance();
    }
    if (Peek() == 'e' || Peek() == 'E') {
      const size_t sign = Peek(1) == '+' || Peek(1) == '-' ? 1 : 0;
      if (IsAsciiDigit(Peek(1 + sign))) {
        kind = TokenKind::kApproximate;
        Advance(1 + sign);
        while (IsAsciiDigit(Peek())) Advance();
      }
    }
    if (at_ < text_.size() && IsWordPart(Peek())) {
      while (at_ < text_.size() && IsWordPart(Peek())) SQL_RETURN_IF_ERROR(SkipCharacter());
      return Error("this is neither a number nor a name", Span(),
                   "a name that starts with a digit needs backticks");
    }
    Add(kind);
    return {};
  }

  SqlStatus Operator() {
    switch (Peek()) {
      case '(':
        return Add(TokenKind::kLeftParen, 1);
      case ')':
        return Add(TokenKind::kRightParen, 1);
      case '[':
        return Add(TokenKind::kLeftBracket, 1);
      case ']':
        return Add(TokenKind::kRightBracket, 1);
      case ',':
        return Add(TokenKind::kComma, 1);
      case ';':
        return Add(TokenKind::kSemicolon, 1);
      case '.':
        return Add(TokenKind::kDot, 1);
      case '+':
        return Add(TokenKind::kPlus, 1);
      case '-':
        if (Peek(1) == '}') return Add(TokenKind::kMinusRightBrace, 2);
        return Add(TokenKind::kMinus, 1);
      case '*':
        if (in_hint_ && Peek(1) == '/') {
          in_hint_ = false;
          return Add(TokenKind::kHintEnd, 2);
        }
        return Add(TokenKind::kStar, 1);
      case '/':
        if (StartsWith("/*+")) {
          in_hint_ = true;
          return Add(TokenKind::kHintBegin, 3);
        }
        return Add(TokenKind::kSlash, 1);
      case '%':
        return Add(TokenKind::kPercent, 1);
      case '=':
        if (Peek(1) == '>') return Add(TokenKind::kArrow, 2);
        return Add(TokenKind::kEqual, 1);
      case '<':
        if (Peek(1) == '>') return Add(TokenKind::kNotEqual, 2);
        if (Peek(1) == '=') return Add(TokenKind::kLessEqual, 2);
        return Add(TokenKind::kLess, 1);
      case '>':
        if (Peek(1) == '=') return Add(TokenKind::kGreaterEqual, 2);
        return Add(TokenKind::kGreater, 1);
      case '!':
        if (Peek(1) == '=') return Add(TokenKind::kNotEqual, 2);
        break;
      case '|':
        if (Peek(1) == '|') return Add(TokenKind::kConcat, 2);
        return Add(TokenKind::kBar, 1);
      case ':':
        return Add(TokenKind::kColon, 1);
      case '{':
        if (Peek(1) == '-') return Add(TokenKind::kLeftBraceMinus, 2);
        return Add(TokenKind::kLeftBrace, 1);
      case '}':
        return Add(TokenKind::kRightBrace, 1);
      case '?':
        return Add(TokenKind::kQuestion, 1);
      case '^':
        return Add(TokenKind::kCaret, 1);
      case '$':
        return Add(TokenKind::kDollar, 1);
      default:
        break;
    }
    return UnknownCharacter();
  }

  SqlStatus UnknownCharacter() {
    const char c = Peek();
    SQL_RETURN_IF_ERROR(SkipCharacter());
    if (c == '"') {
      return Error("unexpected character '\"'", Span(),
                   "write strings in single quotes and identifiers in backticks");
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      return Error("unexpected control character", Span());
    }
    return Error(std::string("unexpected character '") + c + "'", Span());
  }

  const std::string_view text_;
  size_t at_ = 0;
  uint32_t line_ = 1;
  uint32_t column_ = 1;
  bool in_hint_ = false;  // after /*+ the characters */ are a token
  SourceSpan start_;      // where the current token starts; its length is not set
  std::vector<Token> tokens_;
};

// \XXXX and \+XXXXXX replaced, \\ undone.
SqlResult<std::string> DecodeUnicode(std::string_view escaped, const SourceSpan& span) {
  std::string out;
  for (size_t i = 0; i < escaped.size(); ++i) {
    if (escaped[i] != '\\') {
      out += escaped[i];
      continue;
    }
    if (i + 1 < escaped.size() && escaped[i + 1] == '\\') {
      out += '\\';
      ++i;
      continue;
    }
    const bool wide = i + 1 < escaped.size() && escaped[i + 1] == '+';
    const size_t first = i + (wide ? 2 : 1);
    const size_t digits = wide ? 6 : 4;
    uint32_t code = 0;
    bool good = first + digits <= escaped.size();
    for (size_t j = first; good && j < first + digits; ++j) {
      const char c = escaped[j];
      good = IsHexDigit(c);
      code = code * 16 + static_cast<uint32_t>(IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    if (!good || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
      return SqlError{StatusCode::kInvalidArgument, "bad escape in a unicode string", span,
                      "write \\XXXX or \\+XXXXXX with hexadecimal digits, or \\\\"};
    }
    AppendUtf8(code, &out);
    i = first + digits - 1;
  }
  return out;
}

}  // namespace

SqlResult<std::vector<Token>> Tokenize(std::string_view text) {
  if (text.size() > kMaxSqlBytes) {
    return SqlError{StatusCode::kInvalidArgument,
                    "the text is longer than " + std::to_string(kMaxSqlBytes) + " bytes",
                    SourceSpan{}, "submit it in parts"};
  }
  return Tokenize(text, SourceSpan{0, static_cast<uint32_t>(text.size()), 1, 1});
}

SqlResult<std::vector<Token>> Tokenize(std::string_view text, const SourceSpan& part) {
  Lexer lexer(text, part);
  SQL_RETURN_IF_ERROR(lexer.Run());
  return lexer.TakeTokens();
}

std::vector<Token> TokenizeWhatCan(std::string_view text) {
  text = text.substr(0, kMaxSqlBytes);
  Lexer lexer(text, SourceSpan{0, static_cast<uint32_t>(text.size()), 1, 1});
  if (!lexer.Run().ok()) lexer.AddEnd();
  return lexer.TakeTokens();
}

SqlResult<std::string> TokenValue(const Token& token, std::string_view text) {
  std::string_view raw = text.substr(token.span.offset, token.span.length);
  char quote = '\'';
  switch (token.kind) {
    case TokenKind::kQuotedWord:
      quote = '`';
      raw = raw.substr(1, raw.size() - 2);
      break;
    case TokenKind::kString:
      raw = raw.substr(1, raw.size() - 2);
      break;
    case TokenKind::kUnicodeString:
      raw = raw.substr(3, raw.size() - 4);
      break;
    case TokenKind::kBinaryString:
      return std::string(raw.substr(2, raw.size() - 3));
    default:
      return std::string(raw);
  }
  std::string value;
  value.reserve(raw.size());
  for (size_t i = 0; i < raw.size(); ++i) {
    value += raw[i];
    if (raw[i] == quote) ++i;  // the lexer has seen its twin
  }
  if (token.kind == TokenKind::kUnicodeString) return DecodeUnicode(value, token.span);
  return value;
}

}  // namespace weir::sql
