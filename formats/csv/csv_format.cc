#include "formats/csv/csv_format.h"

#include "common/config/option_reader.h"

namespace weir {
namespace {

// One character, perhaps written as '\t' or '\u0001'.
void ReadCharacter(OptionReader& reader, std::string_view key, char& out) {
  std::optional<std::string> text = reader.String(key);
  if (!text) return;
  if (*text == "\\t") {
    out = '\t';
  } else if (text->size() == 6 && text->starts_with("\\u00")) {
    char* end = nullptr;
    out = static_cast<char>(std::strtol(text->c_str() + 4, &end, 16));
    if (*end != 0 || (out & 0x80)) reader.Fail(key, "is not one ASCII character");
  } else if (text->size() == 1) {
    out = (*text)[0];
  } else {
    reader.Fail(key, "is not one ASCII character");
  }
}

}  // namespace

StatusOr<CsvOptions> CsvOptions::Read(const std::map<std::string, std::string>& options) {
  OptionReader reader("format 'csv'", options);
  CsvOptions out;
  ReadCharacter(reader, "field-delimiter", out.delimiter);
  out.quotes = !reader.Bool("disable-quote-character", false);
  if (!out.quotes && reader.Has("quote-character")) {
    reader.Fail("quote-character", "contradicts 'disable-quote-character'");
  }
  ReadCharacter(reader, "quote-character", out.quote);
  ReadCharacter(reader, "escape-character", out.escape);
  out.allow_comments = reader.Bool("allow-comments", false);
  out.ignore_parse_errors = reader.Bool("ignore-parse-errors", false);
  if (std::optional<std::string> literal = reader.String("null-literal")) {
    out.has_null_literal = true;
    out.null_literal = *literal;
  }
  out.element_delimiter = reader.String("array-element-delimiter", ";");
  if (out.element_delimiter.empty()) reader.Fail("array-element-delimiter", "is empty");
  out.plain_decimals = !reader.Bool("write-bigdecimal-in-scientific-notation", true);
  RETURN_IF_ERROR(reader.Finish());
  return out;
}

Format CsvFormat() {
  Format format;
  format.name = "csv";
  format.options = {"field-delimiter",
                    "disable-quote-character",
                    "quote-character",
                    "escape-character",
                    "allow-comments",
                    "ignore-parse-errors",
                    "array-element-delimiter",
                    "null-literal",
                    "write-bigdecimal-in-scientific-notation"};
  format.make_decoder =
      [](const DecoderContext& context,
         const std::map<std::string, std::string>& map) -> StatusOr<std::unique_ptr<Decoder>> {
    ASSIGN_OR_RETURN(CsvOptions options, CsvOptions::Read(map));
    return MakeCsvDecoder(context, options);
  };
  format.make_encoder =
      [](SchemaPtr schema,
         const std::map<std::string, std::string>& map) -> StatusOr<std::unique_ptr<Encoder>> {
    ASSIGN_OR_RETURN(CsvOptions options, CsvOptions::Read(map));
    return MakeCsvEncoder(std::move(schema), options);
  };
  return format;
}

}  // namespace weir
