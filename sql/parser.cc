#include "sql/parser.h"

#include <charconv>

#include "sql/parser_impl.h"

namespace weir::sql {

using ast::Identifier;
using ast::Name;

namespace {

std::string_view Spelling(TokenKind kind) {
  switch (kind) {
    case TokenKind::kLeftParen:
      return "'('";
    case TokenKind::kRightParen:
      return "')'";
    case TokenKind::kLeftBracket:
      return "'['";
    case TokenKind::kRightBracket:
      return "']'";
    case TokenKind::kComma:
      return "','";
    case TokenKind::kSemicolon:
      return "';'";
    case TokenKind::kDot:
      return "'.'";
    case TokenKind::kEqual:
      return "'='";
    case TokenKind::kLess:
      return "'<'";
    case TokenKind::kGreater:
      return "'>'";
    case TokenKind::kColon:
      return "':'";
    case TokenKind::kHintEnd:
      return "'*/'";
    case TokenKind::kRightBrace:
      return "'}'";
    case TokenKind::kMinusRightBrace:
      return "'-}'";
    default:
      return "something else";
  }
}

// Words that nobody means as a name: there something is missing before them.
bool IsStructural(Keyword keyword) {
  switch (keyword) {
    case Keyword::kAND:
    case Keyword::kAS:
    case Keyword::kCREATE:
    case Keyword::kELSE:
    case Keyword::kFROM:
    case Keyword::kGROUP:
    case Keyword::kHAVING:
    case Keyword::kINSERT:
    case Keyword::kINTO:
    case Keyword::kJOIN:
    case Keyword::kLIMIT:
    case Keyword::kON:
    case Keyword::kOR:
    case Keyword::kORDER:
    case Keyword::kSELECT:
    case Keyword::kSET:
    case Keyword::kTHEN:
    case Keyword::kUNION:
    case Keyword::kVALUES:
    case Keyword::kWHEN:
    case Keyword::kWHERE:
    case Keyword::kWITH:
      return true;
    default:
      return false;
  }
}

// The index of the ')' of each '('.
std::vector<uint32_t> MatchParentheses(const std::vector<Token>& tokens) {
  std::vector<uint32_t> closing(tokens.size(), 0);
  std::vector<uint32_t> open;
  for (uint32_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind == TokenKind::kLeftParen) {
      open.push_back(i);
    } else if (tokens[i].kind == TokenKind::kRightParen && !open.empty()) {
      closing[open.back()] = i;
      open.pop_back();
    } else if (tokens[i].kind == TokenKind::kSemicolon) {
      open.clear();
    }
  }
  return closing;
}

}  // namespace

Parser::Parser(std::string_view text, std::vector<Token> tokens)
    : text_(text), tokens_(std::move(tokens)), closing_(MatchParentheses(tokens_)) {}

// ---------------------------------------------------------------------------------------- tokens

bool Parser::AtAny(std::initializer_list<Keyword> keywords) {
  if (expected_at_ != at_) {
    expected_at_ = at_;
    expected_.clear();
  }
  expected_.insert(expected_.end(), keywords);
  for (Keyword keyword : keywords) {
    if (At(keyword)) return true;
  }
  return false;
}

bool Parser::Accept(TokenKind kind) {
  if (!At(kind)) return false;
  Take();
  return true;
}

bool Parser::Accept(Keyword keyword) {
  if (!AtAny({keyword})) return false;
  Take();
  return true;
}

bool Parser::Accept(Keyword first, Keyword second) {
  if (!AtAny({first}) || !At(second, 1)) return false;
  Take();
  Take();
  return true;
}

SqlStatus Parser::Expect(TokenKind kind) {
  if (Accept(kind)) return {};
  return Unexpected(Spelling(kind));
}

SqlStatus Parser::Expect(Keyword keyword) {
  if (Accept(keyword)) return {};
  return Unexpected(KeywordText(keyword));
}

SqlStatus Parser::Expect(Keyword first, Keyword second) {
  SQL_RETURN_IF_ERROR(Expect(first));
  return Expect(second);
}

