#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/fs/file_system.h"
#include "jobmanager/event_loop.h"
#include "jobmanager/io_strand.h"
#include "jobmanager/job_compiler.h"
#include "jobmanager/job_runtime.h"
#include "jobmanager/job_snapshot.h"
#include "jobmanager/job_store.h"
#include "jobmanager/resource_manager.h"
#include "jobmanager/state_query.h"
#include "jobmanager/task_manager_link.h"
#include "proto/control.pb.h"

namespace weir {

// What the job manager's own process is called among those of its cluster.
inline constexpr char kJobManagerProcess[] = "jobmanager";

struct DispatcherOptions {
  // A job's checkpoints go to <checkpoint_root>/<job id>, unless its own options name a folder.
  // Empty: jobs that take checkpoints have to name one.
  std::string checkpoint_root;
  std::map<std::string, std::string> default_config;  // of jobs, under what they set themselves
  Timestamp heartbeat_interval_ms = 1000;
  Timestamp heartbeat_timeout_ms = 10'000;
  // How often to look whether another job manager has taken over; 0: only when something is
  // written.
  Timestamp leader_check_interval_ms = 0;
  size_t ended_jobs_kept = 100;
  // Another job manager has taken over: this process has to end. On the dispatcher's thread.
  std::function<void(const Status&)> on_leadership_lost;
};

// What the dispatcher stands on. The simulation brings its own.
struct DispatcherEnvironment {
  std::shared_ptr<FileSystem> file_system = FileSystem::Local();
  const Clock* clock = &Clock::Real();
  std::function<std::unique_ptr<EventLoop>()> make_loop = [] {
    return std::make_unique<ThreadLoop>(Clock::Real());
  };
  std::function<std::unique_ptr<IoQueue>()> make_io = [] { return std::make_unique<IoStrand>(); };
  std::function<std::string()> make_job_id;  // null: random
};

// The job manager's one thread that decides: owns every job, the slots and the timers. Everything
// blocking happens elsewhere and comes back as an event. All calls are thread-safe and never wait
// but Start and Stop; answers come on the dispatcher's thread and must not wait either.
class Dispatcher : private JobHost {
 public:
  // `compiler` may be null where nobody submits SQL. It is only borrowed; it must have answered, or
  // never answer, when the dispatcher is destroyed.
  Dispatcher(DispatcherOptions options, std::unique_ptr<JobStore> store, JobCompiler* compiler,
             DispatcherEnvironment environment = {});
  ~Dispatcher() override { Stop(); }

  // Goes on with the jobs of the store.
  Status Start();
  // Jobs are left as they are: the next job manager goes on with them.
  void Stop();

