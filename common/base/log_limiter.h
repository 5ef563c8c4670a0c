#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "common/base/time.h"

namespace weir {

// Decides which of many equal lines are printed: the first ten, then one every ten seconds. The
// rest is counted, so that the next line, or LetGo, can tell how many they were. Pure: no clock, no
// threads.
class LogLimiter {
 public:
  static constexpr int kFirst = 10;
  static constexpr Timestamp kPauseMs = 10'000;

  struct Verdict {
    bool print = true;
    int64_t suppressed = 0;  // of the same kind, since the last one that was printed
  };
  // One more line of this kind; `now` never goes back.
  Verdict Admit(uint64_t kind, Timestamp now);

  struct Suppressed {
    uint64_t kind = 0;
    int64_t count = 0;
  };
  // What was suppressed for so long without a line to tell it; with `all`, whatever was. It counts
  // as told. Kinds that have been quiet are forgotten.
  std::vector<Suppressed> LetGo(Timestamp now, bool all = false);

 private:
  // A bucket of kFirst lines; one comes in every kPauseMs.
  struct Kind {
    int64_t lines = kFirst;
    Timestamp filled = 0;  // up to here it has been filled
    int64_t suppressed = 0;
  };
  static void Fill(Kind& kind, Timestamp now);

  std::map<uint64_t, Kind> kinds_;
};

}  // namespace weir
