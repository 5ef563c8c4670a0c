#include "operators/expressions/cast.h"

#include <gtest/gtest.h>

#include "operators/expressions/test_expressions.h"

namespace weir {
namespace {

using namespace testing;  // NOLINT: the short names of cells

const DataType kNumeric[] = {DataType::TinyInt(), DataType::SmallInt(), DataType::Int(),
                             DataType::BigInt(),  DataType::Float(),    DataType::Double()};

TEST(CastTest, BetweenNumbers) {
  struct Case {
    Cell from;
    const char* expected[6];  // as kNumeric
  };
  const Case cases[] = {
      {I(300), {"44", "300", "300", "300", "300.0", "300.0"}},
      {I(-129), {"127", "-129", "-129", "-129", "-129.0", "-129.0"}},
      {L(3000000000), {"0", "24064", "-1294967296", "3000000000", "3.0E9", "3.0E9"}},
      {D(3.7), {"3", "3", "3", "3", "3.7", "3.7"}},
      {D(-3.7), {"-3", "-3", "-3", "-3", "-3.7", "-3.7"}},
      {D(1e20), {"-1", "-1", "2147483647", "9223372036854775807", "1.0E20", "1.0E20"}},
      {Decimal("99999999.99", 10, 2),
       {"-1", "-7937", "99999999", "99999999", "1.0E8", "9.999999999E7"}},
      {B(true), {"1", "1", "1", "1", "1.0", "1.0"}},
  };
  for (const Case& c : cases) {
    for (size_t i = 0; i < 6; ++i) {
      EXPECT_EQ(Cast(c.from, kNumeric[i]), c.expected[i]) << c.from.type << " " << kNumeric[i];
    }
  }
  EXPECT_EQ(Cast(D(std::numeric_limits<double>::quiet_NaN()), DataType::Int()), "0");
}

TEST(CastTest, ToDecimal) {
  EXPECT_EQ(Cast(I(7), DataType::Decimal(5, 2)), "7.00");
  EXPECT_EQ(Cast(I(70000), DataType::Decimal(5, 2)), "null");
  EXPECT_EQ(Cast(D(2.5), DataType::Decimal(5, 0)), "3");
  EXPECT_EQ(Cast(D(-2.5), DataType::Decimal(5, 0)), "-3");
  EXPECT_EQ(Cast(D(1e300), DataType::Decimal(5, 0)), "null");
  EXPECT_EQ(Cast(Decimal("1.25", 3, 2), DataType::Decimal(3, 1)), "1.3");
  EXPECT_EQ(Cast(Decimal("99.50", 6, 2), DataType::Decimal(2, 0)), "null");
  EXPECT_EQ(Cast(B(true), DataType::Decimal(3, 1)), "1.0");
}

TEST(CastTest, FromText) {
  struct Case {
    const char* text;
    DataType to;
    const char* expected;  // of TRY_CAST; CAST fails where it is null
  };
  const Case cases[] = {
      {" 42 ", DataType::Int(), "42"},
      {"3.7", DataType::Int(), "3"},
      {"-3.7", DataType::Int(), "-3"},
      {".", DataType::Int(), "0"},
      {"1e3", DataType::Int(), "null"},
      {"", DataType::Int(), "null"},
      {"-", DataType::Int(), "null"},
      {"2147483648", DataType::Int(), "null"},
      {"128", DataType::TinyInt(), "null"},
      {"-128", DataType::TinyInt(), "-128"},
      {"1.x", DataType::Int(), "null"},
      {"9223372036854775808", DataType::BigInt(), "null"},
      {"-9223372036854775808", DataType::BigInt(), "-9223372036854775808"},
      {"99999999999999999999999999999999999999999", DataType::BigInt(), "null"},
      {"1e3", DataType::Double(), "1000.0"},
      {"1d", DataType::Double(), "1.0"},
      {"NaN", DataType::Double(), "NaN"},
      {"-Infinity", DataType::Double(), "-Infinity"},
      {"0x10", DataType::Double(), "null"},
      {"1e400", DataType::Double(), "Infinity"},
      {"1e-400", DataType::Double(), "0.0"},
      {"", DataType::Float(), "null"},
      {"0.1", DataType::Float(), "0.1"},
      {"12.345", DataType::Decimal(5, 2), "12.35"},
      {"1e3", DataType::Decimal(6, 1), "1000.0"},
      {"12345.6", DataType::Decimal(4, 1), "null"},
      {"1.2.3", DataType::Decimal(5, 2), "null"},
      {"True", DataType::Boolean(), "TRUE"},
      {"n", DataType::Boolean(), "FALSE"},
      {" true ", DataType::Boolean(), "null"},
      {"on", DataType::Boolean(), "null"},
      {"2024-02-29 12:00:00", DataType::Date(), "2024-02-29"},
      {"2024-02-30", DataType::Date(), "null"},
      {"12:34:56.789", DataType::Time(), "12:34:56"},
      {"2024-02-29 12:34:56.789123", DataType::Timestamp(3), "2024-02-29 12:34:56.789"},
      {"2024-02-29T12:34:56", DataType::Timestamp(3), "null"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Cast(S(c.text), c.to, true), c.expected) << c.text << " " << c.to;
    std::string strict = Cast(S(c.text), c.to);
    if (std::string(c.expected) == "null") {
      EXPECT_TRUE(strict.starts_with("error: cannot cast '" + std::string(c.text) + "'")) << strict;
    } else {
      EXPECT_EQ(strict, c.expected);
    }
  }
}

TEST(CastTest, ToText) {
  EXPECT_EQ(Cast(I(123), DataType::Char(5)), "123  ");
  EXPECT_EQ(Cast(I(123), DataType::VarChar(2)), "12");
  EXPECT_EQ(Cast(S("日本語"), DataType::VarChar(2)), "日本");
  EXPECT_EQ(Cast(S("日本"), DataType::Char(3)), "日本 ");
  EXPECT_EQ(Cast(S("abc"), DataType::Char(2)), "ab");
  EXPECT_EQ(Cast(S(""), DataType::Char(2)), "  ");
  EXPECT_EQ(Cast({DataType::Char(5), "12   "}, DataType::Int()), "12");
  EXPECT_EQ(Cast(B(false), DataType::VarChar(2)), "FA");
  EXPECT_EQ(Cast(D(1e10), DataType::String()), "1.0E10");
  EXPECT_EQ(Cast(Null(DataType::Int()), DataType::String()), "null");
}

TEST(CastTest, Binary) {
  using namespace std::string_literals;
  EXPECT_EQ(Cast(S("abc"), DataType::VarBinary(2)), "ab");
  EXPECT_EQ(Cast(S("abc"), DataType::Binary(5)), "abc\0\0"s);
  EXPECT_EQ(Cast({DataType::Bytes(), "abc"}, DataType::VarChar(2)), "ab");
}

TEST(CastTest, BetweenTimes) {
  Cell ts = TS("2024-02-29 12:34:56.789");
  EXPECT_EQ(Cast(ts, DataType::Date()), "2024-02-29");
  EXPECT_EQ(Cast(ts, DataType::Time()), "12:34:56");
  EXPECT_EQ(Cast(ts, DataType::Timestamp(0)), "2024-02-29 12:34:56");
  EXPECT_EQ(Cast(TS("1969-12-31 23:59:59.999"), DataType::Date()), "1969-12-31");
  EXPECT_EQ(Cast(Date("2024-02-29"), DataType::Timestamp(3)), "2024-02-29 00:00:00.000");
  // Text is printed in the zone, too: what is checked is that these are inverse.
  EXPECT_EQ(Cast(ts, DataType::TimestampLtz(3), false, "Europe/Berlin"), "2024-02-29 12:34:56.789");
  EXPECT_EQ(Cast(LTZ("1970-01-01 00:00:00"), DataType::Timestamp(3), false, "Asia/Tokyo"),
            "1970-01-01 09:00:00.000");
  EXPECT_EQ(Cast(LTZ("1970-01-01 20:00:00"), DataType::Date(), false, "Asia/Tokyo"), "1970-01-02");
}

TEST(CastTest, Nested) {
  using L = Value::List;
  Cell array{DataType::Array(DataType::String()), L{"1", Value(), "3"}};
  EXPECT_EQ(Cast(array, DataType::Array(DataType::Int())), "[1, NULL, 3]");
  Cell bad{DataType::Array(DataType::String()), L{"1", "x"}};
  EXPECT_EQ(Cast(bad, DataType::Array(DataType::Int()), true), "null");
  EXPECT_TRUE(Cast(bad, DataType::Array(DataType::Int())).starts_with("error"));
  Cell row{DataType::Row({{"a", DataType::Int()}, {"b", DataType::String()}}), L{1, "2"}};
  EXPECT_EQ(Cast(row, DataType::Row({{"x", DataType::String()}, {"y", DataType::Double()}})),
            "(1, 2.0)");
  Cell map{DataType::Map(DataType::String(), DataType::Int()), L{Value(L{"1", 2})}};
  EXPECT_EQ(Cast(map, DataType::Map(DataType::Int(), DataType::String())), "{1=2}");
}

TEST(CastTest, Matrix) {
  DataType ts = DataType::Timestamp(3), text = DataType::String();
  EXPECT_FALSE(CanCast(DataType::Int(), ts));
  EXPECT_FALSE(CanCast(ts, DataType::Int()));
  EXPECT_FALSE(CanCast(DataType::Date(), DataType::Time()));
  EXPECT_FALSE(CanCast(DataType::Int(), DataType::Bytes()));
  EXPECT_FALSE(CanCast(DataType::Array(text), DataType::Int()));
  EXPECT_FALSE(CanCast(DataType::Array(DataType::Int()), DataType::Array(ts)));
  EXPECT_TRUE(CanCast(DataType::Array(ts), text));
  EXPECT_TRUE(CanCast(text, ts));
  EXPECT_TRUE(CanCast(DataType::Null(), ts));
  EXPECT_TRUE(CanCastImplicitly(DataType::Int(), DataType::BigInt()));
  EXPECT_FALSE(CanCastImplicitly(DataType::BigInt(), DataType::Int()));
  EXPECT_FALSE(CanCastImplicitly(DataType::Int(), text));
  EXPECT_TRUE(CanCastImplicitly(DataType::Char(3), text));
  EXPECT_TRUE(Cast(I(1), ts).starts_with("error: cannot cast INT to TIMESTAMP(3)"));
}

TEST(CastTest, CommonTypes) {
  struct Case {
    DataType a;
    DataType b;
    const char* common;
  };
  const Case cases[] = {
      {DataType::TinyInt(), DataType::BigInt(), "BIGINT"},
      {DataType::Int(), DataType::Decimal(2, 1), "DECIMAL(11, 1)"},
      {DataType::Decimal(10, 2), DataType::Int(), "DECIMAL(12, 2)"},
      {DataType::Float(), DataType::Int(), "FLOAT"},
      {DataType::Float(), DataType::Decimal(2, 1), "DOUBLE"},
      {DataType::Char(3), DataType::Char(5), "VARCHAR(5)"},
      {DataType::Char(3), DataType::Char(3), "CHAR(3)"},
      {DataType::Char(3), DataType::String(), "STRING"},
      {DataType::Date(), DataType::Timestamp(3), "TIMESTAMP(3)"},
      {DataType::Timestamp(3), DataType::TimestampLtz(6), "TIMESTAMP_LTZ(6)"},
      {DataType::Timestamp(3), DataType::Timestamp(6), "TIMESTAMP(6)"},
      {DataType::Null(), DataType::Int().NotNull(), "INT"},
      {DataType::Int().NotNull(), DataType::BigInt().NotNull(), "BIGINT NOT NULL"},
      {DataType::Array(DataType::Int()), DataType::Array(DataType::BigInt()), "ARRAY<BIGINT>"},
      {DataType::Int(), DataType::String(), "none"},
      {DataType::Date(), DataType::Time(), "none"},
      {DataType::Array(DataType::Int()), DataType::Int(), "none"},
  };
  for (const Case& c : cases) {
    DataType types[] = {c.a, c.b};
    StatusOr<DataType> common = CommonType(types);
    EXPECT_EQ(common.ok() ? common->ToString() : "none", c.common) << c.a << " " << c.b;
  }
}

}  // namespace
}  // namespace weir
