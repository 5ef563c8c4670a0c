#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/base/time.h"

namespace weir::plan {
class WindowSpec;
}

namespace weir {

// Wall time: milliseconds on the clock of the window's time zone, so that windows of TIMESTAMP_LTZ
// are cut by local days and hours. For TIMESTAMP (and UTC) it is the event time itself.
using WallTime = int64_t;

struct Window {
  WallTime start = 0;
  WallTime end = 0;  // exclusive
  friend bool operator==(const Window&, const Window&) = default;
};

// Event time to wall time and back, as java.time does it: a wall time that a change of the clock
// skips means the instant after the gap, one that it repeats means the first of the two.
class WindowZone {
 public:
  static StatusOr<WindowZone> Make(const std::string& name);  // "" or "UTC": identity
  WallTime ToWall(Timestamp time) const { return impl_ ? ToWallSlow(time) : time; }
  Timestamp FromWall(WallTime wall) const { return impl_ ? FromWallSlow(wall) : wall; }
  // The row time of what comes of a window that ends at `end`: its last instant. Of an hour that is
  // repeated it is in the first, and the window fires with the second.
  Timestamp RowTime(WallTime end) const { return FromWall(end - 1); }
  // The watermark at which it fires.
  Timestamp FireTime(WallTime end) const {
    const Timestamp time = FromWall(end);
    return time == kMinTimestamp ? time : time - 1;
  }

 private:
  struct Impl;
  WallTime ToWallSlow(Timestamp time) const;
  Timestamp FromWallSlow(WallTime wall) const;
  std::shared_ptr<const Impl> impl_;  // null: identity
};

// Cuts time into slices, the pieces that overlapping windows share: each window is a run of whole
// slices. A slice and a window are named by their end. Pure.
class WindowAssigner {
 public:
  static StatusOr<WindowAssigner> Make(const plan::WindowSpec& spec);

  // The end of the slice that a row of this wall time belongs to.
  WallTime SliceEnd(WallTime time) const;
  // The windows that contain the slice, ascending by end.
  std::vector<Window> WindowsOfSlice(WallTime slice_end) const;
  // The end of the last of them: when it has fired, the slice is over.
  WallTime LastWindowEnd(WallTime slice_end) const;
  // The start of the window that ends at `end`.
  WallTime StartOf(WallTime end) const;
  // Whether the slice lies in the window that ends at `end`.
  bool InWindow(WallTime slice_end, WallTime end) const {
    return slice_end <= end && slice_end > StartOf(end);
  }
  // A window is one slice: results need no merging.
  bool one_slice_per_window() const { return size_ == slice_; }
  int64_t slice_ms() const { return slice_; }
  const WindowZone& zone() const { return zone_; }

  Timestamp FireTime(WallTime end) const { return zone_.FireTime(end); }

 private:
  enum class Kind { kTumble, kHop, kCumulate };
  Kind kind_ = Kind::kTumble;
  int64_t size_ = 0;
  int64_t slide_ = 0;  // CUMULATE: the step
  int64_t offset_ = 0;
  int64_t slice_ = 0;
  WindowZone zone_;
};

}  // namespace weir
