#include "state/memory/memory_cold_store.h"

#include <map>

#include "common/base/check.h"

namespace weir {
namespace {

class MemoryColdStore : public ColdStore {
 public:
  Status WriteRun(std::span<const Entry> run) override {
    for (size_t i = 0; i < run.size(); ++i) {
      CHECK(i == 0 || run[i - 1].key < run[i].key) << "a run that is not sorted";
      if (run[i].value) {
        entries_[run[i].key] = *run[i].value;
      } else {
        entries_.erase(run[i].key);
      }
    }
    return OkStatus();
  }

  Status Read(std::span<const std::string> keys,
              std::span<std::optional<std::string>> values) override {
    for (size_t i = 0; i < keys.size(); ++i) {
      auto it = entries_.find(keys[i]);
      values[i] = it == entries_.end() ? std::nullopt : std::optional(it->second);
    }
    return OkStatus();
  }

  StatusOr<bool> Scan(std::string_view begin, std::string_view end, size_t limit,
                      const Visitor& visit) override {
    for (auto it = entries_.lower_bound(begin); it != entries_.end() && it->first < end; ++it) {
      if (limit-- == 0) return true;
      visit(it->first, it->second);
    }
    return false;
  }

  StatusOr<bool> ScanBack(std::string_view begin, std::string_view end, size_t limit,
                          const Visitor& visit) override {
    for (auto it = entries_.lower_bound(end); it != entries_.begin();) {
      --it;
      if (it->first < begin) break;
      if (limit-- == 0) return true;
      visit(it->first, it->second);
    }
    return false;
  }

  Status DropRange(std::string_view begin, std::string_view end) override {
    entries_.erase(entries_.lower_bound(begin), entries_.lower_bound(end));
    return OkStatus();
  }

 private:
  std::map<std::string, std::string, std::less<>> entries_;
};

}  // namespace

std::unique_ptr<ColdStore> MakeMemoryColdStore() { return std::make_unique<MemoryColdStore>(); }

}  // namespace weir
