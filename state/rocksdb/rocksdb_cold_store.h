#pragma once

#include <cstdint>
#include <string>

#include "state/cold_store.h"

namespace weir {

struct RocksdbColdStoreConfig {
  std::string dir;  // its own; made, emptied at the start, removed at the end
  uint64_t cache_bytes = 32 << 20;
  int background_jobs = 1;
};

// A cold store on a local disk. Runs are written as sorted files and ingested, never row by row;
// there is no log: what is in it is scratch.
ColdStoreFactory MakeRocksdbColdStoreFactory(RocksdbColdStoreConfig config);

}  // namespace weir
