#pragma once

#include <string>

namespace weir {

// 32 lower-case hex digits of the system's randomness: the form of every id that people see.
std::string RandomHexId();

}  // namespace weir
