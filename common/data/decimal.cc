#include "common/data/decimal.h"

#include <array>
#include <charconv>
#include <cmath>

#include "common/base/check.h"

namespace weir {
namespace {

using Uint128 = unsigned __int128;

constexpr std::array<Int128, 39> MakePowers() {
  std::array<Int128, 39> powers{};
  powers[0] = 1;
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}
constexpr std::array<Int128, 39> kPowers = MakePowers();

Uint128 Magnitude(Int128 value) {
  return value < 0 ? Uint128{0} - static_cast<Uint128>(value) : static_cast<Uint128>(value);
}

// An unsigned number of 256 bits: large enough for any operation on two 38-digit numbers.
struct Uint256 {
  Uint128 high = 0;
  Uint128 low = 0;
};

Uint256 Multiply(Uint128 a, Uint128 b) {
  constexpr Uint128 kMask = ~uint64_t{0};
  Uint128 a0 = a & kMask, a1 = a >> 64, b0 = b & kMask, b1 = b >> 64;
  Uint128 low = a0 * b0;
  Uint128 middle = a1 * b0 + (low >> 64);
  Uint128 middle_low = (middle & kMask) + a0 * b1;
  return {a1 * b1 + (middle >> 64) + (middle_low >> 64), (middle_low << 64) | (low & kMask)};
}

Uint256 Add(Uint256 a, Uint256 b) {
  Uint256 sum{a.high + b.high, a.low + b.low};
  if (sum.low < a.low) ++sum.high;
  return sum;
}

Uint256 Subtract(Uint256 a, Uint256 b) {
  Uint256 difference{a.high - b.high, a.low - b.low};
  if (a.low < b.low) --difference.high;
  return difference;
}

bool Less(Uint256 a, Uint256 b) { return a.high != b.high ? a.high < b.high : a.low < b.low; }

// The quotient; the remainder goes to *remainder. The divisor is below 2^127.
Uint256 Divide(Uint256 dividend, Uint128 divisor, Uint128* remainder) {
  if (dividend.high == 0) {
    *remainder = dividend.low % divisor;
    return {0, dividend.low / divisor};
  }
  Uint256 quotient;
  Uint128 rest = dividend.high % divisor;
  quotient.high = dividend.high / divisor;
  for (int bit = 127; bit >= 0; --bit) {
    rest = (rest << 1) | (dividend.low >> bit & 1);
    quotient.low <<= 1;
    if (rest >= divisor) {
      rest -= divisor;
      quotient.low |= 1;
    }
  }
  *remainder = rest;
  return quotient;
}

Uint256 DivideHalfUp(Uint256 dividend, Uint128 divisor) {
  Uint128 remainder;
  Uint256 quotient = Divide(dividend, divisor, &remainder);
  if (remainder >= divisor - remainder) quotient = Add(quotient, {0, 1});
  return quotient;
}

std::optional<Int128> Signed(Uint256 magnitude, bool negative, int precision) {
  if (magnitude.high != 0 || magnitude.low >= static_cast<Uint128>(kPowers[precision])) {
    return std::nullopt;
  }
  auto value = static_cast<Int128>(magnitude.low);
  return negative ? -value : value;
}

// `magnitude` at from_scale, brought to the result's scale.
std::optional<Int128> Shape(Uint256 magnitude, bool negative, int from_scale, DecimalShape result) {
  int drop = from_scale - result.scale;
  // No magnitude has more than 77 digits.
  for (; drop > kMaxDecimalPrecision && drop > 0; --drop) {
    // Dropping in two steps must not round twice: all but the last 38 digits are cut, and a 1 kept
    // in the last place stands for whatever was cut.
    Uint128 remainder;
    magnitude = Divide(magnitude, 10, &remainder);
    if (remainder != 0 && magnitude.low % 10 == 0) magnitude.low += 1;
  }
  if (drop > 0) {
    magnitude = DivideHalfUp(magnitude, static_cast<Uint128>(kPowers[drop]));
  } else if (drop < 0) {
    if (magnitude.high != 0) return std::nullopt;
    if (magnitude.low == 0) return Int128{0};
    if (-drop > kMaxDecimalPrecision) return std::nullopt;
    magnitude = Multiply(magnitude.low, static_cast<Uint128>(kPowers[-drop]));
  }
  return Signed(magnitude, negative, result.precision);
}

Uint256 AtScale(ScaledDecimal a, int scale) {
  return Multiply(Magnitude(a.value), static_cast<Uint128>(kPowers[scale - a.scale]));
}

}  // namespace

Int128 PowerOfTen(int exponent) {
  CHECK(exponent >= 0 && exponent <= kMaxDecimalPrecision) << exponent;
  return kPowers[exponent];
}

int DecimalDigits(Int128 value) {
  Uint128 magnitude = Magnitude(value);
  int digits = 1;
  while (digits <= kMaxDecimalPrecision && magnitude >= static_cast<Uint128>(kPowers[digits])) {
    ++digits;
  }
  return digits;
}

bool FitsDecimal(Int128 value, int precision) {
  return value < kPowers[precision] && value > -kPowers[precision];
}

std::optional<Int128> RescaleDecimal(Int128 value, int from_scale, int to_scale, int precision) {
  if (from_scale == to_scale) {
    return FitsDecimal(value, precision) ? std::optional(value) : std::nullopt;
  }
  return Shape({0, Magnitude(value)}, value < 0, from_scale, {precision, to_scale});
}

std::optional<Int128> AddDecimals(ScaledDecimal a, ScaledDecimal b, DecimalShape result) {
  if (a.scale == b.scale && result.scale == a.scale) {
    Int128 sum;
    if (__builtin_add_overflow(a.value, b.value, &sum)) return std::nullopt;
    return FitsDecimal(sum, result.precision) ? std::optional(sum) : std::nullopt;
  }
  int scale = a.scale > b.scale ? a.scale : b.scale;
  Uint256 x = AtScale(a, scale), y = AtScale(b, scale);
  bool negative_x = a.value < 0, negative_y = b.value < 0;
  if (negative_x == negative_y) return Shape(Add(x, y), negative_x, scale, result);
  if (Less(x, y)) return Shape(Subtract(y, x), negative_y, scale, result);
  return Shape(Subtract(x, y), negative_x, scale, result);
}

std::optional<Int128> SubtractDecimals(ScaledDecimal a, ScaledDecimal b, DecimalShape result) {
  return AddDecimals(a, {-b.value, b.scale}, result);
}

std::optional<Int128> MultiplyDecimals(ScaledDecimal a, ScaledDecimal b, DecimalShape result) {
  Int128 product;
  if (result.scale == a.scale + b.scale && !__builtin_mul_overflow(a.value, b.value, &product)) {
    return FitsDecimal(product, result.precision) ? std::optional(product) : std::nullopt;
  }
  return Shape(Multiply(Magnitude(a.value), Magnitude(b.value)), (a.value < 0) != (b.value < 0),
               a.scale + b.scale, result);
}

std::optional<Int128> DivideDecimals(ScaledDecimal a, ScaledDecimal b, DecimalShape result) {
  bool negative = (a.value < 0) != (b.value < 0);
  Uint128 dividend = Magnitude(a.value), divisor = Magnitude(b.value);
  // quotient * 10^result.scale = a.value * 10^shift / b.value
  int shift = result.scale + b.scale - a.scale;
  if (shift < 0) {
    Uint256 scaled = Multiply(divisor, static_cast<Uint128>(kPowers[-shift]));
    // A divisor of more than 127 bits is larger than twice any dividend: the quotient rounds to 0.
    if (scaled.high != 0 || scaled.low >> 127) return Int128{0};
    return Signed(DivideHalfUp({0, dividend}, scaled.low), negative, result.precision);
  }
  if (shift <= kMaxDecimalPrecision) {
    return Signed(DivideHalfUp(Multiply(dividend, static_cast<Uint128>(kPowers[shift])), divisor),
                  negative, result.precision);
  }
  // In two steps: the whole 38 digits first, then what is left of the remainder.
  int rest = shift - kMaxDecimalPrecision;
  Uint128 remainder;
  Uint256 first = Divide(Multiply(dividend, static_cast<Uint128>(kPowers[kMaxDecimalPrecision])),
                         divisor, &remainder);
  if (first.high != 0) return std::nullopt;
  Uint256 whole = Multiply(first.low, static_cast<Uint128>(kPowers[rest]));
  if (whole.high >> 126) return std::nullopt;
  Uint256 fraction =
      DivideHalfUp(Multiply(remainder, static_cast<Uint128>(kPowers[rest])), divisor);
  return Signed(Add(whole, fraction), negative, result.precision);
}

std::optional<Int128> RemainderOfDecimals(ScaledDecimal a, ScaledDecimal b, DecimalShape result) {
  int scale = a.scale > b.scale ? a.scale : b.scale;
  Uint256 x = AtScale(a, scale), y = AtScale(b, scale);
  Uint256 rest;
  if (Less(x, y)) {
    rest = x;
  } else if (y.high == 0 && !(y.low >> 127)) {
    Uint128 remainder;
    Divide(x, y.low, &remainder);
    rest = {0, remainder};
  } else {
    // Both are wide, so the quotient is short: at most 10^38 / 10^37 per step of the scales.
    rest = x;
    while (!Less(rest, y)) {
      Uint256 subtrahend = y;
      while (true) {
        Uint256 twice = Add(subtrahend, subtrahend);
        if (Less(twice, subtrahend) || Less(rest, twice)) break;
        subtrahend = twice;
      }
      rest = Subtract(rest, subtrahend);
    }
  }
  return Shape(rest, a.value < 0, scale, result);
}

int CompareDecimals(ScaledDecimal a, ScaledDecimal b) {
  if (a.scale == b.scale) return a.value < b.value ? -1 : a.value > b.value;
  if ((a.value < 0) != (b.value < 0)) return a.value < 0 ? -1 : 1;
  int scale = a.scale > b.scale ? a.scale : b.scale;
  Uint256 x = AtScale(a, scale), y = AtScale(b, scale);
  int order = Less(x, y) ? -1 : Less(y, x);
  return a.value < 0 ? -order : order;
}

DecimalParse ParseDecimal(std::string_view text, DecimalShape shape, Int128* out) {
  size_t at = 0;
  bool negative = false;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) negative = text[at++] == '-';

