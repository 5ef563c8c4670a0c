#include "taskmanager/exchange/frame_receiver.h"

#include <algorithm>
#include <utility>

#include "common/base/crc32c.h"
#include "common/data/batch_codec.h"

namespace weir {
namespace {

std::string Name(const ChannelKey& key) {
  return "channel " + std::to_string(key.edge) + " from subtask " +
         std::to_string(key.from_subtask) + " to " + std::to_string(key.to_subtask);
}

}  // namespace

std::shared_ptr<InboundAttempt> InboundAttempt::Make(
    AttemptKey key, std::vector<DataTransport::Incoming> incoming) {
  std::shared_ptr<InboundAttempt> attempt(new InboundAttempt(std::move(key)));
  for (DataTransport::Incoming& each : incoming) {
    Channel* channel = &attempt->channels_[each.channel];
    channel->incoming = std::move(each);
    channel->incoming.queue->SetSender(
        [weak = std::weak_ptr<InboundAttempt>(attempt), channel](size_t bytes, bool) {
          if (bytes == 0) return;
          if (std::shared_ptr<InboundAttempt> a = weak.lock()) a->OnRead(channel, bytes);
        });
  }
  return attempt;
}

void InboundAttempt::OnRead(Channel* channel, size_t bytes) {
  std::shared_ptr<CreditSink> stream;
  int64_t grant = 0;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    channel->owed += static_cast<int64_t>(bytes);
    if (!channel->stream) return;
    // The sender counts on the whole window; what the queue should not hold is kept back. Credits
    // go in lots: a few messages per queue.
    const auto capacity = static_cast<int64_t>(channel->incoming.queue->capacity());
    const int64_t keep = std::max<int64_t>(0, DataTransport::kWindowBytes - capacity);
    if (channel->owed - keep < capacity / 4) return;
    stream = channel->stream;
    grant = channel->owed - keep;
    channel->owed = keep;
  }
  stream->Grant(channel->incoming.channel, grant);
}

InboundAttempt::Channel* InboundAttempt::Find(const rpc::ChannelId& id) {
  auto it = channels_.find({id.edge(), id.from_subtask(), id.to_subtask()});
  return it == channels_.end() ? nullptr : &it->second;
}

Status InboundAttempt::Refuse(Channel& channel, Status cause) {
  cause.Annotate(Name(channel.incoming.channel));
  if (!std::exchange(channel.over, true) && !closed_) channel.incoming.fail(cause);
  return cause;
}

Status InboundAttempt::Accept(rpc::ExchangeFrame frame, const std::shared_ptr<CreditSink>& stream) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (closed_) return AbortedError("the attempt is over");
  Channel* channel = Find(frame.channel());
  if (!channel) return AbortedError("a frame for a channel that is not in the plan");
  if (frame.attempt() != key_.attempt) {
    return Refuse(*channel,
                  AbortedError("a frame of attempt " + std::to_string(frame.attempt()) +
                               " on a stream of attempt " + std::to_string(key_.attempt)));
  }
  if (channel->over) return Refuse(*channel, AbortedError("a frame behind its end"));
  if (channel->stream && channel->stream != stream) {
    return Refuse(*channel, AbortedError("a second stream carries it"));
  }
  if (frame.sequence() != channel->next_sequence) {
    return Refuse(*channel,
                  AbortedError("frame " + std::to_string(frame.sequence()) + " came where " +
                               std::to_string(channel->next_sequence) + " was due"));
  }
  channel->stream = stream;
  ++channel->next_sequence;
  lock.unlock();

  // The stream's frames come one by one, so the order holds without the lock.
  const size_t bytes = frame.payload().size();
  Status bad;
  std::vector<StreamElement> elements;
  if (Crc32c(frame.payload().data(), bytes) != frame.checksum()) {
    bad = DataLossError("the checksum of frame " + std::to_string(frame.sequence()) + " is wrong");
  } else {
    StatusOr<std::vector<StreamElement>> decoded =
        DecodeElements(std::move(*frame.mutable_payload()), channel->incoming.schema);
    if (decoded.ok()) {
      elements = std::move(*decoded);
    } else {
      bad = std::move(decoded).status();
    }
  }
  for (size_t i = 0; bad.ok() && i + 1 < elements.size(); ++i) {
    if (std::holds_alternative<EndOfInput>(elements[i])) {
      bad = DataLossError("an element behind the end of input");
    }
  }
  if (!bad.ok() || elements.empty()) {
    if (bad.ok()) bad = DataLossError("an empty frame");
    lock.lock();
    return Refuse(*channel, std::move(bad));
  }
  const bool ends = std::holds_alternative<EndOfInput>(elements.back());
  for (size_t i = 0; i < elements.size(); ++i) {
    // The frame is paid back when its last element has been read.
    channel->incoming.queue->Push(std::move(elements[i]), i + 1 == elements.size() ? bytes : 0);
  }
  if (ends) {
    lock.lock();
    channel->over = true;
  }
  return OkStatus();
}

void InboundAttempt::Broken(const std::shared_ptr<CreditSink>& stream, const Status& cause) {
  std::lock_guard<std::mutex> lock(mutex_);
  for (auto& [key, channel] : channels_) {
    if (channel.stream != stream) continue;
    channel.stream = nullptr;
    if (!std::exchange(channel.over, true) && !closed_) channel.incoming.fail(cause);
  }
}

void InboundAttempt::Close() {
  std::lock_guard<std::mutex> lock(mutex_);
  closed_ = true;
  for (auto& [key, channel] : channels_) channel.stream = nullptr;
}

}  // namespace weir
