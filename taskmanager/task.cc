#include "taskmanager/task.h"

#include <algorithm>
#include <utility>

#include "common/base/check.h"
#include "common/base/failpoint.h"
#include "common/base/logging.h"
#include "common/base/planted_bug.h"
#include "operators/expressions/expr.h"
#include "taskmanager/state_reader.h"

namespace weir {
namespace {

constexpr int64_t kRunNanos = 1'000'000;   // a run takes about this long
constexpr size_t kEntriesPerSlice = 4096;  // of a snapshot, between two steps

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace

struct Task::Body {
  std::vector<std::unique_ptr<OperatorContext>> contexts;
  SplitWatermarks splits;
  std::shared_ptr<CheckpointStorage> storage;
  std::unique_ptr<TaskState> state;
  std::unique_ptr<InputGate> gate;
  std::unique_ptr<OutputWriter> writer;
  std::unique_ptr<OperatorChain> chain;  // null for a task that had finished before
  std::unique_ptr<StateReader> reader;   // once it is initialized
  SourceOperator* source = nullptr;
};

Task::Task(TaskConfig config)
    : config_(std::move(config)),
      log_context_{config_.job_id, config_.id.vertex.value(), config_.id.subtask, config_.attempt},
      vertex_(config_.graph->vertices(config_.id.vertex.value())),
      vertex_reads_(config_.inputs.empty()),
      body_(std::make_unique<Body>()),
      aligner_(static_cast<int>(config_.inputs.size())),
      merger_(static_cast<int>(config_.inputs.size())) {
  body_->gate = std::make_unique<InputGate>(std::move(config_.inputs));
  body_->writer = std::make_unique<OutputWriter>(
      std::move(config_.outputs),
      OutputWriter::Options{.max_batch_rows = config_.max_batch_rows,
                            .buffer_timeout_ms = config_.buffer_timeout_ms,
                            .clock = &config_.executor->clock()});
}

Task::~Task() = default;

void Task::Post(TaskMail mail) {
  mailbox_.Post(std::move(mail));
  config_.executor->Wake(shared_from_this());
}

// ---- Coming to life

void Task::Start() {
  CHECK(life_.Deploy());
  config_.listener(task_event::PhaseChanged{life_.phase(), OkStatus()});
  CHECK(life_.Initialize());
  config_.listener(task_event::PhaseChanged{life_.phase(), OkStatus()});
  auto self = std::static_pointer_cast<Task>(shared_from_this());
  config_.executor->RunBlocking([self] { self->Post(task_mail::Initialized{self->Initialize()}); });
}

// Nothing else touches the body until Initialized has been posted.
Status Task::Initialize() {
  if (!config_.finished) {
    body_->storage = config_.state.storage;
    body_->state = std::make_unique<TaskState>(std::move(config_.state));
    RETURN_IF_ERROR(OpenOperators());
  }
  ShowState();
  return OkStatus();
}

Status Task::OpenOperators() {
  std::map<std::string, std::vector<std::string>> restored;
  for (rpc::OperatorRestore& restore : config_.restore) {
    auto& states = restored[restore.uid()];
    states.assign(restore.operator_states().begin(), restore.operator_states().end());
    RETURN_IF_ERROR(
        body_->state->Restore(restore.uid(), {restore.keyed().begin(), restore.keyed().end()}));
  }
  std::vector<OperatorChain::Node> nodes;
  std::vector<SchemaPtr> schemas;
  for (const plan::OperatorNode& plan : vertex_.chain()) {
    OperatorChain::Node node;
    StatusOr<std::unique_ptr<Operator>> op = config_.make_operator(plan);
    if (!op.ok()) return std::move(op).status().Annotate(plan.name());
    node.op = std::move(*op);
    node.name = plan.name();
    node.parent = plan.parent();
    for (size_t i = 0; i < config_.output_nodes.size(); ++i) {
      if (config_.output_nodes[i] == static_cast<int>(plan.id())) {
        node.edges.push_back(static_cast<int>(i));
      }
    }
    ASSIGN_OR_RETURN(SchemaPtr schema, FromProto(plan.output()));
    auto context = std::make_unique<OperatorContext>();
    context->node = &plan;
    context->input_schema =
        plan.parent() < 0 ? config_.input_schema : schemas[static_cast<size_t>(plan.parent())];
    context->output_schema = schema;
    context->task = config_.id;
    context->parallelism = vertex_.parallelism();
    context->max_parallelism = config_.graph->max_parallelism();
    context->attempt = config_.attempt;
    context->lineage = config_.lineage;
    context->storage = body_->storage;
    context->restored_checkpoint = config_.restored_checkpoint;
    context->state = &body_->state->ForOperator(plan.uid());
    context->splits = &body_->splits;
    context->collect = config_.collect.get();
    context->clock = &config_.executor->clock();
    context->time_zone = config_.time_zone;
    context->max_batch_rows = config_.max_batch_rows;
    context->config.insert(config_.graph->config().begin(), config_.graph->config().end());
    context->config["execution.buffer-timeout.ms"] = std::to_string(
        config_.buffer_timeout_ms < 0 ? int64_t{1} << 40 : config_.buffer_timeout_ms);
    context->wake = [self = weak_from_this(), woken = node.woken, executor = config_.executor] {
      woken->store(true);
      if (std::shared_ptr<Runnable> task = self.lock()) executor->Wake(task);
    };
    context->run_blocking = [executor = config_.executor](std::function<void()> work) {
      executor->RunBlocking(std::move(work));
    };
    context->metrics.add = [metrics = &metrics_](const char* name, int64_t delta) {
      metrics->Add(name, delta);
    };
    schemas.push_back(std::move(schema));
    body_->contexts.push_back(std::move(context));
    nodes.push_back(std::move(node));
  }
  body_->chain = std::make_unique<OperatorChain>(std::move(nodes), *body_->writer);
  if (body_->gate->size() == 0) {
    body_->source = dynamic_cast<SourceOperator*>(&body_->chain->op(0));
    if (!body_->source) return InternalError(vertex_.name() + " has no input and is no source");
  }
  for (size_t i = 0; i < body_->chain->size(); ++i) {
    const std::string& uid = body_->contexts[i]->node->uid();
    Status opened = body_->chain->op(i).Open(*body_->contexts[i], restored[uid]);
    if (!opened.ok()) return std::move(opened).Annotate(body_->chain->name(i));
  }
  return OkStatus();
}

void Task::ShowState() {
  std::vector<StateReader::Shown> shown;
  for (size_t i = 0; body_->chain && i < body_->chain->size(); ++i) {
    const plan::OperatorNode& node = *body_->contexts[i]->node;
    std::vector<StateView> views = body_->chain->op(i).StateViews();
    if (!views.empty()) shown.push_back({node.uid(), node.name(), std::move(views)});
  }
  body_->reader = std::make_unique<StateReader>(
      StateReader::Config{.task = config_.id,
                          .parallelism = vertex_.parallelism(),
                          .max_parallelism = config_.graph->max_parallelism(),
                          .time_zone = config_.time_zone},
      std::move(shown), body_->state.get());
}

void Task::BeginRunning() {
  if (!life_.Run()) return;
  config_.listener(task_event::PhaseChanged{life_.phase(), OkStatus()});
  if (config_.finished) {
    // Downstream has to hear again that nothing comes from here.
    body_->gate->Close();
    input_over_ = true;
    body_->writer->WriteEnd(Watermark{kMaxTimestamp, false});
    end_sent_ = true;
    life_.EndInput();
    config_.listener(task_event::EndOfInput{});
  }
  for (TaskMail& mail : std::exchange(deferred_, {})) Handle(mail);
}

// ---- Mail

void Task::HandleMail() {
  for (TaskMail& mail : mailbox_.Take()) Handle(mail);
}

void Task::Handle(TaskMail& mail) {
  if (std::holds_alternative<task_mail::Start>(mail)) return Start();
  if (life_.phase() == TaskPhase::kInitializing) {
    if (auto* initialized = std::get_if<task_mail::Initialized>(&mail)) {
      if (!initialized->status.ok()) return Fail(std::move(initialized->status));
      return BeginRunning();
    }
    if (std::holds_alternative<task_mail::Observe>(mail)) return;
    if (!life_.closing()) {
      deferred_.push_back(std::move(mail));
      return;
    }
  }
  if (std::holds_alternative<task_mail::Closed>(mail)) {
    if (life_.Closed()) config_.listener(task_event::PhaseChanged{life_.phase(), life_.cause()});
    return;
  }
  if (!life_.running()) {  // late
    if (auto* read = std::get_if<task_mail::ReadState>(&mail)) RefuseRead(read->question.request());
    return;
  }
  Status status = std::visit(Overloaded{
                                 [&](task_mail::Trigger& m) { return OnTrigger(m); },
                                 [&](task_mail::Completed& m) {
                                   if (config_.finished) return OkStatus();
                                   RETURN_IF_ERROR(Failpoint("completed"));
                                   body_->state->CheckpointCompleted(m.id);
                                   for (size_t i = 0; i < body_->chain->size(); ++i) {
                                     body_->chain->op(i).CheckpointCompleted(m.id);
                                   }
                                   return OkStatus();
                                 },
                                 [&](task_mail::Abort& m) {
                                   OnAbort(m.id);
                                   return OkStatus();
                                 },
                                 [&](task_mail::AddSplits& m) { return OnSplits(m); },
                                 [&](task_mail::SnapshotWritten& m) {
                                   OnSnapshotWritten(m);
                                   return OkStatus();
                                 },
                                 [&](task_mail::Observe&) {
                                   Observe();
                                   return OkStatus();
                                 },
                                 [&](task_mail::ReadState& m) {
                                   body_->reader->Ask(std::move(m.question));
                                   return OkStatus();
                                 },
                                 [&](task_mail::Finish&) {
                                   Observe();  // for the last time
                                   if (life_.Finish()) End();
                                   return OkStatus();
                                 },
                                 [&](task_mail::Cancel&) {
                                   if (life_.Cancel()) End();
                                   return OkStatus();
                                 },
                                 [&](task_mail::Fail& m) { return std::move(m.cause); },
                                 [&](task_mail::Start&) { return OkStatus(); },
                                 [&](task_mail::Initialized&) { return OkStatus(); },
                                 [&](task_mail::Closed&) { return OkStatus(); },
                             },
                             mail);
  if (!status.ok()) Fail(std::move(status));
}

Status Task::OnTrigger(const task_mail::Trigger& trigger) {
  if (config_.finished) {
    AnswerAsFinished(trigger.id);
    return OkStatus();
  }
  if (!aligner_.AllEnded()) {
    // Its inputs have ended upstream, the news is still on its way here.
    triggered_ = std::max(triggered_, trigger.id);
    return OkStatus();
  }
  if (trigger.stop && trigger.drain && !input_over_) {
    todo_.push_back(Watermark{kMaxTimestamp, false});
  }
  Act(aligner_.OnTrigger(trigger.id));
  if (trigger.stop && !input_over_) InputIsOver();
  return OkStatus();
}

void Task::AnswerAsFinished(CheckpointId id) {
  task_event::SnapshotDone done;
  done.id = id;
  done.snapshot.set_vertex(static_cast<uint32_t>(config_.id.vertex.value()));
  done.snapshot.set_subtask(static_cast<uint32_t>(config_.id.subtask));
  done.snapshot.set_finished(true);
  config_.listener(std::move(done));
}

Status Task::OnSplits(const task_mail::AddSplits& mail) {
  // A snapshot that was asked for before must not hold them: the assigner's share of that
  // checkpoint does not.
  if (todo_.empty()) return AddSplits(mail);
  todo_.push_back(mail);
  return OkStatus();
}

Status Task::AddSplits(const task_mail::AddSplits& mail) {
  if (!body_->source || input_over_) return OkStatus();
  if (!mail.splits.empty()) {
    Status added = body_->source->AddSplits(mail.splits);
    if (!added.ok()) return std::move(added).Annotate(body_->chain->name(0));
  }
  body_->splits.assigned = true;
  if (mail.no_more) {
    body_->splits.no_more_splits = true;
    body_->source->NoMoreSplits();
  }
  source_idle_ = false;
  return OkStatus();
}

void Task::OnAbort(CheckpointId id) {
  aligner_.OnCancel(id);
  if (config_.finished) return;
  if (snapshot_ && snapshot_->id == id) snapshot_.reset();
  body_->state->Abort(id);
}

void Task::OnSnapshotWritten(task_mail::SnapshotWritten& mail) {
  if (!snapshot_ || snapshot_->id != mail.id) return;  // given up meanwhile
  if (Status s = Failpoint("acknowledge"); !s.ok()) mail.result = std::move(s);
  if (!mail.result.ok()) {
    snapshot_.reset();
    body_->state->Abort(mail.id);
    config_.listener(task_event::SnapshotDeclined{mail.id, std::move(mail.result).status()});
    return;
  }
  task_event::SnapshotDone done;
  done.id = mail.id;
  done.snapshot = std::move(snapshot_->result);
  if (Planted("positions-taken-late") && body_->source) {
    done.snapshot.mutable_operators(0)->clear_splits();
    CHECK(AddPositions(&done.snapshot).ok());
  }
  for (checkpoint::OperatorSnapshot& op : *done.snapshot.mutable_operators()) {
    auto keyed = mail.result->keyed.find(op.uid());
    if (keyed == mail.result->keyed.end()) continue;
    op.mutable_keyed()->Add(keyed->second.begin(), keyed->second.end());
  }
  done.state_bytes = static_cast<int64_t>(mail.result->state_bytes);
  done.written_bytes = static_cast<int64_t>(mail.result->written_bytes);
  done.alignment_ms = snapshot_->alignment_ms;
  done.sync_us = snapshot_->sync_us;
  done.async_ms = mail.async_ms;
  snapshot_.reset();
  config_.listener(std::move(done));
}

// ---- Working

Runnable::Next Task::Run() {
  LogScope scope(&log_context_);
  const Clock& clock = config_.executor->clock();
  const int64_t start = clock.MonotonicNanos();
  if (parked_at_ns_) {
    (last_ == Step::kBackPressured ? metrics_.backpressured_ns : metrics_.idle_ns) +=
        start - parked_at_ns_;
    parked_at_ns_ = 0;
  }
  HandleMail();
  Step step = Step::kIdle;
  while (life_.running() && !config_.finished) {
    StatusOr<Step> done = DoStep(start + kRunNanos);
    if (!done.ok()) {
      Fail(std::move(done).status());
      break;
    }
    step = *done;
    if (step != Step::kAgain || clock.MonotonicNanos() >= start + kRunNanos) break;
    HandleMail();
  }
  if (life_.running()) ReadState();
  if (life_.running() && !config_.finished) UpdateMetrics();
  const int64_t end = clock.MonotonicNanos();
  metrics_.busy_ns += end - start;
  const bool reading = life_.running() && !body_->reader->idle();
  if ((step == Step::kAgain || reading) && life_.running()) return {.again = true};
  parked_at_ns_ = end;
  return Park(step);
}

Runnable::Next Task::Park(Step why) {
  last_ = why;
  Next next;
  if (why != Step::kIdle || !life_.running() || config_.finished) return next;
  std::optional<Timestamp> timer = body_->chain->NextTimer();
  if (!timer) return next;
  if (!body_->chain->idle()) {
    next.wake_at = *timer;
  } else if (!end_sent_) {  // PushDueTimers runs none behind the end
    next.wake_at = std::max(*timer, timers_pushed_ + 1);
  }
  return next;
}

StatusOr<Task::Step> Task::DoStep(int64_t until_ns) {
  Body& body = *body_;
  if (snapshot_ && !snapshot_->cut) CutSnapshot();
  body.writer->FlushIfDue();
  if (!body.writer->HasCapacity()) {
    body.writer->FlushFrames();
    return Step::kBackPressured;
  }
  if (!body.chain->idle()) {
    ASSIGN_OR_RETURN(OperatorChain::State state,
                     body.chain->Run(config_.executor->clock(), until_ns));
    source_idle_ = false;
    switch (state) {
      case OperatorChain::State::kIdle:
      case OperatorChain::State::kMore:
        return Step::kAgain;
      case OperatorChain::State::kOutputFull:
        body.writer->FlushFrames();
        return Step::kBackPressured;
      case OperatorChain::State::kBlocked:
        body.writer->Flush();
        return snapshot_ && !snapshot_->cut ? Step::kAgain : Step::kIdle;
    }
  }
  // No operator holds a slot, or is in the middle of a scan.
  RETURN_IF_ERROR(body.state->MakeRoom());
  if (!warm_) {
    ASSIGN_OR_RETURN(warm_, body.state->WarmSome(kEntriesPerSlice));
  }
  if (!todo_.empty()) {
    RETURN_IF_ERROR(DoTodo());
    return Step::kAgain;
  }
  if (PushDueTimers()) return Step::kAgain;
  return NextElement();
}

bool Task::PushDueTimers() {
  if (end_sent_) return false;
  std::optional<Timestamp> timer = body_->chain->NextTimer();
  if (!timer) return false;
  // At most once a millisecond, even if an operator wants to be called all the time.
  const Timestamp now = config_.executor->clock().SteadyNow();
  if (*timer > now || now == timers_pushed_) return false;
  timers_pushed_ = now;
  body_->chain->PushTimer(now);
  idle_flushed_ = false;
  return true;
}

StatusOr<Task::Step> Task::NextElement() {
  if (input_over_) return GoIdle();
  if (body_->source) return PollSource();
  std::optional<InputGate::Received> received = body_->gate->Poll(aligner_);
  if (!received) return GoIdle();
  RETURN_IF_ERROR(OnElement(std::move(*received)));
  return Step::kAgain;
}

StatusOr<Task::Step> Task::PollSource() {
  // `woken` is cleared before the poll: what arrives meanwhile sets it again.
  const bool woken = body_->chain->TakeWoken(0);
  if (source_idle_ && !woken) return GoIdle();
  source_idle_ = false;
  ASSIGN_OR_RETURN(PollResult result, body_->chain->PollSource());
  MaybeAskForSplit();
  switch (result) {
    case PollResult::kMore:
      idle_flushed_ = false;
      return Step::kAgain;
    case PollResult::kIdle:
      if (!body_->chain->idle()) idle_flushed_ = false;
      source_idle_ = true;
      return body_->chain->idle() ? GoIdle() : Step::kAgain;
    case PollResult::kFinished:
      todo_.push_back(Watermark{kMaxTimestamp, false});
      InputIsOver();
      return Step::kAgain;
  }
  return InternalError("a source answered a poll with nonsense");
}

// A reader of a queue gets its next split when it has read all it has; others are not harmed.
void Task::MaybeAskForSplit() {
  if (body_->splits.no_more_splits) return;
  const std::vector<SplitWatermarks::Split>& splits = body_->splits.splits();
  if (asked_with_ == splits.size()) return;
  for (const SplitWatermarks::Split& split : splits) {
    if (!split.finished) return;
  }
  asked_with_ = splits.size();
  config_.listener(task_event::WantsSplit{body_->contexts[0]->node->id()});
}

StatusOr<Task::Step> Task::GoIdle() {
  if (!idle_flushed_ && !end_sent_) {
    idle_flushed_ = true;
    body_->chain->PushFlush(FlushReason::kIdle);
    return Step::kAgain;
  }
  body_->writer->Flush();
  return (snapshot_ && !snapshot_->cut) || !warm_ ? Step::kAgain : Step::kIdle;
}

Status Task::OnElement(InputGate::Received received) {
  const int channel = received.channel;
  metrics_.bytes_in.fetch_add(static_cast<int64_t>(received.bytes), std::memory_order_relaxed);
  idle_flushed_ = false;
  if (Batch* batch = std::get_if<Batch>(&received.element)) {
    metrics_.records_in.fetch_add(static_cast<int64_t>(batch->rows()), std::memory_order_relaxed);
    body_->chain->PushBatch(body_->gate->input(channel), std::move(*batch));
    return OkStatus();
  }
  if (const Watermark* watermark = std::get_if<Watermark>(&received.element)) {
    if (std::optional<Watermark> merged = merger_.OnWatermark(channel, *watermark)) {
      body_->chain->PushWatermark(*merged);
    }
    return OkStatus();
  }
  if (const CheckpointBarrier* barrier = std::get_if<CheckpointBarrier>(&received.element)) {
    if (!aligner_.aligning()) aligning_since_ns_ = config_.executor->clock().MonotonicNanos();
    Act(aligner_.OnBarrier(channel, barrier->id));
    return OkStatus();
  }
  Act(aligner_.OnEndOfInput(channel));
  if (std::optional<Watermark> merged = merger_.OnEndOfInput(channel)) todo_.push_back(*merged);
  if (aligner_.AllEnded()) InputIsOver();
  return OkStatus();
}

void Task::Act(const BarrierAligner::Decision& decision) {
  if (decision.aborted) {
    config_.listener(task_event::SnapshotDeclined{
        *decision.aborted, AbortedError("a newer checkpoint's barrier came first")});
  }
  if (decision.snapshot) todo_.push_back(BeginBarrier{*decision.snapshot});
}

void Task::InputIsOver() {
  input_over_ = true;
  todo_.push_back(FlushEnd{});
  todo_.push_back(SendEnd{});
}

Status Task::DoTodo() {
  Todo next = std::move(todo_.front());
  todo_.pop_front();
  if (const Watermark* watermark = std::get_if<Watermark>(&next)) {
    body_->chain->PushWatermark(*watermark);
  } else if (const BeginBarrier* barrier = std::get_if<BeginBarrier>(&next)) {
    body_->chain->PushFlush(FlushReason::kBarrier);
    todo_.push_front(TakeSnapshot{barrier->id});
  } else if (const TakeSnapshot* snapshot = std::get_if<TakeSnapshot>(&next)) {
    return DoSnapshot(snapshot->id);
  } else if (const task_mail::AddSplits* splits = std::get_if<task_mail::AddSplits>(&next)) {
    return AddSplits(*splits);
  } else if (std::holds_alternative<FlushEnd>(next)) {
    body_->chain->PushFlush(FlushReason::kEndOfInput);
  } else {
    DoSendEnd();
  }
  return OkStatus();
}

void Task::DoSendEnd() {
  body_->writer->WriteEnd(std::nullopt);
  end_sent_ = true;
  life_.EndInput();
  config_.listener(task_event::EndOfInput{});
  if (triggered_ > CheckpointId()) Act(aligner_.OnTrigger(triggered_));
}

Status Task::DoSnapshot(CheckpointId id) {
  const int64_t start = config_.executor->clock().MonotonicNanos();
  // The barrier goes out first: downstream aligns while we snapshot.
  if (!end_sent_) body_->writer->WriteBarrier(id);
  Snapshot snapshot;
  Status declined;
  snapshot.id = id;
  snapshot.result.set_vertex(static_cast<uint32_t>(config_.id.vertex.value()));
  snapshot.result.set_subtask(static_cast<uint32_t>(config_.id.subtask));
  snapshot.result.set_finished(end_sent_);
  for (size_t i = 0; i < body_->chain->size(); ++i) {
    StatusOr<OperatorState> state = body_->chain->op(i).Snapshot(id);
    if (!state.ok()) return std::move(state).status().Annotate(body_->chain->name(i));
    if (!state->declined.ok()) declined = std::move(state->declined);
    checkpoint::OperatorSnapshot* out = snapshot.result.add_operators();
    out->set_uid(body_->contexts[i]->node->uid());
    out->set_operator_state(std::move(state->bytes));
    for (checkpoint::Committable& committable : state->committables) {
      *out->add_committables() = std::move(committable);
    }
  }
  if (!declined.ok()) {
    aligning_since_ns_ = 0;
    config_.listener(task_event::SnapshotDeclined{id, std::move(declined)});
    return OkStatus();
  }
  RETURN_IF_ERROR(AddPositions(&snapshot.result));
  RETURN_IF_ERROR(body_->state->BeginSnapshot(id));
  const int64_t now = config_.executor->clock().MonotonicNanos();
  snapshot.sync_us = (now - start) / 1000;
  if (body_->gate->size() > 0 && aligning_since_ns_) {
    snapshot.alignment_ms = (start - aligning_since_ns_) / 1'000'000;
  }
  aligning_since_ns_ = 0;
  snapshot_ = std::move(snapshot);
  CutSnapshot();
  return OkStatus();
}

Status Task::AddPositions(checkpoint::TaskSnapshot* snapshot) const {
  if (!body_->source) return OkStatus();
  ASSIGN_OR_RETURN(std::vector<SourceSplit> splits, body_->source->SplitPositions());
  const auto& known = body_->splits.splits();
  for (size_t i = 0; i < splits.size(); ++i) {
    checkpoint::SplitState* out = snapshot->mutable_operators(0)->add_splits();
    out->set_split_id(std::move(splits[i].id));
    out->set_position(std::move(splits[i].position));
    out->set_watermark(splits[i].watermark);
    out->set_finished(i < known.size() && known[i].finished);
  }
  return OkStatus();
}

void Task::CutSnapshot() {
  if (!body_->state->SnapshotSome(kEntriesPerSlice)) return;
  snapshot_->cut = true;
  auto self = std::static_pointer_cast<Task>(shared_from_this());
  config_.executor->RunBlocking(
      [self, id = snapshot_->id, work = body_->state->TakeWork()]() mutable {
        const Clock& clock = self->config_.executor->clock();
        const int64_t start = clock.MonotonicNanos();
        StatusOr<SnapshotResult> result = work();
        const int64_t ms = (clock.MonotonicNanos() - start) / 1'000'000;
        self->Post(task_mail::SnapshotWritten{id, std::move(result), ms});
      });
}

// ---- For people

// No operator is at work, though one may be in the middle of a scan, which this does not disturb;
// so that also a task answers that cannot get rid of its rows.
void Task::ReadState() {
  if (std::optional<rpc::StatePage> page = body_->reader->Work()) {
    config_.listener(task_event::StateRead{*std::move(page)});
  }
}

void Task::RefuseRead(int64_t request) {
  rpc::StatePage page;
  page.set_request(request);
  page.mutable_failure()->set_code(static_cast<uint32_t>(StatusCode::kUnavailable));
  page.mutable_failure()->set_message("the task has ended, or is about to");
  config_.listener(task_event::StateRead{std::move(page)});
}

// ---- Ending

void Task::Fail(Status cause) {
  if (life_.Fail(std::move(cause))) End();
}

void Task::End() {
  // Upstream must not wait for somebody who reads no more.
  body_->gate->Close();
  todo_.clear();
  snapshot_.reset();
  while (body_->reader) {
    auto page = body_->reader->GiveUp(UnavailableError("the task has ended"));
    if (!page) break;
    config_.listener(task_event::StateRead{*std::move(page)});
  }
  auto self = std::static_pointer_cast<Task>(shared_from_this());
  config_.executor->RunBlocking([self, body = std::shared_ptr<Body>(std::move(body_))]() mutable {
    body.reset();
    self->Post(task_mail::Closed{});
  });
}

void Task::Observe() {
  if (config_.finished) return;
  TaskMetrics::Observation seen;
  if (body_->source) {
    metrics_.source_lag.store(body_->source->Lag(), std::memory_order_relaxed);
    seen.splits = body_->source->Splits();
  }
  for (size_t i = 0; i < body_->chain->size(); ++i) {
    if (seen.trouble.empty()) {
      seen.trouble = body_->chain->op(i).Trouble();
      seen.trouble_operator = i;
    }
    seen.operator_rows.push_back(body_->chain->rows_out(i));
  }
  metrics_.SetObservation(std::move(seen));
}

void Task::UpdateMetrics() {
  if (body_->source) {
    metrics_.records_in.store(body_->chain->rows_out(0), std::memory_order_relaxed);
  }
  metrics_.records_out.store(body_->writer->rows_out(), std::memory_order_relaxed);
  metrics_.bytes_out.store(body_->writer->bytes_out(), std::memory_order_relaxed);
  metrics_.watermark.store(body_->source ? body_->chain->watermark() : merger_.time(),
                           std::memory_order_relaxed);
  metrics_.state_bytes.store(static_cast<int64_t>(body_->state->hot_bytes()),
                             std::memory_order_relaxed);
  metrics_.state_entries.store(
      static_cast<int64_t>(body_->state->hot_entries() + body_->state->spilled_entries()),
      std::memory_order_relaxed);
}

}  // namespace weir