  // The digits without leading zeros, as if the point stood `point` digits from their start.
  char digits[80];
  size_t stored = 0;
  int64_t point = 0;
  bool any = false, after_point = false;
  for (; at < text.size(); ++at) {
    char c = text[at];
    if (c == '.' && !after_point) {
      after_point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    any = true;
    bool leading_zero = stored == 0 && c == '0';
    if (!leading_zero) {
      // Digits behind those that fit cannot change a half-up rounding.
      if (stored < sizeof(digits)) digits[stored++] = c;
    }
    if (!after_point && !leading_zero) ++point;
    if (after_point && leading_zero) --point;
  }
  if (!any) return DecimalParse::kMalformed;
  if (at < text.size()) {
    if (text[at] != 'e' && text[at] != 'E') return DecimalParse::kMalformed;
    ++at;
    if (at + 1 < text.size() && text[at] == '+' && text[at + 1] != '-') ++at;
    int64_t exponent = 0;
    auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), exponent);
    if (error == std::errc::result_out_of_range) return DecimalParse::kOverflow;
    if (error != std::errc() || end != text.data() + text.size()) return DecimalParse::kMalformed;
    if (exponent > 1'000'000'000 || exponent < -1'000'000'000) return DecimalParse::kOverflow;
    point += exponent;
  }

  // Digits of the result: those before the point and `scale` behind it.
  int64_t keep = point + shape.scale;
  if (stored == 0 || keep < 0) {
    *out = 0;
    return DecimalParse::kOk;
  }
  if (keep > shape.precision) return DecimalParse::kOverflow;
  Int128 value = 0;
  for (int64_t i = 0; i < keep; ++i) {
    value = value * 10 + (i < static_cast<int64_t>(stored) ? digits[i] - '0' : 0);
  }
  if (keep < static_cast<int64_t>(stored) && digits[keep] >= '5') ++value;
  if (!FitsDecimal(value, shape.precision)) return DecimalParse::kOverflow;
  *out = negative ? -value : value;
  return DecimalParse::kOk;
}

