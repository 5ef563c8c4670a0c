#pragma once

#include <string_view>

namespace weir {

// Bugs planted on purpose, so that a test can show that the simulation finds them. They exist only
// in files compiled with WEIR_PLANT, which no product is.
#ifdef WEIR_PLANT
bool Planted(std::string_view bug);  // tests/sim/main.cc
#else
constexpr bool Planted(std::string_view) { return false; }
#endif

}  // namespace weir
