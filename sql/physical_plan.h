#pragma once

#include <memory>
#include <string>
#include <vector>

#include "proto/plan.pb.h"
#include "sql/query_binder.h"

// A logical plan as operators and exchanges: which operator, which exchange, on which key, with
// which state. Equal sub-plans of a statement set are one.

namespace weir::sql {

struct PhysicalNode {
  struct Input {
    PhysicalNode* node;
    plan::Exchange exchange;
  };
  plan::OperatorNode op;  // without id and parent
  Schema schema;
  std::vector<Input> inputs;  // several: UNION ALL
  int parallelism = 1;
  bool emits_update_before = false;  // of an operator that makes them: some consumer needs -U
};

struct PhysicalPlan {
  std::vector<std::unique_ptr<PhysicalNode>> nodes;  // producers before consumers
};

struct PlanOptions {
  const SessionConfig* config = nullptr;
  int parallelism = 1;
};

// A SELECT: its rows are collected.
SqlResult<PhysicalPlan> MakePhysicalPlan(const RelPtr& query, const PlanOptions& options);
// One or several INSERTs, each optimized.
SqlResult<PhysicalPlan> MakePhysicalPlan(const std::vector<BoundInsert>& inserts,
                                         const PlanOptions& options);

}  // namespace weir::sql
