#include "operators/window.h"

#include <absl/time/time.h>

#include <numeric>

#include "common/base/time.h"
#include "proto/plan.pb.h"

namespace weir {
namespace {

// The start of the interval of `size` that holds `time`, intervals beginning at offset.
int64_t StartOfInterval(int64_t time, int64_t offset, int64_t size) {
  int64_t remainder = (time - offset) % size;
  return remainder < 0 ? time - (remainder + size) : time - remainder;
}

}  // namespace

struct WindowZone::Impl {
  absl::TimeZone zone;
};

StatusOr<WindowZone> WindowZone::Make(const std::string& name) {
  WindowZone zone;
  if (name.empty() || name == "UTC") return zone;
  auto impl = std::make_shared<Impl>();
  if (!absl::LoadTimeZone(name, &impl->zone)) {
    return InvalidArgumentError("unknown time zone '" + name + "'");
  }
  zone.impl_ = std::move(impl);
  return zone;
}

WallTime WindowZone::ToWallSlow(Timestamp time) const {
  int offset_s = impl_->zone.At(absl::FromUnixMillis(time)).offset;
  return time + int64_t{offset_s} * 1000;
}

Timestamp WindowZone::FromWallSlow(WallTime wall) const {
  int64_t seconds = FloorDiv(wall, 1000);
  absl::CivilSecond civil = absl::CivilSecond(1970, 1, 1) + seconds;
  absl::TimeZone::TimeInfo info = impl_->zone.At(civil);
  // Skipped: java.time moves on by the length of the gap, which is what `pre` means; repeated: the
  // earlier offset, `pre` again.
  return absl::ToUnixMillis(info.pre) + (wall - seconds * 1000);
}

StatusOr<WindowAssigner> WindowAssigner::Make(const plan::WindowSpec& spec) {
  WindowAssigner assigner;
  assigner.size_ = spec.size_ms();
  assigner.slide_ = spec.slide_ms();
  assigner.offset_ = spec.offset_ms();
  if (assigner.size_ <= 0) return InvalidArgumentError("a window's size must be positive");
  ASSIGN_OR_RETURN(assigner.zone_, WindowZone::Make(spec.time_zone()));
  switch (spec.kind()) {
    case plan::WindowSpec::TUMBLE:
      assigner.kind_ = Kind::kTumble;
      assigner.slice_ = assigner.size_;
      return assigner;
    case plan::WindowSpec::HOP:
      assigner.kind_ = Kind::kHop;
      if (assigner.slide_ <= 0) return InvalidArgumentError("a window's slide must be positive");
      assigner.slice_ = std::gcd(assigner.size_, assigner.slide_);
      return assigner;
    case plan::WindowSpec::CUMULATE:
      assigner.kind_ = Kind::kCumulate;
      if (assigner.slide_ <= 0 || assigner.size_ % assigner.slide_ != 0) {
        return InvalidArgumentError("the size of CUMULATE must be a multiple of its step");
      }
      assigner.slice_ = assigner.slide_;
      return assigner;
    default:
      return UnimplementedError("session windows are not cut into slices");
  }
}

WallTime WindowAssigner::SliceEnd(WallTime time) const {
  return StartOfInterval(time, offset_, slice_) + slice_;
}

std::vector<Window> WindowAssigner::WindowsOfSlice(WallTime slice_end) const {
  std::vector<Window> windows;
  switch (kind_) {
    case Kind::kTumble:
      return {{slice_end - size_, slice_end}};
    case Kind::kHop: {
      // Windows start at multiples of slide (plus offset); those that hold the slice's last ms.
      WallTime last = StartOfInterval(slice_end - 1, offset_, slide_);
      for (WallTime start = last; start + size_ >= slice_end; start -= slide_) {
        windows.insert(windows.begin(), {start, start + size_});
      }
      return windows;
    }
    case Kind::kCumulate: {
      WallTime start = StartOfInterval(slice_end - 1, offset_, size_);
      for (WallTime end = slice_end; end <= start + size_; end += slide_) {
        windows.push_back({start, end});
      }
      return windows;
    }
  }
  return windows;
}

WallTime WindowAssigner::LastWindowEnd(WallTime slice_end) const {
  switch (kind_) {
    case Kind::kTumble:
      return slice_end;
    case Kind::kHop:
      return StartOfInterval(slice_end - 1, offset_, slide_) + size_;
    case Kind::kCumulate:
      return StartOfInterval(slice_end - 1, offset_, size_) + size_;
  }
  return slice_end;
}

WallTime WindowAssigner::StartOf(WallTime end) const {
  if (kind_ == Kind::kCumulate) return StartOfInterval(end - 1, offset_, size_);
  return end - size_;
}

}  // namespace weir
