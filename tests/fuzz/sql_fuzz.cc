#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/check.h"
#include "sql/lexer.h"
#include "sql/parser.h"
#include "sql/unparse.h"

// Any text is parsed or refused with an error that can be shown; what was parsed is written again
// and means the same. Part by part, so that a broken statement does not hide those behind it.

namespace {

using weir::sql::SqlResult;

void CheckStatement(const weir::sql::ast::Statement& statement) {
  const std::string normal = weir::sql::Unparse(statement);
  SqlResult<weir::sql::ast::Statement> again = weir::sql::ParseStatement(normal);
  if (!again.ok()) {
    // The normal form may be longer than what is allowed, and nothing else may be wrong with it.
    CHECK(normal.size() > weir::sql::kMaxSqlBytes ||
          again.error().message.find("more than") != std::string::npos)
        << weir::sql::RenderError(again.error(), normal, "normal form");
    return;
  }
  CHECK_EQ(weir::sql::Unparse(*again), normal) << normal;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto script = weir::sql::ParseScript(text);
  if (script.ok()) {
    for (const auto& statement : *script) CheckStatement(statement);
  } else {
    weir::sql::RenderError(script.error(), text, "fuzz");
  }
  for (const weir::sql::SourceSpan& span : weir::sql::SplitScript(text)) {
    CHECK(span.end() <= text.size());
    auto statement = weir::sql::ParseStatementAt(text, span);
    if (statement.ok()) {
      CheckStatement(*statement);
    } else {
      weir::sql::RenderError(statement.error(), text, "fuzz");
    }
  }
  return 0;
}
