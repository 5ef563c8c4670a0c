#pragma once

#include <memory>
#include <string>

#include "common/base/status.h"
#include "jobmanager/dispatcher.h"

namespace weir {

// The job manager's gRPC end: task managers connect here (a broken stream is noticed at once), and
// clients ask here. gRPC's own threads do nothing but hand messages to the dispatcher and back.
class ControlServer {
 public:
  virtual ~ControlServer() = default;
  virtual int port() const = 0;
  // Breaks all streams; answers what was asked. The dispatcher has to run until this returns.
  virtual void Stop() = 0;

  // `port` 0 takes a free one. A port in use is an error that names it and who holds it.
  static StatusOr<std::unique_ptr<ControlServer>> Start(Dispatcher* dispatcher,
                                                        const std::string& address, int port);
};

}  // namespace weir
