#include "state/write_back_table.h"

#include <algorithm>
#include <iterator>

namespace weir {
namespace {

// Rows whose memory is under way at the same time.
constexpr size_t kGroup = 64;
// Entries that leave memory in one go: enough to pay for a file, little enough for one step.
constexpr size_t kEvictEntries = 32 << 10;

void AppendBigEndian(uint64_t v, int bytes, std::string& out) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(v >> (8 * i)));
}

SlotReader ReaderOf(const SlotLayout& layout) {
  StatusOr<SlotReader> reader = SlotReader::Make(layout.fields(), layout);
  CHECK(reader.ok()) << reader.status();
  return *std::move(reader);
}

}  // namespace

StatusOr<ColdStore*> TaskMemory::Cold() {
  if (!cold) {
    ASSIGN_OR_RETURN(cold, factory());
  }
  return cold.get();
}

WriteBackTable::WriteBackTable(Config config)
    : number_(config.number),
      key_groups_(config.key_groups),
      keys_(config.keys),
      ordered_(config.ordered),
      collects_changes_(config.collects_changes),
      memory_(*config.memory),
      writer_(std::move(config.layout)),
      reader_(ReaderOf(writer_.layout())) {
  CHECK(!ordered_ || keys_ != KeyForm::kWhole);
}

WriteBackTable::~WriteBackTable() {
  for (auto& [slice, state] : slices_) memory_.hot_bytes -= state->counted_bytes;
}

// ---- Access

WriteBackTable::SliceState& WriteBackTable::SliceOf(int64_t slice) {
  std::unique_ptr<SliceState>& state = slices_[slice];
  if (!state) {
    state = std::make_unique<SliceState>(layout());
    if (ordered_) state->order = std::make_unique<OrderIndex>();
  }
  return *state;
}

HotEntry* WriteBackTable::Insert(SliceState& state, std::string_view key, uint64_t hash) {
  HotEntry* entry = state.hot.Insert(key, hash);
  if (state.order) state.order->Add(entry, /*complete=*/!state.has_cold);
  return entry;
}

void WriteBackTable::Remove(SliceState& state, HotEntry* entry, bool to_cold) {
  if (state.order) state.order->Remove(entry, to_cold);
  state.hot.Remove(entry);
}

bool WriteBackTable::MayBeCold(const SliceState& state, std::string_view key) const {
  if (!state.has_cold) return false;
  if (!state.order) return true;
  const OrderIndex::Collection* collection = state.order->Find(SplitInnerKey(key).first);
  return collection == nullptr || !collection->complete;
}

void WriteBackTable::Touch(SliceState& state, HotEntry* entry) {
  if (entry->epoch == epoch_) return;
  if (Frozen(entry)) Cut(state, entry);
  entry->epoch = epoch_;
  entry->clear(HotEntry::kInCold);
  if (!collects_changes_) return;
  if (state.dirty.size() >= state.dirty_limit) TrimDirty(state);
  state.dirty.push_back(entry);
}

// An entry that is erased and made again, over and over, is in the list as often.
void WriteBackTable::TrimDirty(SliceState& state) {
  if (state.dirty.size() > 2 * size_t{state.hot.used()}) {
    std::sort(state.dirty.begin(), state.dirty.end());
    state.dirty.erase(std::unique(state.dirty.begin(), state.dirty.end()), state.dirty.end());
    std::erase_if(state.dirty, [&](const HotEntry* e) { return e->epoch != epoch_; });
  }
  state.dirty_limit = std::max<size_t>(1024, 2 * state.dirty.size());
}

