#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/ids.h"
#include "common/base/log_record.h"
#include "common/base/mailbox.h"
#include "common/base/status.h"
#include "operators/collect_buffer.h"
#include "operators/operator.h"
#include "proto/control.pb.h"
#include "state/task_state.h"
#include "taskmanager/barrier_aligner.h"
#include "taskmanager/exchange/input_gate.h"
#include "taskmanager/exchange/output_writer.h"
#include "taskmanager/executor.h"
#include "taskmanager/operator_chain.h"
#include "taskmanager/task_life.h"
#include "taskmanager/task_metrics.h"
#include "taskmanager/watermark_merger.h"

namespace weir {

// What others tell a task. It is worked off in the order it came, before anything else.
namespace task_mail {
struct Start {};
struct Initialized {
  Status status;
};
struct Trigger {
  CheckpointId id;
  bool stop = false;   // the input ends behind this barrier
  bool drain = false;  // and the maximum watermark goes before it
};
struct Completed {
  CheckpointId id;
};
struct Abort {
  CheckpointId id;
};
struct AddSplits {
  std::vector<SourceSplit> splits;
  bool no_more = false;
};
struct SnapshotWritten {
  CheckpointId id;
  StatusOr<SnapshotResult> result;
  int64_t async_ms = 0;
};
// Looks at what takes a look from the task's thread (TaskMetrics::Observation).
struct Observe {};
// What people ask of its state: answered with StateRead.
struct ReadState {
  rpc::ReadState question;
};
struct Finish {};
struct Cancel {};
struct Fail {
  Status cause;
};
struct Closed {};
}  // namespace task_mail

using TaskMail =
    std::variant<task_mail::Start, task_mail::Initialized, task_mail::Trigger, task_mail::Completed,
                 task_mail::Abort, task_mail::AddSplits, task_mail::SnapshotWritten,
                 task_mail::Observe, task_mail::ReadState, task_mail::Finish, task_mail::Cancel,
                 task_mail::Fail, task_mail::Closed>;

// What a task tells others.
namespace task_event {
struct PhaseChanged {
  TaskPhase phase;
  Status cause;
};
struct EndOfInput {};
struct SnapshotDone {
  CheckpointId id;
  checkpoint::TaskSnapshot snapshot;
  int64_t state_bytes = 0;
  int64_t written_bytes = 0;
  int64_t alignment_ms = 0;
  int64_t sync_us = 0;
  int64_t async_ms = 0;
};
struct SnapshotDeclined {
  CheckpointId id;
  Status cause;
};
struct WantsSplit {
  uint32_t node = 0;
};
struct StateRead {
  rpc::StatePage page;
};
}  // namespace task_event

using TaskEvent =
    std::variant<task_event::PhaseChanged, task_event::EndOfInput, task_event::SnapshotDone,
                 task_event::SnapshotDeclined, task_event::WantsSplit, task_event::StateRead>;

using OperatorFactory =
    std::function<StatusOr<std::unique_ptr<Operator>>(const plan::OperatorNode&)>;

// Everything a task is made from.
struct TaskConfig {
  TaskId id;
  std::string job_id;
  int64_t attempt = 0;
  std::string lineage;
  std::shared_ptr<const plan::JobGraph> graph;  // id.vertex is one of its vertices
  bool finished = false;  // it had read everything before: it only ends its output again
  std::vector<rpc::OperatorRestore> restore;
  CheckpointId restored_checkpoint;  // 0: fresh
  TaskState::Config state;
  OperatorFactory make_operator;
  std::vector<InputGate::Channel> inputs;
  SchemaPtr input_schema;  // null for a source
  std::vector<OutputWriter::Edge> outputs;
  std::vector<int> output_nodes;  // whose main output each edge carries
  std::shared_ptr<CollectBuffer> collect;
  size_t max_batch_rows = 4096;
  int64_t buffer_timeout_ms = 100;
  std::string time_zone = "UTC";
  Executor* executor = nullptr;  // outlives the task
  // From whatever thread runs the task; never waits.
  std::function<void(TaskEvent)> listener;
};

// One subtask: reads its channels or its source, drives its operators, writes its outputs, takes
// its snapshots. A step function: it does bounded pieces of work and never waits, so a worker, a
// simulation and a unit test can all drive it.
class Task : public Runnable {
 public:
  // Made by the executor that owns it; the mail Start brings it to life.
  explicit Task(TaskConfig config);
  ~Task() override;

