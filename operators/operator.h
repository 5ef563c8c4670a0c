#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "common/base/status.h"
#include "common/base/time.h"
#include "common/data/batch.h"
#include "common/data/stream_element.h"
#include "connectors/connector.h"
#include "operators/state_view.h"
#include "proto/checkpoint.pb.h"

// What turns input batches and due timers into output batches, on one thread, without seeing a
// channel, a barrier or a lock.

namespace weir::plan {
class OperatorNode;
class Source;
class Table;
}  // namespace weir::plan

namespace weir {

class CheckpointStorage;
class CollectBuffer;
class KeyedState;

// What every entry point answers, so that no step is unbounded.
enum class Progress {
  kDone,     // the element is worked off
  kMore,     // a cursor is kept: call Resume
  kBlocked,  // call Resume after OperatorContext::wake, or when NextTimer is due
};

enum class FlushReason { kBarrier, kWatermark, kEndOfInput, kIdle };

// Where an operator's output goes. Emitting never blocks: the chain holds one pending batch per
// node and an operator that emits more than a few batches returns kMore in between.
class Collector {
 public:
  virtual ~Collector() = default;
  virtual void Emit(int output, Batch batch) = 0;  // 0 is the main output
  // Only for operators that make watermarks (forwards_watermarks() is false).
  virtual void EmitWatermark(Watermark watermark) = 0;
};

// Per split: how far its event time has come. Shared by the source and the watermark assigner of
// one chain, and part of the source's snapshot. Only the task's thread touches it.
class SplitWatermarks {
 public:
  struct Split {
    std::string id;
    Timestamp watermark = kMinTimestamp;
    Timestamp last_active = 0;  // Clock::SteadyNow
    bool idle = false;
    bool finished = false;
    bool open = false;  // the reader has it
  };
  std::vector<Split>& splits() { return splits_; }
  const std::vector<Split>& splits() const { return splits_; }
  bool assigned = false;  // the first assignment has come: having no split now means idle
  bool no_more_splits = false;

 private:
  std::vector<Split> splits_;
};

struct OperatorMetrics {
  // Monotonic counters; written by the task's thread, read by others without a lock.
  std::function<void(const char* name, int64_t delta)> add = [](const char*, int64_t) {};
};

struct OperatorContext {
  const plan::OperatorNode* node = nullptr;
  SchemaPtr input_schema;  // null for a source
  SchemaPtr output_schema;
  TaskId task;
  int32_t parallelism = 1;
  int32_t max_parallelism = 128;
  int64_t attempt = 0;
  std::string lineage;                         // of the job: WriterIdentity
  std::shared_ptr<CheckpointStorage> storage;  // of the job's checkpoints; null: none
  CheckpointId restored_checkpoint;            // 0: none
  KeyedState* state = nullptr;
  SplitWatermarks* splits = nullptr;
  CollectBuffer* collect = nullptr;  // of the chain's Collect node, when it has one
  const Clock* clock = &Clock::Real();
  std::string time_zone = "UTC";
  size_t max_batch_rows = 4096;
  std::map<std::string, std::string> config;                // of the job
  std::function<void()> wake;                               // from any thread
  std::function<void(std::function<void()>)> run_blocking;  // on the I/O pool
  OperatorMetrics metrics;
};

// What a snapshot of one operator holds beside its keyed tables, which the task snapshots itself.
struct OperatorState {
  std::string bytes;                                  // opaque, small
  std::vector<checkpoint::Committable> committables;  // of sinks
  // Not OK: it can have no part in this checkpoint, which fails; the task goes on.
  Status declined;
};

class Operator {
 public:
  virtual ~Operator() = default;

  // Once, before anything else. `restored`: the bytes that the subtasks of the former execution
  // returned, those first that share key groups with this one; empty for a fresh start.
  virtual Status Open(OperatorContext& context, const std::vector<std::string>& restored) {
    return OkStatus();
  }

  virtual StatusOr<Progress> ProcessBatch(int input, Batch batch, Collector& out) = 0;

  // After it is done the chain passes the watermark on, if forwards_watermarks().
  virtual StatusOr<Progress> ProcessWatermark(Watermark watermark, Collector& out) {
    return Progress::kDone;
  }
  virtual bool forwards_watermarks() const { return true; }

  // Goes on where kMore or kBlocked left off.
  virtual StatusOr<Progress> Resume(Collector& out) { return Progress::kDone; }

  // Before each barrier, watermark and end of input, and when the task is about to go idle: empties
  // pre-aggregates and mini-batches, so that a snapshot finds none.
  virtual StatusOr<Progress> Flush(FlushReason reason, Collector& out) { return Progress::kDone; }

  // When to call OnTimer next (Resume where it is blocked), and the time then, by Clock::SteadyNow.
  virtual std::optional<Timestamp> NextTimer() const { return std::nullopt; }
  virtual StatusOr<Progress> OnTimer(Timestamp now, Collector& out) { return Progress::kDone; }

  // At a barrier, after Flush(kBarrier).
  virtual StatusOr<OperatorState> Snapshot(CheckpointId id) { return OperatorState{}; }
  // The checkpoint is durable. Called in order; may be skipped for some.
  virtual void CheckpointCompleted(CheckpointId id) {}

  // For people: what it waits for, if it is stuck.
  virtual std::string Trouble() { return ""; }
  // For people: what of its keyed state can be read. Once it is open.
  virtual std::vector<StateView> StateViews() const { return {}; }
};

// For people: how far a split is.
struct SplitStatus {
  std::string id;
  int64_t waiting = -1;  // records that wait to be read; -1: unknown
  Timestamp watermark = kMinTimestamp;
  bool idle = false;  // it does not hold the watermark back
  bool finished = false;
};

// The root of a chain that reads no channel.
class SourceOperator : public Operator {
 public:
  // Emits at most about one batch.
  virtual StatusOr<PollResult> Poll(Collector& out) = 0;
  virtual Status AddSplits(const std::vector<SourceSplit>& splits) = 0;
  virtual void NoMoreSplits() = 0;
  // Position and watermark of every split it has, for the snapshot.
  virtual StatusOr<std::vector<SourceSplit>> SplitPositions() = 0;
  // For people: records that wait to be read; -1 where unknown.
  virtual int64_t Lag() { return -1; }
  virtual std::vector<SplitStatus> Splits() { return {}; }

  StatusOr<Progress> ProcessBatch(int, Batch, Collector&) final {
    return InternalError("a source has no input");
  }
};

// ---- Registration: one visible list in registry.cc

// Makes the operator that `node` describes; kUnimplemented for a kind it does not know.
StatusOr<std::unique_ptr<Operator>> MakeOperator(const plan::OperatorNode& node);

}  // namespace weir
