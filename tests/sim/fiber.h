#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "tests/sim/simulator.h"

namespace weir::sim {

// Blocking work of a simulated process, on a stack of its own: where the product would wait for the
// outside, it steps aside until the answer is there, and everybody else goes on. What its process
// does not live to see is never resumed.
class Fiber {
 public:
  Fiber(Simulator* simulator, LifePtr life, std::function<void()> work);
  // Unwinds it where it is suspended: what is on its stack is destroyed, nothing else is done.
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // The one that runs; null outside of all.
  static Fiber* Current();

  // Runs it until it suspends or is over.
  void Resume();
  bool over() const { return over_; }
  const LifePtr& life() const { return life_; }

  // Inside: until somebody resumes it.
  void Suspend();
  void Sleep(int64_t us);

 private:
  struct Stack;
  static void Entry();
  void Enter();
  void Leave();

  Simulator& simulator_;
  const LifePtr life_;
  std::function<void()> work_;
  std::unique_ptr<Stack> stack_;
  bool over_ = false;
  bool abandoned_ = false;
};

// A request of the running fiber to a server outside. It arrives whether its process lives or not;
// the answer is heard by the living. Now and then one of the two is lost, or the request is so late
// that nobody waits any more: no answer.
template <class Answer>
std::optional<Answer> Ask(Simulator& simulator, std::function<Answer()> serve) {
  constexpr int64_t kPatienceUs = 1'500'000;
  Rng& rng = simulator.rng();
  Fiber* const asking = Fiber::Current();
  const auto answer = std::make_shared<std::optional<Answer>>();
  const auto delay = [&rng] {  // a busy server takes its time
    return rng.Chance(0.05) ? rng.Between(5'000, 700'000) : rng.Between(50, 2000);
  };
  const int64_t there = delay(), back = delay();
  if (!simulator.calm() && rng.Chance(0.03)) {
    // A lost answer, or a request that arrives late.
    const int64_t late = rng.Chance(0.5) ? 0 : rng.Between(kPatienceUs, 8 * kPatienceUs);
    if (rng.Chance(0.8)) simulator.After(there + late, [serve] { (void)serve(); });
    asking->Sleep(kPatienceUs);
    return std::nullopt;
  }
  simulator.After(there, [&simulator, asking, answer, back, life = asking->life(), serve] {
    Answer got = serve();
    simulator.After(life, back, [asking, answer, got = std::move(got)]() mutable {
      answer->emplace(std::move(got));
      asking->Resume();
    });
  });
  asking->Suspend();
  return std::move(*answer);
}

}  // namespace weir::sim
