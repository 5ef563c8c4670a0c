#include "client/shell/statement_buffer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir {
namespace {

std::vector<std::string> Statements(StatementBuffer& buffer) {
  std::vector<std::string> statements;
  while (auto statement = buffer.Next()) statements.push_back(*std::move(statement));
  return statements;
}

using Texts = std::vector<std::string>;

TEST(StatementBufferTest, AStatementEndsWithItsSemicolon) {
  StatementBuffer buffer;
  buffer.AddLine("SELECT 1,");
  EXPECT_EQ(Statements(buffer), Texts());
  EXPECT_FALSE(buffer.empty());
  buffer.AddLine("  2; SELECT 3; SEL");
  EXPECT_EQ(Statements(buffer), (Texts{"SELECT 1,\n  2", "SELECT 3"}));
  EXPECT_EQ(buffer.text(), " SEL\n");
  buffer.Clear();
  EXPECT_TRUE(buffer.empty());
}

TEST(StatementBufferTest, SemicolonsWithinAreNone) {
  StatementBuffer buffer;
  buffer.AddLine("SELECT 'a;");
  buffer.AddLine("b' -- c;");
  buffer.AddLine("/* d; */ , `e;`");
  EXPECT_EQ(Statements(buffer), Texts());
  buffer.AddLine("-- f");
  buffer.AddLine(";");
  EXPECT_EQ(Statements(buffer), (Texts{"SELECT 'a;\nb' -- c;\n/* d; */ , `e;`"}));
  EXPECT_EQ(buffer.text(), "");
}

TEST(StatementBufferTest, AStatementSetIsOne) {
  StatementBuffer buffer;
  buffer.AddLine("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1;");
  EXPECT_EQ(Statements(buffer), Texts());
  buffer.AddLine("END;");
  EXPECT_EQ(Statements(buffer).size(), 1u);
}

TEST(StatementBufferTest, BlanksAndCommentsAreNothing) {
  StatementBuffer buffer;
  buffer.AddLine("");
  buffer.AddLine("  -- only; this");
  buffer.AddLine(";;");
  EXPECT_EQ(Statements(buffer), Texts());
  EXPECT_TRUE(buffer.empty());
}

}  // namespace
}  // namespace weir
