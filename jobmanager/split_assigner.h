#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/base/time.h"
#include "proto/checkpoint.pb.h"

namespace weir {

// A part of a source that one subtask reads by itself: a partition, a file.
struct Split {
  std::string id;        // "orders-3"
  std::string position;  // where to begin, opaque: the connector's own
  uint64_t hash = 0;     // placement by hash: the reader is hash % parallelism
  // Found after the start: read from its first row, whatever `position` and the start mode say.
  bool discovered_later = false;
  Timestamp watermark = kMinTimestamp;  // that its rows had reached
  friend bool operator==(const Split&, const Split&) = default;
};

enum class SplitPlacement {
  kByHash,  // each split has its reader. Kafka: hash(topic) + partition, which is even
  kQueue,   // whoever asks gets the next
};

// What subtask 0 of a source sees outside.
struct Discovery {
  SplitPlacement placement = SplitPlacement::kByHash;
  bool complete = false;  // there will never be more than these
  std::vector<Split> splits;
};

// Decides which subtask of one source reads which split. Pure, and part of the checkpoint.
//
// The first discovery resolves start positions ("latest" becomes an offset). It has to be on
// durable storage (Snapshot) before the caller calls Release and the first split is read, so that a
// job killed before its first checkpoint begins where it had said it would. Splits found later are
// flagged to be read from their first row; losing them before a checkpoint therefore costs nothing.
class SplitAssigner {
 public:
  struct Assignment {
    int32_t subtask = 0;
    std::vector<Split> splits;
    bool no_more = false;  // this reader will never get another
    friend bool operator==(const Assignment&, const Assignment&) = default;
  };
  using Assignments = std::vector<Assignment>;

  explicit SplitAssigner(int32_t parallelism) : parallelism_(parallelism) {}

  // What is known already is left alone. Hands out what it can, once released.
  Assignments OnDiscovered(const Discovery& discovery);
  bool discovered() const { return discovered_; }

  // The first discovery is recorded: from now on splits are handed out, and a checkpoint makes
  // sense.
  Assignments Release();
  bool released() const { return released_; }

  // The subtask runs and can take splits. By hash it gets its own at once and as they are found;
  // from the queue it gets one per request. Where there is none for it now, it gets an assignment
  // without splits, once: an idle reader must not hold time back.
  Assignments OnReaderReady(int32_t subtask);
  Assignments OnReaderRequest(int32_t subtask);

  // A checkpoint takes it when it is triggered: what was handed out before is in a reader's
  // snapshot, what is handed out afterwards reaches the reader behind the trigger.
  std::string Snapshot() const;

  // Begins an attempt from a snapshot; readers have to become ready again. `positions`: where the
  // readers of that checkpoint were. A split that was handed out and that no reader has any more
  // was read to its end. Data loss when the bytes are not a snapshot.
  Status Restore(const std::string& snapshot, const std::vector<checkpoint::SplitState>& positions);
  // As Restore, from the record of the first discovery: nothing was read yet.
  Status RestoreUnread(const std::string& snapshot);

 private:
  struct Known {
    Split split;
    bool handed_out = false;
    bool finished = false;
  };

  Status Parse(const std::string& snapshot);
  Assignments HandOut();

  int32_t parallelism_;
  SplitPlacement placement_ = SplitPlacement::kByHash;
  bool discovered_ = false;
  bool released_ = false;
  bool complete_ = false;
  std::map<std::string, Known> known_;  // by split id
  std::deque<std::string> queue_;       // not handed out, oldest first
  std::set<int32_t> ready_;
  std::set<int32_t> waiting_;  // queue: asked and got nothing yet
  std::set<int32_t> heard_;    // got an assignment, maybe an empty one
  std::set<int32_t> told_no_more_;
};

}  // namespace weir
