#include "common/data/decimal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace weir {
namespace {

std::string Text(Int128 value, int scale) {
  std::string out;
  AppendDecimal(value, scale, out);
  return out;
}

// The number as written, with the scale as written.
ScaledDecimal Of(std::string_view text) {
  size_t point = text.find('.');
  int scale = point == std::string_view::npos ? 0 : static_cast<int>(text.size() - point - 1);
  Int128 value = 0;
  EXPECT_EQ(ParseDecimal(text, {38, scale}, &value), DecimalParse::kOk) << text;
  return {value, scale};
}

std::string Text(std::optional<Int128> value, int scale) {
  return value ? Text(*value, scale) : "null";
}

TEST(DecimalTest, Parses) {
  struct Case {
    const char* text;
    int precision;
    int scale;
    const char* expected;
  };
  const Case cases[] = {
      {"0", 5, 2, "0.00"},
      {"1", 5, 2, "1.00"},
      {"-1.5", 5, 2, "-1.50"},
      {"+1.5", 5, 2, "1.50"},
      {"1.005", 5, 2, "1.01"},
      {"-1.005", 5, 2, "-1.01"},
      {"1.0049999", 5, 2, "1.00"},
      {".5", 5, 2, "0.50"},
      {"5.", 5, 2, "5.00"},
      {"007", 5, 2, "7.00"},
      {"999.994", 5, 2, "999.99"},
      {"999.995", 5, 2, "overflow"},
      {"1000", 5, 2, "overflow"},
      {"1e2", 5, 2, "100.00"},
      {"1.5E-1", 5, 2, "0.15"},
      {"1e+2", 5, 2, "100.00"},
      {"1e-400", 5, 2, "0.00"},
      {"1e400", 5, 2, "overflow"},
      {"0e400", 5, 2, "0.00"},
      {"0.004", 5, 2, "0.00"},
      {"0.005", 5, 2, "0.01"},
      {"0.0005", 5, 2, "0.00"},
      {"99999999999999999999999999999999999999", 38, 0, "99999999999999999999999999999999999999"},
      {"100000000000000000000000000000000000000", 38, 0, "overflow"},
      {"", 5, 2, "malformed"},
      {"-", 5, 2, "malformed"},
      {".", 5, 2, "malformed"},
      {"1.2.3", 5, 2, "malformed"},
      {"1e", 5, 2, "malformed"},
      {"1e+-2", 5, 2, "malformed"},
      {"1 ", 5, 2, "malformed"},
      {"abc", 5, 2, "malformed"},
  };
  for (const Case& c : cases) {
    Int128 value = 0;
    DecimalParse parse = ParseDecimal(c.text, {c.precision, c.scale}, &value);
    std::string got = parse == DecimalParse::kOk          ? Text(value, c.scale)
                      : parse == DecimalParse::kMalformed ? "malformed"
                                                          : "overflow";
    EXPECT_EQ(got, c.expected) << c.text;
  }
}

TEST(DecimalTest, Rescales) {
  EXPECT_EQ(RescaleDecimal(12345, 2, 2, 5), Int128{12345});
  EXPECT_EQ(RescaleDecimal(12345, 2, 1, 5), Int128{1235});
  EXPECT_EQ(RescaleDecimal(-12345, 2, 1, 5), Int128{-1235});
  EXPECT_EQ(RescaleDecimal(12344, 2, 1, 5), Int128{1234});
  EXPECT_EQ(RescaleDecimal(12345, 2, 4, 7), Int128{1234500});
  EXPECT_EQ(RescaleDecimal(12345, 2, 4, 6), std::nullopt);
  EXPECT_EQ(RescaleDecimal(PowerOfTen(37), 0, 38, 38), std::nullopt);
  EXPECT_EQ(RescaleDecimal(0, 0, 38, 38), Int128{0});
}

TEST(DecimalTest, Computes) {
  struct Case {
    const char* a;
    char op;
    const char* b;
    DecimalShape result;
    const char* expected;
  };
  const Case cases[] = {
      {"1.10", '+', "2.22", {4, 2}, "3.32"},
      {"1.1", '+', "2.22", {4, 2}, "3.32"},
      {"1.1", '-', "2.22", {4, 2}, "-1.12"},
      {"-1.1", '-', "-2.22", {4, 2}, "1.12"},
      {"99.9", '+', "0.1", {3, 1}, "null"},
      {"12345678901234567890.12345678901234567",
       '+',
       "123.45",
       {38, 17},
       "12345678901234568013.57345678901234567"},
      {"1.5", '*', "-2.25", {6, 3}, "-3.375"},
      {"1.5", '*', "2.25", {4, 1}, "3.4"},
      {"12345678901234567890.123456789012345678",
       '*',
       "123.45",
       {38, 14},
       "1524074060357407406035.74074060357407"},
      {"99999999999999999999", '*', "99999999999999999999", {38, 0}, "null"},
      {"7.0", '/', "2", {13, 12}, "3.500000000000"},
      {"-1.0", '/', "3", {13, 12}, "-0.333333333333"},
      {"2.00", '/', "3", {14, 13}, "0.6666666666667"},
      {"12345678901234567890.123456789012345678",
       '/',
       "7.000000000000000000",
       {38, 6},
       "1763668414462081127.160494"},
      {"1",
       '/',
       "99999999999999999999999999999999999999",
       {38, 38},
       "0.00000000000000000000000000000000000001"},
      {"0.123456789012345678901234567890",
       '/',
       "0.000000000000000000000000000003",
       {38, 2},
       "41152263004115226300411522630.00"},
      {"9.99", '%', "0.7", {3, 2}, "0.19"},
      {"-9.99", '%', "0.7", {3, 2}, "-0.19"},
      {"5.00", '%', "3.0000", {6, 4}, "2.0000"},
      {"99999999999999999999999999999999999999",
       '%',
       "0.00000000000000000000000000000000000007",
       {38, 38},
       "0.00000000000000000000000000000000000002"},
      {"0.5", '%', "99999999999999999999999999999999999999", {38, 1}, "0.5"},
  };
  for (const Case& c : cases) {
    ScaledDecimal a = Of(c.a), b = Of(c.b);
    std::optional<Int128> got = c.op == '+'   ? AddDecimals(a, b, c.result)
                                : c.op == '-' ? SubtractDecimals(a, b, c.result)
                                : c.op == '*' ? MultiplyDecimals(a, b, c.result)
                                : c.op == '/' ? DivideDecimals(a, b, c.result)
                                              : RemainderOfDecimals(a, b, c.result);
    EXPECT_EQ(Text(got, c.result.scale), c.expected) << c.a << c.op << c.b;
  }
}

TEST(DecimalTest, ComparesAcrossScales) {
  EXPECT_EQ(CompareDecimals(Of("1.5"), Of("1.50")), 0);
  EXPECT_LT(CompareDecimals(Of("-1.5"), Of("-1.49")), 0);
  EXPECT_GT(CompareDecimals(Of("2"), Of("1.99999999999999999999999999999999999")), 0);
  EXPECT_LT(CompareDecimals(Of("-1"), Of("0.5")), 0);
  EXPECT_GT(
      CompareDecimals(Of("99999999999999999999999999999999999999"), Of("0.00000000000000001")), 0);
}

TEST(DecimalTest, ToAndFromDouble) {
  EXPECT_EQ(DecimalToDouble(15, 1), 1.5);
  EXPECT_EQ(DecimalToDouble(-1, 38), -1e-38);
  EXPECT_EQ(DecimalToDouble(PowerOfTen(30), 0), 1e30);
  EXPECT_EQ(DoubleToDecimal(0.1, {5, 3}), Int128{100});
  EXPECT_EQ(DoubleToDecimal(1.0005, {6, 3}), Int128{1000});
  EXPECT_EQ(DoubleToDecimal(2.0015, {6, 3}), Int128{2002});
  EXPECT_EQ(DoubleToDecimal(-2.5, {5, 0}), Int128{-3});
  EXPECT_EQ(DoubleToDecimal(1e10, {5, 0}), std::nullopt);
  EXPECT_EQ(DoubleToDecimal(std::nan(""), {5, 0}), std::nullopt);
  EXPECT_EQ(DoubleToDecimal(std::numeric_limits<double>::infinity(), {5, 0}), std::nullopt);
}

}  // namespace
}  // namespace weir
