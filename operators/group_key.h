#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "state/key_codec.h"
#include "state/ordered_table.h"

namespace weir {

// A group of rows by its key, and the hash that places it.
struct GroupKey {
  std::string_view key;
  uint64_t hash;
};

// The form of keys that lie within those of `groups`.
inline KeyForm FormWithin(KeyForm groups) {
  return groups == KeyForm::kWhole ? KeyForm::kInner : KeyForm::kNested;
}

// Some inner keys on their way out of a group, or from one group to another.
class InnerKeys {
 public:
  // Takes the first ones out of the table, in their order; none is left when there are none.
  // `note`: what their slots hold.
  Status Take(OrderedTable& table, int64_t slice, const GroupKey& group,
              const std::function<void(Slot slot)>& note) {
    bytes_.clear();
    ends_.assign(1, 0);
    RETURN_IF_ERROR(table.ScanFrom(slice, group.key, {}, [&](std::string_view inner, Slot slot) {
      note(slot);
      bytes_ += inner;
      ends_.push_back(bytes_.size());
      return size() < kMost;
    }));
    Within(group, keys_);
    for (size_t i = 0; i < size(); ++i) {
      RETURN_IF_ERROR(table.Erase(slice, keys_.key(i), keys_.hash(i)));
    }
    return OkStatus();
  }
  size_t size() const { return ends_.size() - 1; }
  std::string_view operator[](size_t i) const {
    return std::string_view(bytes_).substr(ends_[i], ends_[i + 1] - ends_[i]);
  }
  // The same within a group.
  void Within(const GroupKey& group, EncodedKeys& keys) {
    keys.Clear();
    for (size_t i = 0; i < size(); ++i) {
      AppendInnerKey(group.key, group.hash, (*this)[i], keys, scratch_);
    }
  }

 private:
  static constexpr size_t kMost = 1024;

  std::string bytes_, scratch_;
  std::vector<size_t> ends_{0};
  EncodedKeys keys_;
};

}  // namespace weir
