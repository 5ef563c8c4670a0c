#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "common/data/decimal.h"
#include "common/data/value_text.h"
#include "operators/expressions/kernels.h"
#include "operators/functions/builtin_functions.h"
#include "operators/functions/json_value.h"
#include "operators/functions/signature.h"

// VARIANT: a JSON value whose type is only known at run time. A cell holds it as JSON text in one
// form, in which Flink prints it: VARIANTs that print alike are equal, which in Flink are not
// where one was written 1 and the other 1.0.

namespace weir {
namespace {

using Text = std::string_view;

// A whole number or a fraction of up to 38 digits keeps them, without zeros at its end; any other
// number is a DOUBLE.
void AppendVariantNumber(Text number, std::string& out) {
  const bool negative = number.front() == '-';
  const Text digits = number.substr(negative ? 1 : 0);
  const size_t point = std::min(digits.find('.'), digits.size());
  Text whole = digits.substr(0, point);
  Text fraction = point < digits.size() ? digits.substr(point + 1) : Text();
  std::string significant = std::string(whole) + std::string(fraction);
  significant.erase(0, std::min(significant.find_first_not_of('0'), significant.size()));
  constexpr auto kMost = static_cast<size_t>(kMaxDecimalPrecision);
  if (number.find_first_of("eE") != Text::npos || significant.size() > kMost ||
      fraction.size() > kMost) {
    return AppendDouble(std::strtod(std::string(number).c_str(), nullptr), out);
  }
  fraction = fraction.substr(0, fraction.find_last_not_of('0') + 1);
  if (negative && !significant.empty()) out += '-';
  out += whole;
  if (fraction.empty()) return;
  out += '.';
  out += fraction;
}

// Appends the VARIANT that a JSON text says.
Status AppendVariant(Text json, bool names_may_repeat, std::string& out) {
  StatusOr<JsonValue> value = ReadFirstJson(json, names_may_repeat);
  if (!value.ok()) {
    return InvalidArgumentError("PARSE_JSON cannot read '" + std::string(json.substr(0, 200)) +
                                "': " + value.status().message());
  }
  AppendJson(*value, out, &AppendVariantNumber);
  return OkStatus();
}

void AddParseJson(FunctionRegistry& registry, const char* name, bool tries,
                  const char* description) {
  FunctionSpec spec{name, std::string(name) + "(string [, names may repeat])", description, 1, 2};
  const std::vector<Arg> arguments = {Arg::kString, Arg::kBoolean};
  spec.resolve =
      tries ? TakesNullable(arguments, DataType::Variant()) : Takes(arguments, DataType::Variant());
  spec.make_kernel = [tries](std::span<const BoundArgument> args, const DataType&,
                             const std::string&) -> StatusOr<ScalarKernel> {
    using Result = StatusOr<std::optional<Text>>;
    auto parse = [tries, out = std::string()](Text json, bool may_repeat) mutable -> Result {
      out.clear();
      Status status = AppendVariant(json, may_repeat, out);
      if (status.ok()) return std::optional<Text>(out);
      if (tries) return std::optional<Text>();
      return status;
    };
    if (args.size() == 2) return Map<Text, Text, bool>(parse);
    return Map<Text, Text>([parse](Text json) mutable -> Result { return parse(json, false); });
  };
  Declare(registry, std::move(spec));
}

}  // namespace

void AddVariantFunctions(FunctionRegistry& registry) {
  AddParseJson(registry, "PARSE_JSON", false, "A JSON text as a VARIANT; fails where it is none.");
  AddParseJson(registry, "TRY_PARSE_JSON", true,
               "A JSON text as a VARIANT; NULL where it is none.");
}

}  // namespace weir
