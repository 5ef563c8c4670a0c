#pragma once

#include <list>
#include <map>
#include <memory>
#include <set>

#include "jobmanager/event_loop.h"
#include "jobmanager/io_strand.h"
#include "taskmanager/executor.h"
#include "tests/sim/fiber.h"
#include "tests/sim/sim_file_system.h"
#include "tests/sim/simulator.h"

// Workers, I/O threads and event loops of simulated processes.

namespace weir::sim {

// Says what to do when the process died in the middle of a disk operation.
using OnDeath = std::function<void()>;
// Before a piece of storage work; true: the process has just been paused, the work has to wait.
using BeforeWork = std::function<bool()>;

class SimExecutor : public Executor {
 public:
  SimExecutor(Simulator* simulator, LifePtr life, SimFileSystem* disk, OnDeath on_death)
      : simulator_(*simulator),
        life_(std::move(life)),
        clock_(simulator, life_),
        disk_(*disk),
        on_death_(std::move(on_death)) {}

  void Wake(const std::shared_ptr<Runnable>& runnable) override;
  void RunBlocking(std::function<void()> work) override;
  const Clock& clock() const override { return clock_; }
  // Blocking work that is under way ends where it is. When nothing happens any more.
  void Abandon() { fibers_.clear(); }

 private:
  using Weak = std::weak_ptr<Runnable>;

  Simulator& simulator_;
  const LifePtr life_;
  const SimClock clock_;
  SimFileSystem& disk_;
  const OnDeath on_death_;
  std::list<Fiber> fibers_;
  std::set<Weak, std::owner_less<Weak>> queued_;
  std::map<Weak, Timestamp, std::owner_less<Weak>> timers_;
};

class SimLoop : public EventLoop {
 public:
  SimLoop(Simulator* simulator, LifePtr life)
      : simulator_(*simulator), life_(std::move(life)), clock_(simulator, life_) {}

  void Start(After after) override;
  bool Post(std::function<void()> work) override;
  void Stop() override { stopped_ = true; }

 private:
  void Round();

  Simulator& simulator_;
  const LifePtr life_;
  const SimClock clock_;
  After after_;
  std::vector<std::function<void()>> posted_;
  bool scheduled_ = false;
  bool stopped_ = false;
  std::optional<Timestamp> timer_;
};

class SimIoQueue : public IoQueue {
 public:
  SimIoQueue(Simulator* simulator, LifePtr life, SimFileSystem* disk, OnDeath on_death,
             BeforeWork before_work)
      : simulator_(*simulator),
        life_(std::move(life)),
        disk_(*disk),
        on_death_(std::move(on_death)),
        before_work_(std::move(before_work)),
        alive_(std::make_shared<bool>(true)) {}
  ~SimIoQueue() override { *alive_ = false; }

  void Submit(Work work) override;

 private:
  void RunNext(int64_t delay_us);

  Simulator& simulator_;
  const LifePtr life_;
  SimFileSystem& disk_;
  const OnDeath on_death_;
  const BeforeWork before_work_;
  const std::shared_ptr<bool> alive_;
  std::deque<Work> queue_;
  bool running_ = false;
};

}  // namespace weir::sim
