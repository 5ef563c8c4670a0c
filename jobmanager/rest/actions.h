#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "jobmanager/rest/router.h"

// What is done when somebody asks for it over REST, and texts that task managers have.

namespace weir {

// A request that outlives its action.
using SharedRequest = std::shared_ptr<const ActionRequest>;
inline SharedRequest Share(ActionRequest request) {
  return std::make_shared<const ActionRequest>(std::move(request));
}
// Goes on with the job that the path names, as it is now, or answers that there is none. The job
// lives as long as the cluster.
using OfJob =
    std::function<void(const JobSnapshot& job, const std::shared_ptr<const ClusterSnapshot>&)>;
void WithJob(const SharedRequest& request, OfJob then);

inline constexpr int64_t kMostLogBytes = 4 << 20;  // of a log at once

// ---- job_actions.cc
Action CancelJobAction, YarnCancelAction, YarnStopAction, TriggerSavepointAction,
    SavepointStatusAction, StopJobAction, TriggerCheckpointAction, CheckpointStatusAction,
    DisposeSavepointAction, DisposalStatusAction, SetResourceRequirementsAction, RescalingAction,
    ClientHeartbeatAction, SubmitJobGraphAction;

// ---- cluster_actions.cc
Action ShutDownAction, JobManagerConfigAction, JobManagerLogsAction, JobManagerLogFileAction,
    JobManagerLogAction, JobManagerStdoutAction, TaskManagerLogsAction, TaskManagerLogFileAction,
    TaskManagerLogAction, TaskManagerStdoutAction;

// ---- prometheus.cc: our own
Action PrometheusAction, FlinkNamesAction;

// ---- sql_actions.cc: our own
Action SubmitSqlAction, ValidateSqlAction, ExplainSqlAction, CompleteSqlAction, FetchResultsAction;

// ---- live_stream.cc: our own
Action StreamAction;

// ---- state_actions.cc: our own
Action StateTablesAction, StateRowsAction;

}  // namespace weir
