#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir {

// Numbers the groups of one batch in the order of their first appearance: open addressing over the
// hashes that the key codec has already made.
class GroupIndex {
 public:
  void Reset(size_t rows) {
    size_t size = 16;
    while (size < rows * 2) size *= 2;
    cells_.assign(size, kEmpty);
    hashes_.clear();
  }
  // `same(g)`: whether group g, whose hash is equal, is the one looked for.
  template <class Same>
  uint32_t FindOrAdd(uint64_t hash, const Same& same) {
    const size_t mask = cells_.size() - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
      uint32_t group = cells_[at];
      if (group == kEmpty) {
        hashes_.push_back(hash);
        return cells_[at] = static_cast<uint32_t>(hashes_.size() - 1);
      }
      if (hashes_[group] == hash && same(group)) return group;
    }
  }

 private:
  static constexpr uint32_t kEmpty = 0xffffffff;
  std::vector<uint32_t> cells_;
  std::vector<uint64_t> hashes_;
};

}  // namespace weir
