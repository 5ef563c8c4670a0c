#include <algorithm>

#include "common/data/utf8.h"
#include "operators/expressions/cast_text.h"
#include "operators/expressions/kernels.h"
#include "operators/functions/builtin_functions.h"
#include "operators/functions/signature.h"

namespace weir {
namespace {

using Text = std::string_view;

// The longest that text of both, one behind the other, can be.
int32_t SumOfLengths(const DataType& a, const DataType& b) {
  return static_cast<int32_t>(
      std::min<int64_t>(int64_t{a.length()} + b.length(), DataType::kMaxLength));
}

// VARCHAR of the first argument's length.
DataType VarCharOfFirst(std::span<const DataType> types) {
  return DataType::VarChar(types[0].length());
}
DataType NullableVarCharOfFirst(std::span<const DataType> types) {
  return VarCharOfFirst(types).WithNullable(true);
}

// Like Takes, but the result may be null whatever the arguments are.
Resolver TakesNullableWith(std::vector<Arg> args, ResultRule rule) {
  Resolver plain = TakesWith(std::move(args), std::move(rule));
  return [plain](std::span<const BoundArgument> bound) -> StatusOr<ResolvedFunction> {
    ASSIGN_OR_RETURN(ResolvedFunction resolved, plain(bound));
    resolved.result = resolved.result.WithNullable(true);
    return resolved;
  };
}

void AddConcatenation(FunctionRegistry& registry) {
  FunctionSpec spec{"||", "text || text", "One text behind the other.", 2, 2};
  spec.total = true;
  spec.resolve = TakesWith({Arg::kText}, [](std::span<const DataType> types) {
    int32_t length = SumOfLengths(types[0], types[1]);
    bool fixed = types[0].kind() == types[1].kind();
    if (types[0].is_binary()) {
      fixed = fixed && types[0].kind() == TypeKind::kBinary;
      return fixed ? DataType::Binary(length) : DataType::VarBinary(length);
    }
    fixed = fixed && types[0].kind() == TypeKind::kChar;
    return fixed ? DataType::Char(length) : DataType::VarChar(length);
  });
  Declare(registry, std::move(spec),
          Map<Text, Text, Text>([joined = std::string()](Text a, Text b) mutable -> Text {
            joined.assign(a);
            joined += b;
            return joined;
          }));

  Declare(
      registry,
      {"CONCAT", "CONCAT(string, ...)", "All texts together; NULL when one is.", 1, -1,
       Takes({Arg::kString}, DataType::String())},
      [](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
         const EvalContext&) -> StatusOr<ColumnPtr> {
        std::vector<ColumnView<Text>> views;
        for (const ColumnPtr& arg : args) views.emplace_back(*arg);
        Validity validity = CombineValidity(args, rows);
        ColumnBuilder out(type, rows);
        for (size_t i = 0; i < rows; ++i) {
          if (validity.all_null || (validity.bits.size() && !BitIsSet(validity.bits.data(), i))) {
            out.AppendNull();
            continue;
          }
          for (const auto& view : views) {
            Text text = view[i];
            out.bytes().insert(out.bytes().end(), text.begin(), text.end());
          }
          out.CloseBytes();
        }
        return out.Finish();
      });

  Declare(registry,
          {"CONCAT_WS", "CONCAT_WS(separator, string, ...)",
           "All texts that are not NULL, with the separator between them.", 1, -1,
           Takes({Arg::kString}, DataType::String())},
          [](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
             const EvalContext&) -> StatusOr<ColumnPtr> {
            std::vector<ColumnView<Text>> views;
            for (const ColumnPtr& arg : args) views.emplace_back(*arg);
            ColumnBuilder out(type, rows);
            std::string joined;
            for (size_t i = 0; i < rows; ++i) {
              if (views[0].IsNull(i)) {
                out.AppendNull();
                continue;
              }
              joined.clear();
              bool first = true;
              for (size_t k = 1; k < views.size(); ++k) {
                if (views[k].IsNull(i)) continue;
                if (!first) joined += views[0][i];
                joined += views[k][i];
                first = false;
              }
              out.AppendBytes(joined);
            }
            return out.Finish();
          });
}

void AddLength(FunctionRegistry& registry) {
  FunctionSpec spec{"CHAR_LENGTH",
                    "CHAR_LENGTH(string)",
                    "The number of characters.",
                    1,
                    1,
                    Takes({Arg::kString}, DataType::Int())};
  spec.total = true;
  Declare(registry, std::move(spec),
          Map<int32_t, Text>([](Text text) { return static_cast<int32_t>(CharacterCount(text)); }));
  registry.AddAlias("CHARACTER_LENGTH", "CHAR_LENGTH");
}

// UPPER('ß') may be longer than the type allows.
template <class Append>
void AddCase(FunctionRegistry& registry, const char* name, const char* description, Append append) {
  FunctionSpec spec{name, std::string(name) + "(string)", description, 1, 1};
  spec.resolve =
      TakesWith({Arg::kString}, [](std::span<const DataType> types) { return types[0]; });
  spec.make_kernel = [append](std::span<const BoundArgument> args, const DataType&,
                              const std::string&) -> StatusOr<ScalarKernel> {
    // A longer upper case is cut where Flink folds it as a constant, else not.
    const int32_t length = args[0].literal ? args[0].type.length() : DataType::kMaxLength;
    return Map<Text, Text>([append, length, changed = std::string()](Text text) mutable -> Text {
      changed.clear();
      append(text, changed);
      return changed.size() <= static_cast<size_t>(length) ? changed : CutText(changed, length);
    });
  };
  Declare(registry, std::move(spec));
}

// Words are runs of ASCII letters and digits, as in Flink.
void AppendInitCap(Text text, std::string& out) {
  bool in_word = false;
  for (char c : text) {
    bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z';
    bool alphanumeric = lower || upper || (c >= '0' && c <= '9');
    if (lower && !in_word) c = static_cast<char>(c - 32);
    if (upper && in_word) c = static_cast<char>(c + 32);
    out += c;
    in_word = alphanumeric;
  }
}

// A character of `text` at `at` that is among `characters`; its length in bytes, else 0.
size_t TrimmableBytes(Text text, size_t at, Text characters) {
  size_t bytes = CharacterBytes(text, at);
  for (size_t i = 0; i < characters.size(); i += CharacterBytes(characters, i)) {
    if (characters.substr(i, CharacterBytes(characters, i)) == text.substr(at, bytes)) return bytes;
  }
  return 0;
}

Text TrimStart(Text text, Text characters) {
  while (!text.empty()) {
    size_t bytes = TrimmableBytes(text, 0, characters);
    if (bytes == 0) break;
    text.remove_prefix(bytes);
  }
  return text;
}

Text TrimEnd(Text text, Text characters) {
  while (!text.empty()) {
    size_t at = text.size() - 1;
    while (at > 0 && (static_cast<uint8_t>(text[at]) & 0xc0) == 0x80) --at;
    if (TrimmableBytes(text, at, characters) == 0) break;
    text.remove_suffix(text.size() - at);
  }
  return text;
}

enum class TrimMode { kBoth, kLeading, kTrailing };

Text Trim(TrimMode mode, Text text, Text characters) {
  if (mode != TrimMode::kTrailing) text = TrimStart(text, characters);
  if (mode != TrimMode::kLeading) text = TrimEnd(text, characters);
  return text;
}

// NAME(string [, characters])
void AddPlainTrim(FunctionRegistry& registry, const char* name, TrimMode mode,
                  const char* description, ResultRule result) {
  FunctionSpec spec{name, std::string(name) + "(string [, characters])", description, 1,
                    2,    TakesWith({Arg::kString}, std::move(result))};
  spec.make_kernel = [mode](std::span<const BoundArgument> args, const DataType&,
                            const std::string&) -> StatusOr<ScalarKernel> {
    if (args.size() == 1) {
      return Map<Text, Text>([mode](Text text) { return Trim(mode, text, " "); });
    }
    return Map<Text, Text, Text>(
        [mode](Text text, Text characters) { return Trim(mode, text, characters); });
  };
  Declare(registry, std::move(spec));
}

void AddTrims(FunctionRegistry& registry) {
  AddPlainTrim(registry, "LTRIM", TrimMode::kLeading, "Without spaces, or characters, in front.",
               VarCharOfFirst);
  AddPlainTrim(registry, "RTRIM", TrimMode::kTrailing, "Without spaces, or characters, behind.",
               VarCharOfFirst);
  AddPlainTrim(registry, "BTRIM", TrimMode::kBoth, "Without spaces, or characters, at both ends.",
               [](std::span<const DataType>) { return DataType::String(); });

  // TRIM(mode, characters, string); TRIM(string) is what people write as a plain call.
  FunctionSpec spec{"TRIM", "TRIM([BOTH | LEADING | TRAILING] [characters FROM] string)",
                    "Without spaces, or characters, at the ends.", 1, 3};
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    if (args.size() == 2) return InvalidArgumentError("");
    ResolvedFunction resolved;
    for (const BoundArgument& arg : args) {
      ASSIGN_OR_RETURN(DataType type, MatchArgument(Arg::kString, arg.type));
      resolved.argument_types.push_back(std::move(type));
    }
    resolved.result = DataType::VarChar(resolved.argument_types.back().length())
                          .WithNullable(AnyNullable(args.subspan(args.size() == 3 ? 1 : 0)));
    return resolved;
  };
  spec.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                        const std::string&) -> StatusOr<ScalarKernel> {
    if (args.size() == 1) {
      return Map<Text, Text>([](Text text) { return Trim(TrimMode::kBoth, text, " "); });
    }
    return Map<Text, Text, Text, Text>([](Text mode, Text characters, Text text) {
      TrimMode side = mode == "LEADING"    ? TrimMode::kLeading
                      : mode == "TRAILING" ? TrimMode::kTrailing
                                           : TrimMode::kBoth;
      return Trim(side, text, characters);
    });
  };
  Declare(registry, std::move(spec));
}