SqlStatus Parser::ExpectEnd() {
  if (At(TokenKind::kEnd)) return {};
  return Unexpected("the end of the text");
}

// ---------------------------------------------------------------------------------------- errors

SqlError Parser::ErrorAt(const SourceSpan& span, std::string message, std::string hint) const {
  return SqlError{StatusCode::kInvalidArgument, std::move(message), span, std::move(hint)};
}

void Parser::SetFollow(std::string_view follow) {
  follow_ = follow;
  follow_at_ = at_;
}

SqlError Parser::Unexpected(std::string_view expected) {
  const Token& token = Peek();
  SourceSpan span = token.span;
  std::string message = "found ";
  if (token.kind == TokenKind::kEnd) {
    message += "the end of the text";
    if (at_ > 0) {
      // Right behind the last token: what follows may be blank lines and comments.
      const Token& last = Previous();
      span = last.span;
      for (uint32_t i = last.span.offset; i < last.span.end(); ++i) {
        if (text_[i] == '\n') {
          ++span.line;
          span.column = 1;
        } else if ((static_cast<unsigned char>(text_[i]) & 0xC0) != 0x80) {
          ++span.column;
        }
      }
      span.offset = last.span.end();
    }
    span.length = 0;
  } else if (token.kind == TokenKind::kString) {
    message += "the string ";
    message += TextOf(token);
  } else if (token.kind == TokenKind::kQuotedWord) {
    message += TextOf(token);
  } else {
    message.append("'").append(TextOf(token)).append("'");
  }
  message.append(", expected ");
  if (follow_at_ == at_ && !follow_.empty()) message.append(follow_).append(" or ");
  message.append(expected);
  // "a column name", "an expression": a word was wanted.
  const bool name_expected = (expected.starts_with("a ") || expected.starts_with("an ")) &&
                             !expected.starts_with("a statement");
  return ErrorAt(span, std::move(message), HintForUnexpected(name_expected));
}

