#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proto/checkpoint.pb.h"
#include "state/key_codec.h"
#include "state/slot_codec.h"
#include "state/storage/checkpoint_storage.h"
#include "state/storage/state_file.h"
#include "state/write_back_table.h"

// One task's share of one keyed table in a checkpoint: which files it consists of, how a snapshot
// adds to them, how a table is filled from them.

namespace weir {

struct TableIdentity {
  std::string uid;
  std::string table;
  SlotLayout layout;
  KeyGroupRange key_groups;
  int32_t max_parallelism = 128;
  KeyForm keys = KeyForm::kWhole;

  int32_t KeyGroup(std::string_view key) const {
    return KeyGroupOf(HashOf(keys, key), max_parallelism);
  }
  std::string Name() const { return "table " + table + " of operator " + uid; }
};

// Handles with disjoint key-group ranges: several after the parallelism changed.
using StateShare = std::vector<checkpoint::KeyedStateHandle>;

// The changes between two barriers, in the order in which they apply. Immutable.
using StateRun = std::vector<StateSection>;

struct WrittenShare {
  StateShare share;
  uint64_t written_bytes = 0;
};

// The part of `handles` that concerns the table and its key groups. kDataLoss unless each of its
// key groups is in exactly one of them.
StatusOr<StateShare> SelectShare(const TableIdentity& table,
                                 const std::vector<checkpoint::KeyedStateHandle>& handles);

// Fills an empty table. kDataLoss, naming the file, for what is damaged or belongs elsewhere;
// kInvalidArgument when its fields cannot become those of the table.
Status LoadShare(const CheckpointStorage& storage, const TableIdentity& table,
                 const StateShare& share, WriteBackTable& into);

// Adds `runs`, oldest first, to `share`: as one more delta, or, when there are many deltas, by
// folding everything into a new base file. Reads and writes files; touches no table.
StatusOr<WrittenShare> WriteShare(CheckpointStorage& storage, CheckpointId id,
                                  const TableIdentity& table, const StateShare& share,
                                  const std::vector<std::shared_ptr<const StateRun>>& runs);

uint64_t BytesOf(const StateShare& share);

// ---- Between the files of this folder

// A file of the share, checked to belong to the table and to cover the handle's key groups.
StatusOr<std::unique_ptr<StateFileReader>> OpenStateFile(const CheckpointStorage& storage,
                                                         const TableIdentity& table,
                                                         const checkpoint::KeyedStateHandle& handle,
                                                         const checkpoint::FileHandle& file);
// How to read its slots.
StatusOr<SlotReader> SlotReaderFor(const StateFileReader& file, const TableIdentity& table);

// Everything in `share` and `runs` as one sorted base file.
StatusOr<WrittenShare> FoldShare(CheckpointStorage& storage, CheckpointId id,
                                 const TableIdentity& table, const StateShare& share,
                                 const std::vector<std::shared_ptr<const StateRun>>& runs);

// Writes a state file: into the handle if `bytes`, an upper bound of its size, is small.
class ShareFileWriter {
 public:
  static StatusOr<std::unique_ptr<ShareFileWriter>> Make(CheckpointStorage& storage,
                                                         CheckpointId id,
                                                         const TableIdentity& table, bool base,
                                                         uint64_t bytes);
  Status Add(const StateSection& section) { return writer_->Add(section); }
  StatusOr<checkpoint::FileHandle> Finish();

 private:
  std::unique_ptr<CheckpointFileWriter> file_;  // null: inline
  std::string content_;
  int64_t id_ = 0;
  std::unique_ptr<StateFileWriter> writer_;
};

}  // namespace weir
