#include "operators/functions/aggregate_function.h"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>

#include "common/data/column_builder.h"
#include "common/data/decimal.h"
#include "common/data/value_text.h"
#include "operators/functions/aggregates.h"

namespace weir {
namespace {

class TestArena : public SlotArena {
 public:
  const char* Store(std::string_view bytes) override { return stored_.emplace_back(bytes).data(); }

 private:
  std::deque<std::string> stored_;
};

// A table of accumulators: slots of one layout, and what becomes of rows that go into them.
class Harness {
 public:
  Harness(const std::string& name, std::vector<DataType> arguments) {
    StatusOr<ResolvedAggregate> resolved = ResolveAggregate(name, arguments);
    EXPECT_TRUE(resolved.ok()) << resolved.status();
    type_ = resolved->result;
    auto made = MakeAggregate(name, resolved->argument_types, type_);
    EXPECT_TRUE(made.ok()) << made.status();
    function_ = *std::move(made);
    SlotLayout layout(function_->Fields());
    std::vector<uint32_t> offsets;
    for (size_t i = 0; i < layout.fields().size(); ++i) offsets.push_back(layout.offset(i));
    function_->Bind(offsets);
    width_ = layout.width();
  }

  Slot slot(size_t i) {
    while (memory_.size() <= i) memory_.emplace_back(width_, '\0');
    return {memory_[i].data(), &arena_};
  }
  // Row i of the columns goes into slot groups[i].
  void Accumulate(const std::vector<ColumnPtr>& columns, const std::vector<size_t>& groups,
                  bool retract = false) {
    std::vector<uint32_t> rows;
    std::vector<Slot> slots;
    for (size_t i = 0; i < groups.size(); ++i) {
      rows.push_back(static_cast<uint32_t>(i));
      slots.push_back(slot(groups[i]));
    }
    if (retract) {
      function_->Retract(columns, rows, slots);
    } else {
      function_->Accumulate(columns, rows, slots);
    }
  }
  void Merge(size_t from, size_t into) { function_->Merge(slot(from), slot(into)); }
  std::string Result(size_t i) {
    ColumnBuilder out(type_.WithNullable(true));
    function_->Result(slot(i), out);
    ColumnPtr column = out.Finish();
    if (column->IsNull(0)) return "null";
    std::string text;
    AppendCastText(*column, 0, TimeZone(), text);
    return text;
  }
  const DataType& type() const { return type_; }
  AggregateFunction& function() { return *function_; }

