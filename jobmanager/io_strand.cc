#include "jobmanager/io_strand.h"

#include <chrono>
#include <utility>

namespace weir {
namespace {
constexpr std::chrono::milliseconds kRetry{500};
}

IoStrand::~IoStrand() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void IoStrand::Submit(Work work) {
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
    if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
  }
  wake_.notify_one();
}

void IoStrand::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [&] { return stopped_ || !queue_.empty(); });
    if (stopped_) return;
    const Work work = queue_.front();
    lock.unlock();
    const bool done = work();
    lock.lock();
    if (done) {
      queue_.pop_front();
    } else {
      wake_.wait_for(lock, kRetry, [&] { return stopped_; });
    }
  }
}

}  // namespace weir
