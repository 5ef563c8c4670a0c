#include "jobmanager/shown_jobs.h"

#include "common/data/time_text.h"

namespace weir {

std::vector<std::string> ShownJobColumns() {
  return {"job id", "job name", "status", "start time", "tasks", "restarts", "reason"};
}

std::vector<std::string> ShownJob(const rpc::JobSummary& job) {
  std::string started;
  AppendTimestamp(job.started_ms() * kMicrosPerMilli, 0, ' ', started);
  return {job.job_id(),
          job.name(),
          job.state(),
          started + " UTC",
          std::to_string(job.tasks_running()) + "/" + std::to_string(job.tasks_total()),
          std::to_string(job.restarts()),
          job.reason()};
}

}  // namespace weir
