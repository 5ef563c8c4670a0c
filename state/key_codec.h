#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/data/batch.h"
#include "common/data/column_builder.h"
#include "state/key_groups.h"

// Keys as bytes, their hash, and the key group they belong to. Frozen by golden vectors: a
// checkpoint written today is read by every later version.

namespace weir {

inline int32_t KeyGroupOf(uint64_t hash, int32_t max_parallelism) {
  return static_cast<int32_t>((hash >> 32) % static_cast<uint32_t>(max_parallelism));
}

// The keys of a batch, one per row, in one buffer. Null is a key like any other.
class EncodedKeys {
 public:
  size_t size() const { return hashes_.size(); }
  std::string_view key(size_t i) const {
    return {bytes_.data() + offsets_[i], offsets_[i + 1] - offsets_[i]};
  }
  uint64_t hash(size_t i) const { return hashes_[i]; }
  std::span<const uint64_t> hashes() const { return hashes_; }

  void Clear() {
    bytes_.clear();
    offsets_.assign(1, 0);
    hashes_.clear();
  }
  // One more key, with the hash that places it (HashOf).
  void Append(std::string_view key, uint64_t hash) {
    bytes_.insert(bytes_.end(), key.begin(), key.end());
    offsets_.push_back(static_cast<uint32_t>(bytes_.size()));
    hashes_.push_back(hash);
  }

 private:
  friend class KeyCodec;
  std::vector<char> bytes_;
  std::vector<uint32_t> offsets_{0};
  std::vector<uint64_t> hashes_;
};

// What the keys of a table are, and so where one lies: a restore has only the key to tell.
enum class KeyForm {
  kWhole,   // as KeyCodec makes them, placed by their hash
  kInner,   // a key that lies within another (AppendInnerKey), in the key group of that one
  kNested,  // one that lies within an inner key, in the key group of the outermost
};
uint64_t HashOf(KeyForm form, std::string_view key);

// `inner` within `outer`, whose hash is `outer_hash`. `scratch` is memory to reuse.
void AppendInnerKey(std::string_view outer, uint64_t outer_hash, std::string_view inner,
                    EncodedKeys& out, std::string& scratch);
// The key alone, without its hash.
std::string InnerKeyOf(std::string_view outer, std::string_view inner);
// Outer and inner again.
std::pair<std::string_view, std::string_view> SplitInnerKey(std::string_view key);

// Encodes the key columns of batches and decodes them again. Not thread-safe (scratch memory).
class KeyCodec {
 public:
  explicit KeyCodec(std::vector<DataType> types);
  // `columns`: one per type, all of `rows` cells. The result is reused by the next call with it.
  void Encode(std::span<const ColumnPtr> columns, size_t rows, EncodedKeys& out) const;
  // Appends one key to one builder per type.
  void Decode(std::string_view key, std::span<ColumnBuilder* const> out) const;
  static uint64_t Hash(std::string_view key);

 private:
  std::vector<DataType> types_;
};

}  // namespace weir
