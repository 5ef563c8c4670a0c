#include <gtest/gtest.h>

#include <limits>

#include "formats/json/json_format.h"

namespace weir {
namespace {

using Options = std::map<std::string, std::string>;

struct Decoded {
  std::vector<std::vector<Value>> rows;
  std::vector<uint32_t> row_of;
  std::vector<BadMessage> bad;
};

// Decodes texts that lie in one buffer, as a connector hands them over.
Decoded DecodeAll(Decoder& decoder, const SchemaPtr& schema,
                  const std::vector<std::string>& texts) {
  std::string buffer;
  for (const std::string& text : texts) buffer += text;
  buffer.append(64, '\0');
  std::vector<std::string_view> views;
  size_t at = 0;
  for (const std::string& text : texts) {
    views.emplace_back(buffer.data() + at, text.size());
    at += text.size();
  }
  Decoded out;
  BatchBuilder builder(schema);
  EXPECT_EQ(decoder.Decode(views, builder, out.row_of, out.bad), OkStatus());
  Batch batch = builder.Finish();
  for (size_t i = 0; i < batch.rows(); ++i) {
    std::vector<Value> row;
    for (const ColumnPtr& column : batch.columns()) row.push_back(column->GetValue(i));
    out.rows.push_back(std::move(row));
  }
  return out;
}

Decoded DecodeAs(const DataType& type, const std::string& json, const Options& options = {}) {
  auto schema = std::make_shared<const Schema>(std::vector<Field>{{"x", type}});
  auto decoder = JsonFormat().make_decoder({schema, {0}}, options);
  EXPECT_TRUE(decoder.ok()) << decoder.status();
  return DecodeAll(**decoder, schema, {"{\"x\":" + json + "}"});
}

constexpr int64_t kDay = 86400000000;

TEST(JsonDecoderTest, ValuesOfEachType) {
  struct Case {
    DataType type;
    const char* json;
    Value value;
  };
  int64_t day = 19724;  // 2024-01-02
  for (const Case& c : std::vector<Case>{
           {DataType::Int(), "1", 1},
           {DataType::Int(), "3.7", 3},
           {DataType::Int(), "-3.7", -3},
           {DataType::Int(), "\" 12 \"", 12},
           {DataType::Int(), "null", {}},
           {DataType::BigInt(), "1e3", 1000},
           {DataType::BigInt(), "9223372036854775807", int64_t{9223372036854775807}},
           {DataType::BigInt(), "\"-7\"", -7},
           {DataType::TinyInt(), "-128", -128},
           {DataType::SmallInt(), "\"300\"", 300},
           {DataType::Boolean(), "true", true},
           {DataType::Boolean(), "\"TRUE\"", true},
           {DataType::Boolean(), "\"yes\"", false},
           {DataType::Double(), "1.25", 1.25},
           {DataType::Double(), "\"1.5\"", 1.5},
           {DataType::Double(), "1", 1.0},
           {DataType::Float(), "3", 3.0},
           {DataType::Decimal(10, 2), "12.345", Int128{1235}},
           {DataType::Decimal(10, 2), "-0.1", Int128{-10}},
           {DataType::Decimal(10, 2), "\"12.3\"", Int128{1230}},
           {DataType::Decimal(10, 2), "1e2", Int128{10000}},
           {DataType::Decimal(10, 2), "99999999999", {}},
           {DataType::Decimal(38, 0), "12345678901234567890123",
            Int128{1234567890123} * 10000000000 + 4567890123},
           {DataType::String(), "\"a\\n\\u00e4\\\"\"", "a\n\u00e4\""},
           {DataType::String(), "12.50", "12.50"},
           {DataType::String(), "true", "true"},
           {DataType::String(), "{ \"a\" : [1 , 2] }", "{\"a\":[1,2]}"},
           {DataType::String(), "[ \"a b\", null ]", "[\"a b\",null]"},
           {DataType::String(), "\"\"", ""},
           {DataType::Bytes(), "\"aGVsbG8=\"", "hello"},
           {DataType::Date(), "\"2024-01-02\"", day},
           {DataType::Time(), "\"12:34:56.789\"", int64_t{45296000}},
           {DataType::Timestamp(3), "\"2024-01-02 03:04:05.123456\"", day * kDay + 11045123000},
           {DataType::Timestamp(6), "\"2024-01-02 03:04:05.123456\"", day * kDay + 11045123456},
           {DataType::TimestampLtz(3), "\"2024-01-02 03:04:05.5Z\"", day * kDay + 11045500000},
           {DataType::Array(DataType::Int()), "[1, null, 3]", Value::List{1, Value(), 3}},
           {DataType::Array(DataType::Int()), "[]", Value::List{}},
           {DataType::Array(DataType::Array(DataType::String())), "[[\"a\"],[]]",
            Value::List{Value::List{"a"}, Value::List{}}},
           {DataType::Map(DataType::String(), DataType::Int()), "{\"k\":1,\"l\":null}",
            Value::List{Value::List{"k", 1}, Value::List{"l", Value()}}},
           {DataType::Multiset(DataType::String()), "{\"k\":2}",
            Value::List{Value(Value::List{"k", 2})}},
           {DataType::Row({{"a", DataType::Int()}, {"b", DataType::String()}}),
            "{\"b\":\"q\",\"c\":{\"a\":9},\"a\":1}", Value::List{1, "q"}},
           {DataType::Row({{"a", DataType::Int()}}), "{}", Value::List{Value()}},
           {DataType::Row({{"a", DataType::Int()}}), "null", {}},
           {DataType::Array(DataType::Row({{"a", DataType::Int()}})), "[{\"a\":1},{\"a\":2}]",
            Value::List{Value::List{1}, Value::List{2}}},
       }) {
    Decoded got = DecodeAs(c.type, c.json);
    ASSERT_EQ(got.rows.size(), 1u) << c.json << " " << (got.bad.empty() ? "" : got.bad[0].reason);
    EXPECT_EQ(got.rows[0][0], c.value) << c.type << " " << c.json;
  }
}

TEST(JsonDecoderTest, WrongValuesNameFieldAndValue) {
  struct Case {
    DataType type;
    const char* json;
    const char* reason;
  };
  for (const Case& c : std::vector<Case>{
           {DataType::Int(), "\"abc\"", "x: 'abc' is not an INT"},
           {DataType::Int(), "99999999999", "x: '99999999999' is not an INT"},
           {DataType::Int(), "1e300", "x: '1e300' is not an INT"},
           {DataType::Int(), "true", "x: 'true' is not an INT"},
           {DataType::Int(), "\"\"", "x: '' is not an INT"},
           {DataType::TinyInt(), "300", "x: '300' is not a TINYINT"},
           {DataType::SmallInt(), "\"3.7\"", "x: '3.7' is not a SMALLINT"},
           {DataType::Decimal(10, 2), "\"abc\"", "x: 'abc' is not a DECIMAL(10, 2)"},
           {DataType::Date(), "\"2024-02-30\"", "x: '2024-02-30' is not a DATE"},
           {DataType::Timestamp(3), "\"2024-01-02T03:04:05\"",
            "x: '2024-01-02T03:04:05' is not a TIMESTAMP(3)"},
           {DataType::Bytes(), "\"###\"", "x: '###' is not a BYTES"},
           {DataType::Int(), "{\"a\":1}", "x: '{...}' is not an INT"},
           {DataType::Int(), "[1]", "x: '[...]' is not an INT"},
           {DataType::Array(DataType::Int()), "[1,\"q\"]", "x[2]: 'q' is not an INT"},
           {DataType::Array(DataType::Int()), "{}", "x: '{...}' is not an ARRAY<INT>"},
           {DataType::Map(DataType::String(), DataType::Int()), "{\"k\":\"q\"}",
            "x['k']: 'q' is not an INT"},
           {DataType::Map(DataType::Int(), DataType::Int()), "{\"k\":1}",
            "x: the key 'k' is not an INT"},
           {DataType::Row({{"a", DataType::Row({{"b", DataType::Int()}})}}),
            "{\"a\":{\"b\":\"q\"}}", "x.a.b: 'q' is not an INT"},
       }) {
    Decoded got = DecodeAs(c.type, c.json);
    ASSERT_EQ(got.bad.size(), 1u) << c.json;
    EXPECT_EQ(got.bad[0].reason, c.reason) << c.json;
    EXPECT_TRUE(got.rows.empty());

    // With json.ignore-parse-errors what cannot be read is NULL and the row stays.
    Decoded ignored = DecodeAs(c.type, c.json, {{"ignore-parse-errors", "true"}});
    EXPECT_EQ(ignored.rows.size(), 1u) << c.json;
    EXPECT_TRUE(ignored.bad.empty()) << c.json;
  }
}

TEST(JsonDecoderTest, IgnoredErrorsKeepTheRestOfNestedValues) {
  Options ignore = {{"ignore-parse-errors", "true"}};
  EXPECT_EQ(DecodeAs(DataType::Array(DataType::Int()), "[1,\"zz\",3]", ignore).rows[0][0],
            Value(Value::List{1, Value(), 3}));
  DataType row = DataType::Row({{"a", DataType::Int()}, {"b", DataType::String()}});
  EXPECT_EQ(DecodeAs(row, "{\"a\":\"bad\",\"b\":\"k\"}", ignore).rows[0][0],
            Value(Value::List{Value(), "k"}));
  EXPECT_EQ(DecodeAs(row, "5", ignore).rows[0][0], Value());
}

SchemaPtr Orders() {
  return std::make_shared<const Schema>(std::vector<Field>{{"id", DataType::BigInt()},
                                                           {"name", DataType::String()},
                                                           {"price", DataType::Double()},
                                                           {"note", DataType::String()}});
}

TEST(JsonDecoderTest, ProjectionOrderUnknownAndRepeatedFields) {
  auto out = std::make_shared<const Schema>(
      std::vector<Field>{{"price", DataType::Double()}, {"id", DataType::BigInt()}});
  auto decoder = JsonFormat().make_decoder({Orders(), {2, 0}}, {});
  ASSERT_TRUE(decoder.ok());
  Decoded got = DecodeAll(**decoder, out,
                          {R"({"id":1,"name":"a","price":1.5})",
                           R"({"name":{"deep":[1,{"x":"}"}]},"price":2.5,"id":2})", R"({"id":3})",
                           R"({"id":4,"id":5,"price":1,"more":null})", R"({"\u0069d":6})",
                           R"({"ID":7,"i":8,"idx":9})", R"({})"});
  EXPECT_TRUE(got.bad.empty());
  std::vector<std::vector<Value>> expected = {{1.5, 1},          {2.5, 2},     {Value(), 3},
                                              {1.0, 5},          {Value(), 6}, {Value(), Value()},
                                              {Value(), Value()}};
  EXPECT_EQ(got.rows, expected);
}

TEST(JsonDecoderTest, BadMessagesLeaveNoRowAndGoodOnesKeepTheirIndex) {
  auto decoder = JsonFormat().make_decoder({Orders(), {0, 1, 2, 3}}, {});
  ASSERT_TRUE(decoder.ok());
  Decoded got = DecodeAll(**decoder, Orders(),
                          {R"({"id":1})", R"({"id":2)", "[1,2]", "", "null", "nope", "{\"id\":3}\n",
                           "{\"name\":\"\xff\"}", R"({"id":4,"name":"\q"})", R"("text")", "5",
                           R"({"id":1,"name":"x","price":"y"})", R"({"id" 5})", R"({"id":5})"});
  EXPECT_EQ(got.row_of, (std::vector<uint32_t>{0, 6, 13}));
  std::vector<size_t> bad;
  for (const BadMessage& message : got.bad) bad.push_back(message.index);
  EXPECT_EQ(bad, (std::vector<size_t>{1, 2, 3, 5, 7, 8, 9, 10, 11, 12}));
  EXPECT_EQ(got.bad[1].reason, "not a JSON object: '[1,2]'");
  EXPECT_EQ(got.bad[8].reason, "price: 'y' is not a DOUBLE");
  ASSERT_EQ(got.rows.size(), 3u);
  EXPECT_EQ(got.rows[2][0], Value(5));
}

TEST(JsonDecoderTest, NullValuesAreSkipped) {
  auto decoder = JsonFormat().make_decoder({Orders(), {0}}, {});
  ASSERT_TRUE(decoder.ok());
  BatchBuilder builder(
      std::make_shared<const Schema>(std::vector<Field>{{"id", DataType::BigInt()}}));
  std::vector<std::string_view> messages(2);
  std::vector<uint32_t> row_of;
  std::vector<BadMessage> bad;
  EXPECT_EQ((*decoder)->Decode(messages, builder, row_of, bad), OkStatus());
  EXPECT_EQ(builder.rows(), 0u);
  EXPECT_TRUE(bad.empty());
}

TEST(JsonDecoderTest, Options) {
  Decoded missing = [] {
    auto decoder =
        JsonFormat().make_decoder({Orders(), {0, 1}}, {{"fail-on-missing-field", "true"}});
    return DecodeAll(**decoder,
                     std::make_shared<const Schema>(std::vector<Field>{
                         {"id", DataType::BigInt()}, {"name", DataType::String()}}),
                     {R"({"id":1})", R"({"id":1,"name":null})"});
  }();
  ASSERT_EQ(missing.bad.size(), 1u);
  EXPECT_EQ(missing.bad[0].reason, "name: the field is missing");
  EXPECT_EQ(missing.rows.size(), 1u);

  Options iso = {{"timestamp-format.standard", "ISO-8601"}};
  EXPECT_EQ(DecodeAs(DataType::Timestamp(3), "\"1970-01-01T00:00:01\"", iso).rows[0][0],
            Value(1000000));
  EXPECT_EQ(DecodeAs(DataType::TimestampLtz(3), "\"1970-01-01T00:00:01Z\"", iso).rows[0][0],
            Value(1000000));

  EXPECT_EQ(JsonOptions::Read({{"bla", "1"}}).status().message(),
            "format 'json': unknown option 'bla'");
  EXPECT_EQ(JsonOptions::Read({{"ignore-parse-error", "true"}}).status().message(),
            "format 'json': unknown option 'ignore-parse-error'; did you mean "
            "'ignore-parse-errors'?");
  EXPECT_FALSE(
      JsonOptions::Read({{"ignore-parse-errors", "true"}, {"fail-on-missing-field", "true"}}).ok());
}

std::string Encoded(const DataType& type, const Value& value, const Options& options = {}) {
  auto schema = std::make_shared<const Schema>(std::vector<Field>{{"x", type}});
  auto encoder = JsonFormat().make_encoder(schema, options);
  EXPECT_TRUE(encoder.ok()) << encoder.status();
  std::string out;
  Status s = (*encoder)->Encode(Batch(schema, {ColumnOf(type, {value})}, 1), 0, out);
  return s.ok() ? out : s.ToString();
}

class JsonFieldsTest : public testing::Test {
 protected:
  // `user`.address.city, x, `user`.age
  Decoded Decode(const std::vector<std::string>& texts, const Options& options = {}) {
    const DataType address =
        DataType::Row({{"city", DataType::String()}, {"zip", DataType::String()}});
    const DataType user = DataType::Row(
        {{"name", DataType::String()}, {"age", DataType::Int()}, {"address", address}});
    DecoderContext context;
    context.schema =
        std::make_shared<const Schema>(std::vector<Field>{{"user", user}, {"x", DataType::Int()}});
    context.projection = {0, 1, 0};
    context.fields = {{2, 0}, {}, {1}};
    auto decoder = JsonFormat().make_decoder(context, options);
    EXPECT_TRUE(decoder.ok()) << decoder.status();
    auto out = std::make_shared<const Schema>(std::vector<Field>{
        {"city", DataType::String()}, {"x", DataType::Int()}, {"age", DataType::Int()}});
    return DecodeAll(**decoder, out, texts);
  }
  using Rows = std::vector<std::vector<Value>>;
};

TEST_F(JsonFieldsTest, FieldsOfARowBecomeColumns) {
  Decoded got = Decode({
      R"({"user":{"name":["not read"],"age":3,"address":{"zip":7,"city":"B"}},"x":1})",
      R"({"x":2,"user":null})",
      R"({"x":3})",
      R"({"user":{"address":null,"age":4}})",
      R"({"user":{"age":1},"x":5,"user":{"address":{"city":"C"}}})",
      R"({"user":{"age":1},"x":6,"user":null})",
  });
  EXPECT_TRUE(got.bad.empty());
  const Value none;
  EXPECT_EQ(got.rows, (Rows{{"B", 1, 3},
                            {none, 2, none},
                            {none, 3, none},
                            {none, none, 4},
                            {"C", 5, none},
                            {none, 6, none}}));
}

TEST_F(JsonFieldsTest, BadOnesLeaveNothingBehind) {
  const std::vector<std::string> texts = {R"({"user":{"address":{"city":"B"},"age":"no"},"x":1})",
                                          R"({"x":2})", R"({"user":7,"x":3})",
                                          R"({"user":{"age":1},"x":oops})", R"({"x":4})"};
  Decoded got = Decode(texts);
  ASSERT_EQ(got.bad.size(), 3u);
  EXPECT_EQ(got.bad[0].reason, "user.age: 'no' is not an INT");
  EXPECT_TRUE(got.bad[1].reason.starts_with("user: '7' is not a ROW")) << got.bad[1].reason;
  const Value none;
  EXPECT_EQ(got.rows, (Rows{{none, 2, none}, {none, 4, none}}));
  got = Decode(texts, {{"ignore-parse-errors", "true"}});
  EXPECT_EQ(got.rows, (Rows{{"B", 1, none}, {none, 2, none}, {none, 3, none}, {none, 4, none}}));
}

TEST_F(JsonFieldsTest, MissingFieldsFailWhereAskedTo) {
  Decoded got = Decode({R"({"user":null,"x":1})", R"({"x":2})", R"({"user":{"age":1},"x":3})",
                        R"({"user":{"age":1,"address":{"city":"B"}},"x":4})"},
                       {{"fail-on-missing-field", "true"}});
  EXPECT_EQ(got.row_of, (std::vector<uint32_t>{0, 3}));
  ASSERT_EQ(got.bad.size(), 2u);
  EXPECT_EQ(got.bad[0].reason, "user: the field is missing");
}

TEST(JsonEncoderTest, ValuesOfEachType) {
  struct Case {
    DataType type;
    Value value;
    const char* json;
  };
  for (const Case& c : std::vector<Case>{
           {DataType::Int(), 1, R"({"x":1})"},
           {DataType::Int(), {}, R"({"x":null})"},
           {DataType::Boolean(), true, R"({"x":true})"},
           {DataType::Double(), 1e10, R"({"x":1.0E10})"},
           {DataType::Double(), std::numeric_limits<double>::infinity(), R"({"x":"Infinity"})"},
           {DataType::Decimal(10, 2), Int128{-50}, R"({"x":-0.5})"},
           {DataType::Decimal(10, 2), Int128{10000}, R"({"x":1E+2})"},
           {DataType::Decimal(10, 2), Int128{0}, R"({"x":0})"},
           {DataType::Decimal(12, 9), Int128{27}, R"({"x":2.7E-8})"},
           {DataType::String(), "a\"b\\\n\x01\u00e4", "{\"x\":\"a\\\"b\\\\\\n\\u0001\u00e4\"}"},
           {DataType::Bytes(), "hello", R"({"x":"aGVsbG8="})"},
           {DataType::Date(), 19724, R"({"x":"2024-01-02"})"},
           {DataType::Time(), 3723000, R"({"x":"01:02:03"})"},
           {DataType::Timestamp(3), 1500000, R"({"x":"1970-01-01 00:00:01.5"})"},
           {DataType::TimestampLtz(3), 1000000, R"({"x":"1970-01-01 00:00:01Z"})"},
           {DataType::Array(DataType::Int()), Value::List{1, Value()}, R"({"x":[1,null]})"},
           {DataType::Map(DataType::String(), DataType::Int()),
            Value::List{Value::List{"k", 1}, Value::List{"l", 2}}, R"({"x":{"k":1,"l":2}})"},
           {DataType::Row({{"a", DataType::Int()}, {"b", DataType::String()}}), Value::List{1, "q"},
            R"({"x":{"a":1,"b":"q"}})"},
       }) {
    EXPECT_EQ(Encoded(c.type, c.value), c.json);
  }
}

TEST(JsonEncoderTest, Options) {
  DataType map = DataType::Map(DataType::String(), DataType::Int());
  Value with_null = Value::List{Value::List{Value(), 1}, Value::List{"k", 2}};
  EXPECT_NE(Encoded(map, with_null).find("map-null-key.mode"), std::string::npos);
  EXPECT_EQ(Encoded(map, with_null, {{"map-null-key.mode", "DROP"}}), R"({"x":{"k":2}})");
  EXPECT_EQ(
      Encoded(map, with_null, {{"map-null-key.mode", "LITERAL"}, {"map-null-key.literal", "n"}}),
      R"({"x":{"n":1,"k":2}})");
  EXPECT_EQ(
      Encoded(DataType::Decimal(12, 9), Int128{27}, {{"encode.decimal-as-plain-number", "true"}}),
      R"({"x":0.000000027})");
  EXPECT_EQ(Encoded(DataType::Int(), {}, {{"encode.ignore-null-fields", "true"}}), "{}");
}

TEST(JsonRoundTripTest, WhatIsEncodedIsDecoded) {
  DataType type = DataType::Row(
      {{"a", DataType::Array(DataType::Map(DataType::String(), DataType::Decimal(20, 4)))},
       {"b", DataType::Timestamp(6)},
       {"c", DataType::Bytes()}});
  Value value = Value::List{
      Value::List{Value::List{Value(Value::List{"k", Int128{-12345678}})}, Value::List{}}, 1234567,
      std::string("\0\xff", 2)};
  std::string text = Encoded(type, value);
  auto schema = std::make_shared<const Schema>(std::vector<Field>{{"x", type}});
  auto decoder = JsonFormat().make_decoder({schema, {0}}, {});
  Decoded got = DecodeAll(**decoder, schema, {text});
  ASSERT_EQ(got.rows.size(), 1u) << text;
  EXPECT_EQ(got.rows[0][0], value) << text;
}

}  // namespace
}  // namespace weir
