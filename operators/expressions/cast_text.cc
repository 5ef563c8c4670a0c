#include "operators/expressions/cast_text.h"

#include <cstdlib>
#include <limits>

#include "common/base/ascii.h"
#include "common/data/decimal.h"
#include "common/data/time_text.h"
#include "common/data/utf8.h"
#include "common/data/value_text.h"
#include "operators/expressions/kernels.h"

namespace weir {
namespace {

Status CastError(std::string_view text, const DataType& to, std::string_view why = "") {
  return InvalidArgumentError("cannot cast '" + std::string(text) + "' to " +
                              to.WithNullable(true).ToString() + std::string(why));
}

// `parse` gives the cell or nothing.
template <class Out, class Parse>
ScalarKernel FromText(Parse parse, const DataType& to, bool try_cast) {
  if (try_cast) {
    return Map<Out, std::string_view>(
        [parse](std::string_view text) -> std::optional<Out> { return parse(text); });
  }
  return Map<Out, std::string_view>([parse, to](std::string_view text) -> StatusOr<Out> {
    std::optional<Out> cell = parse(text);
    if (!cell) return CastError(text, to);
    return *cell;
  });
}

template <class T>
ScalarKernel IntegerFromText(const DataType& to, bool try_cast) {
  return FromText<T>(
      [](std::string_view text) -> std::optional<T> {
        int64_t value;
        if (ParseInteger(text, std::numeric_limits<T>::min(), std::numeric_limits<T>::max(),
                         &value) != NumberParse::kOk) {
          return std::nullopt;
        }
        return static_cast<T>(value);
      },
      to, try_cast);
}

ScalarKernel DecimalFromText(const DataType& to, bool try_cast) {
  DecimalShape shape{to.precision(), to.scale()};
  return FromText<Int128>(
      [shape](std::string_view text) -> std::optional<Int128> {
        text = Trim(text);
        if (text == ".") return Int128{0};
        // Java's suffixes of a literal.
        if (text.size() > 1 && std::string_view("dDfF").find(text.back()) != text.npos) {
          text.remove_suffix(1);
        }
        Int128 value;
        if (ParseDecimal(text, shape, &value) != DecimalParse::kOk) return std::nullopt;
        return value;
      },
      to, try_cast);
}

ScalarKernel TimestampFromText(const DataType& to, bool try_cast, const TimeZone& zone) {
  bool local = to.kind() == TypeKind::kTimestampLtz;
  return FromText<int64_t>(
      [precision = to.precision(), local, zone](std::string_view text) -> std::optional<int64_t> {
        std::optional<int64_t> micros = CastTextToTimestamp(text);
        if (!micros) return std::nullopt;
        return TruncateMicros(local ? zone.ToUtc(*micros) : *micros, precision);
      },
      to, try_cast);
}

// Text cut to the characters of the type and, for CHAR, filled up with spaces.
class TextFitter {
 public:
  explicit TextFitter(const DataType& to)
      : length_(to.length()),
        pad_(to.kind() == TypeKind::kChar),
        unlimited_(to.length() == DataType::kMaxLength) {}
  std::string_view Fit(std::string_view text) {
    if (unlimited_) return text;
    if (!pad_ && text.size() <= static_cast<size_t>(length_)) return text;
    std::string_view cut = CutText(text, length_);
    if (!pad_ || cut.size() < text.size()) return cut;
    // As in Flink: whether there is room is asked in UTF-16 units, how much in characters.
    if (Utf16Length(text) >= length_) return text;
    padded_.assign(text);
    padded_.append(static_cast<size_t>(length_ - CharacterCount(text)), ' ');
    return padded_;
  }

 private:
  int32_t length_;
  bool pad_;
  bool unlimited_;
  std::string padded_;
};

}  // namespace

std::string_view CutText(std::string_view text, int64_t length) {
  size_t at = 0;
  for (; at < text.size(); ++at) {
    bool begins = (static_cast<uint8_t>(text[at]) & 0xc0) != 0x80;
    if (begins && length-- == 0) break;
  }
  return text.substr(0, at);
}

NumberParse ParseInteger(std::string_view text, int64_t min, int64_t max, int64_t* out) {
  text = Trim(text);
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text.empty()) return NumberParse::kMalformed;
  Int128 value = 0;
  size_t at = 0;
  bool overflow = false;
  for (; at < text.size() && text[at] != '.'; ++at) {
    if (text[at] < '0' || text[at] > '9') return NumberParse::kMalformed;
    value = value * 10 + (text[at] - '0');
    if (value > (Int128{1} << 64)) overflow = true, value = 0;
  }
  // A fraction is cut off.
  for (++at; at < text.size(); ++at) {
    if (text[at] < '0' || text[at] > '9') return NumberParse::kMalformed;
  }
  if (negative) value = -value;
  if (overflow || value < min || value > max) return NumberParse::kOverflow;
  *out = static_cast<int64_t>(value);
  return NumberParse::kOk;
}

