#pragma once

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <span>

namespace weir::limits {

// Count and sum by key: open addressing with linear probing over 32-byte cells on huge pages, of a
// size that is known beforehand. A batch asks for the memory of all its keys before it touches any.
class KeyTable {
 public:
  explicit KeyTable(int64_t keys) {
    while (cells_ < 2 * static_cast<size_t>(keys)) cells_ *= 2;
    constexpr size_t kHugePage = 2 << 20;
    size_t bytes = (cells_ * sizeof(Cell) + kHugePage - 1) / kHugePage * kHugePage;
    data_ = static_cast<Cell*>(std::aligned_alloc(kHugePage, bytes));
    madvise(data_, bytes, MADV_HUGEPAGE);
    for (size_t i = 0; i < cells_; ++i) data_[i] = Cell{};
  }
  ~KeyTable() { std::free(data_); }
  KeyTable(const KeyTable&) = delete;
  KeyTable& operator=(const KeyTable&) = delete;

  void Add(std::span<const int64_t> keys, std::span<const double> amounts) {
    constexpr size_t kGroup = 64;
    uint64_t at[kGroup];
    for (size_t begin = 0; begin < keys.size(); begin += kGroup) {
      const size_t n = std::min(kGroup, keys.size() - begin);
      for (size_t i = 0; i < n; ++i) {
        at[i] = Hash(keys[begin + i]) & (cells_ - 1);
        __builtin_prefetch(&data_[at[i]], 1);
      }
      for (size_t i = 0; i < n; ++i) AddAt(at[i], keys[begin + i], amounts[begin + i]);
    }
  }

  int64_t TotalCount() const {
    int64_t total = 0;
    for (size_t i = 0; i < cells_; ++i) total += data_[i].count;
    return total;
  }

 private:
  struct Cell {
    int64_t key = 0;
    int64_t count = 0;  // 0: free
    double sum = 0;
    int64_t unused = 0;
  };

  static uint64_t Hash(int64_t key) {
    uint64_t h = static_cast<uint64_t>(key) * 0x9e3779b97f4a7c15u;
    return h ^ h >> 32;
  }
  void AddAt(uint64_t at, int64_t key, double amount) {
    while (data_[at].count != 0 && data_[at].key != key) at = (at + 1) & (cells_ - 1);
    data_[at].key = key;
    data_[at].count += 1;
    data_[at].sum += amount;
  }

  size_t cells_ = 16;
  Cell* data_;
};

}  // namespace weir::limits
