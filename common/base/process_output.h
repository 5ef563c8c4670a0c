#pragma once

#include <cstddef>
#include <string>

namespace weir {

// The end of what this process has printed to its standard output, at most `max_bytes`, where that
// is a file; where it is a terminal or a pipe, a sentence that says so. Reads a file: blocks.
std::string ReadStandardOutput(size_t max_bytes);

}  // namespace weir
