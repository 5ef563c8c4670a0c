#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/base/status.h"
#include "proto/control.pb.h"

namespace weir {

// The stream to the job manager: registers, carries messages both ways, and when it breaks opens
// another one, at growing intervals, until it is stopped or refused for good. What was on its way
// when the stream broke is gone.
class ControlClient {
 public:
  struct Callbacks {
    // From the client's own thread, in order.
    std::function<void(rpc::JobManagerMessage)> message;
    std::function<void()> disconnected;   // after at least one message had come
    std::function<void(Status)> refused;  // for good: nothing follows
  };

  ControlClient(std::string address, rpc::Register registration, Callbacks callbacks);
  ~ControlClient();

  void Start();
  // No callback runs afterwards, and nothing more is sent.
  void Stop();

  // From any thread; never waits. Dropped while there is no stream.
  void Send(rpc::TaskManagerMessage message);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir
