#include "state/order_index.h"

#include <algorithm>
#include <cstring>

namespace weir {

OrderIndex::Bound OrderIndex::BoundAt(std::string_view inner) {
  uint64_t prefix = 0;
  if (!inner.empty()) std::memcpy(&prefix, inner.data(), std::min(inner.size(), sizeof(prefix)));
  return {__builtin_bswap64(prefix), inner};
}

void OrderIndex::Add(HotEntry* entry, bool complete) {
  const auto [outer, inner] = SplitInnerKey(entry->key());
  auto [it, made] = collections_.try_emplace(outer);
  if (made) {
    it->second.complete = complete;
    outer_bytes_ += outer.size();
  }
  it->second.entries.insert({BoundAt(inner).prefix, entry});
  ++entries_;
}

void OrderIndex::Remove(HotEntry* entry, bool to_cold) {
  const auto [outer, inner] = SplitInnerKey(entry->key());
  auto it = collections_.find(outer);
  CHECK(it != collections_.end()) << "an entry without a place in the order";
  Collection& collection = it->second;
  CHECK_EQ(collection.entries.erase(Ref{BoundAt(inner).prefix, entry}), size_t{1});
  --entries_;
  if (to_cold) collection.complete = false;
  if (!collection.entries.empty()) return;
  outer_bytes_ -= outer.size();
  collections_.erase(it);
}

OrderIndex::Collection* OrderIndex::Find(std::string_view outer) {
  auto it = collections_.find(outer);
  return it == collections_.end() ? nullptr : &it->second;
}

size_t OrderIndex::bytes() const {
  // A node of the tree is three quarters full or so.
  return entries_ * (sizeof(Ref) + sizeof(Ref) / 3) + outer_bytes_ +
         collections_.size() * sizeof(decltype(collections_)::value_type);
}

}  // namespace weir
