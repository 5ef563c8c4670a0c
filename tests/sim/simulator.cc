#include "tests/sim/simulator.h"

#include <algorithm>
#include <cstdio>
#include <iostream>

namespace weir::sim {
namespace {
constexpr size_t kTraceLines = 200;
}

void Simulator::After(int64_t delay_us, std::function<void()> work) {
  After(nullptr, delay_us, std::move(work));
}

void Simulator::After(const LifePtr& life, int64_t delay_us, std::function<void()> work) {
  events_.push({now_us_ + std::max<int64_t>(delay_us, 0), next_sequence_++,
                std::make_shared<std::function<void()>>(std::move(work)), life});
}

bool Simulator::Step() {
  if (violation_ || events_.empty()) return false;
  Event event = events_.top();
  events_.pop();
  now_us_ = std::max(now_us_, event.at_us);
  if (event.life != nullptr && !event.life->alive) return true;
  if (event.life != nullptr &&
      (event.life->paused_until_us > now_us_ || postponed_.contains(event.life.get()))) {
    std::deque<Work>& waiting = postponed_[event.life.get()];
    waiting.push_back(event.work);
    if (waiting.size() == 1) {
      After(event.life->paused_until_us - now_us_, [this, life = event.life] { Resume(life); });
    }
    return true;
  }
  ++steps_;
  (*event.work)();
  return true;
}

void Simulator::Resume(const LifePtr& life) {
  std::deque<Work>& waiting = postponed_[life.get()];
  while (!waiting.empty() && life->paused_until_us <= now_us_) {
    if (life->alive) (*waiting.front())();
    waiting.pop_front();
  }
  if (waiting.empty()) {
    postponed_.erase(life.get());
  } else {  // paused again
    After(life->paused_until_us - now_us_, [this, life] { Resume(life); });
  }
}

void Simulator::Violation(const std::string& what) {
  if (violation_) return;
  violation_ = what;
  if (tracing_) AddTrace("VIOLATION " + what);
}

void Simulator::AddTrace(const std::string& line) {
  char time[32];
  std::snprintf(time, sizeof(time), "%10.3f ms  ", static_cast<double>(now_us_) / 1000);
  if (echo_) std::cerr << time << line << "\n";
  trace_.push_back(time + line);
  if (trace_.size() > kTraceLines) trace_.pop_front();
}

}  // namespace weir::sim
