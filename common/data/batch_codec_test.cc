#include "common/data/batch_codec.h"

#include <gtest/gtest.h>

#include <random>

#include "common/data/batch_builder.h"

namespace weir {
namespace {

SchemaPtr AllTypes() {
  return std::make_shared<const Schema>(std::vector<Field>{
      {"flag", DataType::Boolean()},
      {"small", DataType::SmallInt()},
      {"n", DataType::BigInt().NotNull()},
      {"d", DataType::Double()},
      {"money", DataType::Decimal(20, 2)},
      {"text", DataType::String()},
      {"list", DataType::Array(DataType::String())},
      {"map", DataType::Map(DataType::String(), DataType::Int())},
      {"bag", DataType::Multiset(DataType::Int())},
      {"row", DataType::Row({{"a", DataType::Int()}, {"b", DataType::String()}})},
  });
}

Batch Sample(const SchemaPtr& schema, int rows, bool changes) {
  BatchBuilder builder(schema);
  for (int i = 0; i < rows; ++i) {
    using List = Value::List;
    if (i % 3 == 2) {
      std::vector<Value> nulls(schema->size());
      nulls[2] = i;
      builder.AppendRow(nulls);
      continue;
    }
    builder.AppendRow({i % 2 == 0, i, i, i / 2.0, Int128{i} * 1000000007, std::string(i % 20, 'x'),
                       List{"p", Value(), std::to_string(i)}, List{Value(List{"k", i})},
                       List{Value(List{i, 2})}, List{i, "b" + std::to_string(i)}},
                      changes && i % 2 ? RowKind::kUpdateBefore : RowKind::kInsert);
  }
  return builder.Finish();
}

void ExpectSame(const Batch& a, const Batch& b) {
  ASSERT_EQ(a.rows(), b.rows());
  EXPECT_EQ(a.split(), b.split());
  EXPECT_EQ(a.insert_only(), b.insert_only());
  for (size_t r = 0; r < a.rows(); ++r) {
    EXPECT_EQ(a.kind(r), b.kind(r));
    for (size_t c = 0; c < a.columns().size(); ++c) {
      EXPECT_EQ(a.column(c)->GetValue(r), b.column(c)->GetValue(r)) << "row " << r << " col " << c;
    }
  }
}

Batch RoundTrip(const Batch& batch) {
  std::string bytes;
  AppendElement(batch, bytes);
  auto elements = DecodeElements(bytes, batch.schema_ptr());
  CHECK(elements.ok()) << elements.status().ToString();
  CHECK_EQ(elements->size(), 1u);
  return std::get<Batch>((*elements)[0]);
}

TEST(BatchCodecTest, BringsBackEveryTypeAndEncoding) {
  SchemaPtr schema = AllTypes();
  for (int rows : {0, 1, 7, 8, 9, 100}) {
    for (bool changes : {false, true}) {
      Batch batch = Sample(schema, rows, changes).WithSplit(3);
      ExpectSame(RoundTrip(batch), batch);
      if (rows < 2) continue;
      std::vector<uint32_t> picked = {1, 0, 1, 1};
      Batch taken = batch.Take(picked);  // strings and lists become dictionaries
      ExpectSame(RoundTrip(taken), taken);
      std::vector<ColumnPtr> repeated;
      std::vector<uint32_t> indices;
      for (int i = 0; i < 2 * rows; ++i) indices.push_back(static_cast<uint32_t>(i % rows));
      for (const ColumnPtr& column : batch.columns()) {
        repeated.push_back(Column::MakeDictionary(column, indices));
      }
      Batch dictionary(schema, repeated, indices.size());
      ExpectSame(RoundTrip(dictionary), dictionary);
      EXPECT_EQ(RoundTrip(dictionary).column(5)->encoding(), Column::Encoding::kDictionary);
      std::vector<ColumnPtr> constant;
      for (const ColumnPtr& column : batch.columns()) {
        constant.push_back(Column::MakeConstant(Column::Slice(column, 0, 1), 5));
      }
      ExpectSame(RoundTrip(Batch(schema, constant, 5)), Batch(schema, constant, 5));
    }
  }
}

// Rows appended in bulk are the rows appended one by one, whatever came before.
TEST(BatchBuilderTest, AppendsRowsInBulk) {
  SchemaPtr schema = AllTypes();
  for (bool changes : {false, true}) {
    Batch batch = Sample(schema, 30, changes);
    std::vector<uint32_t> no_nulls = {0, 1, 3, 4, 28};
    std::vector<uint32_t> mixed = {29, 2, 2, 7, 0, 5};
    Batch source = batch;
    for (int encoding = 0; encoding < 2; ++encoding) {
      BatchBuilder bulk(schema);
      BatchBuilder single(schema);
      for (const std::vector<uint32_t>& rows : {no_nulls, mixed, no_nulls, {}}) {
        bulk.AppendRowsFrom(source, rows);
        for (uint32_t row : rows) single.AppendRowFrom(source, row);
      }
      EXPECT_EQ(bulk.rows(), 16u);
      ExpectSame(bulk.Finish(), single.Finish());
      std::vector<uint32_t> backwards(30);
      for (uint32_t i = 0; i < 30; ++i) backwards[i] = 29 - i;
      source = batch.Take(backwards);
    }
  }
}

TEST(BatchCodecTest, SendsFewRowsOfALargeDictionaryFlat) {
  auto schema = std::make_shared<const Schema>(std::vector<Field>{{"s", DataType::String()}});
  BatchBuilder builder(schema);
  for (int i = 0; i < 1000; ++i) builder.AppendRow({std::string(100, 'y')});
  std::vector<uint32_t> picked = {5};
  Batch one = builder.Finish().Take(picked);
  ASSERT_EQ(one.column(0)->encoding(), Column::Encoding::kDictionary);
  std::string bytes;
  AppendElement(one, bytes);
  EXPECT_LT(bytes.size(), 300u);
  ExpectSame(RoundTrip(one), one);
}

TEST(BatchCodecTest, BringsBackControlElementsInOrder) {
  Batch batch = Sample(AllTypes(), 4, true);
  std::vector<StreamElement> sent = {Watermark{-5, false}, batch, Watermark{kMinTimestamp, true},
                                     CheckpointBarrier{CheckpointId(77)}, EndOfInput{}};
  std::string bytes;
  for (const StreamElement& element : sent) AppendElement(element, bytes);
  auto got = DecodeElements(bytes, batch.schema_ptr());
  ASSERT_TRUE(got.ok()) << got.status();
  ASSERT_EQ(got->size(), sent.size());
  EXPECT_EQ(std::get<Watermark>((*got)[0]), (Watermark{-5, false}));
  ExpectSame(std::get<Batch>((*got)[1]), batch);
  EXPECT_EQ(std::get<Watermark>((*got)[2]), (Watermark{kMinTimestamp, true}));
  EXPECT_EQ(std::get<CheckpointBarrier>((*got)[3]).id, CheckpointId(77));
  EXPECT_TRUE(std::holds_alternative<EndOfInput>((*got)[4]));
}

TEST(BatchCodecTest, ReadsInPlaceWhenAlignedAndCopiesWhenNot) {
  Batch batch = Sample(AllTypes(), 50, false);
  std::string bytes;
  AppendElement(batch, bytes);
  for (size_t shift : {0, 1, 8}) {
    auto owner = std::make_shared<std::vector<Int128>>(bytes.size() / 16 + 2);
    char* at = reinterpret_cast<char*>(owner->data()) + shift;
    std::memcpy(at, bytes.data(), bytes.size());
    auto got = DecodeElements(owner, {at, bytes.size()}, batch.schema_ptr());
    ASSERT_TRUE(got.ok()) << got.status();
    const Batch& read = std::get<Batch>((*got)[0]);
    ExpectSame(read, batch);
    const char* money = read.column(4)->values<char>();
    EXPECT_EQ(money >= at && money < at + bytes.size(), shift == 0);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(money) % alignof(Int128), 0u);
  }
}

TEST(BatchCodecTest, RefusesAnotherSchema) {
  Batch batch = Sample(AllTypes(), 3, false);
  std::string bytes;
  AppendElement(batch, bytes);
  auto fewer = std::make_shared<const Schema>(std::vector<Field>{{"flag", DataType::Boolean()}});
  EXPECT_EQ(DecodeElements(bytes, fewer).status().code(), StatusCode::kDataLoss);
  std::vector<Field> fields = AllTypes()->fields();
  fields[1].type = DataType::Int();
  auto other = std::make_shared<const Schema>(fields);
  EXPECT_EQ(DecodeElements(bytes, other).status().code(), StatusCode::kDataLoss);
}

// Whatever is changed, the answer is an error or a batch that can be read to its end.
TEST(BatchCodecTest, SurvivesDamage) {
  Batch batch = Sample(AllTypes(), 20, true);
  std::string good;
  AppendElement(batch, good);
  AppendElement(Watermark{1, false}, good);
  std::vector<uint32_t> picked = {1, 1, 0};
  AppendElement(batch.Slice(0, 2).Take(picked), good);
  std::mt19937 random(7);
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = good;
    if (round % 4 == 0) bytes.resize(random() % bytes.size());
    for (uint32_t n = random() % 3 + 1; n > 0 && !bytes.empty(); --n) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    auto got = DecodeElements(bytes, batch.schema_ptr());
    if (!got.ok()) {
      EXPECT_EQ(got.status().code(), StatusCode::kDataLoss);
      ++refused;
      continue;
    }
    for (const StreamElement& element : *got) {
      const Batch* read = std::get_if<Batch>(&element);
      if (!read || read->rows() > 1000) continue;
      for (const ColumnPtr& column : read->columns()) {
        for (size_t i = 0; i < read->rows(); ++i) (void)column->GetValue(i);
      }
    }
  }
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace weir
