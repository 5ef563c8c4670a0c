#include "jobmanager/state_assignment.h"

#include <algorithm>
#include <set>
#include <utility>

#include "common/base/check.h"
#include "common/base/planted_bug.h"
#include "state/key_groups.h"

namespace weir {
namespace {

using checkpoint::CheckpointManifest;
using checkpoint::KeyedStateHandle;
using checkpoint::OperatorSnapshot;
using checkpoint::TaskSnapshot;

bool HasState(const OperatorSnapshot& op) {
  return !op.operator_state().empty() || !op.keyed().empty() || !op.splits().empty();
}

Status UncommittedError(const std::string& where, const std::string& uid) {
  return InvalidArgumentError(where + " holds uncommitted rows of the sink " + uid +
                              ", which the job does not have: restart the old job once to commit "
                              "them");
}

// One operator's snapshots by old subtask.
struct OldOperator {
  int32_t parallelism = 0;
  std::string meaning;
  std::map<int32_t, const OperatorSnapshot*> by_subtask;
};

StatusOr<std::map<std::string, OldOperator>> CollectOperators(const CheckpointManifest& manifest) {
  std::map<std::string, OldOperator> old;
  std::map<uint32_t, int32_t> parallelism;
  std::set<std::pair<uint32_t, uint32_t>> seen;
  for (const auto& vertex : manifest.vertices()) {
    parallelism[vertex.vertex()] = vertex.parallelism();
    for (int i = 0; i < vertex.uids_size(); ++i) {
      if (vertex.uids(i).empty()) continue;
      OldOperator& op = old[vertex.uids(i)];
      op.parallelism = vertex.parallelism();
      if (i < vertex.meanings_size()) op.meaning = vertex.meanings(i);
    }
  }
  for (const TaskSnapshot& task : manifest.tasks()) {
    const auto p = parallelism.find(task.vertex());
    if (p == parallelism.end() || static_cast<int32_t>(task.subtask()) >= p->second ||
        !seen.emplace(task.vertex(), task.subtask()).second) {
      return DataLossError("the checkpoint holds a snapshot of an unknown subtask or one twice");
    }
    for (const OperatorSnapshot& op : task.operators()) {
      if (op.uid().empty()) continue;
      const auto it = old.find(op.uid());
      if (it == old.end()) {
        return DataLossError("the checkpoint holds state of the unknown operator " + op.uid());
      }
      it->second.by_subtask[static_cast<int32_t>(task.subtask())] = &op;
    }
  }
  size_t expected = 0;
  for (const auto& [vertex, p] : parallelism) expected += p;
  if (seen.size() != expected) {
    return DataLossError("the checkpoint lacks the snapshot of a subtask");
  }
  return old;
}

OperatorRestore RestoreOperator(const std::string& uid, const OldOperator& old, int32_t subtask,
                                int32_t parallelism, int32_t max_parallelism) {
  OperatorRestore restore{.uid = uid};
  KeyGroupRange range = KeyGroupRangeFor(subtask, parallelism, max_parallelism);
  if (Planted("key-group-lost") && old.parallelism != parallelism) ++range.first;
  for (const auto& [old_subtask, op] : old.by_subtask) {
    if (!op->operator_state().empty() &&
        (old.parallelism != parallelism || old_subtask == subtask)) {
      restore.operator_states.push_back(op->operator_state());
    }
    for (const KeyedStateHandle& handle : op->keyed()) {
      const KeyGroupRange held{static_cast<int32_t>(handle.first_key_group()),
                               static_cast<int32_t>(handle.last_key_group())};
      if (!held.Overlaps(range)) continue;
      KeyedStateHandle cut = handle;
      cut.set_first_key_group(held.Intersect(range).first);
      cut.set_last_key_group(held.Intersect(range).last);
      restore.keyed.push_back(std::move(cut));
    }
  }
  return restore;
}

// An operator has state and the plan does not take it over: why. Empty: nothing is lost.
std::string WhyNotRestored(const std::string& uid, const OldOperator& op, const JobPlan& plan) {
  if (std::none_of(op.by_subtask.begin(), op.by_subtask.end(),
                   [](const auto& s) { return HasState(*s.second); })) {
    return "";
  }
  if (plan.FindUid(uid) == nullptr) {
    return "holds state of the operator " + uid + ", which the job does not have";
  }
  const std::string meaning = plan.MeaningOf(uid);
  if (op.meaning.empty() || meaning.empty() || op.meaning == meaning) return "";
  return "holds state of the operator " + uid + " about " + op.meaning +
         ", where the job needs it about " + meaning;
}

// Those that name the vertex: of its operators with state.
template <class Uids>
std::set<std::string> NamesOf(const Uids& uids) {
  std::set<std::string> names(uids.begin(), uids.end());
  names.erase("");
  return names;
}

// Which subtasks of a vertex had ended: all of it, or (at the same parallelism) subtask by subtask.
// A vertex without state cannot be told from others: it is run again, and ends with its input.
std::set<int32_t> FinishedSubtasks(const CheckpointManifest& manifest, const PlanVertex& vertex) {
  std::set<int32_t> finished;
  const std::set<std::string> names = NamesOf(vertex.uids);
  for (const auto& info : manifest.vertices()) {
    if (names.empty() || NamesOf(info.uids()) != names) continue;
    for (const TaskSnapshot& task : manifest.tasks()) {
      if (task.vertex() == info.vertex() && task.finished()) finished.insert(task.subtask());
    }
    if (info.parallelism() == vertex.parallelism) return finished;
    const bool all = static_cast<int32_t>(finished.size()) == info.parallelism();
    finished.clear();
    for (int32_t i = 0; all && i < vertex.parallelism; ++i) finished.insert(i);
  }
  return finished;
}

void AssignCommits(const CheckpointManifest& manifest, const JobPlan& plan,
                   StateAssignment* assignment) {
  std::vector<checkpoint::PreparedCommit> all(manifest.uncommitted().begin(),
                                              manifest.uncommitted().end());
  for (const TaskSnapshot& task : manifest.tasks()) {
    for (const OperatorSnapshot& op : task.operators()) {
      if (op.committables().empty()) continue;
      checkpoint::PreparedCommit prepared;
      prepared.set_checkpoint_id(manifest.checkpoint_id());
      prepared.set_uid(op.uid());
      prepared.set_subtask(task.subtask());
      *prepared.mutable_committables() = op.committables();
      all.push_back(std::move(prepared));
    }
  }
  if (Planted("commits-forgotten-on-restore")) return;
  for (checkpoint::PreparedCommit& prepared : all) {
    const PlanVertex* vertex = plan.FindUid(prepared.uid());
    CHECK(vertex != nullptr) << prepared.uid();
    const TaskId task{vertex->id, static_cast<int32_t>(prepared.subtask()) % vertex->parallelism};
    auto& units = assignment->commits[CheckpointId(prepared.checkpoint_id())];
    auto it = std::find_if(units.begin(), units.end(), [&](const Committer::Unit& unit) {
      return unit.task == task && unit.uid == prepared.uid();
    });
    if (it == units.end()) {
      units.push_back({task, prepared.uid(), {}});
      it = units.end() - 1;
    }
    it->prepared.push_back(std::move(prepared));
  }
}

}  // namespace

StatusOr<StateAssignment> AssignState(const CheckpointManifest& manifest, const JobPlan& plan,
                                      bool allow_non_restored_state) {
  const std::string where =
      "checkpoint " + std::to_string(manifest.checkpoint_id()) + " of job " + manifest.job_id();
  if (manifest.max_parallelism() != plan.max_parallelism) {
    return InvalidArgumentError(where + " has " + std::to_string(manifest.max_parallelism()) +
                                " key groups, the job has " + std::to_string(plan.max_parallelism) +
                                ": set pipeline.max-parallelism to " +
                                std::to_string(manifest.max_parallelism()));
  }
  auto collected = CollectOperators(manifest);
  if (!collected.ok()) return std::move(collected).status().Annotate(where);
  const std::map<std::string, OldOperator>& old = *collected;
  std::set<std::string> dropped;
  for (const auto& [uid, op] : old) {
    if (const std::string why = WhyNotRestored(uid, op, plan); !why.empty()) {
      if (!allow_non_restored_state) {
        return InvalidArgumentError(where + " " + why +
                                    ": it was made by another statement "
                                    "(--allow-non-restored-state goes on without that state)");
      }
      dropped.insert(uid);
    }
    const bool has_rows =
        std::any_of(op.by_subtask.begin(), op.by_subtask.end(),
                    [](const auto& s) { return !s.second->committables().empty(); });
    if (has_rows && plan.FindUid(uid) == nullptr) return UncommittedError(where, uid);
  }
  for (const auto& prepared : manifest.uncommitted()) {
    if (plan.FindUid(prepared.uid()) == nullptr) return UncommittedError(where, prepared.uid());
  }

  StateAssignment assignment{.checkpoint = CheckpointId(manifest.checkpoint_id())};
  std::set<VertexId> running;  // not all of it had ended
  for (const PlanVertex& vertex : plan.vertices) {
    std::set<int32_t> finished = FinishedSubtasks(manifest, vertex);
    const bool fed = std::any_of(plan.edges.begin(), plan.edges.end(), [&](const PlanEdge& edge) {
      return edge.to == vertex.id && running.contains(edge.from);
    });
    const bool renewed = std::any_of(vertex.uids.begin(), vertex.uids.end(),
                                     [&](const auto& uid) { return dropped.contains(uid); });
    // In another script it may have input again.
    if (fed || renewed) finished.clear();
    if (static_cast<int32_t>(finished.size()) < vertex.parallelism) running.insert(vertex.id);
    for (int32_t i = 0; i < vertex.parallelism; ++i) {
      SubtaskRestore& task = assignment.tasks[{vertex.id, i}];
      task.finished = finished.contains(i);
      for (const std::string& uid : vertex.uids) {
        const auto it = old.find(uid);
        if (it == old.end() || dropped.contains(uid)) continue;
        task.operators.push_back(
            RestoreOperator(uid, it->second, i, vertex.parallelism, plan.max_parallelism));
      }
    }
    if (vertex.source_uid.empty()) continue;
    for (const auto& state : manifest.split_assigners()) {
      if (state.uid() == vertex.source_uid) assignment.splits[vertex.id].snapshot = state.state();
    }
    const auto it = old.find(vertex.source_uid);
    if (it == old.end() || !assignment.splits.contains(vertex.id)) continue;
    for (const auto& [subtask, op] : it->second.by_subtask) {
      for (const auto& split : op->splits()) {
        assignment.splits[vertex.id].positions.push_back(split);
      }
    }
  }
  AssignCommits(manifest, plan, &assignment);
  return assignment;
}

}  // namespace weir
