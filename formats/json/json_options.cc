#include "formats/json/json_options.h"

#include "common/config/option_reader.h"

namespace weir {

StatusOr<JsonOptions> JsonOptions::Read(const std::map<std::string, std::string>& options) {
  OptionReader reader("format 'json'", options);
  JsonOptions out;
  out.fail_on_missing_field = reader.Bool("fail-on-missing-field", false);
  out.ignore_parse_errors = reader.Bool("ignore-parse-errors", false);
  if (out.fail_on_missing_field && out.ignore_parse_errors) {
    reader.Fail("fail-on-missing-field",
                "contradicts 'ignore-parse-errors': only one of them may be true");
  }
  if (reader.OneOf("timestamp-format.standard", "SQL", {"SQL", "ISO-8601"}) == "ISO-8601") {
    out.timestamp_standard = TimestampStandard::kIso8601;
  }
  std::string null_key = reader.OneOf("map-null-key.mode", "FAIL", {"FAIL", "DROP", "LITERAL"});
  if (null_key == "DROP") out.null_key = NullKey::kDrop;
  if (null_key == "LITERAL") out.null_key = NullKey::kLiteral;
  out.null_key_literal = reader.String("map-null-key.literal", "null");
  out.plain_decimals = reader.Bool("encode.decimal-as-plain-number", false);
  out.ignore_null_fields = reader.Bool("encode.ignore-null-fields", false);
  // Chooses between two parsers of Flink that read alike; we have one.
  reader.Bool("decode.json-parser.enabled", true);
  RETURN_IF_ERROR(reader.Finish());
  return out;
}

std::vector<std::string> JsonOptions::Names() {
  return {"fail-on-missing-field",     "ignore-parse-errors",
          "timestamp-format.standard", "map-null-key.mode",
          "map-null-key.literal",      "encode.decimal-as-plain-number",
          "encode.ignore-null-fields", "decode.json-parser.enabled"};
}

}  // namespace weir
