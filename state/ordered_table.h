#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "state/keyed_state.h"

namespace weir {

// A slot table whose keys lie within others (AppendInnerKey), and which knows the inner keys of an
// outer one in their bytewise order (OrderedKeyCodec makes keys whose order is SQL's): values that
// were counted, rows by rank, sessions by time. Everything is per inner key: what is dirty, what is
// evicted, what a snapshot writes; a collection may be larger than memory.
// Only the owning task's thread may call it.
class OrderedTable : public SlotTable {
 public:
  // False ends the scan. Must not call the table. `inner` lives for the call; the slot stays where
  // it is until the next Resolve, as those of Resolve do, or the next scan.
  using InnerVisitor = std::function<bool(std::string_view inner, Slot slot)>;

  // Visits the inner keys of `outer` that are not below `from`, ascending. A scan is resumed behind
  // the last key that was visited: from = that key and one zero byte.
  virtual Status ScanFrom(int64_t slice, std::string_view outer, std::string_view from,
                          const InnerVisitor& visit) = 0;
  // Visits them descending, from the last one on.
  virtual Status ScanBack(int64_t slice, std::string_view outer, const InnerVisitor& visit) = 0;
};

}  // namespace weir
