#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/time.h"
#include "proto/checkpoint.pb.h"
#include "state/entry_block.h"
#include "state/keyed_state.h"
#include "state/scratch_file.h"
#include "state/slot_codec.h"
#include "state/storage/checkpoint_storage.h"
#include "state/storage/state_file.h"

// One task's share of one keyed table in a checkpoint: which files it consists of, how a snapshot
// adds to them.

namespace weir {

struct TableIdentity {
  std::string uid;
  std::string table;
  SlotLayout layout;
  KeyGroupRange key_groups;
  int32_t max_parallelism = 128;
  KeyForm keys = KeyForm::kWhole;

  TimeToLive time_to_live;  // if any, the layout's last field is the stamp

  KeyPlacement placement() const { return {keys, max_parallelism}; }
  std::string Name() const { return "table " + table + " of operator " + uid; }
};

// Handles with disjoint key-group ranges: several after the parallelism changed.
using StateShare = std::vector<checkpoint::KeyedStateHandle>;

// What happened to a slice, as bytes: entries in the order in which they were written, or, when it
// was dropped, nothing.
struct StateSection {
  int64_t slice = 0;
  bool dropped = false;
  std::string payload;
};
// Sections are closed at about this size.
inline constexpr size_t kSectionBytes = 1 << 20;

// The changes between two barriers, in the order in which they apply. Immutable.
struct StateRun {
  // Those that did not fit memory, as state files in scratch files; older than the sections.
  std::vector<std::shared_ptr<const StateFileReader>> spilled;
  std::vector<StateSection> sections;

  bool empty() const { return spilled.empty() && sections.empty(); }
  uint64_t memory_bytes() const;
};

struct WrittenShare {
  StateShare share;
  uint64_t written_bytes = 0;
  std::string file;  // that was made for it; empty: none
};

// The part of `handles` that concerns the table and its key groups. kDataLoss unless each of its
// key groups is in exactly one of them.
StatusOr<StateShare> SelectShare(const TableIdentity& table,
                                 const std::vector<checkpoint::KeyedStateHandle>& handles);

// Adds `runs`, oldest first, to `share`: as one more delta, or, when there are many deltas, by
// folding everything into a new base file. Reads and writes files, a block of each at a time;
// touches no table. `now`: what is dead by then is left out of a base.
StatusOr<WrittenShare> WriteShare(CheckpointStorage& storage, CheckpointId id,
                                  const TableIdentity& table, const StateShare& share,
                                  const std::vector<std::shared_ptr<const StateRun>>& runs,
                                  Timestamp now);

// Writes sections as a sorted state file of its own, to a scratch file.
StatusOr<std::shared_ptr<const StateFileReader>> SpillSections(
    ScratchFile& scratch, const TableIdentity& table, const std::vector<StateSection>& sections);

uint64_t BytesOf(const StateShare& share);

// ---- Between the files of this folder

// A file of the share, checked to belong to the table and to cover the handle's key groups.
StatusOr<std::unique_ptr<StateFileReader>> OpenStateFile(const CheckpointStorage& storage,
                                                         const TableIdentity& table,
                                                         const checkpoint::KeyedStateHandle& handle,
                                                         const checkpoint::FileHandle& file);
// How to read its slots.
StatusOr<SlotReader> SlotReaderFor(const StateFileReader& file, const TableIdentity& table);

}  // namespace weir
