#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "state/entry_block.h"

namespace weir {

// Several sorted sequences of entries of one slice as one: of equal keys that of the newest
// sequence, erased ones included. A binary heap over the sequences' heads.
class SortedMerge {
 public:
  enum class Order { kUp, kDown };
  // The next block of a sequence, in the merge's order; null at the end. It stays until it is asked
  // for the one after.
  using Blocks = std::function<StatusOr<std::shared_ptr<const EntryBlock>>()>;

  explicit SortedMerge(Order order) : order_(order) {}

  // A sequence that is newer than those added before. Entries outside of `groups` are left out, and
  // so are those before `from` (upwards) or not before it (downwards), if it is given.
  Status Add(Blocks blocks, KeyGroupRange groups, const EntryPlace* from = nullptr);
  // Valid until the next call; null at the end. kDataLoss when a sequence is not in order.
  StatusOr<const StateEntry*> Next();

 private:
  struct Sequence {
    Blocks blocks;
    KeyGroupRange groups;
    std::shared_ptr<const EntryBlock> block;
    size_t next = 0;  // upwards the entry behind `head`, downwards `head` itself
    StateEntry head;
    bool begun = false;  // there was one
  };

  // Moves to the next entry of a sequence; false at its end.
  StatusOr<bool> Advance(Sequence& sequence);
  // `a` comes out after `b`.
  bool After(size_t a, size_t b) const;
  Status Push(size_t sequence);
  size_t Pop();

  const Order order_;
  std::vector<Sequence> sequences_;  // oldest first
  std::vector<size_t> heap_;         // that are not at their end
  bool given_ = false;               // the top of the heap was handed out
  std::string key_;                  // of it
};

}  // namespace weir
