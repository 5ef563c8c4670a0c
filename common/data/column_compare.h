#pragma once

#include "common/data/column.h"

namespace weir {

// Whether two cells of columns of the same type are the same: nulls are equal to each other, -0.0
// and 0.0 differ, NaN equals NaN (identity, not SQL's =).
bool CellsEqual(const Column& a, size_t i, const Column& b, size_t j);

}  // namespace weir
