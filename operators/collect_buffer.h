#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "common/data/batch.h"

namespace weir {

// The rows of a SELECT between the task that makes them and the client that pulls them: a bounded
// ring of batches, each with an offset. Reading at an offset lets go of everything below it.
// Thread-safe.
class CollectBuffer {
 public:
  static constexpr size_t kMaxBatches = 64;

  // `on_space` is called, from the reader's thread, when a full buffer has room again.
  void SetOnSpace(std::function<void()> on_space) {
    std::lock_guard lock(mutex_);
    on_space_ = std::move(on_space);
  }
  // False: full, not taken.
  bool Push(const Batch& batch) {
    std::lock_guard lock(mutex_);
    if (batches_.size() >= kMaxBatches) {
      was_full_ = true;
      return false;
    }
    batches_.push_back(batch);
    return true;
  }
  void Finish() {
    std::lock_guard lock(mutex_);
    finished_ = true;
  }

  struct ReadResult {
    int64_t offset = 0;  // of the first batch
    std::vector<Batch> batches;
    bool finished = false;  // nothing comes after these batches
  };
  ReadResult Read(int64_t offset, size_t max_batches) {
    std::function<void()> on_space;
    ReadResult result;
    {
      std::lock_guard lock(mutex_);
      while (first_ < offset && !batches_.empty()) {
        batches_.pop_front();
        ++first_;
      }
      result.offset = first_;
      for (size_t i = 0; i < batches_.size() && i < max_batches; ++i) {
        result.batches.push_back(batches_[i]);
      }
      result.finished = finished_ && result.batches.size() == batches_.size();
      if (was_full_ && batches_.size() < kMaxBatches) {
        was_full_ = false;
        on_space = on_space_;
      }
    }
    if (on_space) on_space();
    return result;
  }

 private:
  std::mutex mutex_;
  std::function<void()> on_space_;
  std::deque<Batch> batches_;
  int64_t first_ = 0;  // offset of batches_.front()
  bool finished_ = false;
  bool was_full_ = false;
};

}  // namespace weir
