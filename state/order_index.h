#pragma once

#include <absl/container/btree_set.h>
#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "state/hot_slice.h"
#include "state/key_codec.h"

namespace weir {

// The order of one slice's entries: for each outer key the entries in memory, sorted by inner key,
// and whether they are all there are. The entries are the slice's; those that stand for "erased"
// are among them.
class OrderIndex {
 public:
  // Beside the entry the beginning of its inner key, so that most comparisons touch no entry.
  struct Ref {
    uint64_t prefix;
    HotEntry* entry;
    std::string_view inner() const { return SplitInnerKey(entry->key()).second; }
  };
  struct Bound {
    uint64_t prefix;
    std::string_view inner;
  };
  static Bound BoundAt(std::string_view inner);

  struct Before {
    using is_transparent = void;
    bool operator()(const Ref& a, const Ref& b) const {
      return a.prefix != b.prefix ? a.prefix < b.prefix : a.inner() < b.inner();
    }
    bool operator()(const Ref& a, const Bound& b) const {
      return a.prefix != b.prefix ? a.prefix < b.prefix : a.inner() < b.inner;
    }
    bool operator()(const Bound& a, const Ref& b) const {
      return a.prefix != b.prefix ? a.prefix < b.prefix : a.inner < b.inner();
    }
  };
  struct Collection {
    absl::btree_set<Ref, Before> entries;
    bool complete = false;  // the cold store holds none that is not here
  };

  // `complete`: what a collection is that begins with this entry.
  void Add(HotEntry* entry, bool complete);
  // The entry is about to leave memory. `to_cold`: the cold store holds it.
  void Remove(HotEntry* entry, bool to_cold);
  // Null: none of its entries is in memory. Valid until the next Add or Remove.
  Collection* Find(std::string_view outer);

  size_t bytes() const;

 private:
  // Abseil's own hashing does not know std::string_view (docs/adr/0001).
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return KeyCodec::Hash(key); }
  };
  absl::flat_hash_map<std::string, Collection, Hash, std::equal_to<>> collections_;  // by outer key
  size_t entries_ = 0;
  size_t outer_bytes_ = 0;
};

}  // namespace weir
