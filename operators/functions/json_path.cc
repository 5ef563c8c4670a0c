#include "operators/functions/json_path.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <deque>

#include "common/base/ascii.h"
#include "common/data/value_text.h"
#include "operators/functions/json_filter.h"

namespace weir {
namespace {

using Kind = JsonValue::Kind;

constexpr const char* kFunctions[] = {"length", "size",   "keys",  "min",  "max",  "avg",
                                      "sum",    "stddev", "first", "last", "index"};

bool ReadIndex(std::string_view text, int64_t* out) {
  text = Trim(text);
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, *out);
  return error == std::errc() && at == end;
}

// Up to the bracket that closes what is open; npos: none does. Quoted text and /patterns/ of
// filters are no brackets.
size_t ClosingBracket(std::string_view text) {
  int open = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\'' || c == '"') {
      for (++at; at < text.size() && text[at] != c; ++at) at += text[at] == '\\';
    } else if (c == '[' || c == '(') {
      ++open;
    } else if (c == ']' || c == ')') {
      if (open == 0) return c == ']' ? at : text.npos;
      --open;
    }
  }
  return text.npos;
}

// 'a', "b": true when all of `inside` is such names.
bool ReadNames(std::string_view inside, std::vector<std::string>& names) {
  while (true) {
    inside = Trim(inside);
    if (inside.empty() || (inside[0] != '\'' && inside[0] != '"')) return false;
    const char quote = inside[0];
    std::string name;
    size_t at = 1;
    for (; at < inside.size() && inside[at] != quote; ++at) {
      if (inside[at] == '\\' && at + 1 < inside.size()) ++at;
      name += inside[at];
    }
    if (at >= inside.size()) return false;
    names.push_back(std::move(name));
    inside = Trim(inside.substr(at + 1));
    if (inside.empty()) return true;
    if (inside[0] != ',') return false;
    inside.remove_prefix(1);
  }
}

}  // namespace

// ---- Reading

StatusOr<JsonPath> JsonPath::Compile(std::string_view text) {
  std::string_view rest = Trim(text);
  bool strict = true;
  if (rest.starts_with("strict ")) {
    rest.remove_prefix(7);
  } else if (rest.starts_with("lax ")) {
    strict = false;
    rest.remove_prefix(4);
  }
  return CompileSteps(Trim(rest), strict);
}

StatusOr<JsonPath> JsonPath::CompileSteps(std::string_view text, bool strict) {
  JsonPath path;
  path.strict_ = strict;
  std::string dotted;
  std::string_view rest = text;
  if (rest.starts_with('$') || rest.starts_with('@')) {
    rest.remove_prefix(1);
  } else {  // "b" is "$.b"
    dotted = "." + std::string(rest);
    rest = dotted;
  }
  while (!rest.empty()) {
    if (ReadStep(rest, strict, path.steps_)) continue;
    return InvalidArgumentError("no JSON path: '" + std::string(text) + "'");
  }
  for (size_t i = 0; i < path.steps_.size(); ++i) {
    path.definite_before_.push_back(path.definite_);
    path.definite_ = path.definite_ && path.IsSingle(i);
  }
  return path;
}

bool JsonPath::ReadStep(std::string_view& rest, bool strict, std::vector<Step>& steps) {
  if (!steps.empty() && steps.back().kind == Step::Kind::kFunction) return false;
  if (rest.starts_with("..")) {
    rest.remove_prefix(2);
    if (rest.empty()) return false;
    steps.push_back({Step::Kind::kDeep});
    if (!rest.starts_with('[')) return ReadDotted(rest, steps);
  } else if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    if (!rest.starts_with('[')) return ReadDotted(rest, steps);
  }
  if (!rest.starts_with('[')) return false;
  rest.remove_prefix(1);
  const size_t end = ClosingBracket(rest);
  if (end == rest.npos) return false;
  const std::string_view inside = Trim(rest.substr(0, end));
  rest.remove_prefix(end + 1);
  return ReadBracket(inside, strict, steps);
}