// SQL's substring: from 1, or from the end when negative; 0 is 1.
std::optional<Text> Substring(Text text, int64_t from, int64_t length) {
  if (length < 0) return std::nullopt;
  int64_t begin = from > 0 ? from - 1 : 0;
  if (from < 0) {
    begin = CharacterCount(text) + from;
    // In front of the text: what is asked for lies outside, as Flink has it.
    if (begin < 0) return Text();
  }
  return Characters(text, begin, length);
}

void AddSubstrings(FunctionRegistry& registry) {
  FunctionSpec spec{
      "SUBSTRING",
      "SUBSTRING(string, start [, length])",
      "From a character on, counted from 1, or from the end when negative.",
      2,
      3,
      TakesNullableWith({Arg::kString, Arg::kInt, Arg::kInt}, NullableVarCharOfFirst)};
  spec.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                        const std::string&) -> StatusOr<ScalarKernel> {
    if (args.size() == 2) {
      return Map<Text, Text, int32_t>(
          [](Text text, int32_t from) { return Substring(text, from, DataType::kMaxLength); });
    }
    return Map<Text, Text, int32_t, int32_t>(Substring);
  };
  Declare(registry, std::move(spec));
  registry.AddAlias("SUBSTR", "SUBSTRING");

  Declare(registry,
          {"LEFT", "LEFT(string, length)", "The first characters.", 2, 2,
           TakesNullableWith({Arg::kString, Arg::kInt}, NullableVarCharOfFirst)},
          Map<Text, Text, int32_t>(
              [](Text text, int32_t length) { return Characters(text, 0, length); }));
  Declare(registry,
          {"RIGHT", "RIGHT(string, length)", "The last characters.", 2, 2,
           TakesNullableWith({Arg::kString, Arg::kInt}, NullableVarCharOfFirst)},
          Map<Text, Text, int32_t>([](Text text, int32_t length) {
            return length <= 0 ? Text() : Characters(text, CharacterCount(text) - length, length);
          }));
}

