#include "common/data/value_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "common/data/column_builder.h"

namespace weir {
namespace {

std::string Text(const DataType& type, const Value& value, const TimeZone& zone = TimeZone()) {
  std::string out;
  AppendCastText(*ColumnOf(type, {value}), 0, zone, out);
  return out;
}

TEST(ValueTextTest, Doubles) {
  struct Case {
    double value;
    const char* text;
  };
  const Case cases[] = {
      {0.0, "0.0"},
      {-0.0, "-0.0"},
      {1.5, "1.5"},
      {100.0, "100.0"},
      {1e6, "1000000.0"},
      {1e7, "1.0E7"},
      {9999999.0, "9999999.0"},
      {1e10, "1.0E10"},
      {0.001, "0.001"},
      {0.0009, "9.0E-4"},
      {1e-7, "1.0E-7"},
      {123.456, "123.456"},
      {12345678, "1.2345678E7"},
      {5e-324, "4.9E-324"},
      {1.7976931348623157e308, "1.7976931348623157E308"},
      {-2.5, "-2.5"},
      {2.0 / 3, "0.6666666666666666"},
      {1e22, "1.0E22"},
  };
  for (const Case& c : cases) {
    std::string out;
    AppendDouble(c.value, out);
    EXPECT_EQ(out, c.text);
  }
  EXPECT_EQ(Text(DataType::Double(), std::nan("")), "NaN");
  EXPECT_EQ(Text(DataType::Double(), -std::numeric_limits<double>::infinity()), "-Infinity");
}

TEST(ValueTextTest, Floats) {
  struct Case {
    float value;
    const char* text;
  };
  for (const Case& c : {Case{0.1f, "0.1"}, Case{2147483648.f, "2.14748365E9"},
                        Case{-1234567890.f, "-1.23456794E9"}, Case{99999999999.f, "9.9999998E10"},
                        Case{9223372036854775.f, "9.2233725E15"}, Case{123456789.f, "1.23456792E8"},
                        Case{5.f, "5.0"}, Case{-120.f, "-120.0"}, Case{16777216.f, "1.6777216E7"},
                        Case{3.4028235e38f, "3.4028235E38"}, Case{1.4e-45f, "1.4E-45"}}) {
    std::string out;
    AppendFloat(c.value, out);
    EXPECT_EQ(out, c.text);
  }
}

TEST(ValueTextTest, EveryKind) {
  EXPECT_EQ(Text(DataType::Boolean(), true), "TRUE");
  EXPECT_EQ(Text(DataType::TinyInt(), -7), "-7");
  EXPECT_EQ(Text(DataType::BigInt(), std::numeric_limits<int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(Text(DataType::Decimal(10, 2), Int128{-50}), "-0.50");
  EXPECT_EQ(Text(DataType::String(), "a"), "a");
  EXPECT_EQ(Text(DataType::String(), {}), "NULL");
  EXPECT_EQ(Text(DataType::Date(), 0), "1970-01-01");
  EXPECT_EQ(Text(DataType::Time(), 45'296'789), "12:34:56");
  EXPECT_EQ(Text(DataType::Timestamp(3), int64_t{0}), "1970-01-01 00:00:00.000");
  EXPECT_EQ(Text(DataType::Timestamp(0), int64_t{-1}), "1969-12-31 23:59:59");
  EXPECT_EQ(Text(DataType::Timestamp(9), int64_t{1}), "1970-01-01 00:00:00.000001000");
  EXPECT_EQ(Text(DataType::TimestampLtz(0), int64_t{0}, *TimeZone::Load("Asia/Shanghai")),
            "1970-01-01 08:00:00");
  EXPECT_EQ(Text(DataType::IntervalYearMonth(), 15), "+1-03");
  EXPECT_EQ(Text(DataType::IntervalDayTime(), int64_t{1000}), "+0 00:00:01.000");
}

TEST(ValueTextTest, Nested) {
  using L = Value::List;
  EXPECT_EQ(Text(DataType::Array(DataType::Int()), L{1, Value(), 3}), "[1, NULL, 3]");
  EXPECT_EQ(Text(DataType::Map(DataType::String(), DataType::Boolean()),
                 L{L{"a", true}, L{"b", Value()}}),
            "{a=TRUE, b=NULL}");
  EXPECT_EQ(Text(DataType::Row(
                     {{"x", DataType::Int()}, {"y", DataType::Row({{"z", DataType::Double()}})}}),
                 L{1, L{2.5}}),
            "(1, (2.5))");
  EXPECT_EQ(Text(DataType::Array(DataType::Int()), L{}), "[]");
}

}  // namespace
}  // namespace weir