// name, *, name()
bool JsonPath::ReadDotted(std::string_view& rest, std::vector<Step>& steps) {
  const size_t end = std::min(rest.find_first_of(".[("), rest.size());
  const std::string name(rest.substr(0, end));
  rest.remove_prefix(end);
  if (name.empty() || name.find(' ') != name.npos) return false;
  if (name == "*") {
    steps.push_back({Step::Kind::kAll});
    return true;
  }
  if (!rest.starts_with('(')) {
    steps.push_back({Step::Kind::kMembers, {name}});
    return true;
  }
  const size_t close = rest.find(')');
  if (close == rest.npos) return false;
  if (std::find(std::begin(kFunctions), std::end(kFunctions), name) == std::end(kFunctions)) {
    return false;
  }
  Step step{Step::Kind::kFunction, {name}};
  const std::string_view argument = rest.substr(1, close - 1);
  rest.remove_prefix(close + 1);
  if ((name == "index") != !argument.empty()) return false;
  if (!argument.empty() && !ReadIndex(argument, &step.indexes.emplace_back())) return false;
  steps.push_back(std::move(step));
  return rest.empty();
}

bool JsonPath::ReadBracket(std::string_view inside, bool strict, std::vector<Step>& steps) {
  if (inside == "*") {
    steps.push_back({Step::Kind::kAll});
    return true;
  }
  Step step{Step::Kind::kMembers};
  if (ReadNames(inside, step.names)) {
    steps.push_back(std::move(step));
    return true;
  }
  if (inside.starts_with('?')) {
    inside = Trim(inside.substr(1));
    if (!inside.starts_with('(') || !inside.ends_with(')')) return false;
    step = {Step::Kind::kFilter};
    step.filter = JsonFilter::Compile(inside.substr(1, inside.size() - 2), strict);
    if (!step.filter) return false;
    steps.push_back(std::move(step));
    return true;
  }
  if (const size_t colon = inside.find(':'); colon != inside.npos) {
    if (inside.find(' ') != inside.npos) return false;
    step = {Step::Kind::kSlice};
    const std::string_view from = inside.substr(0, colon);
    std::string_view to = inside.substr(colon + 1);
    to = to.substr(0, to.find(':'));  // a step width counts for nothing
    if (from.empty() && to.empty()) return false;
    if (!from.empty() && !ReadIndex(from, &step.from.emplace())) return false;
    if (!to.empty() && !ReadIndex(to, &step.to.emplace())) return false;
    steps.push_back(std::move(step));
    return true;
  }
  step = {Step::Kind::kItems};
  for (size_t begin = 0; begin <= inside.size();) {
    const size_t end = std::min(inside.find(',', begin), inside.size());
    if (!ReadIndex(inside.substr(begin, end - begin), &step.indexes.emplace_back())) return false;
    begin = end + 1;
  }
  steps.push_back(std::move(step));
  return true;
}

bool JsonPath::IsSingle(size_t i) const {
  const Step& step = steps_[i];
  switch (step.kind) {
    case Step::Kind::kMembers:  // several at the end of a path make one object
      return step.names.size() == 1 || i + 1 == steps_.size();
    case Step::Kind::kItems:
      return step.indexes.size() == 1;
    case Step::Kind::kFunction:
      return true;
    default:
      return false;
  }
}

// ---- Walking

// One walk of a path through a document.
class JsonPathWalk {
 public:
  // How a part of it ended: kNothing is an error in strict mode, unless it was one of many.
  enum class End { kOk, kNothing, kNotForThis };

  JsonPathWalk(const JsonPath& path, const JsonValue& root) : path_(path), root_(root) {}

