#include "taskmanager/exchange/input_gate.h"

#include <utility>

namespace weir {

std::optional<InputGate::Received> InputGate::Poll(const BarrierAligner& aligner) {
  for (size_t i = 0; i < channels_.size(); ++i) {
    const size_t at = next_;
    next_ = next_ + 1 == channels_.size() ? 0 : next_ + 1;
    if (channels_[at].queue->empty() || aligner.IsBlocked(static_cast<int>(at))) continue;
    std::optional<ChannelQueue::Entry> entry = channels_[at].queue->Pop();
    if (!entry) continue;
    return Received{static_cast<int>(at), std::move(entry->element), entry->bytes};
  }
  return std::nullopt;
}

bool InputGate::HasInput(const BarrierAligner& aligner) const {
  for (size_t at = 0; at < channels_.size(); ++at) {
    if (!channels_[at].queue->empty() && !aligner.IsBlocked(static_cast<int>(at))) return true;
  }
  return false;
}

size_t InputGate::queued_bytes() const {
  size_t bytes = 0;
  for (const Channel& channel : channels_) bytes += channel.queue->bytes();
  return bytes;
}

void InputGate::Close() {
  for (const Channel& channel : channels_) channel.queue->Close();
}

}  // namespace weir
