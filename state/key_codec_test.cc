#include "state/key_codec.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "common/base/hex.h"
#include "common/data/column_builder.h"
#include "state/xxh64.h"

namespace weir {
namespace {

EncodedKeys Encode(const std::vector<DataType>& types, const std::vector<ColumnPtr>& columns) {
  EncodedKeys keys;
  KeyCodec(types).Encode(columns, columns.empty() ? 1 : columns[0]->size(), keys);
  return keys;
}

// ---- Frozen: checkpoints of every release are read by these.

TEST(Xxh64Test, PublishedVectors) {
  EXPECT_EQ(Xxh64::Hash(""), 0xef46db3751d8e999u);
  EXPECT_EQ(Xxh64::Hash("a"), 0xd24ec4f1a98c6e5bu);
  EXPECT_EQ(Xxh64::Hash("abc"), 0x44bc2cf5ad770999u);
  EXPECT_EQ(Xxh64::Hash("xxhash", 20141025), 0xb559b98d844e0635u);
  EXPECT_EQ(Xxh64::Hash("Nobody inspects the spammish repetition"), 0xfbcea83c8a378bf1u);
}

TEST(Xxh64Test, PiecesAndFastPathAgreeWithTheWhole) {
  std::string text;
  for (int i = 0; i < 200; ++i) text.push_back(static_cast<char>(i * 37));
  for (size_t size = 0; size <= text.size(); ++size) {
    std::string_view whole = std::string_view(text).substr(0, size);
    for (size_t cut : {size_t{0}, size / 3, size / 2, size}) {
      Xxh64 pieces(7);
      pieces.Update(whole.substr(0, cut));
      pieces.Update({});
      pieces.Update(whole.substr(cut));
      EXPECT_EQ(pieces.Digest(), Xxh64::Hash(whole, 7)) << size << " cut at " << cut;
    }
  }
  for (uint64_t v : {uint64_t{0}, uint64_t{1}, uint64_t{0xffffffffffffffff}, uint64_t{1} << 63}) {
    EXPECT_EQ(Xxh64::Hash8(v), Xxh64::Hash({reinterpret_cast<const char*>(&v), 8}));
  }
}

struct Golden {
  const char* name;
  std::vector<DataType> types;
  std::vector<Value> cells;
  const char* bytes;
  uint64_t hash;
};

TEST(KeyCodecTest, GoldenVectors) {
  using T = DataType;
  const Golden goldens[] = {
      {"bigint", {T::BigInt()}, {42}, "2a00000000000000", 0xb556806fb6d14353u},
      {"negative", {T::BigInt().NotNull()}, {-1}, "ffffffffffffffff", 0x85d136adb773c6c9u},
      {"null", {T::BigInt()}, {Value()}, "", 0xef46db3751d8e999u},
      {"int", {T::Int()}, {7}, "07000000", 0xb7ca480e9b960d0eu},
      {"boolean", {T::Boolean()}, {true}, "01", 0x8a4127811b21e730u},
      {"decimal",
       {T::Decimal(20, 2)},
       {Value(Int128{-1})},
       "ffffffffffffffffffffffffffffffff",
       0xa721445d6a57c444u},
      {"string", {T::String()}, {"ann"}, "0003616e6e", 0x9c9cd328585384a7u},
      {"empty string", {T::String()}, {""}, "0000", 0x9aaba41ffa2da101u},
      {"null string", {T::String()}, {Value()}, "01", 0x8a4127811b21e730u},
      {"two", {T::Int(), T::String()}, {1, "x"}, "00010000000178", 0xfaf96fa28e371db9u},
      {"first null", {T::Int(), T::String()}, {Value(), "x"}, "010178", 0x11b78efa9232937cu},
      {"second null", {T::Int(), T::String()}, {1, Value()}, "0201000000", 0x7e78b628a8f319e1u},
      {"array",
       {T::Array(T::Int())},
       {Value(Value::List{1, Value()})},
       "0002000100000001",
       0x44df10a2dc35383cu},
      {"map",
       {T::Map(T::String(), T::Int())},
       {Value(Value::List{Value(Value::List{"k", 5})})},
       "000100016b0005000000",
       0x9e0c4504aa0834a9u},
      {"row",
       {T::Row({{"a", T::Int()}, {"b", T::String()}})},
       {Value(Value::List{1, Value()})},
       "00000100000001",
       0xd73c73a64fba1223u},
      {"no columns", {}, {}, "", 0xef46db3751d8e999u},
  };
  for (const Golden& golden : goldens) {
    std::vector<ColumnPtr> columns;
    for (size_t c = 0; c < golden.types.size(); ++c) {
      columns.push_back(ColumnOf(golden.types[c], {golden.cells[c]}));
    }
    EncodedKeys keys = Encode(golden.types, columns);
    EXPECT_EQ(HexText(keys.key(0)), golden.bytes) << golden.name;
    EXPECT_EQ(keys.hash(0), golden.hash) << golden.name << std::hex << " 0x" << keys.hash(0);
    EXPECT_EQ(keys.hash(0), KeyCodec::Hash(keys.key(0))) << golden.name;
  }
}

TEST(KeyCodecTest, GoldenKeyGroups) {
  const int64_t ids[] = {0, 1, 2, 3, 1000, -1};
  const int32_t groups[] = {77, 23, 64, 109, 34, 45};
  for (size_t i = 0; i < std::size(ids); ++i) {
    EXPECT_EQ(KeyGroupOf(Xxh64::Hash8(static_cast<uint64_t>(ids[i])), 128), groups[i]) << ids[i];
  }
}

// ---- Behaviour

TEST(KeyCodecTest, EveryTypeComesBack) {
  const DataType row = DataType::Row({{"a", DataType::Int()}, {"b", DataType::String()}});
  struct Case {
    DataType type;
    std::vector<Value> cells;
  };
  const Case cases[] = {
      {DataType::Boolean(), {true, false, Value()}},
      {DataType::TinyInt(), {-128, 127, Value()}},
      {DataType::SmallInt(), {-32768, 5, Value()}},
      {DataType::Int(), {1, Value(), -7}},
      {DataType::BigInt(), {int64_t{1} << 60, Value(), -7}},
      {DataType::Float(), {1.5, Value(), 0.0}},
      {DataType::Double(), {1.5, Value(), 0.0}},
      {DataType::Decimal(38, 3), {Value(Int128{1} << 100), Value(), Value(Int128{-5})}},
      {DataType::String(), {"", std::string(300, 'x'), Value()}},
      {DataType::Timestamp(), {1700000000000000, Value(), -1}},
      {DataType::Array(DataType::String()),
       {Value::List{"a", Value(), ""}, Value::List{}, Value()}},
      {DataType::Map(DataType::Int(), row),
       {Value::List{Value::List{1, Value::List{2, "x"}}, Value::List{2, Value()}}, Value(),
        Value::List{}}},
      {row, {Value::List{1, "x"}, Value(), Value::List{Value(), Value()}}},
  };
  for (const Case& c : cases) {
    for (bool paired : {false, true}) {
      std::vector<DataType> types = {c.type};
      std::vector<ColumnPtr> columns = {ColumnOf(c.type, c.cells)};
      if (paired) {
        types.push_back(DataType::Int());
        columns.push_back(ColumnOf(DataType::Int(), {1, Value(), 3}));
      }
      EncodedKeys keys = Encode(types, columns);
      std::vector<std::unique_ptr<ColumnBuilder>> builders;
      std::vector<ColumnBuilder*> out;
      for (const DataType& type : types) {
        builders.push_back(std::make_unique<ColumnBuilder>(type));
        out.push_back(builders.back().get());
      }
      for (size_t i = 0; i < keys.size(); ++i) KeyCodec(types).Decode(keys.key(i), out);
      for (size_t col = 0; col < columns.size(); ++col) {
        ColumnPtr decoded = builders[col]->Finish();
        for (size_t i = 0; i < keys.size(); ++i) {
          EXPECT_EQ(decoded->GetValue(i), columns[col]->GetValue(i)) << c.type << " row " << i;
        }
      }
    }
  }
}

TEST(KeyCodecTest, TheEncodingOfAColumnDoesNotMatter) {
  for (const DataType& type : {DataType::BigInt(), DataType::String()}) {
    Value a = type == DataType::BigInt() ? Value(5) : Value("five");
    ColumnPtr base = ColumnOf(type, {a, Value()});
    std::vector<ColumnPtr> dictionary = {Column::MakeDictionary(base, {1, 0, 1})};
    std::vector<ColumnPtr> constant = {Column::MakeConstant(type, a, 3)};
    EncodedKeys flat = Encode({type}, {base});
    EncodedKeys from_dictionary = Encode({type}, dictionary);
    EncodedKeys from_constant = Encode({type}, constant);
    EXPECT_EQ(from_dictionary.key(0), flat.key(1));
    EXPECT_EQ(from_dictionary.key(1), flat.key(0));
    EXPECT_EQ(from_dictionary.hash(1), flat.hash(0));
    EXPECT_EQ(from_constant.key(2), flat.key(0));
    EXPECT_EQ(from_constant.hash(2), flat.hash(0));
  }
}

TEST(KeyCodecTest, DifferentKeysDiffer) {
  using T = DataType;
  std::vector<ColumnPtr> columns = {
      ColumnOf(T::String(), {"a", "ab", "", Value(), "a", Value()}),
      ColumnOf(T::String(), {"bc", "c", "abc", "abc", Value(), Value()})};
  EncodedKeys keys = Encode({T::String(), T::String()}, columns);
  std::set<std::string> distinct;
  for (size_t i = 0; i < keys.size(); ++i) distinct.insert(std::string(keys.key(i)));
  EXPECT_EQ(distinct.size(), 6u);
}

TEST(KeyCodecTest, WhatIsNoNumberIsOneKey) {
  double other_nan = -std::numeric_limits<double>::quiet_NaN();
  std::vector<ColumnPtr> columns = {ColumnOf(
      DataType::Double(), {std::numeric_limits<double>::quiet_NaN(), other_nan, 0.0, -0.0})};
  EncodedKeys keys = Encode({DataType::Double()}, columns);
  EXPECT_EQ(keys.key(0), keys.key(1));
  EXPECT_NE(keys.key(2), keys.key(3));
}

// ---- Key groups

TEST(KeyGroupsTest, RangesAreCompleteDisjointAndEven) {
  for (int32_t max : {1, 2, 7, 128, 200}) {
    for (int32_t p = 1; p <= max; ++p) {
      int32_t next = 0, smallest = max, largest = 0;
      for (int32_t i = 0; i < p; ++i) {
        KeyGroupRange range = KeyGroupRangeFor(i, p, max);
        EXPECT_EQ(range.first, next);
        for (int32_t g = range.first; g <= range.last; ++g) {
          EXPECT_EQ(SubtaskOf(g, p, max), i) << "group " << g << " of " << max << " at " << p;
        }
        smallest = std::min(smallest, range.last - range.first + 1);
        largest = std::max(largest, range.last - range.first + 1);
        next = range.last + 1;
      }
      EXPECT_EQ(next, max);
      EXPECT_LE(largest - smallest, 1) << p << " of " << max;
    }
  }
}

TEST(KeyGroupsTest, KeysSpreadEvenly) {
  std::vector<int> counts(128);
  for (uint64_t key = 0; key < 128 * 1000; ++key) ++counts[KeyGroupOf(Xxh64::Hash8(key), 128)];
  for (int count : counts) {
    EXPECT_GT(count, 850);
    EXPECT_LT(count, 1150);
  }
}

}  // namespace
}  // namespace weir
