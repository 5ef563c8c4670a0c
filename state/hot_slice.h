#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "common/base/check.h"
#include "state/page_memory.h"
#include "state/slot_layout.h"

namespace weir {

// One entry in memory; its slot follows.
struct HotEntry {
  static constexpr uint32_t kUsed = 1;         // not on the free list
  static constexpr uint32_t kPersisted = 2;    // a run or a restored file may hold the key
  static constexpr uint32_t kInCold = 4;       // the cold store holds exactly this
  static constexpr uint32_t kMaybeInCold = 8;  // the cold store may hold some version
  static constexpr uint32_t kErased = 16;      // stands for "erased" above the cold store
  static constexpr uint32_t kReferenced = 32;  // used since eviction last passed by
  static constexpr size_t kMaxKeySize = (size_t{1} << 26) - 1;

  uint64_t hash;
  union {
    char short_key[8];     // keys of up to 8 bytes, zero-padded
    const char* long_key;  // in the slice's arena
    HotEntry* next_free;
  };
  uint32_t flags : 6;
  uint32_t key_size : 26;
  uint32_t epoch;  // in which it was last changed; 0 once that is in a run

  bool has(uint32_t flag) const { return (flags & flag) != 0; }
  void set(uint32_t flag) { flags = flags | flag; }
  void clear(uint32_t flag) { flags = flags & ~flag; }
  std::string_view key() const {
    return {key_size <= sizeof(short_key) ? short_key : long_key, key_size};
  }
  bool Is(std::string_view k, uint64_t h) const { return hash == h && key() == k; }
  char* slot() { return reinterpret_cast<char*>(this) + sizeof(HotEntry); }
};
static_assert(sizeof(HotEntry) == 24);

// The entries of one slice in memory: open addressing with linear probing over 8-byte buckets
// (low half of the hash, number of the entry), entries beside it in blocks that never move.
// Knows nothing of snapshots and cold stores.
class HotSlice : public SlotArena {
 public:
  explicit HotSlice(const SlotLayout& layout);

  // A batch first asks for the buckets of its keys, then for the likely entries, then for the
  // entries themselves: each step's memory is on its way while the others are worked on.
  void PrefetchBucket(uint64_t hash) const {
    __builtin_prefetch(&buckets()[static_cast<uint32_t>(hash) & mask_]);
  }
  // The first entry whose half hash matches; null when there is certainly none.
  HotEntry* Candidate(uint64_t hash) const {
    const uint32_t tag = static_cast<uint32_t>(hash);
    for (uint32_t at = tag & mask_;; at = (at + 1) & mask_) {
      const uint64_t bucket = buckets()[at];
      if (bucket == 0) return nullptr;
      if (static_cast<uint32_t>(bucket >> 32) != tag) continue;
      HotEntry* entry = EntryAt(static_cast<uint32_t>(bucket));
      __builtin_prefetch(entry);
      __builtin_prefetch(reinterpret_cast<const char*>(entry) + entry_size_ - 1);
      return entry;
    }
  }
  HotEntry* Find(std::string_view key, uint64_t hash) const;
  // `key` must be absent. The slot is zeroed, the entry used and nothing else.
  HotEntry* Insert(std::string_view key, uint64_t hash);
  void Remove(HotEntry* entry);

  // Entries by number, 1 ... last(); those not in use are skipped by the caller.
  uint32_t last() const { return last_; }
  HotEntry* EntryAt(uint32_t number) const {
    const uint32_t n = number - 1 + kFirstBlock;
    const int block = std::bit_width(n) - std::bit_width(kFirstBlock);
    const size_t offset = n - (kFirstBlock << block);
    return reinterpret_cast<HotEntry*>(blocks_[block].data() + offset * entry_size_);
  }

  uint32_t used() const { return used_; }
  size_t entry_size() const { return entry_size_; }
  // Entries in use, buckets, byte strings.
  size_t bytes() const { return used_ * entry_size_ + index_.size() + arena_.stored(); }

  // Of these, what goes with the entries: the buckets stay.
  size_t evictable_bytes() const { return used_ * entry_size_ + arena_.stored(); }

  const char* Store(std::string_view bytes) override { return arena_.Store(bytes); }
  // Moves keys and byte strings together if more than half of what is held is likely dead, or an
  // eighth was that of entries that are gone: whoever evicts wants memory back. Slots stay where
  // they are; views of their byte strings do not.
  void CompactArena();

 private:
  static constexpr uint32_t kFirstBlock = 64;  // entries; each block is twice the one before

  // In the arena.
  size_t StoredBytesOf(HotEntry* entry) const;
  uint64_t* buckets() const { return reinterpret_cast<uint64_t*>(index_.data()); }
  void PutBucket(uint64_t bucket);
  void Grow();

  SlotLayout layout_;
  size_t entry_size_;
  PageMemory index_;
  uint32_t mask_;
  std::vector<PageMemory> blocks_;
  uint32_t capacity_ = 0;  // of all blocks
  uint32_t last_ = 0;      // highest number ever used
  uint32_t used_ = 0;
  HotEntry* free_ = nullptr;
  ByteArena arena_;
  size_t live_after_compaction_ = 0;
  size_t removed_bytes_ = 0;  // of the arena, since then: those of entries that are gone
};

}  // namespace weir
