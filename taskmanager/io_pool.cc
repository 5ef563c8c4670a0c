#include "taskmanager/io_pool.h"

#include <pthread.h>

#include <utility>

namespace weir {

void IoPool::Submit(std::function<void()> work) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (stopped_) return;
    queue_.push_back(std::move(work));
    if (static_cast<int>(queue_.size()) > free_ &&
        static_cast<int>(threads_.size()) < max_threads_) {
      threads_.emplace_back([this] { Work(); });
    }
  }
  wake_.notify_one();
}

void IoPool::Stop() {
  std::vector<std::thread> threads;
  std::deque<std::function<void()>> dropped;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
    dropped.swap(queue_);
    threads.swap(threads_);
  }
  wake_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

void IoPool::Work() {
  pthread_setname_np(pthread_self(), "io");
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    ++free_;
    wake_.wait(lock, [this] { return stopped_ || !queue_.empty(); });
    --free_;
    if (stopped_) return;
    std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    work = nullptr;  // what it holds may end here, without the lock
    lock.lock();
  }
}

}  // namespace weir
