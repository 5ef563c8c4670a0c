#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "state/cold_store.h"

namespace weir {

// Blocks of the files of several stores, up to so many bytes in all; filters and indexes included.
class RocksdbCache;
std::shared_ptr<RocksdbCache> MakeRocksdbCache(uint64_t bytes);

struct RocksdbColdStoreConfig {
  std::string dir;                      // its own; made, emptied at the start, removed at the end
  std::shared_ptr<RocksdbCache> cache;  // null: one of its own, of 8 MB
  int background_jobs = 1;
};

// A cold store on a local disk. Runs are written as sorted files and ingested, never row by row;
// there is no log: what is in it is scratch.
ColdStoreFactory MakeRocksdbColdStoreFactory(RocksdbColdStoreConfig config);

}  // namespace weir
