#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "operators/operator.h"
#include "proto/plan.pb.h"
#include "taskmanager/deployment.h"
#include "tests/sim/outside.h"
#include "tests/sim/simulator.h"

namespace weir::sim {

inline constexpr int64_t kWindowMs = 10;

class SimKafka;
class SimPostgres;

// Where the ledger is written: ahead into Kafka or PostgreSQL, or kept by the sink until it is
// committed.
enum class Target { kKafka, kPostgres, kFiles };

struct World {
  Simulator* simulator = nullptr;
  Topic* topic = nullptr;
  Database* database = nullptr;
  Target target = Target::kFiles;
  Ledger* ledger = nullptr;
  SimKafka* kafka = nullptr;
  SimPostgres* postgres = nullptr;
};

// The simulated job:
//
//   source -> watermarks -+- HASH(key) -> windows of 10 ms - HASH(key) -> ledger (committed)
//                         +- HASH(key) -> running sums -> totals (upsert)
//
// The source is the simulation's, and so are the services that the sinks write to; everything
// between is the real thing.
plan::JobGraph MakeGraph(int32_t source_parallelism, int32_t parallelism,
                         std::map<std::string, std::string> config);

// What a task manager whose process is `life` makes tasks with.
TaskEnvironment MakeEnvironment(const World& world, const LifePtr& life);

}  // namespace weir::sim
