#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "common/base/time.h"
#include "operators/operator.h"

namespace weir {

// What a task counts, since its start. Written by the task's thread, read by any, without a lock
// but for what it has observed.
struct TaskMetrics {
  std::atomic<int64_t> records_in{0};  // of a source: what it has read
  std::atomic<int64_t> records_out{0};
  std::atomic<int64_t> bytes_in{0};
  std::atomic<int64_t> bytes_out{0};
  std::atomic<int64_t> busy_ns{0};
  std::atomic<int64_t> backpressured_ns{0};
  std::atomic<int64_t> idle_ns{0};
  std::atomic<Timestamp> watermark{kMinTimestamp};
  std::atomic<int64_t> state_bytes{0};
  std::atomic<int64_t> state_entries{0};
  std::atomic<int64_t> source_lag{-1};  // records that wait; -1: unknown, or no source

  // Counters of the operators, by name; those beyond the limit are not counted.
  void Add(const char* name, int64_t delta) {
    const size_t count = count_.load(std::memory_order_relaxed);
    for (size_t i = 0; i < count; ++i) {
      if (counters_[i].first == name) {
        counters_[i].second.fetch_add(delta, std::memory_order_relaxed);
        return;
      }
    }
    if (count == counters_.size()) return;
    counters_[count].first = name;
    counters_[count].second.store(delta, std::memory_order_relaxed);
    count_.store(count + 1, std::memory_order_release);
  }
  std::vector<std::pair<std::string, int64_t>> Counters() const {
    std::vector<std::pair<std::string, int64_t>> all;
    const size_t count = count_.load(std::memory_order_acquire);
    for (size_t i = 0; i < count; ++i) {
      all.emplace_back(counters_[i].first, counters_[i].second.load(std::memory_order_relaxed));
    }
    return all;
  }

  // What only the task itself can see.
  struct Observation {
    size_t trouble_operator = 0;  // whose trouble it is
    std::string trouble;          // what keeps it from its work, in a sentence; empty: nothing
    std::vector<int64_t> operator_rows;  // that each operator of the chain has emitted
    std::vector<SplitStatus> splits;     // of a source
  };
  void SetObservation(Observation observation) {
    std::lock_guard<std::mutex> lock(mutex_);
    observation_ = std::move(observation);
  }
  Observation LastObservation() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return observation_;
  }

 private:
  mutable std::mutex mutex_;
  Observation observation_;
  std::array<std::pair<std::string, std::atomic<int64_t>>, 32> counters_;
  std::atomic<size_t> count_{0};
};

}  // namespace weir