// The character, from 1, at which `part` is first found from character `from` on; 0: nowhere. What
// is in front of the text is its start; nothing is found there at once.
int32_t Locate(Text part, Text text, int64_t from) {
  if (part.empty()) return 1;
  size_t found = text.find(part, ByteOfCharacter(text, std::max<int64_t>(from, 1) - 1));
  if (found == Text::npos) return 0;
  return static_cast<int32_t>(CharacterCount(text.substr(0, found))) + 1;
}

// The character, from 1, at which `part` is found the n-th time from character `from` on, or when
// that is negative, backwards from the character that many from the end; 0: nowhere.
StatusOr<int32_t> Instr(Text text, Text part, int32_t from, int32_t nth) {
  if (nth < 1) return InvalidArgumentError("INSTR: there is no occurrence " + std::to_string(nth));
  if (from == 0) return 0;
  const int64_t characters = CharacterCount(text);
  if (part.empty()) return from > 0 ? 1 : static_cast<int32_t>(characters) + 1;
  size_t at;
  if (from > 0) {
    at = text.find(part, ByteOfCharacter(text, from - 1));
  } else if (characters + from < 0) {
    return 0;
  } else {
    at = text.rfind(part, ByteOfCharacter(text, characters + from));
  }
  while (at != Text::npos && --nth > 0) {
    if (from < 0 && at == 0) return 0;
    at = from > 0 ? text.find(part, at + 1) : text.rfind(part, at - 1);
  }
  if (at == Text::npos) return 0;
  return static_cast<int32_t>(CharacterCount(text.substr(0, at))) + 1;
}

