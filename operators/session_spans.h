#pragma once

#include <cstdint>
#include <vector>

#include "operators/window.h"

namespace weir {

// Decides to which session each row of a batch belongs. Knows of the sessions when they begin and
// end, not what is in them: those of the table that the batch may touch, and those that it makes.
// A row reaches from its time to the gap behind it; what it touches, ends included, becomes one.
// Pure.
class SessionSpans {
 public:
  static constexpr uint32_t kNone = 0xffffffff;
  struct Span {
    WallTime start = 0;
    WallTime end = 0;  // exclusive
    uint32_t group = 0;
    uint32_t older = kNone;     // the group's next one
    bool stored = false;        // in the table, under
    WallTime stored_start = 0;  // what was its start then
    uint32_t run = 0;           // that last added rows to it
    uint32_t at = 0;            // among those of that run
  };
  // What a row touches. Sessions are apart, so that it is two at most.
  struct Touched {
    uint32_t span = kNone;   // the older one, if there are two
    uint32_t later = kNone;  // the other
    uint32_t* link;          // to the first one that does not begin behind the row's reach
  };

  void Reset(size_t groups, int64_t gap) {
    gap_ = gap;
    spans_.clear();
    heads_.assign(groups, kNone);
    tails_.assign(groups, kNone);
  }
  // A session of the table; those of one group come from the latest to the oldest.
  void Load(uint32_t group, WallTime start, WallTime end) {
    const uint32_t added = static_cast<uint32_t>(spans_.size());
    spans_.push_back(
        {.start = start, .end = end, .group = group, .stored = true, .stored_start = start});
    if (tails_[group] == kNone) {
      heads_[group] = added;
    } else {
      spans_[tails_[group]].older = added;
    }
    tails_[group] = added;
  }

  // The link is good until the next Add.
  Touched Touch(uint32_t group, WallTime time) {
    uint32_t* link = &heads_[group];
    while (*link != kNone && spans_[*link].start > time + gap_) link = &spans_[*link].older;
    const uint32_t first = *link;
    if (first == kNone || spans_[first].end < time) return {.link = link};
    const uint32_t second = spans_[first].older;
    if (second == kNone || spans_[second].end < time) return {.span = first, .link = link};
    return {.span = second, .later = first, .link = link};
  }
  // A session of its own for a row that touches none.
  uint32_t Add(uint32_t group, WallTime time, const Touched& none) {
    const uint32_t added = static_cast<uint32_t>(spans_.size());
    const uint32_t older = *none.link;
    *none.link = added;
    spans_.push_back({.start = time, .end = time + gap_, .group = group, .older = older});
    return added;
  }
  // The row's time becomes part of the session that it touches.
  void Extend(uint32_t span, WallTime time) {
    spans_[span].start = std::min(spans_[span].start, time);
    spans_[span].end = std::max(spans_[span].end, time + gap_);
  }
  // The two that a row touches become one: the older.
  void Merge(const Touched& two) {
    spans_[two.span].end = spans_[two.later].end;
    *two.link = two.span;
  }

  Span& operator[](uint32_t span) { return spans_[span]; }

 private:
  int64_t gap_ = 0;
  std::vector<Span> spans_;
  std::vector<uint32_t> heads_, tails_;  // of each group: its latest; while loading, its oldest
};

}  // namespace weir
