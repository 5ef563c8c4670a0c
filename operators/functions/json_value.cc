#include "operators/functions/json_value.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "common/data/utf8.h"

namespace weir {
namespace {

constexpr size_t kMaxJsonDepth = 1'000;

// Builds a JsonValue from the parser's events.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Builder(bool names_may_repeat) : names_may_repeat_(names_may_repeat) {}

  bool null() override { return Add({}); }
  bool boolean(bool value) override {
    JsonValue json;
    json.kind = JsonValue::Kind::kBoolean;
    json.boolean = value;
    return Add(std::move(json));
  }
  bool number_integer(number_integer_t value) override { return Number(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return Number(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override { return Number(text); }
  bool string(string_t& text) override {
    JsonValue json;
    json.kind = JsonValue::Kind::kString;
    json.text = std::move(text);
    return Add(std::move(json));
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override { return Open(JsonValue::Kind::kObject); }
  bool key(string_t& name) override {
    open_.back().names.push_back(std::move(name));
    return true;
  }
  bool end_object() override { return Close(); }
  bool start_array(size_t) override { return Open(JsonValue::Kind::kArray); }
  bool end_array() override { return Close(); }
  bool parse_error(size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    return Refuse("no JSON from byte " + std::to_string(position) + " on");
  }

  JsonValue Take() { return std::move(root_); }
  const std::string& wrong() const { return wrong_; }

 private:
  bool Number(std::string text) {
    JsonValue json;
    json.kind = JsonValue::Kind::kNumber;
    json.text = std::move(text);
    return Add(std::move(json));
  }
  bool Add(JsonValue json) {
    if (open_.empty()) {
      root_ = std::move(json);
    } else {
      open_.back().items.push_back(std::move(json));
    }
    return true;
  }
  bool Open(JsonValue::Kind kind) {
    if (open_.size() >= kMaxJsonDepth) return Refuse("nested too deeply");
    open_.emplace_back().kind = kind;
    return true;
  }
  bool Close() {
    JsonValue json = std::move(open_.back());
    open_.pop_back();
    if (json.kind == JsonValue::Kind::kObject && DropRepeated(json) && !names_may_repeat_) {
      return Refuse("a name is there twice in one object");
    }
    return Add(std::move(json));
  }
  bool Refuse(std::string why) {
    wrong_ = std::move(why);
    return false;
  }
  // Of equal names the last value, at the place of the first. Whether there were any.
  static bool DropRepeated(JsonValue& object) {
    std::vector<std::string_view> sorted(object.names.begin(), object.names.end());
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end()) return false;
    std::map<std::string, size_t> place;
    size_t kept = 0;
    for (size_t i = 0; i < object.names.size(); ++i) {
      const auto [at, is_new] = place.try_emplace(object.names[i], kept);
      if (!is_new) {
        object.items[at->second] = std::move(object.items[i]);
        continue;
      }
      if (kept != i) {
        object.names[kept] = std::move(object.names[i]);
        object.items[kept] = std::move(object.items[i]);
      }
      ++kept;
    }
    object.names.resize(kept);
    object.items.resize(kept);
    return true;
  }

  const bool names_may_repeat_;
  std::string wrong_;
  JsonValue root_;
  std::vector<JsonValue> open_;
};

}  // namespace

const JsonValue* JsonValue::Member(std::string_view name) const {
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return &items[i];
  }
  return nullptr;
}

std::optional<JsonValue> ParseJson(std::string_view text) {
  Builder builder(true);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) return std::nullopt;
  return builder.Take();
}

StatusOr<JsonValue> ReadFirstJson(std::string_view text, bool names_may_repeat) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const size_t begin = std::min(text.find_first_not_of(kSpaces), text.size());
  // A number or a word ends at a space; what ends by itself may have anything behind it.
  const bool closed =
      begin < text.size() && std::string_view("{[\"").find(text[begin]) != text.npos;
  if (!closed) text = text.substr(0, text.find_first_of(kSpaces, begin));
  Builder builder(names_may_repeat);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder,
                                 nlohmann::json::input_format_t::json, !closed)) {
    return InvalidArgumentError(builder.wrong());
  }
  return builder.Take();
}

