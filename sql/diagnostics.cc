#include "sql/diagnostics.h"

#include <algorithm>

#include "common/base/secrets.h"

namespace weir::sql {
namespace {

// A line longer than this is cut around the error, so that a generated script of one line does not
// fill the terminal.
constexpr size_t kMaxShownBytes = 160;

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

size_t CountCharacters(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !IsContinuation(c); }));
}

// Blanks as wide as `text`; tabs stay tabs, so that the caret stands under its character.
std::string Blanks(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (!IsContinuation(c)) out += c == '\t' ? '\t' : ' ';
  }
  return out;
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Optimal string alignment: an edit is an insertion, a deletion, a substitution or the swap of two
// neighbours.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), previous(b.size() + 1), current(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = Lower(a[i - 1]) == Lower(b[j - 1]);
      current[j] =
          std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && Lower(a[i - 1]) == Lower(b[j - 2]) &&
          Lower(a[i - 2]) == Lower(b[j - 1])) {
        current[j] = std::min(current[j], before[j - 2] + 1);
      }
    }
    std::swap(before, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

// The line that holds byte `offset`, without its end.
std::string_view LineAt(std::string_view text, size_t offset, size_t* line_start) {
  size_t begin = offset;
  while (begin > 0 && text[begin - 1] != '\n') --begin;
  size_t end = offset;
  while (end < text.size() && text[end] != '\n') ++end;
  *line_start = begin;
  std::string_view line = text.substr(begin, end - begin);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// The text with stars where secrets stand: what is at a byte stays there.
std::string WithStars(std::string_view text) {
  std::string out(text);
  for (const auto& [begin, end] : FindSecrets(text)) {
    std::fill(out.begin() + static_cast<ptrdiff_t>(begin),
              out.begin() + static_cast<ptrdiff_t>(end), '*');
  }
  return out;
}

}  // namespace

SourceSpan Cover(const SourceSpan& first, const SourceSpan& last) {
  SourceSpan span = first;
  if (last.end() > first.offset) span.length = last.end() - first.offset;
  return span;
}

std::string RenderError(const SqlError& error, std::string_view script, std::string_view file) {
  const std::string text = WithStars(script);
  std::string out;
  out.append(file).append(":").append(std::to_string(error.span.line)).append(":");
  out.append(std::to_string(error.span.column)).append(": ");
  out.append(WithoutSecrets(error.message)).append("\n");

  size_t line_start = 0;
  const size_t offset = std::min<size_t>(error.span.offset, text.size());
  std::string_view line = LineAt(text, offset, &line_start);
  size_t at = std::min(offset - line_start, line.size());
  if (!line.empty()) {
    if (line.size() > kMaxShownBytes) {
      size_t from = at > kMaxShownBytes / 2 ? at - kMaxShownBytes / 2 : 0;
      while (from < line.size() && IsContinuation(line[from])) ++from;
      line = line.substr(from, kMaxShownBytes);
      while (!line.empty() && IsContinuation(line.back())) line.remove_suffix(1);
      if (!line.empty() && static_cast<unsigned char>(line.back()) >= 0xC0) line.remove_suffix(1);
      at = std::min(at - from, line.size());
    }
    const size_t marked = std::min<size_t>(error.span.length, line.size() - at);
    const size_t width = CountCharacters(line.substr(at, marked));
    out.append("  ").append(line).append("\n  ").append(Blanks(line.substr(0, at))).append("^");
    if (width > 1) out.append(width - 1, '~');
    out.append("\n");
  }
  if (!error.hint.empty()) out.append("  hint: ").append(error.hint).append("\n");
  return out;
}

std::optional<std::string> NearestName(std::string_view name,
                                       const std::vector<std::string>& candidates) {
  constexpr size_t kLongestName = 128;  // the distance is quadratic
  if (name.empty() || name.size() > kLongestName) return std::nullopt;
  const std::string* best = nullptr;
  size_t best_distance = 0;
  for (const std::string& candidate : candidates) {
    if (candidate.empty() || candidate.size() > kLongestName) continue;
    const size_t distance = EditDistance(name, candidate);
    if (best == nullptr || distance < best_distance) {
      best = &candidate;
      best_distance = distance;
    }
  }
  if (best == nullptr) return std::nullopt;
  const size_t allowed = std::max<size_t>(1, std::max(name.size(), best->size()) / 3);
  // A name of one letter is near every other one of one letter: then only the case may differ.
  if (best_distance > allowed || best_distance >= std::max(name.size(), best->size())) {
    return std::nullopt;
  }
  return *best;
}

std::string DidYouMean(std::string_view name, const std::vector<std::string>& candidates) {
  std::optional<std::string> nearest = NearestName(name, candidates);
  return nearest ? "did you mean `" + *nearest + "`?" : "";
}

}  // namespace weir::sql
