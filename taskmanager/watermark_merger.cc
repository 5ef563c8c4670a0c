#include "taskmanager/watermark_merger.h"

#include <algorithm>

#include "common/base/check.h"
#include "common/base/planted_bug.h"

namespace weir {

std::optional<Watermark> WatermarkMerger::OnWatermark(int channel, Watermark watermark) {
  Channel& c = channels_[channel];
  CHECK(!c.ended) << "watermark on channel " << channel << " after its end";
  c.time = std::max(c.time, watermark.time);
  c.idle = watermark.idle;
  return Merge();
}

std::optional<Watermark> WatermarkMerger::OnEndOfInput(int channel) {
  Channel& c = channels_[channel];
  CHECK(!c.ended) << "channel " << channel << " ended twice";
  c.ended = true;
  return Merge();
}

bool WatermarkMerger::AllEnded() const {
  return std::all_of(channels_.begin(), channels_.end(), [](const Channel& c) { return c.ended; });
}

std::optional<Watermark> WatermarkMerger::Merge() {
  Timestamp active_min = kMaxTimestamp;
  Timestamp idle_max = kMinTimestamp;
  bool any_active = false;
  bool any_idle = false;
  bool all_at_max = true;
  for (const Channel& c : channels_) {
    all_at_max = all_at_max && c.time == kMaxTimestamp;
    // A channel at infinity is about to end: it must not push time past a live, idle neighbour.
    if (c.ended || c.time == kMaxTimestamp) continue;
    if (c.idle) {
      any_idle = true;
      idle_max = std::max(idle_max, c.time);
    } else {
      any_active = true;
      active_min = std::min(active_min, c.time);
      if (Planted("fastest-input-tells-the-time")) active_min = std::max(last_.time, c.time);
    }
  }
  Watermark merged = last_;
  if (any_active) {
    merged = {std::max(last_.time, active_min), false};
  } else if (any_idle) {
    merged = {std::max(last_.time, idle_max), true};
  } else if (all_at_max) {
    merged = {kMaxTimestamp, false};
  }
  if (merged == last_) return std::nullopt;
  last_ = merged;
  return merged;
}

}  // namespace weir