  End From(size_t i, const JsonValue& value) {
    if (i == path_.steps_.size()) {
      found.push_back(&value);
      return End::kOk;
    }
    const JsonPath::Step& step = path_.steps_[i];
    using StepKind = JsonPath::Step::Kind;
    switch (step.kind) {
      case StepKind::kMembers:
        return Members(i, step, value);
      case StepKind::kItems:
      case StepKind::kSlice:
        if (value.kind != Kind::kArray) return Missing(i);
        return step.kind == StepKind::kItems ? Items(i, step, value) : Slice(i, step, value);
      case StepKind::kAll:
        for (const JsonValue& item : value.items) {
          if (From(i + 1, item) == End::kNotForThis) return End::kNotForThis;
        }
        return End::kOk;
      case StepKind::kDeep:
        return Deep(i + 1, value);
      case StepKind::kFilter:
        return Filter(i, step, value);
      case StepKind::kFunction:
        return Function(step, value);
    }
    return End::kOk;
  }

  std::vector<const JsonValue*> found;

 private:
  bool IsLast(size_t i) const { return i + 1 == path_.steps_.size(); }
  // Where the step cannot be taken.
  End Missing(size_t i) const {
    return path_.definite_before_[i] && path_.strict() ? End::kNothing : End::kOk;
  }
  JsonValue& Make() { return made_.emplace_back(); }

  End Members(size_t i, const JsonPath::Step& step, const JsonValue& value) {
    if (value.kind != Kind::kObject) return Missing(i);
    if (step.names.size() > 1 && IsLast(i)) {
      JsonValue& some = Make();
      some.kind = Kind::kObject;
      for (const std::string& name : step.names) {
        const JsonValue* member = value.Member(name);
        if (member == nullptr || some.Member(name) != nullptr) continue;
        some.names.push_back(name);
        some.items.push_back(*member);
      }
      found.push_back(&some);
      return End::kOk;
    }
    for (const std::string& name : step.names) {
      const JsonValue* member = value.Member(name);
      End end = End::kOk;
      if (member != nullptr) {
        end = From(i + 1, *member);
      } else if (!IsLast(i)) {
        end = step.names.size() > 1 ? End::kOk : Missing(i);
      }
      if (end != End::kOk) return end;
    }
    return End::kOk;
  }

  End Item(size_t i, const JsonValue& value, int64_t index) {
    const auto size = static_cast<int64_t>(value.items.size());
    if (index < 0) index += size;
    if (index < 0 || index >= size) return End::kOk;
    return From(i + 1, value.items[static_cast<size_t>(index)]);
  }
  End Items(size_t i, const JsonPath::Step& step, const JsonValue& value) {
    for (int64_t index : step.indexes) {
      if (End end = Item(i, value, index); end != End::kOk) return end;
    }
    return End::kOk;
  }
  // [-3:] and [:-1] count from the end; with both ends given negative ones are indexes like others.
  End Slice(size_t i, const JsonPath::Step& step, const JsonValue& value) {
    const auto size = static_cast<int64_t>(value.items.size());
    int64_t from = step.from.value_or(0), to = step.to.value_or(size);
    if (!step.to && from < 0) from = std::max<int64_t>(0, size + from);
    if (!step.from && to < 0) to += size;
    to = std::min(to, size);
    // Below them there is nothing.
    for (int64_t index = std::max(from, -size); index < to; ++index) {
      if (End end = Item(i, value, index); end != End::kOk) return end;
    }
    return End::kOk;
  }

  End Filter(size_t i, const JsonPath::Step& step, const JsonValue& value) {
    if (value.kind == Kind::kObject) {
      return step.filter->Accepts(value, root_) ? From(i + 1, value) : End::kOk;
    }
    if (value.kind != Kind::kArray) {
      return path_.definite_before_[i] ? End::kNotForThis : End::kOk;
    }
    for (const JsonValue& item : value.items) {
      if (!step.filter->Accepts(item, root_)) continue;
      if (End end = From(i + 1, item); end != End::kOk) return end;
    }
    return End::kOk;
  }

