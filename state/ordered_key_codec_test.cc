#include "state/ordered_key_codec.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "common/base/hex.h"

namespace weir {
namespace {

std::string Encode(const std::vector<SortColumn>& types, const std::vector<Value>& cells) {
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < types.size(); ++i) columns.push_back(ColumnOf(types[i].type, {cells[i]}));
  std::string key;
  OrderedKeyCodec::Make(types)->Append(columns, 0, key);
  return key;
}

// ---- Frozen: checkpoints of every release are read by these.

TEST(OrderedKeyCodecTest, GoldenVectors) {
  using T = DataType;
  struct Golden {
    const char* name;
    std::vector<SortColumn> types;
    std::vector<Value> cells;
    const char* bytes;
  };
  const Golden goldens[] = {
      {"false", {{T::Boolean()}}, {false}, "0100"},
      {"true", {{T::Boolean()}}, {true}, "0101"},
      {"tinyint", {{T::TinyInt()}}, {-128}, "0100"},
      {"smallint", {{T::SmallInt()}}, {1}, "018001"},
      {"int", {{T::Int()}}, {-1}, "017fffffff"},
      {"bigint", {{T::BigInt()}}, {42}, "01800000000000002a"},
      {"bigint downwards", {{T::BigInt(), true}}, {42}, "017fffffffffffffd5"},
      {"float", {{T::Float()}}, {1.0}, "01bf800000"},
      {"double", {{T::Double()}}, {-1.0}, "01400fffffffffffff"},
      {"zero", {{T::Double()}}, {0.0}, "018000000000000000"},
      {"minus zero", {{T::Double()}}, {-0.0}, "017fffffffffffffff"},
      {"no number",
       {{T::Double()}},
       {std::numeric_limits<double>::quiet_NaN()},
       "01fff8000000000000"},
      {"decimal", {{T::Decimal(38, 2)}}, {Value(Int128{-1})}, "017fffffffffffffffffffffffffffffff"},
      {"date", {{T::Date()}}, {1}, "0180000001"},
      {"timestamp", {{T::Timestamp()}}, {int64_t{1000000}}, "0180000000000f4240"},
      {"text", {{T::String()}}, {"ann"}, "01616e6e0000"},
      {"text downwards", {{T::String(), true}}, {"ann"}, "019e9191ffff"},
      {"empty text", {{T::String()}}, {""}, "010000"},
      {"a zero byte", {{T::Bytes()}}, {Value(std::string("a\0b", 3))}, "016100ff620000"},
      {"null", {{T::String()}}, {Value()}, "00"},
      {"null downwards", {{T::Int(), true, true}}, {Value()}, "02"},
      {"two", {{T::String()}, {T::Int(), true}}, {"x", 1}, "01780000017ffffffe"},
  };
  for (const Golden& golden : goldens) {
    EXPECT_EQ(HexText(Encode(golden.types, golden.cells)), golden.bytes) << golden.name;
  }
}

// ---- Behaviour

// Cells of each type in SQL's order.
std::vector<std::pair<DataType, std::vector<Value>>> Ascending() {
  using T = DataType;
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Int128 big = Int128{1} << 100;
  return {
      {T::Boolean(), {false, true}},
      {T::TinyInt(), {-128, -1, 0, 1, 127}},
      {T::SmallInt(), {-32768, -1, 0, 255, 256, 32767}},
      {T::Int(), {std::numeric_limits<int32_t>::min(), -256, -1, 0, 255, 256}},
      {T::BigInt(), {std::numeric_limits<int64_t>::min(), -1, 0, int64_t{1} << 40}},
      {T::Float(), {-inf, -1.5, -0.0, 0.0, 1e-40, 1.5, inf, nan}},
      {T::Double(), {-inf, -1.5, -1e-310, -0.0, 0.0, 1e-310, 1.5, 1e300, inf, nan}},
      {T::Decimal(38, 4), {Value(-big), Value(Int128{-1}), Value(Int128{0}), Value(big)}},
      {T::Decimal(5, 2), {Value(Int128{-100}), Value(Int128{99}), Value(Int128{100})}},
      {T::Date(), {-1, 0, 20000}},
      {T::Timestamp(), {int64_t{-1}, int64_t{0}, int64_t{1} << 50}},
      {T::String(),
       {"", Value(std::string(1, '\0')), Value(std::string("\0a", 2)), "a",
        Value(std::string("a\0", 2)), Value(std::string("a\0\xff", 3)), "a\x01", "aa", "b",
        "\xc3\xa4"}},
      {T::Bytes(), {Value(std::string("\0\0", 2)), "\x01", "\xff", "\xff\xff"}},
  };
}

TEST(OrderedKeyCodecTest, TheOrderOfBytesIsTheOrderOfCells) {
  for (const auto& [type, cells] : Ascending()) {
    for (bool descending : {false, true}) {
      for (bool nulls_last : {false, true}) {
        const std::vector<SortColumn> column = {{type, descending, nulls_last}};
        std::vector<std::string> keys;
        for (const Value& cell : cells) keys.push_back(Encode(column, {cell}));
        if (descending) std::reverse(keys.begin(), keys.end());
        keys.insert(nulls_last ? keys.end() : keys.begin(), Encode(column, {Value()}));
        for (size_t i = 1; i < keys.size(); ++i)
          EXPECT_LT(keys[i - 1], keys[i]) << type << " " << i;
      }
    }
  }
}

TEST(OrderedKeyCodecTest, EveryCellComesBack) {
  for (const auto& [type, cells] : Ascending()) {
    for (bool descending : {false, true}) {
      const std::vector<SortColumn> columns = {{type, descending}, {DataType::Int(), !descending}};
      const OrderedKeyCodec codec = *OrderedKeyCodec::Make(columns);
      ColumnBuilder builder(type), number(DataType::Int());
      ColumnBuilder* out[] = {&builder, &number};
      std::vector<Value> all = cells;
      all.push_back(Value());
      for (const Value& cell : all) {
        const std::string key = Encode(columns, {cell, 7}) + "behind";
        std::string_view rest = key;
        codec.Decode(rest, out);
        EXPECT_EQ(rest, "behind");
      }
      ColumnPtr decoded = builder.Finish();
      for (size_t i = 0; i < all.size(); ++i) {
        // As keys: what is no number is not equal to itself.
        EXPECT_EQ(Encode({columns[0]}, {decoded->GetValue(i)}), Encode({columns[0]}, {all[i]}))
            << type << " " << i;
      }
      EXPECT_EQ(number.Finish()->GetValue(0), Value(7));
    }
  }
}

TEST(OrderedKeyCodecTest, TheFirstColumnDecidesFirst) {
  std::mt19937_64 random(1);
  const std::vector<SortColumn> columns = {{DataType::String(), true}, {DataType::Int()}};
  using Pair = std::pair<std::string, int>;
  std::vector<std::pair<std::string, Pair>> keys;
  for (int i = 0; i < 500; ++i) {
    std::string text(random() % 4, '\0');
    for (char& c : text) c = static_cast<char>(random() % 3);
    const int number = static_cast<int>(random() % 5) - 2;
    keys.push_back({Encode(columns, {Value(text), number}), {text, number}});
  }
  std::sort(keys.begin(), keys.end());
  for (size_t i = 1; i < keys.size(); ++i) {
    const Pair &a = keys[i - 1].second, &b = keys[i].second;
    EXPECT_TRUE(a.first > b.first || (a.first == b.first && a.second <= b.second));
  }
}

TEST(OrderedKeyCodecTest, WhatHasNoOrderIsRefused) {
  Status status = OrderedKeyCodec::Make({{DataType::Array(DataType::Int())}}).status();
  EXPECT_EQ(status, InvalidArgumentError("ARRAY<INT> has no order"));
}

}  // namespace
}  // namespace weir
