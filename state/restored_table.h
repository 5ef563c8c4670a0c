#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "state/share_files.h"

namespace weir {

// What a checkpoint holds of a table, read where it lies and when it is asked for: a task can go on
// at once whatever the size of its state. Read-only but for slices that are dropped. Blocks that
// were read are kept as long as memory allows. Used by the task's thread.
class RestoredTable {
 public:
  explicit RestoredTable(std::unique_ptr<ShareFiles> files) : files_(std::move(files)) {}

  bool Holds(int64_t slice) const { return files_->slices().contains(slice); }
  std::vector<int64_t> Slices() const;
  void Drop(int64_t slice) { files_->Drop(slice); }

  // Finds an entry by `place` (its slice, hash, group and key): its slot, none when there is none.
  StatusOr<std::optional<std::string>> Find(const StateEntry& place);
  // All entries of a slice, or those on one side of a place; some of them say "erased".
  StatusOr<std::unique_ptr<SortedMerge>> Walk(int64_t slice, SortedMerge::Order order,
                                              const EntryPlace* from);
  // As Walk upwards, for one who comes by once: no block is kept.
  StatusOr<std::unique_ptr<SortedMerge>> WalkOnce(int64_t slice);

  // Blocks may be kept up to this many bytes.
  void Keep(uint64_t bytes);
  uint64_t kept_bytes() const { return kept_bytes_; }

 private:
  struct Kept {
    uint64_t id;  // of file and block
    std::shared_ptr<const EntryBlock> block;
  };
  StatusOr<std::shared_ptr<const EntryBlock>> Block(size_t file, size_t number);

  std::unique_ptr<ShareFiles> files_;
  std::list<Kept> kept_;  // the one used last in front
  absl::flat_hash_map<uint64_t, std::list<Kept>::iterator> by_id_;
  uint64_t kept_bytes_ = 0;
  uint64_t keep_ = 0;
};

}  // namespace weir
