#include <algorithm>
#include <cstring>

#include "state/write_back_table.h"

// Scans of a write-back table: what is hot, and what only the cold table has.

namespace weir {
namespace {

constexpr uint64_t kColdCursor = uint64_t{1} << 62;
// Entries that an ordered scan reads from the cold table at a time. A collection of not more than
// these is loaded, and then complete.
constexpr size_t kColdPart = 64;

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
      if (IsDead(entry->slot())) continue;
      visit(entry->key(), entry->hash, {entry->slot(), &state.hot});
      --limit;
    }
    if (!state.has_cold || state.all_hot) {
      cursor = 0;
      return OkStatus();
    }
    cursor = kColdCursor;
    state.scan_at.clear();
    if (limit == 0) return OkStatus();
  }
  scanned_ = std::make_unique<HotSlice>(layout());
  Status damaged;
  const std::string from = state.scan_at;
  const auto take = [&](std::string_view place, std::string_view key, std::string_view value) {
    state.scan_at = place;
    state.scan_at.push_back('\0');
    const uint64_t hash = HashOf(keys_, key);
    if (state.hot.Find(key, hash) != nullptr) return;
    HotEntry* entry = scanned_->Insert(key, hash);
    const Slot slot{entry->slot(), scanned_.get()};
    if (damaged.ok()) damaged = ReadSlot(value, slot);
    if (!IsDead(slot.data)) visit(key, hash, slot);
  };
  ASSIGN_OR_RETURN(bool more, cold_.Scan(slice, from, {}, SortedMerge::Order::kUp, limit, take));
  RETURN_IF_ERROR(damaged);
  if (!more) cursor = 0;
  return OkStatus();
}

// Part of a collection as the cold table has it.
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
  return ScanOrdered(slice, outer, from, SortedMerge::Order::kUp, visit);
}

Status WriteBackTable::ScanBack(int64_t slice, std::string_view outer, const InnerVisitor& visit) {
  return ScanOrdered(slice, outer, {}, SortedMerge::Order::kDown, visit);
}

// A merge: of equal keys the hot one counts, and one that stands for "erased" hides the cold one.
Status WriteBackTable::ScanOrdered(int64_t slice, std::string_view outer, std::string_view from,
                                   SortedMerge::Order order, const InnerVisitor& visit) {
  CHECK(ordered_);
  scanned_.reset();
  auto it = slices_.find(slice);
  if (it == slices_.end()) return OkStatus();
  SliceState& state = *it->second;
  const bool up = order == SortedMerge::Order::kUp;
  ColdPart cold;
  std::string begin, end;  // what of the cold table is still to be read
  const OrderIndex::Collection* hot = state.order->Find(outer);
  if (state.has_cold && !state.all_hot && (hot == nullptr || !hot->complete)) {
    const std::string outermost = InnerKeyOf(outer, {});
    const std::string beginning = cold_.PlaceOf(outermost, HashOf(keys_, outermost));
    begin = beginning + std::string(from);
    end = BehindAll(beginning);
    RETURN_IF_ERROR(ReadCold(slice, begin, end, order, cold));
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
      RETURN_IF_ERROR(ReadCold(slice, begin, end, order, cold));
      continue;
    }
    int which = walk.done() ? 1 : -1;  // < 0: the hot one is next
    if (!walk.done() && !cold.done()) {
      which = walk.head().inner().compare(cold.entries[cold.next].inner());
      if (!up) which = -which;
    }
    if (which > 0) {
      const ColdPart::Entry& entry = cold.entries[cold.next++];
      HotEntry* copy = scanned_->Insert(entry.key, HashOf(keys_, entry.key));
      RETURN_IF_ERROR(ReadSlot(entry.value, {copy->slot(), scanned_.get()}));
      if (IsDead(copy->slot())) continue;
      if (!visit(entry.inner(), {copy->slot(), scanned_.get()})) return OkStatus();
      continue;
    }
    if (which == 0) ++cold.next;
    const OrderIndex::Ref head = walk.head();
    walk.Pop();
    if (head.entry->has(HotEntry::kErased) || IsDead(head.entry->slot())) continue;
    head.entry->set(HotEntry::kReferenced);
    if (!visit(head.inner(), {head.entry->slot(), &state.hot})) return OkStatus();
  }
  return OkStatus();
}

// Reads the next part of begin ... end, and leaves there what follows it.
Status WriteBackTable::ReadCold(int64_t slice, std::string& begin, std::string& end,
                                SortedMerge::Order order, ColdPart& part) {
  part.entries.clear();
  part.next = 0;
  std::string last;
  const auto take = [&](std::string_view place, std::string_view key, std::string_view value) {
    last = place;
    part.entries.push_back({std::string(key), std::string(value)});
  };
  ASSIGN_OR_RETURN(part.more, cold_.Scan(slice, begin, end, order, kColdPart, take));
  if (!part.more) return OkStatus();
  if (order == SortedMerge::Order::kUp) {
    begin = last + '\0';
  } else {
    end = last;
  }
  return OkStatus();
}

// `part` is all that the cold table has of the collection.
Status WriteBackTable::LoadCollection(SliceState& state, std::string_view outer,
                                      const ColdPart& part) {
  for (const ColdPart::Entry& cold : part.entries) {
    const uint64_t hash = HashOf(keys_, cold.key);
    if (state.hot.Find(cold.key, hash) != nullptr) continue;
    RETURN_IF_ERROR(InsertCold(state, cold.key, hash, cold.value).status());
  }
  if (OrderIndex::Collection* collection = state.order->Find(outer)) collection->complete = true;
  CountBytes(state);
  return OkStatus();
}

}  // namespace weir
