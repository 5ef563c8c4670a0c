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

// One thread that runs closures in the order in which they were posted, and wakes its owner at the
// time that the owner asks for. Everything that only this thread touches needs no lock.
class EventLoop {
 public:
  // After each round of closures `after` runs on the loop's thread; it returns the wall-clock time
  // at which it wants to run again if nothing is posted before (nullopt: not at all).
  EventLoop(const Clock& clock, std::function<std::optional<Timestamp>()> after);
  ~EventLoop() { Stop(); }

  void Start();
  // From any thread; false once it is stopped.
  bool Post(std::function<void()> work);
  // Runs what was posted before, then ends. Not from the loop's own thread.
  void Stop();

 private:
  void Run();

  const Clock& clock_;
  const std::function<std::optional<Timestamp>()> after_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::function<void()>> posted_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace weir
