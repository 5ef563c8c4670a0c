#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "common/base/mailbox.h"
#include "taskmanager/deployment.h"
#include "taskmanager/past_attempts.h"
#include "taskmanager/task_families.h"

namespace weir {

// Runs the tasks that a job manager sends here and speaks to it for them: messages in, messages
// out, whatever carries them. Refuses what an older leader or an older attempt says. It is a
// runnable itself: everything below happens on one thread at a time.
class TaskExecutor : public Runnable {
 public:
  // `send` is called by whatever worker runs this, in order; it must not wait.
  using Send = std::function<void(rpc::TaskManagerMessage)>;

  TaskExecutor(TaskEnvironment environment, Send send);
  ~TaskExecutor() override;

  // From any thread. The messages of one job manager, in its order.
  void Handle(rpc::JobManagerMessage message);
  // The job manager is gone. Its tasks go on for a while (30 s), so that rows flow through a short
  // absence; they are cancelled then, or as soon as a job manager registers us anew.
  void Disconnected();
  // What the tasks have counted; `done` is called by whatever worker runs this, and must not wait.
  void Measure(MetricNames names, std::function<void(MetricFamilies)> done);
  // Cancels everything; `done` is called, once, when nothing runs any more.
  void Shutdown(std::function<void()> done);

  Next Run() override;

 private:
  struct Source {
    uint32_t node = 0;
    bool busy = false;  // a discovery is on the I/O pool
    bool once = false;  // it was told everything
    bool restored = false;
    Timestamp next = kMaxTimestamp;
    std::shared_ptr<SplitDiscovery> discovery;
  };
  struct TaskEntry {
    std::shared_ptr<Task> task;
    bool over = false;
  };
  struct Attempt {
    int64_t epoch = 0;
    std::string lineage;
    std::shared_ptr<const plan::JobGraph> graph;
    std::shared_ptr<CheckpointStorage> storage;
    std::map<TaskId, TaskEntry> tasks;
    std::map<TaskId, std::shared_ptr<CollectBuffer>> collect;
    std::map<VertexId, Source> sources;  // whose subtask 0 is here
    int live = 0;
    bool canceled = false;
  };

  struct FromTask {
    AttemptKey attempt;
    TaskId task;
    TaskEvent event;
  };
  struct Discovered {
    AttemptKey attempt;
    VertexId vertex;
    StatusOr<std::vector<SourceSplit>> splits;
    std::shared_ptr<SplitDiscovery> discovery;
    bool by_queue = false;
    std::optional<Duration> interval;
  };
  struct Committed {
    rpc::CommitDone done;
  };
  struct Printed {
    rpc::OutputText text;
  };
  struct Measured {
    MetricNames names;
    std::function<void(MetricFamilies)> done;
  };
  struct Lost {};
  struct ShutDown {
    std::function<void()> done;
  };
  using Mail = std::variant<rpc::JobManagerMessage, FromTask, Discovered, Committed, Printed,
                            Measured, Lost, ShutDown>;

  void Post(Mail mail);
  void Receive(const rpc::JobManagerMessage& message);
  void OnRegistered(const rpc::Registered& registered);
  void OnDeploy(const rpc::DeployTasks& deploy);
  void RefuseDeployment(const rpc::DeployTasks& deploy, const Status& cause);
  void OnAssignSplits(const rpc::AssignSplits& assign);
  void OnCommit(const rpc::Commit& commit);
  // On the I/O pool.
  Status CommitPrepared(const plan::OperatorNode& node, const CheckpointStorage* storage,
                        WriterIdentity identity, const rpc::Commit& commit) const;
  void OnFetchRows(const rpc::FetchRows& fetch);
  void OnReadOutput(const rpc::ReadOutput& read);
  void OnReadState(const rpc::ReadState& read);
  void OnTaskEvent(FromTask& mail);
  void OnTaskPhase(const AttemptKey& key, Attempt& attempt, TaskId task,
                   const task_event::PhaseChanged& change);
  void OnDiscovered(Discovered& mail);
  void StartDiscovery(const AttemptKey& key, Attempt& attempt, VertexId vertex);
  void CancelAttempt(const AttemptKey& key, Attempt& attempt);
  void CancelAll();
  void OnTime(Timestamp now);
  void SendHeartbeat(Timestamp now);
  MetricFamilies Families(MetricNames names) const;
  Timestamp NextDeadline() const;

  // The attempt was here, or a later one of the job is or was.
  bool IsPast(const AttemptKey& key) const;
  // Null when the message is of an older leader, or the attempt is not here.
  Attempt* Find(int64_t epoch, const std::string& job_id, int64_t attempt);
  Task* FindTask(int64_t epoch, const std::string& job_id, int64_t attempt, uint32_t vertex,
                 uint32_t subtask);
  template <class Message>
  void Stamp(const AttemptKey& key, Message* message) const {
    message->set_epoch(epoch_);
    message->set_job_id(key.job_id);
    message->set_attempt(key.attempt);
  }

  const TaskEnvironment environment_;
  const Send send_;
  Mailbox<Mail> mailbox_;

  int64_t epoch_ = 0;
  std::map<AttemptKey, Attempt> attempts_;
  PastAttempts deployed_;
  int64_t heartbeat_interval_ms_ = 0;  // 0: not registered
  Timestamp next_heartbeat_ = kMaxTimestamp;
  Timestamp cancel_all_at_ = kMaxTimestamp;
  std::function<void()> shut_down_;
};

}  // namespace weir
