#include <openssl/evp.h>

#include <algorithm>
#include <bit>

#include "operators/expressions/kernels.h"
#include "operators/functions/builtin_functions.h"
#include "operators/functions/signature.h"
#include "operators/functions/utf8.h"

// Text and bytes in other forms: hashes, hexadecimal, base64, URLs; and the name of a type.

namespace weir {
namespace {

using Text = std::string_view;

constexpr char kLowerHex[] = "0123456789abcdef";
constexpr char kUpperHex[] = "0123456789ABCDEF";

void AppendHex(Text bytes, const char* digits, std::string& out) {
  for (char c : bytes) {
    out += digits[static_cast<uint8_t>(c) >> 4];
    out += digits[static_cast<uint8_t>(c) & 15];
  }
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

StatusOr<Text> Hash(const EVP_MD* algorithm, Text bytes, std::string& out) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &size, algorithm, nullptr) != 1) {
    return InternalError("OpenSSL refuses to hash");
  }
  out.clear();
  AppendHex({reinterpret_cast<char*>(digest), size}, kLowerHex, out);
  return Text(out);
}

void AddHashes(FunctionRegistry& registry) {
  struct Named {
    const char* name;
    const EVP_MD* (*algorithm)();
    int length;
  };
  for (const Named& named : {Named{"MD5", EVP_md5, 32}, Named{"SHA1", EVP_sha1, 40},
                             Named{"SHA224", EVP_sha224, 56}, Named{"SHA256", EVP_sha256, 64},
                             Named{"SHA384", EVP_sha384, 96}, Named{"SHA512", EVP_sha512, 128}}) {
    Declare(registry,
            {named.name, std::string(named.name) + "(string)", "The hash in hexadecimal.", 1, 1,
             Takes({Arg::kText}, DataType::Char(named.length))},
            Map<Text, Text>([algorithm = named.algorithm, out = std::string()](Text text) mutable {
              return Hash(algorithm(), text, out);
            }));
  }
  Declare(registry,
          {"SHA2", "SHA2(string, bits)", "The hash of 224, 256, 384 or 512 bits in hexadecimal.", 2,
           2, Takes({Arg::kText, Arg::kInt}, DataType::VarChar(128))},
          Map<Text, Text, int32_t>(
              [out = std::string()](Text text, int32_t bits) mutable -> StatusOr<Text> {
                switch (bits) {
                  case 224:
                    return Hash(EVP_sha224(), text, out);
                  case 256:
                    return Hash(EVP_sha256(), text, out);
                  case 384:
                    return Hash(EVP_sha384(), text, out);
                  case 512:
                    return Hash(EVP_sha512(), text, out);
                  default:
                    return InvalidArgumentError("SHA2 has no hash of " + std::to_string(bits) +
                                                " bits: use 224, 256, 384 or 512");
                }
              }));
}

void AddHex(FunctionRegistry& registry) {
  FunctionSpec hex{"HEX", "HEX(integer or string)",
                   "In hexadecimal: an integer's 64 bits, or a text's bytes.", 1, 1};
  hex.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    bool integer = args[0].type.is_integer();
    return Takes({integer ? Arg::kBigInt : Arg::kString}, DataType::String())(args);
  };
  hex.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                       const std::string&) -> StatusOr<ScalarKernel> {
    if (args[0].type.is_string()) {
      return Map<Text, Text>([out = std::string()](Text text) mutable -> Text {
        out.clear();
        AppendHex(text, kUpperHex, out);
        return out;
      });
    }
    return Map<Text, int64_t>([out = std::string()](int64_t value) mutable -> Text {
      out.clear();
      auto bits = static_cast<uint64_t>(value);
      for (int shift = std::max(0, (static_cast<int>(std::bit_width(bits)) + 3) / 4 - 1) * 4;
           shift >= 0; shift -= 4) {
        out += kUpperHex[bits >> shift & 15];
      }
      return out;
    });
  };
  Declare(registry, std::move(hex));
  Declare(registry,
          {"UNHEX", "UNHEX(string)", "The bytes that hexadecimal says; NULL when it is none.", 1, 1,
           TakesNullable({Arg::kString}, DataType::Bytes())},
          Map<Text, Text>([out = std::string()](Text text) mutable -> std::optional<Text> {
            out.clear();
            int high = text.size() % 2 ? 0 : -1;
            for (char c : text) {
              int digit = HexDigit(c);
              if (digit < 0) return std::nullopt;
              if (high < 0) {
                high = digit;
              } else {
                out += static_cast<char>(high << 4 | digit);
                high = -1;
              }
            }
            return Text(out);
          }));
  Declare(registry,
          {"BIN", "BIN(integer)", "In binary: an integer's 64 bits.", 1, 1,
           Takes({Arg::kBigInt}, DataType::String())},
          Map<Text, int64_t>([out = std::string()](int64_t value) mutable -> Text {
            out.clear();
            auto bits = static_cast<uint64_t>(value);
            for (int i = std::max(static_cast<int>(std::bit_width(bits)), 1) - 1; i >= 0; --i) {
              out += bits >> i & 1 ? '1' : '0';
            }
            return out;
          }));
}

void AppendBase64(Text bytes, std::string& out) {
  size_t at = out.size();
  out.resize(at + (bytes.size() + 2) / 3 * 4 + 1);  // OpenSSL writes a zero behind
  int written = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data() + at),
                                reinterpret_cast<const unsigned char*>(bytes.data()),
                                static_cast<int>(bytes.size()));
  out.resize(at + static_cast<size_t>(written));
}

