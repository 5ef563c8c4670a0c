#include <algorithm>
#include <optional>

#include "common/base/hex.h"
#include "operators/expressions/kernels.h"
#include "operators/functions/builtin_functions.h"
#include "operators/functions/signature.h"

// URLs and addresses.

namespace weir {
namespace {

using Text = std::string_view;

bool IsUrlSafe(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '*';
}

// The protocols that Java's URL knows; a URL of another one is none.
bool IsKnownProtocol(Text name) {
  std::string lower(name);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (Text known : {"http", "https", "ftp", "file", "jar", "mailto"}) {
    if (lower == known) return true;
  }
  return false;
}

// A part of a URL, by Java's names; NULL when it has none.
std::optional<Text> UrlPart(Text url, Text part) {
  const size_t colon = url.find(':');
  if (colon == Text::npos || !IsKnownProtocol(url.substr(0, colon))) return std::nullopt;
  const Text protocol = url.substr(0, colon);
  Text rest = url.substr(colon + 1);
  std::optional<Text> fragment, query, user, authority;
  if (size_t at = rest.find('#'); at != Text::npos) {
    fragment = rest.substr(at + 1);
    rest = rest.substr(0, at);
  }
  Text file = rest;
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    file = rest.substr(std::min(rest.find_first_of("/?"), rest.size()));
    authority = rest.substr(0, rest.size() - file.size());
  }
  const Text path = file.substr(0, file.find('?'));
  if (path.size() < file.size()) query = file.substr(path.size() + 1);
  Text host = authority.value_or("");
  if (size_t at = host.rfind('@'); at != Text::npos) {
    user = host.substr(0, at);
    host = host.substr(at + 1);
  }
  host = host.substr(0, host.find(':'));
  if (part == "PROTOCOL") return protocol;
  if (part == "HOST") return host;
  if (part == "AUTHORITY") return authority;
  if (part == "PATH") return path;
  if (part == "FILE") return file;
  if (part == "QUERY") return query;
  if (part == "REF") return fragment;
  if (part == "USERINFO") return user;
  return std::nullopt;
}

std::optional<Text> QueryValue(Text url, Text part, Text key) {
  std::optional<Text> query = UrlPart(url, part);
  if (part != "QUERY" || !query) return std::nullopt;
  Text rest = *query;
  while (!rest.empty()) {
    Text pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    size_t equals = pair.find('=');
    if (equals != Text::npos && pair.substr(0, equals) == key) return pair.substr(equals + 1);
  }
  return std::nullopt;
}

void AddUrls(FunctionRegistry& registry) {
  Declare(registry,
          {"URL_ENCODE", "URL_ENCODE(string)", "As a form's field in a URL.", 1, 1,
           TakesNullable({Arg::kString}, DataType::String())},
          Map<Text, Text>([out = std::string()](Text text) mutable -> Text {
            out.clear();
            for (char c : text) {
              if (IsUrlSafe(c)) {
                out += c;
              } else if (c == ' ') {
                out += '+';
              } else {
                out += '%';
                AppendHex({&c, 1}, kUpperHex, out);
              }
            }
            return out;
          }));
  Declare(
      registry,
      {"URL_DECODE", "URL_DECODE(string)", "From a form's field in a URL; NULL when it is none.", 1,
       1, TakesNullable({Arg::kString}, DataType::String())},
      Map<Text, Text>([out = std::string()](Text text) mutable -> std::optional<Text> {
        out.clear();
        for (size_t i = 0; i < text.size(); ++i) {
          if (text[i] != '%') {
            out += text[i] == '+' ? ' ' : text[i];
            continue;
          }
          if (i + 2 >= text.size()) return std::nullopt;
          int high = HexDigit(text[i + 1]), low = HexDigit(text[i + 2]);
          if (high < 0 || low < 0) return std::nullopt;
          out += static_cast<char>(high << 4 | low);
          i += 2;
        }
        return Text(out);
      }));
  FunctionSpec parse{"PARSE_URL",
                     "PARSE_URL(url, part [, key])",
                     "HOST, PATH, QUERY, REF, PROTOCOL, AUTHORITY, FILE or USERINFO of a URL, or "
                     "the value of a key of its QUERY.",
                     2,
                     3,
                     TakesNullable({Arg::kString}, DataType::String())};
  parse.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                         const std::string&) -> StatusOr<ScalarKernel> {
    if (args.size() == 2) return Map<Text, Text, Text>(UrlPart);
    return Map<Text, Text, Text, Text>(QueryValue);
  };
  Declare(registry, std::move(parse));
}

// An IPv4 address as a number. a.b is a.0.0.b and a.b.c is a.b.0.c, as MySQL has it; leading zeros
// do not make a part octal.
std::optional<int64_t> AddressNumber(Text text) {
  int64_t parts[4];
  int count = 0;
  while (count < 4) {
    const Text digits = text.substr(0, text.find('.'));
    if (digits.empty() || digits.size() > 10) return std::nullopt;
    int64_t value = 0;
    for (char c : digits) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    if (value > 255) return std::nullopt;
    parts[count++] = value;
    if (digits.size() == text.size()) {
      int64_t number = 0;
      for (int i = 0; i < count - 1; ++i) number |= parts[i] << (24 - 8 * i);
      return number | parts[count - 1];
    }
    text.remove_prefix(digits.size() + 1);
  }
  return std::nullopt;
}

void AddAddresses(FunctionRegistry& registry) {
  Declare(registry,
          {"INET_ATON", "INET_ATON(string)", "An IPv4 address as a number; NULL when it is none.",
           1, 1, TakesNullable({Arg::kString}, DataType::BigInt())},
          Map<int64_t, Text>(AddressNumber));
  Declare(
      registry,
      {"INET_NTOA", "INET_NTOA(number)", "The IPv4 address of a number; NULL when there is none.",
       1, 1, TakesNullable({Arg::kBigInt}, DataType::String())},
      Map<Text, int64_t>([out = std::string()](int64_t number) mutable -> std::optional<Text> {
        if (number < 0 || number > 0xffffffff) return std::nullopt;
        out.clear();
        for (int shift = 24; shift >= 0; shift -= 8) {
          if (!out.empty()) out += '.';
          out += std::to_string(number >> shift & 255);
        }
        return Text(out);
      }));
}

}  // namespace

void AddInternetFunctions(FunctionRegistry& registry) {
  AddUrls(registry);
  AddAddresses(registry);
}

}  // namespace weir
