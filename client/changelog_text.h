#pragma once

#include <string>

#include "common/data/batch.h"

// Rows of a changelog as Java prints them, so that what we answer can be compared with what Flink
// answers: "+I 'ann' | 2024-01-01T00:00 | [1, 2] | {k=v} | +I[1, a]". Text on its own is quoted,
// text inside of something is not.

namespace weir {

// Without a newline.
void AppendChangelogRow(const Batch& batch, size_t row, std::string& out);

// One cell. The entries of a map come in the order of a java.util.HashMap when its keys are
// booleans, integers or text, else in the map's own.
void AppendChangelogCell(const Column& column, size_t row, std::string& out);

// Runs of whitespace become one blank; none at the ends.
std::string CollapseWhitespace(std::string_view text);

}  // namespace weir
