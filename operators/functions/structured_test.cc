#include <gtest/gtest.h>

#include "operators/expressions/test_expressions.h"

namespace weir {
namespace {

using namespace testing;  // NOLINT: the short names of cells
using VL = Value::List;

const DataType kInts = DataType::Array(DataType::Int());
const DataType kMap = DataType::Map(DataType::String(), DataType::Int());

TEST(StructuredTest, Constructors) {
  EXPECT_EQ(Call("ARRAY", {I(1), L(2), Null(DataType::Int())}), "[1, 2, NULL]");
  EXPECT_EQ(CallType("ARRAY", {I(1), Decimal("2.5", 2, 1)}), "ARRAY<DECIMAL(11, 1)> NOT NULL");
  EXPECT_EQ(Call("MAP", {S("a"), I(1), S("b"), I(2)}), "{a=1, b=2}");
  EXPECT_EQ(Call("MAP", {S("a"), I(1), S("a"), I(2)}), "{a=2}");
  EXPECT_EQ(Call("ROW", {I(1), S("x"), Null(DataType::Int())}), "(1, x, NULL)");
  EXPECT_EQ(CallType("ROW", {I(1), S("x")}), "ROW<`EXPR$0` INT, `EXPR$1` STRING> NOT NULL");
  EXPECT_TRUE(Call("ARRAY", {I(1), S("x")}).starts_with("error"));
  EXPECT_TRUE(Call("MAP", {I(1)}).starts_with("error"));
}

TEST(StructuredTest, Items) {
  Cell array{kInts, VL{7, Value(), 9}};
  EXPECT_EQ(Call("ITEM", {array, I(1)}), "7");
  EXPECT_EQ(Call("ITEM", {array, I(2)}), "null");
  EXPECT_EQ(Call("ITEM", {array, I(3)}), "9");
  EXPECT_EQ(Call("ITEM", {array, I(4)}), "null");
  EXPECT_EQ(Call("ITEM", {Null(kInts), I(1)}), "null");
  EXPECT_TRUE(CallType("ITEM", {array, I(0)}).starts_with("error: Array element access"));
  Cell map{kMap, VL{VL{"a", 1}, VL{"b", Value()}}};
  EXPECT_EQ(Call("ITEM", {map, S("a")}), "1");
  EXPECT_EQ(Call("ITEM", {map, S("b")}), "null");
  EXPECT_EQ(Call("ITEM", {map, S("c")}), "null");
  EXPECT_EQ(Call("ITEM", {map, {DataType::Char(1), "a"}}), "1");
  EXPECT_TRUE(Call("ITEM", {map, I(1)}).starts_with("error"));
  EXPECT_TRUE(Call("ITEM", {I(1), I(1)}).starts_with("error"));
}

TEST(StructuredTest, Fields) {
  DataType inner = DataType::Row({{"z", DataType::Double()}});
  DataType type = DataType::Row({{"a", DataType::Int()}, {"s", DataType::String()}, {"r", inner}});
  Cell row{type, VL{1, "x", VL{2.5}}};
  EXPECT_EQ(Call("FIELD", {row, I(0)}), "1");
  EXPECT_EQ(Call("FIELD", {row, I(1)}), "x");
  EXPECT_EQ(Call("FIELD", {row, I(2)}), "(2.5)");
  EXPECT_EQ(Call("FIELD", {Null(type), I(0)}), "null");
  EXPECT_TRUE(CallType("FIELD", {row, I(3)}).starts_with("error"));
}

TEST(StructuredTest, Sizes) {
  EXPECT_EQ(Call("CARDINALITY", {{kInts, VL{1, 2}}}), "2");
  EXPECT_EQ(Call("CARDINALITY", {{kInts, VL{}}}), "0");
  EXPECT_EQ(Call("CARDINALITY", {{kMap, VL{Value(VL{"a", 1})}}}), "1");
  EXPECT_EQ(Call("CARDINALITY", {Null(kInts)}), "null");
  EXPECT_EQ(Call("ELEMENT", {{kInts, VL{5}}}), "5");
  EXPECT_EQ(Call("ELEMENT", {{kInts, VL{}}}), "null");
  EXPECT_TRUE(Call("ELEMENT", {{kInts, VL{1, 2}}}).starts_with("error"));
}

}  // namespace
}  // namespace weir
