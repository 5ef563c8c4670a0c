#include "operators/functions/like_pattern.h"

namespace weir {
namespace {

size_t CharacterLength(char first) {
  auto c = static_cast<unsigned char>(first);
  return c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
}

constexpr size_t kNone = std::string_view::npos;

}  // namespace

Status LikePattern::Compile(std::string_view pattern, std::string_view escape) {
  if (compiled_ && pattern_ == pattern && escape_ == escape) return OkStatus();
  compiled_ = false;
  if (escape.size() > 1) {
    return InvalidArgumentError("the escape of LIKE is one character, not '" + std::string(escape) +
                                "'");
  }
  pieces_.assign(1, Piece());
  for (size_t i = 0; i < pattern.size(); ++i) {
    char c = pattern[i];
    if (!escape.empty() && c == escape[0]) {
      char next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
      if (next != '%' && next != '_' && next != escape[0]) {
        return InvalidArgumentError("the pattern '" + std::string(pattern) +
                                    "' has an escape that escapes nothing");
      }
      pieces_.back().bytes += next;
      ++i;
    } else if (c == '%') {
      pieces_.emplace_back();
      continue;
    } else {
      pieces_.back().bytes += c;
      if (c == '_') {
        pieces_.back().any.resize(pieces_.back().bytes.size());
        pieces_.back().any.back() = true;
      }
    }
  }
  // An empty pattern matches everything, as in Flink.
  if (pattern.empty()) pieces_.emplace_back();
  for (Piece& piece : pieces_) {
    if (!piece.any.empty()) piece.any.resize(piece.bytes.size());
  }
  pattern_ = pattern;
  escape_ = escape;
  compiled_ = true;
  return OkStatus();
}

size_t LikePattern::Piece::MatchAt(std::string_view text, size_t at) const {
  if (any.empty()) return text.substr(at).starts_with(bytes) ? at + bytes.size() : kNone;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (at >= text.size()) return kNone;
    if (any[i]) {
      at += CharacterLength(text[at]);
      if (at > text.size()) return kNone;
    } else if (text[at++] != bytes[i]) {
      return kNone;
    }
  }
  return at;
}

size_t LikePattern::Piece::Find(std::string_view text, size_t from, size_t* end) const {
  if (any.empty()) {
    size_t found = text.find(bytes, from);
    if (found != kNone) *end = found + bytes.size();
    return found;
  }
  for (size_t at = from; at <= text.size();
       at += at < text.size() ? CharacterLength(text[at]) : 1) {
    size_t matched = MatchAt(text, at);
    if (matched != kNone) {
      *end = matched;
      return at;
    }
  }
  return kNone;
}

// The first piece is anchored at the start, the last at the end; each one between is taken where it
// first fits, which leaves the most for those behind it.
bool LikePattern::Matches(std::string_view text) const {
  size_t at = pieces_.front().MatchAt(text, 0);
  if (at == kNone) return false;
  if (pieces_.size() == 1) return at == text.size();
  for (size_t i = 1; i + 1 < pieces_.size(); ++i) {
    size_t end = at;
    if (pieces_[i].Find(text, at, &end) == kNone) return false;
    at = end;
  }
  const Piece& last = pieces_.back();
  if (last.any.empty()) {
    return text.size() - at >= last.bytes.size() && text.ends_with(last.bytes);
  }
  for (; at <= text.size(); at += at < text.size() ? CharacterLength(text[at]) : 1) {
    if (last.MatchAt(text, at) == text.size()) return true;
  }
  return false;
}

}  // namespace weir
