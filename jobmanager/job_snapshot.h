#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "jobmanager/checkpoint_history.h"
#include "jobmanager/cluster_events.h"
#include "jobmanager/job_options.h"
#include "jobmanager/task_records.h"
#include "proto/control.pb.h"
#include "proto/job_store.pb.h"
#include "proto/plan.pb.h"

// What people may ask of the cluster, at one instant. Values: once published nobody changes them,
// and any thread reads them. All times are of the wall clock unless said otherwise.

namespace weir {

// Why a job failed or restarted.
struct FailureRecord {
  Timestamp at = 0;
  Status cause;
  std::string task;          // "source (1/2)"; empty: no single task's
  std::string task_manager;  // its id; may be empty
  std::string endpoint;
  int64_t attempt = 0;                    // 0, 1, ...
  std::vector<FailureRecord> concurrent;  // of the same attempt, while it was ended
};

struct VertexSnapshot {
  std::string id;  // 32 hex digits, from the uid of its first operator that has one
  std::string name;
  bool scales = true;
  std::vector<TaskRecord> subtasks;
};

struct JobSnapshot {
  struct Restored {
    int64_t checkpoint = 0;
    Timestamp at = 0;
    std::string path;
    bool savepoint = false;  // another job's, or the user's
  };

  rpc::JobDetails details;  // without its graph
  JobState state = JobState::kInitializing;
  Timestamp now = 0;                            // when this was taken; of a job's end: then
  std::array<Timestamp, kJobStates> entered{};  // when, by JobState; 0: never
  Timestamp modified = 0;                       // the last change of a state of it
  std::shared_ptr<const plan::JobGraph> graph;  // at its present parallelism
  std::vector<VertexSnapshot> vertices;         // as in the graph
  JobOptions options;
  int64_t first_attempt = 0;   // the attempt that people call 0
  std::string checkpoint_dir;  // empty: it takes no checkpoints
  bool has_results = false;
  bool waits_for_slots = false;
  int32_t max_parallelism = 0;
  CheckpointHistory checkpoints;  // its times are of the steady clock,
  Timestamp steady_to_wall = 0;   // which is so far behind the wall clock
  std::vector<CheckpointId> retained;
  std::optional<Restored> restored;
  int64_t restored_count = 0;
  std::vector<FailureRecord> failures;  // newest first
};

struct TaskManagerSnapshot {
  rpc::TaskManagerInfo info;
  rpc::Register registration;
  rpc::Heartbeat heartbeat;      // the last one; without its tasks
  Timestamp last_heartbeat = 0;  // 0: none yet
  std::map<std::string, int32_t> slots_by_job;
  std::optional<double> cpu_load;  // cores that it kept busy between the last two heartbeats
};

struct ClusterSnapshot {
  Timestamp now = 0;
  int64_t epoch = 0;
  std::map<std::string, TaskManagerSnapshot> task_managers;        // by id
  std::map<std::string, std::shared_ptr<const JobSnapshot>> jobs;  // by id, ended ones too
  std::map<std::string, std::string> config;                       // defaults of all jobs
  std::deque<ClusterEvent> events;                                 // newest first
};

// Of the vertex that has these operators: the same for every submission of the same script.
std::string VertexHexId(const plan::Vertex& vertex);

// What is left of a job that ended under an earlier job manager.
std::shared_ptr<const JobSnapshot> SnapshotOfEnded(rpc::JobDetails details, JobState state,
                                                   const jobstore::StoredJob& job);

}  // namespace weir
