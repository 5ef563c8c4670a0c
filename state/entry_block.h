#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "state/key_codec.h"
#include "state/slot_codec.h"
#include "state/storage/state_file.h"

namespace weir {

// Where the keys of a table lie.
struct KeyPlacement {
  KeyForm form = KeyForm::kWhole;
  int32_t max_parallelism = 128;

  uint64_t Hash(std::string_view key) const { return HashOf(form, key); }
  int32_t Group(uint64_t hash) const { return KeyGroupOf(hash, max_parallelism); }
};

// A place in a slice's order: (key group, key).
struct EntryPlace {
  int32_t group = 0;
  std::string_view key;
  friend auto operator<=>(const EntryPlace&, const EntryPlace&) = default;
};

// Entries of one slice as bytes, with where each begins, in order of (key group, key), each key
// once. Immutable. The views of its entries live as long as it does; it leans on the SlotReader.
class EntryBlock {
 public:
  // Bytes that are in order. Null: they are not entries.
  static std::unique_ptr<EntryBlock> InOrder(int64_t slice, std::string bytes,
                                             const SlotReader& slots, KeyPlacement placement);
  // Bytes in the order in which they were written: of equal keys the last counts. The bytes are
  // borrowed. Null: they are not entries.
  static std::unique_ptr<EntryBlock> Sorted(int64_t slice, std::string_view bytes,
                                            const SlotReader& slots, KeyPlacement placement);

  size_t size() const { return offsets_.size(); }
  StateEntry At(size_t i) const;
  // The first entry that is not before `place`; size() when there is none.
  size_t LowerBound(EntryPlace place) const;
  size_t bytes() const {
    return owned_.size() + offsets_.size() * sizeof(uint32_t) + sizeof(*this);
  }

 private:
  EntryBlock(int64_t slice, const SlotReader& slots, KeyPlacement placement)
      : slice_(slice), slots_(&slots), placement_(placement) {}
  bool FindOffsets();

  int64_t slice_;
  const SlotReader* slots_;
  KeyPlacement placement_;
  std::string owned_;
  std::string_view bytes_;
  std::vector<uint32_t> offsets_;
};

// Makes slots that were written with other fields into slots of the table's.
class SlotTranslator {
 public:
  SlotTranslator(SlotReader stored, const SlotLayout& layout)
      : stored_(std::move(stored)), writer_(layout) {}
  const SlotReader& stored() const { return stored_; }
  bool needed() const { return !stored_.same(); }
  // A block's bytes with all slots translated; false: they are not entries.
  bool Translate(std::string_view block, std::string& out) const;

 private:
  SlotReader stored_;
  SlotWriter writer_;
};

}  // namespace weir
