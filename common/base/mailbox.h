#pragma once

#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

namespace weir {

// Where any thread puts what one owner takes. The owner is woken by whoever posts.
template <class Mail>
class Mailbox {
 public:
  void Post(Mail mail) {
    std::lock_guard<std::mutex> lock(mutex_);
    mail_.push_back(std::move(mail));
    filled_.store(true, std::memory_order_release);
  }
  // Everything that is there, in the order it came.
  std::vector<Mail> Take() {
    if (empty()) return {};
    std::lock_guard<std::mutex> lock(mutex_);
    filled_.store(false, std::memory_order_release);
    return std::exchange(mail_, {});
  }
  bool empty() const { return !filled_.load(std::memory_order_acquire); }

 private:
  std::mutex mutex_;
  std::vector<Mail> mail_;
  std::atomic<bool> filled_{false};
};

}  // namespace weir
