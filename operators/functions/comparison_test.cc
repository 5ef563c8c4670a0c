#include <gtest/gtest.h>

#include <limits>

#include "operators/expressions/test_expressions.h"

namespace weir {
namespace {

using namespace testing;  // NOLINT: the short names of cells

TEST(ComparisonTest, Orders) {
  struct Case {
    Cell a;
    Cell b;
    const char* results;  // of = <> < <= > >=, T or F
  };
  const Case cases[] = {
      {I(1), L(1), "TFFTFT"},
      {I(1), I(2), "FTTTFF"},
      {S("abc"), S("abd"), "FTTTFF"},
      {S(""), S("a"), "FTTTFF"},
      {S("é"), S("z"), "FTFFTT"},
      {B(false), B(true), "FTTTFF"},
      {I(1), Decimal("1.0", 2, 1), "TFFTFT"},
      {Decimal("1.5", 2, 1), Decimal("1.50", 10, 2), "TFFTFT"},
      {Decimal("99999999999999999999999999999999999999", 38, 0), Decimal("0.5", 38, 38), "FTFFTT"},
      {D(0.1), Decimal("0.1", 2, 1), "TFFTFT"},
      {D(-0.0), D(0.0), "TFFTFT"},
      {D(std::numeric_limits<double>::quiet_NaN()), D(1), "FTFFFF"},
      {D(std::numeric_limits<double>::quiet_NaN()), D(std::numeric_limits<double>::quiet_NaN()),
       "TFFFFF"},
      {Date("2024-01-01"), Date("2024-01-02"), "FTTTFF"},
      {TS("2024-01-01 00:00:00", 0), TS("2024-01-01 00:00:00", 3), "TFFTFT"},
      {Date("2024-01-01"), S("2024-01-01"), "TFFTFT"},
  };
  const char* functions[] = {"=", "<>", "<", "<=", ">", ">="};
  for (const Case& c : cases) {
    for (size_t i = 0; i < 6; ++i) {
      EXPECT_EQ(Call(functions[i], {c.a, c.b}), c.results[i] == 'T' ? "TRUE" : "FALSE")
          << functions[i] << " " << c.a.type << " " << c.b.type;
    }
  }
  for (const char* function : functions) {
    EXPECT_EQ(Call(function, {I(1), Null(DataType::Int())}), "null");
  }
}

TEST(ComparisonTest, FloatAgainstDoubleFollowsTheFirst) {
  Cell f{DataType::Float(), 0.1};
  EXPECT_EQ(Call("=", {f, D(0.1)}), "TRUE");
  EXPECT_EQ(Call("=", {D(0.1), f}), "FALSE");
}

TEST(ComparisonTest, Refuses) {
  EXPECT_EQ(
      Call("=", {I(1), S("1")}),
      "error: Cannot apply '=' to (INT, STRING): expected value = value of a comparable type");
  EXPECT_TRUE(Call("=", {Date("2024-01-01"), TS("2024-01-01 00:00:00")}).starts_with("error"));
  EXPECT_TRUE(Call("=", {I(1), B(true)}).starts_with("error"));
}

TEST(ComparisonTest, Nested) {
  using VL = Value::List;
  DataType array = DataType::Array(DataType::Int());
  EXPECT_EQ(Call("=", {{array, VL{1, 2}}, {array, VL{1, 2}}}), "TRUE");
  EXPECT_EQ(Call("<>", {{array, VL{1, 2}}, {array, VL{1}}}), "TRUE");
  DataType row = DataType::Row({{"a", DataType::Int()}, {"b", DataType::String()}});
  EXPECT_EQ(Call("=", {{row, VL{1, "x"}}, {row, VL{1, "x"}}}), "TRUE");
  EXPECT_EQ(Call("=", {{row, VL{1, "x"}}, {row, VL{1, "y"}}}), "FALSE");
  DataType map = DataType::Map(DataType::String(), DataType::Int());
  EXPECT_EQ(Call("=", {{map, VL{VL{"a", 1}, VL{"b", 2}}}, {map, VL{VL{"b", 2}, VL{"a", 1}}}}),
            "TRUE");
}

TEST(ComparisonTest, Tests) {
  Cell null = Null(DataType::Boolean());
  struct Case {
    const char* function;
    const char* results;  // of TRUE, FALSE, NULL
  };
  for (const Case& c :
       {Case{"IS NULL", "FFT"}, Case{"IS NOT NULL", "TTF"}, Case{"IS TRUE", "TFF"},
        Case{"IS NOT TRUE", "FTT"}, Case{"IS FALSE", "FTF"}, Case{"IS NOT FALSE", "TFT"},
        Case{"IS UNKNOWN", "FFT"}, Case{"IS NOT UNKNOWN", "TTF"}}) {
    const Cell cells[] = {B(true), B(false), null};
    for (size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(Call(c.function, {cells[i]}), c.results[i] == 'T' ? "TRUE" : "FALSE") << c.function;
    }
    EXPECT_EQ(CallType(c.function, {null}), "BOOLEAN NOT NULL");
  }
  EXPECT_EQ(Call("IS NULL", {S("")}), "FALSE");
}

TEST(ComparisonTest, Distinct) {
  Cell null = Null(DataType::Int());
  EXPECT_EQ(Call("IS DISTINCT FROM", {I(1), I(2)}), "TRUE");
  EXPECT_EQ(Call("IS DISTINCT FROM", {I(1), null}), "TRUE");
  EXPECT_EQ(Call("IS DISTINCT FROM", {null, null}), "FALSE");
  EXPECT_EQ(Call("IS NOT DISTINCT FROM", {I(1), I(1)}), "TRUE");
  EXPECT_EQ(Call("IS NOT DISTINCT FROM", {null, I(1)}), "FALSE");
}

TEST(ComparisonTest, In) {
  Cell null = Null(DataType::Int());
  EXPECT_EQ(Call("IN", {I(1), I(1), I(2)}), "TRUE");
  EXPECT_EQ(Call("IN", {I(3), I(1), I(2)}), "FALSE");
  EXPECT_EQ(Call("IN", {I(3), I(1), null}), "null");
  EXPECT_EQ(Call("IN", {I(1), I(1), null}), "TRUE");
  EXPECT_EQ(Call("IN", {null, I(1)}), "null");
  EXPECT_EQ(Call("IN", {S("b"), S("a"), S("b")}), "TRUE");
  EXPECT_EQ(Call("IN", {L(5), I(5)}), "TRUE");
  EXPECT_EQ(Call("IN", {{DataType::Float(), 0.1}, Decimal("0.1", 2, 1)}), "TRUE");
  std::vector<Cell> many = {I(99)};
  for (int i = 0; i < 100; ++i) many.push_back(I(i));
  EXPECT_EQ(Call("IN", many), "TRUE");
  many[0] = I(100);
  EXPECT_EQ(Call("IN", many), "FALSE");
  EXPECT_TRUE(Call("IN", {I(1), S("1")}).starts_with("error"));
}

TEST(ComparisonTest, Like) {
  struct Case {
    const char* text;
    const char* pattern;
    bool matches;
  };
  const Case cases[] = {
      {"hello", "h%", true},    {"hello", "%o", true},
      {"hello", "%ell%", true}, {"hello", "h_llo", true},
      {"hello", "h_lo", false}, {"hello", "hello", true},
      {"hello", "hell", false}, {"hello", "%", true},
      {"", "%", true},          {"hello", "", true},
      {"", "", true},           {"", "_", false},
      {"日本語", "日__", true}, {"日本語", "___", true},
      {"日本語", "__", false},  {"ABC", "abc", false},
      {"a.c", "a.c", true},     {"abc", "a.c", false},
      {"aXXb", "a%b%", true},   {"ab", "a%b", true},
      {"aab", "%ab", true},     {"abab", "%ab_%", true},
      {"abab", "a%_b", true},   {"a", "a%a", false},
      {"aa", "a%a", true},      {"abcabc", "%c%_c", true},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Call("LIKE", {S(c.text), S(c.pattern)}), c.matches ? "TRUE" : "FALSE")
        << c.text << " LIKE " << c.pattern;
  }
  EXPECT_EQ(Call("LIKE", {S("a_c"), S("a\\_c")}), "TRUE");
  EXPECT_EQ(Call("LIKE", {S("axc"), S("a\\_c")}), "FALSE");
  EXPECT_EQ(Call("LIKE", {S("a%c"), S("a!%c"), S("!")}), "TRUE");
  EXPECT_EQ(Call("LIKE", {S("abc"), S("a!%c"), S("!")}), "FALSE");
  EXPECT_TRUE(Call("LIKE", {S("abc"), S("a!c"), S("!")}).starts_with("error"));
  EXPECT_EQ(Call("LIKE", {Null(DataType::String()), S("%")}), "null");
}

TEST(ComparisonTest, GreatestLeast) {
  EXPECT_EQ(Call("GREATEST", {I(1), I(3), I(2)}), "3");
  EXPECT_EQ(Call("LEAST", {I(1), I(3), L(0)}), "0");
  EXPECT_EQ(Call("GREATEST", {I(1), Null(DataType::Int())}), "null");
  EXPECT_EQ(Call("GREATEST", {S("a"), S("c"), S("b")}), "c");
  EXPECT_EQ(Call("GREATEST", {Decimal("1.5", 2, 1), I(2)}), "2.0");
  EXPECT_TRUE(Call("LEAST", {I(1), S("a")}).starts_with("error"));
}

}  // namespace
}  // namespace weir
