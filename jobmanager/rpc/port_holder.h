#pragma once

#include <string>

namespace weir {

// Who listens on a TCP port of this machine, for messages: "java (pid 123)"; empty when nobody
// does or when it is not for us to know.
std::string PortHolder(int port);

}  // namespace weir
