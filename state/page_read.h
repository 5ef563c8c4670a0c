#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "state/slot_layout.h"

namespace weir {

// Some of a table's entries for people, in the order of a state file: by slice, key group and key.
// Read in pieces between the task's steps, changing nothing: an operator may be in the middle of a
// scan. An entry that is there all the while is read, and once, wherever it moves meanwhile; each
// is read as it is at the end of the piece that brings it.
struct PageRead {
  // The entries of one key.
  struct Key {
    std::string beginning;  // of their keys in the table
    uint64_t hash = 0;      // of the key that places them
    bool whole = false;     // `beginning` is all of it: one entry a slice
  };
  std::optional<Key> key;  // none: every key
  size_t limit = 100;      // entries to be taken
  // Takes an entry; false: it is the last one that there is room for. The slot lives for the call.
  std::function<bool(int64_t slice, std::string_view key, Slot slot)> take;

  // Behind what the page begins; at its end: behind what the next one does. `place` is an entry's
  // in the slice (ColdTable::PlaceOf); empty: in front of them all.
  int64_t slice = INT64_MIN;
  std::string place;
  bool done = false;
  bool more = false;  // once it is done: there may be entries behind it

  // Between the pieces, for the table: which entries of the slice in memory are the next ones.
  size_t taken = 0;
  bool begun = false;
  bool in_memory = false;  // all of the slice was when it was begun
  uint32_t next_entry = 1;
  std::vector<std::string> nearest;  // a heap, the farthest on top
};

}  // namespace weir
