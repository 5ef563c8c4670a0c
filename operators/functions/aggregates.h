#pragma once

#include <memory>

#include "operators/functions/aggregate_function.h"

// The aggregate functions themselves; ResolveAggregate has checked the types. Every accumulator is
// empty when zeroed.

namespace weir {

// Rows in which no argument is null: fields "count".
std::unique_ptr<AggregateFunction> MakeCount();
// "sum", "count" of the non-null rows; null when there are none. Integers wrap; a DECIMAL sum of
// more than 38 digits is null, for good once it has left 128 bits: "overflow".
std::unique_ptr<AggregateFunction> MakeSum(const DataType& argument, const DataType& result);
// "sum" (integers in 64 bits, FLOAT as DOUBLE), "count".
std::unique_ptr<AggregateFunction> MakeAverage(const DataType& argument, const DataType& result);

enum class Extreme { kMin, kMax };
// "value", "present". Does not retract.
std::unique_ptr<AggregateFunction> MakeExtreme(const DataType& argument, Extreme extreme);

// The same by the order of OrderedKeyCodec: -0.0 is below 0.0, what is no number above all that
// are. Such an accumulator Holds its value.
std::unique_ptr<AggregateFunction> MakeTotalExtreme(const DataType& argument, Extreme extreme);

enum class Pick { kFirst, kLast };
// The first or last non-null value in arrival order: "value", "present". Does not retract; of two
// accumulators `into` came first.
std::unique_ptr<AggregateFunction> MakePick(const DataType& argument, Pick pick);

// LISTAGG(text[, separator]): the non-null texts in arrival order, each with its separator in
// front, but for the first; a comma unless said otherwise. "value", "separator", "present". Does
// not retract; of two accumulators `into` came first.
std::unique_ptr<AggregateFunction> MakeListAgg();

// PERCENTILE(number, percentage [, how often it counts]), of `several` percentages an array: exact,
// between the two nearest numbers where it lies between them. "values", "percentages".
std::unique_ptr<AggregateFunction> MakePercentile(bool several);

}  // namespace weir
