#include <algorithm>
#include <cstring>

#include "state/write_back_table.h"

// Scans of a write-back table: what is hot, and what only the cold store has.

namespace weir {
namespace {

constexpr uint64_t kColdCursor = uint64_t{1} << 62;
// Entries that an ordered scan reads from the cold store at a time. A collection of not more than
// these is loaded, and then complete.
constexpr size_t kColdPart = 64;

// The least string that is above every one with this beginning.
std::string Behind(std::string beginning) {
  while (static_cast<uint8_t>(beginning.back()) == 0xff) beginning.pop_back();
  ++beginning.back();
  return beginning;
}

// Hot entries of one collection from `from` on, or all of them from the last one on.
class HotWalk {
 public:
  HotWalk(const OrderIndex::Collection* collection, std::string_view from, bool up) : up_(up) {
    if (collection == nullptr) return;
    next_ = collection->entries.lower_bound(OrderIndex::BoundAt(from));
    end_ = collection->entries.end();
  }
  bool done() const { return next_ == end_; }
  OrderIndex::Ref head() const { return up_ ? *next_ : *std::prev(end_); }
  void Pop() { up_ ? ++next_ : --end_; }

 private:
  const bool up_;
  absl::btree_set<OrderIndex::Ref, OrderIndex::Before>::const_iterator next_, end_;
};

}  // namespace

Status WriteBackTable::Scan(int64_t slice, uint64_t& cursor, size_t limit, const Visitor& visit) {
  auto it = slices_.find(slice);
  if (it == slices_.end()) {
    cursor = 0;
    return OkStatus();
  }
  SliceState& state = *it->second;
  if (cursor < kColdCursor) {
    for (uint32_t n = std::max<uint32_t>(1, static_cast<uint32_t>(cursor)); n <= state.hot.last();
         ++n) {
      if (limit == 0) {
        cursor = n;
        return OkStatus();
      }
      HotEntry* entry = state.hot.EntryAt(n);
      if (!entry->has(HotEntry::kUsed) || entry->has(HotEntry::kErased)) continue;
      visit(entry->key(), entry->hash, {entry->slot(), &state.hot});
      --limit;
    }
    if (!state.has_cold) {
      cursor = 0;
      return OkStatus();
    }
    cursor = kColdCursor;
    state.scan_at = ColdKey(slice, {});
    if (limit == 0) return OkStatus();
  }
  ASSIGN_OR_RETURN(ColdStore * cold, memory_.Cold());
  const size_t prefix = ColdKey(slice, {}).size();
  scanned_ = std::make_unique<HotSlice>(layout());
  Status damaged;
  const std::string from = state.scan_at;
  ASSIGN_OR_RETURN(bool more, cold->Scan(from, ColdKey(slice + 1, {}), limit,
                                         [&](std::string_view cold_key, std::string_view value) {
                                           state.scan_at = cold_key;
                                           state.scan_at.push_back('\0');
                                           std::string_view key = cold_key.substr(prefix);
                                           const uint64_t hash = HashOf(keys_, key);
                                           if (state.hot.Find(key, hash) != nullptr) return;
                                           HotEntry* entry = scanned_->Insert(key, hash);
                                           const Slot slot{entry->slot(), scanned_.get()};
                                           if (damaged.ok()) damaged = ReadSlot(value, slot);
                                           visit(key, hash, slot);
                                         }));
  RETURN_IF_ERROR(damaged);
  if (!more) cursor = 0;
  return OkStatus();
}

// Part of a collection as the cold store has it.
struct WriteBackTable::ColdPart {
  struct Entry {
    std::string key;  // inner and outer
    std::string value;
    std::string_view inner() const { return SplitInnerKey(key).second; }
  };
  std::vector<Entry> entries;  // in the direction of the scan
  size_t next = 0;
  bool more = false;  // behind them
  bool done() const { return next == entries.size() && !more; }
};

Status WriteBackTable::ScanFrom(int64_t slice, std::string_view outer, std::string_view from,
                                const InnerVisitor& visit) {
  return ScanOrdered(slice, outer, from, Direction::kUp, visit);
}

Status WriteBackTable::ScanBack(int64_t slice, std::string_view outer, const InnerVisitor& visit) {
  return ScanOrdered(slice, outer, {}, Direction::kDown, visit);
}

// A merge: of equal keys the hot one counts, and one that stands for "erased" hides the cold one.
Status WriteBackTable::ScanOrdered(int64_t slice, std::string_view outer, std::string_view from,
                                   Direction direction, const InnerVisitor& visit) {
  CHECK(ordered_);
  scanned_.reset();
  auto it = slices_.find(slice);
  if (it == slices_.end()) return OkStatus();
  SliceState& state = *it->second;
  const bool up = direction == Direction::kUp;
  ColdPart cold;
  std::string begin, end;  // what of the cold store is still to be read
  const OrderIndex::Collection* hot = state.order->Find(outer);
  if (state.has_cold && (hot == nullptr || !hot->complete)) {
    const std::string beginning = ColdKey(slice, InnerKeyOf(outer, {}));
    begin = beginning + std::string(from);
    end = Behind(beginning);
    RETURN_IF_ERROR(ReadCold(begin, end, direction, cold));
    if (!cold.more && from.empty()) {
      RETURN_IF_ERROR(LoadCollection(state, outer, cold));
      cold = {};
      hot = state.order->Find(outer);
    } else {
      scanned_ = std::make_unique<HotSlice>(layout());
    }
  }
  for (HotWalk walk(hot, from, up); !walk.done() || !cold.done();) {
    if (cold.next == cold.entries.size() && cold.more) {
      RETURN_IF_ERROR(ReadCold(begin, end, direction, cold));
      continue;
    }
    int order = walk.done() ? 1 : -1;  // < 0: the hot one is next
    if (!walk.done() && !cold.done()) {
      order = walk.head().inner().compare(cold.entries[cold.next].inner());
      if (!up) order = -order;
    }
    if (order > 0) {
      const ColdPart::Entry& entry = cold.entries[cold.next++];
      HotEntry* copy = scanned_->Insert(entry.key, HashOf(keys_, entry.key));
      RETURN_IF_ERROR(ReadSlot(entry.value, {copy->slot(), scanned_.get()}));
      if (!visit(entry.inner(), {copy->slot(), scanned_.get()})) return OkStatus();
      continue;
    }
    if (order == 0) ++cold.next;
    const OrderIndex::Ref head = walk.head();
    walk.Pop();
    if (head.entry->has(HotEntry::kErased)) continue;
    head.entry->set(HotEntry::kReferenced);
    if (!visit(head.inner(), {head.entry->slot(), &state.hot})) return OkStatus();
  }
  return OkStatus();
}

// Reads the next part of begin ... end, and leaves there what follows it.
Status WriteBackTable::ReadCold(std::string& begin, std::string& end, Direction direction,
                                ColdPart& part) {
  ASSIGN_OR_RETURN(ColdStore * store, memory_.Cold());
  part.entries.clear();
  part.next = 0;
  const size_t prefix = ColdKey(0, {}).size();
  const auto take = [&](std::string_view key, std::string_view value) {
    part.entries.push_back({std::string(key.substr(prefix)), std::string(value)});
  };
  if (direction == Direction::kUp) {
    ASSIGN_OR_RETURN(part.more, store->Scan(begin, end, kColdPart, take));
    if (part.more) begin = begin.substr(0, prefix) + part.entries.back().key + '\0';
  } else {
    ASSIGN_OR_RETURN(part.more, store->ScanBack(begin, end, kColdPart, take));
    if (part.more) end = begin.substr(0, prefix) + part.entries.back().key;
  }
  return OkStatus();
}

// `part` is all that the cold store has of the collection.
Status WriteBackTable::LoadCollection(SliceState& state, std::string_view outer,
                                      const ColdPart& part) {
  for (const ColdPart::Entry& cold : part.entries) {
    const uint64_t hash = HashOf(keys_, cold.key);
    if (state.hot.Find(cold.key, hash) != nullptr) continue;
    HotEntry* entry = Insert(state, cold.key, hash);
    ++entries_;
    RETURN_IF_ERROR(ReadSlot(cold.value, {entry->slot(), &state.hot}));
    entry->set(HotEntry::kPersisted | HotEntry::kInCold | HotEntry::kMaybeInCold);
  }
  if (OrderIndex::Collection* collection = state.order->Find(outer)) collection->complete = true;
  CountBytes(state);
  return OkStatus();
}

}  // namespace weir