bool JsonNameLess(std::string_view a, std::string_view b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (x == a.end() || y == b.end()) return x == a.end() && y != b.end();
  const auto left = static_cast<uint8_t>(*x), right = static_cast<uint8_t>(*y);
  // What UTF-16 writes with surrogates (first byte 0xf0 and up) comes before U+E000 to U+FFFF
  // there.
  constexpr uint8_t kAfterSurrogates = 0xee, kWithSurrogates = 0xf0;
  const bool swapped = left >= kAfterSurrogates && right >= kAfterSurrogates &&
                       (left >= kWithSurrogates) != (right >= kWithSurrogates);
  return swapped ? left > right : left < right;
}

void AppendJsonString(std::string_view text, std::string& out) {
  out += '"';
  for (char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<uint8_t>(c) < 0x20) {
          out += "\\u00";
          out += "0123456789ABCDEF"[c >> 4];
          out += "0123456789ABCDEF"[c & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void AppendAsciiJson(std::string_view json, std::string& out) {
  auto append_unit = [&](uint32_t unit) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += "0123456789abcdef"[unit >> shift & 15];
  };
  for (size_t at = 0, bytes = 0; at < json.size(); at += bytes) {
    uint32_t code_point = DecodeCharacter(json, at, &bytes);
    if (code_point < 0x80) {
      out += json[at];
    } else if (code_point < 0x10000) {
      append_unit(code_point);
    } else {
      append_unit(0xd800 + ((code_point - 0x10000) >> 10));
      append_unit(0xdc00 + ((code_point - 0x10000) & 0x3ff));
    }
  }
}

void AppendJsonNumber(std::string_view number, std::string& out) {
  if (number.find_first_of(".eE") == std::string_view::npos) {
    out += number;
    return;
  }
  if (number.front() == '-') {
    out += '-';
    number.remove_prefix(1);
  }
  // The digits without the point, and how many of them are behind it.
  size_t e = number.find_first_of("eE");
  std::string_view mantissa = number.substr(0, e);
  int64_t exponent = 0;
  if (e != std::string_view::npos) {
    std::string_view power = number.substr(e + 1);
    if (power.front() == '+') power.remove_prefix(1);
    std::from_chars(power.data(), power.data() + power.size(), exponent);
  }
  size_t point = mantissa.find('.');
  std::string digits(mantissa.substr(0, point));
  int64_t scale = -exponent;
  if (point != std::string_view::npos) {
    digits += mantissa.substr(point + 1);
    scale += static_cast<int64_t>(mantissa.size() - point - 1);
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  auto count = static_cast<int64_t>(digits.size());
  int64_t adjusted = count - 1 - scale;
  if (scale >= 0 && adjusted >= -6) {
    if (scale == 0) {
      out += digits;
      return;
    }
    if (count <= scale) digits.insert(0, static_cast<size_t>(scale - count + 1), '0');
    out.append(digits, 0, digits.size() - static_cast<size_t>(scale));
    out += '.';
    out.append(digits, digits.size() - static_cast<size_t>(scale));
    return;
  }
  out += digits[0];
  if (count > 1) {
    out += '.';
    out.append(digits, 1);
  }
  if (adjusted != 0) {
    out += adjusted < 0 ? "E" : "E+";
    out += std::to_string(adjusted);
  }
}

void AppendJson(const JsonValue& value, std::string& out, NumberPrinter append_number) {
  switch (value.kind) {
    case JsonValue::Kind::kNull:
      out += "null";
      return;
    case JsonValue::Kind::kBoolean:
      out += value.boolean ? "true" : "false";
      return;
    case JsonValue::Kind::kNumber:
      return append_number(value.text, out);
    case JsonValue::Kind::kString:
      return AppendJsonString(value.text, out);
    case JsonValue::Kind::kArray:
    case JsonValue::Kind::kObject: {
      bool object = value.kind == JsonValue::Kind::kObject;
      out += object ? '{' : '[';
      std::vector<size_t> order(value.items.size());
      std::iota(order.begin(), order.end(), size_t{0});
      if (object) {
        std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
          return JsonNameLess(value.names[a], value.names[b]);
        });
      }
      for (size_t i = 0; i < order.size(); ++i) {
        if (i) out += ',';
        if (object) {
          AppendJsonString(value.names[order[i]], out);
          out += ':';
        }
        AppendJson(value.items[order[i]], out, append_number);
      }
      out += object ? '}' : ']';
      return;
    }
  }
}

void AppendJsonScalar(const JsonValue& value, std::string& out) {
  if (value.kind == JsonValue::Kind::kString) {
    out += value.text;
  } else {
    AppendJson(value, out);
  }
}

}  // namespace weir
