#include "common/data/charset.h"
#include "operators/expressions/kernels.h"
#include "operators/functions/builtin_functions.h"
#include "operators/functions/signature.h"

// Text as bytes of a character set and back: ENCODE, DECODE, and what is valid UTF-8.

namespace weir {
namespace {

using Text = std::string_view;

// ENCODE and DECODE: `change` appends the cell in the other form.
template <class Change>
ScalarKernel InCharset(Change change) {
  return Map<Text, Text, Text>(
      [change, out = std::string()](Text cell, Text name) mutable -> StatusOr<Text> {
        ASSIGN_OR_RETURN(const Charset charset, ParseCharset(name));
        out.clear();
        change(cell, charset, out);
        return Text(out);
      });
}

}  // namespace

void AddCharsetFunctions(FunctionRegistry& registry) {
  Declare(registry,
          {"ENCODE", "ENCODE(string, character set)",
           "The bytes of a text; ? for a character that the set does not have.", 2, 2,
           Takes({Arg::kString}, DataType::Bytes())},
          InCharset(AppendEncoded));
  Declare(registry,
          {"DECODE", "DECODE(bytes, character set)", "The text that bytes say.", 2, 2,
           Takes({Arg::kBinary, Arg::kString}, DataType::String())},
          InCharset(AppendDecoded));
  Declare(registry,
          {"IS_VALID_UTF8", "IS_VALID_UTF8(bytes)", "Whether bytes are text in UTF-8.", 1, 1,
           Takes({Arg::kBinary}, DataType::Boolean())},
          Map<bool, Text>(IsValidUtf8));
  Declare(registry,
          {"MAKE_VALID_UTF8", "MAKE_VALID_UTF8(bytes)",
           "The text that bytes say; the replacement character for what is no UTF-8.", 1, 1,
           Takes({Arg::kBinary}, DataType::String())},
          Map<Text, Text>([out = std::string()](Text bytes) mutable -> Text {
            out.clear();
            AppendValidUtf8(bytes, out);
            return out;
          }));
}

}  // namespace weir
