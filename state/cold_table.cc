#include "state/cold_table.h"

#include <algorithm>
#include <cstring>

namespace weir {
namespace {

// What the cold store has of an entry: a value behind this byte; or a time (ms, 8 bytes) between
// the two, after which it is dead; or nothing at all where the entry is erased but the checkpoint
// may have it.
constexpr char kValue = 1;
constexpr char kMortal = 2;

std::string_view ValueOf(std::string_view stored) {
  return stored.substr(stored[0] == kMortal ? 1 + sizeof(Timestamp) : 1);
}

bool IsDead(std::string_view stored, Timestamp now) {
  if (stored.empty() || stored[0] != kMortal) return false;
  Timestamp end;
  std::memcpy(&end, stored.data() + 1, sizeof(end));
  return end <= now;
}

constexpr size_t kGroupBytes = 2;

void AppendBigEndian(uint64_t v, int bytes, std::string& out) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(v >> (8 * i)));
}

EntryPlace Split(std::string_view place) {
  return {static_cast<uint8_t>(place[0]) << 8 | static_cast<uint8_t>(place[1]),
          place.substr(kGroupBytes)};
}

}  // namespace

StatusOr<ColdStore*> TaskMemory::Cold() {
  if (!cold_) {
    ASSIGN_OR_RETURN(cold_, factory_());
    cold_->SetDead([time = time_](std::string_view stored) { return IsDead(stored, time.Now()); });
  }
  return cold_.get();
}

void ColdTable::Restore(std::unique_ptr<ShareFiles> files) {
  restored_ = std::make_unique<RestoredTable>(std::move(files));
}

std::string ColdTable::PlaceOf(std::string_view key, uint64_t hash) const {
  std::string out;
  out.reserve(kGroupBytes + key.size());
  AppendBigEndian(static_cast<uint64_t>(placement_.Group(hash)), kGroupBytes, out);
  return out.append(key);
}

std::string_view ColdTable::KeyAt(std::string_view place) { return place.substr(kGroupBytes); }

bool ColdTable::IsBehind(std::string_view key, uint64_t hash, std::string_view place) const {
  return EntryPlace{placement_.Group(hash), key} > Split(place);
}

std::string BehindAll(std::string beginning) {
  while (static_cast<uint8_t>(beginning.back()) == 0xff) beginning.pop_back();
  ++beginning.back();
  return beginning;
}

std::string ColdTable::ColdKey(int64_t slice, std::string_view place) const {
  std::string out;
  out.reserve(12 + place.size());
  AppendBigEndian(number_, 4, out);
  AppendBigEndian(static_cast<uint64_t>(slice) ^ (uint64_t{1} << 63), 8, out);
  return out.append(place);
}

// What hides an older version of the checkpoint's stays, dead or not: that one may have no stamp.
std::string ColdTable::Stored(std::string_view value, bool hides) const {
  std::string stored;
  Timestamp stamp = 0;
  if (time_to_live_ms_ > 0 && !hides) {
    std::memcpy(&stamp, value.data() + value.size() - sizeof(stamp), sizeof(stamp));
  }
  stored.push_back(stamp != 0 ? kMortal : kValue);
  if (stamp != 0) {
    const Timestamp end = stamp + time_to_live_ms_;
    stored.append(reinterpret_cast<const char*>(&end), sizeof(end));
  }
  return stored.append(value);
}

Status ColdTable::Write(int64_t slice, std::vector<Victim> victims) {
  const bool restored = restored_ && restored_->Holds(slice);
  std::vector<ColdStore::Entry> run;
  run.reserve(victims.size());
  for (Victim& victim : victims) {
    ColdStore::Entry& entry = run.emplace_back();
    entry.key = ColdKey(slice, PlaceOf(victim.key, victim.hash));
    if (victim.value) {
      entry.value = Stored(*victim.value, restored);
    } else if (restored) {
      entry.value.emplace();
    }
  }
  std::sort(run.begin(), run.end(),
            [](const ColdStore::Entry& a, const ColdStore::Entry& b) { return a.key < b.key; });
  ASSIGN_OR_RETURN(ColdStore * cold, memory_.Cold());
  RETURN_IF_ERROR(cold->WriteRun(run));
  spilled_ = true;
  memory_.spilled_entries += run.size();
  return OkStatus();
}

