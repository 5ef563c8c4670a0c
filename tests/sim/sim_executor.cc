#include "tests/sim/sim_executor.h"

#include <utility>

namespace weir::sim {
namespace {

// Most disk work takes little, some of it long, and now and then a disk hangs.
int64_t DiskDelay(Simulator& simulator, const SimFileSystem& disk) {
  if (simulator.rng().Chance(disk.hangs())) return simulator.rng().Between(200'000, 4'000'000);
  return simulator.rng().Chance(0.05) ? simulator.rng().Between(5'000, 100'000)
                                      : simulator.rng().Between(50, 2'000);
}

}  // namespace

void SimExecutor::Wake(const std::shared_ptr<Runnable>& runnable) {
  if (!life_->alive || !queued_.insert(runnable).second) return;
  simulator_.After(life_, simulator_.rng().Between(1, 200), [this, runnable] {
    queued_.erase(runnable);
    const Runnable::Next next = runnable->Run();
    if (next.again) return Wake(runnable);
    if (next.wake_at == kMaxTimestamp) return;
    const Weak weak = runnable;
    const auto [it, is_new] = timers_.emplace(weak, next.wake_at);
    if (!is_new && it->second == next.wake_at) return;
    it->second = next.wake_at;
    const int64_t delay = (next.wake_at - clock_.SteadyNow()) * 1000;
    simulator_.After(life_, delay, [this, weak, at = next.wake_at] {
      const auto timer = timers_.find(weak);
      if (timer == timers_.end() || timer->second != at) return;
      timers_.erase(timer);
      if (const std::shared_ptr<Runnable> alive = weak.lock()) Wake(alive);
    });
  });
}

void SimExecutor::RunBlocking(std::function<void()> work) {
  if (!life_->alive) return;
  simulator_.After(life_, DiskDelay(simulator_, disk_), [this, work = std::move(work)] {
    std::erase_if(fibers_, [](const Fiber& fiber) { return fiber.over(); });
    fibers_.emplace_back(&simulator_, life_, [this, work] {
      work();
      if (disk_.TakeDeath()) on_death_();
    });
    fibers_.back().Resume();
  });
}

void SimLoop::Start(After after) {
  after_ = std::move(after);
  Round();
}

bool SimLoop::Post(std::function<void()> work) {
  if (stopped_ || !life_->alive) return false;
  posted_.push_back(std::move(work));
  if (std::exchange(scheduled_, true)) return true;
  simulator_.After(life_, simulator_.rng().Between(1, 300), [this] {
    scheduled_ = false;
    Round();
  });
  return true;
}

void SimLoop::Round() {
  if (stopped_ || !after_) return;
  for (auto& work : std::exchange(posted_, {})) {
    if (life_->alive) work();
  }
  if (!life_->alive || stopped_) return;
  timer_ = after_();
  if (!timer_) return;
  simulator_.After(life_, (*timer_ - clock_.SteadyNow()) * 1000, [this, at = *timer_] {
    if (timer_ && *timer_ == at) Round();
  });
}

void SimIoQueue::Submit(Work work) {
  queue_.push_back(std::move(work));
  if (!std::exchange(running_, true)) RunNext(DiskDelay(simulator_, disk_));
}

void SimIoQueue::RunNext(int64_t delay_us) {
  simulator_.After(life_, delay_us, [this, alive = alive_] {
    if (!*alive) return;
    if (before_work_()) return RunNext(0);
    const Work work = queue_.front();
    const bool done = work();
    if (disk_.TakeDeath()) return on_death_();
    if (!*alive) return;  // it ended the job that owns this queue
    if (done) queue_.pop_front();
    running_ = !queue_.empty();
    if (running_) RunNext(done ? DiskDelay(simulator_, disk_) : 500'000);
  });
}

}  // namespace weir::sim
