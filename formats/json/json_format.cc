#include "formats/json/json_format.h"

namespace weir {

Format JsonFormat() {
  Format format;
  format.name = "json";
  format.options = JsonOptions::Names();
  format.reads_fields = true;
  format.make_decoder =
      [](const DecoderContext& context,
         const std::map<std::string, std::string>& map) -> StatusOr<std::unique_ptr<Decoder>> {
    ASSIGN_OR_RETURN(JsonOptions options, JsonOptions::Read(map));
    return MakeJsonDecoder(context, options);
  };
  format.make_encoder =
      [](SchemaPtr schema,
         const std::map<std::string, std::string>& map) -> StatusOr<std::unique_ptr<Encoder>> {
    ASSIGN_OR_RETURN(JsonOptions options, JsonOptions::Read(map));
    return MakeJsonEncoder(std::move(schema), options);
  };
  return format;
}

}  // namespace weir
