#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/data/data_type.h"

// Arithmetic and text of DECIMAL: a scaled 128-bit integer of at most 38 digits. Every operation is
// exact in 256 bits, is rounded once (HALF_UP, away from zero) to the scale asked for, and has no
// value where the result needs more digits than its precision: SQL's NULL on overflow.

namespace weir {

inline constexpr int kMaxDecimalPrecision = 38;

// 10^exponent, 0 <= exponent <= 38.
Int128 PowerOfTen(int exponent);
// Decimal digits of the magnitude; 1 for zero.
int DecimalDigits(Int128 value);
bool FitsDecimal(Int128 value, int precision);

// The value at another scale; empty when it needs more than `precision` digits.
std::optional<Int128> RescaleDecimal(Int128 value, int from_scale, int to_scale, int precision);

// What an operation on two decimals is to give.
struct DecimalShape {
  int precision;
  int scale;
};
struct ScaledDecimal {
  Int128 value;
  int scale;
};
std::optional<Int128> AddDecimals(ScaledDecimal a, ScaledDecimal b, DecimalShape result);
std::optional<Int128> SubtractDecimals(ScaledDecimal a, ScaledDecimal b, DecimalShape result);
std::optional<Int128> MultiplyDecimals(ScaledDecimal a, ScaledDecimal b, DecimalShape result);
// b.value is not zero. The remainder has the sign of a, as in Java.
std::optional<Int128> DivideDecimals(ScaledDecimal a, ScaledDecimal b, DecimalShape result);
std::optional<Int128> RemainderOfDecimals(ScaledDecimal a, ScaledDecimal b, DecimalShape result);
// < 0, 0, > 0, exact at any two scales.
int CompareDecimals(ScaledDecimal a, ScaledDecimal b);

// "[+-]digits[.digits][e[+-]digits]", nothing around it.
enum class DecimalParse { kOk, kMalformed, kOverflow };
DecimalParse ParseDecimal(std::string_view text, DecimalShape shape, Int128* out);

// All digits of the scale, never an exponent: "-0.50".
void AppendDecimal(Int128 value, int scale, std::string& out);

// As Java's BigDecimal.toString: "0.50", but "2.7E-8" where the first digit is past the sixth after
// the point, and "1E+2" of a negative scale.
void AppendBigDecimal(ScaledDecimal decimal, std::string& out);
// The same number without zeros at the end: of 0.50 it is 0.5, of 100 it is 1 at scale -2.
ScaledDecimal StripTrailingZeros(ScaledDecimal decimal);

double DecimalToDouble(Int128 value, int scale);
// The exact binary value is what is rounded (1.0005 is a little less, and becomes 1.000), as
// Java's new BigDecimal(double) has it; empty for NaN, infinities and on overflow.
std::optional<Int128> DoubleToDecimal(double value, DecimalShape shape);

}  // namespace weir
