#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/status.h"

namespace weir {

// A time zone by its name in the tz database ("Europe/Berlin"), or a fixed offset ("UTC", "Z",
// "GMT+08:00", "+02:00"). Cheap to copy, immutable, thread-safe. All times are microseconds since
// 1970-01-01 00:00:00, of UTC or of the wall clock.
class TimeZone {
 public:
  TimeZone() = default;  // UTC
  // kInvalidArgument for a name that is not known.
  static StatusOr<TimeZone> Load(std::string_view name);

  bool is_utc() const { return impl_ == nullptr; }
  const std::string& name() const;

  int64_t ToLocal(int64_t utc_micros) const;
  // Of a wall-clock time that does not exist the time as if the clock had not been set forward; of
  // one that exists twice the earlier: as Java has it.
  int64_t ToUtc(int64_t local_micros) const;
  // The same, but of a time that exists twice the later: as Java's older calendar has it.
  int64_t ToUtcLater(int64_t local_micros) const;
  // Seconds to add to UTC.
  int OffsetSeconds(int64_t utc_micros) const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace weir
