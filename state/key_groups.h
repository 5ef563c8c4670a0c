#pragma once

#include <cstdint>

// Which key groups a subtask owns. Frozen: the same in every release, and as Flink has it. In a
// file of its own because the job manager cuts state by it and knows nothing of keys.

namespace weir {

// First and last key group of a subtask, both included.
struct KeyGroupRange {
  int32_t first = 0;
  int32_t last = 0;

  bool Contains(int32_t group) const { return first <= group && group <= last; }
  bool Overlaps(KeyGroupRange other) const { return first <= other.last && other.first <= last; }
  // Of overlapping ranges.
  KeyGroupRange Intersect(KeyGroupRange other) const {
    return {first > other.first ? first : other.first, last < other.last ? last : other.last};
  }
  friend bool operator==(const KeyGroupRange&, const KeyGroupRange&) = default;
};

// The range of subtask `subtask` of `parallelism`: contiguous, complete, even to within one.
// [ceil(i * max / p), ceil((i + 1) * max / p) - 1]
constexpr KeyGroupRange KeyGroupRangeFor(int32_t subtask, int32_t parallelism,
                                         int32_t max_parallelism) {
  const int64_t i = subtask, p = parallelism, max = max_parallelism;
  return {static_cast<int32_t>((i * max + p - 1) / p),
          static_cast<int32_t>(((i + 1) * max + p - 1) / p - 1)};
}

// The subtask whose range contains `key_group`.
constexpr int32_t SubtaskOf(int32_t key_group, int32_t parallelism, int32_t max_parallelism) {
  return static_cast<int32_t>(int64_t{key_group} * parallelism / max_parallelism);
}

}  // namespace weir
