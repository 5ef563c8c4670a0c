#include "jobmanager/split_assigner.h"

#include <algorithm>

#include "common/base/check.h"
#include "common/base/planted_bug.h"

namespace weir {

SplitAssigner::Assignments SplitAssigner::OnDiscovered(const Discovery& discovery) {
  const bool first = !discovered_;
  discovered_ = true;
  placement_ = discovery.placement;
  complete_ = complete_ || discovery.complete;
  for (const Split& split : discovery.splits) {
    if (known_.contains(split.id)) continue;
    Split added = split;
    added.discovered_later = !first;
    known_[split.id] = {.split = std::move(added)};
    queue_.push_back(split.id);
  }
  return HandOut();
}

SplitAssigner::Assignments SplitAssigner::Release() {
  CHECK(discovered_) << "nothing was discovered yet";
  released_ = true;
  return HandOut();
}

SplitAssigner::Assignments SplitAssigner::OnReaderReady(int32_t subtask) {
  CHECK(0 <= subtask && subtask < parallelism_) << "reader " << subtask;
  ready_.insert(subtask);
  return HandOut();
}

SplitAssigner::Assignments SplitAssigner::OnReaderRequest(int32_t subtask) {
  CHECK(0 <= subtask && subtask < parallelism_) << "reader " << subtask;
  waiting_.insert(subtask);
  return HandOut();
}

SplitAssigner::Assignments SplitAssigner::HandOut() {
  Assignments out;
  if (!released_ && !Planted("read-before-it-is-recorded")) return out;
  std::map<int32_t, Assignment> by_reader;
  std::deque<std::string> left;
  for (const std::string& id : queue_) {
    Known& known = known_.at(id);
    int32_t reader = -1;
    if (placement_ == SplitPlacement::kByHash) {
      reader = static_cast<int32_t>(known.split.hash % static_cast<uint64_t>(parallelism_));
      if (!ready_.contains(reader)) reader = -1;
    } else if (!waiting_.empty()) {
      reader = *waiting_.begin();
      waiting_.erase(waiting_.begin());
    }
    if (reader < 0) {
      left.push_back(id);
      continue;
    }
    known.handed_out = true;
    by_reader[reader].splits.push_back(known.split);
  }
  queue_ = std::move(left);

  // Whoever has to do without hears it once: it is idle and must not hold the watermark back. By
  // hash a reader knows at once that it has all; from the queue when it asks in vain.
  const std::set<int32_t>& rest = placement_ == SplitPlacement::kByHash ? ready_ : waiting_;
  for (int32_t reader : rest) {
    if (complete_ && told_no_more_.insert(reader).second) by_reader[reader].no_more = true;
    if (!heard_.contains(reader)) by_reader[reader];
  }
  for (auto& [reader, assignment] : by_reader) {
    assignment.subtask = reader;
    heard_.insert(reader);
    out.push_back(std::move(assignment));
  }
  return out;
}

std::string SplitAssigner::Snapshot() const {
  checkpoint::SplitAssignerSnapshot message;
  message.set_by_queue(placement_ == SplitPlacement::kQueue);
  message.set_discovered(discovered_);
  message.set_complete(complete_);
  const auto add = [&](const Known& known) {
    auto* split = message.add_splits();
    split->set_id(known.split.id);
    split->set_position(known.split.position);
    split->set_hash(known.split.hash);
    split->set_discovered_later(known.split.discovered_later);
    split->set_watermark(known.split.watermark);
    split->set_handed_out(known.handed_out);
    split->set_finished(known.finished);
  };
  for (const auto& [id, known] : known_) {
    if (known.handed_out || known.finished) add(known);
  }
  for (const std::string& id : queue_) add(known_.at(id));
  return message.SerializeAsString();
}

Status SplitAssigner::Parse(const std::string& snapshot) {
  checkpoint::SplitAssignerSnapshot message;
  if (!message.ParseFromString(snapshot)) {
    return DataLossError("the state of the split assignment is unreadable");
  }
  *this = SplitAssigner(parallelism_);
  placement_ = message.by_queue() ? SplitPlacement::kQueue : SplitPlacement::kByHash;
  discovered_ = message.discovered();
  released_ = discovered_;
  complete_ = message.complete();
  for (const auto& s : message.splits()) {
    known_[s.id()] = {.split = {.id = s.id(),
                                .position = s.position(),
                                .hash = s.hash(),
                                .discovered_later = s.discovered_later(),
                                .watermark = s.watermark()},
                      .handed_out = s.handed_out(),
                      .finished = s.finished()};
    if (!s.handed_out() && !s.finished()) queue_.push_back(s.id());
  }
  return OkStatus();
}

Status SplitAssigner::Restore(const std::string& snapshot,
                              const std::vector<checkpoint::SplitState>& positions) {
  RETURN_IF_ERROR(Parse(snapshot));
  std::map<std::string, const checkpoint::SplitState*> at;
  for (const checkpoint::SplitState& state : positions) {
    if (!known_.contains(state.split_id())) {
      return DataLossError("a reader was at split " + state.split_id() +
                           ", which the split assignment does not know");
    }
    if (!at.emplace(state.split_id(), &state).second) {
      return DataLossError("two readers were at split " + state.split_id());
    }
  }
  for (auto& [id, known] : known_) {
    if (!known.handed_out) continue;
    known.handed_out = false;
    const auto it = at.find(id);
    if (it == at.end() || it->second->finished()) {
      known.finished = true;
      continue;
    }
    if (!Planted("splits-read-again")) known.split.position = it->second->position();
    known.split.watermark = it->second->watermark();
    known.split.discovered_later = false;  // the position counts from here on
    queue_.push_back(id);
  }
  return OkStatus();
}

Status SplitAssigner::RestoreUnread(const std::string& snapshot) {
  RETURN_IF_ERROR(Parse(snapshot));
  for (auto& [id, known] : known_) {
    if (known.handed_out || known.finished) {
      return DataLossError("split " + id + " of the first discovery was read already");
    }
  }
  return OkStatus();
}

}  // namespace weir
