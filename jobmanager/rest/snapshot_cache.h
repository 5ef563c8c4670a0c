#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "common/base/time.h"
#include "jobmanager/job_snapshot.h"

namespace weir {

// The snapshot that is published: taken when somebody looks and the last one is too old, once for
// all who look meanwhile. While nobody looks it costs the dispatcher nothing. Thread-safe.
class SnapshotCache {
 public:
  using Got = std::function<void(std::shared_ptr<const ClusterSnapshot>)>;
  // Asks for a snapshot, which comes on any thread.
  using Take = std::function<void(Got)>;

  SnapshotCache(Take take, const Clock& clock, Duration freshness);
  // `got` is called once, on any thread, with a snapshot that is at most that old.
  void Get(Got got);
  // What is asked for was not in `old`: it may have come since.
  void GetNewer(const std::shared_ptr<const ClusterSnapshot>& old, Got got);
  // Something was changed: whoever looks from now on sees it.
  void Forget();

 private:
  struct State {
    std::mutex mutex;
    std::shared_ptr<const ClusterSnapshot> last;
    Timestamp taken_at = 0;
    int64_t generation = 0;         // of changes
    int64_t asked_generation = -1;  // of the newest snapshot that is under way
    std::vector<Got> waiting;       // for it
  };

  const Take take_;
  const Clock& clock_;
  const Duration freshness_;
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace weir
