#include <algorithm>
#include <memory>
#include <optional>

#include "operators/expressions/kernels.h"
#include "operators/functions/builtin_functions.h"
#include "operators/functions/regexp.h"
#include "operators/functions/signature.h"

namespace weir {
namespace {

using Text = std::string_view;

// Cuts a text where a regular expression matches, as Java's String.split: an empty match cuts
// nothing off.
class Splitter {
 public:
  // False: the pattern is none.
  bool Compile(Text pattern) { return regexp_.Compile(pattern); }
  // The part in front of the first cut, which is taken off `rest` with what matched; without a cut
  // all of it, and false.
  bool Cut(Text& rest, Text& part) {
    for (size_t from = 0; from < rest.size() && regexp_.Find(rest, from, &groups_);) {
      const auto at = static_cast<size_t>(groups_[0].data() - rest.data());
      if (at + groups_[0].size() > 0 && at < rest.size()) {
        part = rest.substr(0, at);
        rest.remove_prefix(at + groups_[0].size());
        return true;
      }
      from = at + 1;
    }
    part = rest;
    return false;
  }

 private:
  Regexp regexp_;
  std::vector<Text> groups_;
};

struct Entry {
  Text key;
  std::optional<Text> value;
};

// Of equal keys the last counts; empty entries at the end are none.
std::vector<Entry> EntriesOf(Text text, Splitter& entries_at, Splitter& values_at) {
  std::vector<Text> parts;
  for (bool more = !text.empty(); more;) {
    more = entries_at.Cut(text, parts.emplace_back());
  }
  while (!parts.empty() && parts.back().empty()) parts.pop_back();
  std::vector<Entry> entries;
  for (Text part : parts) {
    Entry entry;
    if (values_at.Cut(part, entry.key)) entry.value = part;
    const auto known = std::find_if(entries.begin(), entries.end(),
                                    [&](const Entry& one) { return one.key == entry.key; });
    if (known == entries.end()) {
      entries.push_back(entry);
    } else {
      known->value = entry.value;
    }
  }
  return entries;
}

ScalarKernel MakeStrToMap() {
  auto entries_at = std::make_shared<Splitter>();
  auto values_at = std::make_shared<Splitter>();
  return [entries_at, values_at](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
                                 const EvalContext&) -> StatusOr<ColumnPtr> {
    ColumnBuilder out(type, rows);
    const auto text_of = [&](size_t arg, size_t row, Text otherwise) {
      return args.size() > arg ? ColumnView<Text>(*args[arg])[row] : otherwise;
    };
    for (size_t i = 0; i < rows; ++i) {
      const bool null = std::any_of(args.begin(), args.end(),
                                    [&](const ColumnPtr& arg) { return arg->IsNull(i); });
      if (null || !entries_at->Compile(text_of(1, i, ",")) ||
          !values_at->Compile(text_of(2, i, "="))) {
        out.AppendNull();
        continue;
      }
      for (const Entry& entry : EntriesOf(text_of(0, i, ""), *entries_at, *values_at)) {
        out.child(0).AppendBytes(entry.key);
        if (entry.value) {
          out.child(1).AppendBytes(*entry.value);
        } else {
          out.child(1).AppendNull();
        }
      }
      out.CloseList();
    }
    return out.Finish();
  };
}

}  // namespace

void AddStrToMap(FunctionRegistry& registry) {
  FunctionSpec spec{
      "STR_TO_MAP",
      "STR_TO_MAP(string [, between entries, between key and value])",
      "Text such as 'a=1,b=2' as a map; what is between them are regular expressions.",
      1,
      3,
      TakesNullable({Arg::kString}, DataType::Map(DataType::String(), DataType::String()))};
  // Every kernel has expressions of its own: tasks run on many threads.
  spec.make_kernel = [](std::span<const BoundArgument>, const DataType&,
                        const std::string&) -> StatusOr<ScalarKernel> { return MakeStrToMap(); };
  Declare(registry, std::move(spec));
}

}  // namespace weir
