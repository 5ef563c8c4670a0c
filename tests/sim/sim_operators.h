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

struct World {
  Simulator* simulator = nullptr;
  Topic* topic = nullptr;
  Database* database = nullptr;
};

// The simulated job:
//
//   source -> watermarks -+- HASH(key) -> windows of 10 ms - HASH(key) -> ledger (by committer)
//                         +- HASH(key) -> running sums -> totals (upsert)
//
// Source and sinks are the simulation's, everything between is the real thing.
plan::JobGraph MakeGraph(int32_t source_parallelism, int32_t parallelism,
                         std::map<std::string, std::string> config);

// What a task manager whose process is `life` makes tasks with.
TaskEnvironment MakeEnvironment(const World& world, const LifePtr& life);

}  // namespace weir::sim
