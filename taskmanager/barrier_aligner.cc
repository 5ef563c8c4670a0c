#include "taskmanager/barrier_aligner.h"

#include "common/base/check.h"
#include "common/base/planted_bug.h"

namespace weir {

BarrierAligner::Decision BarrierAligner::OnBarrier(int channel, CheckpointId id) {
  Channel& c = channels_[channel];
  CHECK(!c.blocked) << "barrier " << id << " read from blocked channel " << channel;
  CHECK(!c.ended) << "barrier " << id << " on channel " << channel << " after its end";
  CHECK(id > c.last_barrier) << "barrier " << id << " on channel " << channel << " after "
                             << c.last_barrier;
  c.last_barrier = id;
  if (id <= over_) return {};

  Decision decision;
  if (aligning_ && id < *aligning_) return {};  // the newer one has already ended this one
  if (aligning_ && id > *aligning_) {
    decision.aborted = aligning_;
    Release(*aligning_);
  }
  aligning_ = id;
  c.blocked = !Planted("rows-behind-the-barrier");
  ++aligned_;
  return CompleteIfAligned(decision);
}

BarrierAligner::Decision BarrierAligner::OnEndOfInput(int channel) {
  Channel& c = channels_[channel];
  CHECK(!c.blocked) << "end of input read from blocked channel " << channel;
  CHECK(!c.ended) << "channel " << channel << " ended twice";
  c.ended = true;
  ++ended_;
  return CompleteIfAligned({});
}

BarrierAligner::Decision BarrierAligner::OnTrigger(CheckpointId id) {
  CHECK(AllEnded()) << "checkpoint " << id << " triggered at a task with live inputs";
  if (id <= over_) return {};
  Release(id);
  return {.snapshot = id};
}

BarrierAligner::Decision BarrierAligner::OnCancel(CheckpointId id) {
  if (id <= over_) return {};
  Decision decision;
  if (aligning_ && *aligning_ <= id) decision.aborted = aligning_;
  if (decision.aborted) {
    Release(id);
  } else {
    over_ = id;
  }
  return decision;
}

void BarrierAligner::Release(CheckpointId over) {
  for (Channel& c : channels_) c.blocked = false;
  aligned_ = 0;
  aligning_.reset();
  over_ = over;
}

BarrierAligner::Decision BarrierAligner::CompleteIfAligned(Decision decision) {
  if (!aligning_ || aligned_ + ended_ < static_cast<int>(channels_.size())) return decision;
  decision.snapshot = aligning_;
  Release(*aligning_);
  return decision;
}

}  // namespace weir
