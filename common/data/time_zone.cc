#include "common/data/time_zone.h"

#include <absl/time/time.h>

#include <cctype>
#include <optional>

#include "common/base/time.h"
#include "common/data/time_text.h"

namespace weir {
namespace {

// "+8", "+08", "+08:00", "-0330" in seconds.
std::optional<int> ParseOffset(std::string_view text) {
  if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  bool negative = text[0] == '-';
  text.remove_prefix(1);
  int parts[3] = {0, 0, 0};
  size_t colon = text.find(':');
  size_t first = colon != std::string_view::npos ? colon : text.size() > 2 ? 2 : text.size();
  std::string digits(first == 1 ? "0" : "");
  for (char c : text) {
    if (c == ':') continue;
    if (!std::isdigit(static_cast<unsigned char>(c))) return std::nullopt;
    digits += c;
  }
  if (digits.size() % 2 != 0 || digits.size() > 6) return std::nullopt;
  for (size_t i = 0; i < digits.size(); i += 2) {
    parts[i / 2] = (digits[i] - '0') * 10 + digits[i + 1] - '0';
  }
  int seconds = parts[0] * 3600 + parts[1] * 60 + parts[2];
  if (parts[0] > 18 || parts[1] > 59 || parts[2] > 59) return std::nullopt;
  return negative ? -seconds : seconds;
}

}  // namespace

struct TimeZone::Impl {
  std::string name;
  absl::TimeZone zone;
};

StatusOr<TimeZone> TimeZone::Load(std::string_view name) {
  TimeZone zone;
  if (name == "UTC" || name == "Z" || name == "GMT" || name == "UT") return zone;
  auto impl = std::make_shared<Impl>();
  impl->name = name;
  std::string_view offset = name;
  if (offset.starts_with("UTC") || offset.starts_with("GMT")) offset.remove_prefix(3);
  if (std::optional<int> seconds = ParseOffset(offset)) {
    if (*seconds == 0) return zone;
    impl->zone = absl::FixedTimeZone(*seconds);
  } else if (!absl::LoadTimeZone(std::string(name), &impl->zone)) {
    return InvalidArgumentError("unknown time zone '" + std::string(name) +
                                "': expected a name such as 'Europe/Berlin' or an offset such as "
                                "'GMT+08:00'");
  }
  zone.impl_ = std::move(impl);
  return zone;
}

const std::string& TimeZone::name() const {
  static const std::string utc = "UTC";
  return impl_ ? impl_->name : utc;
}

int TimeZone::OffsetSeconds(int64_t utc_micros) const {
  if (!impl_) return 0;
  return impl_->zone.At(absl::FromUnixSeconds(FloorDiv(utc_micros, kMicrosPerSecond))).offset;
}

int64_t TimeZone::ToLocal(int64_t utc_micros) const {
  return utc_micros + OffsetSeconds(utc_micros) * kMicrosPerSecond;
}

namespace {

int64_t ToUtcMicros(const absl::TimeZone& zone, int64_t local_micros, bool later) {
  const int64_t seconds = FloorDiv(local_micros, kMicrosPerSecond);
  const absl::TimeZone::TimeInfo info = zone.At(absl::CivilSecond(1970, 1, 1, 0, 0, 0) + seconds);
  // `pre` is the offset before the transition, `post` the one after it.
  const bool after = later && info.kind == absl::TimeZone::TimeInfo::REPEATED;
  return absl::ToUnixSeconds(after ? info.post : info.pre) * kMicrosPerSecond +
         (local_micros - seconds * kMicrosPerSecond);
}

}  // namespace

int64_t TimeZone::ToUtc(int64_t local_micros) const {
  return impl_ ? ToUtcMicros(impl_->zone, local_micros, false) : local_micros;
}

int64_t TimeZone::ToUtcLater(int64_t local_micros) const {
  return impl_ ? ToUtcMicros(impl_->zone, local_micros, true) : local_micros;
}

}  // namespace weir
