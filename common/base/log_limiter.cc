#include "common/base/log_limiter.h"

#include <algorithm>
#include <utility>

namespace weir {

void LogLimiter::Fill(Kind& kind, Timestamp now) {
  const int64_t more = (now - kind.filled) / kPauseMs;
  kind.lines = std::min<int64_t>(kFirst, kind.lines + more);
  kind.filled += more * kPauseMs;
}

LogLimiter::Verdict LogLimiter::Admit(uint64_t kind, Timestamp now) {
  const auto [it, is_new] = kinds_.try_emplace(kind);
  Kind& known = it->second;
  if (is_new) known.filled = now;
  Fill(known, now);
  if (known.lines == 0) {
    ++known.suppressed;
    return {.print = false};
  }
  --known.lines;
  return {.print = true, .suppressed = std::exchange(known.suppressed, 0)};
}

std::vector<LogLimiter::Suppressed> LogLimiter::LetGo(Timestamp now, bool all) {
  std::vector<Suppressed> told;
  for (auto it = kinds_.begin(); it != kinds_.end();) {
    Kind& kind = it->second;
    Fill(kind, now);
    if (kind.suppressed > 0 && (all || kind.lines > 0)) {
      told.push_back({it->first, std::exchange(kind.suppressed, 0)});
      kind.lines = std::max<int64_t>(0, kind.lines - 1);
    }
    it = kind.lines == kFirst ? kinds_.erase(it) : std::next(it);
  }
  return told;
}

}  // namespace weir
