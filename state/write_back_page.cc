#include <algorithm>
#include <map>

#include "state/write_back_table.h"

// Pages of a write-back table, for people.

namespace weir {
namespace {

void BeginPass(PageRead& read) {
  read.begun = false;
  read.next_entry = 1;
  read.nearest.clear();
}

void BeginSlice(PageRead& read, int64_t slice) {
  read.slice = slice;
  read.place.clear();
  BeginPass(read);
}

// Keeps the `room` nearest places.
void Offer(PageRead& read, size_t room, std::string place) {
  std::vector<std::string>& nearest = read.nearest;
  if (nearest.size() == room) {
    if (place >= nearest.front()) return;
    std::pop_heap(nearest.begin(), nearest.end());
    nearest.pop_back();
  }
  nearest.push_back(std::move(place));
  std::push_heap(nearest.begin(), nearest.end());
}

}  // namespace

Status WriteBackTable::ReadSome(PageRead& read, size_t entries) {
  while (!read.done && entries > 0) {
    auto it = slices_.lower_bound(read.slice);
    if (read.taken >= read.limit || it == slices_.end()) {
      read.done = true;
      read.more = it != slices_.end();
      return OkStatus();
    }
    if (it->first != read.slice) BeginSlice(read, it->first);
    SliceState& state = *it->second;
    if (!read.begun) {
      read.begun = true;
      read.in_memory = !state.has_cold || state.all_hot;
    }
    if (!FindNearest(state, read, entries)) return OkStatus();
    RETURN_IF_ERROR(TakeNearest(state, read, entries));
  }
  return OkStatus();
}

// Which entries in memory come next; false: it has not seen them all. The order of the hot entries
// is not that of the page, so that a page costs a look at each of them; a key's are found at once.
bool WriteBackTable::FindNearest(SliceState& state, PageRead& read, size_t& entries) const {
  const size_t room = read.limit - read.taken;
  if (read.key && read.key->whole) {
    if (HotEntry* entry = state.hot.Find(read.key->beginning, HashOf(keys_, read.key->beginning))) {
      std::string place = cold_.PlaceOf(entry->key(), entry->hash);
      if (place > read.place) Offer(read, room, std::move(place));
    }
    entries -= 1;
    return true;
  }
  if (read.key && ordered_ && keys_ == KeyForm::kInner) {
    const std::string_view outer = SplitInnerKey(read.key->beginning).first;
    const OrderIndex::Collection* hot = state.order->Find(outer);
    if (hot == nullptr) return true;
    std::string_view from;
    if (!read.place.empty()) from = SplitInnerKey(ColdTable::KeyAt(read.place)).second;
    auto next = hot->entries.lower_bound(OrderIndex::BoundAt(from));
    for (; next != hot->entries.end() && read.nearest.size() < room; ++next) {
      std::string place = cold_.PlaceOf(next->entry->key(), next->entry->hash);
      if (place > read.place) Offer(read, room, std::move(place));
    }
    entries -= std::min(entries, read.nearest.size());
    return true;
  }
  for (; read.next_entry <= state.hot.last(); ++read.next_entry, --entries) {
    if (entries == 0) return false;
    const HotEntry* entry = state.hot.EntryAt(read.next_entry);
    if (!entry->has(HotEntry::kUsed) || entry->has(HotEntry::kErased)) continue;
    if (read.key && !entry->key().starts_with(read.key->beginning)) continue;
    if (!read.place.empty() && !cold_.IsBehind(entry->key(), entry->hash, read.place)) continue;
    if (read.nearest.size() == room &&
        cold_.IsBehind(entry->key(), entry->hash, read.nearest.front())) {
      continue;
    }
    Offer(read, room, cold_.PlaceOf(entry->key(), entry->hash));
  }
  return true;
}

// What the cold table has of the places that come next; true when there is more behind it.
StatusOr<bool> WriteBackTable::ReadColdPage(const PageRead& read, std::vector<PlacedValue>& found) {
  if (read.key && read.key->whole) {
    const uint64_t hash = HashOf(keys_, read.key->beginning);
    const ColdTable::Wanted wanted{read.key->beginning, hash};
    std::string place = cold_.PlaceOf(wanted.key, hash);
    if (place <= read.place) return false;
    std::optional<std::string> value;
    RETURN_IF_ERROR(cold_.Read(read.slice, {&wanted, 1}, {&value, 1}));
    if (value) found.push_back({std::move(place), *std::move(value)});
    return false;
  }
  std::string begin, end;
  if (read.key) {
    begin = cold_.PlaceOf(read.key->beginning, read.key->hash);
    end = BehindAll(begin);
  }
  if (!read.place.empty()) begin = std::max(begin, read.place + '\0');
  return cold_.Scan(read.slice, begin, end, SortedMerge::Order::kUp, read.limit - read.taken,
                    [&](std::string_view place, std::string_view, std::string_view value) {
                      found.push_back({std::string(place), std::string(value)});
                    });
}

// Entries may have moved since they were found: each is looked for where it is now.
Status WriteBackTable::TakeNearest(SliceState& state, PageRead& read, size_t& entries) {
  std::map<std::string, std::optional<std::string>> next;  // by place, with what is cold
  std::optional<std::string> bound;                        // what is behind it is not all known
  if (read.nearest.size() == read.limit - read.taken) bound = read.nearest.front();
  for (std::string& place : read.nearest) next[std::move(place)];
  if (!read.in_memory) {
    std::vector<PlacedValue> cold;
    ASSIGN_OR_RETURN(const bool more, ReadColdPage(read, cold));
    if (more && !cold.empty() && (!bound || cold.back().first < *bound)) bound = cold.back().first;
    for (PlacedValue& entry : cold) next[std::move(entry.first)] = std::move(entry.second);
  }
  HotSlice scratch(layout());
  for (const auto& [place, value] : next) {
    if (bound && place > *bound) break;
    if (read.taken == read.limit) {
      bound = read.place;
      break;
    }
    entries -= std::min<size_t>(entries, 1);
    read.place = place;
    const std::string_view key = ColdTable::KeyAt(place);
    const uint64_t hash = HashOf(keys_, key);
    Slot slot;
    if (HotEntry* entry = state.hot.Find(key, hash)) {
      if (entry->has(HotEntry::kErased)) continue;
      slot = {entry->slot(), &state.hot};
    } else if (value) {
      slot = {scratch.Insert(key, hash)->slot(), &scratch};
      RETURN_IF_ERROR(ReadSlot(*value, slot));
    } else {
      continue;  // it has gone
    }
    if (IsDead(slot.data)) continue;
    ++read.taken;
    if (read.take(read.slice, key, slot)) continue;
    read.done = read.more = true;
    return OkStatus();
  }
  if (!bound) {
    BeginSlice(read, read.slice + 1);
  } else {
    read.place = *bound;
    BeginPass(read);
  }
  return OkStatus();
}

bool WriteBackTable::partly_cold() const {
  return std::any_of(slices_.begin(), slices_.end(), [](const auto& slice) {
    return slice.second->has_cold && !slice.second->all_hot;
  });
}

}  // namespace weir
