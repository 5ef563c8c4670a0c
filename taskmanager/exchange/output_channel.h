#pragma once

#include <functional>
#include <memory>

#include "common/data/stream_element.h"
#include "taskmanager/exchange/channel_queue.h"

namespace weir {

// The sending end of one channel: to a task of this process (pointers) or of another (frames).
// Only the sending task's thread calls it.
class OutputChannel {
 public:
  virtual ~OutputChannel() = default;
  // Whether more batches may be sent now. When that changes to true, the task is woken.
  virtual bool HasCapacity() = 0;
  // Takes any element, in order; what exceeds the capacity waits here.
  virtual void Send(StreamElement element) = 0;
  // What was held back to fill a frame goes out now.
  virtual void Flush() = 0;
};

// To a task of this process.
class LocalChannel : public OutputChannel {
 public:
  // `wake` is called from the receiver's thread when there is room again.
  LocalChannel(std::shared_ptr<ChannelQueue> queue, std::function<void()> wake)
      : queue_(std::move(queue)) {
    queue_->SetSender([wake = std::move(wake)](size_t, bool room) {
      if (room) wake();
    });
  }
  bool HasCapacity() override { return queue_->HasCapacity(); }
  void Send(StreamElement element) override {
    const Batch* batch = std::get_if<Batch>(&element);
    const size_t bytes = batch ? batch->ByteSize() : 0;
    queue_->Push(std::move(element), bytes);
  }
  void Flush() override {}

 private:
  std::shared_ptr<ChannelQueue> queue_;
};

}  // namespace weir
