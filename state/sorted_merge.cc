#include "state/sorted_merge.h"

#include <algorithm>

namespace weir {
namespace {

EntryPlace PlaceOf(const StateEntry& entry) { return {entry.group, entry.key}; }

}  // namespace

Status SortedMerge::Add(Blocks blocks, KeyGroupRange groups, const EntryPlace* from) {
  Sequence& sequence = sequences_.emplace_back();
  sequence.blocks = std::move(blocks);
  sequence.groups = groups;
  ASSIGN_OR_RETURN(sequence.block, sequence.blocks());
  // The first blocks may lie outside altogether.
  while (sequence.block) {
    const EntryBlock& block = *sequence.block;
    const size_t bound = from ? block.LowerBound(*from) : order_ == Order::kUp ? 0 : block.size();
    sequence.next = bound;
    if (order_ == Order::kUp ? bound < block.size() : bound > 0) break;
    ASSIGN_OR_RETURN(sequence.block, sequence.blocks());
  }
  return Push(sequences_.size() - 1);
}

StatusOr<bool> SortedMerge::Advance(Sequence& sequence) {
  const bool up = order_ == Order::kUp;
  std::string last_key;  // of the block before
  while (sequence.block) {
    while (up ? sequence.next < sequence.block->size() : sequence.next > 0) {
      const StateEntry entry = sequence.block->At(up ? sequence.next++ : --sequence.next);
      if (sequence.begun) {
        const auto order = PlaceOf(sequence.head) <=> PlaceOf(entry);
        if (up ? order >= 0 : order <= 0) {
          return DataLossError("a state file is damaged: its entries are out of order");
        }
      }
      sequence.begun = true;
      sequence.head = entry;
      if (sequence.groups.Contains(entry.group)) return true;
    }
    last_key = sequence.head.key;
    sequence.head.key = last_key;
    ASSIGN_OR_RETURN(sequence.block, sequence.blocks());
    if (sequence.block) sequence.next = up ? 0 : sequence.block->size();
  }
  return false;
}

bool SortedMerge::After(size_t a, size_t b) const {
  const auto order = PlaceOf(sequences_[a].head) <=> PlaceOf(sequences_[b].head);
  if (order == 0) return a < b;  // the newer one first
  return order_ == Order::kUp ? order > 0 : order < 0;
}

Status SortedMerge::Push(size_t sequence) {
  ASSIGN_OR_RETURN(bool more, Advance(sequences_[sequence]));
  if (!more) return OkStatus();
  heap_.push_back(sequence);
  std::push_heap(heap_.begin(), heap_.end(), [this](size_t a, size_t b) { return After(a, b); });
  return OkStatus();
}

size_t SortedMerge::Pop() {
  std::pop_heap(heap_.begin(), heap_.end(), [this](size_t a, size_t b) { return After(a, b); });
  const size_t sequence = heap_.back();
  heap_.pop_back();
  return sequence;
}

StatusOr<const StateEntry*> SortedMerge::Next() {
  if (given_) {
    // Copied: the sequence that holds it moves on first.
    const StateEntry& last = sequences_[heap_.front()].head;
    key_ = last.key;
    const EntryPlace place{last.group, key_};
    while (!heap_.empty() && PlaceOf(sequences_[heap_.front()].head) == place) {
      RETURN_IF_ERROR(Push(Pop()));
    }
  }
  given_ = !heap_.empty();
  return given_ ? &sequences_[heap_.front()].head : nullptr;
}

}  // namespace weir
