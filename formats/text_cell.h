#pragma once

#include <string>
#include <string_view>

#include "common/data/column_builder.h"
#include "common/data/decimal.h"

// How one scalar is written as text in a message, the same in JSON strings and CSV fields.

namespace weir {

// 'timestamp-format.standard': "2024-01-02 03:04:05.1" or "2024-01-02T03:04:05.1"; of
// TIMESTAMP_LTZ with a 'Z' at the end.
enum class TimestampStandard { kSql, kIso8601 };
inline char TimestampSeparator(TimestampStandard standard) {
  return standard == TimestampStandard::kSql ? ' ' : 'T';
}

// Whether columns of the type are one text: everything but ARRAY, MAP, MULTISET, ROW and VARIANT.
bool IsTextCell(const DataType& type);

// Appends the cell that the text says. Numbers, booleans and times may have blanks around them. A
// DECIMAL that needs more digits than it has is NULL, one with more fraction digits is rounded
// HALF_UP; BOOLEAN is true only for "true" in any case. False, and nothing appended, when the text
// is no value of the type.
bool AppendTextCell(const DataType& type, std::string_view text, TimestampStandard standard,
                    ColumnBuilder& out);

// The text of a cell that is not null, without quotes. `row` counts in `column`.
void AppendCellText(const Column& column, size_t row, TimestampStandard standard, std::string& out);

// A DECIMAL without zeros at the end, as Flink's formats have it: with an exponent where Java's
// BigDecimal has one (1E+2), or plain.
void AppendMessageDecimal(ScaledDecimal decimal, bool plain, std::string& out);

std::string_view TrimBlanks(std::string_view text);

// As Java parses numbers: an optional sign, digits, nothing else.
template <class T>
bool ParseInteger(std::string_view text, T& out);
bool ParseDouble(std::string_view text, double& out);

}  // namespace weir
