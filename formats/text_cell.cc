#include "formats/text_cell.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>

#include "common/data/base64.h"
#include "common/data/decimal.h"
#include "common/data/time_text.h"
#include "common/data/value_text.h"

namespace weir {
namespace {

bool EqualsTrue(std::string_view text) {
  constexpr std::string_view kTrue = "true";
  if (text.size() != kTrue.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((text[i] | 0x20) != kTrue[i]) return false;
  }
  return true;
}

template <class T>
bool AppendInteger(std::string_view text, ColumnBuilder& out) {
  T value = 0;
  if (!ParseInteger(TrimBlanks(text), value)) return false;
  out.Append(value);
  return true;
}

bool AppendDecimalCell(const DataType& type, std::string_view text, ColumnBuilder& out) {
  Int128 value = 0;
  switch (ParseDecimal(TrimBlanks(text), {type.precision(), type.scale()}, &value)) {
    case DecimalParse::kOk:
      out.Append(value);
      return true;
    case DecimalParse::kOverflow:
      out.AppendNull();
      return true;
    case DecimalParse::kMalformed:
      return false;
  }
  return false;
}

// Flink's formats read times with a fraction and keep whole seconds.
bool AppendTimeCell(std::string_view text, ColumnBuilder& out) {
  std::optional<int32_t> millis = ParseTime(TrimBlanks(text));
  if (millis) out.Append<int32_t>(*millis / 1000 * 1000);
  return millis.has_value();
}

bool AppendTimestampCell(const DataType& type, std::string_view text, TimestampStandard standard,
                         ColumnBuilder& out) {
  char separator = TimestampSeparator(standard);
  std::optional<int64_t> micros = type.kind() == TypeKind::kTimestamp
                                      ? ParseTimestamp(TrimBlanks(text), separator)
                                      : ParseUtcTimestamp(TrimBlanks(text), separator);
  if (micros) out.Append<int64_t>(TruncateMicros(*micros, type.precision()));
  return micros.has_value();
}

}  // namespace

template <class T>
bool ParseInteger(std::string_view text, T& out) {
  const char* begin = text.data();
  const char* end = begin + text.size();
  if (begin != end && *begin == '+' && end - begin > 1 && begin[1] != '-') ++begin;
  auto [stopped, error] = std::from_chars(begin, end, out);
  return error == std::errc() && stopped == end;
}
template bool ParseInteger(std::string_view, int8_t&);
template bool ParseInteger(std::string_view, int16_t&);
template bool ParseInteger(std::string_view, int32_t&);
template bool ParseInteger(std::string_view, int64_t&);

bool ParseDouble(std::string_view text, double& out) {
  bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "NaN" || text == "Infinity") {
    out = text == "NaN" ? std::nan("") : negative ? -HUGE_VAL : HUGE_VAL;
    return true;
  }
  // Java allows a type letter at the end.
  if (!text.empty() && std::string_view("dDfF").find(text.back()) != text.npos) {
    text.remove_suffix(1);
  }
  if (text.empty() || !(text[0] == '.' || (text[0] >= '0' && text[0] <= '9'))) return false;
  auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (stopped != text.data() + text.size()) return false;
  if (error == std::errc::result_out_of_range) {
    // from_chars does not say which end: as Java, zero or infinity.
    out = std::strtod(std::string(text).c_str(), nullptr);
  } else if (error != std::errc()) {
    return false;
  }
  if (negative) out = -out;
  return true;
}

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

bool IsTextCell(const DataType& type) { return !type.is_nested() && !type.is_variant(); }

