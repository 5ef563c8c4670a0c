#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "common/base/status.h"
#include "common/base/time.h"
#include "common/http/http_message.h"

namespace weir {

struct HttpServerOptions {
  std::string bind_address = "127.0.0.1";  // an IPv4 or IPv6 address, or localhost
  int port = 0;                            // 0: a free one
  // PEM files; both or none. With them nothing but TLS (1.2 and newer) is spoken.
  std::string certificate_file;
  std::string key_file;
  // Who exceeds these is answered 431 or 413 and disconnected.
  size_t max_header_bytes = 16 << 10;
  size_t max_body_bytes = 2 << 20;
  // More are turned away with 503.
  size_t max_connections = 256;
  // For a whole request from the end of the last one, and for a whole answer: who is slower is
  // disconnected.
  Duration read_timeout{15'000};
  Duration write_timeout{30'000};
  // What the server answers by itself: of a status code and a sentence. Null: plain text.
  std::function<HttpResponse(int, const std::string&)> make_error;
};

// An HTTP/1.1 server with one thread of its own: knows connections, limits and time, not what is
// served.
class HttpServer {
 public:
  // Once, from any thread, now or later; also after the server has gone.
  using Respond = std::function<void(HttpResponse)>;
  // On the server's thread: must not wait.
  using Handler = std::function<void(HttpRequest, Respond)>;

  virtual ~HttpServer() = default;  // stops
  virtual int port() const = 0;
  // Calls `work` on the server's thread, which must not wait; never, when the server stops first.
  // From any thread.
  virtual void RunAfter(Duration delay, std::function<void()> work) = 0;
  // No handler runs any more when it returns.
  virtual void Stop() = 0;

  // kAlreadyExists: somebody else listens there.
  static StatusOr<std::unique_ptr<HttpServer>> Start(HttpServerOptions options, Handler handler);
};

}  // namespace weir
