#pragma once

#include <string>

#include "proto/plan.pb.h"
#include "sql/physical_plan.h"

namespace weir::sql {

// Chains operators into vertices and writes the JobGraph: what is forwarded between equal
// parallelism runs in one task.
plan::JobGraph MakeJobGraph(const PhysicalPlan& plan, const std::string& name,
                            const SessionConfig& config);

// Vertices, their chains and exchanges, as people read them.
std::string ToText(const plan::JobGraph& graph);

}  // namespace weir::sql
