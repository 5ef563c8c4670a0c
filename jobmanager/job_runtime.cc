#include "jobmanager/job_runtime.h"

#include <algorithm>
#include <set>
#include <utility>

#include "common/base/check.h"
#include "common/base/logging.h"
#include "common/base/version.h"

namespace weir {
namespace {

ClusterEvent::Severity SeverityOf(JobState state) {
  switch (state) {
    case JobState::kFailed:
      return ClusterEvent::kError;
    case JobState::kRestarting:
    case JobState::kFailing:
      return ClusterEvent::kWarning;
    default:
      return ClusterEvent::kInfo;
  }
}

constexpr size_t kFailuresKept = 10;
constexpr Timestamp kAskForRowsMs = 10;
constexpr Timestamp kFetchPatienceMs = 1000;
constexpr int kBatchesPerFetch = 16;
// A SELECT whose client has gone away does not run for ever.
constexpr Timestamp kAbandonedMs = 300'000;

constexpr size_t kConcurrentFailuresKept = 20;

JobOptions OptionsOf(const jobstore::StoredJob& job) {
  const auto& config = job.graph().config();
  StatusOr<JobOptions> options = ReadJobOptions({config.begin(), config.end()});
  CHECK(options.ok()) << "job " << job.job_id() << " was checked before: " << options.status();
  return *std::move(options);
}

}  // namespace

JobRuntime::JobRuntime(JobHost& host, jobstore::StoredJob job, JobPlan plan, JobConfig config,
                       JobRecord record, std::unique_ptr<JobStorage> storage,
                       std::unique_ptr<IoQueue> io)
    : host_(host),
      job_(std::move(job)),
      graph_(job_.graph()),
      master_(std::move(plan), std::move(config), host.epoch(), std::move(record)),
      header_{host.epoch(), job_.job_id(), &graph_, job_.checkpoint_dir(), job_.lineage()},
      storage_(std::move(storage)),
      started_ms_(job_.submitted_ms()),
      options_(OptionsOf(job_)),
      shown_graph_(std::make_shared<plan::JobGraph>(graph_)),
      last_fetch_ms_(host.Now()),
      io_(std::move(io)) {
  entered_[static_cast<size_t>(JobState::kInitializing)] = modified_ = started_ms_;
  for (const plan::Vertex& vertex : job_.graph().vertices()) {
    for (const plan::OperatorNode& node : vertex.chain()) {
      if (node.has_collect()) collector_ = TaskId{VertexId(static_cast<int32_t>(vertex.id())), 0};
    }
  }
}

void JobRuntime::Handle(JobEvent event) {
  events_.push_back(std::move(event));
  // An action may lead to the next event at once (slots are granted): it waits for its turn.
  if (std::exchange(handling_, true)) return;
  LogScope scope({.job = job_.job_id()});
  while (!events_.empty()) {
    const JobEvent next = std::move(events_.front());
    events_.pop_front();
    const std::vector<JobAction> actions = master_.Handle(next, host_.Now());
    handled_ = &next;
    Observe(next, actions);
    TellOfCheckpoints();
    for (const JobAction& action : actions) std::visit([&](const auto& a) { Do(a); }, action);
    handled_ = nullptr;
  }
  handling_ = false;
}

void JobRuntime::Observe(const JobEvent& event, const std::vector<JobAction>& actions) {
  const auto address = [&](TaskManagerId id) { return host_.DataAddress(id); };
  const auto* change = std::get_if<job_event::TaskStateChanged>(&event);
  // Where nothing was done, no other task has changed.
  if (!actions.empty()) {
    tasks_.ObserveAll(master_.graph(), master_.plan(), host_.WallNow(), address);
  } else if (change != nullptr) {
    tasks_.Observe(master_.graph(), change->task, host_.WallNow(), address);
  }
  if (change == nullptr || change->attempt != master_.graph().attempt()) return;
  modified_ = host_.WallNow();
  if (change->state != SubtaskState::kFailed || failures_.empty()) return;
  const bool led_to_more = std::any_of(actions.begin(), actions.end(), [](const JobAction& action) {
    return std::holds_alternative<job_action::JobStateChanged>(action);
  });
  FailureRecord failure = MakeFailure(change->cause);
  FailureRecord& first = failures_.front();
  if (led_to_more || first.attempt != failure.attempt) return;
  if (first.concurrent.size() < kConcurrentFailuresKept) {
    first.concurrent.push_back(std::move(failure));
  }
}

void JobRuntime::TellOfCheckpoints() {
  const CheckpointHistory& history = master_.checkpoints().history();
  if (history.failed() != told_failed_) {
    told_failed_ = history.failed();
    const CheckpointHistory::Checkpoint& last = *history.last_failed();
    host_.Tell({.severity = ClusterEvent::kWarning,
                .text = "checkpoint " + std::to_string(last.id.value()) + " of " + job_.name() +
                        " failed: " + last.failure,
                .job = job_.job_id()});
  }
  const auto& savepoint = history.last_savepoint();
  if (savepoint && !savepoint->savepoints.empty() && savepoint->id != told_savepoint_) {
    told_savepoint_ = savepoint->id;
    host_.Tell({.text = "savepoint of " + job_.name() + ": " + savepoint->savepoints.back(),
                .job = job_.job_id()});
  }
}

FailureRecord JobRuntime::MakeFailure(const Status& cause) const {
  FailureRecord failure{.at = host_.WallNow(), .cause = cause};
  failure.attempt = master_.graph().attempt().value() - FirstAttempt(host_.epoch()).value();
  if (handled_ == nullptr) return failure;
  if (const auto* lost = std::get_if<job_event::TaskManagerLost>(handled_)) {
    failure.task_manager = std::to_string(lost->task_manager.value());
  } else if (const auto* change = std::get_if<job_event::TaskStateChanged>(handled_);
             change != nullptr && master_.graph().Has(change->task)) {
    const PlanVertex& vertex = master_.plan().vertices[change->task.vertex.value()];
    failure.task = vertex.name + " (" + std::to_string(change->task.subtask + 1) + "/" +
                   std::to_string(vertex.parallelism) + ")";
    if (const TaskRecord* record = tasks_.Find(change->task)) {
      failure.task_manager = record->task_manager;
      failure.endpoint = record->endpoint;
    }
  }
  return failure;
}

void JobRuntime::Request(const std::function<JobEvent(int64_t)>& make, Answered done) {
  if (over_) return done(FailedPreconditionError("it is over"), "");
  const int64_t request = ++last_request_;
  requests_[request] = std::move(done);
  Handle(make(request));
}

void JobRuntime::Tick() {
  const Timestamp now = host_.Now();
  if (const auto due = master_.NextWakeup(); due && *due <= now) Handle(job_event::Tick{});
  if (fetch_ && now >= fetch_->give_up_at) return AnswerFetch();
  if (fetch_ && now >= fetch_->ask_at) AskForRows();
  if (job_.has_results() && !fetch_ && now >= last_fetch_ms_ + kAbandonedMs) {
    last_fetch_ms_ = now;
    Handle(job_event::CancelRequested{});
  }
}

std::optional<Timestamp> JobRuntime::NextWakeup() const {
  std::optional<Timestamp> next = master_.NextWakeup();
  const auto sooner = [&](Timestamp t) { next = next ? std::min(*next, t) : t; };
  if (fetch_) {
    sooner(fetch_->ask_at);
    sooner(fetch_->give_up_at);
  } else if (job_.has_results()) {
    sooner(last_fetch_ms_ + kAbandonedMs);
  }
  return next;
}

void JobRuntime::Do(const job_action::LoadCheckpoint& action) {
  io_->Submit([storage = storage_, &host = host_, id = job_.job_id(), action] {
    host.Post(id, [loaded = storage->Load(action)](JobRuntime& job) { job.Handle(loaded); });
    return true;
  });
}

void JobRuntime::Do(const job_action::PublishCheckpoint& action) {
  auto stamped = action;
  stamped.manifest.set_weir_version(std::string(kWeirVersion));
  stamped.manifest.set_completed_at_ms(host_.WallNow());
  io_->Submit([storage = storage_, &host = host_, id = job_.job_id(), stamped] {
    host.Post(id, [done = storage->Publish(stamped)](JobRuntime& job) { job.Handle(done); });
    return true;
  });
}

void JobRuntime::Do(const job_action::DeleteFiles& action) {
  io_->Submit([storage = storage_, action] {
    storage->Delete(action);
    return true;
  });
}

void JobRuntime::Do(const job_action::PersistJobState& action) {
  io_->Submit(
      [storage = storage_, &host = host_, id = job_.job_id(), now = host_.WallNow(), action] {
        const auto done = storage->Persist(action, now);
        if (done) host.Post(id, [event = *done](JobRuntime& job) { job.Handle(event); });
        return done.has_value();
      });
}

void JobRuntime::Do(const job_action::CopySavepoint& action) {
  auto stamped = action;
  stamped.manifest.set_weir_version(std::string(kWeirVersion));
  stamped.manifest.set_completed_at_ms(host_.WallNow());
  host_.RunAside([storage = storage_, &host = host_, id = job_.job_id(), stamped] {
    host.Post(id, [done = storage->Copy(stamped)](JobRuntime& job) { job.Handle(done); });
  });
}

void JobRuntime::Do(const job_action::Answer& action) {
  const auto it = requests_.find(action.request);
  if (it == requests_.end()) return;  // with the end of the job
  const Answered done = std::move(it->second);
  requests_.erase(it);
  done(action.status, action.result);
}

void JobRuntime::Do(const job_action::RequestSlots& action) {
  host_.RequestSlots(job_.job_id(), action.count);
}

void JobRuntime::Do(const job_action::ReleaseSlots&) { host_.ReleaseSlots(job_.job_id()); }

void JobRuntime::Do(const job_action::Deploy& action) {
  held_.clear();
  for (const PlanVertex& vertex : master_.plan().vertices) {
    graph_.mutable_vertices(vertex.id.value())->set_parallelism(vertex.parallelism);
  }
  shown_graph_ = std::make_shared<plan::JobGraph>(graph_);
  if (action.restored.value() > 0) {
    const bool own = action.restored <= master_.checkpoints().last_completed();
    restored_ = JobSnapshot::Restored{
        .checkpoint = action.restored.value(),
        .at = host_.WallNow(),
        .path = own ? ChkPath(action.restored.value()) : job_.from_savepoint(),
        .savepoint = !own};
    ++restored_count_;
  }
  for (const auto& task : action.tasks) {
    if (collector_ && task.task == *collector_) collector_at_ = task.slot.task_manager;
  }
  SendAll(ToMessages(action, header_, [&](TaskManagerId id) { return host_.DataAddress(id); }));
  if (fetch_) AskForRows();
}

void JobRuntime::Do(const job_action::FinishTask& action) {
  // The task holds rows that nobody has read yet.
  if (collector_ && !rows_read_) return held_.push_back(action);
  SendAll(ToMessages(action, header_));
}

void JobRuntime::Do(const job_action::TriggerCheckpoint& action) {
  SendAll(ToMessages(action, header_, host_.WallNow()));
}

void JobRuntime::Do(const job_action::JobStateChanged& action) {
  const std::string cause = action.cause.ok() ? "" : ": " + action.cause.ToString();
  LOG(kInfo) << "the job " << job_.name() << ": " << JobStateName(action.from) << " -> "
             << JobStateName(action.to) << cause;
  host_.Tell({.severity = SeverityOf(action.to),
              .text = job_.name() + " is " + std::string(JobStateName(action.to)) + cause,
              .job = job_.job_id()});
  if (!action.cause.ok() && action.to != JobState::kFailed) {
    failures_.push_front(MakeFailure(action.cause));
    if (failures_.size() > kFailuresKept) failures_.pop_back();
  }
  modified_ = entered_[static_cast<size_t>(action.to)] = host_.WallNow();
  if (IsGloballyTerminal(action.to)) ended_ms_ = modified_;
  if (action.to == JobState::kRestarting) collector_at_.reset();
}

void JobRuntime::Do(const job_action::JobTerminated& action) {
  over_ = true;
  if (fetch_) AnswerFetch();
  for (auto& [request, done] : std::exchange(requests_, {})) {
    done(action.state == JobState::kSuspended
             ? UnavailableError("another job manager has taken over: ask it")
             : AbortedError("the job has ended meanwhile, it is " +
                            std::string(JobStateName(action.state))),
         "");
  }
  // First its checkpoints go: who dies here leaves them to the next job manager, for the end is on
  // record.
  if (IsGloballyTerminal(action.state)) {
    const bool keep = KeepsCheckpoints(master_.checkpoints().config().retention, action.state);
    io_->Submit([storage = storage_, keep] { return storage->CleanUp(keep); });
  }
  io_->Submit([&host = host_, id = job_.job_id(), action] {
    host.Post(id,
              [&host, id, action](JobRuntime&) { host.JobEnded(id, action.state, action.cause); });
    return true;
  });
}

void JobRuntime::SendAll(Outgoing messages) {
  for (auto& [to, message] : messages) host_.Send(to, std::move(message));
}

void JobRuntime::FetchResults(int64_t token, std::function<void(rpc::FetchResultsReply)> done) {
  const Timestamp now = host_.Now();
  last_fetch_ms_ = now;
  if (fetch_) AnswerFetch();  // the newest asker counts
  fetch_ = Fetch{token, std::move(done), now, now + kFetchPatienceMs};
  const bool have = token >= rows_.offset() && token < rows_.offset() + rows_.batches_size();
  if (have || rows_read_ || IsGloballyTerminal(State())) return AnswerFetch();
  AskForRows();
}

void JobRuntime::AskForRows() {
  fetch_->ask_at = host_.Now() + kAskForRowsMs;
  if (!collector_ || !collector_at_) return;
  rpc::JobManagerMessage message;
  auto* m = message.mutable_fetch_rows();
  m->set_job_id(job_.job_id());
  m->set_attempt(master_.graph().attempt().value());
  m->set_vertex(collector_->vertex.value());
  m->set_subtask(collector_->subtask);
  m->set_offset(fetch_->token);
  m->set_max_batches(kBatchesPerFetch);
  host_.Send(*collector_at_, std::move(message));
}

void JobRuntime::OnRows(const rpc::Rows& rows) {
  if (rows.attempt() != master_.graph().attempt().value() || rows_read_) return;
  // An answer to a question asked twice must not take rows away that were not delivered yet.
  if (rows.batches_size() == 0 && !rows.finished()) return;
  if (rows.offset() < rows_.offset()) return;
  rows_ = rows;
  if (rows.finished()) {
    rows_read_ = true;
    for (const job_action::FinishTask& finish : held_) SendAll(ToMessages(finish, header_));
    held_.clear();
  }
  const int64_t end = rows_.offset() + rows_.batches_size();
  if (fetch_ && (rows_read_ || end > fetch_->token)) AnswerFetch();
}

void JobRuntime::AnswerFetch() {
  Fetch fetch = std::move(*fetch_);
  fetch_.reset();
  rpc::FetchResultsReply reply;
  const int64_t end = rows_.offset() + rows_.batches_size();
  reply.set_next_token(fetch.token);
  if (fetch.token >= rows_.offset() && fetch.token <= end) {
    for (int64_t i = fetch.token; i < end; ++i) {
      reply.add_batches(rows_.batches(static_cast<int>(i - rows_.offset())));
    }
    reply.set_next_token(end);
    reply.set_finished(rows_read_);
  }
  const JobState state = State();
  if (!reply.finished() && IsGloballyTerminal(state)) {
    reply.set_finished(true);
    if (state == JobState::kFailed) reply.set_failure(master_.graph().last_failure().ToString());
    if (state == JobState::kCanceled) reply.set_failure("the job was canceled");
  }
  fetch.done(std::move(reply));
}

JobState JobRuntime::State() const {
  const JobState state = master_.graph().state();
  if (over_ || !IsGloballyTerminal(state)) return state;
  if (state == JobState::kCanceled) return JobState::kCancelling;
  return state == JobState::kFailed ? JobState::kFailing : JobState::kRunning;
}

rpc::JobSummary JobRuntime::Summary() const {
  const ExecutionGraph& graph = master_.graph();
  rpc::JobSummary summary;
  summary.set_job_id(job_.job_id());
  summary.set_name(job_.name());
  summary.set_state(std::string(JobStateName(State())));
  summary.set_started_ms(started_ms_);
  summary.set_ended_ms(ended_ms_);
  summary.set_restarts(static_cast<int32_t>(graph.restarts()));
  const std::vector<TaskId> tasks = master_.plan().Tasks();
  summary.set_tasks_total(static_cast<int32_t>(tasks.size()));
  summary.set_tasks_running(
      static_cast<int32_t>(std::count_if(tasks.begin(), tasks.end(), [&](TaskId task) {
        return graph.task_state(task) == SubtaskState::kRunning;
      })));
  if (graph.WaitingForSlots()) {
    summary.set_reason("waiting for slots: " + host_.WhyWaiting(job_.job_id()));
  } else if (const std::string commit = master_.committer().WaitingReason();
             !commit.empty() && master_.committer().Blocked()) {
    summary.set_reason(commit);
  } else if (const std::string trouble = Trouble(); !trouble.empty()) {
    summary.set_reason(trouble);
  } else if (!graph.last_failure().ok() && graph.restarting_for().empty() && !graph.AllRunning() &&
             graph.state() != JobState::kFinished) {
    summary.set_reason(graph.last_failure().ToString());
  } else if (!over_) {
    summary.set_reason(master_.Note());
  }
  return summary;
}

std::string JobRuntime::Trouble() const {
  if (master_.graph().state() != JobState::kRunning) return "";
  for (const auto& [task, record] : tasks_.all()) {
    if (!record.metrics.trouble().empty()) return record.metrics.trouble();
  }
  return "";
}

rpc::JobDetails JobRuntime::Details() const {
  rpc::JobDetails details = DetailsWithoutGraph();
  *details.mutable_graph() = graph_;
  return details;
}

rpc::JobDetails JobRuntime::DetailsWithoutGraph() const {
  const ExecutionGraph& graph = master_.graph();
  rpc::JobDetails details;
  *details.mutable_summary() = Summary();
  const JobRecord& record = master_.record();
  details.set_stopping(record.stop.has_value());
  details.set_stop_failure(record.stop_failure);
  if (over_ && record.state == JobState::kFinished) details.set_savepoint(record.savepoint);
  if (!over_) details.set_note(master_.Note());
  for (const PlanVertex& vertex : master_.plan().vertices) {
    auto* v = details.add_vertices();
    v->set_id(vertex.id.value());
    v->set_name(vertex.name);
    v->set_parallelism(vertex.parallelism);
    int64_t watermark = kMaxTimestamp;
    int64_t lag = 0;
    std::set<std::string> troubles;
    for (int32_t i = 0; i < vertex.parallelism; ++i) {
      const TaskId task{vertex.id, i};
      ++(*v->mutable_states())[std::string(TaskStateName(graph.task_state(task)))];
      const TaskRecord* record = tasks_.Find(task);
      const rpc::TaskMetrics m = record == nullptr ? NoMetrics() : record->metrics;
      v->set_records_in(v->records_in() + m.records_in());
      v->set_records_out(v->records_out() + m.records_out());
      v->set_state_bytes(v->state_bytes() + m.state_bytes());
      watermark = std::min(watermark, m.watermark());
      lag = lag < 0 || m.source_lag() < 0 ? -1 : lag + m.source_lag();
      if (!m.trouble().empty()) troubles.insert(m.trouble());
      for (const auto& [name, count] : m.counters()) (*v->mutable_counters())[name] += count;
    }
    v->set_watermark(watermark);
    v->set_source_lag(lag);
    v->mutable_troubles()->Add(troubles.begin(), troubles.end());
  }
  // Of an instant in the past, by the wall clock as it stands now.
  const auto shown = [ahead = host_.WallNow() - host_.Now()](Timestamp steady) {
    return steady == 0 ? 0 : steady + ahead;
  };
  for (const auto& c : master_.checkpoints().history().newest()) {
    using State = CheckpointHistory::Checkpoint::State;
    auto* summary = details.add_checkpoints();
    summary->set_id(c.id.value());
    summary->set_state(c.state == State::kCompleted ? "COMPLETED"
                       : c.state == State::kFailed  ? "FAILED"
                                                    : "IN_PROGRESS");
    summary->set_triggered_ms(shown(c.triggered));
    summary->set_ended_ms(shown(c.ended));
    summary->set_state_bytes(c.sizes.state_bytes);
    summary->set_written_bytes(c.sizes.written_bytes);
    summary->set_failure(c.failure);
    summary->set_savepoint(!c.savepoints.empty());
    if (!c.savepoints.empty()) {
      summary->set_path(c.savepoints.front());
    } else if (c.state == State::kCompleted && !job_.checkpoint_dir().empty()) {
      summary->set_path(ChkPath(c.id.value()));
    }
  }
  for (const FailureRecord& failure : failures_) details.add_failures(failure.cause.ToString());
  return details;
}

std::string JobRuntime::ChkPath(int64_t checkpoint) const {
  return job_.checkpoint_dir() + "/chk-" + std::to_string(checkpoint);
}

std::vector<VertexSnapshot> JobRuntime::Vertices() const {
  std::vector<VertexSnapshot> vertices;
  for (const PlanVertex& vertex : master_.plan().vertices) {
    VertexSnapshot& v = vertices.emplace_back();
    v.id = VertexHexId(graph_.vertices(vertex.id.value()));
    v.name = vertex.name;
    v.scales = vertex.scales;
    for (int32_t i = 0; i < vertex.parallelism; ++i) {
      const TaskRecord* record = tasks_.Find({vertex.id, i});
      v.subtasks.push_back(record == nullptr ? TaskRecord{} : *record);
    }
  }
  return vertices;
}

std::shared_ptr<const JobSnapshot> JobRuntime::Snapshot() const {
  auto snapshot = std::make_shared<JobSnapshot>();
  snapshot->details = DetailsWithoutGraph();
  snapshot->state = State();
  snapshot->now = over_ ? ended_ms_ : host_.WallNow();
  snapshot->entered = entered_;
  snapshot->modified = modified_;
  snapshot->graph = shown_graph_;
  snapshot->vertices = Vertices();
  snapshot->options = options_;
  snapshot->first_attempt = FirstAttempt(host_.epoch()).value();
  snapshot->checkpoint_dir = job_.checkpoint_dir();
  snapshot->has_results = job_.has_results();
  snapshot->waits_for_slots = master_.graph().WaitingForSlots();
  snapshot->max_parallelism = master_.plan().max_parallelism;
  snapshot->checkpoints = master_.checkpoints().history();
  snapshot->steady_to_wall = host_.WallNow() - host_.Now();
  for (const auto& checkpoint : snapshot->checkpoints.newest()) {
    if (master_.checkpoints().IsRetained(checkpoint.id))
      snapshot->retained.push_back(checkpoint.id);
  }
  snapshot->restored = restored_;
  snapshot->restored_count = restored_count_;
  snapshot->failures.assign(failures_.begin(), failures_.end());
  return snapshot;
}

}  // namespace weir