 private:
  DataType type_;
  std::unique_ptr<AggregateFunction> function_;
  uint32_t width_ = 0;
  std::deque<std::vector<char>> memory_;
  TestArena arena_;
};

using Vs = std::vector<Value>;

// The result over all cells, in every layout of the column, whole and merged from two halves, and
// with rows that were retracted again.
std::string Over(const std::string& name, const DataType& type, const Vs& cells) {
  std::vector<size_t> groups(cells.size(), 0);
  ColumnPtr flat = ColumnOf(type, cells);
  Harness whole(name, {type});
  whole.Accumulate({flat}, groups);
  std::string expected = whole.Result(0);

  std::vector<uint32_t> indices(cells.size());
  for (size_t i = 0; i < cells.size(); ++i) indices[i] = static_cast<uint32_t>(i);
  Harness dictionary(name, {type});
  dictionary.Accumulate({Column::MakeDictionary(flat, indices)}, groups);
  EXPECT_EQ(dictionary.Result(0), expected) << name << " of a dictionary";

  Harness merged(name, {type});
  std::vector<size_t> halves;
  for (size_t i = 0; i < cells.size(); ++i) halves.push_back(i < cells.size() / 2 ? 0 : 1);
  merged.Accumulate({flat}, halves);
  merged.Merge(1, 0);
  EXPECT_EQ(merged.Result(0), expected) << name << " of two halves";

  if (whole.function().SupportsRetract() && !type.is_approximate()) {
    whole.Accumulate({flat}, groups);
    whole.Accumulate({flat}, groups, true);
    EXPECT_EQ(whole.Result(0), expected) << name << " after retractions";
    whole.Accumulate({flat}, groups, true);
    EXPECT_EQ(whole.Result(0), name == "COUNT" ? "0" : "null") << name << " of nothing again";
  }
  return expected;
}

Vs Decimals(std::initializer_list<const char*> texts, int scale) {
  Vs cells;
  for (const char* text : texts) {
    Int128 value = 0;
    EXPECT_EQ(ParseDecimal(text, {38, scale}, &value), DecimalParse::kOk);
    cells.push_back(value);
  }
  return cells;
}

TEST(AggregateTest, CountSumAverage) {
  DataType i = DataType::Int(), tiny = DataType::TinyInt(), big = DataType::BigInt();
  const int64_t max = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(Over("COUNT", i, {1, Value(), 3}), "2");
  EXPECT_EQ(Over("SUM", i, {1, Value(), 3}), "4");
  EXPECT_EQ(Over("SUM", i, {Value(), Value()}), "null");
  EXPECT_EQ(Over("SUM", i, {2147483647, 1}), "-2147483648");
  EXPECT_EQ(Over("SUM", tiny, {100, 101}), "-55");
  EXPECT_EQ(Over("SUM", big, {max, max}), "-2");
  EXPECT_EQ(Over("AVG", i, {-3, -4}), "-3");
  EXPECT_EQ(Over("AVG", tiny, {100, 101}), "100");
  EXPECT_EQ(Over("AVG", i, {Value()}), "null");
  EXPECT_EQ(Over("AVG", big, {max, max}), "-1");
  EXPECT_EQ(Over("SUM", DataType::Double(), {1.5, 2.25, 4.0}), "7.75");
  EXPECT_EQ(Over("AVG", DataType::Double(), {1.5, 2.25, 4.0}), "2.5833333333333335");
  EXPECT_EQ(Over("SUM", DataType::Float(), {1.1, 2.2}), "3.3000002");
}

TEST(AggregateTest, CountOfRowsAndOfPairs) {
  Harness rows("COUNT", {});
  rows.Accumulate({}, {0, 1, 0});
  EXPECT_EQ(rows.Result(0), "2");
  EXPECT_EQ(rows.Result(1), "1");
  EXPECT_EQ(rows.Result(2), "0");
  DataType i = DataType::Int();
  Harness pairs("COUNT", {i, i});
  pairs.Accumulate({ColumnOf(i, {1, 2}), ColumnOf(i, {Value(), 2})}, {0, 0});
  EXPECT_EQ(pairs.Result(0), "1");
}

TEST(AggregateTest, Decimals) {
  DataType type = DataType::Decimal(5, 2);
  EXPECT_EQ(Over("SUM", type, Decimals({"123.45", "-0.01", "0.50"}, 2)), "123.94");
  EXPECT_EQ(Over("AVG", type, Decimals({"123.45", "-0.01", "0.50"}, 2)), "41.313333");
  DataType wide = DataType::Decimal(38, 0);
  const char* most = "99999999999999999999999999999999999999";
  EXPECT_EQ(Over("SUM", wide, Decimals({most, "1"}, 0)), "null");
  // The sum may leave 38 digits and come back.
  Harness returns("SUM", {wide});
  returns.Accumulate({ColumnOf(wide, Decimals({most, "1", "-5"}, 0))}, {0, 0, 0});
  EXPECT_EQ(returns.Result(0), "99999999999999999999999999999999999995");
  Harness overflow("SUM", {wide});
  overflow.Accumulate({ColumnOf(wide, Decimals({most, most}, 0))}, {0, 0});
  EXPECT_EQ(overflow.Result(0), "null");
}

TEST(AggregateTest, MinMax) {
  DataType text = DataType::String();
  EXPECT_EQ(Over("MIN", DataType::Int(), {3, Value(), -1}), "-1");
  EXPECT_EQ(Over("MAX", DataType::Int(), {-3, Value(), -1}), "-1");
  EXPECT_EQ(Over("MAX", DataType::Int(), {Value()}), "null");
  EXPECT_EQ(Over("MIN", text, {"b", "", "a"}), "");
  EXPECT_EQ(Over("MAX", text, {"b", "abcdefghijklmnopqrstuvwxyz", Value()}), "b");
  EXPECT_EQ(Over("MIN", DataType::Boolean(), {true, false}), "FALSE");
  EXPECT_EQ(Over("MAX", DataType::Timestamp(3), {int64_t{0}, int64_t{1000000}}),
            "1970-01-01 00:00:01.000");
  EXPECT_EQ(Over("MIN", DataType::Decimal(5, 2), Decimals({"1.5", "-2"}, 2)), "-2.00");
  // A NaN stays when it comes first and is passed over later.
  Harness nan("MAX", {DataType::Double()});
  nan.Accumulate({ColumnOf(DataType::Double(), {1.0, std::nan(""), 2.0, std::nan(""), 1.0})},
                 {0, 0, 0, 1, 1});
  EXPECT_EQ(nan.Result(0), "2.0");
  EXPECT_EQ(nan.Result(1), "NaN");
}

TEST(AggregateTest, FirstLast) {
  EXPECT_EQ(Over("FIRST_VALUE", DataType::Int(), {Value(), 1, 2, Value()}), "1");
  EXPECT_EQ(Over("LAST_VALUE", DataType::Int(), {Value(), 1, 2, Value()}), "2");
  EXPECT_EQ(Over("LAST_VALUE", DataType::String(), {"a", "b"}), "b");
}

TEST(AggregateTest, Types) {
  struct Case {
    const char* name;
    DataType argument;
    const char* result;
  };
  const Case cases[] = {
      {"COUNT", DataType::Int(), "BIGINT NOT NULL"},
      {"SUM", DataType::Int().NotNull(), "INT"},
      {"SUM", DataType::Decimal(5, 2), "DECIMAL(38, 2)"},
      {"AVG", DataType::Decimal(5, 2), "DECIMAL(38, 6)"},
      {"AVG", DataType::Decimal(20, 10), "DECIMAL(38, 10)"},
      {"AVG", DataType::SmallInt(), "SMALLINT"},
      {"MIN", DataType::Char(3).NotNull(), "CHAR(3)"},
      {"STDDEV_POP", DataType::Int(), "INT"},
      {"sum", DataType::Float(), "FLOAT"},
  };
  for (const Case& c : cases) {
    StatusOr<ResolvedAggregate> resolved = ResolveAggregate(c.name, {{c.argument}});
    ASSERT_TRUE(resolved.ok()) << resolved.status();
    EXPECT_EQ(resolved->result.ToString(), c.result) << c.name;
  }
}

TEST(AggregateTest, Refuses) {
  DataType text = DataType::String();
  EXPECT_EQ(ResolveAggregate("SUM", {{text}}).status().message(),
            "Cannot apply 'SUM' to (STRING): expected a number");
  EXPECT_FALSE(ResolveAggregate("SUM", {}).ok());
  EXPECT_FALSE(ResolveAggregate("MIN", {{DataType::Bytes()}}).ok());
  EXPECT_FALSE(ResolveAggregate("MIN", {{DataType::Array(text)}}).ok());
  EXPECT_EQ(ResolveAggregate("NO_SUCH", {{text}}).status().code(), StatusCode::kNotFound);
  DataType i = DataType::Int();
  EXPECT_FALSE(MakeAggregate("SUM", {{i}}, DataType::BigInt()).ok());
}

TEST(AggregateTest, TotalExtremesOrderWhatComparisonsDoNot) {
  const double nan = std::nan("");
  const struct {
    Extreme extreme;
    std::vector<Value> cells;
    size_t held;
  } cases[] = {
      {Extreme::kMin, {nan, 1.0, -0.0, 0.0}, 2},
      {Extreme::kMax, {-0.0, 0.0, -0.0}, 1},
      {Extreme::kMax, {1.0, nan, 2.0}, 1},
      {Extreme::kMin, {Value(), nan}, 1},
  };
  for (const auto& c : cases) {
    auto function = MakeTotalExtreme(DataType::Double(), c.extreme);
    function->Bind({0, 8});
    char memory[16] = {};
    Slot slot{memory, nullptr};
    const std::vector<ColumnPtr> column = {ColumnOf(DataType::Double(), c.cells)};
    for (uint32_t row = 0; row < c.cells.size(); ++row) {
      function->Accumulate(column, {&row, 1}, {&slot, 1});
    }
    for (size_t row = 0; row < c.cells.size(); ++row) {
      if (column[0]->IsNull(row)) continue;
      EXPECT_EQ(function->Holds(slot, *column[0], row), row == c.held) << row;
    }
  }
}

TEST(AggregateTest, Percentile) {
  const DataType number = DataType::Double();
  const auto doubles = [&](const Vs& cells) { return ColumnOf(number, cells); };
  Harness median("PERCENTILE", {DataType::Int(), DataType::Decimal(2, 1)});
  const ColumnPtr half = Column::MakeConstant(number, Value(0.5), 6);
  EXPECT_EQ(median.Result(0), "null");
  median.Accumulate({doubles({40.0, 10.0, Value(), 20.0, 40.0, 5.0}), half}, {0, 0, 0, 0, 0, 1});
  EXPECT_EQ(median.Result(0), "30.0");  // between 20 and 40 of 10 20 40 40
  EXPECT_EQ(median.Result(1), "5.0");
  median.Merge(1, 0);
  EXPECT_EQ(median.Result(0), "20.0");
  median.Accumulate({doubles({40.0, 10.0}), half}, {0, 0}, /*retract=*/true);
  EXPECT_EQ(median.Result(0), "20.0");  // of 5 20 40
  median.Accumulate({doubles({20.0, 5.0, 40.0}), half}, {0, 0, 0}, true);
  EXPECT_EQ(median.Result(0), "null");
  EXPECT_EQ(median.slot(0).GetBytes(0), "");

  const DataType several = DataType::Array(number);
  Harness often("PERCENTILE", {number, several, DataType::Int()});
  EXPECT_EQ(often.type().ToString(), "ARRAY<DOUBLE>");
  ColumnBuilder percentages(several);
  for (int row = 0; row < 4; ++row) {
    for (double p : {0.0, 0.25, 1.0}) percentages.child(0).Append(p);
    percentages.CloseList();
  }
  const ColumnPtr times =
      ColumnOf(DataType::BigInt(), {int64_t{3}, int64_t{1}, int64_t{0}, Value()});
  often.Accumulate({doubles({1.0, 9.0, 100.0, 200.0}), percentages.Finish(), times}, {0, 0, 0, 0});
  EXPECT_EQ(often.Result(0), "[1.0, 1.0, 9.0]");
}

}  // namespace
}  // namespace weir
