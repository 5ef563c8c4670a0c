#pragma once

#include <vector>

#include "common/http/http_file.h"

namespace weir {

// The files of the page; "/index.html" is where it begins.
const std::vector<HttpFile>& DashboardFiles();

}  // namespace weir
