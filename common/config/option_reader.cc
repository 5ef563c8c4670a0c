#include "common/config/option_reader.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <span>
#include <utility>

#include "common/base/ascii.h"
#include "common/base/nearest_name.h"

namespace weir {
namespace {

constexpr std::string_view kSpace = " \t\n\v\f\r";

// "5 min" -> 5, "min"; false when there is no number.
bool SplitNumber(std::string_view text, int64_t& number, std::string& unit) {
  text = Trim(text, kSpace);
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return false;
  unit = AsciiLower(Trim(text.substr(static_cast<size_t>(end - text.data())), kSpace));
  return true;
}

// All of the text but blanks around it.
template <class T>
bool ParseNumber(std::string_view text, T& value) {
  text = Trim(text, kSpace);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

struct Unit {
  std::string_view name;
  int64_t factor;
};

const Unit* FindUnit(std::string_view name, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

}  // namespace

StatusOr<Duration> ParseDuration(std::string_view text) {
  int64_t number = 0;
  std::string unit;
  if (!SplitNumber(text, number, unit)) {
    return InvalidArgumentError("is not a duration such as '5 s' or '1 min'");
  }
  if (unit == "ns" || unit.starts_with("nano")) return Duration(number / 1000000);
  if (unit == "us" || unit == "µs" || unit.starts_with("micro")) return Duration(number / 1000);
  static constexpr Unit kUnits[] = {{"", 1},
                                    {"ms", 1},
                                    {"milli", 1},
                                    {"millis", 1},
                                    {"millisecond", 1},
                                    {"milliseconds", 1},
                                    {"s", 1000},
                                    {"sec", 1000},
                                    {"secs", 1000},
                                    {"second", 1000},
                                    {"seconds", 1000},
                                    {"m", 60000},
                                    {"min", 60000},
                                    {"mins", 60000},
                                    {"minute", 60000},
                                    {"minutes", 60000},
                                    {"h", 3600000},
                                    {"hour", 3600000},
                                    {"hours", 3600000},
                                    {"d", 86400000},
                                    {"day", 86400000},
                                    {"days", 86400000}};
  const Unit* found = FindUnit(unit, kUnits);
  int64_t out = 0;
  if (!found) return InvalidArgumentError("has a unit that is none of ms, s, min, h, d");
  if (__builtin_mul_overflow(number, found->factor, &out)) {
    return InvalidArgumentError("is too long a duration");
  }
  return Duration(out);
}

StatusOr<int64_t> ParseMemorySize(std::string_view text) {
  int64_t number = 0;
  std::string unit;
  if (!SplitNumber(text, number, unit)) {
    return InvalidArgumentError("is not a size such as '64 kb' or '1 mb'");
  }
  static constexpr Unit kUnits[] = {{"", 1},
                                    {"b", 1},
                                    {"bytes", 1},
                                    {"k", 1 << 10},
                                    {"kb", 1 << 10},
                                    {"kibibytes", 1 << 10},
                                    {"m", 1 << 20},
                                    {"mb", 1 << 20},
                                    {"mebibytes", 1 << 20},
                                    {"g", 1 << 30},
                                    {"gb", 1 << 30},
                                    {"gibibytes", 1 << 30},
                                    {"t", int64_t{1} << 40},
                                    {"tb", int64_t{1} << 40},
                                    {"tebibytes", int64_t{1} << 40}};
  const Unit* found = FindUnit(unit, kUnits);
  int64_t out = 0;
  if (!found) return InvalidArgumentError("has a unit that is none of b, kb, mb, gb, tb");
  if (__builtin_mul_overflow(number, found->factor, &out)) {
    return InvalidArgumentError("is too large");
  }
  return out;
}

StatusOr<int64_t> ParseInteger(std::string_view text) {
  int64_t value = 0;
  if (!ParseNumber(text, value)) return InvalidArgumentError("is not a whole number");
  return value;
}

StatusOr<double> ParseReal(std::string_view text) {
  double value = 0;
  if (!ParseNumber(text, value)) return InvalidArgumentError("is not a number");
  return value;
}

StatusOr<bool> ParseBool(std::string_view text) {
  std::string lower = AsciiLower(Trim(text, kSpace));
  if (lower == "true") return true;
  if (lower == "false") return false;
  return InvalidArgumentError("is neither 'true' nor 'false'");
}

const std::string* OptionReader::Find(std::string_view key) {
  declared_.emplace(key);
  auto found = options_.find(std::string(key));
  return found == options_.end() ? nullptr : &found->second;
}

bool OptionReader::Has(std::string_view key) { return Find(key) != nullptr; }

std::optional<std::string> OptionReader::String(std::string_view key) {
  const std::string* text = Find(key);
  return text ? std::optional(*text) : std::nullopt;
}

std::string OptionReader::String(std::string_view key, std::string_view fallback) {
  const std::string* text = Find(key);
  return text ? *text : std::string(fallback);
}

std::string OptionReader::Required(std::string_view key) {
  const std::string* text = Find(key);
  if (!text) missing_.emplace_back(key);
  return text ? *text : "";
}

std::optional<int64_t> OptionReader::Integer(std::string_view key) {
  const std::string* text = Find(key);
  if (!text) return std::nullopt;
  StatusOr<int64_t> value = ParseInteger(*text);
  if (value.ok()) return *value;
  Fail(key, value.status().message());
  return std::nullopt;
}

int64_t OptionReader::Integer(std::string_view key, int64_t fallback, int64_t least, int64_t most) {
  std::optional<int64_t> value = Integer(key);
  if (!value) return fallback;
  if (*value < least) Fail(key, "must be at least " + std::to_string(least));
  if (*value > most) Fail(key, "must be at most " + std::to_string(most));
  return *value;
}

double OptionReader::Real(std::string_view key, double fallback) {
  const std::string* text = Find(key);
  if (!text) return fallback;
  StatusOr<double> value = ParseReal(*text);
  if (!value.ok()) Fail(key, value.status().message());
  return value.value_or(fallback);
}

bool OptionReader::Bool(std::string_view key, bool fallback) {
  const std::string* text = Find(key);
  if (!text) return fallback;
  StatusOr<bool> value = ParseBool(*text);
  if (!value.ok()) Fail(key, value.status().message());
  return value.value_or(fallback);
}

std::optional<Duration> OptionReader::Duration(std::string_view key) {
  const std::string* text = Find(key);
  if (!text) return std::nullopt;
  StatusOr<weir::Duration> value = ParseDuration(*text);
  if (value.ok()) return *value;
  Fail(key, value.status().message());
  return std::nullopt;
}

Duration OptionReader::Duration(std::string_view key, weir::Duration fallback) {
  return Duration(key).value_or(fallback);
}

int64_t OptionReader::MemorySize(std::string_view key, int64_t fallback) {
  const std::string* text = Find(key);
  if (!text) return fallback;
  StatusOr<int64_t> value = ParseMemorySize(*text);
  if (!value.ok()) Fail(key, value.status().message());
  return value.value_or(fallback);
}

std::string OptionReader::OneOf(std::string_view key, std::string_view fallback,
                                std::initializer_list<std::string_view> allowed) {
  const std::string* text = Find(key);
  if (!text) return std::string(fallback);
  std::string list;
  for (std::string_view value : allowed) {
    if (AsciiLower(value) == AsciiLower(*text)) return std::string(value);
    list += (list.empty() ? "'" : ", '") + std::string(value) + "'";
  }
  Fail(key, "is none of " + list);
  return std::string(fallback);
}

std::vector<std::string> OptionReader::List(std::string_view key) {
  std::vector<std::string> out;
  const std::string* text = Find(key);
  if (!text) return out;
  std::string_view rest = *text;
  while (!rest.empty()) {
    size_t end = std::min(rest.find(';'), rest.size());
    if (std::string_view item = Trim(rest.substr(0, end), kSpace); !item.empty())
      out.emplace_back(item);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

std::map<std::string, std::string> OptionReader::WithPrefix(std::string_view prefix) {
  prefixes_.emplace_back(prefix);
  std::map<std::string, std::string> out;
  for (const auto& [key, value] : options_) {
    if (key.starts_with(prefix)) out.emplace(key.substr(prefix.size()), value);
  }
  return out;
}

void OptionReader::Accept(std::string_view key) { declared_.emplace(key); }

void OptionReader::Fail(std::string_view key, std::string_view reason) {
  std::string message = subject_ + ": option '" + std::string(key) + "'";
  auto found = options_.find(std::string(key));
  if (found != options_.end() && !IsSecretOption(key)) {
    message += " = '" + WithoutSecrets(found->second) + "'";
  }
  FailWith(InvalidArgumentError(message + " " + std::string(reason)));
}

void OptionReader::FailWith(Status status) {
  if (error_.ok()) error_ = std::move(status);
}

Status OptionReader::Finish() {
  if (!missing_.empty()) {
    std::string list;
    for (const std::string& key : missing_) list += (list.empty() ? "'" : ", '") + key + "'";
    return InvalidArgumentError(subject_ + ": missing option" + (missing_.size() > 1 ? "s " : " ") +
                                list);
  }
  if (!error_.ok()) return error_;
  for (const auto& [key, value] : options_) {
    bool known = declared_.contains(key) ||
                 std::any_of(prefixes_.begin(), prefixes_.end(),
                             [&key = key](const auto& prefix) { return key.starts_with(prefix); });
    if (known) continue;
    std::vector<std::string> names(declared_.begin(), declared_.end());
    return InvalidArgumentError(subject_ + ": unknown option '" + key + "'" +
                                DidYouMean(key, names));
  }
  return OkStatus();
}

}  // namespace weir
