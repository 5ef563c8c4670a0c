#pragma once

#include <optional>
#include <vector>

#include "common/base/time.h"
#include "common/data/stream_element.h"

namespace weir {

// Decides the event time of a task from the watermarks of its input channels: the minimum over the
// active ones. Pure: no I/O, no clock, no threads. Time never goes back.
//
// An idle channel does not hold time back. When the last active one falls idle, nobody is waited
// for and time rises to the highest that any live channel had claimed, whatever the order in which
// they fell idle. A channel that ended, or that is at kMaxTimestamp and about to end, neither holds
// time back nor pushes it. The task's time becomes kMaxTimestamp when every channel has reached it;
// a channel that was stopped without it (no draining) keeps windows from firing at the end.
class WatermarkMerger {
 public:
  explicit WatermarkMerger(int channels) : channels_(channels) {}

  // Each call returns what to send on; nothing when merged time and idleness did not change.
  // An idle watermark says that no row is to be expected for now, its time is the channel's last
  // one (or kMinTimestamp); an active one ends the idleness.
  std::optional<Watermark> OnWatermark(int channel, Watermark watermark);
  std::optional<Watermark> OnEndOfInput(int channel);

  Timestamp time() const { return last_.time; }
  bool idle() const { return last_.idle; }
  bool AllEnded() const;

 private:
  struct Channel {
    Timestamp time = kMinTimestamp;
    bool idle = false;
    bool ended = false;
  };

  std::optional<Watermark> Merge();

  std::vector<Channel> channels_;
  Watermark last_;
};

}  // namespace weir
