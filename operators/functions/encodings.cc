#include <openssl/evp.h>

#include <algorithm>
#include <bit>

#include "common/base/hex.h"
#include "common/data/base64.h"
#include "operators/expressions/kernels.h"
#include "operators/functions/builtin_functions.h"
#include "operators/functions/signature.h"

// Text and bytes in other forms: hashes, hexadecimal, base64; and the name of a type.

namespace weir {
namespace {

using Text = std::string_view;

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
            int high = -1;
            // Of an odd number of digits the first is not looked at, as in Flink.
            if (text.size() % 2 != 0) {
              out += '\0';
              text.remove_prefix(1);
            }
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

// The padding may be left out, as Java has it.
bool AppendFromBase64(Text given, std::string& out) {
  std::string text(given);
  if (text.find('=') == Text::npos && text.size() % 4 > 1)
    text.resize((text.size() + 3) / 4 * 4, '=');
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
  AddTypeOf(registry);
  AddElt(registry);
}

}  // namespace weir
