#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "common/base/time.h"
#include "common/data/simple_date_pattern.h"
#include "common/data/time_pattern.h"
#include "common/data/time_text.h"
#include "common/data/time_zone.h"
#include "operators/expressions/kernels.h"
#include "operators/functions/builtin_functions.h"
#include "operators/functions/signature.h"

// Times from text and to it: DATE_FORMAT, TO_DATE, TO_TIMESTAMP, UNIX_TIMESTAMP and their kin. As
// in Flink the patterns are of two kinds: those of DATE_FORMAT of a timestamp and of TO_TIMESTAMP
// are TimePatterns, all others lenient SimpleDatePatterns.

namespace weir {
namespace {

using Text = std::string_view;

constexpr Text kDefaultPattern = "yyyy-MM-dd HH:mm:ss";

// Compiles a pattern when it is another one than last time: once, for a literal. Null for a pattern
// that is none.
template <class Pattern>
class PatternCache {
 public:
  const Pattern* Get(Text pattern) {
    if (!looked_up_ || pattern_ != pattern) {
      looked_up_ = true;
      pattern_ = pattern;
      compiled_.reset();
      StatusOr<Pattern> compiled = Pattern::Compile(pattern);
      status_ = compiled.status();
      if (compiled.ok()) compiled_ = *std::move(compiled);
    }
    return compiled_ ? &*compiled_ : nullptr;
  }
  const Status& status() const { return status_; }  // why the last Get gave null

 private:
  bool looked_up_ = false;
  std::string pattern_;
  std::optional<Pattern> compiled_;
  Status status_;
};

class ZoneCache {
 public:
  // Null for a zone that is none.
  const TimeZone* Get(Text name) {
    if (!looked_up_ || name_ != name) {
      looked_up_ = true;
      name_ = name;
      StatusOr<TimeZone> zone = TimeZone::Load(name);
      zone_.reset();
      if (zone.ok()) zone_ = *std::move(zone);
    }
    return zone_ ? &*zone_ : nullptr;
  }

 private:
  bool looked_up_ = false;
  std::string name_;
  std::optional<TimeZone> zone_;
};

// Text of a date and a time of day, as DATE_FORMAT and CONVERT_TZ read it.
const SimpleDatePattern& FullTimestamp() {
  static const auto& pattern = *new SimpleDatePattern(*SimpleDatePattern::Compile(kDefaultPattern));
  return pattern;
}

// An offset in the text is worth more than the zone.
int64_t ToUtc(const SimpleDatePattern::Parsed& parsed, const TimeZone& zone) {
  if (!parsed.offset_seconds) return zone.ToUtcLater(parsed.micros);
  return parsed.micros - *parsed.offset_seconds * kMicrosPerSecond;
}

void AddDateFormat(FunctionRegistry& registry) {
  FunctionSpec spec{"DATE_FORMAT", "DATE_FORMAT(timestamp or string, pattern)",
                    "The time as text, by a pattern of Java's DateTimeFormatter.", 2, 2};
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    DataType time = args[0].type.kind() == TypeKind::kNull ? DataType::Timestamp(3) : args[0].type;
    if (!time.is_timestamp() && !time.is_string()) return InvalidArgumentError("");
    ASSIGN_OR_RETURN(DataType pattern, MatchArgument(Arg::kString, args[1].type));
    return ResolvedFunction{{time, pattern}, DataType::String()};
  };
  spec.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                        const std::string& time_zone) -> StatusOr<ScalarKernel> {
    ASSIGN_OR_RETURN(TimeZone zone, TimeZone::Load(time_zone));
    if (args[0].type.is_string()) {
      auto cache = std::make_shared<PatternCache<SimpleDatePattern>>();
      return Map<Text, Text, Text>(
          [cache, out = std::string()](Text time,
                                       Text pattern) mutable -> StatusOr<std::optional<Text>> {
            const SimpleDatePattern* compiled = cache->Get(pattern);
            if (!compiled) return cache->status();
            const auto parsed = FullTimestamp().Parse(time);
            if (!parsed) return std::optional<Text>();
            out.clear();
            compiled->Format(parsed->micros, 0, out);
            return std::optional<Text>(out);
          });
    }
    auto cache = std::make_shared<PatternCache<TimePattern>>();
    bool zoned = args[0].type.kind() == TypeKind::kTimestampLtz;
    return Map<Text, int64_t, Text>([cache, zone, zoned, out = std::string()](
                                        int64_t micros, Text pattern) mutable -> StatusOr<Text> {
      const TimePattern* compiled = cache->Get(pattern);
      if (!compiled) return cache->status();
      if (!compiled->CanFormat().ok()) return compiled->CanFormat();
      out.clear();
      compiled->Format(zoned ? zone.ToLocal(micros) : micros, out);
      return Text(out);
    });
  };
  Declare(registry, std::move(spec));
}

std::optional<int> ParseNumber(Text text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  int number;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The part of `text` up to `separator`, which both are taken off; nothing without the separator.
std::optional<Text> TakeUntil(char separator, Text& text) {
  size_t at = text.find(separator);
  if (at == Text::npos) return std::nullopt;
  Text part = text.substr(0, at);
  text.remove_prefix(at + 1);
  return part;
}

// yyyy-M-d, each day up to 31 in any month: what is past its end is carried over.
std::optional<int64_t> ParseLenientDate(Text text) {
  std::optional<Text> year_text = TakeUntil('-', text), month_text = TakeUntil('-', text);
  if (!year_text || !month_text || year_text->size() != 4 || month_text->size() > 2 ||
      text.size() > 2) {
    return std::nullopt;
  }
  std::optional<int> year = ParseNumber(*year_text), month = ParseNumber(*month_text),
                     day = ParseNumber(text);
  if (year == 0) year = 1;  // there was none: the year of the era
  if (!year || !month || !day || *month < 1 || *month > 12 || *day < 1 || *day > 31) {
    return std::nullopt;
  }
  return (DaysFromCivil({*year, *month, 1}) + *day - 1) * kMicrosPerDay;
}

// H:m:s[.fraction], of any size.
std::optional<int64_t> ParseLenientTime(Text text) {
  std::optional<Text> hour_text = TakeUntil(':', text), minute_text = TakeUntil(':', text);
  if (!hour_text || !minute_text) return std::nullopt;
  int64_t micros = 0;
  if (size_t point = text.find('.'); point != Text::npos) {
    std::string fraction(text.substr(point + 1));
    bool digits = !fraction.empty() && fraction.size() <= 9 &&
                  std::all_of(fraction.begin(), fraction.end(),
                              [](unsigned char c) { return std::isdigit(c); });
    if (!digits) return std::nullopt;
    fraction.resize(6, '0');
    micros = *ParseNumber(fraction);
    text = text.substr(0, point);
  }
  std::optional<int> hour = ParseNumber(*hour_text), minute = ParseNumber(*minute_text),
                     second = ParseNumber(text);
  if (!hour || !minute || !second) return std::nullopt;
  return (int64_t{*hour} * 3600 + int64_t{*minute} * 60 + *second) * kMicrosPerSecond + micros;
}

// What Flink tries when the pattern does not fit: a date or a timestamp as java.sql reads it.
std::optional<int64_t> ParseLenientTimestamp(Text text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  std::optional<Text> date_text = TakeUntil(' ', text);
  if (!date_text) return ParseLenientDate(text);
  std::optional<int64_t> date = ParseLenientDate(*date_text), time = ParseLenientTime(text);
  if (!date || !time) return std::nullopt;
  return *date + *time;
}

// What a text says by a pattern, or without one as CAST reads it; nothing when the pattern is none.
using TextToTime = std::function<std::optional<int64_t>(Text text, const Text* pattern)>;
TextToTime MakeTextToTime() {
  auto cache = std::make_shared<PatternCache<TimePattern>>();
  return [cache](Text text, const Text* pattern) -> std::optional<int64_t> {
    if (!pattern) return CastTextToTimestamp(text);
    const TimePattern* compiled = cache->Get(*pattern);
    if (!compiled) return std::nullopt;
    std::optional<int64_t> micros = compiled->Parse(text);
    return micros ? micros : ParseLenientTimestamp(text);
  };
}

void AddToDate(FunctionRegistry& registry) {
  FunctionSpec spec{"TO_DATE",
                    "TO_DATE(string [, pattern])",
                    "The date that a text says; NULL when it says none.",
                    1,
                    2,
                    TakesNullable({Arg::kString}, DataType::Date())};
  spec.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                        const std::string&) -> StatusOr<ScalarKernel> {
    if (args.size() == 1) return Map<int32_t, Text>(CastTextToDate);
    return Map<int32_t, Text, Text>(
        [cache = std::make_shared<PatternCache<SimpleDatePattern>>()](
            Text text, Text pattern) -> StatusOr<std::optional<int32_t>> {
          const SimpleDatePattern* compiled = cache->Get(pattern);
          if (!compiled) return cache->status();
          const auto parsed = compiled->Parse(text);
          if (!parsed) return std::optional<int32_t>();
          return std::optional(static_cast<int32_t>(DayOfMicros(ToUtc(*parsed, TimeZone()))));
        });
  };
  Declare(registry, std::move(spec));
}

