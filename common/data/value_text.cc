#include "common/data/value_text.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "common/data/decimal.h"
#include "common/data/time_text.h"

namespace weir {
namespace {

// From "d.ddde-05" to Java's form: plain between 10^-3 and 10^7, else "d.dddE-5".
void AppendJavaForm(std::string_view scientific, std::string& out) {
  if (scientific.front() == '-') {
    out += '-';
    scientific.remove_prefix(1);
  }
  size_t e = scientific.find('e');
  std::string digits(1, scientific[0]);
  if (e > 2) digits += scientific.substr(2, e - 2);
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  int exponent = 0;
  std::string_view power = scientific.substr(e + 1);
  if (power.front() == '+') power.remove_prefix(1);
  std::from_chars(power.data(), power.data() + power.size(), exponent);

  if (exponent >= -3 && exponent < 7) {
    if (exponent < 0) {
      out += "0.";
      out.append(static_cast<size_t>(-exponent - 1), '0');
      out += digits;
      return;
    }
    size_t whole = static_cast<size_t>(exponent) + 1;
    if (digits.size() <= whole) digits.append(whole + 1 - digits.size(), '0');
    out.append(digits, 0, whole);
    out += '.';
    out.append(digits, whole);
    return;
  }
  out += digits[0];
  out += '.';
  out += digits.size() > 1 ? std::string_view(digits).substr(1) : "0";
  out += 'E';
  out += std::to_string(exponent);
}

// Java (17 and older) prints whole numbers below 2^63 not by the shortest digits but by all of
// their digits, less those that the precision of the type leaves uncertain: 2^31 as FLOAT
// is 2.14748365E9.
template <class T>
void AppendWhole(T value, std::string& out) {
  if (value < 0) out += '-';
  auto whole = static_cast<uint64_t>(std::fabs(value));
  constexpr int kBits = std::numeric_limits<T>::digits;
  int uncertain_bits = std::bit_width(whole) - 1 - kBits - 1;
  int exponent = 0;
  if (uncertain_bits > 1) {
    uint64_t unit = 1;
    for (; unit * 10 <= uint64_t{1} << uncertain_bits; ++exponent) unit *= 10;
    uint64_t rest = whole % unit;
    whole /= unit;
    if (unit > 1 && rest >= unit / 2) ++whole;
  }
  std::string digits = std::to_string(whole);
  exponent += static_cast<int>(digits.size()) - 1;
  digits.insert(1, ".");
  if (digits.size() == 2) digits += '0';
  AppendJavaForm(digits + "e" + std::to_string(exponent), out);
}

template <class T>
void AppendReal(T value, std::string& out) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value < 0 ? "-Infinity" : "Infinity";
  } else if (value == 0) {
    out += std::signbit(value) ? "-0.0" : "0.0";
  } else if (std::fabs(value) < T{9223372036854775808.0} && value == std::trunc(value)) {
    AppendWhole(value, out);
  } else {
    char text[48];
    char* end = std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific).ptr;
    // Java prints at least two digits, and the two that are nearest: 4.9E-324, not 5.0E-324.
    if (text[value < 0 ? 2 : 1] == 'e') {
      char two[48];
      char* two_end =
          std::to_chars(two, two + sizeof(two), value, std::chars_format::scientific, 1).ptr;
      return AppendJavaForm({two, static_cast<size_t>(two_end - two)}, out);
    }
    AppendJavaForm({text, static_cast<size_t>(end - text)}, out);
  }
}

void AppendList(const Column& base, size_t cell, const TimeZone& zone, std::string& out) {
  out += '[';
  for (size_t e = base.offsets()[cell]; e < base.offsets()[cell + 1]; ++e) {
    if (e != base.offsets()[cell]) out += ", ";
    AppendCastText(*base.child(0), e, zone, out);
  }
  out += ']';
}

void AppendMap(const Column& base, size_t cell, const TimeZone& zone, std::string& out) {
  out += '{';
  for (size_t e = base.offsets()[cell]; e < base.offsets()[cell + 1]; ++e) {
    if (e != base.offsets()[cell]) out += ", ";
    AppendCastText(*base.child(0), e, zone, out);
    out += '=';
    AppendCastText(*base.child(1), e, zone, out);
  }
  out += '}';
}

void AppendRow(const Column& base, size_t cell, const TimeZone& zone, std::string& out) {
  out += '(';
  for (size_t i = 0; i < base.flat().children.size(); ++i) {
    if (i) out += ", ";
    AppendCastText(*base.child(i), cell, zone, out);
  }
  out += ')';
}

}  // namespace

void AppendDouble(double value, std::string& out) { AppendReal(value, out); }
void AppendFloat(float value, std::string& out) { AppendReal(value, out); }

void AppendCastText(const Column& column, size_t row, const TimeZone& zone, std::string& out) {
  if (column.IsNull(row)) {
    out += "NULL";
    return;
  }
  const Column& base = column.base();
  size_t cell = column.BaseIndex(row);
  const DataType& type = column.type();
  switch (type.kind()) {
    case TypeKind::kNull:
      out += "NULL";
      return;
    case TypeKind::kBoolean:
      out += base.values<uint8_t>()[cell] ? "TRUE" : "FALSE";
      return;
    case TypeKind::kTinyInt:
      out += std::to_string(base.values<int8_t>()[cell]);
      return;
    case TypeKind::kSmallInt:
      out += std::to_string(base.values<int16_t>()[cell]);
      return;
    case TypeKind::kInt:
      out += std::to_string(base.values<int32_t>()[cell]);
      return;
    case TypeKind::kBigInt:
      out += std::to_string(base.values<int64_t>()[cell]);
      return;
    case TypeKind::kFloat:
      return AppendFloat(base.values<float>()[cell], out);
    case TypeKind::kDouble:
      return AppendDouble(base.values<double>()[cell], out);
    case TypeKind::kDecimal:
      return AppendDecimal(base.values<Int128>()[cell], type.scale(), out);
    case TypeKind::kChar:
    case TypeKind::kVarChar:
    case TypeKind::kBinary:
    case TypeKind::kVarBinary:
    case TypeKind::kVariant:
      out += ColumnView<std::string_view>(base)[cell];
      return;
    case TypeKind::kDate:
      return AppendDate(base.values<int32_t>()[cell], out);
    case TypeKind::kTime:
      return AppendTime(base.values<int32_t>()[cell], type.precision(), out);
    case TypeKind::kTimestamp:
      return AppendTimestamp(base.values<int64_t>()[cell], type.precision(), ' ', out);
    case TypeKind::kTimestampLtz:
      return AppendTimestamp(zone.ToLocal(base.values<int64_t>()[cell]), type.precision(), ' ',
                             out);
    case TypeKind::kIntervalYearMonth:
      return AppendIntervalYearMonth(base.values<int32_t>()[cell], out);
    case TypeKind::kIntervalDayTime:
      return AppendIntervalDayTime(base.values<int64_t>()[cell], out);
    case TypeKind::kArray:
      return AppendList(base, cell, zone, out);
    case TypeKind::kMap:
    case TypeKind::kMultiset:
      return AppendMap(base, cell, zone, out);
    case TypeKind::kRow:
      return AppendRow(base, cell, zone, out);
  }
}

}  // namespace weir
