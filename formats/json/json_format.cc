#include "formats/json/json_format.h"

#include <algorithm>

namespace weir {
namespace {

// A VARIANT is made by PARSE_JSON and stays within a job, as in Flink.
bool HasVariant(const DataType& type) {
  const std::vector<Field>& parts = type.fields();
  return type.is_variant() || std::any_of(parts.begin(), parts.end(),
                                          [](const Field& part) { return HasVariant(part.type); });
}

Status CheckSchema(const Schema& schema) {
  for (const Field& field : schema.fields()) {
    if (!HasVariant(field.type)) continue;
    return InvalidArgumentError("format 'json' has no form for column '" + field.name +
                                "' of type " + field.type.ToString() +
                                ": declare it STRING and read it with PARSE_JSON");
  }
  return OkStatus();
}

}  // namespace

Format JsonFormat() {
  Format format;
  format.name = "json";
  format.options = JsonOptions::Names();
  format.reads_fields = true;
  format.make_decoder =
      [](const DecoderContext& context,
         const std::map<std::string, std::string>& map) -> StatusOr<std::unique_ptr<Decoder>> {
    ASSIGN_OR_RETURN(JsonOptions options, JsonOptions::Read(map));
    RETURN_IF_ERROR(CheckSchema(*context.schema));
    return MakeJsonDecoder(context, options);
  };
  format.make_encoder =
      [](SchemaPtr schema,
         const std::map<std::string, std::string>& map) -> StatusOr<std::unique_ptr<Encoder>> {
    ASSIGN_OR_RETURN(JsonOptions options, JsonOptions::Read(map));
    RETURN_IF_ERROR(CheckSchema(*schema));
    return MakeJsonEncoder(std::move(schema), options);
  };
  return format;
}

}  // namespace weir