void AddToTimestamp(FunctionRegistry& registry) {
  FunctionSpec spec{"TO_TIMESTAMP",
                    "TO_TIMESTAMP(string [, pattern])",
                    "The TIMESTAMP(3) that a text says; NULL when it says none.",
                    1,
                    2,
                    TakesNullable({Arg::kString}, DataType::Timestamp(3))};
  spec.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                        const std::string&) -> StatusOr<ScalarKernel> {
    auto convert = [parse = MakeTextToTime()](Text text,
                                              const Text* pattern) -> std::optional<int64_t> {
      std::optional<int64_t> micros = parse(text, pattern);
      if (!micros) return std::nullopt;
      return TruncateMicros(*micros, 3);
    };
    if (args.size() == 1) {
      return Map<int64_t, Text>([convert](Text text) { return convert(text, nullptr); });
    }
    return Map<int64_t, Text, Text>(
        [convert](Text text, Text pattern) { return convert(text, &pattern); });
  };
  Declare(registry, std::move(spec));
}

// Of a number the precision says the unit: 0 seconds, 3 milliseconds.
StatusOr<ScalarKernel> MakeNumberToTimestamp(const DataType& type, int64_t precision) {
  if (precision != 0 && precision != 3) {
    return InvalidArgumentError(
        "TO_TIMESTAMP_LTZ takes a precision of 0 (seconds) or 3 "
        "(milliseconds), not " +
        std::to_string(precision));
  }
  int64_t unit = precision == 0 ? kMicrosPerSecond : kMicrosPerMilli;
  if (type.kind() == TypeKind::kDouble) {
    return Map<int64_t, double>([unit](double number) -> StatusOr<int64_t> {
      double micros = number * static_cast<double>(unit);
      if (!(std::fabs(micros) < 9.2e18)) {
        return InvalidArgumentError("TO_TIMESTAMP_LTZ of " + std::to_string(number) +
                                    " is no time that can be held");
      }
      return TruncateMicros(static_cast<int64_t>(micros), 3);
    });
  }
  return Map<int64_t, int64_t>([unit](int64_t number) -> StatusOr<int64_t> {
    int64_t micros;
    if (__builtin_mul_overflow(number, unit, &micros)) {
      return InvalidArgumentError("TO_TIMESTAMP_LTZ of " + std::to_string(number) +
                                  " is no time that can be held");
    }
    return micros;
  });
}

// With the zone that the text is of; UTC when none is given.
ScalarKernel MakeTextToTimestampLtz(size_t args) {
  auto zones = std::make_shared<ZoneCache>();
  auto convert = [parse = MakeTextToTime(), zones](Text text, const Text* pattern,
                                                   Text zone_name) -> std::optional<int64_t> {
    std::optional<int64_t> micros = parse(text, pattern);
    const TimeZone* zone = zones->Get(zone_name);
    if (!micros || !zone) return std::nullopt;
    return TruncateMicros(zone->ToUtc(*micros), 3);
  };
  if (args == 1) {
    // Alone among these functions it fails, as Flink's.
    return Map<int64_t, Text>([convert](Text text) -> StatusOr<int64_t> {
      const std::optional<int64_t> micros = convert(text, nullptr, "UTC");
      if (micros) return *micros;
      return InvalidArgumentError("TO_TIMESTAMP_LTZ: '" + std::string(text.substr(0, 100)) +
                                  "' is no timestamp (with a pattern it would be NULL)");
    });
  }
  if (args == 2) {
    return Map<int64_t, Text, Text>(
        [convert](Text text, Text pattern) { return convert(text, &pattern, "UTC"); });
  }
  return Map<int64_t, Text, Text, Text>(
      [convert](Text text, Text pattern, Text zone) { return convert(text, &pattern, zone); });
}

