#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "tests/sim/outside.h"
#include "tests/sim/sim_operators.h"
#include "tests/sim/simulator.h"

namespace weir::sim {

// The table "totals": running sums by key, upserted as they come, flushed at the barrier.
std::unique_ptr<Sink> MakeTotalsSink(const World& world, const LifePtr& life);
// The table "ledger": closed windows, each once, into the world's target.
std::unique_ptr<Sink> MakeLedgerSink(const World& world);

// What targets of epochs share.
EpochKey KeyOf(const SinkEpoch& epoch);
std::string NameOf(const SinkEpoch& epoch);  // of its writer
std::vector<LedgerRow> RowsOf(const Batch& batch);

}  // namespace weir::sim
