#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/base/time.h"
#include "state/ordered_table.h"

namespace weir {

// What waits for the watermark: entries in the order of their times, each with a name that tells it
// from others of its time, and a slot. Lies in a table, by key group, so that it is part of
// snapshots, moves with its keys and may be larger than memory.
class TimerTable {
 public:
  // `slot` lives for the call.
  using Visitor = std::function<void(Timestamp time, std::string_view name, Slot slot)>;

  Status Open(KeyedState& state, const std::string& table, SlotLayout layout);

  // `hash` is that of the key whose group the entry belongs to.
  StatusOr<Slot> Put(Timestamp time, std::string_view name, uint64_t hash);
  Status Erase(Timestamp time, std::string_view name, uint64_t hash);
  // Takes out the first entries whose time is not behind `watermark`, at most `limit`, ascending by
  // time; kMaxTimestamp never comes. Those of one time come in any order.
  Status Take(Timestamp watermark, size_t limit, const Visitor& visit);

 private:
  Status TakeOf(size_t group, Timestamp bound, size_t limit, size_t& taken, const Visitor& visit);
  size_t GroupOf(uint64_t hash) const;
  void MakeKey(size_t group, Timestamp time, std::string_view name);

  OrderedTable* table_ = nullptr;  // time and name within a name of the key group
  int32_t max_parallelism_ = 128;
  int32_t first_group_ = 0;
  std::vector<std::string> group_names_;
  std::vector<Timestamp> next_;  // of each key group: when its next entry is due, or earlier

  EncodedKeys key_;
  std::string inner_, scratch_, inners_;
  std::vector<size_t> ends_;
};

}  // namespace weir
