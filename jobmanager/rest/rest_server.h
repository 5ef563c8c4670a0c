#pragma once

#include <memory>

#include "common/base/status.h"
#include "jobmanager/rest/rest_options.h"

namespace weir {

class Dispatcher;

// Flink's REST interface, and our own below /ext/. Requests are answered from snapshots; what
// changes something goes to the dispatcher.
class RestServer {
 public:
  virtual ~RestServer() = default;  // stops
  virtual int port() const = 0;
  // To be called before the dispatcher stops.
  virtual void Stop() = 0;

  static StatusOr<std::unique_ptr<RestServer>> Start(Dispatcher* dispatcher, RestOptions options);
};

}  // namespace weir
