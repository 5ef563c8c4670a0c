#include "taskmanager/exchange/channel_queue.h"

#include <algorithm>
#include <utility>

namespace weir {
namespace {

constexpr int64_t kMeasureNanos = 100'000'000;
constexpr int64_t kHoldNanos = 200'000'000;  // of the reader's work, in the queue

}  // namespace

bool ChannelQueue::HasCapacity() {
  if (bytes_.load() < capacity_.load()) return true;
  // Who reads between the two looks either sees the flag or is seen by the second look.
  found_full_.store(true);
  return bytes_.load() < capacity_.load();
}

void ChannelQueue::Push(StreamElement element, size_t bytes) {
  bool was_empty;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return;
    was_empty = entries_.empty();
    entries_.push_back({std::move(element), bytes});
    bytes_.store(bytes_.load() + bytes);
    entries_count_.store(entries_.size());
  }
  if (was_empty && on_data_) on_data_();
}

// A reader that empties the queue is as fast as its sender: nothing is known of its own speed.
void ChannelQueue::Adapt(size_t read) {
  drained_ += read;
  ran_empty_ = ran_empty_ || entries_.empty();
  const int64_t now = clock_.MonotonicNanos();
  if (interval_began_ns_ == 0) interval_began_ns_ = now;
  const int64_t elapsed = now - interval_began_ns_;
  if (elapsed < kMeasureNanos) return;
  const size_t capacity = capacity_.load();
  const double held = static_cast<double>(drained_) * kHoldNanos / static_cast<double>(elapsed);
  const size_t wanted = ran_empty_ ? capacity * 2 : static_cast<size_t>(held);
  capacity_.store(std::clamp(wanted, limit_ / 16, limit_));
  interval_began_ns_ = now;
  drained_ = 0;
  ran_empty_ = entries_.empty();
}

std::optional<ChannelQueue::Entry> ChannelQueue::Pop() {
  Entry entry;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (entries_.empty()) return std::nullopt;
    entry = std::move(entries_.front());
    entries_.pop_front();
    bytes_.store(bytes_.load() - entry.bytes);
    entries_count_.store(entries_.size());
    Adapt(entry.bytes);
  }
  const bool room = bytes_.load() < capacity_.load() && found_full_.exchange(false);
  if (on_read_) on_read_(entry.bytes, room);
  return entry;
}

void ChannelQueue::Close() {
  std::deque<Entry> dropped;  // destroyed without the lock
  std::lock_guard<std::mutex> lock(mutex_);
  closed_ = true;
  dropped.swap(entries_);
  bytes_.store(0);
  entries_count_.store(0);
}

}  // namespace weir
