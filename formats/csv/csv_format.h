#pragma once

#include <map>
#include <string>

#include "formats/format.h"

namespace weir {

// The options of 'format' = 'csv', named without "csv.".
struct CsvOptions {
  char delimiter = ',';
  char quote = '"';
  bool quotes = true;  // false: disable-quote-character
  char escape = 0;     // 0: none
  bool allow_comments = false;
  bool ignore_parse_errors = false;
  bool has_null_literal = false;
  std::string null_literal;
  std::string element_delimiter = ";";
  bool plain_decimals = false;  // without an exponent

  static StatusOr<CsvOptions> Read(const std::map<std::string, std::string>& options);
};

// One line a message, without its line end. Columns by position.
StatusOr<std::unique_ptr<Decoder>> MakeCsvDecoder(const DecoderContext& context,
                                                  const CsvOptions& options);
StatusOr<std::unique_ptr<Encoder>> MakeCsvEncoder(SchemaPtr schema, const CsvOptions& options);

// For formats/registry.cc.
Format CsvFormat();

}  // namespace weir
