#include <gtest/gtest.h>

#include "formats/raw/raw_format.h"

namespace weir {
namespace {

TEST(RawFormatTest, RoundTrips) {
  struct Case {
    DataType type;
    Value value;
    std::string bytes;
    std::map<std::string, std::string> options = {};
  };
  for (const Case& c : std::vector<Case>{
           {DataType::String(), "abc", "abc"},
           {DataType::String(), "aé", "a\xe9", {{"charset", "ISO-8859-1"}}},
           {DataType::String(), "é", std::string("\0\xe9", 2), {{"charset", "UTF-16BE"}}},
           {DataType::Bytes(), std::string("\0\1", 2), std::string("\0\1", 2)},
           {DataType::Boolean(), true, "\1"},
           {DataType::SmallInt(), 258, "\1\2"},
           {DataType::Int(), -2, "\xff\xff\xff\xfe"},
           {DataType::BigInt(),
            1,
            std::string("\1\0\0\0\0\0\0\0", 8),
            {{"endianness", "little-endian"}}},
           {DataType::Double(), 1.0, std::string("\x3f\xf0\0\0\0\0\0\0", 8)},
       }) {
    auto schema = std::make_shared<const Schema>(std::vector<Field>{{"x", c.type}});
    auto encoder = RawFormat().make_encoder(schema, c.options);
    auto decoder = RawFormat().make_decoder({schema, {0}}, c.options);
    ASSERT_TRUE(encoder.ok() && decoder.ok());
    std::string bytes;
    EXPECT_EQ((*encoder)->Encode(Batch(schema, {ColumnOf(c.type, {c.value})}, 1), 0, bytes),
              OkStatus());
    EXPECT_EQ(bytes, c.bytes);
    BatchBuilder builder(schema);
    std::vector<uint32_t> row_of;
    std::vector<BadMessage> bad;
    std::string_view view = bytes;
    EXPECT_EQ((*decoder)->Decode({&view, 1}, builder, row_of, bad), OkStatus());
    EXPECT_TRUE(bad.empty());
    EXPECT_EQ(builder.Finish().column(0)->GetValue(0), c.value);
  }
}

TEST(RawFormatTest, Refusals) {
  auto two = std::make_shared<const Schema>(
      std::vector<Field>{{"x", DataType::Int()}, {"y", DataType::Int()}});
  EXPECT_EQ(RawFormat().make_decoder({two, {0}}, {}).status().message(),
            "format 'raw' needs exactly one physical column, not 2");
  auto one = std::make_shared<const Schema>(std::vector<Field>{{"x", DataType::Int()}});
  auto decoder = RawFormat().make_decoder({one, {0}}, {});
  BatchBuilder builder(one);
  std::vector<uint32_t> row_of;
  std::vector<BadMessage> bad;
  std::string_view view = "123";
  EXPECT_EQ((*decoder)->Decode({&view, 1}, builder, row_of, bad), OkStatus());
  EXPECT_EQ(bad.size(), 1u);
}

TEST(RegistryTest, UnknownFormatsNameTheNearest) {
  EXPECT_TRUE(FindFormat("json").ok());
  EXPECT_EQ(FindFormat("jsn").status().message(),
            "unknown format 'jsn'; did you mean 'json'? (there are: csv, json, raw)");
}

}  // namespace
}  // namespace weir
