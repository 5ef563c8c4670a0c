#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

#include "common/data/stream_element.h"

namespace weir {

// The receiving end of one channel: what has arrived and was not yet read. Bounded by its sender,
// which sends no batch while HasCapacity is false; control elements always fit.
class ChannelQueue {
 public:
  struct Entry {
    StreamElement element;
    size_t bytes = 0;
  };
  // Both are called without a lock held. `on_data`: it was empty and is not any more. `on_read`: an
  // entry of that many bytes was taken; `room` says whether that made room for the sender.
  using OnData = std::function<void()>;
  using OnRead = std::function<void(size_t bytes, bool room)>;

  explicit ChannelQueue(size_t capacity_bytes) : capacity_(capacity_bytes) {}
  ChannelQueue(const ChannelQueue&) = delete;

  // Before the first Push and Pop.
  void SetReceiver(OnData on_data) { on_data_ = std::move(on_data); }
  void SetSender(OnRead on_read) { on_read_ = std::move(on_read); }

  // The sender's side.
  bool HasCapacity() const { return bytes_.load(std::memory_order_acquire) < capacity_; }
  void Push(StreamElement element, size_t bytes);

  // The receiver's side.
  std::optional<Entry> Pop();
  bool empty() const { return entries_count_.load(std::memory_order_acquire) == 0; }
  size_t bytes() const { return bytes_.load(std::memory_order_acquire); }

  // Drops what is there and whatever comes.
  void Close();

 private:
  const size_t capacity_;
  OnData on_data_;
  OnRead on_read_;
  std::mutex mutex_;
  std::deque<Entry> entries_;
  bool closed_ = false;
  // Written under the lock, read without it.
  std::atomic<size_t> bytes_{0};
  std::atomic<size_t> entries_count_{0};
};

}  // namespace weir