std::optional<double> ParseDouble(std::string_view text) {
  text = Trim(text);
  std::string_view name = text;
  bool negative = !name.empty() && name.front() == '-';
  if (!name.empty() && (name.front() == '-' || name.front() == '+')) name.remove_prefix(1);
  if (name == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (name == "Infinity") {
    double infinity = std::numeric_limits<double>::infinity();
    return negative ? -infinity : infinity;
  }
  if (name.size() > 1 && std::string_view("dDfF").find(name.back()) != name.npos) {
    text.remove_suffix(1);
  }
  bool digit = false;
  for (char c : text) {
    if (c >= '0' && c <= '9') {
      digit = true;
    } else if (std::string_view(".eE+-").find(c) == std::string_view::npos) {
      return std::nullopt;
    }
  }
  if (!digit) return std::nullopt;
  // strtod and not from_chars: it tells an overflow (infinite) from an underflow (zero).
  std::string copy(text);
  char* end = nullptr;
  double value = std::strtod(copy.c_str(), &end);
  if (end != copy.c_str() + copy.size()) return std::nullopt;
  return value;
}

std::optional<bool> ParseBoolean(std::string_view text) {
  if (text.size() > 5) return std::nullopt;
  std::string lower;
  for (char c : text) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  for (std::string_view yes : {"true", "t", "yes", "y", "1"}) {
    if (lower == yes) return true;
  }
  for (std::string_view no : {"false", "f", "no", "n", "0"}) {
    if (lower == no) return false;
  }
  return std::nullopt;
}

StatusOr<ScalarKernel> MakeCastFromText(const DataType& from, const DataType& to, bool try_cast,
                                        const TimeZone& zone) {
  switch (to.kind()) {
    case TypeKind::kBoolean:
      return FromText<bool>(ParseBoolean, to, try_cast);
    case TypeKind::kTinyInt:
      return IntegerFromText<int8_t>(to, try_cast);
    case TypeKind::kSmallInt:
      return IntegerFromText<int16_t>(to, try_cast);
    case TypeKind::kInt:
      return IntegerFromText<int32_t>(to, try_cast);
    case TypeKind::kBigInt:
      return IntegerFromText<int64_t>(to, try_cast);
    case TypeKind::kFloat:
      return FromText<float>(
          [](std::string_view text) -> std::optional<float> {
            std::optional<double> value = ParseDouble(text);
            if (!value) return std::nullopt;
            return static_cast<float>(*value);
          },
          to, try_cast);
    case TypeKind::kDouble:
      return FromText<double>(ParseDouble, to, try_cast);
    case TypeKind::kDecimal:
      return DecimalFromText(to, try_cast);
    case TypeKind::kDate:
      return FromText<int32_t>(CastTextToDate, to, try_cast);
    case TypeKind::kTime:
      return FromText<int32_t>(
          [unit = static_cast<int32_t>(PowerOfTen(3 - std::min(3, to.precision())))](
              std::string_view text) -> std::optional<int32_t> {
            std::optional<int32_t> millis = CastTextToTime(text);
            if (!millis) return std::nullopt;
            return *millis / unit * unit;
          },
          to, try_cast);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return TimestampFromText(to, try_cast, zone);
    default:
      return InvalidArgumentError("cannot cast " + from.ToString() + " to " + to.ToString());
  }
}

ScalarKernel MakeCastToText(const DataType& from, const DataType& to, const TimeZone& zone) {
  if (from.is_string() || from.is_binary()) {
    bool fits =
        to.kind() == TypeKind::kVarChar &&
        (to.length() == DataType::kMaxLength || (from.is_string() && from.length() <= to.length()));
    if (fits || from.EqualsIgnoringNullability(to)) {
      return
          [](std::span<const ColumnPtr> args, const DataType& type, size_t,
             const EvalContext&) -> StatusOr<ColumnPtr> { return Column::Retype(args[0], type); };
    }
    return Map<std::string_view, std::string_view>(
        [fitter = TextFitter(to)](std::string_view text) mutable { return fitter.Fit(text); });
  }
  return [zone, fitter = TextFitter(to)](std::span<const ColumnPtr> args, const DataType& type,
                                         size_t rows,
                                         const EvalContext&) mutable -> StatusOr<ColumnPtr> {
    const Column& column = *args[0];
    bool constant = column.is_constant();
    size_t cells = constant ? std::min<size_t>(rows, 1) : rows;
    ColumnBuilder out(type, cells);
    std::string text;
    for (size_t i = 0; i < cells; ++i) {
      if (column.IsNull(i)) {
        out.AppendNull();
        continue;
      }
      text.clear();
      AppendCastText(column, i, zone, text);
      out.AppendBytes(fitter.Fit(text));
    }
    ColumnPtr result = out.Finish();
    return constant && rows > 0 ? Column::MakeConstant(result, rows) : result;
  };
}

ScalarKernel MakeCastToBinary(const DataType& from, const DataType& to) {
  if (to.length() == DataType::kMaxLength) {
    return [](std::span<const ColumnPtr> args, const DataType& type, size_t,
              const EvalContext&) -> StatusOr<ColumnPtr> { return Column::Retype(args[0], type); };
  }
  return Map<std::string_view, std::string_view>(
      [length = static_cast<size_t>(to.length()), pad = to.kind() == TypeKind::kBinary,
       padded = std::string()](std::string_view bytes) mutable -> std::string_view {
        if (bytes.size() >= length || !pad) return bytes.substr(0, length);
        padded.assign(bytes);
        padded.resize(length, '\0');
        return padded;
      });
}

}  // namespace weir
