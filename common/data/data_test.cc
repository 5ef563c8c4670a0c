#include <gtest/gtest.h>

#include "common/data/batch_builder.h"

namespace weir {
namespace {

SchemaPtr MakeSchema(std::vector<Field> fields) {
  return std::make_shared<const Schema>(std::move(fields));
}

TEST(DataTypeTest, PrintsAsFlinkDoes) {
  EXPECT_EQ(DataType::Decimal(10, 2).NotNull().ToString(), "DECIMAL(10, 2) NOT NULL");
  EXPECT_EQ(DataType::String().ToString(), "STRING");
  EXPECT_EQ(DataType::Row({{"a", DataType::Int()}, {"b", DataType::Array(DataType::String())}})
                .ToString(),
            "ROW<`a` INT, `b` ARRAY<STRING>>");
  EXPECT_EQ(Schema({{"a", DataType::Int().NotNull()}}).ToString(), "( `a` INT NOT NULL )");
}

struct CellsCase {
  DataType type;
  std::vector<Value> cells;
};

class ColumnCellsTest : public testing::TestWithParam<CellsCase> {};

// What is appended comes back, in every encoding.
TEST_P(ColumnCellsTest, RoundTrips) {
  const auto& [type, cells] = GetParam();
  ColumnPtr column = ColumnOf(type, cells);
  std::vector<uint32_t> backwards;
  for (size_t i = cells.size(); i-- > 0;) backwards.push_back(static_cast<uint32_t>(i));
  ColumnPtr taken = Column::Take(column, backwards);
  ColumnPtr dictionary = Column::MakeDictionary(column, backwards);
  ColumnPtr flattened = Column::Flatten(Column::MakeDictionary(dictionary, backwards));
  ColumnPtr constant = Column::MakeConstant(type, cells.back(), 3);
  for (size_t i = 0; i < cells.size(); ++i) {
    const Value& reversed = cells[cells.size() - 1 - i];
    EXPECT_EQ(column->GetValue(i), cells[i]);
    EXPECT_EQ(column->IsNull(i), cells[i].is_null());
    EXPECT_EQ(taken->GetValue(i), reversed);
    EXPECT_EQ(dictionary->GetValue(i), reversed);
    EXPECT_EQ(flattened->GetValue(i), cells[i]);
  }
  EXPECT_EQ(constant->size(), 3u);
  EXPECT_EQ(constant->GetValue(2), cells.back());

  ColumnBuilder builder(type);
  for (const Value& cell : cells) builder.AppendValue(cell);
  for (const Value& cell : cells) builder.AppendValue(cell);
  builder.Truncate(cells.size() + 1);
  builder.AppendNull();
  ColumnPtr rebuilt = builder.Finish();
  EXPECT_EQ(rebuilt->size(), cells.size() + 2);
  EXPECT_EQ(rebuilt->GetValue(cells.size()), cells[0]);
  EXPECT_TRUE(rebuilt->IsNull(cells.size() + 1));
}

INSTANTIATE_TEST_SUITE_P(
    Types, ColumnCellsTest,
    testing::Values(CellsCase{DataType::Boolean(), {true, Value(), false}},
                    CellsCase{DataType::TinyInt(), {1, -128, Value()}},
                    CellsCase{DataType::SmallInt(), {Value(), -32768, 9}},
                    CellsCase{DataType::Int(), {1, 2, 3, 4, 5, 6, 7, 8, 9, Value(), 11}},
                    CellsCase{DataType::BigInt(), {int64_t{1} << 62, Value(), -1}},
                    CellsCase{DataType::Float(), {0.5, Value(), -2.0}},
                    CellsCase{DataType::Double(), {0.1, -0.0}},
                    CellsCase{DataType::Decimal(38, 2), {Int128{1} << 100, Value(), -Int128{5}}},
                    CellsCase{DataType::String(), {"", "ann", Value(), "Zoë"}},
                    CellsCase{DataType::Array(DataType::Int()),
                              {Value::List{1, Value(), 3}, Value(), Value::List{}}},
                    CellsCase{DataType::Map(DataType::String(), DataType::Int()),
                              {Value::List{Value(Value::List{"a", 1})}, Value()}},
                    CellsCase{
                        DataType::Row({{"a", DataType::Int()}, {"b", DataType::String()}}),
                        {Value(Value::List{1, "x"}), Value(), Value(Value::List{Value(), "y"})}}));

TEST(BatchTest, KindsAppearOnlyWhenARowIsNoInsert) {
  BatchBuilder builder(MakeSchema({{"a", DataType::Int()}}));
  builder.AppendRow({1});
  builder.AppendRow({2});
  EXPECT_TRUE(builder.Finish().insert_only());
  builder.AppendRow({1});
  builder.AppendRow({2}, RowKind::kDelete);
  builder.AppendRow({3});
  Batch batch = builder.Finish();
  ASSERT_FALSE(batch.insert_only());
  EXPECT_EQ(batch.kind(0), RowKind::kInsert);
  EXPECT_EQ(batch.kind(1), RowKind::kDelete);
  EXPECT_EQ(batch.kind(2), RowKind::kInsert);
  Batch tail = batch.Slice(1, 2);
  EXPECT_EQ(tail.kind(0), RowKind::kDelete);
  EXPECT_EQ(tail.column(0)->GetValue(1), Value(3));
}

TEST(BatchBuilderTest, AnOpenRowCanBeTakenBack) {
  BatchBuilder builder(MakeSchema({{"a", DataType::Int()}, {"b", DataType::String()}}));
  builder.AppendRow({1, "x"});
  builder.column(0).Append<int32_t>(2);
  builder.DropOpenRow();
  builder.AppendRow({3, "z"});
  Batch batch = builder.Finish();
  EXPECT_EQ(batch.rows(), 2u);
  EXPECT_EQ(batch.column(0)->GetValue(1), Value(3));
}

}  // namespace
}  // namespace weir
