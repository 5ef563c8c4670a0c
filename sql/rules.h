#pragma once

#include "sql/logical_plan.h"

// Rewrites that make a plan cheaper and never change its answer. Each is one function.

namespace weir::sql {

// Calc over Calc becomes one, where nothing costly would be computed twice.
RelPtr MergeCalcs(const RelPtr& rel);
// Reads and computes only columns that something above needs. The result has the same columns.
RelPtr PruneColumns(const RelPtr& rel);
// Of a column that is a ROW only the fields that are used are read, where the format can do that.
RelPtr PushFields(const RelPtr& rel);

// A filter on the result of ROW_NUMBER() becomes the limit of a Top-N.
RelPtr RecognizeTopN(const RelPtr& rel);

// All of them, in order.
RelPtr Optimize(const RelPtr& rel);

}  // namespace weir::sql
