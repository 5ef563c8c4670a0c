#include <algorithm>
#include <utility>

#include "common/base/check.h"
#include "common/base/failpoint.h"
#include "common/base/logging.h"
#include "taskmanager/task_body.h"

namespace weir {
namespace {

constexpr int64_t kRunNanos = 1'000'000;  // a run takes about this long

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace

Task::Task(TaskConfig config)
    : config_(std::move(config)),
      log_context_{config_.job_id, config_.id.vertex.value(), config_.id.subtask, config_.attempt},
      vertex_(config_.graph->vertices(config_.id.vertex.value())),
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

void Task::BeginRunning() {
  if (!life_.Run()) return;
  config_.listener(task_event::PhaseChanged{life_.phase(), OkStatus()});
  if (config_.finished) {
    // Downstream, and who reads the rows, has to hear again that nothing comes from here.
    if (config_.collect) config_.collect->Finish();
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
    if (auto* written = std::get_if<task_mail::SnapshotWritten>(&mail)) DiscardFiles(*written);
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
