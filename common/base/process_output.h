#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "common/base/status.h"

namespace weir {

// What this process has printed to its standard output.
struct OutputSlice {
  std::string text;
  int64_t next = 0;  // where to go on: `after` of the next read
};

// The end of it, at most `max_bytes` and `max_lines`; or, with `after` (a place in it), the first
// bytes from there on. Where it is no file but a terminal or a pipe: failed precondition, with what
// to do. Reads a file: blocks.
StatusOr<OutputSlice> ReadStandardOutput(size_t max_bytes, size_t max_lines, int64_t after);

}  // namespace weir
