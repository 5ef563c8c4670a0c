#include "state/hot_slice.h"

#include <utility>

namespace weir {
namespace {

constexpr size_t kFirstBuckets = 128;
constexpr size_t kWorthCompacting = 256 << 10;
constexpr size_t kLeastRemoved = 4 << 10;

}  // namespace

HotSlice::HotSlice(const SlotLayout& layout)
    : layout_(layout),
      entry_size_(sizeof(HotEntry) + layout.width()),
      index_(kFirstBuckets * sizeof(uint64_t)),
      mask_(kFirstBuckets - 1) {}

HotEntry* HotSlice::Find(std::string_view key, uint64_t hash) const {
  const uint32_t tag = static_cast<uint32_t>(hash);
  for (uint32_t at = tag & mask_;; at = (at + 1) & mask_) {
    const uint64_t bucket = buckets()[at];
    if (bucket == 0) return nullptr;
    if (static_cast<uint32_t>(bucket >> 32) != tag) continue;
    HotEntry* entry = EntryAt(static_cast<uint32_t>(bucket));
    if (entry->Is(key, hash)) return entry;
  }
}

void HotSlice::PutBucket(uint64_t bucket) {
  uint32_t at = static_cast<uint32_t>(bucket >> 32) & mask_;
  while (buckets()[at] != 0) at = (at + 1) & mask_;
  buckets()[at] = bucket;
}

void HotSlice::Grow() {
  PageMemory old = std::move(index_);
  const size_t count = old.size() / sizeof(uint64_t);
  CHECK_LT(count, size_t{1} << 31) << "too many keys in one slice";
  index_ = PageMemory(old.size() * 2);
  mask_ = static_cast<uint32_t>(count * 2 - 1);
  const uint64_t* from = reinterpret_cast<const uint64_t*>(old.data());
  for (size_t i = 0; i < count; ++i) {
    if (from[i] != 0) PutBucket(from[i]);
  }
}

HotEntry* HotSlice::Insert(std::string_view key, uint64_t hash) {
  CHECK_LE(key.size(), HotEntry::kMaxKeySize) << "a key of more than 64 MB";
  if ((used_ + 1) > mask_ / 8 * 5) Grow();
  uint32_t number;
  HotEntry* entry = free_;
  if (entry != nullptr) {
    number = static_cast<uint32_t>(entry->hash);  // see Remove
    free_ = entry->next_free;
    std::memset(entry, 0, entry_size_);
  } else {
    if (last_ == capacity_) {
      const uint32_t count = kFirstBlock << blocks_.size();
      blocks_.emplace_back(count * entry_size_);
      capacity_ += count;
    }
    number = ++last_;
    entry = EntryAt(number);
  }
  entry->hash = hash;
  entry->flags = HotEntry::kUsed;
  entry->key_size = static_cast<uint32_t>(key.size()) & HotEntry::kMaxKeySize;
  if (key.size() <= sizeof(entry->short_key)) {
    if (!key.empty()) std::memcpy(entry->short_key, key.data(), key.size());
  } else {
    entry->long_key = arena_.Store(key);
  }
  PutBucket(hash << 32 | number);
  ++used_;
  return entry;
}

size_t HotSlice::StoredBytesOf(HotEntry* entry) const {
  size_t bytes = entry->key_size > sizeof(entry->short_key) ? entry->key_size : 0;
  for (size_t f = 0; f < layout_.fields().size(); ++f) {
    if (layout_.fields()[f].kind != SlotFieldKind::kBytes) continue;
    SlotBytes stored;
    std::memcpy(&stored, entry->slot() + layout_.offset(f), sizeof(stored));
    bytes += stored.size;
  }
  return bytes;
}

void HotSlice::Remove(HotEntry* entry) {
  removed_bytes_ += StoredBytesOf(entry);
  // Find its bucket, then close the gap: what follows and may move nearer to its place does.
  uint32_t gap = static_cast<uint32_t>(entry->hash) & mask_;
  while (buckets()[gap] == 0 || EntryAt(static_cast<uint32_t>(buckets()[gap])) != entry) {
    CHECK_NE(buckets()[gap], 0u) << "an entry without a bucket";
    gap = (gap + 1) & mask_;
  }
  const uint32_t number = static_cast<uint32_t>(buckets()[gap]);
  for (uint32_t at = (gap + 1) & mask_; buckets()[at] != 0; at = (at + 1) & mask_) {
    const uint32_t home = static_cast<uint32_t>(buckets()[at] >> 32) & mask_;
    if (((at - home) & mask_) < ((at - gap) & mask_)) continue;
    buckets()[gap] = buckets()[at];
    gap = at;
  }
  buckets()[gap] = 0;
  entry->flags = 0;
  entry->epoch = 0;  // lists of changed entries may still name it: they skip it
  entry->hash = number;
  entry->next_free = free_;
  free_ = entry;
  --used_;
}

void HotSlice::CompactArena() {
  const bool mostly_dead = arena_.stored() >= 2 * live_after_compaction_ + kWorthCompacting;
  const bool much_removed =
      removed_bytes_ >= kLeastRemoved && removed_bytes_ >= arena_.stored() / 8;
  if (!mostly_dead && !much_removed) return;
  ByteArena fresh;
  for (uint32_t number = 1; number <= last_; ++number) {
    HotEntry* entry = EntryAt(number);
    if (!entry->has(HotEntry::kUsed)) continue;
    if (entry->key_size > sizeof(entry->short_key)) entry->long_key = fresh.Store(entry->key());
    for (size_t f = 0; f < layout_.fields().size(); ++f) {
      if (layout_.fields()[f].kind != SlotFieldKind::kBytes) continue;
      char* at = entry->slot() + layout_.offset(f);
      SlotBytes bytes;
      std::memcpy(&bytes, at, sizeof(bytes));
      if (bytes.size > 0) bytes.data = fresh.Store({bytes.data, bytes.size});
      std::memcpy(at, &bytes, sizeof(bytes));
    }
  }
  arena_ = std::move(fresh);
  live_after_compaction_ = arena_.stored();
  removed_bytes_ = 0;
}

}  // namespace weir
