#include "taskmanager/past_attempts.h"

#include <algorithm>

namespace weir {

bool PastAttempts::Has(const AttemptKey& key) const {
  const auto job = jobs_.find(key.job_id);
  return job != jobs_.end() && key.attempt <= job->second.attempt;
}

void PastAttempts::Add(const AttemptKey& key) {
  Job& job = jobs_[key.job_id];
  job.attempt = std::max(job.attempt, key.attempt);
  by_turn_.erase(job.turn);
  job.turn = ++last_turn_;
  by_turn_[job.turn] = key.job_id;
  if (jobs_.size() <= most_jobs_) return;
  jobs_.erase(by_turn_.begin()->second);
  by_turn_.erase(by_turn_.begin());
}

}  // namespace weir
