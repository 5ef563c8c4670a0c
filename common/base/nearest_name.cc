#include "common/base/nearest_name.h"

#include <algorithm>
#include <cctype>
#include <climits>
#include <vector>

namespace weir {
namespace {

bool SameButCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

// Half edits, so that a difference in case weighs less than another letter.
int Cost(char a, char b) {
  if (a == b) return 0;
  return SameButCase({&a, 1}, {&b, 1}) ? 1 : 2;
}

int Distance(std::string_view a, std::string_view b) {
  std::vector<int> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<int>(2 * j);
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<int>(2 * i);
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 2, row[j - 1] + 2, last[j - 1] + Cost(a[i - 1], b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 2);
      }
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

// Of "a.b.c" and "a.x.c" leaves "b" and "x".
void DropEqualParts(std::string_view& a, std::string_view& b) {
  const auto [left, unused] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  const size_t dot = a.substr(0, static_cast<size_t>(left - a.begin())).rfind('.');
  if (dot != a.npos) {
    a.remove_prefix(dot + 1);
    b.remove_prefix(dot + 1);
  }
  const auto [right, ignored] = std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend());
  const auto equal = static_cast<size_t>(right - a.rbegin());
  const size_t tail = a.substr(a.size() - equal).find('.');
  if (tail != a.npos) {
    a.remove_suffix(equal - tail);
    b.remove_suffix(equal - tail);
  }
}

}  // namespace

std::string NearestName(std::string_view name, std::span<const std::string> candidates) {
  constexpr size_t kLongest = 200;  // the work is quadratic, and names come from outside
  if (name.empty() || name.size() > kLongest) return {};
  int nearest = INT_MAX;
  std::string best;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kLongest) continue;
    // What is equal makes the rest no nearer: a.mode is not a.dir, whatever a is.
    std::string_view mine = name, its = candidate;
    DropEqualParts(mine, its);
    const int limit = std::clamp(static_cast<int>(2 * mine.size() / 3), 2, 8);
    const int distance = SameButCase(mine, its) ? 1 : Distance(mine, its);
    if (distance <= limit && distance < nearest) {
      best = candidate;
      nearest = distance;
    }
  }
  return best;
}

std::string DidYouMean(std::string_view name, std::span<const std::string> candidates) {
  std::string nearest = NearestName(name, candidates);
  return nearest.empty() ? "" : "; did you mean '" + nearest + "'?";
}

}  // namespace weir
