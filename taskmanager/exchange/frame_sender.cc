#include "taskmanager/exchange/frame_sender.h"

#include <utility>

#include "common/base/crc32c.h"
#include "common/data/batch_codec.h"

namespace weir {

void OutboundChannel::Credit(int64_t bytes) {
  const int64_t before = outstanding_.fetch_sub(bytes);
  if (before >= DataTransport::kWindowBytes && before - bytes < DataTransport::kWindowBytes &&
      !over_.load())
    outgoing_.wake();
}

void OutboundChannel::Broken(const Status& cause) {
  if (!over_.exchange(true)) outgoing_.fail(cause);
}

// What waits for its frame to fill does not count: it would never be sent if it did.
bool RemoteChannel::HasCapacity() {
  return channel_->outstanding_.load() < DataTransport::kWindowBytes;
}

void RemoteChannel::Send(StreamElement element) {
  AppendElement(element, payload_);
  if (std::holds_alternative<EndOfInput>(element)) {
    Flush();
    // From here on it does not matter whether the stream breaks: whether the end has arrived is the
    // receiver's to notice.
    channel_->over_.store(true);
  } else if (payload_.size() >= kFrameBytes) {
    Flush();
  }
}

void RemoteChannel::Flush() {
  if (payload_.empty()) return;
  rpc::ExchangeFrame frame;
  frame.set_attempt(attempt_.attempt);
  frame.mutable_channel()->set_edge(channel_->key().edge);
  frame.mutable_channel()->set_from_subtask(channel_->key().from_subtask);
  frame.mutable_channel()->set_to_subtask(channel_->key().to_subtask);
  frame.set_sequence(next_sequence_++);
  frame.set_checksum(Crc32c(payload_.data(), payload_.size()));
  channel_->outstanding_.fetch_add(static_cast<int64_t>(payload_.size()));
  frame.set_payload(std::exchange(payload_, {}));
  sink_->Enqueue(std::move(frame));
}

}  // namespace weir
