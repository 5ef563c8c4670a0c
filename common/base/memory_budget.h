#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace weir {

class MemoryShare;

// The bytes that several users in one process may hold together. A user may hold what is free;
// once all of it is held, each may hold an equal part, and whoever holds more has to give back as
// much as there is too much. Nobody is refused: users look at their Allowance() and write to disk
// what exceeds it. Thread-safe.
class MemoryBudget : public std::enable_shared_from_this<MemoryBudget> {
 public:
  explicit MemoryBudget(uint64_t limit) : limit_(limit) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  // `give_back` is called, from any thread, when the share holds more than its part and others need
  // it: its owner should then look at the allowance, even if it has nothing else to do.
  std::unique_ptr<MemoryShare> NewShare(std::function<void()> give_back = nullptr);

  uint64_t limit() const { return limit_; }
  uint64_t held() const { return held_.load(std::memory_order_relaxed); }

 private:
  friend class MemoryShare;
  struct User {
    std::atomic<uint64_t> held{0};
    std::atomic<bool> asked{false};  // to give back
    std::function<void()> give_back;
  };
  uint64_t Part() const { return limit_ / std::max<uint64_t>(1, users_count_.load()); }
  void AskTheOthers(const User* caller);

  const uint64_t limit_;
  std::atomic<uint64_t> held_{0};
  std::atomic<uint64_t> users_count_{0};
  std::mutex mutex_;
  std::vector<std::shared_ptr<User>> users_;
};

// What one user holds. Used by one thread; destroyed it holds nothing.
class MemoryShare {
 public:
  ~MemoryShare();
  void Hold(uint64_t bytes);  // from now on, in all
  uint64_t held() const { return user_->held.load(std::memory_order_relaxed); }
  // What it may hold now: everything that is free, or its part.
  uint64_t Allowance() const;

 private:
  friend class MemoryBudget;
  MemoryShare(std::shared_ptr<MemoryBudget> budget, std::shared_ptr<MemoryBudget::User> user)
      : budget_(std::move(budget)), user_(std::move(user)) {}

  const std::shared_ptr<MemoryBudget> budget_;
  const std::shared_ptr<MemoryBudget::User> user_;
};

}  // namespace weir
