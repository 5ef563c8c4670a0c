#include <gtest/gtest.h>

#include <limits>

#include "operators/expressions/test_expressions.h"

namespace weir {
namespace {

using namespace testing;  // NOLINT: the short names of cells

Cell Tiny(int v) { return {DataType::TinyInt(), v}; }
Cell Small(int v) { return {DataType::SmallInt(), v}; }
Cell Flt(double v) { return {DataType::Float(), v}; }
Cell Days(int64_t v) { return {DataType::IntervalDayTime(), v * 86'400'000}; }
Cell Millis(int64_t v) { return {DataType::IntervalDayTime(), v}; }
Cell Months(int v) { return {DataType::IntervalYearMonth(), v}; }

struct Case {
  Cell a;
  const char* function;
  Cell b;
  const char* value;
  const char* type;
};

TEST(ArithmeticTest, Numbers) {
  const int64_t max = std::numeric_limits<int64_t>::max();
  const int64_t min = std::numeric_limits<int64_t>::min();
  const Case cases[] = {
      {I(2147483647), "+", I(1), "-2147483648", "INT"},
      {Tiny(127), "+", Tiny(1), "-128", "TINYINT"},
      {Tiny(100), "*", Tiny(100), "16", "TINYINT"},
      {Small(200), "*", Small(200), "-25536", "SMALLINT"},
      {L(max), "+", L(1), "-9223372036854775808", "BIGINT"},
      {L(max), "*", L(2), "-2", "BIGINT"},
      {Tiny(1), "-", Small(2), "-1", "SMALLINT"},
      {I(7), "/", I(2), "3", "INT"},
      {I(-7), "/", I(2), "-3", "INT"},
      {L(min), "/", L(-1), "-9223372036854775808", "BIGINT"},
      {I(-7), "%", I(3), "-1", "INT"},
      {L(min), "%", L(-1), "0", "BIGINT"},
      {L(10), "%", I(3), "1", "INT"},
      {I(1), "/", I(0), "error: division by zero", "INT"},
      {I(1), "%", I(0), "error: division by zero", "INT"},
      {D(1), "/", I(0), "Infinity", "DOUBLE"},
      {D(0), "/", D(0), "NaN", "DOUBLE"},
      {D(0.1), "+", D(0.2), "0.30000000000000004", "DOUBLE"},
      {Flt(1.5f), "+", D(1), "2.5", "FLOAT"},
      {D(1), "+", Flt(1.5f), "2.5", "DOUBLE"},
      {I(1), "+", Flt(1.5f), "2.5", "FLOAT"},
      {Decimal("1.5", 2, 1), "+", Flt(1), "2.5", "DOUBLE"},
      {I(1), "+", Null(DataType::Int()), "null", "INT"},
      {I(1), "+", Null(DataType::Null()), "null", "INT"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Call(c.function, {c.a, c.b}), c.value) << c.function << c.a.type << c.b.type;
    EXPECT_EQ(CallType(c.function, {c.a, c.b}), c.type);
  }
}

TEST(ArithmeticTest, Decimals) {
  Cell dc = Decimal("1.50", 10, 2);
  const Case cases[] = {
      {dc, "+", dc, "3.00", "DECIMAL(11, 2)"},
      {dc, "*", dc, "2.2500", "DECIMAL(21, 4)"},
      {dc, "/", I(3), "0.5000000000000", "DECIMAL(21, 13)"},
      {dc, "+", I(1), "2.50", "DECIMAL(13, 2)"},
      {dc, "*", I(2), "3.00", "DECIMAL(21, 2)"},
      {dc, "%", I(1), "0.50", "DECIMAL(10, 2)"},
      {dc, "%", Decimal("0.7", 2, 1), "0.10", "DECIMAL(3, 2)"},
      {Decimal("7.0", 2, 1), "/", I(2), "3.500000000000", "DECIMAL(13, 12)"},
      {I(1), "/", Decimal("3.0", 2, 1), "0.333333", "DECIMAL(17, 6)"},
      {Decimal("1", 38, 0), "/", Decimal("3", 38, 0), "0.333333", "DECIMAL(38, 6)"},
      {Decimal("1", 20, 10), "/", Decimal("3", 20, 10), "0.333333333333333333", "DECIMAL(38, 18)"},
      {Decimal("99999999999999999999999999999999999999", 38, 0), "+", I(1), "null",
       "DECIMAL(38, 0)"},
      {Decimal("1.5", 2, 1), "/", I(0), "error: division by zero", "DECIMAL(13, 12)"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Call(c.function, {c.a, c.b}), c.value) << c.function << c.a.type << c.b.type;
    EXPECT_EQ(CallType(c.function, {c.a, c.b}), c.type);
  }
}

TEST(ArithmeticTest, Negation) {
  EXPECT_EQ(Call("-", {I(5)}), "-5");
  EXPECT_EQ(Call("-", {Tiny(-128)}), "-128");
  EXPECT_EQ(Call("-", {Decimal("1.50", 3, 2)}), "-1.50");
  EXPECT_EQ(Call("-", {Months(3)}), "-0-03");
  EXPECT_EQ(Call("+", {I(5)}), "5");
}

TEST(ArithmeticTest, Times) {
  Cell ts = TS("2024-01-31 10:00:00");
  const Case cases[] = {
      {ts, "+", Months(1), "2024-02-29 10:00:00.000", "TIMESTAMP(3)"},
      {ts, "-", Months(13), "2022-12-31 10:00:00.000", "TIMESTAMP(3)"},
      {ts, "+", Millis(1), "2024-01-31 10:00:00.001", "TIMESTAMP(3)"},
      {Days(1), "+", ts, "2024-02-01 10:00:00.000", "TIMESTAMP(3)"},
      {LTZ("2024-01-31 10:00:00"), "-", Millis(5000), "2024-01-31 09:59:55.000",
       "TIMESTAMP_LTZ(3)"},
      {Date("2024-02-28"), "+", Days(1), "2024-02-29", "DATE"},
      {Date("2024-02-28"), "+", Millis(36 * 3'600'000), "2024-02-29", "DATE"},
      {Date("2024-03-31"), "-", Months(1), "2024-02-29", "DATE"},
      {Time("23:30:00"), "+", Millis(3'600'000), "00:30:00", "TIME(0)"},
      {Time("00:00:00"), "-", Millis(1000), "23:59:59", "TIME(0)"},
      {Days(1), "+", Millis(3'600'000), "+1 01:00:00.000", "INTERVAL SECOND(3)"},
      {Months(12), "-", Months(1), "+0-11", "INTERVAL MONTH"},
      {Millis(1000), "*", I(3), "+0 00:00:03.000", "INTERVAL SECOND(3)"},
      {I(3), "*", Months(1), "+0-03", "INTERVAL MONTH"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Call(c.function, {c.a, c.b}), c.value) << c.function << c.a.type << c.b.type;
    EXPECT_EQ(CallType(c.function, {c.a, c.b}), c.type);
  }
}

TEST(ArithmeticTest, Refuses) {
  EXPECT_EQ(Call("+", {I(1), B(true)}),
            "error: Cannot apply '+' to (INT, BOOLEAN): expected number + number, or time + "
            "interval");
  for (const Cell& other : {S("5"), B(true), Date("2024-01-01")}) {
    for (const char* function : {"+", "*", "/", "%"}) {
      EXPECT_TRUE(Call(function, {I(1), other}).starts_with("error: Cannot apply"));
    }
  }
  EXPECT_TRUE(Call("%", {D(1), I(2)}).starts_with("error: Cannot apply"));
  EXPECT_TRUE(Call("-", {S("5")}).starts_with("error: Cannot apply"));
  EXPECT_TRUE(Call("-", {Days(1), Date("2024-01-01")}).starts_with("error: Cannot apply"));
  EXPECT_TRUE(Call("+", {Time("00:00:00"), Months(1)}).starts_with("error: Cannot apply"));
}

}  // namespace
}  // namespace weir
