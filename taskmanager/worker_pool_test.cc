#include "taskmanager/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>

#include "common/base/logging.h"

namespace weir {
namespace {

class Function : public Runnable {
 public:
  explicit Function(std::function<Next()> run) : run_(std::move(run)) {}
  Next Run() override { return run_(); }

 private:
  std::function<Next()> run_;
};

void WaitFor(const std::function<bool()>& done) {
  for (int i = 0; i < 10000 && !done(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ASSERT_TRUE(done());
}

// No wake is lost and no two threads run one runnable, however many wake it.
TEST(WorkerPoolTest, RunsOnOneThreadAtATimeAndLosesNoWake) {
  WorkerPool pool(4, 1);
  std::atomic<int> asked{0};
  int64_t seen = 0;  // not atomic: tsan proves that runs are ordered
  std::atomic<int64_t> done{0};
  std::atomic<int> inside{0};
  auto runnable = std::make_shared<Function>([&] {
    EXPECT_EQ(inside.fetch_add(1), 0);
    seen += asked.exchange(0);
    done = seen;
    inside.fetch_sub(1);
    return Runnable::Next{};
  });
  std::vector<std::thread> wakers;
  for (int t = 0; t < 3; ++t) {
    wakers.emplace_back([&] {
      for (int i = 0; i < 20000; ++i) {
        asked.fetch_add(1);
        pool.Wake(runnable);
      }
    });
  }
  for (std::thread& thread : wakers) thread.join();
  WaitFor([&] { return done == 60000; });
}

TEST(WorkerPoolTest, RunsAgainAndWakesByTimer) {
  WorkerPool pool(2, 1);
  std::atomic<int> runs{0};
  std::atomic<Timestamp> due{0};
  std::atomic<Timestamp> woken{0};
  auto runnable = std::make_shared<Function>([&]() -> Runnable::Next {
    int n = ++runs;
    if (n < 100) return {.again = true};
    if (n == 100) {
      due = pool.clock().SteadyNow() + 20;
      return {.wake_at = due};
    }
    woken = pool.clock().SteadyNow();
    return {};
  });
  pool.Wake(runnable);
  WaitFor([&] { return woken != 0; });
  EXPECT_EQ(runs, 101);
  EXPECT_GE(woken, due);
}

TEST(IoPoolTest, RunsBlockingWorkBesideAndStopsWithoutLeavingAny) {
  std::atomic<int> ran{0};
  {
    IoPool pool(3);
    std::mutex gate;
    std::unique_lock<std::mutex> closed(gate);
    for (int i = 0; i < 2; ++i) {
      pool.Submit([&] {
        std::lock_guard<std::mutex> wait(gate);
        ++ran;
      });
    }
    pool.Submit([&] { ++ran; });  // a third thread takes it
    WaitFor([&] { return ran == 1; });
    closed.unlock();
    WaitFor([&] { return ran == 3; });
    pool.Stop();
    pool.Submit([&] { ++ran; });
  }
  EXPECT_EQ(ran, 3);
}

TEST(WorkerPoolTest, BlockingWorkLogsAboutWhatItsCallerDoes) {
  WorkerPool pool(1, 1);
  const LogContext task{"3f9a", 1, 2, 3};
  std::promise<LogContext> about_task, about_nothing;
  {
    LogScope scope(&task);
    pool.RunBlocking([&] { about_task.set_value(CurrentLogContext()); });
  }
  pool.RunBlocking([&] { about_nothing.set_value(CurrentLogContext()); });
  EXPECT_EQ(about_task.get_future().get(), task);
  EXPECT_EQ(about_nothing.get_future().get(), LogContext());
}

}  // namespace
}  // namespace weir
