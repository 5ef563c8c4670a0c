#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common/base/time.h"

namespace weir {

// Runs closures one at a time, in the order in which they were posted, and wakes its owner at the
// time that the owner asks for. Everything that only the closures touch needs no lock.
class EventLoop {
 public:
  // After each round of closures it is called in the loop; it returns the time (Clock::SteadyNow)
  // at which it wants to be called again if nothing is posted before (nullopt: not at all).
  using After = std::function<std::optional<Timestamp>()>;

  virtual ~EventLoop() = default;  // stops
  virtual void Start(After after) = 0;
  // From any thread; false once it is stopped.
  virtual bool Post(std::function<void()> work) = 0;
  // Runs what was posted before, then ends. Not from the loop's own thread.
  virtual void Stop() = 0;
};

// On a thread of its own.
class ThreadLoop : public EventLoop {
 public:
  explicit ThreadLoop(const Clock& clock) : clock_(clock) {}
  ~ThreadLoop() override { Stop(); }

  void Start(After after) override;
  bool Post(std::function<void()> work) override;
  void Stop() override;

 private:
  void Run();

  const Clock& clock_;
  After after_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::function<void()>> posted_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace weir
