#include "operators/timer_table.h"

#include <algorithm>
#include <cstring>

namespace weir {
namespace {

// Times as bytes in their order.
void AppendTime(Timestamp time, std::string& out) {
  const uint64_t bits = __builtin_bswap64(static_cast<uint64_t>(time) ^ uint64_t{1} << 63);
  out.append(reinterpret_cast<const char*>(&bits), sizeof(bits));
}
Timestamp TimeOfKey(std::string_view key) {
  uint64_t bits = 0;
  std::memcpy(&bits, key.data(), sizeof(bits));
  return static_cast<Timestamp>(__builtin_bswap64(bits) ^ uint64_t{1} << 63);
}

// A key that lies in the key group, so that what is within it moves with the group.
std::string NameOfGroup(int32_t group, int32_t max_parallelism) {
  for (uint32_t n = 0;; ++n) {
    const std::string name(reinterpret_cast<const char*>(&n), sizeof(n));
    if (KeyGroupOf(KeyCodec::Hash(name), max_parallelism) == group) return name;
  }
}

}  // namespace

Status TimerTable::Open(KeyedState& state, const std::string& table, SlotLayout layout) {
  ASSIGN_OR_RETURN(table_, state.OpenOrderedTable(table, std::move(layout)));
  max_parallelism_ = state.max_parallelism();
  const KeyGroupRange groups = state.key_groups();
  first_group_ = groups.first;
  for (int32_t group = groups.first; group <= groups.last; ++group) {
    group_names_.push_back(NameOfGroup(group, max_parallelism_));
  }
  next_.assign(group_names_.size(), kMinTimestamp);  // looked up when the watermark comes
  return OkStatus();
}

StatusOr<Slot> TimerTable::Put(Timestamp time, std::string_view name, uint64_t hash) {
  const size_t group = GroupOf(hash);
  next_[group] = std::min(next_[group], time);
  MakeKey(group, time, name);
  const uint32_t only = 0;
  Slot slot;
  uint8_t is_new;
  RETURN_IF_ERROR(table_->Resolve(0, key_, {&only, 1}, {&slot, 1}, {&is_new, 1}));
  return slot;
}

Status TimerTable::Erase(Timestamp time, std::string_view name, uint64_t hash) {
  MakeKey(GroupOf(hash), time, name);
  return table_->Erase(0, key_.key(0), key_.hash(0));
}

Status TimerTable::Take(Timestamp watermark, size_t limit, const Visitor& visit) {
  for (size_t taken = 0; taken < limit;) {
    // The key group whose turn it is, and when it is another's.
    size_t first = 0;
    Timestamp others = kMaxTimestamp;
    for (size_t group = 1; group < next_.size(); ++group) {
      others = std::min(others, std::max(next_[group], next_[first]));
      if (next_[group] < next_[first]) first = group;
    }
    if (next_[first] > watermark || next_[first] == kMaxTimestamp) return OkStatus();
    RETURN_IF_ERROR(TakeOf(first, std::min(watermark, others), limit, taken, visit));
  }
  return OkStatus();
}

Status TimerTable::TakeOf(size_t group, Timestamp bound, size_t limit, size_t& taken,
                          const Visitor& visit) {
  const std::string& outer = group_names_[group];
  inners_.clear();
  ends_.clear();
  Timestamp next = kMaxTimestamp;
  RETURN_IF_ERROR(table_->ScanFrom(0, outer, {}, [&](std::string_view inner, Slot slot) {
    const Timestamp time = TimeOfKey(inner);
    if (time > bound || time == kMaxTimestamp || taken == limit) {
      next = time;
      return false;
    }
    visit(time, inner.substr(sizeof(Timestamp)), slot);
    inners_ += inner;
    ends_.push_back(inners_.size());
    ++taken;
    return true;
  }));
  next_[group] = next;
  size_t begin = 0;
  for (size_t end : ends_) {
    key_.Clear();
    AppendInnerKey(outer, KeyCodec::Hash(outer),
                   std::string_view(inners_).substr(begin, end - begin), key_, scratch_);
    RETURN_IF_ERROR(table_->Erase(0, key_.key(0), key_.hash(0)));
    begin = end;
  }
  return OkStatus();
}

size_t TimerTable::GroupOf(uint64_t hash) const {
  return static_cast<size_t>(KeyGroupOf(hash, max_parallelism_) - first_group_);
}

void TimerTable::MakeKey(size_t group, Timestamp time, std::string_view name) {
  inner_.clear();
  AppendTime(time, inner_);
  inner_ += name;
  key_.Clear();
  const std::string& outer = group_names_[group];
  AppendInnerKey(outer, KeyCodec::Hash(outer), inner_, key_, scratch_);
}

}  // namespace weir
