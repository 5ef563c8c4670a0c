#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <ostream>

// Ids are types: a CheckpointId is not an AttemptId. All only ever grow.

namespace weir {

template <class Tag, class Rep = int64_t>
class StrongId {
 public:
  constexpr StrongId() = default;
  constexpr explicit StrongId(Rep value) : value_(value) {}
  constexpr Rep value() const { return value_; }
  constexpr StrongId Next() const { return StrongId(value_ + 1); }
  friend constexpr auto operator<=>(StrongId, StrongId) = default;
  friend std::ostream& operator<<(std::ostream& out, StrongId id) { return out << id.value_; }
  template <class H>
  friend H AbslHashValue(H h, StrongId id) {
    return H::combine(std::move(h), id.value_);
  }

 private:
  Rep value_ = 0;
};

using CheckpointId = StrongId<struct CheckpointIdTag>;  // 1, 2, ... per job
using AttemptId = StrongId<struct AttemptIdTag>;        // one execution of a whole job graph
using LeaderEpoch = StrongId<struct LeaderEpochTag>;    // raised by each job manager start
using VertexId = StrongId<struct VertexIdTag, int32_t>;
using TaskManagerId = StrongId<struct TaskManagerIdTag>;

// One subtask of one vertex of a job.
struct TaskId {
  VertexId vertex;
  int32_t subtask = 0;
  friend auto operator<=>(const TaskId&, const TaskId&) = default;
  template <class H>
  friend H AbslHashValue(H h, const TaskId& id) {
    return H::combine(std::move(h), id.vertex, id.subtask);
  }
};
inline std::ostream& operator<<(std::ostream& out, const TaskId& id) {
  return out << id.vertex << "/" << id.subtask;
}

}  // namespace weir

template <class Tag, class Rep>
struct std::hash<weir::StrongId<Tag, Rep>> {
  size_t operator()(weir::StrongId<Tag, Rep> id) const { return std::hash<Rep>()(id.value()); }
};
