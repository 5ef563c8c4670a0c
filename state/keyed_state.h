#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/base/ids.h"
#include "common/base/status.h"
#include "common/base/time.h"
#include "state/key_codec.h"
#include "state/slot_layout.h"

namespace weir {

// Point access to fixed-width slots by (slice, key): accumulators. A slice is the end of a window
// slice in ms, or 0 for tables without time. Write-back: the hot tables are memory, dirty entries
// leave it at snapshots and when the budget is spent.
// Only the owning task's thread may call it.
class SlotTable {
 public:
  virtual ~SlotTable() = default;

  // The slots of keys[rows[i]] in `slice`, for a whole batch; absent ones are made, zeroed, and
  // is_new[i] set (also where the same new key appears again: only its first row is new). All are
  // marked dirty. Slots stay where they are until the next call of Resolve or of the task's step.
  virtual Status Resolve(int64_t slice, const EncodedKeys& keys, std::span<const uint32_t> rows,
                         std::span<Slot> slots, std::span<uint8_t> is_new) = 0;
  // As Resolve, for keys that must not be made: data is null where there is none. Not marked dirty.
  virtual Status Find(int64_t slice, const EncodedKeys& keys, std::span<const uint32_t> rows,
                      std::span<Slot> slots) = 0;
  virtual Status Erase(int64_t slice, std::string_view key, uint64_t hash) = 0;

  // Slices that hold something, ascending.
  virtual std::vector<int64_t> Slices() const = 0;
  virtual Status DropSlice(int64_t slice) = 0;

  // Visits entries of a slice in no particular order, resumably: at most `limit` per call; the
  // cursor starts as 0 and is 0 again at the end. The slice must not change in between (a snapshot
  // may be taken). Slots stay as those of Resolve do; the next Scan ends them as well.
  using Visitor = std::function<void(std::string_view key, uint64_t hash, Slot slot)>;
  virtual Status Scan(int64_t slice, uint64_t& cursor, size_t limit, const Visitor& visit) = 0;
  virtual uint64_t EntryCount() const = 0;  // hot entries
};

class OrderedTable;  // ordered_table.h

// When entries of a table are forgotten: so long after they were made, or last resolved.
struct TimeToLive {
  int64_t ms = 0;  // 0: never
  bool from_creation = false;

  // `stamp`: when that was; 0: not known, as of entries from before there was a time to live.
  bool IsOver(Timestamp stamp, Timestamp now) const {
    return ms > 0 && stamp != 0 && stamp <= now - ms;
  }
};

// The keyed tables of one operator of one task.
class KeyedState {
 public:
  virtual ~KeyedState() = default;
  // Of tables that are opened from here on. An entry whose time is over is absent for whoever looks
  // for it, from the next step on; its memory and disk come back by and by. Time is the wall
  // clock's at the task's start, counted on by the monotonic one: a clock that jumps forgets
  // nothing.
  virtual void SetTimeToLive(TimeToLive time_to_live) = 0;
  // A table of this name; what a restored snapshot holds of it for our key groups is in it. Fields
  // are matched by name: one that is new is zeroed, one that changed its width is refused.
  virtual StatusOr<SlotTable*> OpenSlotTable(const std::string& name, SlotLayout layout,
                                             KeyForm keys) = 0;
  StatusOr<SlotTable*> OpenSlotTable(const std::string& name, SlotLayout layout) {
    return OpenSlotTable(name, std::move(layout), KeyForm::kWhole);
  }
  // `keys`: kInner, or kNested, where the outer keys are inner ones themselves.
  virtual StatusOr<OrderedTable*> OpenOrderedTable(const std::string& name, SlotLayout layout,
                                                   KeyForm keys) = 0;
  StatusOr<OrderedTable*> OpenOrderedTable(const std::string& name, SlotLayout layout) {
    return OpenOrderedTable(name, std::move(layout), KeyForm::kInner);
  }
  virtual KeyGroupRange key_groups() const = 0;
  virtual int32_t max_parallelism() const = 0;
};

}  // namespace weir
