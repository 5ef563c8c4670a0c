#include "operators/value_counts.h"

#include <algorithm>
#include <numeric>

namespace weir {
namespace {

SlotLayout CountLayout() { return SlotLayout({{"count"}}); }

}  // namespace

StatusOr<std::unique_ptr<ValueCounts>> ValueCounts::Open(KeyedState& state,
                                                         const std::string& table,
                                                         std::vector<DataType> types,
                                                         KeyForm groups) {
  std::unique_ptr<ValueCounts> counts(new ValueCounts(std::move(types)));
  if (groups == KeyForm::kWhole) {
    ASSIGN_OR_RETURN(counts->table_, state.OpenSlotTable(table, CountLayout(), KeyForm::kInner));
    return counts;
  }
  ASSIGN_OR_RETURN(counts->ordered_,
                   state.OpenOrderedTable(table, CountLayout(), KeyForm::kNested));
  counts->table_ = counts->ordered_;
  return counts;
}

StatusOr<std::unique_ptr<ValueCounts>> ValueCounts::OpenOrdered(KeyedState& state,
                                                                const std::string& table,
                                                                const DataType& type,
                                                                KeyForm groups) {
  std::unique_ptr<ValueCounts> counts(new ValueCounts({type}));
  ASSIGN_OR_RETURN(OrderedKeyCodec order, OrderedKeyCodec::Make({{type}}));
  counts->order_ = std::move(order);
  ASSIGN_OR_RETURN(counts->ordered_,
                   state.OpenOrderedTable(table, CountLayout(), FormWithin(groups)));
  counts->table_ = counts->ordered_;
  return counts;
}

Status ValueCounts::Begin(int64_t slice, const EncodedKeys& groups,
                          std::span<const ColumnPtr> values, std::span<const uint32_t> rows) {
  slice_ = slice;
  groups_ = &groups;
  keys_.Clear();
  at_.resize(groups.size());
  std::string value, scratch;
  if (!order_) codec_.Encode(values, groups.size(), values_);
  for (uint32_t row : rows) {
    at_[row] = static_cast<uint32_t>(keys_.size());
    if (order_) {
      value.clear();
      order_->Append(values, row, value);
    }
    AppendInnerKey(groups.key(row), groups.hash(row), order_ ? value : values_.key(row), keys_,
                   scratch);
  }
  all_.resize(keys_.size());
  std::iota(all_.begin(), all_.end(), 0);
  counts_.resize(keys_.size());
  is_new_.resize(keys_.size());
  return table_->Resolve(slice, keys_, all_, counts_, is_new_);
}

Status ValueCounts::FindOf(std::string_view group, int64_t slice, Extreme extreme,
                           ColumnBuilder& out) const {
  const auto take = [&](std::string_view value, Slot count) {
    // One that was taken back before it came, or is forgotten at the end of the batch.
    if (count.Get<int64_t>(0) <= 0) return true;
    ColumnBuilder* builder = &out;
    order_->Decode(value, {&builder, 1});
    return false;
  };
  return extreme == Extreme::kMin ? ordered_->ScanFrom(slice, group, {}, take)
                                  : ordered_->ScanBack(slice, group, take);
}

Status ValueCounts::End() {
  // Slots go with their entries: first all that are at zero, then the erasing. Equal keys share
  // one.
  std::erase_if(all_, [&](uint32_t i) { return counts_[i].Get<int64_t>(0) != 0; });
  std::sort(all_.begin(), all_.end(),
            [&](uint32_t a, uint32_t b) { return counts_[a].data < counts_[b].data; });
  all_.erase(
      std::unique(all_.begin(), all_.end(),
                  [&](uint32_t a, uint32_t b) { return counts_[a].data == counts_[b].data; }),
      all_.end());
  for (uint32_t i : all_) RETURN_IF_ERROR(table_->Erase(slice_, keys_.key(i), keys_.hash(i)));
  return OkStatus();
}

Status ValueCounts::MoveGroup(int64_t slice, const GroupKey& from, const GroupKey& into,
                              const NewValue& is_new) {
  std::vector<int64_t> counts;
  const auto note = [&](Slot slot) { counts.push_back(slot.Get<int64_t>(0)); };
  while (true) {
    counts.clear();
    RETURN_IF_ERROR(moving_.Take(*ordered_, slice, from, note));
    if (moving_.size() == 0) return OkStatus();
    moving_.Within(into, keys_);
    all_.resize(keys_.size());
    std::iota(all_.begin(), all_.end(), 0);
    counts_.resize(keys_.size());
    is_new_.resize(keys_.size());
    RETURN_IF_ERROR(table_->Resolve(slice, keys_, all_, counts_, is_new_));
    for (size_t i = 0; i < counts.size(); ++i) {
      const int64_t before = counts_[i].Get<int64_t>(0);
      counts_[i].Set<int64_t>(0, before + counts[i]);
      if (before <= 0 && before + counts[i] > 0) is_new(moving_[i]);
    }
    slice_ = slice;
    RETURN_IF_ERROR(End());
  }
}

Status ValueCounts::ForgetGroup(int64_t slice, const GroupKey& group) {
  do {
    RETURN_IF_ERROR(moving_.Take(*ordered_, slice, group, [](Slot) {}));
  } while (moving_.size() > 0);
  return OkStatus();
}

}  // namespace weir