void AddInstr(FunctionRegistry& registry) {
  FunctionSpec spec{"INSTR",
                    "INSTR(string, part [, from [, occurrence]])",
                    "Where the part is found, from 1, backwards from a negative place; else 0.",
                    2,
                    4,
                    Takes({Arg::kString, Arg::kString, Arg::kInt}, DataType::Int())};
  spec.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                        const std::string&) -> StatusOr<ScalarKernel> {
    if (args.size() == 2) {
      return Map<int32_t, Text, Text>([](Text text, Text part) { return Locate(part, text, 1); });
    }
    if (args.size() == 3) {
      return Map<int32_t, Text, Text, int32_t>(
          [](Text text, Text part, int32_t from) { return Instr(text, part, from, 1); });
    }
    return Map<int32_t, Text, Text, int32_t, int32_t>(Instr);
  };
  Declare(registry, std::move(spec));
}

void AddPositions(FunctionRegistry& registry) {
  Declare(registry,
          {"POSITION", "POSITION(part IN string)", "Where the part is found, from 1; else 0.", 2, 2,
           Takes({Arg::kString}, DataType::Int())},
          Map<int32_t, Text, Text>([](Text part, Text text) { return Locate(part, text, 1); }));
  AddInstr(registry);
  FunctionSpec spec{"LOCATE",
                    "LOCATE(part, string [, from])",
                    "Where the part is found at or behind a character, from 1; else 0.",
                    2,
                    3,
                    Takes({Arg::kString, Arg::kString, Arg::kInt}, DataType::Int())};
  spec.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                        const std::string&) -> StatusOr<ScalarKernel> {
    if (args.size() == 2) {
      return Map<int32_t, Text, Text>([](Text part, Text text) { return Locate(part, text, 1); });
    }
    return Map<int32_t, Text, Text, int32_t>(Locate);
  };
  Declare(registry, std::move(spec));
  Declare(registry,
          {"STARTSWITH", "STARTSWITH(string, start)", "Whether the string starts so.", 2, 2,
           Takes({Arg::kText}, DataType::Boolean())},
          Map<bool, Text, Text>([](Text text, Text start) { return text.starts_with(start); }));
  Declare(registry,
          {"ENDSWITH", "ENDSWITH(string, end)", "Whether the string ends so.", 2, 2,
           Takes({Arg::kText}, DataType::Boolean())},
          Map<bool, Text, Text>([](Text text, Text end) { return text.ends_with(end); }));
}

void ReplaceAll(Text text, Text from, Text to, std::string& out) {
  if (from.empty()) {
    // Between all characters.
    out += to;
    for (size_t at = 0; at < text.size();) {
      size_t bytes = CharacterBytes(text, at);
      out += text.substr(at, bytes);
      out += to;
      at += bytes;
    }
    return;
  }
  size_t at = 0;
  for (size_t found; (found = text.find(from, at)) != Text::npos; at = found + from.size()) {
    out += text.substr(at, found - at);
    out += to;
  }
  out += text.substr(at);
}

