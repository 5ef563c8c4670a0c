#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "state/slot_layout.h"

// Slots as bytes: the fields in order, a fixed one as its bytes, a byte string with its length in
// front. What is stored and spilled; frozen with the state file.

namespace weir {

class SlotWriter {
 public:
  explicit SlotWriter(SlotLayout layout);
  void Append(const char* slot, std::string& out) const;
  const SlotLayout& layout() const { return layout_; }

 private:
  struct Piece {
    uint32_t offset;
    uint32_t width;
    bool bytes;
  };
  SlotLayout layout_;
  std::vector<Piece> pieces_;  // neighbouring fixed fields are one
};

// Reads slots that were written with the fields `stored` into slots of `target`: fields are matched
// by name, those that are gone are skipped, new ones stay zero.
class SlotReader {
 public:
  // kInvalidArgument when a field of one name has another kind or width.
  static StatusOr<SlotReader> Make(const std::vector<SlotField>& stored, const SlotLayout& target);

  static SlotReader Of(const SlotLayout& layout);  // of slots that were written with it

  // Takes one slot off the front of `in`; false when the bytes are none. `slot` is zeroed memory.
  bool Read(std::string_view& in, Slot slot) const;
  bool Skip(std::string_view& in) const;
  // Stored and target fields are the same: bytes can be passed on as they are.
  bool same() const { return same_; }

 private:
  struct Piece {
    uint32_t width;
    bool bytes;
    bool kept;
    uint32_t offset;  // in the target, if kept
  };
  std::vector<Piece> pieces_;
  bool same_ = false;
};

}  // namespace weir
