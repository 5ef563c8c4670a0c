#include "operators/functions/json_filter.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

namespace weir {
namespace {

using Kind = JsonValue::Kind;

std::optional<double> NumberOf(const JsonValue& value) {
  if (value.kind != Kind::kNumber && value.kind != Kind::kString) return std::nullopt;
  double number = 0;
  const char* end = value.text.data() + value.text.size();
  const auto [at, error] = std::from_chars(value.text.data(), end, number);
  if (error != std::errc() || at != end) return std::nullopt;
  return number;
}

// A text beside a number is read as one, a number beside a text is taken as it is written.
bool Equals(const JsonValue& a, const JsonValue& b) {
  if (a.kind == Kind::kNumber) return NumberOf(a) && NumberOf(b) && *NumberOf(a) == *NumberOf(b);
  if (a.kind == Kind::kString) {
    return (b.kind == Kind::kString || b.kind == Kind::kNumber) && a.text == b.text;
  }
  if (a.kind != b.kind) return false;
  if (a.kind == Kind::kBoolean) return a.boolean == b.boolean;
  std::string left, right;
  AppendJson(a, left);
  AppendJson(b, right);
  return left == right;
}

// a < b: two numbers or two texts; anything else is not in order.
std::optional<int> Order(const JsonValue& a, const JsonValue& b) {
  if (a.kind != b.kind) return std::nullopt;
  if (a.kind == Kind::kString) return a.text.compare(b.text);
  if (a.kind != Kind::kNumber) return std::nullopt;
  const double left = *NumberOf(a), right = *NumberOf(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

}  // namespace

JsonFilter::~JsonFilter() = default;

// Reads a filter: || binds less than &&, && less than !.
class JsonFilter::Parser {
 public:
  Parser(std::string_view text, bool strict) : rest_(text), strict_(strict) {}

  std::shared_ptr<JsonFilter> All() {
    std::shared_ptr<JsonFilter> filter = Either();
    SkipSpaces();
    return rest_.empty() ? filter : nullptr;
  }

 private:
  std::shared_ptr<JsonFilter> Either() { return Joined("||", Kind::kOr, &Parser::Both); }
  std::shared_ptr<JsonFilter> Both() { return Joined("&&", Kind::kAnd, &Parser::One); }
  std::shared_ptr<JsonFilter> Joined(std::string_view sign, Kind kind,
                                     std::shared_ptr<JsonFilter> (Parser::*part)()) {
    std::shared_ptr<JsonFilter> first = (this->*part)();
    if (!first || !Take(sign)) return first;
    auto joined = std::make_shared<JsonFilter>();
    joined->kind_ = kind;
    joined->parts_.push_back(std::move(first));
    do {
      joined->parts_.push_back((this->*part)());
      if (!joined->parts_.back()) return nullptr;
    } while (Take(sign));
    return joined;
  }
  std::shared_ptr<JsonFilter> One() {
    if (++depth_ > kMostDeep) return nullptr;
    std::shared_ptr<JsonFilter> filter;
    if (Take("!")) {
      filter = std::make_shared<JsonFilter>();
      filter->kind_ = Kind::kNot;
      filter->parts_.push_back(One());
      if (!filter->parts_[0]) filter = nullptr;
    } else if (Take("(")) {
      filter = Either();
      if (!Take(")")) filter = nullptr;
    } else {
      filter = Comparison();
    }
    --depth_;
    return filter;
  }
  std::shared_ptr<JsonFilter> Comparison() {
    auto filter = std::make_shared<JsonFilter>();
    if (!ReadOperand(filter->left_)) return nullptr;
    if (!ReadSign(filter->compare_)) {
      filter->kind_ = Kind::kExists;
      return filter->left_.path ? filter : nullptr;
    }
    if (!ReadOperand(filter->right_)) return nullptr;
    const bool matches = filter->compare_ == Compare::kMatches;
    if (filter->left_.regexp || (filter->right_.regexp != nullptr) != matches) return nullptr;
    return filter;
  }

  bool ReadSign(Compare& out) {
    static constexpr std::pair<std::string_view, Compare> kSigns[] = {
        {"===", Compare::kSameKind}, {"!==", Compare::kNotSameKind}, {"==", Compare::kEqual},
        {"!=", Compare::kNotEqual},  {"<=", Compare::kLessEqual},    {">=", Compare::kGreaterEqual},
        {"=~", Compare::kMatches},   {"<", Compare::kLess},          {">", Compare::kGreater}};
    static constexpr std::pair<std::string_view, Compare> kWords[] = {
        {"in", Compare::kIn},
        {"nin", Compare::kNotIn},
        {"contains", Compare::kContains},
        {"size", Compare::kSize},
        {"empty", Compare::kEmpty}};
    for (const auto& [sign, compare] : kSigns) {
      if (!Take(sign)) continue;
      out = compare;
      return true;
    }
    std::string word;
    for (const char c : rest_) {
      if (!std::isalpha(static_cast<unsigned char>(c))) break;
      word += static_cast<char>(std::tolower(c));
    }
    for (const auto& [name, compare] : kWords) {
      if (word != name) continue;
      rest_.remove_prefix(word.size());
      out = compare;
      return true;
    }
    return false;
  }

  bool ReadOperand(Operand& out) {
    SkipSpaces();
    if (rest_.empty()) return false;
    switch (rest_[0]) {
      case '@':
      case '$':
        return ReadPath(out);
      case '\'':
      case '"':
        return ReadText(out.literal);
      case '/':
        return ReadRegexp(out);
      case '[':
      case '{':
        return ReadJson(out.literal);
    }
    const size_t end = std::min(rest_.find_first_of(" )&|=<>!~"), rest_.size());
    const std::string word(rest_.substr(0, end));
    rest_.remove_prefix(end);
    if (word == "null") return true;
    if (word == "true" || word == "false") {
      out.literal.kind = JsonValue::Kind::kBoolean;
      out.literal.boolean = word == "true";
      return true;
    }
    out.literal.kind = JsonValue::Kind::kNumber;
    out.literal.text = word;
    return NumberOf(out.literal).has_value();
  }

  bool ReadPath(Operand& out) {
    size_t end = 1;
    while (end < rest_.size()) {
      const char c = rest_[end];
      if (c == '[' || c == '(') {
        const size_t closing = Closing(end);
        if (closing == rest_.npos) return false;
        end = closing + 1;
      } else if (std::string_view(" )<>=~!&|").find(c) != std::string_view::npos) {
        break;
      } else {
        ++end;
      }
    }
    out.from_root = rest_[0] == '$';
    StatusOr<JsonPath> path = JsonPath::CompileSteps(rest_.substr(0, end), strict_);
    if (!path.ok()) return false;
    out.path = std::make_unique<JsonPath>(*std::move(path));
    rest_.remove_prefix(end);
    return true;
  }
  // Of what opens at `at`; quoted text is passed over.
  size_t Closing(size_t at) const {
    int open = 0;
    for (; at < rest_.size(); ++at) {
      const char c = rest_[at];
      if (c == '\'' || c == '"') {
        for (++at; at < rest_.size() && rest_[at] != c; ++at) at += rest_[at] == '\\';
      } else if (c == '[' || c == '(' || c == '{') {
        ++open;
      } else if ((c == ']' || c == ')' || c == '}') && --open == 0) {
        return at;
      }
    }
    return rest_.npos;
  }

  bool ReadText(JsonValue& out) {
    const char quote = rest_[0];
    out.kind = JsonValue::Kind::kString;
    size_t at = 1;
    for (; at < rest_.size() && rest_[at] != quote; ++at) {
      if (rest_[at] == '\\' && at + 1 < rest_.size()) ++at;
      out.text += rest_[at];
    }
    if (at >= rest_.size()) return false;
    rest_.remove_prefix(at + 1);
    return true;
  }

  // /pattern/flags
  bool ReadRegexp(Operand& out) {
    size_t end = 1;
    while (end < rest_.size() && rest_[end] != '/') end += rest_[end] == '\\' ? 2 : 1;
    if (end >= rest_.size()) return false;
    std::string pattern(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    std::string flags;
    for (; !rest_.empty() && std::isalpha(static_cast<unsigned char>(rest_[0]));
         rest_.remove_prefix(1)) {
      flags += rest_[0];
    }
    if (flags.find_first_not_of("ims") != flags.npos) return false;
    if (!flags.empty()) pattern = "(?" + flags + ")" + pattern;
    out.regexp = std::make_unique<Regexp>();
    return out.regexp->Compile(pattern);
  }

  // A list's texts may stand in single quotes.
  bool ReadJson(JsonValue& out) {
    const size_t closing = Closing(0);
    if (closing == rest_.npos) return false;
    std::string json;
    char quote = 0;
    for (const char c : rest_.substr(0, closing + 1)) {
      if (quote == 0 && (c == '\'' || c == '"'))
        quote = c;
      else if (c == quote)
        quote = 0;
      else if (quote == '\'' && c == '"')
        json += '\\';
      json += c == '\'' && quote != '"' ? '"' : c;
    }
    rest_.remove_prefix(closing + 1);
    std::optional<JsonValue> parsed = ParseJson(json);
    if (!parsed) return false;
    out = *std::move(parsed);
    return true;
  }

  void SkipSpaces() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }
  bool Take(std::string_view sign) {
    SkipSpaces();
    if (!rest_.starts_with(sign)) return false;
    if (sign == "!" && rest_.starts_with("!=")) return false;
    rest_.remove_prefix(sign.size());
    return true;
  }

  static constexpr int kMostDeep = 100;

  std::string_view rest_;
  const bool strict_;
  int depth_ = 0;
};

std::shared_ptr<const JsonFilter> JsonFilter::Compile(std::string_view text, bool strict) {
  return Parser(text, strict).All();
}

bool JsonFilter::Accepts(const JsonValue& item, const JsonValue& root) const {
  const auto accepts = [&](const std::shared_ptr<JsonFilter>& part) {
    return part->Accepts(item, root);
  };
  switch (kind_) {
    case Kind::kOr:
      return std::any_of(parts_.begin(), parts_.end(), accepts);
    case Kind::kAnd:
      return std::all_of(parts_.begin(), parts_.end(), accepts);
    case Kind::kNot:
      return !parts_[0]->Accepts(item, root);
    case Kind::kExists:
      return left_.path->Find(left_.from_root ? root : item).has_value();
    case Kind::kCompare:
      return Compares(item, root);
  }
  return false;
}

// None: there is nothing, which equals nothing.
std::optional<JsonValue> JsonFilter::ValueOf(const Operand& operand, const JsonValue& item,
                                             const JsonValue& root) const {
  if (!operand.path) return operand.literal;
  std::optional<JsonValue> found = operand.path->Find(operand.from_root ? root : item);
  if (!found && !operand.path->strict()) return JsonValue();
  return found;
}

bool JsonFilter::Compares(const JsonValue& item, const JsonValue& root) const {
  const std::optional<JsonValue> left = ValueOf(left_, item, root);
  const std::optional<JsonValue> right = ValueOf(right_, item, root);
  const bool negated = compare_ == Compare::kNotEqual || compare_ == Compare::kNotSameKind ||
                       compare_ == Compare::kNotIn;
  if (!left || !right) return negated;
  const auto list_has = [](const JsonValue& list, const JsonValue& value) {
    return list.kind == JsonValue::Kind::kArray &&
           std::any_of(list.items.begin(), list.items.end(),
                       [&](const JsonValue& one) { return Equals(one, value); });
  };
  const std::optional<int> order = Order(*left, *right);
  switch (compare_) {
    case Compare::kEqual:
    case Compare::kNotEqual:
      return Equals(*left, *right) != negated;
    case Compare::kSameKind:
    case Compare::kNotSameKind:
      return (left->kind == right->kind && Equals(*left, *right)) != negated;
    case Compare::kLess:
      return order && *order < 0;
    case Compare::kLessEqual:
      return order && *order <= 0;
    case Compare::kGreater:
      return order && *order > 0;
    case Compare::kGreaterEqual:
      return order && *order >= 0;
    case Compare::kMatches: {
      std::string text;
      if (left->is_scalar() && left->kind != JsonValue::Kind::kNull) AppendJsonScalar(*left, text);
      return right_.regexp->FullMatch(text);
    }
    case Compare::kIn:
    case Compare::kNotIn:
      return list_has(*right, *left) != negated;
    case Compare::kContains:
      if (left->kind == JsonValue::Kind::kString && right->kind == JsonValue::Kind::kString) {
        return left->text.find(right->text) != std::string::npos;
      }
      return list_has(*left, *right);
    case Compare::kSize:
    case Compare::kEmpty: {
      if (left->is_scalar() && left->kind != JsonValue::Kind::kString) return false;
      const size_t size = left->is_scalar() ? left->text.size() : left->items.size();
      if (compare_ == Compare::kEmpty) {
        return right->kind == JsonValue::Kind::kBoolean && (size == 0) == right->boolean;
      }
      return right->kind == JsonValue::Kind::kNumber &&
             static_cast<double>(size) == *NumberOf(*right);
    }
  }
  return false;
}

}  // namespace weir