bool AppendFromBase64(Text text, std::string& out) {
  if (text.size() % 4 != 0) return false;
  size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  out.resize(text.size() / 4 * 3);
  int written = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                reinterpret_cast<const unsigned char*>(text.data()),
                                static_cast<int>(text.size()));
  if (written < 0) return false;
  out.resize(static_cast<size_t>(written) - padding);
  return true;
}

void AddBase64(FunctionRegistry& registry) {
  Declare(registry,
          {"TO_BASE64", "TO_BASE64(string)", "In base64.", 1, 1,
           Takes({Arg::kText}, DataType::String())},
          Map<Text, Text>([out = std::string()](Text text) mutable -> Text {
            out.clear();
            AppendBase64(text, out);
            return out;
          }));
  Declare(registry,
          {"FROM_BASE64", "FROM_BASE64(string)", "The text that base64 says.", 1, 1,
           Takes({Arg::kString}, DataType::String())},
          Map<Text, Text>([out = std::string()](Text text) mutable -> StatusOr<Text> {
            out.clear();
            if (!AppendFromBase64(text, out)) {
              return InvalidArgumentError("FROM_BASE64: '" + std::string(text.substr(0, 100)) +
                                          "' is no base64");
            }
            return Text(out);
          }));
}

bool IsUrlSafe(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '*';
}

// A part of a URL, by Java's names; NULL when it has none.
std::optional<Text> UrlPart(Text url, Text part) {
  size_t scheme_end = url.find("://");
  if (scheme_end == Text::npos || scheme_end == 0) return std::nullopt;
  Text protocol = url.substr(0, scheme_end), rest = url.substr(scheme_end + 3);
  std::optional<Text> fragment, query, user;
  if (size_t at = rest.find('#'); at != Text::npos) {
    fragment = rest.substr(at + 1);
    rest = rest.substr(0, at);
  }
  Text file = rest.substr(std::min(rest.find_first_of("/?"), rest.size()));
  Text authority = rest.substr(0, rest.size() - file.size());
  Text path = file.substr(0, file.find('?'));
  if (path.size() < file.size()) query = file.substr(path.size() + 1);
  Text host = authority;
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

bool IsUtf8Name(Text charset) {
  std::string upper;
  for (char c : charset) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return upper == "UTF-8" || upper == "UTF8" || upper == "US-ASCII" || upper == "ASCII";
}

void AddCharsets(FunctionRegistry& registry) {
  auto check = [](Text bytes, Text charset) -> StatusOr<Text> {
    if (!IsUtf8Name(charset)) {
      return InvalidArgumentError("the character set '" + std::string(charset) +
                                  "' is not known: use UTF-8");
    }
    return bytes;
  };
  Declare(registry,
          {"ENCODE", "ENCODE(string, character set)", "The bytes of a text.", 2, 2,
           Takes({Arg::kString}, DataType::Bytes())},
          Map<Text, Text, Text>(check));
  Declare(registry,
          {"DECODE", "DECODE(bytes, character set)", "The text that bytes say.", 2, 2,
           Takes({Arg::kBinary, Arg::kString}, DataType::String())},
          Map<Text, Text, Text>(check));
}

void AddTypeOf(FunctionRegistry& registry) {
  FunctionSpec spec{"TYPEOF", "TYPEOF(value)", "The name of the value's type.", 1, 2};
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    ResolvedFunction resolved;
    for (const BoundArgument& arg : args) resolved.argument_types.push_back(arg.type);
    resolved.result = DataType::String();
    return resolved;
  };
  spec.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                        const std::string&) -> StatusOr<ScalarKernel> {
    std::string name = args[0].type.ToString();
    return ScalarKernel([name](std::span<const ColumnPtr>, const DataType& type, size_t rows,
                               const EvalContext&) -> StatusOr<ColumnPtr> {
      return Column::MakeConstant(type, name, rows);
    });
  };
  Declare(registry, std::move(spec));
}

void AddElt(FunctionRegistry& registry) {
  FunctionSpec spec{"ELT", "ELT(index, value, ...)", "The value at an index, from 1.", 2, -1};
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    ASSIGN_OR_RETURN(DataType index, MatchArgument(Arg::kInt, args[0].type));
    std::vector<DataType> types;
    for (const BoundArgument& arg : args.subspan(1)) types.push_back(arg.type);
    StatusOr<DataType> common = CommonType(types);
    if (!common.ok() || !(common->is_string() || common->is_binary())) {
      return InvalidArgumentError("");
    }
    ResolvedFunction resolved{{index}, common->WithNullable(true)};
    for (const DataType& type : types) {
      resolved.argument_types.push_back(common->WithNullable(type.nullable()));
    }
    return resolved;
  };
  Declare(registry, std::move(spec),
          [](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
             const EvalContext&) -> StatusOr<ColumnPtr> {
            ColumnView<int32_t> indices(*args[0]);
            ColumnBuilder out(type, rows);
            for (size_t i = 0; i < rows; ++i) {
              int64_t index = indices.IsNull(i) ? 0 : indices[i];
              if (index < 1 || index >= static_cast<int64_t>(args.size())) {
                out.AppendNull();
              } else {
                out.AppendFrom(*args[static_cast<size_t>(index)], i);
              }
            }
            return out.Finish();
          });
}

}  // namespace

void AddEncodingFunctions(FunctionRegistry& registry) {
  AddHashes(registry);
  AddHex(registry);
  AddBase64(registry);
  AddUrls(registry);
  AddCharsets(registry);
  AddTypeOf(registry);
  AddElt(registry);
}

}  // namespace weir
