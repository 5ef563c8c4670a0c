#pragma once

#include <map>
#include <memory>
#include <vector>

#include "state/entry_block.h"
#include "state/sorted_merge.h"
#include "state/state_share.h"

namespace weir {

// The files of a share, open: what they hold of each slice, oldest first. Only their indexes are in
// memory. Files that are deleted meanwhile stay readable where the file system is POSIX's.
class ShareFiles {
 public:
  // Blocks of one file that belong to one slice and were not dropped by a newer file.
  struct Part {
    size_t file;
    size_t begin, end;     // of its blocks
    KeyGroupRange groups;  // for which the file counts here
  };

  explicit ShareFiles(const TableIdentity& table);
  // kDataLoss, naming the file, for what is damaged or belongs elsewhere; kNotFound when one is
  // missing; kInvalidArgument when its fields cannot become those of the table.
  static StatusOr<std::unique_ptr<ShareFiles>> Open(const CheckpointStorage& storage,
                                                    const TableIdentity& table,
                                                    const StateShare& share);

  // One more, newer than all others; returns its number. kInvalidArgument when its fields do not
  // fit.
  StatusOr<size_t> Add(std::shared_ptr<const StateFileReader> reader, KeyGroupRange groups);
  const StateFileReader& file(size_t number) const { return *files_[number].reader; }

  void Drop(int64_t slice) { slices_.erase(slice); }
  const std::map<int64_t, std::vector<Part>>& slices() const { return slices_; }
  uint64_t bytes() const;  // of all blocks that count

  // As entries with the table's present fields.
  StatusOr<std::shared_ptr<const EntryBlock>> ReadBlock(size_t file, size_t number) const;
  // The block of `part` that alone may hold the key; false when none does.
  bool FindBlock(const Part& part, const StateEntry& key, size_t& number) const;

  using ReadBlockFn =
      std::function<StatusOr<std::shared_ptr<const EntryBlock>>(size_t file, size_t number)>;
  // The sequence of a part's blocks from the one on that may hold `from`; `read` is ReadBlock, or
  // goes there at last.
  SortedMerge::Blocks Sequence(const Part& part, SortedMerge::Order order, const EntryPlace* from,
                               ReadBlockFn read) const;

 private:
  struct File {
    std::shared_ptr<const StateFileReader> reader;
    SlotTranslator translator;
  };
  // The first block of the part that begins behind `place`.
  size_t BlockBehind(const Part& part, const EntryPlace& place) const;

  const TableIdentity table_;
  const KeyPlacement placement_;
  const SlotReader slots_;  // of the present fields
  std::vector<File> files_;
  std::map<int64_t, std::vector<Part>> slices_;
};

}  // namespace weir
