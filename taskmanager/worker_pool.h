#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <queue>
#include <thread>
#include <vector>

#include "taskmanager/executor.h"
#include "taskmanager/io_pool.h"

namespace weir {

// Runs runnables on as many threads as there are cores, in turn, and blocking work on a pool of
// its own. The destructor lets what runs finish its piece, runs no more and waits for the blocking
// work that was begun.
class WorkerPool : public Executor {
 public:
  explicit WorkerPool(int workers, int io_threads, const Clock& clock = Clock::Real());
  ~WorkerPool() override;

  void Wake(const std::shared_ptr<Runnable>& runnable) override;
  // Lines that the work logs are about what the caller's are.
  void RunBlocking(std::function<void()> work) override;
  const Clock& clock() const override { return clock_; }

 private:
  struct Timer {
    Timestamp at;
    std::weak_ptr<Runnable> runnable;
    bool operator>(const Timer& other) const { return at > other.at; }
  };

  void Work();
  void Finish(std::shared_ptr<Runnable> runnable, Runnable::Next next);
  std::vector<std::shared_ptr<Runnable>> TakeDueTimers(Timestamp now);  // under mutex_

  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Runnable>> queue_;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
  int sleeping_ = 0;
  bool stopped_ = false;
  IoPool io_;
  std::vector<std::thread> threads_;
};

}  // namespace weir
