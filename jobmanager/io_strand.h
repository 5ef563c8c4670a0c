#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace weir {

// Blocking storage work of one job, one piece after the other in the order given.
class IoQueue {
 public:
  // Finishes the piece it is in, drops the others.
  virtual ~IoQueue() = default;
  virtual void Submit(std::function<void()> work) = 0;
  // Work that repeats itself until it succeeds ends when this is true.
  virtual bool stopping() const = 0;
};

// On a thread of its own that is made when the first piece comes.
class IoStrand : public IoQueue {
 public:
  IoStrand() = default;
  ~IoStrand() override;
  IoStrand(const IoStrand&) = delete;
  IoStrand& operator=(const IoStrand&) = delete;

  void Submit(std::function<void()> work) override;
  bool stopping() const override { return stopped_; }

 private:
  void Run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

}  // namespace weir
