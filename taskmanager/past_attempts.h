#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "taskmanager/exchange/data_transport.h"

namespace weir {

// Which attempts of a job are past here: one that was added, and all before it. Not thread-safe.
//
// What is late is late by seconds: a job manager's messages come in its order, and a sender that
// lost its job manager is canceled after a grace of half a minute. So only the jobs that were
// added last are remembered, more of them than can end in that time; 150 bytes each. A job that
// has something here for longer is refused its older attempts by what is here, whoever asks this.
class PastAttempts {
 public:
  explicit PastAttempts(size_t most_jobs = 10'000) : most_jobs_(most_jobs) {}

  bool Has(const AttemptKey& key) const;
  // The job is the last to be forgotten from now on.
  void Add(const AttemptKey& key);
  size_t jobs() const { return jobs_.size(); }

 private:
  struct Job {
    int64_t attempt = 0;
    uint64_t turn = 0;  // of being added
  };
  const size_t most_jobs_;
  std::map<std::string, Job> jobs_;
  std::map<uint64_t, std::string> by_turn_;
  uint64_t last_turn_ = 0;
};

}  // namespace weir
