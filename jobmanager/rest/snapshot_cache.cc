#include "jobmanager/rest/snapshot_cache.h"

#include <utility>

namespace weir {

SnapshotCache::SnapshotCache(Take take, const Clock& clock, Duration freshness)
    : take_(std::move(take)), clock_(clock), freshness_(freshness) {}

void SnapshotCache::Get(Got got) {
  std::unique_lock lock(state_->mutex);
  const Timestamp now = clock_.SteadyNow();
  if (state_->last && now - state_->taken_at <= freshness_.count()) {
    const auto last = state_->last;
    lock.unlock();
    return got(last);
  }
  if (state_->asked_generation == state_->generation) {
    state_->waiting.push_back(std::move(got));
    return;
  }
  // Those who wait for an older one get that one: they asked before the change.
  state_->asked_generation = state_->generation;
  auto before = std::exchange(state_->waiting, {});
  state_->waiting.push_back(std::move(got));
  for (Got& one : before) state_->waiting.push_back(std::move(one));
  const int64_t generation = state_->generation;
  lock.unlock();
  take_([state = state_, generation, now](std::shared_ptr<const ClusterSnapshot> snapshot) {
    std::unique_lock inner(state->mutex);
    if (generation != state->asked_generation) return;  // a newer one comes
    state->asked_generation = -1;
    if (generation == state->generation) {
      state->last = snapshot;
      state->taken_at = now;
    }
    const std::vector<Got> waiting = std::exchange(state->waiting, {});
    inner.unlock();
    for (const Got& one : waiting) one(snapshot);
  });
}

void SnapshotCache::GetNewer(const std::shared_ptr<const ClusterSnapshot>& old, Got got) {
  {
    std::lock_guard lock(state_->mutex);
    if (state_->last == old) state_->last = nullptr;
  }
  Get(std::move(got));
}

void SnapshotCache::Forget() {
  std::lock_guard lock(state_->mutex);
  ++state_->generation;
  state_->last = nullptr;
}

}  // namespace weir
