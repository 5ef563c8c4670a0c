#include "client/changelog_text.h"

#include <gtest/gtest.h>

#include "common/data/batch_builder.h"

namespace weir {
namespace {

std::string Cell(const DataType& type, const Value& value) {
  std::string out;
  AppendChangelogCell(*Column::MakeConstant(type, value, 1), 0, out);
  return out;
}

TEST(ChangelogTextTest, CellsAreWhatJavaPrints) {
  const Value kNull;
  DataType row = DataType::Row({{"a", DataType::Int()}, {"b", DataType::String()}});
  struct Case {
    DataType type;
    Value value;
    std::string text;
  } cases[] = {
      {DataType::Int(), kNull, "null"},
      {DataType::Boolean(), true, "true"},
      {DataType::BigInt(), -5, "-5"},
      {DataType::Double(), 1e10, "1.0E10"},
      {DataType::Double(), 0.1, "0.1"},
      {DataType::String(), "Zürich", "'Zürich'"},
      {DataType::String(), "", "''"},
      {DataType::Bytes(), std::string("\x01\xff", 2), "x'01ff'"},
      {DataType::Decimal(10, 2), Int128{-50}, "-0.50"},
      {DataType::Decimal(10, 7), Int128{1}, "1E-7"},
      {DataType::Decimal(20, 11), Int128{-12}, "-1.2E-10"},
      {DataType::Decimal(20, 10), Int128{0}, "0E-10"},
      {DataType::Decimal(20, 6), Int128{1}, "0.000001"},
      {DataType::Date(), 19782, "2024-02-29"},
      {DataType::Time(0), 45'240'000, "12:34"},
      {DataType::Time(3), 45'296'789, "12:34:56.789"},
      {DataType::Timestamp(3), int64_t{1704067200'000000}, "2024-01-01T00:00"},
      {DataType::Timestamp(6), int64_t{1704067200'000500}, "2024-01-01T00:00:00.000500"},
      {DataType::TimestampLtz(3), int64_t{1704067200'000000}, "2024-01-01T00:00:00Z"},
      {DataType::IntervalYearMonth(), 14, "P14M"},
      {DataType::IntervalYearMonth(), 0, "P0D"},
      {DataType::IntervalDayTime(), 0, "PT0S"},
      {DataType::IntervalDayTime(), 86'400'000, "PT24H"},
      {DataType::IntervalDayTime(), 93'784'000, "PT26H3M4S"},
      {DataType::IntervalDayTime(), 620'500, "PT10M20.5S"},
      {DataType::IntervalDayTime(), -86'400'000, "PT-24H"},
      {DataType::IntervalDayTime(), -1'500, "PT-1.5S"},
      {DataType::Array(DataType::String()), Value::List{"a", kNull}, "[a, null]"},
      {row, Value::List{1, kNull}, "+I[1, null]"},
      {DataType::Array(row), Value::List{Value::List{1, "x"}, kNull}, "[+I[1, x], null]"},
  };
  for (const Case& c : cases) EXPECT_EQ(Cell(c.type, c.value), c.text) << c.type;
}

// The orders are those of java.util.HashMap.
TEST(ChangelogTextTest, MapsAreInTheOrderOfAHashMap) {
  auto entry = [](Value key, Value value) { return Value(Value::List{key, value}); };
  DataType by_text = DataType::Map(DataType::String(), DataType::Int());
  EXPECT_EQ(Cell(by_text, Value::List{entry("b", 1), entry("a", 2)}), "{a=2, b=1}");
  EXPECT_EQ(Cell(by_text, Value::List{entry("apple", 1), entry("zebra", 2)}), "{zebra=2, apple=1}");
  EXPECT_EQ(Cell(by_text, Value::List{entry("é", 1), entry("😀", 2)}), "{😀=2, é=1}");
  EXPECT_EQ(Cell(by_text, Value::List{entry("x", 1), entry("", 2)}), "{=2, x=1}");
  DataType by_number = DataType::Map(DataType::Int(), DataType::String());
  EXPECT_EQ(Cell(by_number, Value::List{entry(17, "a"), entry(2, "b"), entry(1, "c")}),
            "{17=a, 1=c, 2=b}");
  // 13 entries: the table has 32 buckets, 17 is no longer in the bucket of 1.
  Value::List many{entry(17, "z")};
  std::string expected = "{";
  for (int i = 1; i <= 12; ++i) {
    many.push_back(entry(i, "z"));
    expected += std::to_string(i) + "=z, ";
  }
  EXPECT_EQ(Cell(by_number, many), expected + "17=z}");
}

TEST(ChangelogTextTest, RowsHaveTheirKindAndBars) {
  auto schema = std::make_shared<const Schema>(
      std::vector<Field>{{"a", DataType::Int()}, {"b", DataType::String()}});
  BatchBuilder builder(schema);
  builder.AppendRow({1, "x"});
  builder.AppendRow({Value(), "y"}, RowKind::kUpdateBefore);
  Batch batch = builder.Finish();
  std::string out;
  AppendChangelogRow(batch, 0, out);
  out += '\n';
  AppendChangelogRow(batch, 1, out);
  EXPECT_EQ(out, "+I 1 | 'x'\n-U null | 'y'");
}

TEST(ChangelogTextTest, CollapsesWhitespace) {
  EXPECT_EQ(CollapseWhitespace("  SELECT\n\t 1  "), "SELECT 1");
  EXPECT_EQ(CollapseWhitespace(" \n"), "");
}

}  // namespace
}  // namespace weir
