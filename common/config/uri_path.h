#pragma once

#include <string>

namespace weir {

// "/a" of "/a", "file:///a" and "file:/a".
std::string PathOfUri(std::string uri);

}  // namespace weir
