#include "common/data/utf8.h"
#include "operators/expressions/kernels.h"
#include "operators/functions/builtin_functions.h"
#include "operators/functions/regexp.h"
#include "operators/functions/signature.h"

// An invalid pattern gives NULL (REGEXP: FALSE), whether it is a literal or not.

namespace weir {
namespace {

using Text = std::string_view;

std::shared_ptr<Regexp> NewRegexp() { return std::make_shared<Regexp>(); }

// A text of no bytes may have no address, which is how a group that took no part looks.
Text WithAddress(Text text) { return text.data() == nullptr ? Text("") : text; }

// Calls f(groups) for every match; an empty match advances by a character.
template <class F>
void ForEachMatch(const Regexp& regexp, Text text, F&& f) {
  std::vector<Text> groups;
  size_t at = 0;
  while (at <= text.size() && regexp.Find(text, at, &groups)) {
    f(groups);
    auto end = static_cast<size_t>(groups[0].data() - text.data()) + groups[0].size();
    if (groups[0].empty()) end += end < text.size() ? CharacterBytes(text, end) : 1;
    at = end;
  }
}

std::optional<Text> Extract(Regexp& regexp, Text given, Text pattern, int32_t group) {
  const Text text = WithAddress(given);
  if (!regexp.Compile(pattern) || group < 0 || group > regexp.groups()) return std::nullopt;
  std::vector<Text> groups;
  if (!regexp.Find(text, 0, &groups)) return std::nullopt;
  Text found = groups[static_cast<size_t>(group)];
  if (found.data() == nullptr) return std::nullopt;
  return found;
}

void AddExtract(FunctionRegistry& registry) {
  FunctionSpec spec{"REGEXP_EXTRACT",
                    "REGEXP_EXTRACT(string, pattern [, group])",
                    "A group of the first match; 0, which is the default, is all of it.",
                    2,
                    3,
                    TakesNullable({Arg::kString, Arg::kString, Arg::kInt}, DataType::String())};
  spec.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                        const std::string&) -> StatusOr<ScalarKernel> {
    auto regexp = NewRegexp();
    if (args.size() == 2) {
      return Map<Text, Text, Text>(
          [regexp](Text text, Text pattern) { return Extract(*regexp, text, pattern, 0); });
    }
    return Map<Text, Text, Text, int32_t>([regexp](Text text, Text pattern, int32_t group) {
      return Extract(*regexp, text, pattern, group);
    });
  };
  Declare(registry, std::move(spec));

  FunctionSpec all{
      "REGEXP_EXTRACT_ALL",
      "REGEXP_EXTRACT_ALL(string, pattern [, group])",
      "A group, 1 by default, of every match as an array.",
      2,
      3,
      TakesNullable({Arg::kString, Arg::kString, Arg::kInt}, DataType::Array(DataType::String()))};
  all.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                       const std::string&) -> StatusOr<ScalarKernel> {
    auto regexp = NewRegexp();
    return ScalarKernel([regexp](std::span<const ColumnPtr> columns, const DataType& type,
                                 size_t rows, const EvalContext&) -> StatusOr<ColumnPtr> {
      ColumnView<Text> texts(*columns[0]), patterns(*columns[1]);
      ColumnBuilder out(type, rows);
      for (size_t i = 0; i < rows; ++i) {
        bool null =
            texts.IsNull(i) || patterns.IsNull(i) || (columns.size() == 3 && columns[2]->IsNull(i));
        int32_t group = null || columns.size() < 3 ? 1 : ColumnView<int32_t>(*columns[2])[i];
        if (null || !regexp->Compile(patterns[i]) || group < 0 || group > regexp->groups()) {
          out.AppendNull();
          continue;
        }
        ForEachMatch(*regexp, WithAddress(texts[i]), [&](const std::vector<Text>& groups) {
          Text found = groups[static_cast<size_t>(group)];
          if (found.data() == nullptr) {
            out.child(0).AppendNull();
          } else {
            out.child(0).AppendBytes(found);
          }
        });
        out.CloseList();
      }
      return out.Finish();
    });
  };
  Declare(registry, std::move(all));
}

// The replacement is text: $1 is no group, as in Flink.
std::optional<Text> Replace(Regexp& regexp, Text given, Text pattern, Text replacement,
                            std::string& out) {
  const Text text = WithAddress(given);
  if (!regexp.Compile(pattern)) return std::nullopt;
  out.clear();
  size_t at = 0;
  ForEachMatch(regexp, text, [&](const std::vector<Text>& groups) {
    auto begin = static_cast<size_t>(groups[0].data() - text.data());
    out += text.substr(at, begin - at);
    out += replacement;
    at = begin + groups[0].size();
  });
  out += text.substr(at);
  return Text(out);
}

