#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace weir::sim {

struct Report {
  std::optional<std::string> violation;  // none: the run was right
  std::string scenario;                  // for people, one line
  std::deque<std::string> trace;         // the last events, where tracing was on
  int64_t steps = 0;
  int64_t virtual_ms = 0;
};

// One run: a cluster, a topic, a job and faults, all from `seed`; then a quiet phase in which the
// job must come to exactly the right rows. Same seed, same run.
Report RunSimulation(uint64_t seed, bool tracing);

}  // namespace weir::sim
