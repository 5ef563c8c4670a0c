#pragma once

#include "jobmanager/rest/router.h"

// The bodies of Flink's REST interface, version 2.2, from a snapshot.

namespace weir {

inline constexpr char kFlinkVersion[] = "2.2.0";  // whose interface this is

// ---- What a path is about: not found, or invalid argument where it is no id at all.
StatusOr<const JobSnapshot*> FindJob(const ViewRequest& request);
struct VertexOfJob {
  const JobSnapshot* job = nullptr;
  const VertexSnapshot* vertex = nullptr;
};
StatusOr<VertexOfJob> FindVertex(const ViewRequest& request);
struct SubtaskOfVertex {
  VertexOfJob of;
  int32_t index = 0;
  const TaskRecord* task = nullptr;
};
StatusOr<SubtaskOfVertex> FindSubtask(const ViewRequest& request);
StatusOr<const TaskManagerSnapshot*> FindTaskManager(const ViewRequest& request);
// The clock against which durations of a job run.
Timestamp NowOf(const ViewRequest& request, const JobSnapshot& job);
// 0 or more. `what`: "path parameter (checkpointid)", for the error.
StatusOr<int64_t> ParseNumber(const std::string& what, const std::string& text);

// ---- cluster_views.cc
View ConfigView, OverviewView, DataSetsView, JobManagerEnvironmentView;

// ---- job_views.cc
View JobsView, JobsOverviewView, JobView, JobStatusView, JobConfigView, JobPlanView,
    JobExceptionsView, JobResultView, JobAccumulatorsView, ResourceRequirementsView;

// ---- vertex_views.cc
View VertexView, VertexTaskManagersView, SubtaskTimesView, BackPressureView, FlameGraphView,
    VertexAccumulatorsView, SubtaskAccumulatorsView, SubtaskView, AttemptView,
    AttemptAccumulatorsView;

// ---- checkpoint_views.cc
View CheckpointsView, CheckpointConfigView, CheckpointView, CheckpointSubtasksView;

// ---- metric_views.cc
View JobManagerMetricsView, TaskManagerMetricsView, TaskManagersMetricsView, JobMetricsView,
    JobsMetricsView, VertexMetricsView, SubtasksMetricsView, SubtaskMetricsView,
    OperatorMetricsView, WatermarksView;

// ---- picture_views.cc
View JobListView, JobPictureView, TaskManagersPictureView, EventsView;

// ---- task_manager_views.cc
View TaskManagersView, TaskManagerView;

}  // namespace weir
