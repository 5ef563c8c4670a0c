#pragma once

#include <memory>
#include <string>

#include "connectors/connector.h"

namespace weir {

// A target that notes the epoch of a writer in the transaction that holds the epoch's rows: one
// session with it, for one epoch. Dropped without Commit it leaves nothing behind. All of it may
// block.
class EpochTarget {
 public:
  virtual ~EpochTarget() = default;
  // Shuts out every other session of this writer for good, also one that is paused and wakes later.
  virtual Status TakeOver() = 0;
  // The epoch noted last; 0: none. After TakeOver nobody else changes it.
  virtual StatusOr<int64_t> ReadNote() = 0;
  // Where the note stands, for messages.
  virtual std::string NoteName() const = 0;
  virtual Status Begin() = 0;
  // Columns are the table's, in schema order.
  virtual Status Write(const Batch& batch) = 0;
  // After everything is written.
  virtual Status WriteNote(int64_t epoch) = 0;
  // When it fails nobody knows what happened.
  virtual Status Commit() = 0;
};

// The order of steps on which exactly once rests (ADR 0009), in one place for all targets: take
// over, read the note, compare, write, note, commit. Null when the target has the epoch already.
StatusOr<std::unique_ptr<SinkTransaction>> BeginEpoch(std::unique_ptr<EpochTarget> target,
                                                      const SinkEpoch& epoch);

}  // namespace weir
