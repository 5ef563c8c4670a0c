#include "jobmanager/scheduler.h"

namespace weir {
namespace {

SlotId Take(FreeSlots* offer) {
  const SlotId slot{offer->task_manager, offer->indices.front()};
  offer->indices.erase(offer->indices.begin());
  return slot;
}

// Share of taken slots, compared without fractions.
bool IsEmptier(const FreeSlots& a, const FreeSlots& b) {
  const int64_t taken_a = a.total - static_cast<int64_t>(a.indices.size());
  const int64_t taken_b = b.total - static_cast<int64_t>(b.indices.size());
  return taken_a * b.total < taken_b * a.total;
}

}  // namespace

std::optional<std::vector<SlotId>> ChooseSlots(std::vector<FreeSlots> offers, int32_t count,
                                               const std::vector<std::string>& hosts) {
  int64_t free = 0;
  for (const FreeSlots& offer : offers) free += static_cast<int64_t>(offer.indices.size());
  if (free < count) return std::nullopt;

  std::vector<std::optional<SlotId>> chosen(count);
  for (int32_t i = 0; i < count && i < static_cast<int32_t>(hosts.size()); ++i) {
    FreeSlots* best = nullptr;
    for (FreeSlots& offer : offers) {
      if (offer.host != hosts[i] || offer.host.empty() || offer.indices.empty()) continue;
      if (best == nullptr || IsEmptier(offer, *best)) best = &offer;
    }
    if (best != nullptr) chosen[i] = Take(best);
  }
  std::vector<SlotId> slots;
  for (std::optional<SlotId>& slot : chosen) {
    if (!slot) {
      FreeSlots* best = nullptr;
      for (FreeSlots& offer : offers) {
        if (offer.indices.empty()) continue;
        if (best == nullptr || IsEmptier(offer, *best)) best = &offer;
      }
      slot = Take(best);
    }
    slots.push_back(*slot);
  }
  return slots;
}

}  // namespace weir
