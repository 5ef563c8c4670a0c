#include <algorithm>
#include <charconv>
#include <cmath>

#include "common/data/decimal.h"
#include "common/data/time_text.h"
#include "common/data/utf8.h"
#include "operators/expressions/cast_text.h"
#include "sql/expression_binder.h"

namespace weir::sql {
namespace {

constexpr int64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;

// Splits digits and separators: "1 02:03:04.5" to {1, 2, 3, 4} and 500 ms.
struct IntervalFields {
  std::vector<int64_t> fields;
  int64_t fraction_ms = 0;
  bool negative = false;
  bool valid = true;
};

IntervalFields ReadFields(std::string_view text) {
  IntervalFields out;
  size_t at = 0;
  while (at < text.size() && text[at] == ' ') ++at;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) out.negative = text[at++] == '-';
  while (at < text.size()) {
    size_t begin = at;
    while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at]))) ++at;
    int64_t value = 0;
    auto [end, error] = std::from_chars(text.data() + begin, text.data() + at, value);
    if (begin == at || error != std::errc()) return out.valid = false, out;
    out.fields.push_back(value);
    if (at == text.size()) break;
    char separator = text[at++];
    if (separator == '.') {
      std::string digits(text.substr(at));
      if (digits.empty() || !std::all_of(digits.begin(), digits.end(),
                                         [](unsigned char c) { return std::isdigit(c); })) {
        return out.valid = false, out;
      }
      digits.resize(3, '0');
      out.fraction_ms = std::stoll(digits);
      break;
    }
    if (separator == ' ' && at == text.size()) break;
    if (separator != ' ' && separator != ':' && separator != '-') return out.valid = false, out;
  }
  return out;
}

// Units from the coarsest to the finest that a qualifier may name, with their size.
struct UnitSize {
  ast::TimeUnit unit;
  int64_t size;  // ms, or months
  bool months;
};
constexpr UnitSize kUnits[] = {
    {ast::TimeUnit::kYear, 12, true},         {ast::TimeUnit::kQuarter, 3, true},
    {ast::TimeUnit::kMonth, 1, true},         {ast::TimeUnit::kWeek, 7 * kDay, false},
    {ast::TimeUnit::kDay, kDay, false},       {ast::TimeUnit::kHour, kHour, false},
    {ast::TimeUnit::kMinute, kMinute, false}, {ast::TimeUnit::kSecond, kSecond, false},
};

SqlResult<ExprPtr> BindInterval(const ast::Literal& literal, const SourceSpan& span) {
  const ast::IntervalQualifier& qualifier = *literal.interval;
  SqlError wrong{StatusCode::kInvalidArgument,
                 "'" + literal.text + "' is not an interval of the unit given", span,
                 "for example INTERVAL '5' MINUTE or INTERVAL '1 02:30:00' DAY TO SECOND"};
  IntervalFields read = ReadFields(literal.text);
  if (!read.valid || read.fields.empty()) return wrong;
  // The fields run from qualifier.from to qualifier.to without QUARTER and WEEK in between.
  std::vector<UnitSize> units;
  ast::TimeUnit last = qualifier.to.value_or(qualifier.from);
  bool in = false;
  for (const UnitSize& unit : kUnits) {
    if (unit.unit == qualifier.from) in = true;
    bool end = unit.unit == last;
    bool skip = unit.unit == ast::TimeUnit::kQuarter || unit.unit == ast::TimeUnit::kWeek;
    if (in && (!skip || end)) units.push_back(unit);
    if (end) break;
  }
  if (units.size() != read.fields.size()) return wrong;
  const int32_t digits = qualifier.leading_precision.value_or(18);
  if (std::to_string(std::abs(read.fields[0])).size() > static_cast<size_t>(digits)) {
    return SqlError{StatusCode::kInvalidArgument,
                    "the first field of '" + literal.text + "' has more digits than the " +
                        std::to_string(digits) + " that the unit says",
                    span, ""};
  }
  if (read.fraction_ms && units.back().unit != ast::TimeUnit::kSecond) return wrong;
  int64_t total = read.fraction_ms;
  for (size_t i = 0; i < units.size(); ++i) {
    int64_t part;
    if (__builtin_mul_overflow(read.fields[i], units[i].size, &part) ||
        __builtin_add_overflow(total, part, &total)) {
      return wrong;
    }
  }
  if (read.negative != literal.negative) total = -total;
  DataType type = units[0].months ? DataType::IntervalYearMonth() : DataType::IntervalDayTime();
  return Expr::MakeLiteral(type.NotNull(), Value(total));
}

