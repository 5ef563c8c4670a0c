#include "jobmanager/resource_manager.h"

#include <algorithm>
#include <utility>

#include "common/base/check.h"

namespace weir {

ResourceManager::Grants ResourceManager::Register(const TaskManagerSlots& task_manager) {
  CHECK(task_managers_.emplace(task_manager.id, task_manager).second)
      << "task manager " << task_manager.id << " registered twice";
  return Serve();
}

void ResourceManager::Lost(TaskManagerId task_manager) {
  task_managers_.erase(task_manager);
  draining_.erase(task_manager);
  std::erase_if(owner_,
                [&](const auto& entry) { return entry.first.task_manager == task_manager; });
}

void ResourceManager::Drain(TaskManagerId task_manager) {
  if (task_managers_.contains(task_manager)) draining_.insert(task_manager);
}

ResourceManager::Grants ResourceManager::Request(const std::string& job, int32_t count) {
  std::erase_if(waiting_, [&](const Waiting& w) { return w.job == job; });
  waiting_.push_back({job, count});
  return Serve();
}

ResourceManager::Grants ResourceManager::Release(const std::string& job) {
  std::erase_if(waiting_, [&](const Waiting& w) { return w.job == job; });
  std::erase_if(owner_, [&](const auto& entry) { return entry.second == job; });
  last_hosts_.erase(job);
  return Serve();
}

std::string ResourceManager::WaitingReason(const std::string& job) const {
  const auto it = std::find_if(waiting_.begin(), waiting_.end(),
                               [&](const Waiting& w) { return w.job == job; });
  if (it == waiting_.end()) return "";
  size_t free = 0, holders = 0;
  for (const FreeSlots& offer : Offers(job)) {
    free += offer.indices.size();
    holders += offer.indices.empty() ? 0 : 1;
  }
  const auto count = [](size_t n, const std::string& what) {
    return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
  };
  std::string reason = "needs " + count(it->count, "slot") + ", ";
  if (task_managers_.empty()) return reason + "no task manager is registered";
  reason += std::to_string(free) + (free == 1 ? " is" : " are") + " free";
  return reason + " on " + count(free == 0 ? task_managers_.size() : holders, "task manager");
}

int32_t ResourceManager::CountFree(TaskManagerId task_manager) const {
  const auto it = task_managers_.find(task_manager);
  if (it == task_managers_.end()) return 0;
  int32_t free = it->second.slots;
  for (const auto& [slot, job] : owner_) free -= slot.task_manager == task_manager ? 1 : 0;
  return free;
}

int32_t ResourceManager::CountFor(const std::string& job) const {
  size_t count = 0;
  for (const FreeSlots& offer : Offers(job)) count += offer.indices.size();
  return static_cast<int32_t>(count);
}

std::set<std::string> ResourceManager::JobsOn(TaskManagerId task_manager) const {
  std::set<std::string> jobs;
  for (const auto& [slot, job] : owner_) {
    if (slot.task_manager == task_manager) jobs.insert(job);
  }
  return jobs;
}

std::map<std::string, int32_t> ResourceManager::SlotsByJob(TaskManagerId task_manager) const {
  std::map<std::string, int32_t> slots;
  for (const auto& [slot, job] : owner_) {
    if (slot.task_manager == task_manager) ++slots[job];
  }
  return slots;
}

std::vector<FreeSlots> ResourceManager::Offers(const std::string& job) const {
  std::vector<FreeSlots> offers;
  for (const auto& [id, task_manager] : task_managers_) {
    if (draining_.contains(id)) continue;
    FreeSlots offer{.task_manager = id, .host = task_manager.host, .total = task_manager.slots};
    for (int32_t i = 0; i < task_manager.slots; ++i) {
      const auto it = owner_.find({id, i});
      if (it == owner_.end() || it->second == job) offer.indices.push_back(i);
    }
    offers.push_back(std::move(offer));
  }
  return offers;
}

ResourceManager::Grants ResourceManager::Serve() {
  Grants grants;
  std::vector<Waiting> still_waiting;
  for (Waiting& request : waiting_) {
    auto slots = ChooseSlots(Offers(request.job), request.count, last_hosts_[request.job]);
    if (!slots) {
      still_waiting.push_back(std::move(request));
      continue;
    }
    std::erase_if(owner_, [&](const auto& entry) { return entry.second == request.job; });
    std::vector<std::string>& hosts = last_hosts_[request.job];
    hosts.clear();
    for (const SlotId& slot : *slots) {
      owner_[slot] = request.job;
      hosts.push_back(task_managers_.at(slot.task_manager).host);
    }
    grants.push_back({request.job, *std::move(slots)});
  }
  waiting_ = std::move(still_waiting);
  return grants;
}

}  // namespace weir