Status WriteBackTable::Lookup(SliceState& state, int64_t slice, const EncodedKeys& keys,
                              std::span<const uint32_t> rows, std::span<Slot> slots,
                              uint8_t* is_new) {
  HotSlice& hot = state.hot;
  std::vector<uint32_t> misses;  // positions in rows, to be looked up in the cold store
  HotEntry* candidates[kGroup];
  for (size_t begin = 0; begin < rows.size(); begin += kGroup) {
    const size_t count = std::min(kGroup, rows.size() - begin);
    for (size_t i = 0; i < count; ++i) hot.PrefetchBucket(keys.hash(rows[begin + i]));
    for (size_t i = 0; i < count; ++i) candidates[i] = hot.Candidate(keys.hash(rows[begin + i]));
    for (size_t i = 0; i < count; ++i) {
      const size_t at = begin + i;
      const uint64_t hash = keys.hash(rows[at]);
      const std::string_view key = keys.key(rows[at]);
      HotEntry* entry = candidates[i];
      // A row before this one may have made the entry.
      if (entry == nullptr || !entry->Is(key, hash)) entry = hot.Find(key, hash);
      if (entry == nullptr && MayBeCold(state, key)) {
        misses.push_back(static_cast<uint32_t>(at));
        continue;
      }
      if (is_new == nullptr) {
        const bool found = entry != nullptr && !entry->has(HotEntry::kErased);
        if (found) entry->set(HotEntry::kReferenced);
        slots[at] = found ? Slot{entry->slot(), &hot} : Slot{nullptr, &hot};
        continue;
      }
      is_new[at] = entry == nullptr || entry->has(HotEntry::kErased);
      if (entry == nullptr) {
        entry = Insert(state, key, hash);
        ++entries_;
      } else if (is_new[at]) {
        Touch(state, entry);
        entry->clear(HotEntry::kErased);
        std::memset(entry->slot(), 0, layout().width());
        ++entries_;
      }
      entry->set(HotEntry::kReferenced);
      Touch(state, entry);
      slots[at] = {entry->slot(), &hot};
    }
  }
  if (misses.empty()) return OkStatus();
  return LookupCold(state, slice, keys, rows, misses, slots, is_new);
}

Status WriteBackTable::LookupCold(SliceState& state, int64_t slice, const EncodedKeys& keys,
                                  std::span<const uint32_t> rows, std::span<const uint32_t> misses,
                                  std::span<Slot> slots, uint8_t* is_new) {
  ASSIGN_OR_RETURN(ColdStore * cold, memory_.Cold());
  std::vector<std::string> cold_keys;
  cold_keys.reserve(misses.size());
  for (uint32_t at : misses) cold_keys.push_back(ColdKey(slice, keys.key(rows[at])));
  std::vector<std::optional<std::string>> values(misses.size());
  RETURN_IF_ERROR(cold->Read(cold_keys, values));
  for (size_t i = 0; i < misses.size(); ++i) {
    const uint32_t at = misses[i];
    const uint64_t hash = keys.hash(rows[at]);
    const std::string_view key = keys.key(rows[at]);
    HotEntry* entry = state.hot.Find(key, hash);  // the same key may be among the misses twice
    const bool absent = entry == nullptr && !values[i];
    if (entry == nullptr && values[i]) {
      entry = Insert(state, key, hash);
      ++entries_;
      RETURN_IF_ERROR(ReadSlot(*values[i], {entry->slot(), &state.hot}));
      entry->set(HotEntry::kPersisted | HotEntry::kInCold | HotEntry::kMaybeInCold);
    }
    if (is_new == nullptr) {
      slots[at] = entry ? Slot{entry->slot(), &state.hot} : Slot{nullptr, &state.hot};
    } else {
      is_new[at] = absent;
      if (absent) {
        entry = Insert(state, key, hash);
        ++entries_;
      }
      Touch(state, entry);
      slots[at] = {entry->slot(), &state.hot};
    }
    if (entry) entry->set(HotEntry::kReferenced);
  }
  return OkStatus();
}

Status WriteBackTable::Resolve(int64_t slice, const EncodedKeys& keys,
                               std::span<const uint32_t> rows, std::span<Slot> slots,
                               std::span<uint8_t> is_new) {
  CHECK(slots.size() >= rows.size() && is_new.size() >= rows.size());
  scanned_.reset();
  RETURN_IF_ERROR(MakeRoom());
  SliceState& state = SliceOf(slice);
  state.hot.CompactArena();
  RETURN_IF_ERROR(Lookup(state, slice, keys, rows, slots, is_new.data()));
  CountBytes(state);
  return OkStatus();
}

