#include "state/write_back_table.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace weir {
namespace {

// Rows whose memory is under way at the same time.
constexpr size_t kGroup = 64;
// Entries that leave memory in one go: enough to pay for a file, little enough for one step.
constexpr size_t kEvictEntries = 32 << 10;

}  // namespace

WriteBackTable::WriteBackTable(Config config)
    : identity_(std::move(config.identity)),
      keys_(identity_.keys),
      ordered_(config.ordered),
      collects_changes_(config.collects_changes),
      memory_(*config.memory),
      cold_(config.number, identity_.placement(), identity_.time_to_live.ms, memory_),
      writer_(identity_.layout),
      reader_(SlotReader::Of(writer_.layout())) {
  CHECK(!ordered_ || keys_ != KeyForm::kWhole);
  if (identity_.time_to_live.ms > 0) stamp_at_ = layout().offset(layout().fields().size() - 1);
  now_ = swept_at_ = memory_.Now();
}

WriteBackTable::~WriteBackTable() {
  for (auto& [slice, state] : slices_) memory_.Recount(state->counted_bytes, 0);
  memory_.Recount(counted_blocks_, 0);
  memory_.Recount(counted_changes_, 0);
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
  if (state.order) state.order->Add(entry, /*complete=*/!state.has_cold || state.all_hot);
  return entry;
}

// An entry as the cold table has it.
StatusOr<HotEntry*> WriteBackTable::InsertCold(SliceState& state, std::string_view key,
                                               uint64_t hash, std::string_view slot) {
  HotEntry* entry = Insert(state, key, hash);
  ++entries_;
  RETURN_IF_ERROR(ReadSlot(slot, {entry->slot(), &state.hot}));
  entry->set(HotEntry::kPersisted | HotEntry::kInCold | HotEntry::kMaybeInCold);
  return entry;
}

void WriteBackTable::Remove(SliceState& state, HotEntry* entry, bool to_cold) {
  if (state.order) state.order->Remove(entry, to_cold);
  state.hot.Remove(entry);
}

bool WriteBackTable::MayBeCold(const SliceState& state, std::string_view key) const {
  if (!state.has_cold || state.all_hot) return false;
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
        const bool found =
            entry != nullptr && !entry->has(HotEntry::kErased) && !IsDead(entry->slot());
        if (found) entry->set(HotEntry::kReferenced);
        slots[at] = found ? Slot{entry->slot(), &hot} : Slot{nullptr, &hot};
        continue;
      }
      const bool erased = entry != nullptr && entry->has(HotEntry::kErased);
      is_new[at] = entry == nullptr || erased || IsDead(entry->slot());
      if (entry == nullptr) {
        entry = Insert(state, key, hash);
        ++entries_;
      } else if (is_new[at]) {
        Touch(state, entry);
        entry->clear(HotEntry::kErased);
        std::memset(entry->slot(), 0, layout().width());
        entries_ += erased;
      }
      entry->set(HotEntry::kReferenced);
      Touch(state, entry);
      if (is_new[at] || !identity_.time_to_live.from_creation) Stamp(entry->slot());
      slots[at] = {entry->slot(), &hot};
    }
  }
  if (misses.empty()) return OkStatus();
  return LookupCold(state, slice, keys, rows, misses, slots, is_new);
}