void AddToTimestampLtz(FunctionRegistry& registry) {
  FunctionSpec spec{"TO_TIMESTAMP_LTZ",
                    "TO_TIMESTAMP_LTZ(number [, precision literal]) or TO_TIMESTAMP_LTZ(string "
                    "[, pattern [, zone]])",
                    "A number of seconds (precision 0) or milliseconds (3) since 1970, or a text, "
                    "as TIMESTAMP_LTZ(3).",
                    1, 3};
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    DataType result = DataType::TimestampLtz(3);
    if (args[0].type.is_string()) return TakesNullable({Arg::kString}, result)(args);
    if (args.size() > 2) return InvalidArgumentError("");
    if (args[0].type.is_approximate())
      return TakesNullable({Arg::kDouble, Arg::kInt}, result)(args);
    ASSIGN_OR_RETURN(ResolvedFunction resolved,
                     TakesNullable({Arg::kNumeric, Arg::kInt}, result)(args));
    // Of a DECIMAL the whole units count, as in Flink.
    resolved.argument_types[0] = DataType::BigInt().WithNullable(args[0].type.nullable());
    return resolved;
  };
  spec.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                        const std::string&) -> StatusOr<ScalarKernel> {
    if (args[0].type.is_string()) return MakeTextToTimestampLtz(args.size());
    int64_t precision = 3;
    if (args.size() == 2) {
      const Value* literal = args[1].literal;
      if (!literal || !std::holds_alternative<int64_t>(literal->v)) {
        return InvalidArgumentError("the precision of TO_TIMESTAMP_LTZ must be a literal");
      }
      precision = literal->integer();
    }
    ASSIGN_OR_RETURN(ScalarKernel kernel, MakeNumberToTimestamp(args[0].type, precision));
    return ScalarKernel([kernel](std::span<const ColumnPtr> columns, const DataType& type,
                                 size_t rows, const EvalContext& context) {
      return kernel(columns.first(1), type, rows, context);
    });
  };
  Declare(registry, std::move(spec));
}

void AddUnixTimes(FunctionRegistry& registry) {
  FunctionSpec from{"FROM_UNIXTIME",
                    "FROM_UNIXTIME(seconds [, pattern])",
                    "Seconds since 1970 as text in the session's zone.",
                    1,
                    2,
                    TakesNullable({Arg::kBigInt, Arg::kString}, DataType::String())};
  from.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                        const std::string& time_zone) -> StatusOr<ScalarKernel> {
    ASSIGN_OR_RETURN(TimeZone zone, TimeZone::Load(time_zone));
    auto cache = std::make_shared<PatternCache<SimpleDatePattern>>();
    auto format = [cache, zone, out = std::string()](
                      int64_t seconds, Text pattern) mutable -> StatusOr<std::optional<Text>> {
      const SimpleDatePattern* compiled = cache->Get(pattern);
      if (!compiled) return cache->status();
      int64_t micros;
      if (__builtin_mul_overflow(seconds, kMicrosPerSecond, &micros)) return std::optional<Text>();
      int offset = zone.OffsetSeconds(micros);
      out.clear();
      compiled->Format(micros + offset * kMicrosPerSecond, offset, out);
      return std::optional<Text>(out);
    };
    if (args.size() == 1) {
      return Map<Text, int64_t>(
          [format](int64_t seconds) mutable { return format(seconds, kDefaultPattern); });
    }
    return Map<Text, int64_t, Text>(format);
  };
  Declare(registry, std::move(from));

  FunctionSpec to{"UNIX_TIMESTAMP",
                  "UNIX_TIMESTAMP([string [, pattern]])",
                  "Seconds since 1970: now, or as a text in the session's zone says; the smallest "
                  "BIGINT when it says none.",
                  0,
                  2,
                  Takes({Arg::kString}, DataType::BigInt())};
  to.deterministic = false;
  to.make_kernel = [](std::span<const BoundArgument> args, const DataType& result,
                      const std::string& time_zone) -> StatusOr<ScalarKernel> {
    if (args.empty()) {
      return ScalarKernel([](std::span<const ColumnPtr>, const DataType& type, size_t rows,
                             const EvalContext& context) -> StatusOr<ColumnPtr> {
        return Column::MakeConstant(type, context.clock->WallNow() / 1000, rows);
      });
    }
    ASSIGN_OR_RETURN(TimeZone zone, TimeZone::Load(time_zone));
    auto cache = std::make_shared<PatternCache<SimpleDatePattern>>();
    auto parse = [cache, zone](Text text, Text pattern) -> StatusOr<int64_t> {
      const SimpleDatePattern* compiled = cache->Get(pattern);
      if (!compiled) return cache->status();
      const auto parsed = compiled->Parse(text);
      if (!parsed) return std::numeric_limits<int64_t>::min();
      return ToUtc(*parsed, zone) / kMicrosPerSecond;  // up to 0 before 1970, as Java divides
    };
    if (args.size() == 1) {
      return Map<int64_t, Text>([parse](Text text) { return parse(text, kDefaultPattern); });
    }
    return Map<int64_t, Text, Text>(parse);
  };
  Declare(registry, std::move(to));
}

