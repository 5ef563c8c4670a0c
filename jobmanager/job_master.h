#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "common/base/time.h"
#include "jobmanager/checkpoint_coordinator.h"
#include "jobmanager/committer.h"
#include "jobmanager/execution_graph.h"
#include "jobmanager/job_messages.h"
#include "jobmanager/job_plan.h"
#include "jobmanager/split_assigner.h"

namespace weir {

struct JobConfig {
  std::string job_id;
  CheckpointConfig checkpoints;
  RestartConfig restart = ExponentialDelayRestart{};
  uint64_t seed = 0;  // of the restart strategy's jitter
  bool allow_non_restored_state = false;
};

// One job under one leader: composes the execution graph, the checkpoint coordinator, the committer
// and the split assigners, and translates between them and the outside. Every decision is theirs.
// Pure: no I/O, no clock, no threads; events in, actions out, in order.
class JobMaster {
 public:
  // `record`: what an earlier leader has persisted; empty for a new job.
  JobMaster(JobPlan plan, JobConfig config, LeaderEpoch epoch, JobRecord record);
  JobMaster(const JobMaster&) = delete;
  JobMaster& operator=(const JobMaster&) = delete;

  std::vector<JobAction> Handle(const JobEvent& event, Timestamp now);
  // When Tick is due, if nothing happens before.
  std::optional<Timestamp> NextWakeup() const;

  // For people.
  const JobPlan& plan() const { return plan_; }  // at the attempt's parallelism
  const JobRecord& record() const { return record_; }
  // "rescaling to parallelism 3"; empty: nothing is being done with it.
  std::string Note() const;
  // Also after a change of parallelism that is under way.
  int32_t SlotsNeeded() const;
  const ExecutionGraph& graph() const { return graph_; }
  const CheckpointCoordinator& checkpoints() const { return checkpoints_; }
  const Committer& committer() const { return committer_; }

 private:
  void On(const job_event::Start&);
  void On(const job_event::CheckpointLoaded&);
  void On(const job_event::SlotsGranted&);
  void On(const job_event::TaskManagerLost&);
  void On(const job_event::TaskStateChanged&);
  void On(const job_event::EndOfInputReached&);
  void On(const job_event::SnapshotDone&);
  void On(const job_event::SnapshotDeclined&);
  void On(const job_event::CheckpointPublished&);
  void On(const job_event::CommitDone&);
  void On(const job_event::SplitsDiscovered&);
  void On(const job_event::SplitRequested&);
  void On(const job_event::JobStatePersisted&);
  void On(const job_event::CancelRequested&);
  void On(const job_event::SavepointRequested&);
  void On(const job_event::CheckpointRequested&);
  void On(const job_event::StopRequested&);
  void On(const job_event::RescaleRequested&);
  void On(const job_event::MoveRequested&);
  void On(const job_event::SavepointCopied&);
  void On(const job_event::LeadershipLost&);
  void On(const job_event::Tick&);

  void Apply(const ExecutionGraph::Actions& actions);
  void Apply(const CheckpointCoordinator::Actions& actions);
  void Apply(const Committer::Actions& actions);
  void Apply(VertexId source, const SplitAssigner::Assignments& assignments);

  void Do(const CheckpointCoordinator::Trigger&);
  void Do(const CheckpointCoordinator::Publish&);
  void Do(const CheckpointCoordinator::Completed&);
  void Do(const CheckpointCoordinator::Abort&);
  void Do(const CheckpointCoordinator::CopySavepoint&);
  void Do(const CheckpointCoordinator::SavepointDone&);
  void Do(const CheckpointCoordinator::Stopped&);
  void Do(const CheckpointCoordinator::StopGivenUp&);
  void Do(const CheckpointCoordinator::Delete&);
  void Do(const CheckpointCoordinator::FailJob&);
  void Do(const CheckpointCoordinator::LoseLeadership&);
  void Do(const CheckpointCoordinator::FinishTasks&);

  // What changes with a restart that is no failure: it begins with a checkpoint if there can be
  // one.
  struct Change {
    std::optional<int64_t> request;
    int32_t parallelism = 0;  // 0: as it is, in other slots
    std::string why;          // for people
    bool decided = false;     // on its way into the record
  };

  void BeginChange(Change change);
  void DecideChange();
  void RefuseChange(const Status& why);
  bool IsAt(int32_t parallelism) const;  // by the record
  void AdoptParallelism();
  void Answer(int64_t request, Status status, std::string result = "");
  void AnswerCheckpoints(const Status& status, std::string id = "");
  // A request cannot be carried out as the job is; ok: it can.
  Status WhyNot(const std::string& what) const;
  void AttemptOver();
  void StateChanged(const ExecutionGraph::StateChanged& change);
  Status RestoreSplits();
  void MaybeStart();  // of checkpoints and commits, once everything runs
  void Persist();
  bool IsCurrent(AttemptId attempt) const { return attempt == graph_.attempt() && deployed_; }
  // Of a deployed task; CHECKs that it is one.
  TaskManagerId Where(TaskId task) const;
  std::set<TaskManagerId> TaskManagers() const;

  const JobPlan submitted_;
  JobPlan plan_;
  const JobConfig config_;
  ExecutionGraph graph_;
  Committer committer_;
  CheckpointCoordinator checkpoints_;
  std::map<VertexId, SplitAssigner> assigners_;  // of the vertices that read splits
  JobRecord record_;
  int64_t record_version_ = 0;
  int64_t persisted_version_ = 0;
  int loads_under_way_ = 0;         // of checkpoints, each answered once and in order
  int64_t discovered_version_ = 0;  // with which first_discoveries last changed
  int32_t persisted_parallelism_ = 0;
  std::optional<Change> change_;
  std::vector<int64_t> checkpoint_requests_;  // that wait for it
  std::vector<int64_t> stop_requests_;        // answered when the stop is on record
  StateAssignment restored_;                  // of the current attempt
  bool deployed_ = false;                     // the current attempt has tasks out there
  bool running_ = false;                      // ... and all of them run and know their splits
  bool terminated_ = false;
  Timestamp now_ = 0;               // of the event being handled
  std::vector<JobAction> actions_;  // of the event being handled
};

}  // namespace weir
