#include <gtest/gtest.h>

#include <algorithm>

#include "formats/csv/csv_format.h"

namespace weir {
namespace {

using Options = std::map<std::string, std::string>;

SchemaPtr SchemaOf(std::vector<DataType> types) {
  std::vector<Field> fields;
  for (const DataType& type : types) fields.push_back({"c" + std::to_string(fields.size()), type});
  return std::make_shared<const Schema>(std::move(fields));
}

// Rows as "a|b", bad lines as "!reason".
std::vector<std::string> DecodeLines(const SchemaPtr& schema, const Options& options,
                                     const std::vector<std::string>& lines) {
  std::vector<uint32_t> all;
  for (size_t i = 0; i < schema->size(); ++i) all.push_back(static_cast<uint32_t>(i));
  auto decoder = CsvFormat().make_decoder({schema, all}, options);
  EXPECT_TRUE(decoder.ok()) << decoder.status();
  auto encoder =
      CsvFormat().make_encoder(schema, {{"field-delimiter", "\\t"}, {"null-literal", "NULL"}});
  std::vector<std::string> out;
  for (const std::string& line : lines) {
    BatchBuilder builder(schema);
    std::vector<uint32_t> row_of;
    std::vector<BadMessage> bad;
    std::string_view view = line;
    EXPECT_EQ((*decoder)->Decode({&view, 1}, builder, row_of, bad), OkStatus());
    Batch batch = builder.Finish();
    std::string text;
    for (const BadMessage& message : bad) text += "!" + message.reason;
    if (batch.rows() > 0) {
      EXPECT_EQ((*encoder)->Encode(batch, 0, text), OkStatus());
      std::replace(text.begin(), text.end(), '\t', '|');
    }
    out.push_back(text);
  }
  return out;
}

TEST(CsvDecoderTest, Fields) {
  SchemaPtr schema = SchemaOf({DataType::Int(), DataType::String(), DataType::Decimal(5, 1)});
  EXPECT_EQ(DecodeLines(schema, {},
                        {"1,abc,1.5", "2,\"a,b \"\"q\"\"\",2", " 3 ,,3\r\n", "x,a,1", "4,short",
                         "5,a,1,more", "6,\"open", "7,\"a\"b,1"}),
            (std::vector<std::string>{"1|abc|1.5", "2|\"a,b \"\"q\"\"\"|2", "3||3",
                                      "!c0: 'x' is not of type INT",
                                      "!2 fields where 3 are expected: '4,short'",
                                      "!4 fields where 3 are expected: '5,a,1,more'",
                                      "!a quoted field does not end: '\"open'", "7|ab|1"}));
}

TEST(CsvDecoderTest, IgnoredErrorsAreNull) {
  SchemaPtr schema = SchemaOf({DataType::Int(), DataType::String(), DataType::Boolean()});
  EXPECT_EQ(DecodeLines(schema, {{"ignore-parse-errors", "true"}},
                        {"x,a,maybe", "4,short", "5,a,true,more"}),
            (std::vector<std::string>{"NULL|a|false", "4|short|NULL",
                                      "!4 fields where 3 are expected: '5,a,true,more'"}));
}

TEST(CsvDecoderTest, Options) {
  SchemaPtr two = SchemaOf({DataType::Int(), DataType::String()});
  struct Case {
    Options options;
    std::string line;
    std::string row;
  };
  for (const Case& c : std::vector<Case>{
           {{{"field-delimiter", ";"}}, "1;a,b", "1|a,b"},
           {{{"field-delimiter", "\\t"}}, "1\ta", "1|a"},
           {{{"quote-character", "'"}}, "1,'a,b'", "1|a,b"},
           {{{"disable-quote-character", "true"}}, "1,\"a\"", "1|\"\"\"a\"\"\""},
           {{{"escape-character", "\\"}}, "1,a\\,b", "1|a,b"},
           {{{"null-literal", "n/a"}}, "n/a,n/a", "NULL|NULL"},
           {{{"allow-comments", "true"}}, "# 1,2", ""},
       }) {
    EXPECT_EQ(DecodeLines(two, c.options, {c.line})[0], c.row) << c.line;
  }
  SchemaPtr array = SchemaOf({DataType::Array(DataType::Int()), DataType::Int()});
  EXPECT_EQ(DecodeLines(array, {}, {"1;2;3,4", ",4"}), (std::vector<std::string>{"1;2;3|4", "|4"}));
  EXPECT_EQ(DecodeLines(array, {{"array-element-delimiter", "--"}}, {"1--2,4"})[0], "1;2|4");
  SchemaPtr row = SchemaOf({DataType::Row({{"a", DataType::Int()}, {"b", DataType::String()}})});
  EXPECT_EQ(DecodeLines(row, {}, {"1;x"})[0], "1;x");
}

TEST(CsvDecoderTest, ADelimiterMayStandBehindTheLastField) {
  SchemaPtr schema = SchemaOf({DataType::Int(), DataType::String()});
  EXPECT_EQ(DecodeLines(schema, {}, {"1,a,", "2,,", "3,b,,"}),
            (std::vector<std::string>{"1|a", "2|", "!4 fields where 2 are expected: '3,b,,'"}));
}

TEST(CsvEncoderTest, QuotesAndDecimals) {
  struct Case {
    DataType type;
    Value value;
    Options options;
    std::string text;
  };
  for (const Case& c : std::vector<Case>{
           {DataType::String(), "a-b", {}, "a-b"},
           {DataType::String(), "a b", {}, "\"a b\""},
           {DataType::String(), "a+b", {}, "\"a+b\""},
           {DataType::String(), "a-b", {{"field-delimiter", ";"}}, "\"a-b\""},
           {DataType::String(), "a<b", {{"field-delimiter", ";"}}, "a<b"},
           {DataType::String(), std::string(24, 'x'), {}, std::string(24, 'x')},
           {DataType::String(), std::string(25, 'x'), {}, '"' + std::string(25, 'x') + '"'},
           {DataType::String(), "a b", {{"disable-quote-character", "true"}}, "a b"},
           {DataType::Decimal(10, 2), Int128{150}, {}, "1.5"},
           {DataType::Decimal(10, 2), Int128{0}, {}, "0"},
           {DataType::Decimal(10, 2), Int128{-10000}, {}, "-1E+2"},
           {DataType::Decimal(10, 2),
            Int128{-10000},
            {{"write-bigdecimal-in-scientific-notation", "false"}},
            "-100"},
       }) {
    SchemaPtr schema = SchemaOf({c.type});
    auto encoder = CsvFormat().make_encoder(schema, c.options);
    std::string text;
    EXPECT_EQ((*encoder)->Encode(Batch(schema, {ColumnOf(c.type, {c.value})}, 1), 0, text),
              OkStatus());
    EXPECT_EQ(text, c.text);
  }
}

TEST(CsvFormatTest, Refusals) {
  EXPECT_EQ(CsvOptions::Read({{"field-delimiter", "ab"}}).status().message(),
            "format 'csv': option 'field-delimiter' = 'ab' is not one ASCII character");
  EXPECT_EQ(CsvOptions::Read({{"null-litral", "ab"}}).status().message(),
            "format 'csv': unknown option 'null-litral'; did you mean 'null-literal'?");
  SchemaPtr map = SchemaOf({DataType::Map(DataType::String(), DataType::Int())});
  EXPECT_EQ(CsvFormat().make_decoder({map, {0}}, {}).status().message(),
            "format 'csv' has no text for column 'c0' of type MAP<STRING, INT>");
}

TEST(CsvDecoderTest, Projection) {
  SchemaPtr schema = SchemaOf({DataType::Int(), DataType::String(), DataType::Int()});
  auto decoder = CsvFormat().make_decoder({schema, {2}}, {});
  BatchBuilder builder(SchemaOf({DataType::Int()}));
  std::vector<uint32_t> row_of;
  std::vector<BadMessage> bad;
  std::string_view line = "not a number,x,7";
  EXPECT_EQ((*decoder)->Decode({&line, 1}, builder, row_of, bad), OkStatus());
  EXPECT_TRUE(bad.empty());
  EXPECT_EQ(builder.Finish().column(0)->GetValue(0), Value(7));
}

}  // namespace
}  // namespace weir
