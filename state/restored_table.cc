#include "state/restored_table.h"

#include <algorithm>

namespace weir {

std::vector<int64_t> RestoredTable::Slices() const {
  std::vector<int64_t> slices;
  for (const auto& [slice, parts] : files_->slices()) slices.push_back(slice);
  return slices;
}

StatusOr<std::shared_ptr<const EntryBlock>> RestoredTable::Block(size_t file, size_t number) {
  const uint64_t id = uint64_t{file} << 40 | number;
  if (auto it = by_id_.find(id); it != by_id_.end()) {
    kept_.splice(kept_.begin(), kept_, it->second);
    return it->second->block;
  }
  ASSIGN_OR_RETURN(std::shared_ptr<const EntryBlock> block, files_->ReadBlock(file, number));
  kept_.push_front({id, block});
  by_id_[id] = kept_.begin();
  kept_bytes_ += block->bytes();
  Keep(keep_);
  return block;
}

void RestoredTable::Keep(uint64_t bytes) {
  keep_ = bytes;
  while (kept_bytes_ > keep_ && !kept_.empty()) {
    kept_bytes_ -= kept_.back().block->bytes();
    by_id_.erase(kept_.back().id);
    kept_.pop_back();
  }
}

StatusOr<std::optional<std::string>> RestoredTable::Find(const StateEntry& place) {
  if (!Holds(place.slice)) return std::optional<std::string>();
  const auto& parts = files_->slices().at(place.slice);
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    size_t number;
    if (!files_->FindBlock(*part, place, number)) continue;
    ASSIGN_OR_RETURN(std::shared_ptr<const EntryBlock> block, Block(part->file, number));
    const size_t i = block->LowerBound({place.group, place.key});
    if (i == block->size()) continue;
    const StateEntry entry = block->At(i);
    if (entry.key != place.key) continue;
    if (entry.erased) break;
    return std::optional<std::string>(entry.slot);
  }
  return std::optional<std::string>();
}

StatusOr<std::unique_ptr<SortedMerge>> RestoredTable::Walk(int64_t slice, SortedMerge::Order order,
                                                           const EntryPlace* from) {
  auto merge = std::make_unique<SortedMerge>(order);
  if (!Holds(slice)) return merge;
  for (const ShareFiles::Part& part : files_->slices().at(slice)) {
    RETURN_IF_ERROR(merge->Add(
        files_->Sequence(part, order, from, [this](size_t f, size_t n) { return Block(f, n); }),
        part.groups, from));
  }
  return merge;
}

StatusOr<std::unique_ptr<SortedMerge>> RestoredTable::WalkOnce(int64_t slice) {
  auto merge = std::make_unique<SortedMerge>(SortedMerge::Order::kUp);
  if (!Holds(slice)) return merge;
  for (const ShareFiles::Part& part : files_->slices().at(slice)) {
    RETURN_IF_ERROR(
        merge->Add(files_->Sequence(part, SortedMerge::Order::kUp, nullptr,
                                    [this](size_t f, size_t n) { return files_->ReadBlock(f, n); }),
                   part.groups));
  }
  return merge;
}

}  // namespace weir
