#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/base/process_usage.h"
#include "jobmanager/job_snapshot.h"

// What Flink calls the numbers that we have, each under its name.

namespace weir {

struct Metric {
  std::string id;
  double number = 0;
  bool whole = true;  // shown without a fraction
  std::string text;   // in place of the number
  std::string Show() const;
};
using MetricSet = std::vector<Metric>;

MetricSet MetricsOf(const TaskRecord& task, const plan::Vertex& vertex);
MetricSet MetricsOf(const JobSnapshot& job, Timestamp now);
MetricSet MetricsOf(const TaskManagerSnapshot& task_manager);
MetricSet MetricsOfJobManager(const ClusterSnapshot& cluster, const ProcessUsage& usage);

}  // namespace weir
