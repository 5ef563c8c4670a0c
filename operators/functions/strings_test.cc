#include <gtest/gtest.h>

#include "operators/expressions/test_expressions.h"

namespace weir {
namespace {

using namespace testing;  // NOLINT: the short names of cells

Cell Ch(const std::string& text) {
  return {DataType::Char(static_cast<int32_t>(text.size())), text};
}

struct Case {
  const char* function;
  std::vector<Cell> args;
  const char* expected;
};

void Check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    std::string call = c.function;
    for (const Cell& arg : c.args) {
      call += arg.type.is_string() && !arg.value.is_null() ? " '" + arg.value.string() + "'" : " _";
    }
    EXPECT_EQ(Call(c.function, c.args), c.expected) << call;
  }
}

const Cell kNull = Null(DataType::String());
const Cell kNullInt = Null(DataType::Int());

TEST(StringsTest, Joining) {
  Check({
      {"||", {S("a"), S("b")}, "ab"},
      {"||", {S("a"), kNull}, "null"},
      {"CONCAT", {S("a"), S(""), S("c")}, "ac"},
      {"CONCAT", {S("a"), kNull}, "null"},
      {"CONCAT_WS", {S("~"), S("a"), kNull, S(""), S("c")}, "a~~c"},
      {"CONCAT_WS", {kNull, S("a")}, "null"},
      {"CONCAT_WS", {S(","), kNull, kNull}, ""},
      {"REPEAT", {S("ab"), I(3)}, "ababab"},
      {"REPEAT", {S("ab"), I(-1)}, ""},
      {"REPEAT", {S("ab"), I(2147483647)}, "error: REPEAT makes a text of more than 64 MB"},
  });
}

TEST(StringsTest, LengthAndCase) {
  Check({
      {"CHAR_LENGTH", {S("")}, "0"},
      {"CHARACTER_LENGTH", {S("日本😀")}, "3"},
      {"CHAR_LENGTH", {{DataType::Char(5), "ab   "}}, "5"},
      {"UPPER", {S("Ünï straße")}, "ÜNÏ STRASSE"},
      {"LOWER", {S("ÀÉ X")}, "àé x"},
      {"UPPER", {kNull}, "null"},
      {"INITCAP", {S("hello WORLD foo-bar 1ab")}, "Hello World Foo-Bar 1ab"},
      {"INITCAP", {S("Ünïcödé")}, "ÜNïCöDé"},
      {"REVERSE", {S("日本a")}, "a本日"},
      {"REVERSE", {S("")}, ""},
  });
}

TEST(StringsTest, Trimming) {
  Check({
      {"TRIM", {S(" a b ")}, "a b"},
      {"TRIM", {S("BOTH"), S("x"), S("xxaxx")}, "a"},
      {"TRIM", {S("LEADING"), S("x"), S("xxaxx")}, "axx"},
      {"TRIM", {S("TRAILING"), S("x"), S("xxaxx")}, "xxa"},
      {"TRIM", {S("BOTH"), S("ab"), S("abcba")}, "c"},
      {"TRIM", {S("BOTH"), S("日"), S("日本日")}, "本"},
      {"TRIM", {S("BOTH"), kNull, S("a")}, "null"},
      {"TRIM", {S("\ta ")}, "\ta"},
      {"LTRIM", {S("abcabc"), S("ab")}, "cabc"},
      {"LTRIM", {S("  a ")}, "a "},
      {"RTRIM", {S("  a ")}, "  a"},
      {"RTRIM", {S("axx"), S("x")}, "a"},
      {"BTRIM", {S("///trim///"), S("/")}, "trim"},
      {"BTRIM", {S("xxx"), S("x")}, ""},
  });
}

