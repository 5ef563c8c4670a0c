#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "common/base/status.h"

namespace weir {

// One piece of blocking work at a time, done on the I/O pool for an owner that never waits. The
// owner's thread starts it and takes the result; `wake` is called when there is one. What the work
// touches must outlive it: capture shared pointers.
class BlockingCall {
 public:
  using RunBlocking = std::function<void(std::function<void()>)>;

  bool running() const { return state_ && !state_->done.load(std::memory_order_acquire); }
  bool has_result() const { return state_ && state_->done.load(std::memory_order_acquire); }

  void Start(const RunBlocking& run_blocking, std::function<void()> wake,
             std::function<Status()> work) {
    state_ = std::make_shared<State>();
    run_blocking([state = state_, wake = std::move(wake), work = std::move(work)] {
      state->status = work();
      state->done.store(true, std::memory_order_release);
      if (wake) wake();
    });
  }

  // The result of finished work, once.
  std::optional<Status> Take() {
    if (!has_result()) return std::nullopt;
    std::optional<Status> status = std::move(state_->status);
    state_.reset();
    return status;
  }

 private:
  struct State {
    std::atomic<bool> done = false;
    Status status;  // written before `done`
  };
  std::shared_ptr<State> state_;
};

}  // namespace weir