// Every kernel has a Regexp of its own: tasks run on many threads.
using MakeWithRegexp = ScalarKernel (*)(std::shared_ptr<Regexp> regexp);
void DeclareWithRegexp(FunctionRegistry& registry, FunctionSpec spec, MakeWithRegexp make) {
  spec.make_kernel = [make](std::span<const BoundArgument>, const DataType&,
                            const std::string&) -> StatusOr<ScalarKernel> {
    return make(NewRegexp());
  };
  Declare(registry, std::move(spec));
}

void AddOthers(FunctionRegistry& registry) {
  DeclareWithRegexp(
      registry,
      {"REGEXP_REPLACE", "REGEXP_REPLACE(string, pattern, replacement)",
       "Every match replaced by a text.", 3, 3, Takes({Arg::kString}, DataType::String())},
      [](std::shared_ptr<Regexp> regexp) {
        return Map<Text, Text, Text, Text>(
            [regexp, out = std::string()](Text text, Text pattern, Text replacement) mutable {
              return Replace(*regexp, text, pattern, replacement, out);
            });
      });
  DeclareWithRegexp(
      registry,
      {"REGEXP", "REGEXP(string, pattern)", "Whether the pattern matches somewhere.", 2, 2,
       Takes({Arg::kString}, DataType::Boolean())},
      [](std::shared_ptr<Regexp> regexp) {
        return Map<bool, Text, Text>([regexp](Text text, Text pattern) -> std::optional<bool> {
          std::vector<Text> groups;
          return !pattern.empty() && regexp->Compile(pattern) && regexp->Find(text, 0, &groups);
        });
      });
  DeclareWithRegexp(registry,
                    {"REGEXP_COUNT", "REGEXP_COUNT(string, pattern)", "The number of matches.", 2,
                     2, TakesNullable({Arg::kString}, DataType::Int())},
                    [](std::shared_ptr<Regexp> regexp) {
                      return Map<int32_t, Text, Text>(
                          [regexp](Text text, Text pattern) -> std::optional<int32_t> {
                            if (!regexp->Compile(pattern)) return std::nullopt;
                            int32_t count = 0;
                            ForEachMatch(*regexp, WithAddress(text),
                                         [&](const std::vector<Text>&) { ++count; });
                            return count;
                          });
                    });
  DeclareWithRegexp(registry,
                    {"REGEXP_INSTR", "REGEXP_INSTR(string, pattern)",
                     "The character, from 1, at which the first match begins; else 0.", 2, 2,
                     TakesNullable({Arg::kString}, DataType::Int())},
                    [](std::shared_ptr<Regexp> regexp) {
                      return Map<int32_t, Text, Text>(
                          [regexp](Text given, Text pattern) -> std::optional<int32_t> {
                            if (!regexp->Compile(pattern)) return std::nullopt;
                            const Text text = WithAddress(given);
                            std::vector<Text> groups;
                            if (!regexp->Find(text, 0, &groups)) return 0;
                            auto begin = static_cast<size_t>(groups[0].data() - text.data());
                            return static_cast<int32_t>(CharacterCount(text.substr(0, begin))) + 1;
                          });
                    });
  DeclareWithRegexp(registry,
                    {"REGEXP_SUBSTR", "REGEXP_SUBSTR(string, pattern)", "The first match.", 2, 2,
                     TakesNullable({Arg::kString}, DataType::String())},
                    [](std::shared_ptr<Regexp> regexp) {
                      return Map<Text, Text, Text>([regexp](Text text, Text pattern) {
                        return Extract(*regexp, text, pattern, 0);
                      });
                    });

  FunctionSpec similar{"SIMILAR TO",
                       "string SIMILAR TO pattern [ESCAPE character]",
                       "Whether a SQL pattern matches the whole text.",
                       2,
                       3,
                       Takes({Arg::kString}, DataType::Boolean())};
  similar.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                           const std::string&) -> StatusOr<ScalarKernel> {
    auto match = [regexp = NewRegexp()](Text text, Text pattern, Text escape) -> StatusOr<bool> {
      if (!regexp->CompileSimilar(pattern, escape)) {
        return InvalidArgumentError("SIMILAR TO: the pattern '" + std::string(pattern) +
                                    "' is invalid");
      }
      return regexp->FullMatch(text);
    };
    if (args.size() == 3) return Map<bool, Text, Text, Text>(match);
    return Map<bool, Text, Text>(
        [match](Text text, Text pattern) { return match(text, pattern, ""); });
  };
  Declare(registry, std::move(similar));
}

}  // namespace

void AddRegexpFunctions(FunctionRegistry& registry) {
  AddExtract(registry);
  AddOthers(registry);
}

}  // namespace weir
