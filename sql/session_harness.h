#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sql/session.h"

// A session as its user sees it. For tests only.

namespace weir::sql {

inline std::string Text(const Value& value) {
  if (value.is_null()) return "null";
  if (const bool* flag = std::get_if<bool>(&value.v)) return *flag ? "true" : "false";
  return value.string();
}

// One user at a terminal: each script's answers as lines, errors as "error: message".
class Terminal {
 public:
  explicit Terminal(SessionOptions options = {}) : session_(std::move(options)) {}

  std::string Run(const std::string& script) {
    SqlResult<std::vector<SessionStatement>> statements = session_.Parse(script);
    if (!statements.ok()) return "syntax error: " + statements.error().message + "\n";
    std::string out;
    for (const SessionStatement& statement : *statements) {
      SqlResult<StatementResult> result = session_.Execute(statement);
      if (!result.ok()) {
        const SqlError& error = result.error();
        out += "error " + std::to_string(error.span.line) + ":" +
               std::to_string(error.span.column) + ": " + error.message + "\n";
        if (!error.hint.empty()) out += "hint: " + error.hint + "\n";
        continue;
      }
      last_ = *std::move(result);
      for (const std::vector<Value>& row : last_.rows) {
        for (size_t i = 0; i < row.size(); ++i) out += (i == 0 ? "" : " | ") + Text(row[i]);
        out += "\n";
      }
    }
    return out;
  }

  // Of the last statement that did not fail.
  const StatementResult& last() const { return last_; }
  Session& session() { return session_; }

 private:
  Session session_;
  StatementResult last_;
};

struct Step {
  const char* script;
  const char* answer;
};
inline void ExpectAnswers(Terminal& terminal, const std::vector<Step>& steps) {
  for (const Step& step : steps) EXPECT_EQ(terminal.Run(step.script), step.answer) << step.script;
}

}  // namespace weir::sql
