#pragma once

#include "operators/functions/function_registry.h"

namespace weir {

// The kernel of CAST(x AS to), where a cell that cannot be cast is an error, or of TRY_CAST, where
// it is null. kInvalidArgument when the cast is not defined. `time_zone` is the session's: between
// TIMESTAMP_LTZ and everything without a zone.
StatusOr<ScalarKernel> MakeCastKernel(const DataType& from, const DataType& to, bool try_cast,
                                      const std::string& time_zone);

// Whether no cell can fail: everything but what reads text.
bool CastIsTotal(const DataType& from, const DataType& to);

}  // namespace weir
