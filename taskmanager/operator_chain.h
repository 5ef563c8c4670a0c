#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "operators/operator.h"

namespace weir {

// Where the chain's results leave the task.
class ChainOutput {
 public:
  virtual ~ChainOutput() = default;
  // False: the chain runs no operator whose output leaves the task.
  virtual bool HasCapacity() const = 0;
  virtual void WriteBatch(int edge, Batch batch) = 0;
  virtual void WriteWatermark(int edge, Watermark watermark) = 0;
};

// Drives elements through a tree of operators, by a loop and not by recursion. An operator runs
// only while its children have nothing waiting, so that what an element makes is worked off before
// more is made; the next element is to be pushed only when the chain is idle. Errors name the
// operator. Only the task's thread calls it.
class OperatorChain {
 public:
  struct Node {
    std::unique_ptr<Operator> op;
    std::string name;
    int parent = -1;         // -1: reads what is pushed
    std::vector<int> edges;  // of the ChainOutput, that carry its main output
    // Set by OperatorContext::wake; shared because completions may outlive the chain.
    std::shared_ptr<std::atomic<bool>> woken = std::make_shared<std::atomic<bool>>(false);
  };
  enum class State {
    kIdle,        // everything pushed was worked off
    kMore,        // the caller's time is up
    kBlocked,     // an operator waits for its wake, or its timer
    kOutputFull,  // the output has no capacity
  };

  // A parent comes before its children; [0] is the root.
  OperatorChain(std::vector<Node> nodes, ChainOutput& output);
  ~OperatorChain();

  // Only when idle.
  void PushBatch(int input, Batch batch);
  // Each operator is flushed, then told, then passes it on.
  void PushWatermark(Watermark watermark);
  void PushFlush(FlushReason reason);
  void PushTimer(Timestamp now);
  // Polls the source at the root.
  StatusOr<PollResult> PollSource();

  // Works until the chain is idle, cannot go on, or Clock::MonotonicNanos passed `until_ns`.
  StatusOr<State> Run(const Clock& clock, int64_t until_ns);
  bool idle() const { return idle_; }
  // Rows that an operator has emitted; of a source, what it has read.
  int64_t rows_out(size_t i) const { return nodes_[i].rows_out; }
  // The highest that left the chain or an operator that makes watermarks.
  Timestamp watermark() const { return watermark_; }

  // The earliest of all operators; while the chain is not idle, of those that are blocked.
  std::optional<Timestamp> NextTimer() const;

  size_t size() const { return nodes_.size(); }
  Operator& op(size_t i) { return *nodes_[i].node.op; }
  const std::string& name(size_t i) const { return nodes_[i].node.name; }
  // Whether the operator's wake was called since this was last asked.
  bool TakeWoken(size_t i) { return nodes_[i].node.woken->exchange(false); }

 private:
  struct BatchItem {
    int input;
    Batch batch;
  };
  struct FlushItem {
    FlushReason reason;
  };
  struct TimerItem {
    Timestamp now;
  };
  using Item = std::variant<BatchItem, Watermark, FlushItem, TimerItem>;
  struct NodeState {
    Node node;
    std::vector<int> children;
    std::deque<Item> waiting;
    std::optional<Item> current;  // begun and not done
    bool flushed = false;         // current is a watermark whose flush is done
    bool blocked = false;
    int64_t rows_out = 0;
  };
  class NodeCollector;

  void Emit(NodeState& from, Batch batch);
  void EmitWatermark(NodeState& from, Watermark watermark);
  bool CanRun(const NodeState& state) const;
  // Begins or resumes the current item; true when it made a step.
  Status RunNode(NodeState& state);
  StatusOr<Progress> Begin(NodeState& state, Collector& out);
  void Finish(NodeState& state);
  void Push(Item item);

  std::vector<NodeState> nodes_;
  ChainOutput& output_;
  bool idle_ = true;
  Timestamp watermark_ = kMinTimestamp;
};

}  // namespace weir
