#include "sql/diagnostics.h"

#include <gtest/gtest.h>

namespace weir::sql {
namespace {

TEST(DiagnosticsTest, NearestNameForgivesAThirdOfTheLetters) {
  const std::vector<std::string> names = {"amount", "userId", "ts", "a"};
  const struct {
    const char* name;
    const char* nearest;  // null: none
  } cases[] = {
      {"amont", "amount"},    // one missing
      {"amuont", "amount"},   // two swapped count once
      {"AMOUNT", "amount"},   // case does not count
      {"user_id", "userId"},  // one more
      {"tss", "ts"},          //
      {"quantity", nullptr},  // too far
      {"b", nullptr},         // any one letter is near any other
      {"A", "a"},             //
      {"", nullptr},          //
  };
  for (const auto& one : cases) {
    EXPECT_EQ(NearestName(one.name, names).value_or("none"), one.nearest ? one.nearest : "none")
        << one.name;
  }
  EXPECT_EQ(NearestName("x", {}), std::nullopt);
  EXPECT_EQ(DidYouMean("amont", names), "did you mean `amount`?");
}

TEST(DiagnosticsTest, TheCaretStandsUnderItsCharacter) {
  const std::string text = "SELECT 1;\nSELECT\t'\xC3\xA9', amont\nFROM t";
  const SqlError error{StatusCode::kNotFound, "no column", SourceSpan{23, 5, 2, 13}, "a hint"};
  EXPECT_EQ(RenderError(error, text, "job.sql"),
            "job.sql:2:13: no column\n"
            "  SELECT\t'\xC3\xA9', amont\n"
            "        \t     ^~~~~\n"
            "  hint: a hint\n");
}

TEST(DiagnosticsTest, LongLinesAreCutAroundTheError) {
  const std::string text = std::string(1000, 'x') + "ERROR" + std::string(1000, 'y');
  const SqlError error{StatusCode::kInvalidArgument, "bad", SourceSpan{1000, 5, 1, 1001}, ""};
  const std::string shown = RenderError(error, text, "f");
  EXPECT_LT(shown.size(), 400u);
  const size_t caret = shown.find('^') - shown.rfind('\n', shown.find('^'));
  const size_t place = shown.find("ERROR") - shown.rfind('\n', shown.find("ERROR"));
  EXPECT_EQ(caret, place);
}

TEST(DiagnosticsTest, SecretsAreNotShown) {
  const std::string text = "WITH ('password' = 'hush', 'url' = 'jdbc:x://u:hush@h', 'b' = 1)";
  const SqlError error{StatusCode::kInvalidArgument, "bad password=hush",
                       SourceSpan{static_cast<uint32_t>(text.find("1)")), 1, 1, 1}, ""};
  EXPECT_EQ(RenderError(error, text, "f"),
            "f:1:1: bad password=******\n"
            "  WITH ('password' = '****', 'url' = 'jdbc:x://u:****@h', 'b' = 1)\n"
            "                                                                ^\n");
  const std::string lines = "WITH ('password' = 'hu\nsh', 1)";
  EXPECT_EQ(
      RenderError({StatusCode::kInvalidArgument, "bad", SourceSpan{23, 1, 2, 1}, ""}, lines, "f")
          .find("sh"),
      std::string::npos);
}

TEST(DiagnosticsTest, ASpanBeyondTheTextIsHarmless) {
  const SqlError error{StatusCode::kInvalidArgument, "bad", SourceSpan{99, 5, 7, 1}, ""};
  EXPECT_EQ(RenderError(error, "SELECT", "f"), "f:7:1: bad\n  SELECT\n        ^\n");
  EXPECT_EQ(RenderError(error, "", "f"), "f:7:1: bad\n");
}

}  // namespace
}  // namespace weir::sql
