#pragma once

#include <cstdint>

namespace weir::limits {

// Sends `frames` frames of `bytes` over a gRPC stream on loopback to itself.
void StreamFrames(int64_t frames, int64_t bytes);

}  // namespace weir::limits
