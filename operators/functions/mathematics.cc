#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <random>

#include "common/data/decimal.h"
#include "operators/expressions/kernels.h"
#include "operators/functions/builtin_functions.h"
#include "operators/functions/rounding.h"
#include "operators/functions/signature.h"

namespace weir {
namespace {

// Functions that keep the type of their number: ABS, SIGN.
void AddKeepingType(FunctionRegistry& registry, const char* name, const char* description,
                    ScalarKernel (*make)(const DataType&)) {
  FunctionSpec spec{name, std::string(name) + "(number)", description, 1, 1};
  spec.total = true;
  spec.resolve =
      TakesWith({Arg::kNumeric}, [](std::span<const DataType> types) { return types[0]; });
  spec.make_kernel = [make](std::span<const BoundArgument> args, const DataType&,
                            const std::string&) -> StatusOr<ScalarKernel> {
    return make(args[0].type);
  };
  Declare(registry, std::move(spec));
}

ScalarKernel MakeAbs(const DataType& type) {
  if (type.is_decimal()) return Map<Int128, Int128>([](Int128 v) { return v < 0 ? -v : v; });
  return VisitNumbers(type.physical(), []<class T>(std::type_identity<T>) {
    return Map<T, T>([](T value) {
      if constexpr (std::is_floating_point_v<T>) {
        return std::fabs(value);
      } else {
        // The smallest integer is its own absolute value, as in Java.
        using U = std::make_unsigned_t<T>;
        return value < 0 ? static_cast<T>(U{0} - static_cast<U>(value)) : value;
      }
    });
  });
}

ScalarKernel MakeSign(const DataType& type) {
  if (type.is_decimal()) {
    return Map<Int128, Int128>([one = PowerOfTen(type.scale())](Int128 v) {
      return v < 0 ? -one : v > 0 ? one : Int128{0};
    });
  }
  return VisitNumbers(type.physical(), []<class T>(std::type_identity<T>) {
    return Map<T, T>([](T v) {
      return v < 0 ? static_cast<T>(-1) : v > 0 ? static_cast<T>(1) : v;  // NaN stays
    });
  });
}

// FLOOR, CEIL of numbers; of DECIMAL(p, s) it is DECIMAL(p, 0).
ScalarKernel MakeWhole(bool up, const DataType& type) {
  if (type.is_decimal()) {
    return Map<Int128, Int128>([up, unit = PowerOfTen(type.scale())](Int128 v) {
      Int128 whole = v / unit, rest = v % unit;
      if (up) return whole + (rest > 0);
      return whole - (rest < 0);
    });
  }
  return VisitNumbers(type.physical(), [&]<class T>(std::type_identity<T>) {
    if constexpr (std::is_floating_point_v<T>) {
      return Map<T, T>([up](T v) { return up ? std::ceil(v) : std::floor(v); });
    } else {
      return Map<T, T>([](T v) { return v; });
    }
  });
}

void AddWhole(FunctionRegistry& registry, const char* name, bool up, const char* description) {
  FunctionSpec spec{name, std::string(name) + "(number) or " + name + "(time TO unit)", description,
                    1, 2};
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    if (args.size() == 2) return ResolveTimeRounding(args);
    return TakesWith({Arg::kNumeric}, [](std::span<const DataType> types) {
      return types[0].is_decimal() ? DataType::Decimal(types[0].precision(), 0) : types[0];
    })(args);
  };
  spec.make_kernel = [up](std::span<const BoundArgument> args, const DataType&,
                          const std::string& time_zone) -> StatusOr<ScalarKernel> {
    if (args.size() == 2) return MakeTimeRounding(up, args, time_zone);
    return MakeWhole(up, args[0].type);
  };
  Declare(registry, std::move(spec));
}

enum class RoundMode { kHalfUp, kTruncate };

// An exact number at `from` digits behind the point, rounded to `digits` (negative: tens, ...), and
// given at `to`.
std::optional<Int128> RoundExact(Int128 value, int from, int64_t digits, int to, RoundMode mode) {
  if (digits < from) {
    int64_t drop = from - digits;
    if (drop > kMaxDecimalPrecision) return Int128{0};
    Int128 unit = PowerOfTen(static_cast<int>(drop));
    Int128 rest = value % unit;
    value -= rest;
    Int128 magnitude = rest < 0 ? -rest : rest;
    if (mode == RoundMode::kHalfUp && magnitude >= unit - magnitude) {
      value += rest < 0 ? -unit : unit;
    }
  }
  return RescaleDecimal(value, from, to, kMaxDecimalPrecision);
}

// The shortest text of the number is what is rounded: 1.005 to two digits is 1.01, as in Java's
// BigDecimal.valueOf.
template <class T>
T RoundApproximate(T value, int64_t digits, RoundMode mode) {
  if (value == 0) return 0;  // also of -0.0
  if (!std::isfinite(value) || digits > 400) return value;
  if (digits < -400) return 0;
  char text[64];
  char* end = std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific).ptr;
  std::string_view all(text, static_cast<size_t>(end - text));
  size_t e = all.find('e');
  int exponent = 0;
  std::string_view power = all.substr(e + 1);
  if (power.front() == '+') power.remove_prefix(1);
  std::from_chars(power.data(), power.data() + power.size(), exponent);
  // value * 10^digits as an exact integer; one that needs more digits has no fraction to round.
  std::string shifted(all.substr(0, e));
  shifted += 'e';
  shifted += std::to_string(exponent + digits);
  Int128 whole;
  if (mode == RoundMode::kTruncate) {
    // One digit more, which is then cut.
    Int128 longer;
    if (ParseDecimal(shifted, {kMaxDecimalPrecision, 20}, &longer) != DecimalParse::kOk) {
      return value;
    }
    whole = longer / PowerOfTen(20);
  } else if (ParseDecimal(shifted, {kMaxDecimalPrecision, 0}, &whole) != DecimalParse::kOk) {
    return value;
  }
  std::string result;
  AppendDecimal(whole, 0, result);
  result += 'e';
  result += std::to_string(-digits);
  T rounded = 0;
  std::from_chars(result.data(), result.data() + result.size(), rounded);
  return rounded;
}