Status WriteBackTable::Find(int64_t slice, const EncodedKeys& keys, std::span<const uint32_t> rows,
                            std::span<Slot> slots) {
  CHECK_GE(slots.size(), rows.size());
  auto it = slices_.find(slice);
  if (it == slices_.end()) {
    std::fill_n(slots.begin(), rows.size(), Slot{});
    return OkStatus();
  }
  RETURN_IF_ERROR(Lookup(*it->second, slice, keys, rows, slots, nullptr));
  CountBytes(*it->second);
  return OkStatus();
}

Status WriteBackTable::Erase(int64_t slice, std::string_view key, uint64_t hash) {
  auto it = slices_.find(slice);
  if (it == slices_.end()) return OkStatus();
  SliceState& state = *it->second;
  HotEntry* entry = state.hot.Find(key, hash);
  if (entry == nullptr && !MayBeCold(state, key)) return OkStatus();
  if (entry != nullptr && entry->has(HotEntry::kErased)) return OkStatus();
  if (entry != nullptr && Frozen(entry)) Cut(state, entry);
  // Without an entry it is not known whether the cold store, and so a run, has the key.
  const bool persisted = entry == nullptr || entry->has(HotEntry::kPersisted);
  const bool maybe_in_cold = entry == nullptr || entry->has(HotEntry::kMaybeInCold);
  if (persisted && collects_changes_) {
    AppendErased(key, LogOf(slice));
    state.persisted = true;
  }
  if (entry != nullptr) --entries_;
  if (maybe_in_cold) {
    if (entry == nullptr) entry = Insert(state, key, hash);
    entry->set(HotEntry::kErased | HotEntry::kPersisted | HotEntry::kMaybeInCold);
    entry->clear(HotEntry::kInCold);
    entry->epoch = 0;  // the log says it
  } else {
    Remove(state, entry, /*to_cold=*/false);
  }
  CountBytes(state);
  return OkStatus();
}

std::vector<int64_t> WriteBackTable::Slices() const {
  std::vector<int64_t> slices;
  for (const auto& [slice, state] : slices_) {
    if (state->hot.used() > 0 || state->has_cold) slices.push_back(slice);
  }
  return slices;
}

Status WriteBackTable::DropSlice(int64_t slice) {
  auto it = slices_.find(slice);
  if (it == slices_.end()) return OkStatus();
  std::unique_ptr<SliceState> state = std::move(it->second);
  slices_.erase(it);
  memory_.hot_bytes -= state->counted_bytes;
  for (uint32_t n = 1; state->has_cold && n <= state->hot.last(); ++n) {
    entries_ += state->hot.EntryAt(n)->has(HotEntry::kErased);  // was not counted
  }
  entries_ -= state->hot.used();
  if (state->has_cold) {
    ASSIGN_OR_RETURN(ColdStore * cold, memory_.Cold());
    RETURN_IF_ERROR(cold->DropRange(ColdKey(slice, {}), ColdKey(slice + 1, {})));
  }
  if (!collects_changes_) return OkStatus();
  if (state->persisted) log_.push_back({SectionKind::kDropped, slice, key_groups_, {}});
  if (cutting_ && (!state->frozen.empty() || !state->cut.empty())) {
    dropped_.push_back(std::move(state));
  }
  return OkStatus();
}

// ---- Memory

void WriteBackTable::CountBytes(SliceState& state) {
  const uint64_t bytes = state.hot.bytes() + (state.order ? state.order->bytes() : 0);
  memory_.hot_bytes += bytes - state.counted_bytes;
  state.counted_bytes = bytes;
}

Status WriteBackTable::MakeRoom() {
  if (!memory_.factory || memory_.hot_bytes <= memory_.budget) return OkStatus();
  size_t entries = kEvictEntries;
  // Twice around at most: the first time may only take back references.
  for (size_t visits = 2 * slices_.size(); visits > 0 && entries > 0; --visits) {
    if (memory_.hot_bytes <= memory_.budget / 8 * 7) break;
    auto it = slices_.lower_bound(evict_slice_);
    if (it == slices_.end()) it = slices_.begin();
    if (it == slices_.end()) break;
    RETURN_IF_ERROR(Evict(it->first, *it->second, entries).Annotate("evicting state"));
    if (it->second->evict_at == 1) {
      evict_slice_ = std::next(it) == slices_.end() ? INT64_MIN : std::next(it)->first;
    }
  }
  return OkStatus();
}

