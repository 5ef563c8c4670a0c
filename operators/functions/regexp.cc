#include "operators/functions/regexp.h"

#include <re2/re2.h>

#include "common/base/ascii.h"
#include "common/data/utf8.h"

namespace weir {

struct Regexp::Impl {
  bool looked_up = false;
  std::string pattern;
  std::string escape;
  std::unique_ptr<re2::RE2> compiled;  // null: invalid
};

Regexp::Regexp() : impl_(std::make_unique<Impl>()) {}
Regexp::~Regexp() = default;
Regexp::Regexp(Regexp&&) noexcept = default;
Regexp& Regexp::operator=(Regexp&&) noexcept = default;

namespace {

std::unique_ptr<re2::RE2> CompilePattern(const std::string& pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_unique<re2::RE2>(pattern, options);
  return compiled->ok() ? std::move(compiled) : nullptr;
}

// Java's (?<name>...) as RE2 writes it, (?P<name>...).
std::string WithNamedGroups(std::string_view pattern) {
  std::string out;
  for (size_t i = 0; i < pattern.size(); ++i) {
    std::string_view rest = pattern.substr(i);
    if (rest.front() == '\\' && rest.size() > 1) {
      out += rest.substr(0, 2);
      ++i;
    } else if (rest.size() > 3 && rest.starts_with("(?<") && rest[3] != '=' && rest[3] != '!') {
      out += "(?P<";
      i += 2;
    } else {
      out += rest.front();
    }
  }
  return out;
}

}  // namespace

bool Regexp::Compile(std::string_view pattern) {
  if (!impl_->looked_up || impl_->pattern != pattern) {
    impl_->looked_up = true;
    impl_->pattern = pattern;
    impl_->compiled = CompilePattern(WithNamedGroups(impl_->pattern));
  }
  return impl_->compiled != nullptr;
}

namespace {

// Of a named class such as [:ALPHA:] at the beginning of `text`: appends it as RE2 has it. The
// length of what it was; 0 when there is none.
size_t AppendNamedClass(std::string_view text, std::string& regexp) {
  static constexpr std::string_view kNames[] = {"alpha", "upper", "lower",     "digit",
                                                "alnum", "space", "whitespace"};
  for (const std::string_view name : kNames) {
    const std::string lower = "[:" + std::string(name) + ":]";
    if (!text.starts_with(lower) && !text.starts_with(AsciiUpper(lower))) continue;
    // SPACE is the blank alone, WHITESPACE all that RE2 calls space.
    regexp += name == "space" ? " " : name == "whitespace" ? "[:space:]" : lower;
    return lower.size();
  }
  return 0;
}

}  // namespace

bool Regexp::CompileSimilar(std::string_view pattern, std::string_view escape) {
  if (impl_->looked_up && impl_->pattern == pattern && impl_->escape == escape) {
    return impl_->compiled != nullptr;
  }
  impl_->looked_up = true;
  impl_->pattern = pattern;
  impl_->escape = escape;
  std::string regexp = "(?s)(?:";
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    char c = pattern[i];
    if (!escape.empty() && c == escape[0] && i + 1 < pattern.size()) {
      regexp += re2::RE2::QuoteMeta(re2::StringPiece(pattern.data() + ++i, 1));
    } else if (const size_t named = in_class ? AppendNamedClass(pattern.substr(i), regexp) : 0) {
      i += named - 1;
    } else if (in_class) {
      in_class = c != ']';
      regexp += c == '\\' ? "\\\\" : std::string(1, c);
    } else if (c == '%') {
      regexp += ".*";
    } else if (c == '_') {
      regexp += '.';
    } else if (c == '^' || c == '$' || c == '\\') {
      regexp += '\\';
      regexp += c;
    } else {
      in_class = c == '[';
      regexp += c;
    }
  }
  regexp += ")";
  impl_->compiled = CompilePattern(regexp);
  return impl_->compiled != nullptr;
}

int Regexp::groups() const { return impl_->compiled->NumberOfCapturingGroups(); }

bool Regexp::FullMatch(std::string_view text) const {
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *impl_->compiled);
}

bool Regexp::Find(std::string_view text, size_t from, std::vector<std::string_view>* groups) const {
  std::vector<re2::StringPiece> pieces(static_cast<size_t>(this->groups()) + 1);
  bool found =
      impl_->compiled->Match(re2::StringPiece(text.data(), text.size()), from, text.size(),
                             re2::RE2::UNANCHORED, pieces.data(), static_cast<int>(pieces.size()));
  if (!found) return false;
  groups->clear();
  for (const re2::StringPiece& piece : pieces) groups->emplace_back(piece.data(), piece.size());
  return true;
}

}  // namespace weir