SqlResult<ExprPtr> BindNumber(const ast::Literal& literal, const SourceSpan& span) {
  SqlError range{StatusCode::kOutOfRange, "numeric literal " + literal.text + " is out of range",
                 span, "write CAST('" + literal.text + "' AS DECIMAL(38, ...))"};
  if (literal.kind == ast::LiteralKind::kInteger) {
    int64_t n = 0;
    auto [end, error] =
        std::from_chars(literal.text.data(), literal.text.data() + literal.text.size(), n);
    if (error != std::errc()) return range;
    bool fits = n >= -2147483648 && n <= 2147483647;
    return Expr::MakeLiteral((fits ? DataType::Int() : DataType::BigInt()).NotNull(), Value(n));
  }
  if (literal.kind == ast::LiteralKind::kApproximate) {
    double d = std::strtod(literal.text.c_str(), nullptr);
    if (!std::isfinite(d)) return range;
    return Expr::MakeLiteral(DataType::Double().NotNull(), Value(d));
  }
  // 1.50: every digit written counts, a zero before the point too. 5. is an integer.
  size_t point = literal.text.find('.');
  std::string digits = literal.text;
  if (point != std::string::npos) digits.erase(point, 1);
  int scale = point == std::string::npos ? 0 : static_cast<int>(digits.size() - point);
  if (scale == 0) {
    ast::Literal integer = literal;
    integer.kind = ast::LiteralKind::kInteger;
    integer.text = digits;
    return BindNumber(integer, span);
  }
  int64_t unscaled = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), unscaled);
  if (error != std::errc()) return range;
  int precision = static_cast<int>(digits.size());
  if (precision > 38) return range;
  return Expr::MakeLiteral(DataType::Decimal(precision, scale).NotNull(),
                           Value(static_cast<Int128>(unscaled)));
}

int FractionDigits(const std::string& text) {
  size_t point = text.find('.');
  return point == std::string::npos ? 0 : static_cast<int>(text.size() - point - 1);
}

SqlResult<ExprPtr> BindTime(const ast::Literal& literal, const SourceSpan& span) {
  auto wrong = [&](const char* what, const char* example) {
    return SqlError{StatusCode::kInvalidArgument,
                    std::string("'") + literal.text + "' is not a " + what, span,
                    std::string("for example ") + example};
  };
  int precision = std::min(FractionDigits(literal.text), 9);
  const bool year_zero = literal.text.starts_with("0000-");  // the first is 1
  if (literal.kind == ast::LiteralKind::kDate) {
    std::optional<int32_t> days = ParseDate(literal.text);
    if (!days || year_zero) return wrong("date", "DATE '2026-01-31'");
    return Expr::MakeLiteral(DataType::Date().NotNull(), Value(int64_t{*days}));
  }
  if (literal.kind == ast::LiteralKind::kTime) {
    // The hour may have one digit.
    const bool short_hour = literal.text.find(':') == 1;
    std::optional<int32_t> ms = ParseTime((short_hour ? "0" : "") + literal.text);
    if (!ms) return wrong("time", "TIME '12:30:00'");
    return Expr::MakeLiteral(DataType::Time(0).NotNull(), Value(int64_t{*ms}));
  }
  std::optional<int64_t> us = ParseTimestamp(literal.text, ' ');
  if (!us || year_zero) return wrong("timestamp", "TIMESTAMP '2026-01-31 12:30:00'");
  return Expr::MakeLiteral(DataType::Timestamp(precision).NotNull(), Value(*us));
}

}  // namespace

SqlResult<ExprPtr> BindLiteral(const ast::Literal& literal, const SourceSpan& span) {
  switch (literal.kind) {
    case ast::LiteralKind::kNull:
    case ast::LiteralKind::kUnknown: {
      DataType type =
          literal.kind == ast::LiteralKind::kNull ? DataType::Null() : DataType::Boolean();
      return Expr::MakeLiteral(type, Value());
    }
    case ast::LiteralKind::kTrue:
    case ast::LiteralKind::kFalse:
      return Expr::MakeLiteral(DataType::Boolean().NotNull(),
                               Value(literal.kind == ast::LiteralKind::kTrue));
    case ast::LiteralKind::kInteger:
    case ast::LiteralKind::kDecimal:
    case ast::LiteralKind::kApproximate:
      return BindNumber(literal, span);
    case ast::LiteralKind::kString:
      return Expr::MakeLiteral(
          DataType::Char(static_cast<int32_t>(Utf16Length(literal.text))).NotNull(),
          Value(literal.text));
    case ast::LiteralKind::kBinary: {
      std::string bytes;
      for (size_t i = 0; i + 1 < literal.text.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(literal.text.substr(i, 2), nullptr, 16));
      }
      return Expr::MakeLiteral(DataType::Binary(static_cast<int32_t>(bytes.size())).NotNull(),
                               Value(bytes));
    }
    case ast::LiteralKind::kDate:
    case ast::LiteralKind::kTime:
    case ast::LiteralKind::kTimestamp:
      return BindTime(literal, span);
    case ast::LiteralKind::kInterval:
      return BindInterval(literal, span);
  }
  return Refuse("this literal", span);
}

SqlResult<int64_t> IntervalMillis(const ast::Expr& expr, const char* what) {
  if (const auto* literal = std::get_if<ast::Literal>(&expr.node);
      literal && literal->kind == ast::LiteralKind::kInterval) {
    ASSIGN_OR_RETURN(ExprPtr bound, BindLiteral(*literal, expr.span));
    if (bound->type.kind() == TypeKind::kIntervalDayTime) return bound->literal().value.integer();
    return SqlError{StatusCode::kInvalidArgument,
                    std::string(what) + " must be of fixed length: days or shorter", expr.span, ""};
  }
  if (const auto* unary = std::get_if<ast::Unary>(&expr.node);
      unary && unary->op == ast::UnaryOp::kMinus) {
    ASSIGN_OR_RETURN(int64_t ms, IntervalMillis(*unary->operand, what));
    return -ms;
  }
  return SqlError{StatusCode::kInvalidArgument, std::string(what) + " must be an interval literal",
                  expr.span, "for example INTERVAL '10' MINUTES"};
}

}  // namespace weir::sql