DataType RoundedType(const DataType& type, std::optional<int64_t> digits) {
  if (!type.is_decimal() || !digits || *digits >= type.scale()) return type;
  auto scale = static_cast<int>(std::max<int64_t>(*digits, 0));
  return DataType::Decimal(
      std::min(type.precision() - type.scale() + 1 + scale, kMaxDecimalPrecision), scale);
}

void AddRounding(FunctionRegistry& registry, const char* name, RoundMode mode,
                 const char* description) {
  FunctionSpec spec{name, std::string(name) + "(number [, digits])", description, 1, 2};
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    std::optional<int64_t> digits;
    if (args.size() == 1) digits = 0;
    if (args.size() == 2 && args[1].literal &&
        std::holds_alternative<int64_t>(args[1].literal->v)) {
      digits = args[1].literal->integer();
    }
    return TakesWith({Arg::kNumeric, Arg::kInt}, [digits](std::span<const DataType> types) {
      return RoundedType(types[0], digits);
    })(args);
  };
  spec.make_kernel = [mode](std::span<const BoundArgument> args, const DataType& result,
                            const std::string&) -> StatusOr<ScalarKernel> {
    const DataType& type = args[0].type;
    if (type.is_decimal()) {
      auto round = [mode, from = type.scale(), to = result.scale()](Int128 value, int32_t digits) {
        return RoundExact(value, from, digits, to, mode);
      };
      if (args.size() == 1) {
        return Map<Int128, Int128>([round](Int128 value) { return round(value, 0); });
      }
      return Map<Int128, Int128, int32_t>(round);
    }
    return VisitNumbers(type.physical(), [&]<class T>(std::type_identity<T>) {
      auto round = [mode](T value, int32_t digits) -> T {
        if constexpr (std::is_floating_point_v<T>) {
          return RoundApproximate(value, digits, mode);
        } else {
          if (digits >= 0) return value;
          return static_cast<T>(*RoundExact(value, 0, digits, 0, mode));
        }
      };
      if (args.size() == 1) return Map<T, T>([round](T value) { return round(value, 0); });
      return Map<T, T, int32_t>(round);
    });
  };
  Declare(registry, std::move(spec));
}

void AddReal(FunctionRegistry& registry, const char* name, const char* description,
             double (*of)(double)) {
  FunctionSpec spec{name, std::string(name) + "(number)",           description, 1,
                    1,    Takes({Arg::kDouble}, DataType::Double())};
  spec.total = true;
  Declare(registry, std::move(spec), Map<double, double>(of));
}

