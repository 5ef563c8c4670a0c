#include "state/entry_block.h"

#include <algorithm>

#include "common/base/check.h"
#include "state/page_memory.h"

namespace weir {

std::unique_ptr<EntryBlock> EntryBlock::InOrder(int64_t slice, std::string bytes,
                                                const SlotReader& slots, KeyPlacement placement) {
  std::unique_ptr<EntryBlock> block(new EntryBlock(slice, slots, placement));
  block->owned_ = std::move(bytes);
  block->bytes_ = block->owned_;
  return block->FindOffsets() ? std::move(block) : nullptr;
}

std::unique_ptr<EntryBlock> EntryBlock::Sorted(int64_t slice, std::string_view bytes,
                                               const SlotReader& slots, KeyPlacement placement) {
  std::unique_ptr<EntryBlock> block(new EntryBlock(slice, slots, placement));
  block->bytes_ = bytes;
  if (!block->FindOffsets()) return nullptr;
  struct Placed {
    EntryPlace place;
    uint32_t offset;
  };
  std::vector<Placed> placed;
  placed.reserve(block->size());
  for (size_t i = 0; i < block->size(); ++i) {
    const StateEntry entry = block->At(i);
    placed.push_back({{entry.group, entry.key}, block->offsets_[i]});
  }
  std::sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
    const auto order = a.place <=> b.place;
    return order != 0 ? order < 0 : a.offset > b.offset;
  });
  placed.erase(std::unique(placed.begin(), placed.end(),
                           [](const Placed& a, const Placed& b) { return a.place == b.place; }),
               placed.end());
  block->offsets_.clear();
  for (const Placed& p : placed) block->offsets_.push_back(p.offset);
  return block;
}

bool EntryBlock::FindOffsets() {
  CHECK_LE(bytes_.size(), size_t{UINT32_MAX}) << "a block of 4 GB";
  for (std::string_view rest = bytes_; !rest.empty();) {
    offsets_.push_back(static_cast<uint32_t>(bytes_.size() - rest.size()));
    std::string_view key;
    bool erased;
    if (!TakeKey(rest, key, erased) || (!erased && !slots_->Skip(rest))) return false;
  }
  return true;
}

StateEntry EntryBlock::At(size_t i) const {
  StateEntry entry;
  std::string_view rest = bytes_.substr(offsets_[i]);
  CHECK(TakeKey(rest, entry.key, entry.erased));
  entry.slot = rest;
  if (!entry.erased) CHECK(slots_->Skip(rest));
  entry.slot.remove_suffix(entry.erased ? entry.slot.size() : rest.size());
  entry.slice = slice_;
  entry.hash = placement_.Hash(entry.key);
  entry.group = placement_.Group(entry.hash);
  return entry;
}

size_t EntryBlock::LowerBound(EntryPlace place) const {
  size_t first = 0, last = size();
  while (first < last) {
    const size_t middle = (first + last) / 2;
    const StateEntry entry = At(middle);
    if (EntryPlace{entry.group, entry.key} < place) {
      first = middle + 1;
    } else {
      last = middle;
    }
  }
  return first;
}

namespace {

class Scratch : public SlotArena {
 public:
  const char* Store(std::string_view bytes) override { return arena_.Store(bytes); }

 private:
  ByteArena arena_;
};

}  // namespace

bool SlotTranslator::Translate(std::string_view block, std::string& out) const {
  out.clear();
  Scratch scratch;
  std::string slot;
  while (!block.empty()) {
    std::string_view key;
    bool erased;
    if (!TakeKey(block, key, erased)) return false;
    if (erased) {
      AppendErased(key, out);
      continue;
    }
    slot.assign(writer_.layout().width(), '\0');
    if (!stored_.Read(block, {slot.data(), &scratch})) return false;
    AppendKey(key, out);
    writer_.Append(slot.data(), out);
  }
  return true;
}

}  // namespace weir