void Translate(Text text, Text from, Text to, std::string& out) {
  for (size_t at = 0; at < text.size();) {
    size_t bytes = CharacterBytes(text, at);
    Text character = text.substr(at, bytes);
    int64_t index = -1, i = 0;
    for (size_t f = 0; f < from.size() && index < 0; f += CharacterBytes(from, f), ++i) {
      if (from.substr(f, CharacterBytes(from, f)) == character) index = i;
    }
    out += index < 0 ? character : Characters(to, index, 1);
    at += bytes;
  }
}

// Of `from` and `to` NULL is the same as nothing.
StatusOr<ColumnPtr> TranslateKernel(std::span<const ColumnPtr> args, const DataType& type,
                                    size_t rows, const EvalContext&) {
  ColumnView<Text> texts(*args[0]), from(*args[1]), to(*args[2]);
  ColumnBuilder out(type, rows);
  std::string text;
  for (size_t i = 0; i < rows; ++i) {
    if (texts.IsNull(i)) {
      out.AppendNull();
      continue;
    }
    text.clear();
    Translate(texts[i], from.IsNull(i) ? Text() : from[i], to.IsNull(i) ? Text() : to[i], text);
    out.AppendBytes(text);
  }
  return out.Finish();
}

// The text with `length` characters from `from` on replaced; as it is when `from` lies outside.
void Overlay(Text text, Text by, int64_t from, int64_t length, std::string& out) {
  int64_t characters = CharacterCount(text);
  if (from < 1 || from > characters) {
    out += text;
    return;
  }
  out += Characters(text, 0, from - 1);
  out += by;
  if (length >= 0 && from - 1 + length < characters) {
    out += Characters(text, from - 1 + length, characters);
  }
}

void AddReplacements(FunctionRegistry& registry) {
  auto changing = [](auto change) {
    return [change, out = std::string()](auto... args) mutable -> Text {
      out.clear();
      change(args..., out);
      return out;
    };
  };
  Declare(registry,
          {"REPLACE", "REPLACE(string, from, to)", "Every occurrence replaced.", 3, 3,
           Takes({Arg::kString}, DataType::String())},
          Map<Text, Text, Text, Text>(changing(ReplaceAll)));
  Declare(registry,
          {"TRANSLATE", "TRANSLATE(string, from, to)",
           "Each character of `from` replaced by the one at its place in `to`.", 3, 3,
           Takes({Arg::kString}, DataType::String())},
          TranslateKernel);
  FunctionSpec overlay{"OVERLAY", "OVERLAY(string PLACING by FROM start [FOR length])",
                       "A part replaced by another text.", 3, 4};
  overlay.resolve = TakesWith({Arg::kString, Arg::kString, Arg::kInt, Arg::kInt},
                              [](std::span<const DataType> types) {
                                return DataType::VarChar(SumOfLengths(types[0], types[1]));
                              });
  overlay.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                           const std::string&) -> StatusOr<ScalarKernel> {
    if (args.size() == 3) {
      return Map<Text, Text, Text, int32_t>(
          [out = std::string()](Text text, Text by, int32_t from) mutable -> Text {
            out.clear();
            Overlay(text, by, from, CharacterCount(by), out);
            return out;
          });
    }
    return Map<Text, Text, Text, int32_t, int32_t>(
        [out = std::string()](Text text, Text by, int32_t from, int32_t length) mutable -> Text {
          out.clear();
          Overlay(text, by, from, length, out);
          return out;
        });
  };
  Declare(registry, std::move(overlay));
  Declare(registry,
          {"REVERSE", "REVERSE(string)", "The characters from the last to the first.", 1, 1,
           TakesNullable({Arg::kString}, DataType::String())},
          Map<Text, Text>([out = std::string()](Text text) mutable -> Text {
            out.assign(text);
            for (size_t at = 0; at < text.size();) {
              size_t bytes = CharacterBytes(text, at);
              text.copy(out.data() + text.size() - at - bytes, bytes, at);
              at += bytes;
            }
            return out;
          }));
}

// A result that would not fit into a batch is the user's error, not the end of the process.
constexpr size_t kLongestText = 64 << 20;
Status TooLong(const char* function) {
  return InvalidArgumentError(std::string(function) + " makes a text of more than 64 MB");
}

// The start of `text` that Java would count as at most `length` characters.
Text Utf16Prefix(Text text, int64_t length) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t bytes = CharacterBytes(text, at);
    length -= Utf16Length(text.substr(at, bytes));
    if (length < 0) break;
    at += bytes;
  }
  return text.substr(0, at);
}

