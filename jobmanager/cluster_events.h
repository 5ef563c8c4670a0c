#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "common/base/time.h"

namespace weir {

// Something that people may want to know of afterwards.
struct ClusterEvent {
  enum Severity { kInfo, kWarning, kError };
  Severity severity = kInfo;
  std::string text;
  std::string job;           // its id; empty: none's
  std::string task_manager;  // its id; empty: none's
  int64_t id = 0;            // rises
  Timestamp at = 0;          // of the wall clock
};

// The last few. Not thread-safe: the dispatcher's thread.
class ClusterEvents {
 public:
  void Add(ClusterEvent event, Timestamp now) {
    event.id = ++last_id_;
    event.at = now;
    events_.push_front(std::move(event));
    if (events_.size() > kKept) events_.pop_back();
  }
  const std::deque<ClusterEvent>& newest_first() const { return events_; }

 private:
  static constexpr size_t kKept = 500;
  std::deque<ClusterEvent> events_;
  int64_t last_id_ = 0;
};

}  // namespace weir
