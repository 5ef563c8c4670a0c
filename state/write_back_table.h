#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "state/cold_store.h"
#include "state/hot_slice.h"
#include "state/order_index.h"
#include "state/ordered_table.h"
#include "state/slot_codec.h"
#include "state/storage/state_file.h"

namespace weir {

// What the tables of one task share: the memory budget and the cold store behind it.
struct TaskMemory {
  uint64_t budget = 0;
  uint64_t hot_bytes = 0;
  uint64_t spilled_entries = 0;
  ColdStoreFactory factory;  // null: nothing is ever evicted
  std::unique_ptr<ColdStore> cold;

  StatusOr<ColdStore*> Cold();  // made when first asked for
};

// The slot table: hot slices in memory, changes collected for snapshots, the rest in the cold
// store. An entry is *dirty* when it changed since the last cut began; *frozen* when it was dirty
// at the cut in progress and is not copied yet. A frozen entry is copied before it is touched.
// An ordered table has an index over the hot entries of each slice besides; what its scans lack is
// merged in from the cold store.
//
// What a cut yields applies in this order: the log (keys erased, slices dropped, dirty entries
// evicted; as they happened), then the entries dirty at the barrier.
class WriteBackTable : public OrderedTable {
 public:
  struct Config {
    uint32_t number = 0;  // among the task's tables: its prefix in the cold store
    SlotLayout layout;
    KeyGroupRange key_groups;
    KeyForm keys = KeyForm::kWhole;
    bool ordered = false;          // ScanFrom and ScanBack may be called; the keys are not kWhole
    bool collects_changes = true;  // false: there are no snapshots, nothing is recorded for them
    TaskMemory* memory = nullptr;
  };
  explicit WriteBackTable(Config config);
  ~WriteBackTable() override;

  Status Resolve(int64_t slice, const EncodedKeys& keys, std::span<const uint32_t> rows,
                 std::span<Slot> slots, std::span<uint8_t> is_new) override;
  Status Find(int64_t slice, const EncodedKeys& keys, std::span<const uint32_t> rows,
              std::span<Slot> slots) override;
  Status Erase(int64_t slice, std::string_view key, uint64_t hash) override;
  std::vector<int64_t> Slices() const override;
  Status DropSlice(int64_t slice) override;
  Status Scan(int64_t slice, uint64_t& cursor, size_t limit, const Visitor& visit) override;
  uint64_t EntryCount() const override { return entries_; }
  Status ScanFrom(int64_t slice, std::string_view outer, std::string_view from,
                  const InnerVisitor& visit) override;
  Status ScanBack(int64_t slice, std::string_view outer, const InnerVisitor& visit) override;

  const SlotLayout& layout() const { return writer_.layout(); }

  // ---- Restoring: entries that a checkpoint holds already
  Status LoadEntry(int64_t slice, std::string_view key, const SlotReader& reader,
                   std::string_view encoded);
  Status LoadErased(int64_t slice, std::string_view key);

  // ---- Snapshots
  void BeginCut();
  // Copies up to about `entries` frozen ones; returns how many.
  size_t CutSome(size_t entries);
  bool cutting() const { return cutting_; }
  bool cut_done() const { return cut_next_ == cut_slices_.size(); }
  // Ends a cut that is done.
  std::vector<StateSection> TakeCut();
  // Ends a cut that may not be done: what is not copied is dirty again. Yields what was copied,
  // which must go in front of the next cut.
  std::vector<StateSection> AbortCut();

 private:
  struct SliceState {
    explicit SliceState(const SlotLayout& layout) : hot(layout) {}
    HotSlice hot;
    std::unique_ptr<OrderIndex> order;  // of an ordered table
    bool persisted = false;             // a run or a restored file may hold something of it
    bool has_cold = false;              // so may the cold store
    std::vector<HotEntry*> dirty;
    size_t dirty_limit = 1024;  // then doubles in it are removed
    std::vector<HotEntry*> frozen;
    size_t cut_at = 0;             // in frozen
    std::vector<std::string> cut;  // payloads
    uint32_t evict_at = 1;         // number of the entry that eviction looks at next
    std::string scan_at;           // in the cold store
    uint64_t counted_bytes = 0;    // of hot, as in TaskMemory
  };

  Status Lookup(SliceState& state, int64_t slice, const EncodedKeys& keys,
                std::span<const uint32_t> rows, std::span<Slot> slots, uint8_t* is_new);
  Status LookupCold(SliceState& state, int64_t slice, const EncodedKeys& keys,
                    std::span<const uint32_t> rows, std::span<const uint32_t> misses,
                    std::span<Slot> slots, uint8_t* is_new);
  SliceState& SliceOf(int64_t slice);
  HotEntry* Insert(SliceState& state, std::string_view key, uint64_t hash);
  void Remove(SliceState& state, HotEntry* entry, bool to_cold);
  // The cold store may hold a key that is not in memory.
  bool MayBeCold(const SliceState& state, std::string_view key) const;
  // The entry is about to change.
  void Touch(SliceState& state, HotEntry* entry);
  bool Frozen(const HotEntry* entry) const { return cutting_ && entry->epoch == frozen_epoch_; }
  void Cut(SliceState& state, HotEntry* entry);
  std::string& LogOf(int64_t slice);
  void CountBytes(SliceState& state);
  Status MakeRoom();
  Status Evict(int64_t slice, SliceState& state, size_t& entries);
  Status WriteVictims(int64_t slice, SliceState& state, const std::vector<HotEntry*>& victims);
  void TrimDirty(SliceState& state);
  std::vector<StateSection> EndCut();

  enum class Direction { kUp, kDown };
  struct ColdPart;
  Status ScanOrdered(int64_t slice, std::string_view outer, std::string_view from,
                     Direction direction, const InnerVisitor& visit);
  Status ReadCold(std::string& begin, std::string& end, Direction direction, ColdPart& part);
  Status LoadCollection(SliceState& state, std::string_view outer, const ColdPart& part);

  Status ReadSlot(std::string_view bytes, Slot slot) const;
  std::string ColdKey(int64_t slice, std::string_view key) const;

  const uint32_t number_;
  const KeyGroupRange key_groups_;
  const KeyForm keys_;
  const bool ordered_;
  const bool collects_changes_;
  TaskMemory& memory_;
  SlotWriter writer_;
  SlotReader reader_;  // of what writer_ wrote
  std::map<int64_t, std::unique_ptr<SliceState>> slices_;
  uint64_t entries_ = 0;
  int64_t evict_slice_ = INT64_MIN;    // where eviction goes on
  std::unique_ptr<HotSlice> scanned_;  // what the last scan read from the cold store

  uint32_t epoch_ = 1;
  std::vector<StateSection> log_;  // of this epoch

  bool cutting_ = false;
  uint32_t frozen_epoch_ = 0;
  std::vector<StateSection> cut_log_;                        // of the frozen epoch
  std::vector<std::pair<int64_t, SliceState*>> cut_slices_;  // that had dirty entries
  size_t cut_next_ = 0;
  std::vector<std::unique_ptr<SliceState>> dropped_;  // while they are being cut
};

}  // namespace weir
