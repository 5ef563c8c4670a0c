#pragma once

#include <vector>

#include "jobmanager/rest/router.h"

namespace weir {

// Every path that is served, bare and below /v1.
const std::vector<Route>& RestRoutes();

}  // namespace weir
