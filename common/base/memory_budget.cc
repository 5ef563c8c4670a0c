#include "common/base/memory_budget.h"

#include <algorithm>

namespace weir {

std::unique_ptr<MemoryShare> MemoryBudget::NewShare(std::function<void()> give_back) {
  auto user = std::make_shared<User>();
  user->give_back = std::move(give_back);
  {
    std::lock_guard lock(mutex_);
    users_.push_back(user);
    users_count_ = users_.size();
  }
  return std::unique_ptr<MemoryShare>(new MemoryShare(shared_from_this(), std::move(user)));
}

// Once each, until it has looked at its allowance. Called without the lock: the last reference to
// a share's owner may go with it.
void MemoryBudget::AskTheOthers(const User* caller) {
  std::vector<std::shared_ptr<User>> too_much;
  {
    std::lock_guard lock(mutex_);
    for (const std::shared_ptr<User>& user : users_) {
      if (user.get() != caller && user->give_back && user->held > Part() &&
          !user->asked.exchange(true)) {
        too_much.push_back(user);
      }
    }
  }
  for (const std::shared_ptr<User>& user : too_much) user->give_back();
}

MemoryShare::~MemoryShare() {
  Hold(0);
  std::lock_guard lock(budget_->mutex_);
  std::erase(budget_->users_, user_);
  budget_->users_count_ = budget_->users_.size();
}

void MemoryShare::Hold(uint64_t bytes) {
  const uint64_t before = user_->held.exchange(bytes, std::memory_order_relaxed);
  const uint64_t all = budget_->held_.fetch_add(bytes - before) + (bytes - before);
  if (bytes > before && all > budget_->limit_) budget_->AskTheOthers(user_.get());
}

uint64_t MemoryShare::Allowance() const {
  user_->asked = false;
  const uint64_t all = budget_->held(), own = held(), limit = budget_->limit_;
  if (all <= limit) return own + (limit - all);
  return std::max(budget_->Part(), own - std::min(own, all - limit));
}

}  // namespace weir
