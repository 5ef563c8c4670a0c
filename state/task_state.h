#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "common/base/memory_budget.h"
#include "common/base/status.h"
#include "common/base/time.h"
#include "proto/checkpoint.pb.h"
#include "state/cold_store.h"
#include "state/key_groups.h"
#include "state/keyed_state.h"
#include "state/page_read.h"
#include "state/storage/checkpoint_storage.h"

namespace weir {

// What the background half of a snapshot hands back.
struct SnapshotResult {
  std::map<std::string, std::vector<checkpoint::KeyedStateHandle>> keyed;  // by operator uid
  uint64_t written_bytes = 0;  // by this checkpoint, inline shares included
  uint64_t state_bytes = 0;    // of all files and inline shares that the handles name
  // What was made for it. Whoever tells nobody of the snapshot has to discard them
  // (CheckpointStorage::Discard).
  std::vector<std::string> files;
};
// Runs on any one thread, may block on files, touches nothing that the task's thread uses. May be
// dropped unrun, and may outlive the TaskState.
using SnapshotWork = std::function<StatusOr<SnapshotResult>()>;

// All keyed state of one task: the tables of every operator of its chain, their snapshots, their
// memory. Owned by the task and called from its thread only. One snapshot is in flight at a time.
//
//   Restore(uid, handles)...  ForOperator(uid) -> Operator::Open opens its tables
//   at a barrier, after the chain was flushed:
//     BeginSnapshot(id)                      O(1): what is written from now on is not in it
//     while (!SnapshotSome(n)) { step(); }   between steps, beside normal processing
//     SnapshotWork work = TakeWork();        run on the I/O pool: writes files, yields handles
//   later exactly one of CheckpointCompleted(id), Abort(id); a BeginSnapshot without either counts
//   as Abort: what the lost checkpoint held is in the next one.
//
// The handles of a snapshot name files that it wrote itself and files of completed checkpoints that
// this TaskState was told of (or restored from), never files of an aborted one.
class TaskState {
 public:
  struct Config {
    // Null: the job has no checkpoints. Snapshots are empty then and cost nothing.
    std::shared_ptr<CheckpointStorage> storage;
    KeyGroupRange key_groups;
    int32_t max_parallelism = 128;
    // Of the process; what exceeds our part of it moves to the cold store. Null: no limit.
    std::shared_ptr<MemoryBudget> memory;
    // Called from any thread when others need memory that we hold: call MakeRoom soon.
    std::function<void()> make_room_soon;
    // Made on the first spill. Null: no cold tier, the budget is not enforced.
    ColdStoreFactory cold_store;
    // Changes that no checkpoint has yet, beyond so many bytes of a table, go to a file in this
    // folder; empty: they stay in memory.
    std::string scratch_dir;
    uint64_t spill_changes_bytes = uint64_t{4} << 20;
    const Clock* clock = &Clock::Real();  // for what is forgotten with time
    // A restored table of up to so many bytes is read when it is opened, a larger one when its
    // entries are asked for.
    uint64_t read_at_once_bytes = uint64_t{4} << 20;
  };

  explicit TaskState(Config config);
  ~TaskState();
  TaskState(const TaskState&) = delete;
  TaskState& operator=(const TaskState&) = delete;

  // What the operator takes over, before it opens its tables. Cheap: files are opened, and may be
  // refused (kDataLoss, naming the file), when the operator opens the table. What of a large table
  // is damaged may be found out only when it is asked for.
  Status Restore(const std::string& uid, std::vector<checkpoint::KeyedStateHandle> handles);

  // The tables of one operator; the reference lives as long as the TaskState.
  KeyedState& ForOperator(const std::string& uid);

  // Between steps: writes to disk what exceeds our part of the memory.
  Status MakeRoom();
  // Between steps: takes up to about `entries` of restored tables into memory; true when nothing
  // is left to do, which is so at once where nothing large was restored.
  StatusOr<bool> WarmSome(size_t entries);

  // `id` is higher than every id before.
  Status BeginSnapshot(CheckpointId id);
  // Copies up to about `entries` dirty entries; true when all are cut (and when none is in flight).
  bool SnapshotSome(size_t entries);
  // After SnapshotSome returned true, once per snapshot.
  SnapshotWork TakeWork();

  void CheckpointCompleted(CheckpointId id);  // ids of other snapshots are ignored
  void Abort(CheckpointId id);                // likewise

  // ---- For people, between steps
  struct TableSize {
    std::string table;
    uint64_t entries = 0;  // in memory
    uint64_t bytes = 0;    // in memory
    bool on_disk = false;  // so are others
  };
  // Of every table of an operator, by name.
  std::vector<TableSize> SizesOf(const std::string& uid) const;
  // Goes on with a page of a table; looks at about so many entries. kNotFound: there is none.
  Status ReadSome(const std::string& uid, const std::string& table, PageRead& read, size_t entries);

  // For metrics; counted, not measured.
  uint64_t hot_bytes() const;  // of entries in memory
  uint64_t hot_entries() const;
  uint64_t spilled_entries() const;  // written to the cold store so far

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir
