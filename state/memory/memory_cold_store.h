#pragma once

#include <memory>

#include "state/cold_store.h"

namespace weir {

// A cold store in memory: for tests and the simulation.
std::unique_ptr<ColdStore> MakeMemoryColdStore();

}  // namespace weir
