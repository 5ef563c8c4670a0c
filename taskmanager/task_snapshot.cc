#include <utility>

#include "common/base/check.h"
#include "common/base/failpoint.h"
#include "common/base/planted_bug.h"
#include "taskmanager/task_body.h"

// A task's part of a checkpoint: what its operators and its source say at the barrier, the state's
// entries cut between two steps, what was written acknowledged.

namespace weir {

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

void Task::OnAbort(CheckpointId id) {
  aligner_.OnCancel(id);
  if (config_.finished) return;
  if (snapshot_ && snapshot_->id == id) snapshot_.reset();
  body_->state->Abort(id);
}

void Task::OnSnapshotWritten(task_mail::SnapshotWritten& mail) {
  if (!snapshot_ || snapshot_->id != mail.id) return DiscardFiles(mail);  // given up meanwhile
  if (Status s = Failpoint("acknowledge"); !s.ok()) {
    DiscardFiles(mail);
    mail.result = std::move(s);
  }
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

void Task::DiscardFiles(const task_mail::SnapshotWritten& mail) {
  if (!mail.result.ok() || mail.result->files.empty()) return;
  if (Planted("given-up-files-stay")) return;
  config_.executor->RunBlocking(
      [storage = storage_, files = mail.result->files] { storage->Discard(files); });
}

void Task::AnswerAsFinished(CheckpointId id) {
  task_event::SnapshotDone done;
  done.id = id;
  done.snapshot.set_vertex(static_cast<uint32_t>(config_.id.vertex.value()));
  done.snapshot.set_subtask(static_cast<uint32_t>(config_.id.subtask));
  done.snapshot.set_finished(true);
  config_.listener(std::move(done));
}

}  // namespace weir