Status WriteBackTable::LookupCold(SliceState& state, int64_t slice, const EncodedKeys& keys,
                                  std::span<const uint32_t> rows, std::span<const uint32_t> misses,
                                  std::span<Slot> slots, uint8_t* is_new) {
  std::vector<ColdTable::Wanted> wanted;
  wanted.reserve(misses.size());
  for (uint32_t at : misses) wanted.push_back({keys.key(rows[at]), keys.hash(rows[at])});
  std::vector<std::optional<std::string>> values(misses.size());
  RETURN_IF_ERROR(cold_.Read(slice, wanted, values));
  for (size_t i = 0; i < misses.size(); ++i) {
    const uint32_t at = misses[i];
    const uint64_t hash = keys.hash(rows[at]);
    const std::string_view key = keys.key(rows[at]);
    HotEntry* entry = state.hot.Find(key, hash);  // the same key may be among the misses twice
    bool absent = entry == nullptr && !values[i];
    if (entry == nullptr && values[i]) {
      ASSIGN_OR_RETURN(entry, InsertCold(state, key, hash, *values[i]));
    }
    const bool dead = entry != nullptr && IsDead(entry->slot());
    if (is_new == nullptr) {
      slots[at] = entry && !dead ? Slot{entry->slot(), &state.hot} : Slot{nullptr, &state.hot};
    } else {
      is_new[at] = absent || dead;
      if (absent) {
        entry = Insert(state, key, hash);
        ++entries_;
      }
      Touch(state, entry);
      if (dead) std::memset(entry->slot(), 0, layout().width());
      if (is_new[at] || !identity_.time_to_live.from_creation) Stamp(entry->slot());
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
    AppendErased(key, LogOf(slice, key.size()));
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
  hot_bytes_ -= state->counted_bytes;
  memory_.Recount(state->counted_bytes, 0);
  for (uint32_t n = 1; state->has_cold && n <= state->hot.last(); ++n) {
    entries_ += state->hot.EntryAt(n)->has(HotEntry::kErased);  // was not counted
  }
  entries_ -= state->hot.used();
  if (state->has_cold) RETURN_IF_ERROR(cold_.DropSlice(slice));
  if (!collects_changes_) return OkStatus();
  if (state->persisted) log_.sections.push_back({slice, /*dropped=*/true, {}});
  if (cutting_ && (!state->frozen.empty() || !state->cut.empty())) {
    dropped_.push_back(std::move(state));
  }
  return OkStatus();
}

// ---- Memory

void WriteBackTable::CountBytes(SliceState& state) {
  const uint64_t bytes = state.hot.bytes() + (state.order ? state.order->bytes() : 0);
  hot_bytes_ += bytes - state.counted_bytes;
  memory_.Recount(state.counted_bytes, bytes);
}

void WriteBackTable::CountChanges() { memory_.Recount(counted_changes_, log_bytes_ + cut_bytes_); }

// ---- Time to live

bool WriteBackTable::IsDead(const char* slot) const {
  return identity_.time_to_live.ms > 0 && identity_.time_to_live.IsOver(StampOf(slot), now_);
}

Timestamp WriteBackTable::StampOf(const char* slot) const {
  Timestamp stamp;
  std::memcpy(&stamp, slot + stamp_at_, sizeof(stamp));
  return stamp;
}

void WriteBackTable::Stamp(char* slot) const {
  if (identity_.time_to_live.ms > 0) std::memcpy(slot + stamp_at_, &now_, sizeof(now_));
}

// Erases what is dead in memory, by and by: the whole table is visited within a quarter of the time
// to live. What was written before there was one begins to live when it is visited.
Status WriteBackTable::SweepDead() {
  if (identity_.time_to_live.ms == 0) return OkStatus();
  now_ = memory_.Now();
  if (slices_.empty()) return OkStatus();
  constexpr double kMostVisits = 4096;
  const double share =
      4.0 * static_cast<double>(now_ - swept_at_) / static_cast<double>(identity_.time_to_live.ms);
  auto visits = static_cast<int64_t>(std::min(kMostVisits, share * static_cast<double>(entries_)));
  if (visits <= 0) return OkStatus();
  swept_at_ = now_;
  auto it = slices_.lower_bound(sweep_slice_);
  if (it == slices_.end()) it = slices_.begin();
  if (it->first != sweep_slice_) sweep_entry_ = 1;
  sweep_slice_ = it->first;
  SliceState& state = *it->second;
  for (; visits > 0 && sweep_entry_ <= state.hot.last(); ++sweep_entry_, --visits) {
    HotEntry* entry = state.hot.EntryAt(sweep_entry_);
    if (!entry->has(HotEntry::kUsed) || entry->has(HotEntry::kErased)) continue;
    if (IsDead(entry->slot())) {
      RETURN_IF_ERROR(Erase(sweep_slice_, std::string(entry->key()), entry->hash));
    } else if (StampOf(entry->slot()) == 0) {
      Touch(state, entry);
      Stamp(entry->slot());
    }
  }
  if (sweep_entry_ > state.hot.last()) ++sweep_slice_;
  return OkStatus();
}

Status WriteBackTable::MakeRoom() {
  RETURN_IF_ERROR(SweepDead());
  const uint64_t allowed = memory_.Allowance();
  if (RestoredTable* restored = cold_.restored()) {
    // Blocks give way to entries, but for some.
    const uint64_t others = memory_.held() - counted_blocks_;
    restored->Keep(std::max(allowed - std::min(allowed, others), allowed / 8));
    memory_.Recount(counted_blocks_, restored->kept_bytes());
  }
  if (log_bytes_ > 0 && memory_.MustSpillChanges(log_bytes_)) {
    RETURN_IF_ERROR(SpillLog().Annotate("writing changes to disk"));
  }
  CountChanges();
  if (!memory_.can_evict() || memory_.held() <= allowed) return OkStatus();
  // It is others who hold too much: key by key would only make many small files.
  if (!CanFree(allowed / 16)) return OkStatus();
  size_t entries = kEvictEntries;
  const uint64_t target = allowed / 8 * 7;
  // Twice around at most: the first time may only take back references.
  for (size_t visits = 2 * slices_.size(); visits > 0 && entries > 0; --visits) {
    if (memory_.held() <= target) break;
    auto it = slices_.lower_bound(evict_slice_);
    if (it == slices_.end()) it = slices_.begin();
    if (it == slices_.end()) break;
    RETURN_IF_ERROR(Evict(target, it->first, *it->second, entries).Annotate("evicting state"));
    if (it->second->evict_at == 1) {
      evict_slice_ = std::next(it) == slices_.end() ? INT64_MIN : std::next(it)->first;
    }
  }
  return OkStatus();
}

bool WriteBackTable::CanFree(uint64_t bytes) const {
  uint64_t sum = 0;
  for (const auto& [slice, state] : slices_) {
    sum += state->hot.evictable_bytes();
    if (sum > bytes) return true;
  }
  return false;
}

// What the log has so far becomes a sorted part of a scratch file.
Status WriteBackTable::SpillLog() {
  if (!scratch_) {
    ASSIGN_OR_RETURN(scratch_, memory_.MakeScratchFile());
  }
  ASSIGN_OR_RETURN(auto spilled, SpillSections(*scratch_, identity_, log_.sections));
  log_.spilled.push_back(std::move(spilled));
  log_.sections.clear();
  log_bytes_ = 0;
  return OkStatus();
}

// Moves on through one slice, to its end at most.
Status WriteBackTable::Evict(uint64_t target, int64_t slice, SliceState& state, size_t& entries) {
  std::vector<HotEntry*> victims;
  uint64_t freed = 0;
  uint32_t n = state.evict_at;
  for (; n <= state.hot.last() && entries > 0 && memory_.held() > target + freed; ++n) {
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
  if (!victims.empty()) {
    state.all_hot = false;
    warm_ = true;  // it would not see that they are gone
  }
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
  std::vector<ColdTable::Victim> run;
  for (HotEntry* entry : victims) {
    if (Frozen(entry)) Cut(state, entry);
    if (entry->has(HotEntry::kInCold)) continue;
    if (entry->has(HotEntry::kErased)) {
      run.push_back({entry->key(), entry->hash, std::nullopt});
      continue;
    }
    std::string value;
    writer_.Append(entry->slot(), value);
    if (collects_changes_ && entry->epoch == epoch_) {
      // It leaves the dirty ones, so the next snapshot hears of it here.
      std::string& log = LogOf(slice, entry->key().size() + value.size());
      AppendKey(entry->key(), log);
      log += value;
      state.persisted = true;
    }
    run.push_back({entry->key(), entry->hash, std::move(value)});
  }
  if (run.empty()) return OkStatus();
  RETURN_IF_ERROR(cold_.Write(slice, std::move(run)));
  state.has_cold = true;
  return OkStatus();
}

Status WriteBackTable::ReadSlot(std::string_view bytes, Slot slot) const {
  return reader_.Read(bytes, slot)
             ? OkStatus()
             : DataLossError("the cold store returned something else than was written");
}

// ---- Restoring

void WriteBackTable::Restore(std::unique_ptr<ShareFiles> files) {
  CHECK(slices_.empty());
  cold_.Restore(std::move(files));
  for (int64_t slice : cold_.restored()->Slices()) {
    SliceState& state = SliceOf(slice);
    state.persisted = true;
    state.has_cold = true;
  }
  warm_ = false;
}

StatusOr<bool> WriteBackTable::Warm(size_t entries) {
  // What was evicted is not worth having back before it is asked for.
  if (cold_.spilled() || memory_.held() > memory_.Allowance() / 8 * 7) warm_ = true;
  while (!warm_ && entries > 0) {
    if (!warming_ || !cold_.restored()->Holds(warm_slice_)) {
      RETURN_IF_ERROR(WarmNextSlice());
      --entries;
      continue;
    }
    SliceState& state = SliceOf(warm_slice_);
    for (; entries > 0; --entries) {
      ASSIGN_OR_RETURN(const StateEntry* entry, warming_->Next());
      if (entry == nullptr) {
        state.all_hot = true;
        RETURN_IF_ERROR(WarmNextSlice());
        break;
      }
      if (entry->erased || state.hot.Find(entry->key, entry->hash) != nullptr) continue;
      RETURN_IF_ERROR(InsertCold(state, entry->key, entry->hash, entry->slot).status());
    }
    CountBytes(state);
  }
  if (warm_) warming_.reset();
  return warm_;
}

Status WriteBackTable::WarmNextSlice() {
  for (int64_t slice : cold_.restored()->Slices()) {
    if (warming_ && slice <= warm_slice_) continue;
    warm_slice_ = slice;
    ASSIGN_OR_RETURN(warming_, cold_.restored()->WalkOnce(slice));
    return OkStatus();
  }
  warm_ = true;
  return OkStatus();
}

// ---- Snapshots

std::string& WriteBackTable::LogOf(int64_t slice, size_t bytes) {
  log_bytes_ += bytes;
  std::vector<StateSection>& log = log_.sections;
  if (log.empty() || log.back().slice != slice || log.back().dropped ||
      log.back().payload.size() >= kSectionBytes) {
    log.push_back({slice, /*dropped=*/false, {}});
  }
  return log.back().payload;
}

void WriteBackTable::Cut(SliceState& state, HotEntry* entry) {
  if (state.cut.empty() || state.cut.back().size() >= kSectionBytes) state.cut.emplace_back();
  std::string& cut = state.cut.back();
  const size_t before = cut.size();
  AppendKey(entry->key(), cut);
  writer_.Append(entry->slot(), cut);
  cut_bytes_ += cut.size() - before;
  entry->epoch = 0;
  entry->set(HotEntry::kPersisted);
}

void WriteBackTable::BeginCut() {
  CHECK(!cutting_) << "a cut is in progress";
  CHECK(collects_changes_);
  cutting_ = true;
  frozen_epoch_ = epoch_++;
  cut_log_ = std::exchange(log_, {});
  cut_bytes_ = std::exchange(log_bytes_, 0);
  scratch_.reset();
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

StateRun WriteBackTable::EndCut() {
  StateRun run = std::exchange(cut_log_, {});
  for (auto& [slice, state] : cut_slices_) {
    for (std::string& payload : state->cut) {
      run.sections.push_back({slice, /*dropped=*/false, std::move(payload)});
    }
    state->cut.clear();
    state->frozen = {};
  }
  cut_slices_.clear();
  cut_next_ = 0;
  dropped_.clear();
  cutting_ = false;
  cut_bytes_ = 0;
  CountChanges();
  return run;
}

StateRun WriteBackTable::TakeCut() {
  CHECK(cutting_ && cut_done());
  return EndCut();
}

StateRun WriteBackTable::AbortCut() {
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
