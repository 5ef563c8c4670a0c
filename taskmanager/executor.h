#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "common/base/time.h"

namespace weir {

class WorkerPool;

// Something that works in bounded pieces and never waits: a task, the task executor. It is on one
// thread at a time; what it did is visible to its next run wherever that is.
class Runnable : public std::enable_shared_from_this<Runnable> {
 public:
  struct Next {
    bool again = false;                 // there is more to do now
    Timestamp wake_at = kMaxTimestamp;  // else: not before Wake, or then (Clock::SteadyNow)
  };
  virtual ~Runnable() = default;
  // About a millisecond of work.
  virtual Next Run() = 0;

 private:
  friend class WorkerPool;
  enum State : int { kParked, kQueued, kRunning, kRunningWoken };
  std::atomic<int> state_{kParked};
  Timestamp timer_at_ = kMaxTimestamp;  // registered with the pool; the pool's lock
};

// Who runs it: a pool of workers, or a simulation that owns time and order.
class Executor {
 public:
  virtual ~Executor() = default;
  // `runnable` runs soon (again, if it is running now). From any thread.
  virtual void Wake(const std::shared_ptr<Runnable>& runnable) = 0;
  // Blocking work, elsewhere. From any thread.
  virtual void RunBlocking(std::function<void()> work) = 0;
  virtual const Clock& clock() const = 0;
};

}  // namespace weir
