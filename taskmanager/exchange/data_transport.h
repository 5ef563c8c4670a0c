#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/data/data_type.h"
#include "taskmanager/exchange/channel_queue.h"
#include "taskmanager/exchange/output_channel.h"

namespace weir {

// One execution of one job.
struct AttemptKey {
  std::string job_id;
  int64_t attempt = 0;
  friend auto operator<=>(const AttemptKey&, const AttemptKey&) = default;
};

// An edge between two subtasks of one attempt.
struct ChannelKey {
  uint32_t edge = 0;
  uint32_t from_subtask = 0;
  uint32_t to_subtask = 0;
  friend auto operator<=>(const ChannelKey&, const ChannelKey&) = default;
};

// Channels between task managers. Thread-safe.
class DataTransport {
 public:
  // How many bytes a sender may have on the way on one channel.
  static constexpr int64_t kWindowBytes = 1 << 20;

  struct Incoming {
    ChannelKey channel;
    SchemaPtr schema;
    std::shared_ptr<ChannelQueue> queue;
    // The channel is broken: from any thread, at most once.
    std::function<void(Status)> fail;
  };
  struct Outgoing {
    std::string address;  // of the receiver's data server
    ChannelKey channel;
    std::function<void()> wake;  // there is capacity again
    std::function<void(Status)> fail;
  };

  virtual ~DataTransport() = default;
  // Takes frames of this attempt from now on; of older attempts of the job no more. Senders that
  // come earlier wait a while.
  virtual void Open(const AttemptKey& attempt, std::vector<Incoming> incoming) = 0;
  virtual std::unique_ptr<OutputChannel> Connect(const AttemptKey& attempt, Outgoing outgoing) = 0;
  // Ends every stream of the attempt, in both directions, without failing anyone here.
  virtual void Close(const AttemptKey& attempt) = 0;
};

}  // namespace weir
