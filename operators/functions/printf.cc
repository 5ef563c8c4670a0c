#include <cmath>
#include <cstdio>

#include "common/data/decimal.h"
#include "common/data/value_text.h"
#include "operators/expressions/kernels.h"
#include "operators/functions/builtin_functions.h"
#include "operators/functions/signature.h"

namespace weir {
namespace {

// One conversion of Java's Formatter: %[flags][width][.precision]letter.
struct Conversion {
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
  take_while("-+ 0,#(", out->flags);
  if (out->flags.find_first_of(",#(") != std::string::npos) return false;
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
      } else {
        AppendCastText(column, row, zone, text);
      }
      if (!conversion.precision.empty())
        text.resize(std::min<size_t>(text.size(), std::stoul(conversion.precision)));
      AppendPadded(text, conversion, out);
      return true;
    case 'd':
    case 'x':
    case 'X':
    case 'o': {
      if (null) return AppendPadded("null", conversion, out), true;
      if (!type.is_integer() || !conversion.precision.empty()) return false;
      std::string pattern = "%" + conversion.flags + conversion.width + "ll" + conversion.letter;
      AppendWithPrintf(pattern.c_str(), static_cast<long long>(IntegerOf(column, row)), out);
      return true;
    }
    case 'f':
    case 'e':
    case 'E': {
      if (null) return AppendPadded("null", conversion, out), true;
      if (!type.is_approximate() && !type.is_decimal()) return false;
      std::string pattern = "%" + conversion.flags + conversion.width;
      if (!conversion.precision.empty()) pattern += "." + conversion.precision;
      pattern += conversion.letter;
      AppendWithPrintf(pattern.c_str(), RealOf(column, row), out);
      return true;
    }
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
    } else if (next >= args.size() ||
               !AppendConversion(conversion, *args[next++], row, zone, out)) {
      return false;
    }
  }
  return true;
}

}  // namespace

void AddPrintf(FunctionRegistry& registry) {
  FunctionSpec spec{"PRINTF", "PRINTF(format, value, ...)",
                    "Values by a format of Java's Formatter (%d %x %o %s %f %e %b); NULL when a "
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