// As java.util.TimeZone has it: old abbreviations are zones, and what is none is UTC.
TimeZone LenientZone(Text name, ZoneCache& zones) {
  constexpr std::pair<Text, Text> kAbbreviations[] = {{"ACT", "Australia/Darwin"},
                                                      {"AET", "Australia/Sydney"},
                                                      {"AGT", "America/Argentina/Buenos_Aires"},
                                                      {"ART", "Africa/Cairo"},
                                                      {"AST", "America/Anchorage"},
                                                      {"BET", "America/Sao_Paulo"},
                                                      {"BST", "Asia/Dhaka"},
                                                      {"CAT", "Africa/Harare"},
                                                      {"CNT", "America/St_Johns"},
                                                      {"CST", "America/Chicago"},
                                                      {"CTT", "Asia/Shanghai"},
                                                      {"EAT", "Africa/Addis_Ababa"},
                                                      {"ECT", "Europe/Paris"},
                                                      {"EST", "-05:00"},
                                                      {"HST", "-10:00"},
                                                      {"IET", "America/Indiana/Indianapolis"},
                                                      {"IST", "Asia/Kolkata"},
                                                      {"JST", "Asia/Tokyo"},
                                                      {"MIT", "Pacific/Apia"},
                                                      {"MST", "-07:00"},
                                                      {"NET", "Asia/Yerevan"},
                                                      {"NST", "Pacific/Auckland"},
                                                      {"PLT", "Asia/Karachi"},
                                                      {"PNT", "America/Phoenix"},
                                                      {"PRT", "America/Puerto_Rico"},
                                                      {"PST", "America/Los_Angeles"},
                                                      {"SST", "Pacific/Guadalcanal"},
                                                      {"VST", "Asia/Ho_Chi_Minh"}};
  for (const auto& [abbreviation, zone] : kAbbreviations) {
    if (name == abbreviation) name = zone;
  }
  const TimeZone* zone = zones.Get(name);
  return zone ? *zone : TimeZone();
}

void AddConvertTz(FunctionRegistry& registry) {
  FunctionSpec spec{"CONVERT_TZ",
                    "CONVERT_TZ(string, from zone, to zone)",
                    "A time's text in another zone; NULL when it says no time. A zone that is none "
                    "is UTC.",
                    3,
                    3,
                    TakesNullable({Arg::kString}, DataType::String())};
  spec.make_kernel = [](std::span<const BoundArgument>, const DataType&,
                        const std::string&) -> StatusOr<ScalarKernel> {
    auto from_zones = std::make_shared<ZoneCache>();
    auto to_zones = std::make_shared<ZoneCache>();
    return Map<Text, Text, Text, Text>(
        [from_zones, to_zones, out = std::string()](Text text, Text from,
                                                    Text to) mutable -> std::optional<Text> {
          const auto parsed = FullTimestamp().Parse(text);
          if (!parsed) return std::nullopt;
          const TimeZone from_zone = LenientZone(from, *from_zones);
          const TimeZone to_zone = LenientZone(to, *to_zones);
          out.clear();
          FullTimestamp().Format(to_zone.ToLocal(ToUtc(*parsed, from_zone)), 0, out);
          return Text(out);
        });
  };
  Declare(registry, std::move(spec));
}

}  // namespace

void AddTimeTextFunctions(FunctionRegistry& registry) {
  AddDateFormat(registry);
  AddToDate(registry);
  AddToTimestamp(registry);
  AddToTimestampLtz(registry);
  AddUnixTimes(registry);
  AddConvertTz(registry);
}

}  // namespace weir
