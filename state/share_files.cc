#include "state/share_files.h"

#include <algorithm>

namespace weir {

ShareFiles::ShareFiles(const TableIdentity& table)
    : table_(table), placement_(table.placement()), slots_(SlotReader::Of(table.layout)) {}

StatusOr<std::unique_ptr<ShareFiles>> ShareFiles::Open(const CheckpointStorage& storage,
                                                       const TableIdentity& table,
                                                       const StateShare& share) {
  std::unique_ptr<ShareFiles> out(new ShareFiles(table));
  for (const checkpoint::KeyedStateHandle& handle : share) {
    const KeyGroupRange range = {static_cast<int32_t>(handle.first_key_group()),
                                 static_cast<int32_t>(handle.last_key_group())};
    for (const auto* list : {&handle.base(), &handle.delta()}) {
      for (const checkpoint::FileHandle& file : *list) {
        ASSIGN_OR_RETURN(std::unique_ptr<StateFileReader> reader,
                         OpenStateFile(storage, table, handle, file));
        RETURN_IF_ERROR(out->Add(std::move(reader), range.Intersect(table.key_groups)).status());
      }
    }
  }
  return out;
}

StatusOr<size_t> ShareFiles::Add(std::shared_ptr<const StateFileReader> reader,
                                 KeyGroupRange groups) {
  ASSIGN_OR_RETURN(SlotReader slots, SlotReaderFor(*reader, table_));
  // Handles have disjoint key groups: a slice that is dropped here lives on in the others' files.
  for (int64_t slice : reader->dropped()) {
    auto it = slices_.find(slice);
    if (it == slices_.end()) continue;
    std::erase_if(it->second, [&](const Part& part) { return part.groups == groups; });
    if (it->second.empty()) slices_.erase(it);
  }
  const size_t file = files_.size();
  const auto& blocks = reader->blocks();
  for (size_t begin = 0, end = 0; begin < blocks.size(); begin = end) {
    while (end < blocks.size() && blocks[end].slice == blocks[begin].slice) ++end;
    Part part{file, begin, end, groups};
    while (part.begin < part.end && !blocks[part.begin].groups.Overlaps(groups)) ++part.begin;
    while (part.begin < part.end && !blocks[part.end - 1].groups.Overlaps(groups)) --part.end;
    if (part.begin < part.end) slices_[blocks[begin].slice].push_back(part);
  }
  files_.push_back({std::move(reader), SlotTranslator(std::move(slots), table_.layout)});
  return file;
}

uint64_t ShareFiles::bytes() const {
  uint64_t bytes = 0;
  for (const auto& [slice, parts] : slices_) {
    for (const Part& part : parts) {
      for (size_t b = part.begin; b < part.end; ++b) bytes += file(part.file).blocks()[b].length;
    }
  }
  return bytes;
}

StatusOr<std::shared_ptr<const EntryBlock>> ShareFiles::ReadBlock(size_t file,
                                                                  size_t number) const {
  const StateFileReader& reader = *files_[file].reader;
  const SlotTranslator& translator = files_[file].translator;
  std::string bytes;
  RETURN_IF_ERROR(reader.ReadBlock(number, bytes));
  bool whole = true;
  if (translator.needed()) {
    const std::string stored = std::move(bytes);
    whole = translator.Translate(stored, bytes);
  }
  const StateFileReader::Block& index = reader.blocks()[number];
  std::shared_ptr<const EntryBlock> block;
  if (whole) block = EntryBlock::InOrder(index.slice, std::move(bytes), slots_, placement_);
  const auto damaged = [&](const std::string& why) {
    return DataLossError("state file " + reader.path() + " is damaged: " + why);
  };
  if (!block || block->size() == 0) return damaged("an entry is none");
  // Entries outside of what the index says would be found by some readers and not by others.
  const StateEntry first = block->At(0);
  if (first.group != index.groups.first || first.key != index.first_key ||
      block->At(block->size() - 1).group != index.groups.last) {
    return damaged("its index is that of other entries");
  }
  return block;
}

size_t ShareFiles::BlockBehind(const Part& part, const EntryPlace& place) const {
  const auto& blocks = files_[part.file].reader->blocks();
  const auto behind =
      std::upper_bound(blocks.begin() + part.begin, blocks.begin() + part.end, place,
                       [](const EntryPlace& p, const StateFileReader::Block& block) {
                         return p < EntryPlace{block.groups.first, block.first_key};
                       });
  return static_cast<size_t>(behind - blocks.begin());
}

bool ShareFiles::FindBlock(const Part& part, const StateEntry& key, size_t& number) const {
  if (!part.groups.Contains(key.group)) return false;
  const size_t behind = BlockBehind(part, {key.group, key.key});
  if (behind == part.begin) return false;
  number = behind - 1;
  const StateFileReader::Block& block = files_[part.file].reader->blocks()[number];
  return block.groups.Contains(key.group) && block.MayHold(key.hash);
}

SortedMerge::Blocks ShareFiles::Sequence(const Part& part, SortedMerge::Order order,
                                         const EntryPlace* from, ReadBlockFn read) const {
  if (order == SortedMerge::Order::kUp) {
    size_t first = from == nullptr ? part.begin : BlockBehind(part, *from);
    if (first > part.begin) --first;
    return [=, next = first]() mutable -> StatusOr<std::shared_ptr<const EntryBlock>> {
      if (next == part.end) return std::shared_ptr<const EntryBlock>();
      return read(part.file, next++);
    };
  }
  const size_t last = from == nullptr ? part.end : BlockBehind(part, *from);
  return [=, next = last]() mutable -> StatusOr<std::shared_ptr<const EntryBlock>> {
    if (next == part.begin) return std::shared_ptr<const EntryBlock>();
    return read(part.file, --next);
  };
}

}  // namespace weir
