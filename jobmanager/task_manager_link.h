#pragma once

#include "common/base/ids.h"
#include "common/base/status.h"
#include "proto/control.pb.h"

namespace weir {

// The job manager's way to one task manager: a gRPC stream, or the task executor of the same
// process.
class TaskManagerLink {
 public:
  virtual ~TaskManagerLink() = default;
  // In order, or not at all once the link is broken. Never waits. From the dispatcher's thread
  // only.
  virtual void Send(rpc::JobManagerMessage message) = 0;
  // The job manager gives the peer up (no heartbeat).
  virtual void Close(const Status& reason) = 0;
};

}  // namespace weir
