#include "jobmanager/rest/routes.h"

#include "jobmanager/rest/actions.h"
#include "jobmanager/rest/views.h"

namespace weir {

// A new path is a row here, and a function (views.h, actions.h).
const std::vector<Route>& RestRoutes() {
  static const std::vector<Route> routes = {
      // The cluster
      {"GET", "/config", &ConfigView},
      {"GET", "/overview", &OverviewView},
      {"GET", "/datasets", &DataSetsView},
      {"DELETE", "/cluster", &ShutDownAction},

      // The job manager
      {"GET", "/jobmanager/config", &JobManagerConfigAction},
      {"GET", "/jobmanager/environment", &JobManagerEnvironmentView},
      {"GET", "/jobmanager/metrics", &JobManagerMetricsView},
      {"GET", "/jobmanager/logs", &JobManagerLogsAction},
      {"GET", "/jobmanager/logs/:filename", &JobManagerLogFileAction},
      {"GET", "/jobmanager/log", &JobManagerLogAction},
      {"GET", "/jobmanager/stdout", &JobManagerStdoutAction},

      // Task managers
      {"GET", "/taskmanagers", &TaskManagersView},
      {"GET", "/taskmanagers/metrics", &TaskManagersMetricsView},
      {"GET", "/taskmanagers/:taskmanagerid", &TaskManagerView},
      {"GET", "/taskmanagers/:taskmanagerid/metrics", &TaskManagerMetricsView},
      {"GET", "/taskmanagers/:taskmanagerid/logs", &TaskManagerLogsAction},
      {"GET", "/taskmanagers/:taskmanagerid/logs/:filename", &TaskManagerLogFileAction},
      {"GET", "/taskmanagers/:taskmanagerid/log", &TaskManagerLogAction},
      {"GET", "/taskmanagers/:taskmanagerid/stdout", &TaskManagerStdoutAction},

      // Jobs
      {"GET", "/jobs", &JobsView},
      {"POST", "/jobs", &SubmitJobGraphAction},
      {"GET", "/jobs/overview", &JobsOverviewView},
      {"GET", "/jobs/metrics", &JobsMetricsView},
      {"GET", "/jobs/:jobid", &JobView},
      {"PATCH", "/jobs/:jobid", &CancelJobAction},
      // The page's button asks with GET.
      {"GET", "/jobs/:jobid/yarn-cancel", &YarnCancelAction, Route::kChanges},
      {"GET", "/jobs/:jobid/yarn-stop", &YarnStopAction, Route::kChanges},
      {"GET", "/jobs/:jobid/status", &JobStatusView},
      {"GET", "/jobs/:jobid/config", &JobConfigView},
      {"GET", "/jobs/:jobid/plan", &JobPlanView},
      {"GET", "/jobs/:jobid/exceptions", &JobExceptionsView},
      {"GET", "/jobs/:jobid/execution-result", &JobResultView},
      {"GET", "/jobs/:jobid/accumulators", &JobAccumulatorsView},
      {"GET", "/jobs/:jobid/metrics", &JobMetricsView},
      {"GET", "/jobs/:jobid/jobmanager/config", &JobManagerConfigAction},
      {"GET", "/jobs/:jobid/jobmanager/environment", &JobManagerEnvironmentView},
      {"GET", "/jobs/:jobid/resource-requirements", &ResourceRequirementsView},
      {"PUT", "/jobs/:jobid/resource-requirements", &SetResourceRequirementsAction},
      {"PATCH", "/jobs/:jobid/rescaling", &RescalingAction},
      {"GET", "/jobs/:jobid/rescaling/:triggerid", &RescalingAction},
      {"PATCH", "/jobs/:jobid/clientHeartbeat", &ClientHeartbeatAction},

      // Vertices and subtasks
      {"GET", "/jobs/:jobid/vertices/:vertexid", &VertexView},
      {"GET", "/jobs/:jobid/vertices/:vertexid/taskmanagers", &VertexTaskManagersView},
      {"GET", "/jobs/:jobid/vertices/:vertexid/subtasktimes", &SubtaskTimesView},
      {"GET", "/jobs/:jobid/vertices/:vertexid/backpressure", &BackPressureView},
      {"GET", "/jobs/:jobid/vertices/:vertexid/watermarks", &WatermarksView},
      {"GET", "/jobs/:jobid/vertices/:vertexid/flamegraph", &FlameGraphView},
      {"GET", "/jobs/:jobid/vertices/:vertexid/accumulators", &VertexAccumulatorsView},
      {"GET", "/jobs/:jobid/vertices/:vertexid/metrics", &VertexMetricsView},
      {"GET", "/jobs/:jobid/vertices/:vertexid/jm-operator-metrics", &OperatorMetricsView},
      {"GET", "/jobs/:jobid/vertices/:vertexid/subtasks/accumulators", &SubtaskAccumulatorsView},
      {"GET", "/jobs/:jobid/vertices/:vertexid/subtasks/metrics", &SubtasksMetricsView},
      {"GET", "/jobs/:jobid/vertices/:vertexid/subtasks/:subtaskindex", &SubtaskView},
      {"GET", "/jobs/:jobid/vertices/:vertexid/subtasks/:subtaskindex/metrics",
       &SubtaskMetricsView},
      {"GET", "/jobs/:jobid/vertices/:vertexid/subtasks/:subtaskindex/attempts/:attempt",
       &AttemptView},
      {"GET",
       "/jobs/:jobid/vertices/:vertexid/subtasks/:subtaskindex/attempts/:attempt/accumulators",
       &AttemptAccumulatorsView},

      // Checkpoints and savepoints
      {"GET", "/jobs/:jobid/checkpoints", &CheckpointsView},
      {"POST", "/jobs/:jobid/checkpoints", &TriggerCheckpointAction},
      {"GET", "/jobs/:jobid/checkpoints/config", &CheckpointConfigView},
      {"GET", "/jobs/:jobid/checkpoints/details/:checkpointid", &CheckpointView},
      {"GET", "/jobs/:jobid/checkpoints/details/:checkpointid/subtasks/:vertexid",
       &CheckpointSubtasksView},
      {"GET", "/jobs/:jobid/checkpoints/:triggerid", &CheckpointStatusAction},
      {"POST", "/jobs/:jobid/savepoints", &TriggerSavepointAction},
      {"GET", "/jobs/:jobid/savepoints/:triggerid", &SavepointStatusAction},
      {"POST", "/jobs/:jobid/stop", &StopJobAction},
      {"POST", "/savepoint-disposal", &DisposeSavepointAction},
      {"GET", "/savepoint-disposal/:triggerid", &DisposalStatusAction},

      // Our own
      {"GET", "/metrics", &PrometheusAction},
      {"GET", "/metrics/flink", &FlinkNamesAction},
      {"POST", "/ext/sql/submit", &SubmitSqlAction},
      {"POST", "/ext/sql/validate", &ValidateSqlAction},
      {"POST", "/ext/sql/explain", &ExplainSqlAction},
      {"POST", "/ext/sql/complete", &CompleteSqlAction},
      {"GET", "/ext/jobs", &JobListView},
      {"GET", "/ext/jobs/:jobid", &JobPictureView},
      {"GET", "/ext/taskmanagers", &TaskManagersPictureView},
      {"GET", "/ext/events", &EventsView},
      {"GET", "/ext/stream", &StreamAction},
      {"GET", "/ext/jobs/:jobid/results/:token", &FetchResultsAction},
      {"GET", "/ext/jobs/:jobid/state", &StateTablesAction},
      {"GET", "/ext/jobs/:jobid/state/:uid/:table", &StateRowsAction},
  };
  return routes;
}

}  // namespace weir