void AddReals(FunctionRegistry& registry) {
  // POWER(x, 0.5), as in Flink: of -Infinity it is Infinity, of -0.0 it is 0.0.
  AddReal(registry, "SQRT", "The square root.",
          [](double x) { return x > 0 ? std::sqrt(x) : std::pow(x, 0.5); });
  AddReal(registry, "LN", "The natural logarithm.", [](double x) { return std::log(x); });
  AddReal(registry, "LOG10", "The logarithm to base 10.", [](double x) { return std::log10(x); });
  AddReal(registry, "LOG2", "The logarithm to base 2.",
          [](double x) { return std::log(x) / std::numbers::ln2; });
  AddReal(registry, "EXP", "e to the power of x.", [](double x) { return std::exp(x); });
  AddReal(registry, "SIN", "The sine.", [](double x) { return std::sin(x); });
  AddReal(registry, "COS", "The cosine.", [](double x) { return std::cos(x); });
  AddReal(registry, "TAN", "The tangent.", [](double x) { return std::tan(x); });
  AddReal(registry, "COT", "The cotangent.", [](double x) { return 1 / std::tan(x); });
  AddReal(registry, "ASIN", "The arc sine.", [](double x) { return std::asin(x); });
  AddReal(registry, "ACOS", "The arc cosine.", [](double x) { return std::acos(x); });
  AddReal(registry, "ATAN", "The arc tangent.", [](double x) { return std::atan(x); });
  AddReal(registry, "SINH", "The hyperbolic sine.", [](double x) { return std::sinh(x); });
  AddReal(registry, "COSH", "The hyperbolic cosine.", [](double x) { return std::cosh(x); });
  AddReal(registry, "TANH", "The hyperbolic tangent.", [](double x) { return std::tanh(x); });
  AddReal(registry, "DEGREES", "Radians as degrees.",
          [](double x) { return x * 180 / std::numbers::pi; });
  AddReal(registry, "RADIANS", "Degrees as radians.",
          [](double x) { return x / 180 * std::numbers::pi; });
  Declare(registry,
          {"POWER", "POWER(base, exponent)", "The base to the power of the exponent.", 2, 2,
           Takes({Arg::kDouble}, DataType::Double())},
          Map<double, double, double>([](double x, double y) { return std::pow(x, y); }));
  registry.AddAlias("POW", "POWER");
  Declare(registry,
          {"ATAN2", "ATAN2(y, x)", "The angle of a point.", 2, 2,
           Takes({Arg::kDouble}, DataType::Double())},
          Map<double, double, double>([](double y, double x) { return std::atan2(y, x); }));
  FunctionSpec log{"LOG",
                   "LOG([base,] number)",
                   "The logarithm, natural or to a base.",
                   1,
                   2,
                   Takes({Arg::kDouble}, DataType::Double())};
  log.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                       const std::string&) -> StatusOr<ScalarKernel> {
    if (args.size() == 1) return Map<double, double>([](double x) { return std::log(x); });
    return Map<double, double, double>(
        [](double base, double x) { return std::log(x) / std::log(base); });
  };
  Declare(registry, std::move(log));
}

void AddConstant(FunctionRegistry& registry, const char* name, double value,
                 const char* description) {
  Declare(
      registry,
      {name, std::string(name) + "()", description, 0, 0, Takes({}, DataType::Double().NotNull())},
      [value](std::span<const ColumnPtr>, const DataType& type, size_t rows, const EvalContext&)
          -> StatusOr<ColumnPtr> { return Column::MakeConstant(type, value, rows); });
}

// Java's generator: with a seed, the numbers are Flink's.
class JavaRandom {
 public:
  explicit JavaRandom(int64_t seed) : state_((static_cast<uint64_t>(seed) ^ kFactor) & kMask) {}

  double Real() {
    const int64_t high = Next(26);
    return static_cast<double>((high << 27) + Next(27)) * 0x1p-53;
  }
  int32_t Below(int32_t bound) {
    int32_t bits = Next(31);
    if ((bound & (bound - 1)) == 0) {
      return static_cast<int32_t>((static_cast<int64_t>(bound) * bits) >> 31);
    }
    // Bits of the last, incomplete range of `bound` numbers would make some of them likelier.
    int32_t number = bits % bound;
    while (static_cast<int64_t>(bits) - number + (bound - 1) > INT32_MAX) {
      bits = Next(31);
      number = bits % bound;
    }
    return number;
  }

 private:
  static constexpr uint64_t kFactor = 0x5deece66d, kMask = (uint64_t{1} << 48) - 1;

  int32_t Next(int bits) {
    state_ = (state_ * kFactor + 0xb) & kMask;
    return static_cast<int32_t>(state_ >> (48 - bits));
  }

  uint64_t state_;
};

