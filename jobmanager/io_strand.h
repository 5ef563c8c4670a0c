#pragma once

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
  // False: it could not be done now and is to be tried again in a moment, before what comes next.
  using Work = std::function<bool()>;
  virtual void Submit(Work work) = 0;
};

// On a thread of its own that is made when the first piece comes.
class IoStrand : public IoQueue {
 public:
  IoStrand() = default;
  ~IoStrand() override;
  IoStrand(const IoStrand&) = delete;
  IoStrand& operator=(const IoStrand&) = delete;

  void Submit(Work work) override;

 private:
  void Run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Work> queue_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace weir
