#include "taskmanager/worker_pool.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/base/logging.h"

namespace weir {

WorkerPool::WorkerPool(int workers, int io_threads, const Clock& clock)
    : clock_(clock), io_(io_threads) {
  for (int i = 0; i < workers; ++i) threads_.emplace_back([this] { Work(); });
}

WorkerPool::~WorkerPool() {
  // Blocking work may still wake runnables: it ends first.
  io_.Stop();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::RunBlocking(std::function<void()> work) {
  io_.Submit([work = std::move(work), context = CurrentLogContext()] {
    LogScope scope(&context);
    work();
  });
}

void WorkerPool::Wake(const std::shared_ptr<Runnable>& runnable) {
  int state = runnable->state_.load();
  while (true) {
    if (state == Runnable::kQueued || state == Runnable::kRunningWoken) return;
    int next = state == Runnable::kParked ? Runnable::kQueued : Runnable::kRunningWoken;
    if (runnable->state_.compare_exchange_weak(state, next)) break;
  }
  if (state != Runnable::kParked) return;
  bool notify;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    queue_.push_back(runnable);
    notify = sleeping_ > 0;
  }
  if (notify) wake_.notify_one();
}

std::vector<std::shared_ptr<Runnable>> WorkerPool::TakeDueTimers(Timestamp now) {
  std::vector<std::shared_ptr<Runnable>> due;
  while (!timers_.empty() && timers_.top().at <= now) {
    std::shared_ptr<Runnable> runnable = timers_.top().runnable.lock();
    if (runnable && runnable->timer_at_ == timers_.top().at) {
      runnable->timer_at_ = kMaxTimestamp;
      due.push_back(std::move(runnable));
    }
    timers_.pop();
  }
  return due;
}

void WorkerPool::Work() {
  pthread_setname_np(pthread_self(), "worker");
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopped_) {
    if (!timers_.empty()) {
      std::vector<std::shared_ptr<Runnable>> due = TakeDueTimers(clock_.SteadyNow());
      if (!due.empty()) {
        lock.unlock();
        for (const auto& runnable : due) Wake(runnable);
        due.clear();  // may destroy: not under the lock
        lock.lock();
        continue;
      }
    }
    if (queue_.empty()) {
      ++sleeping_;
      if (timers_.empty()) {
        wake_.wait(lock);
      } else {
        int64_t ms = std::clamp<int64_t>(timers_.top().at - clock_.SteadyNow(), 0, 1000);
        wake_.wait_for(lock, std::chrono::milliseconds(ms));
      }
      --sleeping_;
      continue;
    }
    std::shared_ptr<Runnable> runnable = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    runnable->state_.store(Runnable::kRunning);
    Runnable::Next next = runnable->Run();
    Finish(std::move(runnable), next);
    lock.lock();
  }
}

void WorkerPool::Finish(std::shared_ptr<Runnable> runnable, Runnable::Next next) {
  if (!next.again) {
    bool notify = false;
    if (next.wake_at != kMaxTimestamp) {
      std::lock_guard<std::mutex> lock(mutex_);
      // One timer each: an earlier one wakes it early, it then asks again.
      if (next.wake_at < runnable->timer_at_) {
        runnable->timer_at_ = next.wake_at;
        notify = sleeping_ > 0 && (timers_.empty() || next.wake_at < timers_.top().at);
        timers_.push({next.wake_at, runnable});
      }
    }
    if (notify) wake_.notify_one();
    int running = Runnable::kRunning;
    if (runnable->state_.compare_exchange_strong(running, Runnable::kParked)) return;
  }
  runnable->state_.store(Runnable::kQueued);
  std::lock_guard<std::mutex> lock(mutex_);
  queue_.push_back(std::move(runnable));
}

}  // namespace weir