  // ---- Clients
  void Submit(rpc::SubmitRequest request, std::function<void(rpc::SubmitReply)> done);
  // A job that is compiled already. `options` as in the request: from_savepoint and the like.
  void SubmitJob(JobCompiler::Job job, rpc::SubmitRequest options,
                 std::function<void(rpc::SubmitReply)> done);
  // What a script would run, and what it answers at once.
  void Explain(rpc::SubmitRequest request, std::function<void(JobCompiler::Result)> done);
  // As JobCompiler's.
  void Complete(std::string sql, size_t cursor, std::function<void(JobCompiler::Completions)> done);
  void ListJobs(std::function<void(rpc::ListJobsReply)> done);
  // By id, by a unique prefix of it, or by a unique name.
  void GetJob(rpc::GetJobRequest request, std::function<void(rpc::JobDetails)> done);
  void CancelJob(rpc::GetJobRequest request, std::function<void(rpc::CancelReply)> done);
  // Answers when it is durable. Of a job all of whose tasks run.
  void TakeSavepoint(rpc::SavepointRequest request, std::function<void(rpc::SavepointReply)> done);
  // A savepoint, and the job ends behind it: FINISHED. Answers when the request is on record.
  void StopJob(rpc::StopRequest request, std::function<void(rpc::StopReply)> done);
  // A checkpoint, and the job goes on from it at another parallelism. Answers when that is on
  // record. Refused where there are too few slots: a job that runs is not given up for one that
  // waits.
  void RescaleJob(rpc::RescaleRequest request, std::function<void(rpc::RescaleReply)> done);
  // Nothing new goes there; the jobs that are there move, each after a checkpoint. Refused where
  // one of them cannot move.
  void DrainTaskManager(rpc::DrainRequest request, std::function<void(rpc::DrainReply)> done);
  void FetchResults(rpc::FetchResultsRequest request,
                    std::function<void(rpc::FetchResultsReply)> done);
  void GetCluster(std::function<void(rpc::ClusterInfo)> done);
  // Plans a script and checks it against the outside, as Submit does, and starts nothing.
  void Validate(rpc::SubmitRequest request, std::function<void(JobCompiler::Result)> done);
  // Answers with the checkpoint's id when it exists; one that is under way will do.
  void TriggerCheckpoint(const std::string& job, std::function<void(StatusOr<int64_t>)> done);
  // Deletes a savepoint with its files. Nothing else is taken for one.
  void DisposeSavepoint(const std::string& path, std::function<void(Status)> done);
  // Everything there is to know, as it is now. Not free: see rest/snapshot_cache.h.
  void Snapshot(std::function<void(std::shared_ptr<const ClusterSnapshot>)> done);
  // What a process has printed: "jobmanager", or a task manager, by its id or host:port. Answers
  // within seconds, if only that it does not answer.
  void ReadOutput(rpc::ReadOutputRequest request,
                  std::function<void(StatusOr<rpc::OutputText>)> done);

  // What the tasks of a job keep, each as it is at some moment of its own: which tables, or some
  // rows of one. Answers within seconds, as ReadOutput does.
  void ReadState(rpc::StateRequest request, std::function<void(rpc::StateReply)> done);

  // ---- Task managers
  // Registers one; the link hears Registered first. Failed precondition: another version.
  // `monitored`: it is given up when its heartbeats stay away.
  StatusOr<TaskManagerId> Attach(std::shared_ptr<TaskManagerLink> link, rpc::Register registration,
                                 bool monitored);
  // Messages of one task manager, in order.
  void OnMessage(TaskManagerId from, rpc::TaskManagerMessage message);
  // Its link is broken: whatever ran there is lost.
  void Detach(TaskManagerId task_manager, Status cause);

 private:
  struct TaskManager {
    std::shared_ptr<TaskManagerLink> link;
    rpc::Register registration;
    rpc::Heartbeat heartbeat;  // the last one
    std::optional<double> cpu_load;
    bool monitored = false;
    Timestamp last_heard = 0;
    Timestamp move_at = 0;  // while it drains: when its jobs are asked to move
  };
  // The jobs of one script: all of them are stored and started, or none.
  struct Submission {
    std::vector<jobstore::StoredJob> jobs;
    rpc::SubmitReply reply;
    std::function<void(rpc::SubmitReply)> done;
    bool tried = false;  // something of them may be in the store
    Status refused;
    int attempts_to_take_back = 0;
  };
  // Somebody waits for what a task manager has printed.
  struct Reading {
    TaskManagerId task_manager;
    Timestamp give_up_at = 0;
    std::function<void(StatusOr<rpc::OutputText>)> done;
  };
  // Somebody waits for what tasks keep.
  struct StateReading {
    explicit StateReading(StateQuery q) : query(std::move(q)) {}
    StateQuery query;
    std::string job_id;
    Timestamp give_up_at = 0;
    std::function<void(rpc::StateReply)> done;
  };
  struct StateQuestion {
    int64_t reading = 0;
    TaskId task;
    TaskManagerId task_manager;
  };
  struct Found {
    std::string job_id;
    std::optional<rpc::SqlError> error;
  };

