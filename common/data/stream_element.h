#pragma once

#include <variant>

#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/data/batch.h"

namespace weir {

// "No row with an event time at or before `time` will come any more." Idle: this channel does not
// hold others back until it sends something again.
struct Watermark {
  Timestamp time = kMinTimestamp;
  bool idle = false;
  friend bool operator==(const Watermark&, const Watermark&) = default;
};

// What came before it belongs to the checkpoint, what comes after it does not.
struct CheckpointBarrier {
  CheckpointId id;
  friend bool operator==(const CheckpointBarrier&, const CheckpointBarrier&) = default;
};

// The sender is done: no element follows. (A maximum watermark went before it when the input ended
// by itself; none when the job was stopped without draining.)
struct EndOfInput {
  friend bool operator==(const EndOfInput&, const EndOfInput&) = default;
};

// All that travels on a channel. There is no fifth.
using StreamElement = std::variant<Batch, Watermark, CheckpointBarrier, EndOfInput>;

}  // namespace weir
