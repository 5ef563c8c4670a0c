#include <cmath>
#include <cstdio>

#include "common/data/decimal.h"
#include "common/data/utf8.h"
#include "common/data/value_text.h"
#include "operators/expressions/kernels.h"
#include "operators/functions/builtin_functions.h"
#include "operators/functions/signature.h"

namespace weir {
namespace {

// One conversion of Java's Formatter: %[argument$][flags][width][.precision]letter.
struct Conversion {
  size_t argument = 0;  // from 1; 0: the next one
  std::string flags;
  std::string width;
  std::string precision;
  char letter = 0;
};

// Reads from the character behind the %; false when it is none that we know.
bool TakeConversion(std::string_view format, size_t* at, Conversion* out) {
  auto take_while = [&](std::string_view characters, std::string& into) {
    while (*at < format.size() && characters.find(format[*at]) != std::string_view::npos) {
      into += format[(*at)++];
    }
  };
  size_t behind = format.find_first_not_of("0123456789", *at);
  if (behind != *at && behind != format.npos && behind - *at < 4 && format[behind] == '$') {
    out->argument = std::stoul(std::string(format.substr(*at, behind - *at)));
    *at = behind + 1;
  }
  take_while("-+ 0,#(", out->flags);
  take_while("0123456789", out->width);
  if (*at < format.size() && format[*at] == '.') {
    ++*at;
    take_while("0123456789", out->precision);
    if (out->precision.empty()) return false;
  }
  if (out->width.size() > 4 || out->precision.size() > 3 || *at == format.size()) return false;
  out->letter = format[(*at)++];
  return true;
}

void AppendWithPrintf(const char* pattern, auto value, std::string& out) {
  char small[64];
  int size = std::snprintf(small, sizeof(small), pattern, value);
  if (size < static_cast<int>(sizeof(small))) {
    out.append(small, static_cast<size_t>(std::max(size, 0)));
    return;
  }
  size_t at = out.size();
  out.resize(at + static_cast<size_t>(size) + 1);
  std::snprintf(out.data() + at, static_cast<size_t>(size) + 1, pattern, value);
  out.pop_back();
}

void AppendPadded(std::string_view text, const Conversion& conversion, std::string& out) {
  size_t width = conversion.width.empty() ? 0 : std::stoul(conversion.width);
  size_t missing = width > text.size() ? width - text.size() : 0;
  bool left = conversion.flags.find('-') != std::string::npos;
  if (!left) out.append(missing, ' ');
  out += text;
  if (left) out.append(missing, ' ');
}

// A number with commas between its thousands; zeros fill the width in front of it.
void AppendGrouped(std::string number, const Conversion& conversion, std::string& out) {
  const size_t sign = number.find_first_of("0123456789");
  if (sign == std::string::npos) return AppendPadded(number, conversion, out);  // NaN, Infinity
  size_t digits = std::min(number.find_first_not_of("0123456789", sign), number.size());
  const bool commas = conversion.flags.find(',') != std::string::npos;
  for (size_t at = digits; commas && at > sign + 3; at -= 3) number.insert(at - 3, ",");
  const size_t width = conversion.width.empty() ? 0 : std::stoul(conversion.width);
  if (conversion.flags.find('0') != std::string::npos && number.size() < width) {
    number.insert(sign, width - number.size(), '0');
  }
  AppendPadded(number, conversion, out);
}

// `letter` with what stands between the width and it.
void AppendNumber(const Conversion& conversion, const std::string& letter, auto value,
                  std::string& out) {
  if (conversion.flags.find_first_of(",(") == std::string::npos) {
    const std::string pattern = "%" + conversion.flags + conversion.width + letter;
    return AppendWithPrintf(pattern.c_str(), value, out);
  }
  const bool bracketed = value < 0 && conversion.flags.find('(') != std::string::npos;
  std::string flags;
  for (char flag : conversion.flags) {
    if (flag == '+' || flag == ' ') flags += flag;
  }
  std::string number;
  AppendWithPrintf(("%" + flags + letter).c_str(), bracketed ? -value : value, number);
  if (bracketed) {
    number.insert(0, 1, '(');
    number += ')';
  }
  AppendGrouped(std::move(number), conversion, out);
}

int64_t IntegerOf(const Column& column, size_t row) {
  size_t cell = column.BaseIndex(row);
  return VisitNumbers(column.type().physical(), [&]<class T>(std::type_identity<T>) {
    return static_cast<int64_t>(column.base().values<T>()[cell]);
  });
}

double RealOf(const Column& column, size_t row) {
  size_t cell = column.BaseIndex(row);
  if (column.type().is_decimal()) {
    return DecimalToDouble(column.base().values<Int128>()[cell], column.type().scale());
  }
  return VisitNumbers(column.type().physical(), [&]<class T>(std::type_identity<T>) {
    return static_cast<double>(column.base().values<T>()[cell]);
  });
}

// False when the argument does not fit the conversion.
bool AppendConversion(const Conversion& conversion, const Column& column, size_t row,
                      const TimeZone& zone, std::string& out) {
  const DataType& type = column.type();
  bool null = column.IsNull(row);
  std::string text;
  switch (conversion.letter) {
    case 's':
    case 'S':
      if (null) {
        text = "null";
      } else if (type.kind() == TypeKind::kBoolean) {
        text = ColumnView<uint8_t>(column)[row] ? "true" : "false";
      } else {
        AppendCastText(column, row, zone, text);
      }
      if (conversion.letter == 'S') {
        std::string upper;
        AppendUpper(text, upper);
        text = std::move(upper);
      }
      if (!conversion.precision.empty())
        text.resize(std::min<size_t>(text.size(), std::stoul(conversion.precision)));
      AppendPadded(text, conversion, out);
      return true;
    case 'd':
    case 'x':
    case 'X':
    case 'o': {
      if (!conversion.precision.empty()) return false;
      if (null) return AppendPadded("null", conversion, out), true;
      if (!type.is_integer()) return false;
      auto value = static_cast<long long>(IntegerOf(column, row));
      // In other bases the bits of the type.
      if (conversion.letter != 'd' && type.fixed_width() < 8) {
        value &= (1LL << (8 * type.fixed_width())) - 1;
      }
      AppendNumber(conversion, std::string("ll") + conversion.letter, value, out);
      return true;
    }
    case 'f':
    case 'e':
    case 'E': {
      if (null) {
        // Java cuts this word, too.
        const size_t length = conversion.precision.empty() ? 4 : std::stoul(conversion.precision);
        AppendPadded(std::string_view("null").substr(0, length), conversion, out);
        return true;
      }
      if (!type.is_approximate() && !type.is_decimal()) return false;
      std::string letter(1, conversion.letter);
      if (!conversion.precision.empty()) letter = "." + conversion.precision + letter;
      AppendNumber(conversion, letter, RealOf(column, row), out);
      return true;
    }
    case 'c':
    case 'C':
      if (!null && !type.is_integer()) return false;
      if (null) {
        text = "null";
      } else {
        const int64_t code = IntegerOf(column, row);
        if (code < 0 || code > 0x10ffff) return false;
        AppendCharacter(static_cast<uint32_t>(code), text);
      }
      AppendPadded(text, conversion, out);
      return true;
    case 'b':
      text = null ? "false" : "true";
      if (!null && type.kind() == TypeKind::kBoolean && !ColumnView<uint8_t>(column)[row]) {
        text = "false";
      }
      AppendPadded(text, conversion, out);
      return true;
    default:
      return false;
  }
}

// False when the format or an argument is wrong.
bool Format(std::string_view format, std::span<const ColumnPtr> args, size_t row,
            const TimeZone& zone, std::string& out) {
  size_t next = 0;
  for (size_t at = 0; at < format.size();) {
    char c = format[at++];
    if (c != '%') {
      out += c;
      continue;
    }
    Conversion conversion;
    if (!TakeConversion(format, &at, &conversion)) return false;
    if (conversion.letter == '%') {
      out += '%';
    } else if (conversion.letter == 'n') {
      out += '\n';
    } else {
      const size_t argument = conversion.argument > 0 ? conversion.argument - 1 : next++;
      if (argument >= args.size()) return false;
      if (!AppendConversion(conversion, *args[argument], row, zone, out)) return false;
    }
  }
  return true;
}

}  // namespace

void AddPrintf(FunctionRegistry& registry) {
  FunctionSpec spec{"PRINTF", "PRINTF(format, value, ...)",
                    "Values by a format of Java's Formatter (%d %x %o %s %c %f %e %b); NULL when a "
                    "value does not fit.",
                    1, -1};
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    ASSIGN_OR_RETURN(DataType format, MatchArgument(Arg::kString, args[0].type));
    ResolvedFunction resolved{{format}, DataType::String()};
    for (const BoundArgument& arg : args.subspan(1)) resolved.argument_types.push_back(arg.type);
    return resolved;
  };
  spec.make_kernel = [](std::span<const BoundArgument>, const DataType&,
                        const std::string& time_zone) -> StatusOr<ScalarKernel> {
    ASSIGN_OR_RETURN(TimeZone zone, TimeZone::Load(time_zone));
    return ScalarKernel([zone](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
                               const EvalContext&) -> StatusOr<ColumnPtr> {
      ColumnView<std::string_view> formats(*args[0]);
      ColumnBuilder out(type, rows);
      std::string text;
      for (size_t i = 0; i < rows; ++i) {
        text.clear();
        if (!formats.IsNull(i) && Format(formats[i], args.subspan(1), i, zone, text)) {
          out.AppendBytes(text);
        } else {
          out.AppendNull();
        }
      }
      return out.Finish();
    });
  };
  Declare(registry, std::move(spec));
}

}  // namespace weir
