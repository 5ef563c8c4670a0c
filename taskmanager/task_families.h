#pragma once

#include "common/metrics/metric_families.h"
#include "proto/control.pb.h"
#include "proto/plan.pb.h"

namespace weir {

// Whose names the numbers of a process go by.
enum class MetricNames { kPrometheus, kFlink };

// What one subtask has counted, as samples with labels for its job, vertex and subtask. Flink's
// names are for dashboards that know them: only those whose meaning is the same.
void AddTaskFamilies(const rpc::TaskMetrics& task, const plan::JobGraph& graph, MetricNames names,
                     MetricFamilies& families);

}  // namespace weir