// Moves on through one slice, to its end at most.
Status WriteBackTable::Evict(int64_t slice, SliceState& state, size_t& entries) {
  std::vector<HotEntry*> victims;
  const uint64_t target = memory_.budget / 8 * 7;
  uint64_t freed = 0;
  uint32_t n = state.evict_at;
  for (; n <= state.hot.last() && entries > 0 && memory_.hot_bytes - freed > target; ++n) {
    HotEntry* entry = state.hot.EntryAt(n);
    if (!entry->has(HotEntry::kUsed)) continue;
    if (entry->has(HotEntry::kReferenced)) {
      entry->clear(HotEntry::kReferenced);
      continue;
    }
    victims.push_back(entry);
    freed += state.hot.entry_size();
    --entries;
  }
  state.evict_at = n > state.hot.last() ? 1 : n;
  RETURN_IF_ERROR(WriteVictims(slice, state, victims));
  for (HotEntry* entry : victims) {
    const bool erased = entry->has(HotEntry::kErased);
    if (!erased) --entries_;
    Remove(state, entry, /*to_cold=*/!erased);
  }
  state.hot.CompactArena();
  CountBytes(state);
  return OkStatus();
}

Status WriteBackTable::WriteVictims(int64_t slice, SliceState& state,
                                    const std::vector<HotEntry*>& victims) {
  std::vector<ColdStore::Entry> run;
  for (HotEntry* entry : victims) {
    if (Frozen(entry)) Cut(state, entry);
    if (entry->has(HotEntry::kInCold)) continue;
    if (entry->has(HotEntry::kErased)) {
      run.push_back({ColdKey(slice, entry->key()), std::nullopt});
      continue;
    }
    std::string value;
    writer_.Append(entry->slot(), value);
    if (collects_changes_ && entry->epoch == epoch_) {
      // It leaves the dirty ones, so the next snapshot hears of it here.
      std::string& log = LogOf(slice);
      AppendKey(entry->key(), log);
      log += value;
      state.persisted = true;
    }
    run.push_back({ColdKey(slice, entry->key()), std::move(value)});
  }
  if (run.empty()) return OkStatus();
  ASSIGN_OR_RETURN(ColdStore * cold, memory_.Cold());
  std::sort(run.begin(), run.end(),
            [](const ColdStore::Entry& a, const ColdStore::Entry& b) { return a.key < b.key; });
  RETURN_IF_ERROR(cold->WriteRun(run));
  state.has_cold = true;
  memory_.spilled_entries += run.size();
  return OkStatus();
}

Status WriteBackTable::ReadSlot(std::string_view bytes, Slot slot) const {
  return reader_.Read(bytes, slot)
             ? OkStatus()
             : DataLossError("the cold store returned something else than was written");
}

std::string WriteBackTable::ColdKey(int64_t slice, std::string_view key) const {
  std::string out;
  out.reserve(12 + key.size());
  AppendBigEndian(number_, 4, out);
  AppendBigEndian(static_cast<uint64_t>(slice) ^ (uint64_t{1} << 63), 8, out);
  out += key;
  return out;
}

// ---- Restoring

Status WriteBackTable::LoadEntry(int64_t slice, std::string_view key, const SlotReader& reader,
                                 std::string_view encoded) {
  RETURN_IF_ERROR(MakeRoom());
  SliceState& state = SliceOf(slice);
  const uint64_t hash = HashOf(keys_, key);
  HotEntry* entry = state.hot.Find(key, hash);
  if (entry == nullptr) {
    entry = Insert(state, key, hash);
    ++entries_;
    // A version of an older file may have been evicted already.
    if (state.has_cold) entry->set(HotEntry::kMaybeInCold);
  } else {
    if (entry->has(HotEntry::kErased)) ++entries_;
    entry->clear(HotEntry::kErased | HotEntry::kInCold);
    std::memset(entry->slot(), 0, layout().width());
  }
  entry->set(HotEntry::kPersisted);
  entry->epoch = 0;
  state.persisted = true;
  const bool read = reader.Read(encoded, {entry->slot(), &state.hot});
  state.hot.CompactArena();
  CountBytes(state);
  return read ? OkStatus() : DataLossError("an entry that cannot be read");
}

