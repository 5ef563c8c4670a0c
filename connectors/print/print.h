#pragma once

#include "connectors/connector.h"

namespace weir {

// 'connector' = 'print': a line "+I[1, a]" a row to standard output, or to standard error with
// 'standard-error' = 'true'. 'print-identifier' goes before it: "identifier> +I[1, a]", and with a
// parallelism above one "identifier:1> ..." and "1> ...".
Connector PrintConnector();

// Cells as Flink's print connector shows them: rows "+I[a, b]", arrays "[a, b]", maps "{k=v}",
// timestamps "2024-01-01T00:00:00.500", bytes as signed numbers.
void AppendPrinted(const Column& column, size_t row, std::string& out);

}  // namespace weir
