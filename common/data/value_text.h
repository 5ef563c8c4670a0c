#pragma once

#include <string>
#include <string_view>

#include "common/data/column.h"
#include "common/data/time_zone.h"

// Cells as text, as CAST(x AS STRING) of Flink prints them: TRUE, 1.0E10, 0.50, [1, 2], {a=1},
// (1, a), NULL inside of nested cells; timestamps with the digits of their precision.

namespace weir {

// As Java (17) prints it: "1.5", "1.0E10", "NaN": the shortest digits that read back as the same
// number, but for large whole numbers, where Java prints some more.
void AppendDouble(double value, std::string& out);
void AppendFloat(float value, std::string& out);

// Row `row` of a column, NULL as "NULL". `zone` is where TIMESTAMP_LTZ is read. Bytes of BINARY are
// taken as they are. Not padded or cut to a length.
void AppendCastText(const Column& column, size_t row, const TimeZone& zone, std::string& out);

}  // namespace weir
