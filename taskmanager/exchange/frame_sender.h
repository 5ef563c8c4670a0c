#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "proto/exchange.pb.h"
#include "taskmanager/exchange/data_transport.h"

namespace weir {

// Where frames of many channels go out one after the other. Thread-safe.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  virtual void Enqueue(rpc::ExchangeFrame frame) = 0;
};

// One outgoing channel as its stream sees it: what came back, and whom to tell. Thread-safe.
class OutboundChannel {
 public:
  explicit OutboundChannel(DataTransport::Outgoing outgoing) : outgoing_(std::move(outgoing)) {}

  const ChannelKey& key() const { return outgoing_.channel; }
  // The receiver has read that many bytes.
  void Credit(int64_t bytes);
  // The stream is gone. The task is told, once, unless the channel had ended.
  void Broken(const Status& cause);
  // Nobody is to be told anything any more.
  void Abandon() { over_.store(true); }

 private:
  friend class RemoteChannel;
  const DataTransport::Outgoing outgoing_;
  std::atomic<int64_t> outstanding_{0};  // bytes sent and not yet read over there
  std::atomic<bool> over_{false};        // ended, broken or abandoned
};

// The sending task's end: puts elements into frames of a good size and numbers them.
class RemoteChannel : public OutputChannel {
 public:
  static constexpr size_t kFrameBytes = 128 << 10;

  RemoteChannel(AttemptKey attempt, std::shared_ptr<OutboundChannel> channel,
                std::shared_ptr<FrameSink> sink)
      : attempt_(std::move(attempt)), channel_(std::move(channel)), sink_(std::move(sink)) {}

  bool HasCapacity() override;
  void Send(StreamElement element) override;
  void Flush() override;

 private:
  const AttemptKey attempt_;
  const std::shared_ptr<OutboundChannel> channel_;
  const std::shared_ptr<FrameSink> sink_;
  std::string payload_;
  uint64_t next_sequence_ = 0;
};

}  // namespace weir
