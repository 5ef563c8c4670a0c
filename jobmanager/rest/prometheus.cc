#include "jobmanager/rest/prometheus.h"

#include "common/metrics/metric_families.h"
#include "jobmanager/rest/actions.h"
#include "jobmanager/rest/snapshot_cache.h"

namespace weir {
namespace {

double Seconds(Timestamp ms) { return static_cast<double>(ms) / 1000; }
double Number(int64_t n) { return static_cast<double>(n); }

bool RunsWhole(const JobSnapshot& job) {
  const rpc::JobSummary& summary = job.details.summary();
  return job.state == JobState::kRunning && summary.tasks_running() == summary.tasks_total();
}

Timestamp Uptime(const JobSnapshot& job, Timestamp now) {
  const Timestamp running = job.entered[static_cast<size_t>(JobState::kRunning)];
  return job.state == JobState::kRunning && running > 0 ? now - running : 0;
}

void AddJob(const JobSnapshot& job, Timestamp now, MetricFamilies& families) {
  const MetricFamilies::Labels labels = {{"job_id", job.details.summary().job_id()},
                                         {"job_name", job.details.summary().name()}};
  const CheckpointHistory& history = job.checkpoints;
  families.Gauge("weir_job_running", "1 while all tasks of the job run, else 0.", RunsWhole(job),
                 labels);
  families.Gauge("weir_job_uptime_seconds", "Since it has been RUNNING; 0: it is not.",
                 Seconds(Uptime(job, now)), labels);
  families.Counter("weir_job_restarts_total", "Times that it began again from a checkpoint.",
                   job.details.summary().restarts(), labels);
  families.Counter("weir_job_checkpoints_completed_total", "Since the job manager began.",
                   Number(history.completed()), labels);
  families.Counter("weir_job_checkpoints_failed_total", "Since the job manager began.",
                   Number(history.failed()), labels);
  if (const auto& last = history.last_completed()) {
    families.Gauge("weir_job_last_checkpoint_duration_seconds", "From its trigger to its manifest.",
                   Seconds(last->ended - last->triggered), labels);
    families.Gauge("weir_job_last_checkpoint_size_bytes", "All of its state.",
                   Number(last->sizes.state_bytes), labels);
    families.Gauge("weir_job_last_checkpoint_written_bytes", "What of it was new.",
                   Number(last->sizes.written_bytes), labels);
    families.Gauge("weir_job_last_checkpoint_timestamp_seconds",
                   "When it was complete, since 1970.", Seconds(last->ended + job.steady_to_wall),
                   labels);
  }
}

void AddFlinksJob(const JobSnapshot& job, Timestamp now, MetricFamilies& families) {
  const MetricFamilies::Labels labels = {{"job_id", job.details.summary().job_id()},
                                         {"job_name", job.details.summary().name()}};
  const CheckpointHistory& history = job.checkpoints;
  const auto& last = history.last_completed();
  const auto gauge = [&](const char* name, int64_t value) {
    families.Gauge(name, "As Flink names it.", Number(value), labels);
  };
  gauge("flink_jobmanager_job_uptime", Uptime(job, now));
  gauge("flink_jobmanager_job_numRestarts", job.details.summary().restarts());
  gauge("flink_jobmanager_job_fullRestarts", job.details.summary().restarts());
  gauge("flink_jobmanager_job_totalNumberOfCheckpoints", history.total());
  gauge("flink_jobmanager_job_numberOfCompletedCheckpoints", history.completed());
  gauge("flink_jobmanager_job_numberOfFailedCheckpoints", history.failed());
  gauge("flink_jobmanager_job_numberOfInProgressCheckpoints",
        history.total() - history.completed() - history.failed());
  gauge("flink_jobmanager_job_lastCheckpointDuration", last ? last->ended - last->triggered : -1);
  gauge("flink_jobmanager_job_lastCheckpointSize", last ? last->sizes.state_bytes : -1);
}

struct Slots {
  int64_t all = 0, free = 0;
};
Slots CountSlots(const ClusterSnapshot& cluster) {
  Slots slots;
  for (const auto& [id, one] : cluster.task_managers) {
    slots.all += one.info.slots();
    slots.free += one.info.free_slots();
  }
  return slots;
}

}  // namespace

MetricFamilies FamiliesOf(const ClusterSnapshot& cluster) {
  MetricFamilies families;
  const Slots slots = CountSlots(cluster);
  families.Gauge("weir_task_managers", "Task managers that are registered.",
                 Number(static_cast<int64_t>(cluster.task_managers.size())));
  families.Gauge("weir_task_slots", "Slots of all task managers.", Number(slots.all));
  families.Gauge("weir_task_slots_free", "Slots that no job has.", Number(slots.free));
  std::map<std::string, int64_t> by_state;
  for (const auto& [id, job] : cluster.jobs) ++by_state[job->details.summary().state()];
  for (const auto& [state, count] : by_state) {
    families.Gauge("weir_jobs", "Jobs, those among them that have ended of late.", Number(count),
                   {{"state", state}});
  }
  for (const auto& [id, job] : cluster.jobs) {
    if (job->details.summary().ended_ms() == 0) AddJob(*job, cluster.now, families);
  }
  return families;
}

MetricFamilies FlinksFamiliesOf(const ClusterSnapshot& cluster) {
  MetricFamilies families;
  const Slots slots = CountSlots(cluster);
  int64_t running = 0;
  for (const auto& [id, job] : cluster.jobs) running += job->state == JobState::kRunning;
  const auto gauge = [&](const char* name, int64_t value) {
    families.Gauge(name, "As Flink names it.", Number(value));
  };
  gauge("flink_jobmanager_numRegisteredTaskManagers",
        static_cast<int64_t>(cluster.task_managers.size()));
  gauge("flink_jobmanager_taskSlotsTotal", slots.all);
  gauge("flink_jobmanager_taskSlotsAvailable", slots.free);
  gauge("flink_jobmanager_numRunningJobs", running);
  for (const auto& [id, job] : cluster.jobs) {
    if (job->details.summary().ended_ms() == 0) AddFlinksJob(*job, cluster.now, families);
  }
  return families;
}

void PrometheusAction(ActionRequest request) {
  request.services.snapshots->Get(
      [respond = request.respond](std::shared_ptr<const ClusterSnapshot> cluster) {
        MetricFamilies families = FamiliesOf(*cluster);
        AddProcessFamilies(families);
        respond({.content_type = std::string(kMetricsContentType), .body = families.Text()});
      });
}

void FlinkNamesAction(ActionRequest request) {
  request.services.snapshots->Get(
      [respond = request.respond](std::shared_ptr<const ClusterSnapshot> cluster) {
        respond({.content_type = std::string(kMetricsContentType),
                 .body = FlinksFamiliesOf(*cluster).Text()});
      });
}

}  // namespace weir
