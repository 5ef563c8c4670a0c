#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

#include "common/base/time.h"
#include "common/data/stream_element.h"

namespace weir {

// The receiving end of one channel: what has arrived and was not yet read. Bounded by its sender,
// which sends no batch while HasCapacity is false; control elements always fit.
//
// The capacity follows the reader: what it drains in about 200 ms, between a sixteenth and the
// whole of the limit, so that a barrier behind a full queue of a slow reader is not minutes away.
class ChannelQueue {
 public:
  struct Entry {
    StreamElement element;
    size_t bytes = 0;
  };
  // Both are called without a lock held. `on_data`: it was empty and is not any more. `on_read`: an
  // entry of that many bytes was taken; `room` says that a sender which had found it full may go
  // on.
  using OnData = std::function<void()>;
  using OnRead = std::function<void(size_t bytes, bool room)>;

  explicit ChannelQueue(size_t limit_bytes, const Clock& clock = Clock::Real())
      : limit_(limit_bytes), clock_(clock), capacity_(limit_bytes) {}
  ChannelQueue(const ChannelQueue&) = delete;

  // Before the first Push and Pop.
  void SetReceiver(OnData on_data) { on_data_ = std::move(on_data); }
  void SetSender(OnRead on_read) { on_read_ = std::move(on_read); }

  // The sender's side.
  bool HasCapacity();
  void Push(StreamElement element, size_t bytes);

  // The receiver's side.
  std::optional<Entry> Pop();
  bool empty() const { return entries_count_.load() == 0; }
  size_t bytes() const { return bytes_.load(); }
  size_t capacity() const { return capacity_.load(); }

  // Drops what is there and whatever comes.
  void Close();

 private:
  void Adapt(size_t read);

  const size_t limit_;
  const Clock& clock_;
  OnData on_data_;
  OnRead on_read_;
  std::mutex mutex_;
  std::deque<Entry> entries_;
  bool closed_ = false;
  // Of the interval in which the reader's speed is being measured.
  int64_t interval_began_ns_ = 0;
  size_t drained_ = 0;
  bool ran_empty_ = false;
  // Written under the lock, read without it.
  std::atomic<size_t> bytes_{0};
  std::atomic<size_t> entries_count_{0};
  std::atomic<size_t> capacity_;
  std::atomic<bool> found_full_{false};
};

}  // namespace weir
