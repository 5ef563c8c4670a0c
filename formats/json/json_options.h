#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "formats/text_cell.h"

namespace weir {

// The options of 'format' = 'json', named without "json.".
struct JsonOptions {
  bool fail_on_missing_field = false;
  bool ignore_parse_errors = false;
  TimestampStandard timestamp_standard = TimestampStandard::kSql;
  enum class NullKey { kFail, kDrop, kLiteral } null_key = NullKey::kFail;
  std::string null_key_literal = "null";
  bool plain_decimals = false;
  bool ignore_null_fields = false;

  static StatusOr<JsonOptions> Read(const std::map<std::string, std::string>& options);
  static std::vector<std::string> Names();  // without "json."
};

}  // namespace weir