namespace {

bool BeginsStatement(Keyword keyword) {
  switch (keyword) {
    case Keyword::kCREATE:
    case Keyword::kALTER:
    case Keyword::kDROP:
    case Keyword::kINSERT:
    case Keyword::kSELECT:
    case Keyword::kEXECUTE:
    case Keyword::kEXPLAIN:
    case Keyword::kSHOW:
    case Keyword::kDESCRIBE:
    case Keyword::kUSE:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string Parser::HintForUnexpected(bool name_expected) const {
  constexpr auto words = [](const std::vector<Keyword>& keywords) {
    std::vector<std::string> out;
    for (Keyword keyword : keywords) out.emplace_back(KeywordText(keyword));
    return out;
  };
  // A longer word only: `a` is near IN, OR, AS and says nothing.
  constexpr size_t kShortestTypo = 3;
  const Token& token = Peek();
  // SELECT a FORM t: FORM was taken for an alias.
  if (alias_at_ + 1 == at_ && at_ > 0 && Previous().span.length >= kShortestTypo &&
      Previous().kind == TokenKind::kWord) {
    std::optional<std::string> near = NearestName(TextOf(Previous()), words(alias_expected_));
    if (near)
      return "did you mean " + *near + " instead of " + std::string(TextOf(Previous())) + "?";
  }
  if (token.kind == TokenKind::kWord && expected_at_ == at_ && token.span.length >= kShortestTypo) {
    std::optional<std::string> near = NearestName(TextOf(token), words(expected_));
    if (near && FindKeyword(TextOf(token)) != FindKeyword(*near)) {
      return "did you mean " + *near + "?";
    }
  }
  if (at_ > 0 && Previous().kind == TokenKind::kComma && name_expected &&
      IsStructural(token.keyword)) {
    return "leave out the comma before it";
  }
  if (at_ > 0 && Previous().kind == TokenKind::kEqual && token.kind == TokenKind::kEqual) {
    return "a single = compares";
  }
  if (at_ > 0 && BeginsStatement(token.keyword) && Previous().kind != TokenKind::kSemicolon &&
      token.span.line > Previous().span.line) {
    return "a statement ends with ;";
  }
  if (name_expected && IsReserved(token.keyword) && !IsStructural(token.keyword)) {
    return "`" + std::string(TextOf(token)) + "` is a reserved word; as a name it needs backticks";
  }
  return "";
}

SqlStatus Parser::CheckNesting() const {
  if (nesting_ <= kMaxNesting) return {};
  return ErrorAt(Here(), "this is nested more than " + std::to_string(kMaxNesting) + " deep",
                 "split it with WITH or a view");
}

SqlStatus Parser::Grow() {
  if (++height_ <= kMaxTreeHeight) return {};
  return ErrorAt(Here(), "this chain has more than " + std::to_string(kMaxTreeHeight) + " parts",
                 "split it with WITH or a view");
}

// ------------------------------------------------------------------------------- names and lists

bool Parser::AtIdentifier(size_t ahead) const {
  const Token& token = Peek(ahead);
  return token.kind == TokenKind::kQuotedWord ||
         (token.kind == TokenKind::kWord && !IsReserved(token.keyword));
}

SqlResult<Identifier> Parser::ParseIdentifier(std::string_view what) {
  if (!AtIdentifier()) return Unexpected(what);
  const Token& token = Take();
  ASSIGN_OR_RETURN(std::string value, TokenValue(token, text_));
  return Identifier{std::move(value), token.span};
}

SqlResult<Name> Parser::ParseName(std::string_view what) {
  const SourceSpan start = Here();
  Name name;
  do {
    ASSIGN_OR_RETURN(Identifier part, ParseIdentifier(what));
    name.parts.push_back(std::move(part));
  } while (At(TokenKind::kDot) && !At(TokenKind::kStar, 1) && Accept(TokenKind::kDot));
  name.span = From(start);
  return name;
}

SqlResult<std::string> Parser::ParseString(std::string_view what) {
  if (!At(TokenKind::kString) && !At(TokenKind::kUnicodeString)) return Unexpected(what);
  return TokenValue(Take(), text_);
}

SqlResult<int64_t> Parser::ParseInteger(std::string_view what) {
  if (!At(TokenKind::kInteger)) return Unexpected(what);
  const Token& token = Take();
  const std::string_view digits = TextOf(token);
  int64_t value = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc()) {
    return ErrorAt(token.span, "this number is too large");
  }
  return value;
}

SqlResult<int32_t> Parser::ParseSmallInteger(std::string_view what) {
  const SourceSpan span = Here();
  ASSIGN_OR_RETURN(int64_t value, ParseInteger(what));
  if (value > INT32_MAX) return ErrorAt(span, "this number is too large");
  return static_cast<int32_t>(value);
}

SqlResult<std::vector<Identifier>> Parser::ParseIdentifierList(std::string_view what) {
  std::vector<Identifier> list;
  do {
    ASSIGN_OR_RETURN(Identifier one, ParseIdentifier(what));
    list.push_back(std::move(one));
  } while (Accept(TokenKind::kComma));
  return list;
}

SqlResult<std::vector<Identifier>> Parser::ParseParenthesizedIdentifiers(std::string_view what) {
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  ASSIGN_OR_RETURN(std::vector<Identifier> list, ParseIdentifierList(what));
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  return list;
}

SqlResult<ast::Option> Parser::ParseOption() {
  ast::Option option;
  option.key_span = Here();
  if (AtIdentifier()) {
    SqlError error = Unexpected("an option's key in single quotes");
    error.hint = "write '" + std::string(TextOf(Peek())) + "' = '...'";
    return error;
  }
  ASSIGN_OR_RETURN(option.key, ParseString("an option's key in single quotes"));
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kEqual));
  option.value_span = Here();
  ASSIGN_OR_RETURN(option.value, ParseString("the option's value in single quotes"));
  return option;
}

