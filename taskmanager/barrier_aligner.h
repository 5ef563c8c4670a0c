#pragma once

#include <optional>
#include <vector>

#include "common/base/ids.h"

namespace weir {

// Decides when a task has seen one checkpoint's barrier on every input channel.
// Pure: no I/O, no clock, no threads. The caller does not read blocked channels and takes the
// snapshot. A task without inputs (a source) is an aligner of zero channels.
//
// An ended channel counts as aligned. A newer barrier while an older checkpoint aligns means that
// the older one was given up: it is aborted. What is over (snapshot taken, aborted, cancelled)
// stays over, so late barriers, triggers and cancels of it change nothing.
class BarrierAligner {
 public:
  // What the caller does now, in this order. Blocked channels: ask IsBlocked after each call.
  struct Decision {
    std::optional<CheckpointId> aborted;  // drop what was begun for it and tell the job manager
    std::optional<CheckpointId>
        snapshot;  // every channel is aligned: snapshot, forward the barrier
    friend bool operator==(const Decision&, const Decision&) = default;
  };

  explicit BarrierAligner(int channels) : channels_(channels) {}

  // The next element of `channel` is the barrier of `id`. Ids rise on each channel.
  Decision OnBarrier(int channel, CheckpointId id);

  // `channel` will deliver nothing any more.
  Decision OnEndOfInput(int channel);

  // The job manager asks this task itself for a snapshot; it asks sources and tasks whose inputs
  // have all ended.
  Decision OnTrigger(CheckpointId id);

  // The job manager gave up `id`. Any number of times, in any state. Older ones are over as well.
  Decision OnCancel(CheckpointId id);

  bool IsBlocked(int channel) const { return channels_[channel].blocked; }
  bool AllEnded() const { return ended_ == static_cast<int>(channels_.size()); }
  std::optional<CheckpointId> aligning() const { return aligning_; }

 private:
  struct Channel {
    bool blocked = false;
    bool ended = false;
    CheckpointId last_barrier;
  };

  void Release(CheckpointId over);
  Decision CompleteIfAligned(Decision decision);

  std::vector<Channel> channels_;
  int ended_ = 0;
  int aligned_ = 0;    // channels blocked by the barrier of aligning_
  CheckpointId over_;  // this checkpoint and all older ones are over
  std::optional<CheckpointId> aligning_;
};

}  // namespace weir