Status ColdTable::Read(int64_t slice, std::span<const Wanted> keys,
                       std::span<std::optional<std::string>> values) {
  if (spilled_) {
    ASSIGN_OR_RETURN(ColdStore * cold, memory_.Cold());
    std::vector<std::string> cold_keys;
    cold_keys.reserve(keys.size());
    for (const Wanted& wanted : keys) {
      cold_keys.push_back(ColdKey(slice, PlaceOf(wanted.key, wanted.hash)));
    }
    RETURN_IF_ERROR(cold->Read(cold_keys, values));
  }
  const bool restored = restored_ && restored_->Holds(slice);
  for (size_t i = 0; i < keys.size(); ++i) {
    if (values[i]) {
      if (values[i]->empty()) {
        values[i].reset();  // erased
      } else {
        values[i] = std::string(ValueOf(*values[i]));
      }
    } else if (restored) {
      StateEntry place;
      place.slice = slice;
      place.hash = keys[i].hash;
      place.group = placement_.Group(place.hash);
      place.key = keys[i].key;
      ASSIGN_OR_RETURN(values[i], restored_->Find(place));
    }
  }
  return OkStatus();
}

// Evicted entries of a range, read a part at a time.
struct ColdTable::Part {
  std::vector<std::pair<std::string, std::string>> entries;  // place, value
  size_t next = 0;
  bool more = false;  // behind them
};

// Leaves in `begin` or `end` what follows the part.
Status ColdTable::ReadPart(int64_t slice, std::string& begin, std::string& end,
                           SortedMerge::Order order, size_t limit, Part& part) {
  part.entries.clear();
  part.next = 0;
  part.more = false;
  if (!spilled_) return OkStatus();
  ASSIGN_OR_RETURN(ColdStore * cold, memory_.Cold());
  const size_t prefix = ColdKey(slice, {}).size();
  const auto take = [&](std::string_view key, std::string_view value) {
    part.entries.push_back({std::string(key.substr(prefix)), std::string(value)});
  };
  const std::string first = ColdKey(slice, begin);
  const std::string last = end.empty() ? ColdKey(slice + 1, {}) : ColdKey(slice, end);
  if (order == SortedMerge::Order::kUp) {
    ASSIGN_OR_RETURN(part.more, cold->Scan(first, last, limit, take));
    if (part.more) begin = part.entries.back().first + '\0';
  } else {
    ASSIGN_OR_RETURN(part.more, cold->ScanBack(first, last, limit, take));
    if (part.more) end = part.entries.back().first;
  }
  return OkStatus();
}

StatusOr<bool> ColdTable::Scan(int64_t slice, std::string_view begin, std::string_view end,
                               SortedMerge::Order order, size_t limit, const Visitor& visit) {
  const bool up = order == SortedMerge::Order::kUp;
  Part evicted;
  std::string from(begin), to(end);
  RETURN_IF_ERROR(ReadPart(slice, from, to, order, limit, evicted));

  std::unique_ptr<SortedMerge> walk;
  const StateEntry* below = nullptr;  // of the checkpoint
  std::string below_place;
  const auto next_below = [&]() -> Status {
    ASSIGN_OR_RETURN(below, walk->Next());
    if (below == nullptr) return OkStatus();
    below_place = PlaceOf(below->key, below->hash);
    if (up ? !end.empty() && below_place >= end : below_place < begin) below = nullptr;
    return OkStatus();
  };
  if (restored_ && restored_->Holds(slice)) {
    const std::string_view bound = up ? begin : end;
    EntryPlace place;
    if (!bound.empty()) place = Split(bound);
    ASSIGN_OR_RETURN(walk, restored_->Walk(slice, order, bound.empty() ? nullptr : &place));
    RETURN_IF_ERROR(next_below());
  }

  while (true) {
    const bool above = evicted.next < evicted.entries.size();
    if (!above && !evicted.more && below == nullptr) return false;
    if (limit == 0) return true;
    if (!above && evicted.more) {
      RETURN_IF_ERROR(ReadPart(slice, from, to, order, limit, evicted));
      continue;
    }
    int which = above ? -1 : 1;  // < 0: the evicted one is next
    if (above && below != nullptr) {
      which = evicted.entries[evicted.next].first.compare(below_place);
      if (!up) which = -which;
    }
    if (which > 0) {
      if (!below->erased) {
        visit(below_place, below->key, below->slot);
        --limit;
      }
      RETURN_IF_ERROR(next_below());
      continue;
    }
    const auto& [place, value] = evicted.entries[evicted.next++];
    if (!value.empty()) {
      visit(place, KeyAt(place), ValueOf(value));
      --limit;
    }
    if (which == 0) RETURN_IF_ERROR(next_below());
  }
}

Status ColdTable::DropSlice(int64_t slice) {
  if (restored_) restored_->Drop(slice);
  if (!spilled_) return OkStatus();
  ASSIGN_OR_RETURN(ColdStore * cold, memory_.Cold());
  return cold->DropRange(ColdKey(slice, {}), ColdKey(slice + 1, {}));
}

}  // namespace weir
