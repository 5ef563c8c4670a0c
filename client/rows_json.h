#pragma once

#include <string>
#include <vector>

#include "common/base/status.h"
#include "proto/plan.pb.h"

namespace weir {

// Rows of a query, as a Collect operator sends them, as JSON: [{"kind":"+I","row":{"a":1}}, ...].
StatusOr<std::string> RowsAsJson(const plan::Schema& schema,
                                 const std::vector<std::string>& batches);

}  // namespace weir