  // JobHost
  Timestamp Now() const override;
  Timestamp WallNow() const override { return environment_.clock->WallNow(); }
  LeaderEpoch epoch() const override { return store_->epoch(); }
  void RequestSlots(const std::string& job_id, int32_t count) override;
  void ReleaseSlots(const std::string& job_id) override;
  std::string WhyWaiting(const std::string& job_id) const override;
  void Send(TaskManagerId to, rpc::JobManagerMessage message) override;
  std::string DataAddress(TaskManagerId task_manager) const override;
  void RunAside(std::function<void()> work) override;
  void Post(const std::string& job_id, std::function<void(JobRuntime&)> then) override;
  void Tell(ClusterEvent event) override;
  void JobEnded(const std::string& job_id, JobState state, const Status& cause) override;

  std::optional<Timestamp> AfterRound();
  void OnCompiled(JobCompiler::Result result, const rpc::SubmitRequest& request,
                  std::function<void(rpc::SubmitReply)> done);
  void SayDefaults(rpc::SubmitRequest& request) const;
  StatusOr<jobstore::StoredJob> MakeStoredJob(const JobCompiler::Job& job,
                                              const rpc::SubmitRequest& request);
  // On the submission strand. False: to be called again.
  bool Store(Submission& submission);
  Status AddAll(Submission& submission);
  Status StartJob(const jobstore::StoredJob& job, const JobRecord& record);
  void Register(TaskManagerId id, TaskManager task_manager);
  void Lose(TaskManagerId id, const Status& cause);
  void Give(const ResourceManager::Grants& grants);
  void Remember(std::shared_ptr<const JobSnapshot> job);
  Found Find(const std::string& text) const;
  // The job that a request is about, if it is not over and takes checkpoints.
  struct Target {
    JobRuntime* job = nullptr;
    Status refused;
  };
  Target FindTarget(const std::string& text, const std::string& what) const;
  // Where its savepoints go: `asked`, or what its options say, or beside its checkpoints.
  StatusOr<std::string> SavepointDir(const Target& target, const std::string& asked) const;
  Status WhyNotRescaled(const JobRuntime& job, int32_t parallelism) const;
  StatusOr<TaskManagerId> FindTaskManager(const std::string& text) const;
  Status WhyNotDrained(TaskManagerId id) const;
  void MoveJobsAway(TaskManagerId id, Timestamp now);
  rpc::TaskManagerInfo InfoOf(TaskManagerId id) const;
  TaskManagerSnapshot SnapshotOf(TaskManagerId id) const;
  void OnOutput(rpc::OutputText output);
  // Answers those who wait for longer than until `now`, or for what `lost` was to say.
  void GiveUpReading(Timestamp now, std::optional<TaskManagerId> lost);
  void AskForState(int64_t number, StateQuery::Questions questions);
  void OnStatePage(const rpc::StatePage& page);
  void AnswerState(int64_t number, const Status& status);
  void GiveUpReadingState(Timestamp now, std::optional<TaskManagerId> lost);
  void CleanUp(std::shared_ptr<const JobSnapshot> job, bool forget);
  void CheckLeader();
  void StepDown(const Status& cause);

  const DispatcherOptions options_;
  const std::unique_ptr<JobStore> store_;
  JobCompiler* const compiler_;
  const DispatcherEnvironment environment_;
  std::atomic<int64_t> next_task_manager_;

  // The loop's thread only.
  ResourceManager resources_;
  std::map<TaskManagerId, TaskManager> task_managers_;
  std::map<std::string, std::unique_ptr<JobRuntime>> jobs_;
  std::deque<std::shared_ptr<const JobSnapshot>> ended_;  // oldest first
  std::map<int64_t, Reading> readings_;                   // by request
  ClusterEvents events_;
  std::map<int64_t, StateReading> state_readings_;
  std::map<int64_t, StateQuestion> state_questions_;  // to tasks, by request
  int64_t last_reading_ = 0;                          // number of any of them
  Timestamp leader_check_at_ = 0;
  bool stepped_down_ = false;

  std::unique_ptr<EventLoop> loop_;
  // Last: they end first, while they can still post.
  std::unique_ptr<IoQueue> submissions_;
  std::unique_ptr<IoQueue> copies_;   // of savepoints, and what ended jobs leave
  std::unique_ptr<IoQueue> outputs_;  // what this process has printed
};

}  // namespace weir
