#include <gtest/gtest.h>

#include "operators/expressions/test_expressions.h"

namespace weir {
namespace {

using namespace testing;  // NOLINT: the short names of cells

struct Case {
  const char* function;
  std::vector<Cell> args;
  const char* expected;
};

TEST(RegexpFunctionsTest, All) {
  const Cell null = Null(DataType::String());
  const Case cases[] = {
      {"REGEXP_EXTRACT", {S("foothebar"), S("foo(.*?)(bar)"), I(2)}, "bar"},
      {"REGEXP_EXTRACT", {S("foothebar"), S("foo(.*?)(bar)"), I(1)}, "the"},
      {"REGEXP_EXTRACT", {S("foothebar"), S("foo(.*?)(bar)")}, "foothebar"},
      {"REGEXP_EXTRACT", {S("abc"), S("x")}, "null"},
      {"REGEXP_EXTRACT", {S("abc"), S("("), I(0)}, "null"},
      {"REGEXP_EXTRACT", {S("abc"), S("b"), I(5)}, "null"},
      {"REGEXP_EXTRACT", {S("abc"), S("b"), I(-1)}, "null"},
      {"REGEXP_EXTRACT", {S("a"), S("(a)|(b)"), I(2)}, "null"},
      {"REGEXP_EXTRACT", {S("日本語"), S("本.")}, "本語"},
      {"REGEXP_EXTRACT", {S("Ab"), S("(?i)aB")}, "Ab"},
      {"REGEXP_EXTRACT", {S("abc"), S("(?<first>a)b"), I(1)}, "a"},
      {"REGEXP_EXTRACT", {S("aab"), S("(a)\\1")}, "null"},
      {"REGEXP_EXTRACT", {null, S("b")}, "null"},
      {"REGEXP_EXTRACT_ALL", {S("a1b2"), S("([a-z])\\d"), I(1)}, "[a, b]"},
      {"REGEXP_EXTRACT_ALL", {S("a1b2"), S("([a-z])\\d")}, "[a, b]"},
      {"REGEXP_EXTRACT_ALL", {S("a1b2"), S("x()")}, "[]"},
      {"REGEXP_EXTRACT_ALL", {S("a1b2"), S("(")}, "null"},
      {"REGEXP_REPLACE", {S("foobar"), S("oo|ar"), S("")}, "fb"},
      {"REGEXP_REPLACE", {S("abc"), S(""), S("-")}, "-a-b-c-"},
      {"REGEXP_REPLACE", {S("日b"), S(""), S("-")}, "-日-b-"},
      {"REGEXP_REPLACE", {S("abc"), S("("), S("y")}, "null"},
      {"REGEXP_REPLACE", {S("xyz"), S("(y)"), S("[$1]")}, "x[$1]z"},
      {"REGEXP_REPLACE", {S("a.b.c"), S("\\."), S("x")}, "axbxc"},
      {"REGEXP", {S("abc"), S("b")}, "TRUE"},
      {"REGEXP", {S("abc"), S("^b")}, "FALSE"},
      {"REGEXP", {S("abc"), S("(")}, "FALSE"},
      {"REGEXP", {S("abc"), S("")}, "FALSE"},
      {"REGEXP", {null, S("a")}, "null"},
      {"REGEXP_COUNT", {S("hello world"), S("o")}, "2"},
      {"REGEXP_COUNT", {S("abc"), S("x")}, "0"},
      {"REGEXP_SUBSTR", {S(""), S("")}, ""},
      {"REGEXP_INSTR", {S("日本o"), S("o")}, "3"},
      {"REGEXP_INSTR", {S("abc"), S("x")}, "0"},
      {"REGEXP_SUBSTR", {S("hello world"), S("w.*")}, "world"},
      {"SIMILAR TO", {S("abc"), S("(a|x)b.")}, "TRUE"},
      {"SIMILAR TO", {S("abc"), S("(a|x)b_")}, "TRUE"},
      {"SIMILAR TO", {S("abc"), S("a")}, "FALSE"},
      {"SIMILAR TO", {S("abc"), S("a%")}, "TRUE"},
      {"SIMILAR TO", {S("aab"), S("a+b")}, "TRUE"},
      {"SIMILAR TO", {S("a%"), S("a!%"), S("!")}, "TRUE"},
      {"SIMILAR TO", {S("ab"), S("a!%"), S("!")}, "FALSE"},
      {"SIMILAR TO", {S("a-b"), S("[a-z]-[^x]")}, "TRUE"},
  };
  for (const Case& c : cases) EXPECT_EQ(Call(c.function, c.args), c.expected) << c.function;
  EXPECT_TRUE(Call("SIMILAR TO", {S("a"), S("(")}).starts_with("error: SIMILAR TO"));
}

}  // namespace
}  // namespace weir
