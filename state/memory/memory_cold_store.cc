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
    ForgetDead();
    for (size_t i = 0; i < keys.size(); ++i) {
      auto it = entries_.find(keys[i]);
      values[i] = it == entries_.end() ? std::nullopt : std::optional(it->second);
    }
    return OkStatus();
  }

  StatusOr<bool> Scan(std::string_view begin, std::string_view end, size_t limit,
                      const Visitor& visit) override {
    ForgetDead();
    for (auto it = entries_.lower_bound(begin); it != entries_.end() && it->first < end; ++it) {
      if (limit-- == 0) return true;
      visit(it->first, it->second);
    }
    return false;
  }

  StatusOr<bool> ScanBack(std::string_view begin, std::string_view end, size_t limit,
                          const Visitor& visit) override {
    ForgetDead();
    for (auto it = entries_.lower_bound(end); it != entries_.begin();) {
      --it;
      if (it->first < begin) break;
      if (limit-- == 0) return true;
      visit(it->first, it->second);
    }
    return false;
  }

  void SetDead(std::function<bool(std::string_view value)> dead) override {
    dead_ = std::move(dead);
  }

  Status DropRange(std::string_view begin, std::string_view end) override {
    entries_.erase(entries_.lower_bound(begin), entries_.lower_bound(end));
    return OkStatus();
  }

 private:
  // As soon as it may: whoever leans on what is dead is found out.
  void ForgetDead() {
    if (!dead_) return;
    std::erase_if(entries_, [this](const auto& entry) { return dead_(entry.second); });
  }

  std::function<bool(std::string_view value)> dead_;
  std::map<std::string, std::string, std::less<>> entries_;
};

}  // namespace

std::unique_ptr<ColdStore> MakeMemoryColdStore() { return std::make_unique<MemoryColdStore>(); }

}  // namespace weir
