#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace weir {

// Blocking work in the order it was given: snapshot writes, commits, connecting. Threads are made
// when work waits and none is free, up to a limit, and stay.
class IoPool {
 public:
  explicit IoPool(int max_threads) : max_threads_(max_threads) {}
  ~IoPool() { Stop(); }

  void Submit(std::function<void()> work);
  // Begins nothing new and waits for what runs. Afterwards Submit drops its work.
  void Stop();

 private:
  void Work();

  const int max_threads_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  int free_ = 0;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace weir
