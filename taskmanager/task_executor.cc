#include "taskmanager/task_executor.h"

#include <algorithm>
#include <utility>

#include "common/base/logging.h"
#include "common/base/process_output.h"
#include "common/base/process_usage.h"
#include "common/base/secrets.h"
#include "common/data/batch_codec.h"
#include "operators/expressions/expr.h"
#include "operators/write_ahead.h"

namespace weir {
namespace {

constexpr int64_t kGraceMs = 30'000;           // without a job manager
constexpr size_t kRowsBytes = 1 << 20;         // about, of one answer
constexpr size_t kMostSplitsTold = 256;        // by one task
constexpr int64_t kRediscoverAfterMs = 5'000;  // when looking for splits failed

TaskId IdOf(uint32_t vertex, uint32_t subtask) {
  return {VertexId(static_cast<int32_t>(vertex)), static_cast<int32_t>(subtask)};
}

void SetFailure(const Status& status, rpc::Failure* failure) {
  failure->set_code(static_cast<uint32_t>(status.code()));
  failure->set_message(WithoutSecrets(status.message()));
}

rpc::TaskState StateOf(TaskPhase phase) { return static_cast<rpc::TaskState>(phase); }
static_assert(static_cast<int>(TaskPhase::kFailed) == rpc::FAILED);
static_assert(static_cast<int>(TaskPhase::kRunning) == rpc::RUNNING);

LogContext ContextOf(const AttemptKey& key, TaskId task) {
  return {key.job_id, task.vertex.value(), task.subtask, key.attempt};
}

template <class Message>
void SetTask(TaskId task, Message* message) {
  message->set_vertex(static_cast<uint32_t>(task.vertex.value()));
  message->set_subtask(static_cast<uint32_t>(task.subtask));
}

void SetMetrics(const AttemptKey& key, TaskId id, const Task& task, rpc::TaskMetrics* out) {
  const TaskMetrics& m = task.metrics();
  out->set_job_id(key.job_id);
  out->set_attempt(key.attempt);
  SetTask(id, out);
  out->set_records_in(m.records_in.load());
  out->set_records_out(m.records_out.load());
  out->set_bytes_in(m.bytes_in.load());
  out->set_bytes_out(m.bytes_out.load());
  out->set_busy_ms(m.busy_ns.load() / 1'000'000);
  out->set_backpressured_ms(m.backpressured_ns.load() / 1'000'000);
  out->set_idle_ms(m.idle_ns.load() / 1'000'000);
  out->set_watermark(m.watermark.load());
  out->set_state_bytes(m.state_bytes.load());
  out->set_state_entries(m.state_entries.load());
  out->set_source_lag(m.source_lag.load());
  const TaskMetrics::Observation seen = m.LastObservation();
  out->set_trouble(WithoutSecrets(seen.trouble));
  out->set_trouble_operator(static_cast<uint32_t>(seen.trouble_operator));
  for (const int64_t rows : seen.operator_rows) out->add_operator_rows(rows);
  for (size_t i = 0; i < std::min(seen.splits.size(), kMostSplitsTold); ++i) {
    const SplitStatus& split = seen.splits[i];
    rpc::SplitMetrics* told = out->add_splits();
    told->set_id(split.id);
    told->set_records_waiting(split.waiting);
    told->set_watermark(split.watermark);
    told->set_idle(split.idle);
    told->set_finished(split.finished);
  }
  for (const auto& [name, count] : m.Counters()) (*out->mutable_counters())[name] = count;
}

}  // namespace

TaskExecutor::TaskExecutor(TaskEnvironment environment, Send send)
    : environment_(std::move(environment)), send_(std::move(send)) {}

TaskExecutor::~TaskExecutor() = default;

void TaskExecutor::Post(Mail mail) {
  mailbox_.Post(std::move(mail));
  environment_.executor->Wake(shared_from_this());
}

void TaskExecutor::Handle(rpc::JobManagerMessage message) { Post(std::move(message)); }
void TaskExecutor::Disconnected() { Post(Lost{}); }
void TaskExecutor::Measure(MetricNames names, std::function<void(MetricFamilies)> done) {
  Post(Measured{names, std::move(done)});
}
void TaskExecutor::Shutdown(std::function<void()> done) { Post(ShutDown{std::move(done)}); }

Runnable::Next TaskExecutor::Run() {
  const Timestamp now = environment_.executor->clock().SteadyNow();
  for (Mail& mail : mailbox_.Take()) {
    if (auto* message = std::get_if<rpc::JobManagerMessage>(&mail)) {
      Receive(*message);
    } else if (auto* event = std::get_if<FromTask>(&mail)) {
      OnTaskEvent(*event);
    } else if (auto* discovered = std::get_if<Discovered>(&mail)) {
      OnDiscovered(*discovered);
    } else if (auto* committed = std::get_if<Committed>(&mail)) {
      rpc::TaskManagerMessage message;
      committed->done.set_epoch(epoch_);
      *message.mutable_commit_done() = std::move(committed->done);
      send_(std::move(message));
    } else if (auto* printed = std::get_if<Printed>(&mail)) {
      rpc::TaskManagerMessage message;
      *message.mutable_output() = std::move(printed->text);
      send_(std::move(message));
    } else if (auto* measure = std::get_if<Measured>(&mail)) {
      measure->done(Families(measure->names));
    } else if (std::holds_alternative<Lost>(mail)) {
      heartbeat_interval_ms_ = 0;
      next_heartbeat_ = kMaxTimestamp;
      cancel_all_at_ = now + kGraceMs;
    } else {
      CancelAll();
      shut_down_ = std::move(std::get<ShutDown>(mail).done);
    }
  }
  OnTime(now);
  return {.wake_at = NextDeadline()};
}

// ---- From the job manager

void TaskExecutor::Receive(const rpc::JobManagerMessage& message) {
  switch (message.message_case()) {
    case rpc::JobManagerMessage::kRegistered:
      return OnRegistered(message.registered());
    case rpc::JobManagerMessage::kDeploy:
      return OnDeploy(message.deploy());
    case rpc::JobManagerMessage::kCancel: {
      const rpc::CancelTasks& m = message.cancel();
      if (Attempt* attempt = Find(m.epoch(), m.job_id(), m.attempt())) {
        CancelAttempt({m.job_id(), m.attempt()}, *attempt);
      }
      return;
    }
    case rpc::JobManagerMessage::kTrigger: {
      const rpc::TriggerCheckpoint& m = message.trigger();
      Task* task = FindTask(m.epoch(), m.job_id(), m.attempt(), m.vertex(), m.subtask());
      if (task)
        task->Post(task_mail::Trigger{CheckpointId(m.checkpoint_id()), m.stop(), m.drain()});
      return;
    }
    case rpc::JobManagerMessage::kCompleted: {
      const rpc::CheckpointCompleted& m = message.completed();
      Attempt* attempt = Find(m.epoch(), m.job_id(), m.attempt());
      if (!attempt) return;
      for (auto& [id, entry] : attempt->tasks) {
        if (!entry.over) entry.task->Post(task_mail::Completed{CheckpointId(m.checkpoint_id())});
      }
      return;
    }
    case rpc::JobManagerMessage::kAbort: {
      const rpc::AbortCheckpoint& m = message.abort();
      Attempt* attempt = Find(m.epoch(), m.job_id(), m.attempt());
      if (!attempt) return;
      for (auto& [id, entry] : attempt->tasks) {
        if (!entry.over) entry.task->Post(task_mail::Abort{CheckpointId(m.checkpoint_id())});
      }
      return;
    }
    case rpc::JobManagerMessage::kAssignSplits:
      return OnAssignSplits(message.assign_splits());
    case rpc::JobManagerMessage::kCommit:
      return OnCommit(message.commit());
    case rpc::JobManagerMessage::kFetchRows:
      return OnFetchRows(message.fetch_rows());
    case rpc::JobManagerMessage::kFinish: {
      const rpc::FinishTask& m = message.finish();
      Task* task = FindTask(m.epoch(), m.job_id(), m.attempt(), m.vertex(), m.subtask());
      if (task) task->Post(task_mail::Finish{});
      return;
    }
    case rpc::JobManagerMessage::kReadOutput:
      return OnReadOutput(message.read_output());
    case rpc::JobManagerMessage::kReadState:
      return OnReadState(message.read_state());
    case rpc::JobManagerMessage::kRefused:  // the control client's business
    case rpc::JobManagerMessage::MESSAGE_NOT_SET:
      return;
  }
}

void TaskExecutor::OnRegistered(const rpc::Registered& registered) {
  if (registered.epoch() < epoch_) return;
  // Whoever registers us has given up what ran here before.
  CancelAll();
  epoch_ = registered.epoch();
  cancel_all_at_ = kMaxTimestamp;
  heartbeat_interval_ms_ = registered.heartbeat_interval_ms();
  if (heartbeat_interval_ms_ > 0) next_heartbeat_ = environment_.executor->clock().SteadyNow();
}

TaskExecutor::Attempt* TaskExecutor::Find(int64_t epoch, const std::string& job_id,
                                          int64_t attempt) {
  if (epoch < epoch_) return nullptr;
  epoch_ = epoch;
  auto it = attempts_.find({job_id, attempt});
  return it == attempts_.end() ? nullptr : &it->second;
}

Task* TaskExecutor::FindTask(int64_t epoch, const std::string& job_id, int64_t attempt,
                             uint32_t vertex, uint32_t subtask) {
  Attempt* found = Find(epoch, job_id, attempt);
  if (!found) return nullptr;
  auto it = found->tasks.find(IdOf(vertex, subtask));
  return it == found->tasks.end() || it->second.over ? nullptr : it->second.task.get();
}

void TaskExecutor::OnDeploy(const rpc::DeployTasks& deploy) {
  if (deploy.epoch() < epoch_ || shut_down_) return;
  epoch_ = deploy.epoch();
  const AttemptKey key{deploy.job_id(), deploy.attempt()};
  if (IsPast(key)) return;
  deployed_.Add(key);
  for (auto& [other, attempt] : attempts_) {
    if (other.job_id == key.job_id) CancelAttempt(other, attempt);
  }
  auto listener = [self = weak_from_this(), key](TaskId task, TaskEvent event) {
    if (auto executor = std::static_pointer_cast<TaskExecutor>(self.lock())) {
      executor->Post(FromTask{key, task, std::move(event)});
    }
  };
  LogScope scope(LogContext{.job = key.job_id, .attempt = key.attempt});
  LOG(kInfo) << deploy.subtasks_size() << " tasks of " << deploy.graph().name() << " begin"
             << (deploy.restored_checkpoint() > 0
                     ? " from checkpoint " + std::to_string(deploy.restored_checkpoint())
                     : "");
  StatusOr<Deployment> built = BuildDeployment(deploy, environment_, listener);
  if (!built.ok()) return RefuseDeployment(deploy, built.status());

  Attempt& attempt = attempts_[key];
  attempt.epoch = deploy.epoch();
  attempt.lineage = deploy.lineage();
  attempt.graph = std::make_shared<const plan::JobGraph>(deploy.graph());
  attempt.collect = std::move(built->collect);
  attempt.storage = std::move(built->storage);
  attempt.live = static_cast<int>(built->tasks.size());
  for (std::shared_ptr<Task>& task : built->tasks) attempt.tasks[task->id()].task = task;
  for (const rpc::SubtaskDeployment& subtask : deploy.subtasks()) {
    const plan::Vertex& vertex = attempt.graph->vertices(static_cast<int>(subtask.vertex()));
    if (subtask.subtask() != 0 || !vertex.chain(0).has_source()) continue;
    Source& source = attempt.sources[VertexId(static_cast<int32_t>(subtask.vertex()))];
    source.node = vertex.chain(0).id();
    // Not every source of a restored job is: the script may have gained one.
    source.restored = deploy.restored_checkpoint() > 0 &&
                      std::any_of(subtask.restore().begin(), subtask.restore().end(),
                                  [&](const rpc::OperatorRestore& restore) {
                                    return restore.uid() == vertex.chain(0).uid();
                                  });
  }
  for (auto& [id, entry] : attempt.tasks) entry.task->Post(task_mail::Start{});
  for (auto& [vertex, source] : attempt.sources) StartDiscovery(key, attempt, vertex);
}

bool TaskExecutor::IsPast(const AttemptKey& key) const {
  const auto here = attempts_.lower_bound(key);  // this one or a later one, if there is any
  return deployed_.Has(key) || (here != attempts_.end() && here->first.job_id == key.job_id);
}

void TaskExecutor::RefuseDeployment(const rpc::DeployTasks& deploy, const Status& cause) {
  for (const rpc::SubtaskDeployment& subtask : deploy.subtasks()) {
    rpc::TaskManagerMessage message;
    rpc::TaskStateChanged* state = message.mutable_task_state();
    Stamp({deploy.job_id(), deploy.attempt()}, state);
    state->set_vertex(subtask.vertex());
    state->set_subtask(subtask.subtask());
    state->set_state(rpc::FAILED);
    SetFailure(cause, state->mutable_failure());
    send_(std::move(message));
  }
}

void TaskExecutor::OnAssignSplits(const rpc::AssignSplits& assign) {
  Task* task = FindTask(assign.epoch(), assign.job_id(), assign.attempt(), assign.vertex(),
                        assign.subtask());
  if (!task) return;
  task_mail::AddSplits mail;
  mail.no_more = assign.no_more();
  for (const rpc::Split& split : assign.splits()) {
    mail.splits.push_back({.id = split.id(),
                           .position = split.position(),
                           .hash = split.hash(),
                           .discovered_later = split.discovered_later(),
                           .watermark = split.watermark()});
  }
  task->Post(std::move(mail));
}

void TaskExecutor::OnCommit(const rpc::Commit& commit) {
  Attempt* attempt = Find(commit.epoch(), commit.job_id(), commit.attempt());
  if (!attempt) return;
  LogScope scope(
      ContextOf({commit.job_id(), commit.attempt()}, IdOf(commit.vertex(), commit.subtask())));
  rpc::CommitDone done;
  done.set_job_id(commit.job_id());
  done.set_attempt(commit.attempt());
  done.set_checkpoint_id(commit.checkpoint_id());
  done.set_vertex(commit.vertex());
  done.set_subtask(commit.subtask());
  done.set_uid(commit.uid());
  auto work = [this, graph = attempt->graph, storage = attempt->storage, lineage = attempt->lineage,
               commit]() -> Status {
    if (commit.vertex() >= static_cast<uint32_t>(graph->vertices_size())) {
      return InvalidArgumentError("a commit for no vertex of the plan");
    }
    const plan::Vertex& vertex = graph->vertices(static_cast<int>(commit.vertex()));
    for (const plan::OperatorNode& node : vertex.chain()) {
      if (node.uid() != commit.uid() || !node.has_sink()) continue;
      return CommitPrepared(node, storage.get(),
                            {.lineage = lineage,
                             .sink_uid = commit.uid(),
                             .subtask = static_cast<int32_t>(commit.subtask()),
                             .parallelism = vertex.parallelism(),
                             .attempt = commit.attempt()},
                            commit);
    }
    return InvalidArgumentError("a commit for '" + commit.uid() +
                                "', which is no sink of the plan");
  };
  auto self = std::static_pointer_cast<TaskExecutor>(shared_from_this());
  environment_.executor->RunBlocking(
      [self, work = std::move(work), done = std::move(done)]() mutable {
        SetFailure(work(), done.mutable_failure());
        self->Post(Committed{std::move(done)});
      });
}

Status TaskExecutor::CommitPrepared(const plan::OperatorNode& node,
                                    const CheckpointStorage* storage, WriterIdentity identity,
                                    const rpc::Commit& commit) const {
  ASSIGN_OR_RETURN(std::unique_ptr<Sink> sink, environment_.make_sink(node.sink().table()));
  std::vector<std::string> contents;
  std::vector<checkpoint::SinkEpoch> epochs;
  for (const checkpoint::Committable& committable : commit.committables()) {
    if (committable.has_epoch()) {
      epochs.push_back(committable.epoch());
    } else {
      contents.push_back(committable.content());
    }
  }
  if (!epochs.empty()) {
    ASSIGN_OR_RETURN(SchemaPtr schema, FromProto(node.sink().table().schema()));
    RETURN_IF_ERROR(CommitEpochs(*sink, schema, storage, std::move(epochs)));
  }
  if (contents.empty()) return OkStatus();
  ASSIGN_OR_RETURN(std::unique_ptr<SinkCommitter> committer,
                   sink->MakeCommitter(std::move(identity)));
  if (!committer) return OkStatus();
  return committer->Commit(CheckpointId(commit.checkpoint_id()), contents);
}

void TaskExecutor::OnFetchRows(const rpc::FetchRows& fetch) {
  auto it = attempts_.find({fetch.job_id(), fetch.attempt()});
  if (it == attempts_.end()) return;
  auto buffer = it->second.collect.find(IdOf(fetch.vertex(), fetch.subtask()));
  if (buffer == it->second.collect.end()) return;
  CollectBuffer::ReadResult read =
      buffer->second->Read(fetch.offset(), static_cast<size_t>(std::max(1, fetch.max_batches())));
  rpc::TaskManagerMessage message;
  rpc::Rows* rows = message.mutable_rows();
  rows->set_job_id(fetch.job_id());
  rows->set_attempt(fetch.attempt());
  rows->set_vertex(fetch.vertex());
  rows->set_subtask(fetch.subtask());
  rows->set_offset(read.offset);
  rows->set_finished(read.finished);
  size_t bytes = 0;
  for (Batch& batch : read.batches) {
    if (bytes >= kRowsBytes) {  // the rest is asked for next
      rows->set_finished(false);
      break;
    }
    AppendElement(std::move(batch), *rows->add_batches());
    bytes += rows->batches().rbegin()->size();
  }
  send_(std::move(message));
}

// ---- From tasks

void TaskExecutor::OnTaskEvent(FromTask& mail) {
  auto it = attempts_.find(mail.attempt);
  if (it == attempts_.end()) return;
  if (auto* change = std::get_if<task_event::PhaseChanged>(&mail.event)) {
    return OnTaskPhase(mail.attempt, it->second, mail.task, *change);
  }
  rpc::TaskManagerMessage message;
  if (std::holds_alternative<task_event::EndOfInput>(mail.event)) {
    Stamp(mail.attempt, message.mutable_end_of_input());
    SetTask(mail.task, message.mutable_end_of_input());
  } else if (auto* done = std::get_if<task_event::SnapshotDone>(&mail.event)) {
    rpc::SnapshotDone* out = message.mutable_snapshot_done();
    Stamp(mail.attempt, out);
    out->set_checkpoint_id(done->id.value());
    *out->mutable_snapshot() = std::move(done->snapshot);
    out->set_state_bytes(done->state_bytes);
    out->set_written_bytes(done->written_bytes);
    out->set_alignment_ms(done->alignment_ms);
    out->set_sync_us(done->sync_us);
    out->set_async_ms(done->async_ms);
  } else if (auto* declined = std::get_if<task_event::SnapshotDeclined>(&mail.event)) {
    rpc::SnapshotDeclined* out = message.mutable_snapshot_declined();
    Stamp(mail.attempt, out);
    SetTask(mail.task, out);
    out->set_checkpoint_id(declined->id.value());
    SetFailure(declined->cause, out->mutable_failure());
  } else if (auto* read = std::get_if<task_event::StateRead>(&mail.event)) {
    *message.mutable_state_page() = std::move(read->page);
  } else {
    rpc::SplitRequest* out = message.mutable_split_request();
    Stamp(mail.attempt, out);
    SetTask(mail.task, out);
    out->set_node(std::get<task_event::WantsSplit>(mail.event).node);
  }
  send_(std::move(message));
}

void TaskExecutor::OnTaskPhase(const AttemptKey& key, Attempt& attempt, TaskId task,
                               const task_event::PhaseChanged& change) {
  rpc::TaskManagerMessage message;
  rpc::TaskStateChanged* state = message.mutable_task_state();
  Stamp(key, state);
  SetTask(task, state);
  state->set_state(StateOf(change.phase));
  if (!change.cause.ok()) SetFailure(change.cause, state->mutable_failure());
  if (change.phase == TaskPhase::kFailed) {
    LogScope scope(ContextOf(key, task));
    LOG(kWarning) << "the task failed: " << change.cause;
  }
  if (IsOver(change.phase)) {
    TaskEntry& entry = attempt.tasks[task];
    if (entry.task) SetMetrics(key, task, *entry.task, state->mutable_metrics());
    entry.over = true;
    entry.task = nullptr;
    if (--attempt.live == 0) {
      if (environment_.transport) environment_.transport->Close(key);
    }
  }
  send_(std::move(message));
}

void TaskExecutor::CancelAttempt(const AttemptKey& key, Attempt& attempt) {
  attempt.canceled = true;
  for (auto& [id, entry] : attempt.tasks) {
    if (!entry.over) entry.task->Post(task_mail::Cancel{});
  }
}

void TaskExecutor::CancelAll() {
  for (auto& [key, attempt] : attempts_) CancelAttempt(key, attempt);
}

// ---- Splits

// The discovery object goes from one piece of blocking work to the next, never to two at once.
void TaskExecutor::StartDiscovery(const AttemptKey& key, Attempt& attempt, VertexId vertex) {
  Source& source = attempt.sources[vertex];
  source.busy = true;
  source.next = kMaxTimestamp;
  LogScope scope(ContextOf(key, {vertex, 0}));
  auto self = std::static_pointer_cast<TaskExecutor>(shared_from_this());
  environment_.executor->RunBlocking([self, key, vertex, graph = attempt.graph,
                                      discovery = source.discovery,
                                      restored = source.restored]() mutable {
    Discovered result{key, vertex, std::vector<SourceSplit>{}, discovery, false, std::nullopt};
    const plan::OperatorNode& node = graph->vertices(vertex.value()).chain(0);
    auto discover = [&]() -> StatusOr<std::vector<SourceSplit>> {
      ASSIGN_OR_RETURN(std::unique_ptr<weir::Source> table,
                       self->environment_.make_source(node.source().table()));
      result.by_queue = table->split_strategy() == SplitStrategy::kQueue;
      result.interval = table->discovery_interval();
      if (!result.discovery) {
        ASSIGN_OR_RETURN(std::unique_ptr<SplitDiscovery> made, table->MakeDiscovery());
        result.discovery = std::move(made);
      }
      return result.discovery->Discover(restored);
    };
    result.splits = discover();
    if (!result.splits.ok()) {
      result.splits = std::move(result.splits).status().Annotate(node.name());
    }
    self->Post(std::move(result));
  });
}

void TaskExecutor::OnDiscovered(Discovered& mail) {
  auto it = attempts_.find(mail.attempt);
  if (it == attempts_.end() || it->second.canceled) return;
  Source& source = it->second.sources[mail.vertex];
  const bool first = source.discovery == nullptr;
  source.busy = false;
  source.discovery = std::move(mail.discovery);
  const Timestamp now = environment_.executor->clock().SteadyNow();
  if (!mail.splits.ok()) {
    if (first || !source.once) {
      TaskEntry& entry = it->second.tasks[{mail.vertex, 0}];
      if (!entry.over) entry.task->Post(task_mail::Fail{std::move(mail.splits).status()});
    } else {
      LogScope scope(ContextOf(mail.attempt, {mail.vertex, 0}));
      LOG(kWarning) << "looking for new splits: " << mail.splits.status();
      source.next = now + kRediscoverAfterMs;
    }
    return;
  }
  source.once = true;
  if (mail.interval && mail.interval->count() > 0) source.next = now + mail.interval->count();
  rpc::TaskManagerMessage message;
  rpc::SplitsDiscovered* out = message.mutable_splits_discovered();
  Stamp(mail.attempt, out);
  out->set_vertex(static_cast<uint32_t>(mail.vertex.value()));
  out->set_node(source.node);
  out->set_by_queue(mail.by_queue);
  out->set_final(source.next == kMaxTimestamp);
  for (SourceSplit& split : *mail.splits) {
    rpc::Split* s = out->add_splits();
    s->set_id(std::move(split.id));
    s->set_position(std::move(split.position));
    s->set_hash(split.hash);
    s->set_discovered_later(split.discovered_later);
    s->set_watermark(split.watermark);
  }
  send_(std::move(message));
}

// ---- For people

void TaskExecutor::OnReadOutput(const rpc::ReadOutput& read) {
  auto self = std::static_pointer_cast<TaskExecutor>(shared_from_this());
  environment_.executor->RunBlocking([self, read] {
    Printed printed{ReadOwnOutput<rpc::OutputText>(read.query())};
    printed.text.set_request(read.request());
    self->Post(std::move(printed));
  });
}

void TaskExecutor::OnReadState(const rpc::ReadState& read) {
  Task* task = FindTask(read.epoch(), read.job_id(), read.attempt(), read.vertex(), read.subtask());
  if (task) return task->Post(task_mail::ReadState{read});
  rpc::TaskManagerMessage message;
  message.mutable_state_page()->set_request(read.request());
  SetFailure(UnavailableError("the task does not run here any more"),
             message.mutable_state_page()->mutable_failure());
  send_(std::move(message));
}

// ---- Time

Timestamp TaskExecutor::NextDeadline() const {
  Timestamp next = std::min(next_heartbeat_, cancel_all_at_);
  for (const auto& [key, attempt] : attempts_) {
    if (attempt.canceled) continue;
    for (const auto& [vertex, source] : attempt.sources) next = std::min(next, source.next);
  }
  return next;
}

void TaskExecutor::OnTime(Timestamp now) {
  if (now >= cancel_all_at_) {
    cancel_all_at_ = kMaxTimestamp;
    CancelAll();
  }
  for (auto it = attempts_.begin(); it != attempts_.end();) {
    Attempt& attempt = it->second;
    if (attempt.live == 0) {     // its rows were fetched before it might finish
      deployed_.Add(it->first);  // remembered from its end on
      it = attempts_.erase(it);
      continue;
    }
    for (auto& [vertex, source] : attempt.sources) {
      if (!attempt.canceled && !source.busy && now >= source.next) {
        StartDiscovery(it->first, attempt, vertex);
      }
    }
    ++it;
  }
  if (now >= next_heartbeat_) {
    next_heartbeat_ = now + heartbeat_interval_ms_;
    SendHeartbeat(now);
  }
  if (shut_down_ && std::all_of(attempts_.begin(), attempts_.end(),
                                [](const auto& entry) { return entry.second.live == 0; })) {
    std::exchange(shut_down_, [] {})();
  }
}

void TaskExecutor::SendHeartbeat(Timestamp now) {
  rpc::TaskManagerMessage message;
  rpc::Heartbeat* heartbeat = message.mutable_heartbeat();
  const ProcessUsage usage = ReadProcessUsage();
  heartbeat->set_time_ms(environment_.executor->clock().WallNow());
  heartbeat->set_resident_bytes(usage.resident_bytes);
  heartbeat->set_cpu_seconds(usage.cpu_seconds);
  heartbeat->set_free_memory_bytes(usage.free_memory_bytes);
  if (environment_.state_memory) {
    heartbeat->set_state_memory_bytes(static_cast<int64_t>(environment_.state_memory->held()));
  }
  for (const auto& [key, attempt] : attempts_) {
    for (const auto& [id, entry] : attempt.tasks) {
      if (entry.over) continue;
      SetMetrics(key, id, *entry.task, heartbeat->add_tasks());
    }
  }
  send_(std::move(message));
  // For the next heartbeat.
  for (const auto& [key, attempt] : attempts_) {
    for (const auto& [id, entry] : attempt.tasks) {
      if (!entry.over) entry.task->Post(task_mail::Observe{});
    }
  }
}

MetricFamilies TaskExecutor::Families(MetricNames names) const {
  MetricFamilies families;
  if (names == MetricNames::kPrometheus && environment_.state_memory) {
    families.Gauge("weir_state_memory_bytes", "Held by the state of all tasks.",
                   static_cast<double>(environment_.state_memory->held()));
    families.Gauge("weir_state_memory_limit_bytes", "What the state of all tasks may hold.",
                   static_cast<double>(environment_.state_memory->limit()));
  }
  for (const auto& [key, attempt] : attempts_) {
    for (const auto& [id, entry] : attempt.tasks) {
      if (entry.over) continue;
      rpc::TaskMetrics metrics;
      SetMetrics(key, id, *entry.task, &metrics);
      AddTaskFamilies(metrics, *attempt.graph, names, families);
    }
  }
  return families;
}

}  // namespace weir
