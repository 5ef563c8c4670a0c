#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "taskmanager/barrier_aligner.h"
#include "taskmanager/exchange/channel_queue.h"

namespace weir {

// A task's side of its input channels: takes turns between those that hold something and that the
// aligner does not block. Only the task's thread calls it.
class InputGate {
 public:
  struct Channel {
    int input = 0;  // of the root operator
    std::shared_ptr<ChannelQueue> queue;
  };
  struct Received {
    int channel = 0;
    StreamElement element;
    size_t bytes = 0;
  };

  explicit InputGate(std::vector<Channel> channels) : channels_(std::move(channels)) {}
  ~InputGate() { Close(); }

  int size() const { return static_cast<int>(channels_.size()); }
  int input(int channel) const { return channels_[static_cast<size_t>(channel)].input; }

  std::optional<Received> Poll(const BarrierAligner& aligner);
  // Whether Poll would return something.
  bool HasInput(const BarrierAligner& aligner) const;
  size_t queued_bytes() const;
  // Drops what waits and whatever comes: the task is over.
  void Close();

 private:
  std::vector<Channel> channels_;
  size_t next_ = 0;
};

}  // namespace weir