// Draws a number of each row: of one row of numbers without a seed or with a constant one, of the
// seed's own where that is a column. NULL where the seed or another argument is.
template <class Draw>
ScalarKernel MakeRandom(std::span<const BoundArgument> args, bool seeded, Draw draw) {
  const bool constant = seeded && args[0].literal && !args[0].literal->is_null();
  const int64_t seed = constant ? args[0].literal->integer() : std::random_device()();
  const bool by_row = seeded && !constant;
  return [random = std::make_shared<JavaRandom>(seed), by_row, draw](
             std::span<const ColumnPtr> columns, const DataType& type, size_t rows,
             const EvalContext&) -> StatusOr<ColumnPtr> {
    const Validity validity = CombineValidity(columns, rows);
    if (validity.all_null) return Column::MakeConstant(type.WithNullable(true), Value(), rows);
    ColumnBuilder out(type, rows);
    for (size_t i = 0; i < rows; ++i) {
      if (validity.bits.size() && !BitIsSet(validity.bits.data(), i)) {
        out.AppendNull();
        continue;
      }
      if (by_row) *random = JavaRandom(ColumnView<int32_t>(*columns[0])[i]);
      RETURN_IF_ERROR(draw(*random, columns, i, out));
    }
    return out.Finish();
  };
}

// RAND([seed]), RAND_INTEGER([seed,] bound): another number for each row.
void AddRandom(FunctionRegistry& registry) {
  FunctionSpec rand{"RAND",
                    "RAND([seed])",
                    "A number from 0 to below 1.",
                    0,
                    1,
                    Takes({Arg::kInt}, DataType::Double())};
  rand.deterministic = false;
  rand.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                        const std::string&) -> StatusOr<ScalarKernel> {
    return MakeRandom(
        args, !args.empty(),
        [](JavaRandom& random, std::span<const ColumnPtr>, size_t, ColumnBuilder& out) {
          out.Append(random.Real());
          return OkStatus();
        });
  };
  Declare(registry, std::move(rand));

  FunctionSpec integer{"RAND_INTEGER",
                       "RAND_INTEGER([seed,] bound)",
                       "An integer from 0 to below the bound.",
                       1,
                       2,
                       Takes({Arg::kInt}, DataType::Int())};
  integer.deterministic = false;
  integer.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                           const std::string&) -> StatusOr<ScalarKernel> {
    return MakeRandom(
        args, args.size() == 2,
        [](JavaRandom& random, std::span<const ColumnPtr> columns, size_t row, ColumnBuilder& out) {
          const int32_t bound = ColumnView<int32_t>(*columns.back())[row];
          if (bound <= 0) {
            return InvalidArgumentError("the bound of RAND_INTEGER must be positive");
          }
          out.Append(random.Below(bound));
          return OkStatus();
        });
  };
  Declare(registry, std::move(integer));

  FunctionSpec uuid{"UUID", "UUID()", "A random identifier, as RFC 4122 version 4 has it.",
                    0,      0,        Takes({}, DataType::Char(36).NotNull())};
  uuid.deterministic = false;
  uuid.make_kernel = [](std::span<const BoundArgument>, const DataType&,
                        const std::string&) -> StatusOr<ScalarKernel> {
    auto random = std::make_shared<std::mt19937_64>(std::random_device()());
    return ScalarKernel([random](std::span<const ColumnPtr>, const DataType& type, size_t rows,
                                 const EvalContext&) -> StatusOr<ColumnPtr> {
      ColumnBuilder out(type, rows);
      std::string text;
      for (size_t i = 0; i < rows; ++i) {
        text.clear();
        uint64_t bits[2] = {(*random)(), (*random)()};
        bits[0] = (bits[0] & ~uint64_t{0xf000}) | 0x4000;
        bits[1] = (bits[1] & ~(uint64_t{3} << 62)) | (uint64_t{1} << 63);
        for (int nibble = 0; nibble < 32; ++nibble) {
          if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) text += '-';
          text += "0123456789abcdef"[bits[nibble / 16] >> (60 - nibble % 16 * 4) & 15];
        }
        out.AppendBytes(text);
      }
      return out.Finish();
    });
  };
  Declare(registry, std::move(uuid));
}

}  // namespace

void AddMathFunctions(FunctionRegistry& registry) {
  AddKeepingType(registry, "ABS", "The absolute value.", MakeAbs);
  AddKeepingType(registry, "SIGN", "-1, 0 or 1 by the sign.", MakeSign);
  AddWhole(registry, "FLOOR", false, "The next whole number, or start of a unit, below.");
  AddWhole(registry, "CEIL", true, "The next whole number, or start of a unit, above.");
  registry.AddAlias("CEILING", "CEIL");
  AddRounding(registry, "ROUND", RoundMode::kHalfUp,
              "Rounded to a number of digits, half away from zero.");
  AddRounding(registry, "TRUNCATE", RoundMode::kTruncate, "Cut to a number of digits.");
  AddReals(registry);
  AddConstant(registry, "PI", std::numbers::pi, "The ratio of a circle to its diameter.");
  AddConstant(registry, "E", std::numbers::e, "The base of natural logarithms.");
  AddRandom(registry);
}

}  // namespace weir
