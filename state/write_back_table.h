#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "state/cold_table.h"
#include "state/hot_slice.h"
#include "state/order_index.h"
#include "state/ordered_table.h"
#include "state/page_read.h"
#include "state/slot_codec.h"
#include "state/state_share.h"

namespace weir {

// The slot table: hot slices in memory, changes collected for snapshots, the rest in the cold
// table. An entry is *dirty* when it changed since the last cut began; *frozen* when it was dirty
// at the cut in progress and is not copied yet. A frozen entry is copied before it is touched.
// An ordered table has an index over the hot entries of each slice besides; what its scans lack is
// merged in from the cold table.
//
// What a cut yields applies in this order: the log (keys erased, slices dropped, dirty entries
// evicted; as they happened), then the entries dirty at the barrier.
class WriteBackTable : public OrderedTable {
 public:
  struct Config {
    uint32_t number = 0;  // among the task's tables: its prefix in the cold store
    TableIdentity identity;
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

  // ---- For people
  // Goes on with a page; looks at about so many entries.
  Status ReadSome(PageRead& read, size_t entries);
  // Entries may lie on disk alone: those are not among EntryCount.
  bool partly_cold() const;

  // Writes to disk what exceeds the task's allowance. Ends what Resolve and the scans have given.
  Status MakeRoom();
  uint64_t hot_bytes() const { return hot_bytes_; }

  // ---- Restoring
  // What a checkpoint holds of an empty table. It is read when it is asked for.
  void Restore(std::unique_ptr<ShareFiles> files);
  // Takes up to about `entries` of it into memory, if there is room, so that in the end nothing is
  // read from files any more. True when that has come to an end.
  StatusOr<bool> Warm(size_t entries);

  // ---- Snapshots
  void BeginCut();
  // Copies up to about `entries` frozen ones; returns how many.
  size_t CutSome(size_t entries);
  bool cutting() const { return cutting_; }
  bool cut_done() const { return cut_next_ == cut_slices_.size(); }
  // Ends a cut that is done.
  StateRun TakeCut();
  // Ends a cut that may not be done: what is not copied is dirty again. Yields what was copied,
  // which must go in front of the next cut.
  StateRun AbortCut();

 private:
  struct SliceState {
    explicit SliceState(const SlotLayout& layout) : hot(layout) {}
    HotSlice hot;
    std::unique_ptr<OrderIndex> order;  // of an ordered table
    bool persisted = false;             // a run or a restored file may hold something of it
    bool has_cold = false;              // so may the cold table
    bool all_hot = false;               // but it holds nothing that is not in memory too
    std::vector<HotEntry*> dirty;
    size_t dirty_limit = 1024;  // then doubles in it are removed
    std::vector<HotEntry*> frozen;
    size_t cut_at = 0;             // in frozen
    std::vector<std::string> cut;  // payloads
    uint32_t evict_at = 1;         // number of the entry that eviction looks at next
    std::string scan_at;           // in the cold table
    uint64_t counted_bytes = 0;    // of hot, as in TaskMemory
  };

  Status Lookup(SliceState& state, int64_t slice, const EncodedKeys& keys,
                std::span<const uint32_t> rows, std::span<Slot> slots, uint8_t* is_new);
  Status LookupCold(SliceState& state, int64_t slice, const EncodedKeys& keys,
                    std::span<const uint32_t> rows, std::span<const uint32_t> misses,
                    std::span<Slot> slots, uint8_t* is_new);
  SliceState& SliceOf(int64_t slice);
  HotEntry* Insert(SliceState& state, std::string_view key, uint64_t hash);
  StatusOr<HotEntry*> InsertCold(SliceState& state, std::string_view key, uint64_t hash,
                                 std::string_view slot);
  void Remove(SliceState& state, HotEntry* entry, bool to_cold);
  // The cold table may hold a key that is not in memory.
  bool MayBeCold(const SliceState& state, std::string_view key) const;
  // The entry is about to change.
  void Touch(SliceState& state, HotEntry* entry);
  bool Frozen(const HotEntry* entry) const { return cutting_ && entry->epoch == frozen_epoch_; }
  void Cut(SliceState& state, HotEntry* entry);
  // To append about so many bytes to.
  std::string& LogOf(int64_t slice, size_t bytes);
  void CountBytes(SliceState& state);
  // Whether eviction could give back more than that.
  bool CanFree(uint64_t bytes) const;
  void CountChanges();
  bool IsDead(const char* slot) const;  // its time is over
  Timestamp StampOf(const char* slot) const;
  void Stamp(char* slot) const;
  Status SweepDead();
  Status SpillLog();
  Status Evict(uint64_t target, int64_t slice, SliceState& state, size_t& entries);
  Status WriteVictims(int64_t slice, SliceState& state, const std::vector<HotEntry*>& victims);
  void TrimDirty(SliceState& state);
  StateRun EndCut();

  struct ColdPart;
  Status ScanOrdered(int64_t slice, std::string_view outer, std::string_view from,
                     SortedMerge::Order order, const InnerVisitor& visit);
  Status ReadCold(int64_t slice, std::string& begin, std::string& end, SortedMerge::Order order,
                  ColdPart& part);
  Status LoadCollection(SliceState& state, std::string_view outer, const ColdPart& part);

  bool FindNearest(SliceState& state, PageRead& read, size_t& entries) const;
  using PlacedValue = std::pair<std::string, std::string>;  // place, slot
  StatusOr<bool> ReadColdPage(const PageRead& read, std::vector<PlacedValue>& found);
  Status TakeNearest(SliceState& state, PageRead& read, size_t& entries);

  Status ReadSlot(std::string_view bytes, Slot slot) const;
  Status WarmNextSlice();

  const TableIdentity identity_;
  const KeyForm keys_;
  const bool ordered_;
  const bool collects_changes_;
  TaskMemory& memory_;
  ColdTable cold_;
  SlotWriter writer_;
  SlotReader reader_;  // of what writer_ wrote
  std::map<int64_t, std::unique_ptr<SliceState>> slices_;
  uint64_t entries_ = 0;
  uint64_t hot_bytes_ = 0;                // of all slices
  uint64_t counted_blocks_ = 0;           // as in TaskMemory: of the checkpoint
  uint64_t log_bytes_ = 0;                // in memory
  uint64_t cut_bytes_ = 0;                // of cut_log_ and what is cut
  uint64_t counted_changes_ = 0;          // as in TaskMemory
  std::shared_ptr<ScratchFile> scratch_;  // of this epoch's log, once it is spilled
  int64_t evict_slice_ = INT64_MIN;       // where eviction goes on
  uint32_t stamp_at_ = 0;                 // in a slot
  Timestamp now_ = 0;                     // of this step, where entries are forgotten with time
  Timestamp swept_at_ = 0;
  int64_t sweep_slice_ = INT64_MIN;  // where the sweep goes on, and at which entry
  uint32_t sweep_entry_ = 1;
  std::unique_ptr<HotSlice> scanned_;     // what the last scan read from the cold table
  std::unique_ptr<SortedMerge> warming_;  // of the slice that Warm is in
  int64_t warm_slice_ = 0;
  bool warm_ = true;  // Warm has come to its end

  uint32_t epoch_ = 1;
  StateRun log_;  // of this epoch

  bool cutting_ = false;
  uint32_t frozen_epoch_ = 0;
  StateRun cut_log_;                                         // of the frozen epoch
  std::vector<std::pair<int64_t, SliceState*>> cut_slices_;  // that had dirty entries
  size_t cut_next_ = 0;
  std::vector<std::unique_ptr<SliceState>> dropped_;  // while they are being cut
};

}  // namespace weir
