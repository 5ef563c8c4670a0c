#include "sql/keywords.h"

#include <algorithm>
#include <array>

namespace weir::sql {
namespace {

#define WEIR_SQL_WORD(word) #word,
constexpr std::string_view kWords[] = {"",  // kNone
                                       WEIR_SQL_RESERVED_WORDS(WEIR_SQL_WORD)
                                           WEIR_SQL_OTHER_WORDS(WEIR_SQL_WORD)};
#undef WEIR_SQL_WORD
#define WEIR_SQL_WORD(word) +1
constexpr size_t kReservedCount = 0 WEIR_SQL_RESERVED_WORDS(WEIR_SQL_WORD);
#undef WEIR_SQL_WORD
constexpr size_t kWordCount = std::size(kWords);
constexpr size_t kLongestWord = 32;

// All words by their text, with their place in kWords.
using Index = std::array<uint16_t, kWordCount - 1>;
const Index& SortedIndex() {
  static const Index index = [] {
    Index out{};
    for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<uint16_t>(i + 1);
    std::sort(out.begin(), out.end(), [](uint16_t a, uint16_t b) { return kWords[a] < kWords[b]; });
    return out;
  }();
  return index;
}

}  // namespace

Keyword FindKeyword(std::string_view word) {
  char upper[kLongestWord];
  if (word.size() > kLongestWord) return Keyword::kNone;
  for (size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    upper[i] = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  const std::string_view wanted(upper, word.size());
  const Index& index = SortedIndex();
  auto it = std::lower_bound(index.begin(), index.end(), wanted,
                             [](uint16_t a, std::string_view w) { return kWords[a] < w; });
  if (it == index.end() || kWords[*it] != wanted) return Keyword::kNone;
  return static_cast<Keyword>(*it);
}

std::string_view KeywordText(Keyword keyword) { return kWords[static_cast<size_t>(keyword)]; }

bool IsReserved(Keyword keyword) {
  return keyword != Keyword::kNone && static_cast<size_t>(keyword) <= kReservedCount;
}

}  // namespace weir::sql
