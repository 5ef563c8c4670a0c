#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/ids.h"
#include "common/base/status.h"
#include "common/base/time.h"
#include "proto/checkpoint.pb.h"

namespace weir {

// Decides the order of commits: every commit of checkpoint N, over all sinks and subtasks, is done
// before the first of N+1 begins. Pure: no I/O, no clock, no threads.
//
// A failed commit is repeated with a growing delay (100 ms to 10 s) while its Status says that it
// certainly did not happen and may work later. An unknown outcome stops the job: it is never
// assumed committed and never repeated blindly.
class Committer {
 public:
  // One sink of one task commits these; it may be told twice and must not apply them twice.
  struct Unit {
    TaskId task;
    std::string uid;
    std::vector<checkpoint::PreparedCommit> prepared;
  };
  struct Send {
    CheckpointId checkpoint;
    Unit unit;
  };
  struct Done {  // all of this checkpoint is visible
    CheckpointId checkpoint;
  };
  struct Fail {
    Status cause;
  };
  using Action = std::variant<Send, Done, Fail>;
  using Actions = std::vector<Action>;

  // The tasks of an attempt run and can commit; what was added before is sent now.
  Actions Start();
  // The attempt is over. What is not committed is in a published manifest and comes back with it.
  void Stop();

  // A published checkpoint and what its snapshots prepared, maybe nothing. Ids rise.
  Actions Add(CheckpointId checkpoint, std::vector<Unit> units);
  Actions OnCommitted(CheckpointId checkpoint, TaskId task, const std::string& uid,
                      const Status& result, Timestamp now);
  Actions OnTime(Timestamp now);
  std::optional<Timestamp> NextDeadline() const;

  // Two checkpoints wait for their commits: a third must not be prepared.
  bool Blocked() const { return rounds_.size() >= 2; }
  // What the next manifest has to carry on.
  std::vector<checkpoint::PreparedCommit> Uncommitted() const;
  // For people: "checkpoint 7 waits for the commit of sink-1 (subtask 2): connection refused".
  std::string WaitingReason() const;

 private:
  struct Pending {
    Unit unit;
    bool sent = false;
    bool done = false;
    int failures = 0;
    std::optional<Timestamp> retry_at;
    Status last_failure;
  };
  struct Round {
    std::vector<Pending> units;
  };

  void Advance(Actions* actions);

  bool started_ = false;
  std::map<CheckpointId, Round> rounds_;
  CheckpointId last_added_;
};

}  // namespace weir
