#include "jobmanager/committer.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "common/base/check.h"
#include "common/base/planted_bug.h"

namespace weir {
namespace {

constexpr Timestamp kFirstRetryMs = 100;
constexpr Timestamp kLastRetryMs = 10'000;

bool IsTransient(StatusCode code) {
  return code == StatusCode::kUnavailable || code == StatusCode::kAborted ||
         code == StatusCode::kResourceExhausted || code == StatusCode::kDeadlineExceeded;
}

std::string Name(CheckpointId checkpoint, const Committer::Unit& unit) {
  std::ostringstream out;
  out << "commit of checkpoint " << checkpoint << " by sink " << unit.uid << " (subtask "
      << unit.task.subtask << ")";
  return out.str();
}

}  // namespace

Committer::Actions Committer::Start() {
  Actions actions;
  started_ = true;
  Advance(&actions);
  return actions;
}

void Committer::Stop() {
  started_ = false;
  rounds_.clear();
  last_added_ = CheckpointId();
}

Committer::Actions Committer::Add(CheckpointId checkpoint, std::vector<Unit> units) {
  CHECK(checkpoint > last_added_) << checkpoint << " after " << last_added_;
  last_added_ = checkpoint;
  Round& round = rounds_[checkpoint];
  for (Unit& unit : units) round.units.push_back({.unit = std::move(unit)});
  Actions actions;
  Advance(&actions);
  return actions;
}

Committer::Actions Committer::OnCommitted(CheckpointId checkpoint, TaskId task,
                                          const std::string& uid, const Status& result,
                                          Timestamp now) {
  Actions actions;
  const auto round = rounds_.find(checkpoint);
  if (round == rounds_.end()) return actions;
  const auto it =
      std::find_if(round->second.units.begin(), round->second.units.end(),
                   [&](const Pending& p) { return p.unit.task == task && p.unit.uid == uid; });
  if (it == round->second.units.end() || !it->sent || it->done) return actions;
  if (result.ok() || (Planted("failed-commit-counts") && IsTransient(result.code()))) {
    it->done = true;
  } else if (result.code() == StatusCode::kUnknown) {
    actions.push_back(Fail{DataLossError(
        Name(checkpoint, it->unit) + ": nobody can tell whether it happened (" + result.message() +
        "). Find out in the target system, then restart from this checkpoint if it did not, or "
        "from a later state if it did")});
    return actions;
  } else if (IsTransient(result.code())) {
    it->sent = false;
    it->last_failure = result;
    const int doublings = std::min(it->failures++, 10);
    it->retry_at = now + std::min(kFirstRetryMs << doublings, kLastRetryMs);
  } else {
    actions.push_back(Fail{Status(result).Annotate(Name(checkpoint, it->unit))});
    return actions;
  }
  Advance(&actions);
  return actions;
}

Committer::Actions Committer::OnTime(Timestamp now) {
  Actions actions;
  if (rounds_.empty()) return actions;
  for (Pending& p : rounds_.begin()->second.units) {
    if (p.retry_at && now >= *p.retry_at) p.retry_at.reset();
  }
  Advance(&actions);
  return actions;
}

std::optional<Timestamp> Committer::NextDeadline() const {
  std::optional<Timestamp> next;
  if (rounds_.empty()) return next;
  for (const Pending& p : rounds_.begin()->second.units) {
    if (p.retry_at && (!next || *p.retry_at < *next)) next = p.retry_at;
  }
  return next;
}

std::vector<checkpoint::PreparedCommit> Committer::Uncommitted() const {
  std::vector<checkpoint::PreparedCommit> all;
  for (const auto& [id, round] : rounds_) {
    for (const Pending& p : round.units) {
      if (!p.done) all.insert(all.end(), p.unit.prepared.begin(), p.unit.prepared.end());
    }
  }
  return all;
}

std::string Committer::WaitingReason() const {
  if (rounds_.empty()) return "";
  const auto& [id, round] = *rounds_.begin();
  for (const Pending& p : round.units) {
    if (p.done) continue;
    std::string reason = "waits for the " + Name(id, p.unit);
    if (!p.last_failure.ok()) reason += ": " + p.last_failure.message();
    return reason;
  }
  return "";
}

void Committer::Advance(Actions* actions) {
  while (started_ && !rounds_.empty()) {
    auto& [id, round] = *rounds_.begin();
    bool all_done = true;
    for (Pending& p : round.units) {
      if (p.done) continue;
      all_done = false;
      if (p.sent || p.retry_at) continue;
      p.sent = true;
      actions->push_back(Send{id, p.unit});
    }
    if (!all_done && !Planted("commits-overtake")) return;
    if (!all_done) {
      for (Pending& p : rounds_.rbegin()->second.units) {
        if (std::exchange(p.sent, true)) continue;
        actions->push_back(Send{rounds_.rbegin()->first, p.unit});
      }
      return;
    }
    actions->push_back(Done{id});
    rounds_.erase(rounds_.begin());
  }
}

}  // namespace weir