TEST(StringsTest, Parts) {
  Check({
      {"SUBSTRING", {S("hello"), I(1)}, "hello"},
      {"SUBSTRING", {S("hello"), I(0)}, "hello"},
      {"SUBSTRING", {S("hello"), I(-2)}, "lo"},
      {"SUBSTRING", {S("hello"), I(6)}, ""},
      {"SUBSTRING", {S("hello"), I(2), I(100)}, "ello"},
      {"SUBSTRING", {S("hello"), I(-10), I(3)}, ""},
      {"SUBSTRING", {S("hello"), I(-3), I(2)}, "ll"},
      {"SUBSTRING", {S("hello"), I(0), I(2)}, "he"},
      {"SUBSTRING", {S("hello"), I(2), I(0)}, ""},
      {"SUBSTR", {S("a😀b"), I(2), I(1)}, "😀"},
      {"SUBSTRING", {S("abc"), kNullInt}, "null"},
      {"LEFT", {S("hello"), I(2)}, "he"},
      {"LEFT", {S("hello"), I(-1)}, ""},
      {"RIGHT", {S("日本語"), I(2)}, "本語"},
      {"RIGHT", {S("hello"), I(10)}, "hello"},
      {"RIGHT", {S("hello"), I(0)}, ""},
      {"SPLIT_INDEX", {S("a,b,,c"), S(","), I(2)}, ""},
      {"SPLIT_INDEX", {S("a,b,,c"), S(","), I(3)}, "c"},
      {"SPLIT_INDEX", {S("a,b,,c"), S(","), I(4)}, "null"},
      {"SPLIT_INDEX", {S("a,b"), S(","), I(-1)}, "null"},
      {"SPLIT_INDEX", {S(""), S(","), I(0)}, "null"},
      {"SPLIT_INDEX", {S(","), S(","), I(1)}, ""},
      {"SPLIT_INDEX", {S("abc"), S(""), I(1)}, "null"},
      {"SPLIT_INDEX", {S("a b"), S(""), I(1)}, "b"},
      {"SPLIT_INDEX", {S("a;b"), I(59), I(1)}, "b"},
      {"SPLIT", {S("a,b,,c"), S(",")}, "[a, b, , c]"},
      {"SPLIT", {S("日b"), S("")}, "[日, b]"},
      {"SPLIT", {S(""), S(",")}, "[]"},
      {"SPLIT", {kNull, S(",")}, "null"},
  });
}

TEST(StringsTest, Finding) {
  Check({
      {"POSITION", {S("b"), S("abc")}, "2"},
      {"POSITION", {S("x"), S("abc")}, "0"},
      {"POSITION", {S(""), S("abc")}, "1"},
      {"POSITION", {S("本"), S("日本")}, "2"},
      {"INSTR", {S("abc"), S("")}, "1"},
      {"LOCATE", {S("a"), S("banana"), I(3)}, "4"},
      {"LOCATE", {S("a"), S("banana"), I(100)}, "0"},
      {"LOCATE", {S("a"), S("banana"), I(0)}, "2"},
      {"LOCATE", {S(""), S("banana"), I(4)}, "1"},
      {"INSTR", {S("banana"), S("an"), I(3)}, "4"},
      {"INSTR", {S("banana"), S("an"), I(-1)}, "4"},
      {"INSTR", {S("banana"), S("an"), I(-1), I(2)}, "2"},
      {"INSTR", {S("banana"), S("an"), I(-1), I(3)}, "0"},
      {"INSTR", {S("banana"), S("an"), I(0)}, "0"},
      {"INSTR", {S("banana"), S("an"), I(-10)}, "0"},
      {"INSTR", {S("aaaa"), S("aa"), I(1), I(2)}, "2"},
      {"INSTR", {S("日本日本"), S("本"), I(3)}, "4"},
      {"INSTR", {S("a"), S("a"), I(1), I(0)}, "error: INSTR: there is no occurrence 0"},
      {"STARTSWITH", {S("hello"), S("he")}, "TRUE"},
      {"STARTSWITH", {S("hello"), S("")}, "TRUE"},
      {"ENDSWITH", {S("hello"), S("x")}, "FALSE"},
      {"STARTSWITH", {kNull, S("a")}, "null"},
  });
}