void AppendDecimal(Int128 value, int scale, std::string& out) {
  char digits[40];
  int count = 0;
  Uint128 rest = Magnitude(value);
  while (rest >> 64) {
    digits[count++] = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  }
  for (auto low = static_cast<uint64_t>(rest); low != 0; low /= 10) {
    digits[count++] = static_cast<char>('0' + low % 10);
  }
  while (count <= scale) digits[count++] = '0';
  if (value < 0) out += '-';
  while (count > 0) {
    if (count == scale) out += '.';
    out += digits[--count];
  }
}

void AppendBigDecimal(ScaledDecimal decimal, std::string& out) {
  const int exponent = DecimalDigits(decimal.value) - 1 - decimal.scale;
  if (decimal.scale >= 0 && exponent >= -6) {
    return AppendDecimal(decimal.value, decimal.scale, out);
  }
  std::string digits;
  AppendDecimal(decimal.value, 0, digits);
  const size_t first = digits[0] == '-' ? 1 : 0;
  out.append(digits, 0, first + 1);
  if (digits.size() > first + 1) out.append(1, '.').append(digits, first + 1);
  if (exponent == 0) return;
  out += exponent < 0 ? "E" : "E+";
  out += std::to_string(exponent);
}

ScaledDecimal StripTrailingZeros(ScaledDecimal decimal) {
  if (decimal.value == 0) return {0, 0};
  while (decimal.value % 10 == 0) {
    decimal.value /= 10;
    --decimal.scale;
  }
  return decimal;
}

double DecimalToDouble(Int128 value, int scale) {
  // Small powers and mantissas are exact doubles; otherwise through text, which rounds once.
  if (scale <= 22 && Magnitude(value) <= (Uint128{1} << 53)) {
    return static_cast<double>(static_cast<int64_t>(value)) / std::pow(10.0, scale);
  }
  std::string text;
  AppendDecimal(value, scale, text);
  double result = 0;
  std::from_chars(text.data(), text.data() + text.size(), result);
  return result;
}

std::optional<Int128> DoubleToDecimal(double value, DecimalShape shape) {
  if (!std::isfinite(value)) return std::nullopt;
  constexpr int kDigits = 60;  // more than any result has: the exact value decides the rounding
  char text[80];
  auto [end, error] =
      std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific, kDigits);
  CHECK(error == std::errc());
  Int128 result;
  std::string_view view(text, static_cast<size_t>(end - text));
  if (ParseDecimal(view, shape, &result) != DecimalParse::kOk) return std::nullopt;
  return result;
}

}  // namespace weir
