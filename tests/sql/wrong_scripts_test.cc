#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "sql/session.h"

// Scripts that are wrong, and what a person reads about it: tests/sql/wrong/**/NAME.sql is run up
// to its first error, and NAME.out beside it holds that error as the command line prints it.
// Nothing runs: these are the errors that come before a job does.
//
// With WEIR_RECORD_WRONG=1 in its environment the test writes the .out files; read the diff.

namespace weir::sql {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolder = "tests/sql/wrong";  // ctest runs in the project's root

std::string Read(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string FirstErrorOf(const std::string& text, const std::string& name) {
  Session session({});
  SqlResult<std::vector<SessionStatement>> statements = session.Parse(text);
  if (!statements.ok()) return RenderError(statements.error(), text, name);
  for (const SessionStatement& statement : *statements) {
    SqlResult<StatementResult> result = session.Execute(statement);
    if (!result.ok()) return RenderError(result.error(), text, name);
    if (!result->job) continue;
    if (Status status = ValidateOutside(*result->job); !status.ok()) {
      return RenderError({status.code(), status.message(), statement.statement.span, ""}, text,
                         name);
    }
  }
  return "no error\n";
}

std::vector<fs::path> Scripts() {
  std::vector<fs::path> scripts;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(kFolder)) {
    if (entry.path().extension() == ".sql") scripts.push_back(entry.path());
  }
  std::sort(scripts.begin(), scripts.end());
  return scripts;
}

TEST(WrongScriptsTest, SayWhatIsWrongWhereAndWhatToDo) {
  const bool record = std::getenv("WEIR_RECORD_WRONG") != nullptr;
  const std::vector<fs::path> scripts = Scripts();
  ASSERT_GE(scripts.size(), 60u);
  for (const fs::path& script : scripts) {
    const std::string said = FirstErrorOf(Read(script), script.filename());
    const fs::path expected = fs::path(script).replace_extension(".out");
    EXPECT_NE(said, "no error\n") << script;
    if (record) {
      std::ofstream(expected) << said;
    } else {
      EXPECT_EQ(said, Read(expected)) << script;
    }
  }
}

}  // namespace
}  // namespace weir::sql