bool AppendTextCell(const DataType& type, std::string_view text, TimestampStandard standard,
                    ColumnBuilder& out) {
  switch (type.kind()) {
    case TypeKind::kNull:
      out.AppendNull();
      return true;
    case TypeKind::kBoolean:
      out.Append<uint8_t>(EqualsTrue(TrimBlanks(text)));
      return true;
    case TypeKind::kTinyInt:
      return AppendInteger<int8_t>(text, out);
    case TypeKind::kSmallInt:
      return AppendInteger<int16_t>(text, out);
    case TypeKind::kInt:
    case TypeKind::kIntervalYearMonth:
      return AppendInteger<int32_t>(text, out);
    case TypeKind::kBigInt:
    case TypeKind::kIntervalDayTime:
      return AppendInteger<int64_t>(text, out);
    case TypeKind::kFloat:
    case TypeKind::kDouble: {
      double value = 0;
      if (!ParseDouble(TrimBlanks(text), value)) return false;
      if (type.kind() == TypeKind::kFloat) {
        out.Append(static_cast<float>(value));
      } else {
        out.Append(value);
      }
      return true;
    }
    case TypeKind::kDecimal:
      return AppendDecimalCell(type, text, out);
    case TypeKind::kChar:
    case TypeKind::kVarChar:
      out.AppendBytes(text);
      return true;
    case TypeKind::kBinary:
    case TypeKind::kVarBinary:
      if (!AppendBase64Decoded(text, out.bytes())) {
        out.DropOpenBytes();
        return false;
      }
      out.CloseBytes();
      return true;
    case TypeKind::kDate: {
      std::optional<int32_t> days = ParseDate(TrimBlanks(text));
      if (days) out.Append<int32_t>(*days);
      return days.has_value();
    }
    case TypeKind::kTime:
      return AppendTimeCell(text, out);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return AppendTimestampCell(type, text, standard, out);
    default:
      return false;
  }
}

void AppendMessageDecimal(ScaledDecimal decimal, bool plain, std::string& out) {
  const ScaledDecimal stripped = StripTrailingZeros(decimal);
  if (!plain) return AppendBigDecimal(stripped, out);
  if (stripped.scale >= 0) return AppendDecimal(stripped.value, stripped.scale, out);
  AppendDecimal(stripped.value, 0, out);
  out.append(static_cast<size_t>(-stripped.scale), '0');
}

void AppendCellText(const Column& column, size_t row, TimestampStandard standard,
                    std::string& out) {
  const DataType& type = column.type();
  switch (type.kind()) {
    case TypeKind::kBoolean:
      out += column.cell<uint8_t>(row) ? "true" : "false";
      return;
    case TypeKind::kTinyInt:
      return void(fmt::format_to(std::back_inserter(out), "{}", column.cell<int8_t>(row)));
    case TypeKind::kSmallInt:
      return void(fmt::format_to(std::back_inserter(out), "{}", column.cell<int16_t>(row)));
    case TypeKind::kInt:
    case TypeKind::kIntervalYearMonth:
      return void(fmt::format_to(std::back_inserter(out), "{}", column.cell<int32_t>(row)));
    case TypeKind::kBigInt:
    case TypeKind::kIntervalDayTime:
      return void(fmt::format_to(std::back_inserter(out), "{}", column.cell<int64_t>(row)));
    case TypeKind::kFloat:
      return AppendFloat(column.cell<float>(row), out);
    case TypeKind::kDouble:
      return AppendDouble(column.cell<double>(row), out);
    case TypeKind::kDecimal:
      return AppendDecimal(column.cell<Int128>(row), type.scale(), out);
    case TypeKind::kChar:
    case TypeKind::kVarChar:
      out += ColumnView<std::string_view>(column)[row];
      return;
    case TypeKind::kBinary:
    case TypeKind::kVarBinary:
      return AppendBase64(ColumnView<std::string_view>(column)[row], out);
    case TypeKind::kDate:
      return AppendDate(column.cell<int32_t>(row), out);
    case TypeKind::kTime:
      return AppendTime(column.cell<int32_t>(row), kTrimmed, out);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      AppendTimestamp(column.cell<int64_t>(row), kTrimmed, TimestampSeparator(standard), out);
      if (type.kind() == TypeKind::kTimestampLtz) out += 'Z';
      return;
    default:
      CHECK(false) << "not a text cell: " << type;
  }
}

}  // namespace weir