  // Step `i` at the value and at everything in it.
  End Deep(size_t i, const JsonValue& value) {
    if (value.is_scalar()) return End::kOk;
    if (IsFor(i, value)) {
      if (End end = From(i, value); end != End::kOk) return end;
    }
    for (const JsonValue& item : value.items) {
      if (End end = Deep(i, item); end != End::kOk) return end;
    }
    return End::kOk;
  }
  bool IsFor(size_t i, const JsonValue& value) const {
    const JsonPath::Step& step = path_.steps_[i];
    using StepKind = JsonPath::Step::Kind;
    switch (step.kind) {
      case StepKind::kMembers:
        if (value.kind != Kind::kObject) return false;
        if (!path_.IsSingle(i)) return true;
        return std::all_of(step.names.begin(), step.names.end(),
                           [&](const std::string& name) { return value.Member(name) != nullptr; });
      case StepKind::kItems:
      case StepKind::kSlice:
        return value.kind == Kind::kArray;
      case StepKind::kFilter:
        return step.filter->Accepts(value, root_);
      default:
        return step.kind == StepKind::kAll;
    }
  }

  End Function(const JsonPath::Step& step, const JsonValue& value);
  End Aggregate(const std::string& name, const JsonValue& value);

  const JsonPath& path_;
  const JsonValue& root_;
  std::deque<JsonValue> made_;
};

JsonPathWalk::End JsonPathWalk::Function(const JsonPath::Step& step, const JsonValue& value) {
  const std::string& name = step.names[0];
  const auto size = static_cast<int64_t>(value.items.size());
  if (name == "length" || name == "size") {
    JsonValue& result = Make();
    if (!value.is_scalar()) {
      result.kind = Kind::kNumber;
      result.text = std::to_string(size);
    }
    found.push_back(&result);
    return End::kOk;
  }
  if (name == "keys") {
    if (value.kind != Kind::kObject) return End::kOk;
    JsonValue& result = Make();
    result.kind = Kind::kArray;
    for (const std::string& key : value.names) {
      result.items.push_back({.kind = Kind::kString, .text = key});
    }
    found.push_back(&result);
    return End::kOk;
  }
  if (name == "first" || name == "last" || name == "index") {
    if (value.kind != Kind::kArray) return Missing(path_.steps_.size() - 1);
    int64_t index = name == "first" ? 0 : name == "last" ? size - 1 : step.indexes[0];
    if (index < 0) index += size;
    if (index < 0 || index >= size) return Missing(path_.steps_.size() - 1);
    found.push_back(&value.items[static_cast<size_t>(index)]);
    return End::kOk;
  }
  return Aggregate(name, value);
}

// Of the numbers of an array, the others count for nothing; without any there is no result.
JsonPathWalk::End JsonPathWalk::Aggregate(const std::string& name, const JsonValue& value) {
  double sum = 0, squares = 0, least = INFINITY, most = -INFINITY;
  size_t count = 0;
  if (value.kind != Kind::kArray) return End::kNotForThis;
  for (const JsonValue& item : value.items) {
    if (item.kind != Kind::kNumber) continue;
    double number = 0;
    std::from_chars(item.text.data(), item.text.data() + item.text.size(), number);
    sum += number;
    squares += number * number;
    least = std::min(least, number);
    most = std::max(most, number);
    ++count;
  }
  if (count == 0) return End::kNotForThis;
  JsonValue& result = Make();
  result.kind = Kind::kNumber;
  const double n = static_cast<double>(count), average = sum / n;
  AppendDouble(name == "sum"      ? sum
               : name == "min"    ? least
               : name == "max"    ? most
               : name == "stddev" ? std::sqrt(squares / n - average * average)
                                  : average,
               result.text);
  found.push_back(&result);
  return End::kOk;
}

std::optional<JsonValue> JsonPath::Find(const JsonValue& root) const {
  JsonPathWalk walk(*this, root);
  if (walk.From(0, root) != JsonPathWalk::End::kOk) return std::nullopt;
  if (definite_) {
    if (walk.found.empty()) return std::nullopt;
    return *walk.found.back();
  }
  JsonValue all;
  all.kind = Kind::kArray;
  for (const JsonValue* value : walk.found) all.items.push_back(*value);
  return all;
}

}  // namespace weir
