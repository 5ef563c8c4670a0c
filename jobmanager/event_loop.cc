#include "jobmanager/event_loop.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace weir {

void ThreadLoop::Start(After after) {
  after_ = std::move(after);
  thread_ = std::thread([this] { Run(); });
}

bool ThreadLoop::Post(std::function<void()> work) {
  {
    std::lock_guard lock(mutex_);
    if (stopped_) return false;
    posted_.push_back(std::move(work));
  }
  wake_.notify_one();
  return true;
}

void ThreadLoop::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void ThreadLoop::Run() {
  std::optional<Timestamp> wake_at;
  while (true) {
    std::vector<std::function<void()>> work;
    {
      std::unique_lock lock(mutex_);
      const auto ready = [&] { return stopped_ || !posted_.empty(); };
      if (wake_at) {
        const Timestamp wait = std::max<Timestamp>(*wake_at - clock_.SteadyNow(), 0);
        wake_.wait_for(lock, std::chrono::milliseconds(wait), ready);
      } else {
        wake_.wait(lock, ready);
      }
      work = std::exchange(posted_, {});
      if (stopped_ && work.empty()) return;
    }
    for (auto& f : work) f();
    wake_at = after_();
  }
}

}  // namespace weir
