#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace weir {

// Where a task's entries go when they do not fit its memory budget: a local, sorted map of byte
// strings. Scratch space: it is empty when it is made, its files go when it is destroyed, and no
// checkpoint leans on it. Only the owning task's thread may call it; calls may block on a disk.
// A failed call leaves the task's state unknown: the task fails and is restored from a checkpoint.
class ColdStore {
 public:
  struct Entry {
    std::string key;
    std::optional<std::string> value;  // none: the key is erased
  };

  virtual ~ColdStore() = default;
  // `run` is strictly ascending by key (bytewise) and newer than everything in the store.
  virtual Status WriteRun(std::span<const Entry> run) = 0;
  // One per key; none where there is no such key.
  virtual Status Read(std::span<const std::string> keys,
                      std::span<std::optional<std::string>> values) = 0;
  // Visits up to `limit` entries with begin <= key < end, ascending; true when there are more.
  using Visitor = std::function<void(std::string_view key, std::string_view value)>;
  virtual StatusOr<bool> Scan(std::string_view begin, std::string_view end, size_t limit,
                              const Visitor& visit) = 0;
  // The same entries from the last one on, descending.
  virtual StatusOr<bool> ScanBack(std::string_view begin, std::string_view end, size_t limit,
                                  const Visitor& visit) = 0;
  // Before anything is written: entries whose value is dead may be left out from then on. `dead` is
  // called from any thread.
  virtual void SetDead(std::function<bool(std::string_view value)>) {}
  // Erases begin <= key < end.
  virtual Status DropRange(std::string_view begin, std::string_view end) = 0;
};

// Called on the first spill of a task.
using ColdStoreFactory = std::function<StatusOr<std::unique_ptr<ColdStore>>()>;

}  // namespace weir
