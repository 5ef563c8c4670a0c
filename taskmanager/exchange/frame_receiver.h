#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "proto/exchange.pb.h"
#include "taskmanager/exchange/data_transport.h"

namespace weir {

// A stream that frames came on, for what goes back on it. Thread-safe.
class CreditSink {
 public:
  virtual ~CreditSink() = default;
  virtual void Grant(const ChannelKey& channel, int64_t bytes) = 0;
};

// The incoming channels of one attempt: takes frames apart, checks that each is the next of its
// channel, whole and of this attempt, and puts its elements into the channel's queue. A frame that
// is none of this is the end of the attempt: its receiver is told. Thread-safe; the frames of one
// stream come one after the other.
class InboundAttempt : public std::enable_shared_from_this<InboundAttempt> {
 public:
  static std::shared_ptr<InboundAttempt> Make(AttemptKey key,
                                              std::vector<DataTransport::Incoming> incoming);

  // Not ok: refused, the stream is to be ended with this status.
  Status Accept(rpc::ExchangeFrame frame, const std::shared_ptr<CreditSink>& stream);
  // The stream is gone: so is every channel that it carried and that had not ended.
  void Broken(const std::shared_ptr<CreditSink>& stream, const Status& cause);
  // Nobody is to be told anything any more.
  void Close();

 private:
  struct Channel {
    DataTransport::Incoming incoming;
    uint64_t next_sequence = 0;
    bool over = false;  // ended or broken
    std::shared_ptr<CreditSink> stream;
    int64_t owed = 0;  // read and not yet granted
  };

  explicit InboundAttempt(AttemptKey key) : key_(std::move(key)) {}
  Channel* Find(const rpc::ChannelId& id);
  void OnRead(Channel* channel, size_t bytes);
  Status Refuse(Channel& channel, Status cause);  // under the lock, which it keeps

  const AttemptKey key_;
  std::mutex mutex_;
  bool closed_ = false;
  std::map<ChannelKey, Channel> channels_;  // none is added or removed after Make
};

}  // namespace weir