SqlResult<std::vector<ast::Option>> Parser::ParseOptions() {
  std::vector<ast::Option> options;
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  if (Accept(TokenKind::kRightParen)) return options;
  do {
    ASSIGN_OR_RETURN(ast::Option option, ParseOption());
    options.push_back(std::move(option));
  } while (Accept(TokenKind::kComma));
  SQL_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  return options;
}

// ----------------------------------------------------------------------------------- entry points

SqlResult<std::vector<ast::Statement>> ParseScript(std::string_view text) {
  ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(text));
  return Parser(text, std::move(tokens)).ParseScript();
}

namespace {

SqlResult<ast::Statement> OnlyStatement(SqlResult<std::vector<ast::Statement>> parsed) {
  ASSIGN_OR_RETURN(std::vector<ast::Statement> script, std::move(parsed));
  if (script.empty()) {
    return SqlError{StatusCode::kInvalidArgument, "there is no statement", SourceSpan{}, ""};
  }
  if (script.size() > 1) {
    return SqlError{StatusCode::kInvalidArgument, "only one statement is allowed here",
                    script[1].span, ""};
  }
  return std::move(script[0]);
}

}  // namespace

SqlResult<ast::Statement> ParseStatement(std::string_view text) {
  return OnlyStatement(ParseScript(text));
}

SqlResult<ast::Statement> ParseStatementAt(std::string_view text, const SourceSpan& span) {
  ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(text, span));
  return OnlyStatement(Parser(text, std::move(tokens)).ParseScript());
}

std::vector<SourceSpan> SplitScript(std::string_view text) {
  const std::vector<Token> tokens = TokenizeWhatCan(text);
  std::vector<SourceSpan> statements;
  size_t first = 0;  // token of the current statement
  bool in_set = false;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    const auto starts_with = [&](Keyword a, Keyword b, Keyword c) {
      return i == first && i + 2 < tokens.size() && token.keyword == a &&
             tokens[i + 1].keyword == b && tokens[i + 2].keyword == c;
    };
    if (starts_with(Keyword::kEXECUTE, Keyword::kSTATEMENT, Keyword::kSET) ||
        starts_with(Keyword::kBEGIN, Keyword::kSTATEMENT, Keyword::kSET) ||
        starts_with(Keyword::kEXPLAIN, Keyword::kSTATEMENT, Keyword::kSET)) {
      in_set = true;
    }
    if (token.kind == TokenKind::kEnd) {
      // Up to the end of the text, which is further when not all of it could be read.
      if (token.span.offset < text.size()) {
        const SourceSpan start = i > first ? tokens[first].span : token.span;
        SourceSpan rest = start;
        rest.length = static_cast<uint32_t>(text.size()) - start.offset;
        statements.push_back(rest);
      } else if (i > first) {
        statements.push_back(Cover(tokens[first].span, tokens[i - 1].span));
      }
    } else if (token.kind == TokenKind::kSemicolon) {
      // A set ends with END; only.
      if (in_set && tokens[i - 1].keyword != Keyword::kEND) continue;
      if (i > first) statements.push_back(Cover(tokens[first].span, tokens[i - 1].span));
      first = i + 1;
      in_set = false;
    }
  }
  return statements;
}

SqlResult<ast::QueryPtr> ParseQuery(std::string_view text) {
  ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(text));
  Parser parser(text, std::move(tokens));
  ASSIGN_OR_RETURN(ast::QueryPtr query, parser.ParseQuery());
  SQL_RETURN_IF_ERROR(parser.ExpectEnd());
  return query;
}

SqlResult<ast::ExprPtr> ParseExpression(std::string_view text) {
  ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(text));
  Parser parser(text, std::move(tokens));
  ASSIGN_OR_RETURN(ast::ExprPtr expr, parser.ParseExpr());
  SQL_RETURN_IF_ERROR(parser.ExpectEnd());
  return expr;
}

SqlResult<ast::TypeName> ParseType(std::string_view text) {
  ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(text));
  Parser parser(text, std::move(tokens));
  ASSIGN_OR_RETURN(ast::TypeName type, parser.ParseType());
  SQL_RETURN_IF_ERROR(parser.ExpectEnd());
  return type;
}

}  // namespace weir::sql
