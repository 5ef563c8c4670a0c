#include "common/config/uri_path.h"

namespace weir {

std::string PathOfUri(std::string uri) {
  if (uri.starts_with("file:///")) return uri.substr(7);
  return uri.starts_with("file:/") ? uri.substr(5) : uri;
}

}  // namespace weir
