#include "client/shell/statement_buffer.h"

#include "sql/lexer.h"
#include "sql/parser.h"

namespace weir {

void StatementBuffer::AddLine(const std::string& line) {
  text_ += line;
  text_ += '\n';
}

std::optional<std::string> StatementBuffer::Next() {
  const std::vector<sql::SourceSpan> spans = sql::SplitScript(text_);
  if (spans.empty()) return std::nullopt;
  const sql::SourceSpan& first = spans.front();
  const std::vector<sql::Token> rest = sql::TokenizeWhatCan(text_.substr(first.end()));
  if (rest.front().kind != sql::TokenKind::kSemicolon) return std::nullopt;
  std::string statement = text_.substr(first.offset, first.length);
  text_.erase(0, first.end() + rest.front().span.end());
  if (empty()) Clear();
  return statement;
}

bool StatementBuffer::empty() const { return sql::SplitScript(text_).empty(); }

}  // namespace weir
