#include "jobmanager/rest/origin.h"

#include <string_view>

namespace weir {
namespace {

// Without the port; "[::1]:8081" is "::1".
std::string_view HostOf(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
  return authority.substr(0, authority.rfind(':'));
}

bool IsAddressOrLocalhost(std::string_view host) {
  if (host == "localhost") return true;
  if (host.find(':') != std::string_view::npos) return true;  // IPv6: no name has one
  return !host.empty() && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

bool IsLoopback(const std::string& address) {
  return address.starts_with("127.") || address == "::1" || address == "localhost";
}

Status CheckSameOrigin(const HttpRequest& request, bool changes) {
  if (!changes) return OkStatus();
  const Status refused = PermissionDeniedError("a web page of another origin may not do this");
  const std::string* site = request.FindHeader("sec-fetch-site");
  if (site != nullptr && *site != "same-origin" && *site != "none") return refused;
  const std::string* origin = request.FindHeader("origin");
  if (origin == nullptr) return OkStatus();
  const std::string* host = request.FindHeader("host");
  const size_t scheme = origin->find("://");
  if (host == nullptr || scheme == std::string::npos || origin->substr(scheme + 3) != *host) {
    return refused;
  }
  return OkStatus();
}

Status CheckOrigin(const HttpRequest& request, bool changes) {
  const std::string* host = request.FindHeader("host");
  if (host != nullptr && !IsAddressOrLocalhost(HostOf(*host))) {
    return PermissionDeniedError("this server is not called " + *host +
                                 ": ask it by its address or as localhost");
  }
  return CheckSameOrigin(request, changes);
}

}  // namespace weir