Status WriteBackTable::LoadErased(int64_t slice, std::string_view key) {
  auto it = slices_.find(slice);
  if (it == slices_.end()) return OkStatus();
  RETURN_IF_ERROR(Erase(slice, key, HashOf(keys_, key)));
  log_.clear();  // the checkpoint knows
  return OkStatus();
}

// ---- Snapshots

std::string& WriteBackTable::LogOf(int64_t slice) {
  if (log_.empty() || log_.back().slice != slice || log_.back().kind != SectionKind::kChanges ||
      log_.back().payload.size() >= kSectionBytes) {
    log_.push_back({SectionKind::kChanges, slice, key_groups_, {}});
  }
  return log_.back().payload;
}

void WriteBackTable::Cut(SliceState& state, HotEntry* entry) {
  if (state.cut.empty() || state.cut.back().size() >= kSectionBytes) state.cut.emplace_back();
  AppendKey(entry->key(), state.cut.back());
  writer_.Append(entry->slot(), state.cut.back());
  entry->epoch = 0;
  entry->set(HotEntry::kPersisted);
}

void WriteBackTable::BeginCut() {
  CHECK(!cutting_) << "a cut is in progress";
  CHECK(collects_changes_);
  cutting_ = true;
  frozen_epoch_ = epoch_++;
  cut_log_ = std::move(log_);
  log_.clear();
  for (auto& [slice, state] : slices_) {
    if (state->dirty.empty()) continue;
    state->frozen = std::move(state->dirty);
    state->dirty.clear();
    state->dirty_limit = 1024;
    state->cut_at = 0;
    state->persisted = true;
    cut_slices_.push_back({slice, state.get()});
  }
  cut_next_ = 0;
}

size_t WriteBackTable::CutSome(size_t entries) {
  size_t done = 0;
  while (cut_next_ < cut_slices_.size() && done < entries) {
    SliceState& state = *cut_slices_[cut_next_].second;
    for (; state.cut_at < state.frozen.size() && done < entries; ++state.cut_at, ++done) {
      if (state.cut_at + 8 < state.frozen.size()) {
        __builtin_prefetch(state.frozen[state.cut_at + 8]);
      }
      HotEntry* entry = state.frozen[state.cut_at];
      if (entry->epoch == frozen_epoch_) Cut(state, entry);
    }
    if (state.cut_at == state.frozen.size()) ++cut_next_;
  }
  return done;
}

std::vector<StateSection> WriteBackTable::EndCut() {
  std::vector<StateSection> sections = std::move(cut_log_);
  cut_log_.clear();
  for (auto& [slice, state] : cut_slices_) {
    for (std::string& payload : state->cut) {
      sections.push_back({SectionKind::kChanges, slice, key_groups_, std::move(payload)});
    }
    state->cut.clear();
    state->frozen = {};
  }
  cut_slices_.clear();
  cut_next_ = 0;
  dropped_.clear();
  cutting_ = false;
  return sections;
}

std::vector<StateSection> WriteBackTable::TakeCut() {
  CHECK(cutting_ && cut_done());
  return EndCut();
}

std::vector<StateSection> WriteBackTable::AbortCut() {
  CHECK(cutting_);
  for (auto& [slice, state] : cut_slices_) {
    auto it = slices_.find(slice);
    if (it == slices_.end() || it->second.get() != state) continue;  // dropped since
    for (; state->cut_at < state->frozen.size(); ++state->cut_at) {
      HotEntry* entry = state->frozen[state->cut_at];
      if (entry->epoch != frozen_epoch_) continue;
      entry->epoch = epoch_;
      state->dirty.push_back(entry);
    }
  }
  return EndCut();
}

}  // namespace weir
