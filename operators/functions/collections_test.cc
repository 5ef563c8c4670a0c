#include <gtest/gtest.h>

#include "operators/expressions/test_expressions.h"

namespace weir {
namespace {

using namespace testing;  // NOLINT: the short names of cells
using VL = Value::List;

Cell Ints(VL values) { return {DataType::Array(DataType::Int()), std::move(values)}; }
Cell Texts(VL values) { return {DataType::Array(DataType::String()), std::move(values)}; }
Cell MapOf(VL entries) {
  return {DataType::Map(DataType::String(), DataType::Int()), std::move(entries)};
}

TEST(CollectionsTest, Arrays) {
  struct Case {
    const char* function;
    std::vector<Cell> args;
    const char* expected;
  };
  Cell aba = Texts({"a", "b", "a"});
  Cell no_array = Null(DataType::Array(DataType::String()));
  Cell null = Null(DataType::String()), null_int = Null(DataType::Int());
  const Case cases[] = {
      {"ARRAY_APPEND", {aba, S("q")}, "[a, b, a, q]"},
      {"ARRAY_APPEND", {aba, null}, "[a, b, a, NULL]"},
      {"ARRAY_APPEND", {no_array, S("q")}, "null"},
      {"ARRAY_APPEND", {Ints({1}), L(5000000000)}, "[1, 5000000000]"},
      {"ARRAY_PREPEND", {aba, S("q")}, "[q, a, b, a]"},
      {"ARRAY_CONCAT", {Ints({1}), Ints({}), Ints({2, Value()})}, "[1, 2, NULL]"},
      {"ARRAY_REVERSE", {Ints({1, 2, 3})}, "[3, 2, 1]"},
      {"ARRAY_REMOVE", {aba, S("a")}, "[b]"},
      {"ARRAY_REMOVE", {Ints({1, Value()}), null_int}, "[1]"},
      {"ARRAY_SLICE", {Ints({3, 1, 2}), I(1), I(2)}, "[3, 1]"},
      {"ARRAY_SLICE", {Ints({3, 1, 2}), I(2)}, "[1, 2]"},
      {"ARRAY_SLICE", {Ints({3, 1, 2}), I(-2)}, "[1, 2]"},
      {"ARRAY_SLICE", {Ints({3, 1, 2}), I(0), I(-2)}, "[3, 1]"},
      {"ARRAY_SLICE", {Ints({3, 1, 2}), I(3), I(1)}, "[]"},
      {"ARRAY_SORT", {Ints({3, Value(), 1})}, "[NULL, 1, 3]"},
      {"ARRAY_SORT", {Ints({3, Value(), 1}), B(false)}, "[3, 1, NULL]"},
      {"ARRAY_SORT", {Ints({3, Value(), 1}), B(true), B(false)}, "[1, 3, NULL]"},
      {"ARRAY_DISTINCT", {Texts({"a", Value(), "a", Value()})}, "[a, NULL]"},
      {"ARRAY_UNION", {Ints({1, 1, 2}), Ints({2, 3, 3})}, "[1, 2, 3]"},
      {"ARRAY_INTERSECT", {Ints({1, 2, 2}), Ints({2, 3})}, "[2]"},
      {"ARRAY_EXCEPT", {Ints({1, 1, 2}), Ints({2, 3})}, "[1]"},
      {"ARRAY_CONTAINS", {aba, S("b")}, "TRUE"},
      {"ARRAY_CONTAINS", {aba, null}, "FALSE"},
      {"ARRAY_CONTAINS", {Texts({Value()}), null}, "TRUE"},
      {"ARRAY_CONTAINS", {no_array, S("b")}, "null"},
      {"ARRAY_POSITION", {aba, S("b")}, "2"},
      {"ARRAY_POSITION", {aba, S("x")}, "0"},
      {"ARRAY_POSITION", {aba, null}, "null"},
      {"ARRAY_MAX", {Ints({3, Value(), 7})}, "7"},
      {"ARRAY_MIN", {Ints({3, Value(), 7})}, "3"},
      {"ARRAY_MAX", {Ints({})}, "null"},
      {"ARRAY_JOIN", {Texts({"x", Value(), "z"}), S("-")}, "x-z"},
      {"ARRAY_JOIN", {Texts({"x", Value(), "z"}), S("-"), S("?")}, "x-?-z"},
      {"ARRAY_JOIN", {Texts({}), S("-")}, ""},
  };
  for (const Case& c : cases) EXPECT_EQ(Call(c.function, c.args), c.expected) << c.function;
  EXPECT_TRUE(Call("ARRAY_APPEND", {Ints({1}), S("x")}).starts_with("error"));
  EXPECT_TRUE(Call("ARRAY_MAX", {I(1)}).starts_with("error"));
}

TEST(CollectionsTest, Maps) {
  Cell map = MapOf({VL{"a", 1}, VL{"b", Value()}});
  EXPECT_EQ(Call("MAP_KEYS", {map}), "[a, b]");
  EXPECT_EQ(Call("MAP_VALUES", {map}), "[1, NULL]");
  EXPECT_EQ(Call("MAP_ENTRIES", {map}), "[(a, 1), (b, NULL)]");
  EXPECT_EQ(Call("MAP_UNION", {map, MapOf({VL{"b", 2}, VL{"c", 3}})}), "{a=1, b=2, c=3}");
  EXPECT_EQ(Call("MAP_FROM_ARRAYS", {Texts({"a", "b", "a"}), Ints({1, 2, 3})}), "{b=2, a=3}");
  EXPECT_EQ(Call("MAP_FROM_ARRAYS", {Texts({"a"}), Ints({})}),
            "error: MAP_FROM_ARRAYS of 1 keys and 0 values");
  EXPECT_EQ(Call("STR_TO_MAP", {S("k1=v1,k2=v2")}), "{k1=v1, k2=v2}");
  EXPECT_EQ(Call("STR_TO_MAP", {S("k1:v1;k2:v2"), S(";"), S(":")}), "{k1=v1, k2=v2}");
  EXPECT_EQ(Call("STR_TO_MAP", {S("a")}), "{a=NULL}");
  EXPECT_EQ(Call("STR_TO_MAP", {S("a=1,a=2")}), "{a=2}");
  EXPECT_EQ(Call("STR_TO_MAP", {S("")}), "{}");
  EXPECT_EQ(Call("STR_TO_MAP", {S("a=1=2,,")}), "{a=1=2}");
  EXPECT_EQ(Call("STR_TO_MAP", {S("a::1||b::2"), S("\\|\\|"), S("::")}), "{a=1, b=2}");
  EXPECT_EQ(CallType("MAP_ENTRIES", {map}), "ARRAY<ROW<`key` STRING, `value` INT>>");
}

}  // namespace
}  // namespace weir
