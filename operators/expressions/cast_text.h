#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/data/time_zone.h"
#include "operators/functions/function_registry.h"

// The half of CAST that reads or writes text.

namespace weir {

// From CHAR, VARCHAR to anything that is not nested.
StatusOr<ScalarKernel> MakeCastFromText(const DataType& from, const DataType& to, bool try_cast,
                                        const TimeZone& zone);
// From anything to CHAR, VARCHAR.
ScalarKernel MakeCastToText(const DataType& from, const DataType& to, const TimeZone& zone);
// Between byte strings: cut to the length, BINARY filled up with zeros.
ScalarKernel MakeCastToBinary(const DataType& from, const DataType& to);

// The first `length` characters of UTF-8 text.
std::string_view CutText(std::string_view text, int64_t length);

// Text as numbers, as CAST reads them.
enum class NumberParse { kOk, kMalformed, kOverflow };
NumberParse ParseInteger(std::string_view text, int64_t min, int64_t max, int64_t* out);
std::optional<double> ParseDouble(std::string_view text);
std::optional<bool> ParseBoolean(std::string_view text);

}  // namespace weir
