#include "taskmanager/exchange/channel_queue.h"

#include <utility>

namespace weir {

void ChannelQueue::Push(StreamElement element, size_t bytes) {
  bool was_empty;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return;
    was_empty = entries_.empty();
    entries_.push_back({std::move(element), bytes});
    bytes_.store(bytes_.load(std::memory_order_relaxed) + bytes, std::memory_order_release);
    entries_count_.store(entries_.size(), std::memory_order_release);
  }
  if (was_empty && on_data_) on_data_();
}

std::optional<ChannelQueue::Entry> ChannelQueue::Pop() {
  Entry entry;
  bool room;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (entries_.empty()) return std::nullopt;
    entry = std::move(entries_.front());
    entries_.pop_front();
    size_t before = bytes_.load(std::memory_order_relaxed);
    room = before >= capacity_ && before - entry.bytes < capacity_;
    bytes_.store(before - entry.bytes, std::memory_order_release);
    entries_count_.store(entries_.size(), std::memory_order_release);
  }
  if (on_read_) on_read_(entry.bytes, room);
  return entry;
}

void ChannelQueue::Close() {
  std::deque<Entry> dropped;  // destroyed without the lock
  std::lock_guard<std::mutex> lock(mutex_);
  closed_ = true;
  dropped.swap(entries_);
  bytes_.store(0, std::memory_order_release);
  entries_count_.store(0, std::memory_order_release);
}

}  // namespace weir
