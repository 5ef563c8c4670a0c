#pragma once

#include <cstddef>

#include "common/data/column.h"

namespace weir {

// Cells of any type against each other, both of the same type but for nullability: < 0, 0, > 0.
// Nulls are equal to each other and before everything else; arrays and rows compare element by
// element; of maps only equality is meaningful. NaN is equal to itself and above all numbers.
int CompareCells(const Column& a, size_t i, const Column& b, size_t j);

}  // namespace weir