// LPAD, RPAD: characters of `padding` again and again; null for a negative length, or when there is
// nothing to pad with. Alone among the functions they count UTF-16 units, as Flink's do; a
// character is never cut in half.
StatusOr<std::optional<Text>> Pad(Text text, int32_t length, Text padding, bool left,
                                  std::string& out) {
  if (length < 0 || (padding.empty() && length > 0)) return std::optional<Text>();
  if (static_cast<size_t>(length) > kLongestText) return TooLong(left ? "LPAD" : "RPAD");
  const int64_t missing = length - Utf16Length(text);
  if (missing <= 0) return std::optional<Text>(Utf16Prefix(text, length));
  std::string filler;
  const int64_t whole = missing / Utf16Length(padding), rest = missing % Utf16Length(padding);
  for (int64_t i = 0; i < whole; ++i) filler += padding;
  filler += Utf16Prefix(padding, rest);
  out.clear();
  out += left ? Text(filler) : text;
  out += left ? text : Text(filler);
  return std::optional<Text>(out);
}

void AddPadding(FunctionRegistry& registry) {
  for (bool left : {true, false}) {
    const char* name = left ? "LPAD" : "RPAD";
    Declare(registry,
            {name, std::string(name) + "(string, length, padding)",
             "Padded or cut to a number of characters.", 3, 3,
             Takes({Arg::kString, Arg::kInt, Arg::kString}, DataType::String())},
            Map<Text, Text, int32_t, Text>(
                [left, out = std::string()](Text text, int32_t length, Text padding) mutable {
                  return Pad(text, length, padding, left, out);
                }));
  }
  Declare(registry,
          {"REPEAT", "REPEAT(string, times)", "The text again and again.", 2, 2,
           Takes({Arg::kString, Arg::kInt}, DataType::String())},
          Map<Text, Text, int32_t>(
              [out = std::string()](Text text, int32_t times) mutable -> StatusOr<Text> {
                out.clear();
                if (times > 0 && text.size() * static_cast<size_t>(times) > kLongestText) {
                  return TooLong("REPEAT");
                }
                for (; times > 0; --times) out += text;
                return Text(out);
              }));
}

// The part between the separators, from 0; null when there are not so many or the text is empty.
// Without a separator a blank is one, as in Flink.
std::optional<Text> SplitIndex(Text text, Text separator, int64_t index) {
  if (index < 0 || text.empty()) return std::nullopt;
  while (true) {
    size_t end = separator.empty() ? text.find_first_of(" \t\n\v\f\r") : text.find(separator);
    if (index-- == 0) return text.substr(0, end);
    if (end == Text::npos) return std::nullopt;
    text.remove_prefix(end + std::max<size_t>(separator.size(), 1));
  }
}

void AddSplits(FunctionRegistry& registry) {
  FunctionSpec spec{"SPLIT_INDEX", "SPLIT_INDEX(string, separator, index)",
                    "The part at an index, from 0, between separators.", 3, 3};
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    bool code = args[1].type.is_integer();  // the separator as a code point
    return TakesNullable({Arg::kString, code ? Arg::kInt : Arg::kString, Arg::kInt},
                         DataType::String())(args);
  };
  spec.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                        const std::string&) -> StatusOr<ScalarKernel> {
    if (args[1].type.is_string()) return Map<Text, Text, Text, int32_t>(SplitIndex);
    return Map<Text, Text, int32_t, int32_t>(
        [separator = std::string()](Text text, int32_t code,
                                    int32_t index) mutable -> std::optional<Text> {
          if (code < 0 || code > 255) return std::nullopt;
          separator.clear();
          AppendCharacter(static_cast<uint32_t>(code), separator);
          return SplitIndex(text, separator, index);
        });
  };
  Declare(registry, std::move(spec));

  Declare(registry,
          {"SPLIT", "SPLIT(string, separator)",
           "The parts between separators as an array; the characters when it is empty.", 2, 2,
           Takes({Arg::kString}, DataType::Array(DataType::String()))},
          [](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
             const EvalContext&) -> StatusOr<ColumnPtr> {
            ColumnView<Text> texts(*args[0]), separators(*args[1]);
            ColumnBuilder out(type, rows);
            for (size_t i = 0; i < rows; ++i) {
              if (texts.IsNull(i) || separators.IsNull(i)) {
                out.AppendNull();
                continue;
              }
              Text text = texts[i], separator = separators[i];
              while (separator.empty() && !text.empty()) {
                size_t bytes = CharacterBytes(text, 0);
                out.child(0).AppendBytes(text.substr(0, bytes));
                text.remove_prefix(bytes);
              }
              while (!separator.empty() && !texts[i].empty()) {
                size_t end = text.find(separator);
                out.child(0).AppendBytes(text.substr(0, end));
                if (end == Text::npos) break;
                text.remove_prefix(end + separator.size());
              }
              out.CloseList();
            }
            return out.Finish();
          });
}

