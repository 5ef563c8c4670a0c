// Bytes as messages to the JSON and CSV decoders: no crash, every row and every bad message
// accounted for, and what was decoded from JSON reads the same after it is written and read again.

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "formats/format.h"

namespace weir {
namespace {

SchemaPtr JsonSchema() {
  DataType inner = DataType::Row({{"a", DataType::Int()}, {"b", DataType::String()}});
  return std::make_shared<const Schema>(std::vector<Field>{
      {"i", DataType::Int()},
      {"l", DataType::BigInt()},
      {"t", DataType::TinyInt()},
      {"b", DataType::Boolean()},
      {"d", DataType::Double()},
      {"n", DataType::Decimal(12, 3)},
      {"s", DataType::String()},
      {"y", DataType::Bytes()},
      {"dt", DataType::Date()},
      {"ts", DataType::Timestamp(3)},
      {"r", inner},
      {"ar", DataType::Array(inner)},
      {"m", DataType::Map(DataType::String(), DataType::Array(DataType::Int()))},
  });
}

SchemaPtr CsvSchema() {
  return std::make_shared<const Schema>(std::vector<Field>{
      {"i", DataType::Int()},
      {"s", DataType::String()},
      {"n", DataType::Decimal(5, 1)},
      {"a", DataType::Array(DataType::Int())},
  });
}

// The messages: the input cut at zero bytes, each in memory of exactly its size and the padding.
std::vector<std::unique_ptr<char[]>> Cut(std::string_view input,
                                         std::vector<std::string_view>& views) {
  constexpr size_t kPadding = 64;
  std::vector<std::unique_ptr<char[]>> owners;
  while (true) {
    size_t end = input.find('\0');
    std::string_view message = input.substr(0, end);
    auto owner = std::make_unique<char[]>(message.size() + kPadding);
    std::memcpy(owner.get(), message.data(), message.size());
    views.emplace_back(owner.get(), message.size());
    owners.push_back(std::move(owner));
    if (end == input.npos) return owners;
    input.remove_prefix(end + 1);
  }
}

Batch Decode(const char* format, const SchemaPtr& schema, bool ignore,
             const std::vector<std::string_view>& messages) {
  DecoderContext context{.schema = schema, .projection = {}};
  for (uint32_t i = 0; i < schema->size(); ++i) context.projection.push_back(i);
  auto decoder = (*FindFormat(format))
                     ->make_decoder(context, {{"ignore-parse-errors", ignore ? "true" : "false"}});
  CHECK(decoder.ok()) << decoder.status();
  BatchBuilder builder(schema);
  std::vector<uint32_t> row_of;
  std::vector<BadMessage> bad;
  CHECK((*decoder)->Decode(messages, builder, row_of, bad).ok());
  Batch batch = builder.Finish();
  CHECK_EQ(batch.rows(), row_of.size());
  CHECK_LE(row_of.size() + bad.size(), messages.size());
  for (const BadMessage& message : bad) {
    CHECK(!message.reason.empty());
    for (uint32_t row : row_of) CHECK_NE(row, message.index);
  }
  return batch;
}

void RoundTrip(const SchemaPtr& schema, const Batch& batch) {
  auto encoder = (*FindFormat("json"))->make_encoder(schema, {});
  CHECK(encoder.ok());
  for (size_t row = 0; row < batch.rows(); ++row) {
    std::string text;
    CHECK((*encoder)->Encode(batch, row, text).ok());
    std::vector<std::string_view> views;
    auto owners = Cut(text, views);
    CHECK_EQ(views.size(), 1u);
    Batch again = Decode("json", schema, false, views);
    CHECK_EQ(again.rows(), 1u) << text;
    std::string second;  // compared as text, because NaN equals nothing
    CHECK((*encoder)->Encode(again, 0, second).ok());
    CHECK(second == text) << text << " became " << second;
  }
}

}  // namespace
}  // namespace weir

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weir;
  if (size == 0) return 0;
  static const SchemaPtr& json = *new SchemaPtr(JsonSchema());
  static const SchemaPtr& csv = *new SchemaPtr(CsvSchema());
  bool ignore = data[0] & 1;
  std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::vector<std::string_view> views;
  auto owners = Cut(input, views);
  RoundTrip(json, Decode("json", json, ignore, views));
  Decode("csv", csv, ignore, views);
  return 0;
}
