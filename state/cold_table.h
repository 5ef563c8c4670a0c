#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/base/memory_budget.h"
#include "common/base/time.h"
#include "state/cold_store.h"
#include "state/key_codec.h"
#include "state/restored_table.h"
#include "state/scratch_file.h"

namespace weir {

// The wall clock's time at a task's start, counted on by the monotonic one.
class TaskTime {
 public:
  explicit TaskTime(const Clock& clock)
      : clock_(clock), wall_(clock.WallNow()), nanos_(clock.MonotonicNanos()) {}
  Timestamp Now() const { return wall_ + (clock_.MonotonicNanos() - nanos_) / 1'000'000; }

 private:
  const Clock& clock_;
  const Timestamp wall_;
  const int64_t nanos_;
};

// What the tables of one task share: their part of the process's memory, and what is behind it.
class TaskMemory {
 public:
  // `factory` null: nothing is ever evicted. `scratch_dir` empty: changes stay in memory until they
  // are in a checkpoint.
  TaskMemory(std::unique_ptr<MemoryShare> share, ColdStoreFactory factory,
             std::string scratch_dir = "", uint64_t spill_changes_bytes = 0,
             const Clock& clock = Clock::Real())
      : time_(clock),
        share_(std::move(share)),
        factory_(std::move(factory)),
        scratch_dir_(std::move(scratch_dir)),
        spill_changes_bytes_(spill_changes_bytes) {}

  bool can_evict() const { return factory_ != nullptr; }
  StatusOr<ColdStore*> Cold();  // made when first asked for
  // ms since the epoch; does not jump while the task lives.
  Timestamp Now() const { return time_.Now(); }
  // Changes that take much of what is allowed would leave no room for entries.
  bool MustSpillChanges(uint64_t bytes) const {
    return !scratch_dir_.empty() && (bytes >= spill_changes_bytes_ ||
                                     (bytes >= kLeastSpilledBytes && bytes > Allowance() / 8));
  }
  StatusOr<std::shared_ptr<ScratchFile>> MakeScratchFile() const {
    return ScratchFile::Make(scratch_dir_);
  }

  // Hot entries, blocks of checkpoints that are kept, changes that no checkpoint holds yet.
  uint64_t held() const { return share_->held(); }
  uint64_t Allowance() const { return share_->Allowance(); }
  // A user's number of bytes has become another.
  void Recount(uint64_t& counted, uint64_t bytes) {
    if (counted == bytes) return;
    share_->Hold(held() - counted + bytes);
    counted = bytes;
  }

  uint64_t spilled_entries = 0;

 private:
  static constexpr uint64_t kLeastSpilledBytes = 64 << 10;

  const TaskTime time_;
  const std::unique_ptr<MemoryShare> share_;
  const ColdStoreFactory factory_;
  const std::string scratch_dir_;
  const uint64_t spill_changes_bytes_;
  std::unique_ptr<ColdStore> cold_;
};

// The least place that is behind every one with this beginning.
std::string BehindAll(std::string beginning);

// The entries of one table that are not in memory: those that were evicted, in the task's cold
// store, above those of the checkpoint it was restored from. Keys are in the order of a state file:
// by (slice, key group, key).
class ColdTable {
 public:
  // `time_to_live_ms`: of entries whose last field is a stamp; 0: for ever.
  ColdTable(uint32_t number, KeyPlacement placement, int64_t time_to_live_ms, TaskMemory& memory)
      : number_(number),
        placement_(placement),
        time_to_live_ms_(time_to_live_ms),
        memory_(memory) {}

  // For a table that holds nothing yet.
  void Restore(std::unique_ptr<ShareFiles> files);
  RestoredTable* restored() { return restored_.get(); }
  bool spilled() const { return spilled_; }

  struct Victim {
    std::string_view key;
    uint64_t hash;
    std::optional<std::string> value;  // none: erased
  };
  // Newer than all that is here.
  Status Write(int64_t slice, std::vector<Victim> victims);
  // One value per key; none where there is no such key.
  struct Wanted {
    std::string_view key;
    uint64_t hash;
  };
  Status Read(int64_t slice, std::span<const Wanted> keys,
              std::span<std::optional<std::string>> values);

  // A place in a slice, as one may go on from it: empty is in front of everything.
  std::string PlaceOf(std::string_view key, uint64_t hash) const;
  static std::string_view KeyAt(std::string_view place);
  // PlaceOf(key, hash) > place.
  bool IsBehind(std::string_view key, uint64_t hash, std::string_view place) const;
  using Visitor =
      std::function<void(std::string_view place, std::string_view key, std::string_view value)>;
  // Visits up to `limit` entries with begin <= place < end in order, or from the last one on
  // downwards; true when there may be more. An empty `end` is behind everything.
  StatusOr<bool> Scan(int64_t slice, std::string_view begin, std::string_view end,
                      SortedMerge::Order order, size_t limit, const Visitor& visit);

  Status DropSlice(int64_t slice);

 private:
  std::string Stored(std::string_view value, bool hides) const;
  std::string ColdKey(int64_t slice, std::string_view place) const;
  struct Part;
  Status ReadPart(int64_t slice, std::string& begin, std::string& end, SortedMerge::Order order,
                  size_t limit, Part& part);

  const uint32_t number_;
  const KeyPlacement placement_;
  const int64_t time_to_live_ms_;
  TaskMemory& memory_;
  std::unique_ptr<RestoredTable> restored_;
  bool spilled_ = false;  // the cold store may hold something of the table
};

}  // namespace weir