void AddCodes(FunctionRegistry& registry) {
  Declare(registry,
          {"ASCII", "ASCII(string)", "The first byte; 0 of nothing.", 1, 1,
           Takes({Arg::kString}, DataType::Int())},
          Map<int32_t, Text>([](Text text) {
            return text.empty() ? 0 : static_cast<int32_t>(static_cast<int8_t>(text[0]));
          }));
  Declare(registry,
          {"CHR", "CHR(number)", "The character of the lowest byte of a number.", 1, 1,
           TakesNullable({Arg::kBigInt}, DataType::String())},
          Map<Text, int64_t>([out = std::string()](int64_t code) mutable -> Text {
            out.clear();
            if (code >= 0) AppendCharacter(static_cast<uint32_t>(code & 0xff), out);
            return out;
          }));
}

// Tests of the characters that are FALSE, not NULL, for NULL.
template <class Test>
void AddCharacterTest(FunctionRegistry& registry, const char* name, const char* description,
                      Test test) {
  FunctionSpec spec{name, std::string(name) + "(string)", description, 1, 1};
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    ASSIGN_OR_RETURN(DataType type, MatchArgument(Arg::kString, args[0].type));
    return ResolvedFunction{{type}, DataType::Boolean().NotNull()};
  };
  Declare(registry, std::move(spec),
          [test](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
                 const EvalContext&) -> StatusOr<ColumnPtr> {
            ColumnView<Text> texts(*args[0]);
            std::vector<uint8_t> values(rows);
            for (size_t i = 0; i < rows; ++i) values[i] = !texts.IsNull(i) && test(texts[i]);
            Column::Flat parts;
            parts.values = Buffer::Of(std::move(values));
            return Column::MakeFlat(type, rows, std::move(parts));
          });
}

template <class Test>
bool EveryCharacter(Text text, Test test) {
  for (size_t at = 0, bytes = 0; at < text.size(); at += bytes) {
    if (!test(DecodeCharacter(text, at, &bytes))) return false;
  }
  return !text.empty();
}

void AddCharacterTests(FunctionRegistry& registry) {
  AddCharacterTest(registry, "IS_ALPHA", "Whether there are only letters.",
                   [](Text text) { return EveryCharacter(text, IsLetter); });
  AddCharacterTest(registry, "IS_DIGIT", "Whether there are only digits.",
                   [](Text text) { return EveryCharacter(text, IsDecimalDigit); });
  AddCharacterTest(registry, "IS_DECIMAL", "Whether it can be read as a number.", [](Text text) {
    const bool sign = text.starts_with('-') || text.starts_with('+');
    return EveryCharacter(text.substr(sign ? 1 : 0), IsDecimalDigit) ||
           ParseDouble(text).has_value();
  });
}

}  // namespace

void AddStringFunctions(FunctionRegistry& registry) {
  AddConcatenation(registry);
  AddLength(registry);
  AddCase(registry, "UPPER", "In capital letters.", AppendUpper);
  AddCase(registry, "LOWER", "In small letters.", AppendLower);
  AddCase(registry, "INITCAP", "Each word with a capital letter.", AppendInitCap);
  AddTrims(registry);
  AddSubstrings(registry);
  AddPositions(registry);
  AddReplacements(registry);
  AddPadding(registry);
  AddSplits(registry);
  AddCodes(registry);
  AddCharacterTests(registry);
}

}  // namespace weir
