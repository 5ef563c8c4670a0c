#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "jobmanager/control_codec.h"
#include "jobmanager/io_strand.h"
#include "jobmanager/job_master.h"
#include "jobmanager/job_snapshot.h"
#include "jobmanager/job_storage.h"
#include "jobmanager/task_records.h"
#include "proto/control.pb.h"
#include "proto/job_store.pb.h"

namespace weir {

// What a job asks of the dispatcher, on the dispatcher's thread.
class JobHost {
 public:
  virtual ~JobHost() = default;
  virtual Timestamp Now() const = 0;      // Clock::SteadyNow: for deadlines
  virtual Timestamp WallNow() const = 0;  // for people
  virtual LeaderEpoch epoch() const = 0;
  virtual void RequestSlots(const std::string& job_id, int32_t count) = 0;
  virtual void ReleaseSlots(const std::string& job_id) = 0;
  virtual std::string WhyWaiting(const std::string& job_id) const = 0;
  virtual void Send(TaskManagerId to, rpc::JobManagerMessage message) = 0;
  virtual std::string DataAddress(TaskManagerId task_manager) const = 0;
  // Blocking work that may take long, one piece after the other over all jobs.
  virtual void RunAside(std::function<void()> work) = 0;
  // The only one that other threads may call: `then` runs on the dispatcher's thread, with the job
  // unless it has gone meanwhile.
  virtual void Post(const std::string& job_id, std::function<void(class JobRuntime&)> then) = 0;
  // For people; its id and time are the host's.
  virtual void Tell(ClusterEvent event) = 0;
  // It is over and its storage work is done. Do not touch it any more when this returns.
  virtual void JobEnded(const std::string& job_id, JobState state, const Status& cause) = 0;
};

// One job in the dispatcher: carries out what its JobMaster asks for and tells it what happened.
// Everything runs on the dispatcher's thread but the storage work, which has a thread of its own.
class JobRuntime {
 public:
  JobRuntime(JobHost& host, jobstore::StoredJob job, JobPlan plan, JobConfig config,
             JobRecord record, std::unique_ptr<JobStorage> storage, std::unique_ptr<IoQueue> io);

  void Start() { Handle(job_event::Start{}); }
  void Handle(JobEvent event);
  // A request of somebody's, made by `make` from its number; `done` hears once, at the latest when
  // the job is over: what came of it, and job_action::Answer::result.
  using Answered = std::function<void(Status, std::string result)>;
  void Request(const std::function<JobEvent(int64_t request)>& make, Answered done);
  // Of task managers that it may run on; `at` as in TaskRecords.
  void OnMetrics(const rpc::TaskMetrics& metrics, Timestamp at) { tasks_.OnMetrics(metrics, at); }
  void OnRows(const rpc::Rows& rows);
  // Answers when there are rows, when there will be none, or after a while without either.
  void FetchResults(int64_t token, std::function<void(rpc::FetchResultsReply)> done);
  void Tick();
  std::optional<Timestamp> NextWakeup() const;

  const jobstore::StoredJob& job() const { return job_; }
  const JobMaster& master() const { return master_; }
  // At its present parallelism.
  const plan::JobGraph& graph() const { return graph_; }
  rpc::JobSummary Summary() const;
  rpc::JobDetails Details() const;
  std::shared_ptr<const JobSnapshot> Snapshot() const;

 private:
  struct Fetch {
    int64_t token = 0;
    std::function<void(rpc::FetchResultsReply)> done;
    Timestamp ask_at = 0;  // the task again
    Timestamp give_up_at = 0;
  };

  void Do(const job_action::LoadCheckpoint& action);
  void Do(const job_action::RequestSlots&);
  void Do(const job_action::ReleaseSlots&);
  void Do(const job_action::Deploy&);
  void Do(const job_action::FinishTask&);
  void Do(const job_action::TriggerCheckpoint&);
  void Do(const job_action::PublishCheckpoint&);
  void Do(const job_action::DeleteFiles&);
  void Do(const job_action::PersistJobState&);
  void Do(const job_action::CopySavepoint&);
  void Do(const job_action::Answer&);
  void Do(const job_action::JobStateChanged&);
  void Do(const job_action::JobTerminated&);
  template <class Message>
  void Do(const Message& action) {
    SendAll(ToMessages(action, header_));
  }
  void SendAll(Outgoing messages);
  // Keeps for people what `event` has led to.
  void Observe(const JobEvent& event, const std::vector<JobAction>& actions);
  void TellOfCheckpoints();
  FailureRecord MakeFailure(const Status& cause) const;  // by the event that is being handled
  rpc::JobDetails DetailsWithoutGraph() const;
  std::vector<VertexSnapshot> Vertices() const;
  std::string ChkPath(int64_t checkpoint) const;
  // As people see it: a job is over when its end is on record, not before.
  JobState State() const;
  std::string Trouble() const;  // of one of its tasks
  void AskForRows();
  void AnswerFetch();

  JobHost& host_;
  const jobstore::StoredJob job_;
  plan::JobGraph graph_;  // at the parallelism of the current attempt
  JobMaster master_;
  JobHeader header_;
  std::shared_ptr<JobStorage> storage_;
  std::deque<JobEvent> events_;
  int64_t told_failed_ = 0;  // checkpoints, of which people were told
  CheckpointId told_savepoint_;
  const JobEvent* handled_ = nullptr;  // now
  bool handling_ = false;

  std::map<int64_t, Answered> requests_;  // not answered yet
  int64_t last_request_ = 0;
  bool over_ = false;  // its end is on record
  Timestamp started_ms_ = 0;
  Timestamp ended_ms_ = 0;
  const JobOptions options_;
  std::shared_ptr<const plan::JobGraph> shown_graph_;  // graph_ as it was last deployed
  std::array<Timestamp, kJobStates> entered_{};        // by the wall clock
  Timestamp modified_ = 0;
  std::deque<FailureRecord> failures_;  // newest first
  std::optional<JobSnapshot::Restored> restored_;
  int64_t restored_count_ = 0;
  TaskRecords tasks_;
  std::optional<TaskId> collector_;  // the task that holds the rows of a SELECT
  std::optional<TaskManagerId> collector_at_;
  std::optional<Fetch> fetch_;
  rpc::Rows rows_;  // the last answer of the collector
  bool rows_read_ = false;
  std::vector<job_action::FinishTask> held_;  // until the last rows were read
  Timestamp last_fetch_ms_ = 0;

  std::unique_ptr<IoQueue> io_;  // last: ends first
};

}  // namespace weir
