#pragma once

#include <string>

#include "operators/functions/function_registry.h"

namespace weir {

// FLOOR(time TO unit), CEIL(time TO unit): the second argument is the unit's name. The rounding of
// numbers by the same names is mathematics.cc's.
StatusOr<ResolvedFunction> ResolveTimeRounding(std::span<const BoundArgument> args);
StatusOr<ScalarKernel> MakeTimeRounding(bool up, std::span<const BoundArgument> args,
                                        const std::string& time_zone);

}  // namespace weir
