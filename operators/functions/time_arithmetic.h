#pragma once

#include "operators/functions/function_registry.h"

namespace weir {

// time + interval, interval + time, time - interval, interval +- interval. The result is of the
// time's type, whatever the interval's fraction; to a DATE only an interval's whole days count; a
// TIME goes round the day.
StatusOr<ResolvedFunction> ResolveTimeSum(const DataType& a, const DataType& b, bool subtract);
StatusOr<ScalarKernel> MakeTimeSum(const DataType& a, const DataType& b, bool subtract);

// interval * integer, integer * interval.
StatusOr<ResolvedFunction> ResolveIntervalProduct(const DataType& a, const DataType& b);
StatusOr<ScalarKernel> MakeIntervalProduct(const DataType& a, const DataType& b);

}  // namespace weir
