#include <gtest/gtest.h>

#include <string>

#include "sql/diagnostics.h"
#include "sql/lexer.h"
#include "sql/parser.h"

namespace weir::sql {
namespace {

// What a person sees.
std::string ErrorOf(const std::string& text) {
  auto parsed = ParseScript(text);
  return parsed.ok() ? "no error" : RenderError(parsed.error(), text, "f");
}

TEST(ParserErrorTest, SayWhatWasFoundAndWhatWasExpected) {
  const struct {
    const char* text;
    const char* error;
  } cases[] = {
      {"SELECT a FORM t",
       "f:1:15: found 't', expected ',', FROM or ';'\n"
       "  SELECT a FORM t\n"
       "                ^\n"
       "  hint: did you mean FROM instead of FORM?\n"},
      {"SELEC 1",
       "f:1:1: found 'SELEC', expected a statement (SELECT, INSERT, CREATE, SET, ...)\n"
       "  SELEC 1\n"
       "  ^~~~~\n"
       "  hint: did you mean SELECT?\n"},
      {"SELECT\n  value\nFROM t",
       "f:2:3: found 'value', expected an expression\n"
       "    value\n"
       "    ^~~~~\n"
       "  hint: `value` is a reserved word; as a name it needs backticks\n"},
      {"SELECT FROM t",
       "f:1:8: found 'FROM', expected an expression\n"
       "  SELECT FROM t\n"
       "         ^~~~\n"},
      {"SELECT a FROM t WERE a > 1",
       "f:1:22: found 'a', expected ',', JOIN, WHERE, GROUP BY, ORDER BY or ';'\n"
       "  SELECT a FROM t WERE a > 1\n"
       "                       ^\n"
       "  hint: did you mean WHERE instead of WERE?\n"},
      {"SELECT (1 + 2",
       "f:1:14: found the end of the text, expected an operator or ')'\n"
       "  SELECT (1 + 2\n"
       "               ^\n"},
      {"SELECT 1 +\n\n-- nothing more\n",
       "f:1:11: found the end of the text, expected an expression\n"
       "  SELECT 1 +\n"
       "            ^\n"},
      {"SELECT 'a",
       "f:1:8: this string is never closed\n"
       "  SELECT 'a\n"
       "         ^\n"
       "  hint: add the closing quote\n"},
      {"SELECT /* x",
       "f:1:8: this comment is never closed\n"
       "  SELECT /* x\n"
       "         ^~\n"
       "  hint: add the closing */\n"},
      {"SELECT \"a\"",
       "f:1:8: unexpected character '\"'\n"
       "  SELECT \"a\"\n"
       "         ^\n"
       "  hint: write strings in single quotes and identifiers in backticks\n"},
      {"SELECT 1a",
       "f:1:8: this is neither a number nor a name\n"
       "  SELECT 1a\n"
       "         ^~\n"
       "  hint: a name that starts with a digit needs backticks\n"},
      {"SELECT 'a' 'b'",
       "f:1:12: two strings in a row\n"
       "  SELECT 'a' 'b'\n"
       "             ^~~\n"
       "  hint: join strings with ||; a quote inside a string is written twice\n"},
      {"CREATE TABLE t (a INT,)",
       "f:1:23: found ')', expected a column name\n"
       "  CREATE TABLE t (a INT,)\n"
       "                        ^\n"},
      {"CREATE TABLE t (a INT, WATERMAK FOR a AS a)",
       "f:1:33: found 'FOR', expected AS or a type\n"
       "  CREATE TABLE t (a INT, WATERMAK FOR a AS a)\n"
       "                                  ^~~\n"
       "  hint: did you mean WATERMARK instead of WATERMAK?\n"},
      {"CREATE TABLE t (a INT) WITH (connector = 'kafka')",
       "f:1:30: found 'connector', expected an option's key in single quotes\n"
       "  CREATE TABLE t (a INT) WITH (connector = 'kafka')\n"
       "                               ^~~~~~~~~\n"
       "  hint: write 'connector' = '...'\n"},
      {"SELECT INTERVAL '1' DAYZ",
       "f:1:21: found 'DAYZ', expected a time unit such as DAY, HOUR, MINUTE or SECOND\n"
       "  SELECT INTERVAL '1' DAYZ\n"
       "                      ^~~~\n"
       "  hint: did you mean DAY?\n"},
      {"SELECT * FROM a JOIN b JOIN c ON TRUE",
       "f:1:24: found 'JOIN', expected ON or USING\n"
       "  SELECT * FROM a JOIN b JOIN c ON TRUE\n"
       "                         ^~~~\n"},
      {"BEGIN STATEMENT SET; SELECT 1; END;",
       "f:1:22: found 'SELECT', expected INSERT or END\n"
       "  BEGIN STATEMENT SET; SELECT 1; END;\n"
       "                       ^~~~~~\n"},
      {"SELECT 1; SELECT\t\xC3\xA9\xC3\xA9 +;",
       "f:1:22: found ';', expected an expression\n"
       "  SELECT 1; SELECT\t\xC3\xA9\xC3\xA9 +;\n"
       "                  \t    ^\n"},
  };
  for (const auto& one : cases) EXPECT_EQ(ErrorOf(one.text), one.error) << one.text;
}

TEST(ParserErrorTest, RefusesWhatIsTooDeepOrTooLong) {
  const std::string deep(kMaxSqlBytes - 10, '(');
  for (const std::string& text : {
           "SELECT " + deep,
           "SELECT " + std::string(1000, '(') + "1" + std::string(1000, ')'),
           "SELECT " + std::string(100000, '-') + "1",
           [] {
             std::string nots = "SELECT ";
             for (int i = 0; i < 1000; ++i) nots += "NOT ";
             return nots + "TRUE";
           }(),
           [] {
             std::string casts = "SELECT CAST(1 AS ";
             for (int i = 0; i < 1000; ++i) casts += "ARRAY<";
             return casts;
           }(),
           [] {
             std::string from = "SELECT * FROM ";
             for (int i = 0; i < 1000; ++i) from += "(SELECT * FROM ";
             return from;
           }(),
           [] {
             std::string groups = "SELECT 1 GROUP BY ";
             for (int i = 0; i < 1000; ++i) groups += "ROLLUP(";
             return groups;
           }(),
       }) {
    // "--" begins a comment, so that one of them only lacks an expression.
    EXPECT_NE(ErrorOf(text), "no error") << text.substr(0, 40);
  }
  EXPECT_EQ(ErrorOf("SELECT " + std::string(kMaxSqlBytes, ' ')).substr(0, 50),
            "f:1:1: the text is longer than 1048576 bytes\n  SEL");
}

TEST(ParserErrorTest, RefusesChainsThatMakeHighTrees) {
  const auto chain = [](const std::string& first, const std::string& more, int times) {
    std::string text = first;
    for (int i = 0; i < times; ++i) text += more;
    return text;
  };
  EXPECT_EQ(ErrorOf(chain("SELECT 1", " + 1", 900)), "no error");
  for (const std::string& text :
       {chain("SELECT 1", " + 1", 5000), chain("SELECT a", "[1]", 5000),
        chain("SELECT 1", " UNION ALL SELECT 1", 5000), chain("SELECT * FROM t", ", t", 5000),
        chain("SELECT * FROM t", " CROSS JOIN t", 5000),
        chain("SELECT CAST(1 AS INT", " ARRAY", 5000) + ")"}) {
    EXPECT_NE(ErrorOf(text).find("more than 1000 parts"), std::string::npos)
        << text.substr(0, 40) << ErrorOf(text).substr(0, 200);
  }
  // Chains within chains add up.
  std::string nested = "1";
  for (int i = 0; i < 100; ++i) nested = chain("(" + nested + ")", " + 1", 50);
  EXPECT_NE(ErrorOf("SELECT " + nested), "no error");
}

TEST(ParserErrorTest, RefusesTextThatIsNotUtf8) {
  EXPECT_EQ(ErrorOf("SELECT '\xFF'"),
            "f:1:9: the text is not valid UTF-8 here\n"
            "  SELECT '\xFF'\n"
            "          ^\n");
  EXPECT_NE(ErrorOf("SELECT '\xC0\x80'"), "no error");
  EXPECT_NE(ErrorOf("SELECT '\xED\xA0\x80'"), "no error");
  EXPECT_NE(ErrorOf("SELECT '\xE2\x82"), "no error");
  EXPECT_EQ(ErrorOf("SELECT '\xE2\x82\xAC'"), "no error");
}

}  // namespace
}  // namespace weir::sql
