#pragma once

#include "common/metrics/metric_families.h"
#include "jobmanager/job_snapshot.h"

namespace weir {

// What a job manager tells Prometheus of its cluster and of its jobs that have not ended. Tasks are
// told of by their task managers.
MetricFamilies FamiliesOf(const ClusterSnapshot& cluster);
// The same as Flink names it, for dashboards that know those names.
MetricFamilies FlinksFamiliesOf(const ClusterSnapshot& cluster);

}  // namespace weir
