#pragma once

#include <string>

#include "common/base/status.h"
#include "common/http/http_message.h"

// What keeps other people's web pages from using the browser of somebody who may use this server.

namespace weir {

bool IsLoopback(const std::string& address);

// Of a request that changes something: refused (permission denied) where the browser says that a
// page of another origin asks.
Status CheckSameOrigin(const HttpRequest& request, bool changes);
// That too, and that the server was called by an address or as localhost: a name of a stranger that
// was made to point here is refused.
Status CheckOrigin(const HttpRequest& request, bool changes);

}  // namespace weir