  // From any thread.
  void Post(TaskMail mail);

  Next Run() override;

  const TaskId& id() const { return config_.id; }
  const TaskMetrics& metrics() const { return metrics_; }

 private:
  enum class Step { kAgain, kIdle, kBackPressured };
  // What operators and channels need as long as they live; given back on another thread, because
  // closing connections may block.
  struct Body;
  // What is to be done once the chain has worked off what was pushed, in order.
  struct BeginBarrier {
    CheckpointId id;
  };
  struct TakeSnapshot {
    CheckpointId id;
  };
  struct FlushEnd {};
  struct SendEnd {};
  using Todo =
      std::variant<Watermark, BeginBarrier, TakeSnapshot, task_mail::AddSplits, FlushEnd, SendEnd>;
  struct Snapshot {
    CheckpointId id;
    checkpoint::TaskSnapshot result;
    int64_t alignment_ms = 0;
    int64_t sync_us = 0;
    bool cut = false;  // the background half has begun
  };

  void HandleMail();
  void Handle(TaskMail& mail);
  void Start();
  Status Initialize();  // on the I/O pool
  Status OpenOperators();
  void BeginRunning();
  Status OnTrigger(const task_mail::Trigger& trigger);
  Status OnSplits(const task_mail::AddSplits& mail);
  Status AddSplits(const task_mail::AddSplits& mail);
  void OnSnapshotWritten(task_mail::SnapshotWritten& mail);
  // Of a snapshot that nobody will hear of.
  void DiscardFiles(const task_mail::SnapshotWritten& mail);
  void OnAbort(CheckpointId id);

  StatusOr<Step> DoStep(int64_t until_ns);
  StatusOr<Step> NextElement();
  bool PushDueTimers();
  StatusOr<Step> PollSource();
  StatusOr<Step> GoIdle();
  Status DoTodo();
  Status OnElement(InputGate::Received received);
  void Act(const BarrierAligner::Decision& decision);
  Status DoSnapshot(CheckpointId id);
  // Where the source is.
  Status AddPositions(checkpoint::TaskSnapshot* snapshot) const;
  void ShowState();
  // A piece of what people ask of its state.
  void ReadState();
  void RefuseRead(int64_t request);
  void CutSnapshot();
  void DoSendEnd();
  void InputIsOver();
  void MaybeAskForSplit();
  void AnswerAsFinished(CheckpointId id);

  Next Park(Step why);
  void End();  // life_ has just ended: give the resources back
  void Fail(Status cause);
  void UpdateMetrics();
  void Observe();

  TaskConfig config_;
  const LogContext log_context_;
  const plan::Vertex& vertex_;
  Mailbox<TaskMail> mailbox_;
  TaskLife life_;
  std::vector<TaskMail> deferred_;  // came before the task ran

  std::unique_ptr<Body> body_;  // null once over
  // Its files may have to be discarded when the body is gone.
  std::shared_ptr<CheckpointStorage> storage_;
  BarrierAligner aligner_;
  WatermarkMerger merger_;
  std::deque<Todo> todo_;
  std::optional<Snapshot> snapshot_;
  CheckpointId triggered_;  // direct trigger, to take once all inputs have ended
  int64_t aligning_since_ns_ = 0;
  bool input_over_ = false;  // nothing is read any more
  bool end_sent_ = false;
  bool warm_ = false;  // restored state needs no more loading
  bool source_idle_ = false;
  bool idle_flushed_ = true;
  size_t asked_with_ = static_cast<size_t>(-1);  // splits it had when it last asked for one

  TaskMetrics metrics_;
  Step last_ = Step::kIdle;
  int64_t parked_at_ns_ = 0;
  Timestamp timers_pushed_ = kMinTimestamp;  // when timers were last run
};

}  // namespace weir
