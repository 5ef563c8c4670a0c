#include "tests/sim/fiber.h"

#include <ucontext.h>

#include <exception>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

#include "common/base/check.h"

namespace weir::sim {
namespace {

constexpr size_t kStackBytes = 512 << 10;

// Thrown by Suspend into a fiber that never goes on.
struct Abandoned {};

thread_local Fiber* current = nullptr;
thread_local std::vector<std::unique_ptr<char[]>> free_stacks;

}  // namespace

struct Fiber::Stack {
  std::unique_ptr<char[]> bytes;
  ucontext_t here;     // of the fiber
  ucontext_t outside;  // of whoever resumed it
  Fiber* resumed_by = nullptr;
#if defined(__SANITIZE_ADDRESS__)
  void* fake_here = nullptr;
  void* fake_outside = nullptr;
  const void* outside_bottom = nullptr;
  size_t outside_size = 0;
#endif
#if defined(__SANITIZE_THREAD__)
  void* tsan_here = nullptr;
  void* tsan_outside = nullptr;
#endif
};

Fiber::Fiber(Simulator* simulator, LifePtr life, std::function<void()> work)
    : simulator_(*simulator),
      life_(std::move(life)),
      work_(std::move(work)),
      stack_(std::make_unique<Stack>()) {
  if (free_stacks.empty()) free_stacks.emplace_back(new char[kStackBytes]);
  stack_->bytes = std::move(free_stacks.back());
  free_stacks.pop_back();
  getcontext(&stack_->here);
  stack_->here.uc_stack.ss_sp = stack_->bytes.get();
  stack_->here.uc_stack.ss_size = kStackBytes;
  stack_->here.uc_link = nullptr;
  makecontext(&stack_->here, &Fiber::Entry, 0);
#if defined(__SANITIZE_THREAD__)
  stack_->tsan_here = __tsan_create_fiber(0);
#endif
}

Fiber::~Fiber() {
  if (!over_) {
    abandoned_ = true;
    Resume();
  }
  CHECK(over_) << "a fiber that does not end";
#if defined(__SANITIZE_THREAD__)
  __tsan_destroy_fiber(stack_->tsan_here);
#endif
  free_stacks.push_back(std::move(stack_->bytes));
}

Fiber* Fiber::Current() { return current; }

void Fiber::Resume() {
  CHECK(!over_ && current != this);
  stack_->resumed_by = std::exchange(current, this);
  Enter();
  current = stack_->resumed_by;
}

// From the outside into the fiber, and back again.
void Fiber::Enter() {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(&stack_->fake_outside, stack_->bytes.get(), kStackBytes);
#endif
#if defined(__SANITIZE_THREAD__)
  stack_->tsan_outside = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(stack_->tsan_here, 0);
#endif
  swapcontext(&stack_->outside, &stack_->here);
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(stack_->fake_outside, nullptr, nullptr);
#endif
}

// From the fiber to the outside; returns when it is resumed.
void Fiber::Leave() {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(over_ ? nullptr : &stack_->fake_here, stack_->outside_bottom,
                                 stack_->outside_size);
#endif
#if defined(__SANITIZE_THREAD__)
  __tsan_switch_to_fiber(stack_->tsan_outside, 0);
#endif
  swapcontext(&stack_->here, &stack_->outside);
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(stack_->fake_here, &stack_->outside_bottom,
                                  &stack_->outside_size);
#endif
}

void Fiber::Entry() {
  Fiber* self = current;
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(nullptr, &self->stack_->outside_bottom,
                                  &self->stack_->outside_size);
#endif
  try {
    self->work_();
  } catch (const Abandoned&) {
  }
  self->work_ = nullptr;
  self->over_ = true;
  self->Leave();
  std::terminate();  // nobody resumes one that is over
}

void Fiber::Suspend() {
  CHECK(current == this) << "suspended from outside";
  if (!abandoned_) Leave();
  if (abandoned_) throw Abandoned();
}

void Fiber::Sleep(int64_t us) {
  simulator_.After(life_, us, [this] { Resume(); });
  Suspend();
}

}  // namespace weir::sim