TEST(StringsTest, Replacing) {
  Check({
      {"REPLACE", {S("hello"), S("l"), S("LL")}, "heLLLLo"},
      {"REPLACE", {S("aaa"), S("aa"), S("b")}, "ba"},
      {"REPLACE", {S("日b"), S(""), S("-")}, "-日-b-"},
      {"REPLACE", {S("abc"), kNull, S("b")}, "null"},
      {"TRANSLATE", {S("abcba"), S("ab"), S("x")}, "xcx"},
      {"TRANSLATE", {S("abc"), kNull, S("x")}, "abc"},
      {"TRANSLATE", {S("abc"), S("a"), kNull}, "bc"},
      {"TRANSLATE", {kNull, S("a"), S("x")}, "null"},
      {"OVERLAY", {S("abcdef"), S("XY"), I(2)}, "aXYdef"},
      {"OVERLAY", {S("abcdef"), S("XY"), I(2), I(4)}, "aXYf"},
      {"OVERLAY", {S("abc"), S("XYZW"), I(3)}, "abXYZW"},
      {"OVERLAY", {S("abc"), S(""), I(2), I(1)}, "ac"},
      {"LPAD", {S("hi"), I(5), S("ab")}, "abahi"},
      {"RPAD", {S("hi"), I(5), S("ab")}, "hiaba"},
      {"LPAD", {S("hello"), I(3), S("x")}, "hel"},
      {"LPAD", {S("hi"), I(-1), S("x")}, "null"},
      {"LPAD", {S("hi"), I(4), S("")}, "null"},
      {"RPAD", {S("日"), I(3), S("本")}, "日本本"},
      {"LPAD", {S("hi"), I(0), S("x")}, ""},
      {"LPAD", {S("😀"), I(4), S("ab")}, "ab😀"},
      {"RPAD", {S("😀😁"), I(3), S("x")}, "😀"},
      {"RPAD", {S("a"), I(4), S("😀")}, "a😀"},
  });
}

TEST(StringsTest, Codes) {
  Check({
      {"ASCII", {S("abc")}, "97"},
      {"ASCII", {S("")}, "0"},
      {"ASCII", {S("é")}, "-61"},
      {"CHR", {I(97)}, "a"},
      {"CHR", {I(353)}, "a"},
      {"CHR", {I(-1)}, ""},
      {"IS_ALPHA", {S("abcé")}, "TRUE"},
      {"IS_ALPHA", {S("a1")}, "FALSE"},
      {"IS_ALPHA", {S("")}, "FALSE"},
      {"IS_ALPHA", {kNull}, "FALSE"},
      {"IS_DIGIT", {S("123")}, "TRUE"},
      {"IS_DIGIT", {S("-7")}, "FALSE"},
      {"IS_DECIMAL", {S("-7")}, "TRUE"},
      {"IS_DECIMAL", {S("1e5")}, "TRUE"},
      {"IS_DECIMAL", {S("NaN")}, "TRUE"},
      {"IS_DECIMAL", {S(" 1d")}, "TRUE"},
      {"IS_DECIMAL", {S("-١٢")}, "TRUE"},
      {"IS_DECIMAL", {S("-")}, "FALSE"},
      {"IS_DECIMAL", {S("0x10")}, "FALSE"},
      {"IS_DIGIT", {S("١٢")}, "TRUE"},
      {"IS_ALPHA", {S("١٢")}, "FALSE"},
      {"LOWER", {S("ΑΣ ΣΑ Σ")}, "ας σα σ"},
      {"IS_DECIMAL", {S(" ")}, "FALSE"},
  });
}

TEST(StringsTest, Types) {
  const Case cases[] = {
      {"||", {Ch("a"), Ch("bc")}, "CHAR(3)"},
      {"||", {Ch("a"), S("bc")}, "STRING"},
      {"UPPER", {Ch("abc")}, "CHAR(3)"},
      {"TRIM", {Ch("BOTH"), Ch(" "), Ch("abc")}, "VARCHAR(3)"},
      {"BTRIM", {Ch("abc")}, "STRING"},
      {"SUBSTRING", {{DataType::Char(3).NotNull(), "abc"}, I(1)}, "VARCHAR(3)"},
      {"CONCAT", {{DataType::Char(1).NotNull(), "a"}}, "STRING NOT NULL"},
      {"OVERLAY", {Ch("abcdef"), Ch("XY"), I(2)}, "VARCHAR(8)"},
  };
  for (const Case& c : cases) EXPECT_EQ(CallType(c.function, c.args), c.expected) << c.function;
}

TEST(StringsTest, Refuses) {
  EXPECT_EQ(Call("UPPER", {I(1)}), "error: Cannot apply 'UPPER' to (INT): expected UPPER(string)");
  EXPECT_TRUE(Call("CONCAT", {I(1), S("a")}).starts_with("error"));
  EXPECT_TRUE(Call("||", {S("5"), I(1)}).starts_with("error"));
  EXPECT_TRUE(Call("SUBSTRING", {S("5")}).starts_with("error"));
  EXPECT_TRUE(Call("SUBSTRING", {S("5"), S("1")}).starts_with("error"));
}

}  // namespace
}  // namespace weir
