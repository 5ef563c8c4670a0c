#include "taskmanager/operator_chain.h"

#include <algorithm>
#include <utility>

#include "common/base/check.h"

namespace weir {

class OperatorChain::NodeCollector : public Collector {
 public:
  NodeCollector(OperatorChain& chain, NodeState& from) : chain_(chain), from_(from) {}
  // Nobody reads another output than the main one.
  void Emit(int output, Batch batch) override {
    if (output == 0 && !batch.empty()) chain_.Emit(from_, std::move(batch));
  }
  void EmitWatermark(Watermark watermark) override { chain_.EmitWatermark(from_, watermark); }

 private:
  OperatorChain& chain_;
  NodeState& from_;
};

OperatorChain::OperatorChain(std::vector<Node> nodes, ChainOutput& output) : output_(output) {
  CHECK(!nodes.empty());
  for (Node& node : nodes) {
    const int index = static_cast<int>(nodes_.size());
    CHECK_LT(node.parent, index) << "operator " << node.name << " comes before its parent";
    if (node.parent >= 0) nodes_[static_cast<size_t>(node.parent)].children.push_back(index);
    NodeState state;
    state.node = std::move(node);
    nodes_.push_back(std::move(state));
  }
}

OperatorChain::~OperatorChain() = default;

void OperatorChain::Push(Item item) {
  CHECK(idle_) << "an element pushed into a busy chain";
  nodes_[0].waiting.push_back(std::move(item));
  idle_ = false;
}

void OperatorChain::PushBatch(int input, Batch batch) { Push(BatchItem{input, std::move(batch)}); }
void OperatorChain::PushWatermark(Watermark watermark) { Push(watermark); }
void OperatorChain::PushFlush(FlushReason reason) { Push(FlushItem{reason}); }

void OperatorChain::PushTimer(Timestamp now) {
  CHECK(idle_) << "a timer pushed into a busy chain";
  for (NodeState& state : nodes_) {
    std::optional<Timestamp> due = state.node.op->NextTimer();
    if (!due || *due > now) continue;
    state.waiting.push_back(TimerItem{now});
    idle_ = false;
  }
}

StatusOr<PollResult> OperatorChain::PollSource() {
  CHECK(idle_) << "a source polled in a busy chain";
  NodeState& root = nodes_[0];
  NodeCollector out(*this, root);
  StatusOr<PollResult> result = static_cast<SourceOperator&>(*root.node.op).Poll(out);
  if (!result.ok()) return std::move(result).status().Annotate(root.node.name);
  return result;
}

void OperatorChain::Emit(NodeState& from, Batch batch) {
  from.rows_out += static_cast<int64_t>(batch.rows());
  for (int edge : from.node.edges) output_.WriteBatch(edge, batch);
  for (size_t i = 0; i < from.children.size(); ++i) {
    nodes_[static_cast<size_t>(from.children[i])].waiting.push_back(
        BatchItem{0, i + 1 == from.children.size() ? std::move(batch) : batch});
  }
  if (!from.children.empty()) idle_ = false;
}

void OperatorChain::EmitWatermark(NodeState& from, Watermark watermark) {
  watermark_ = std::max(watermark_, watermark.time);
  for (int edge : from.node.edges) output_.WriteWatermark(edge, watermark);
  for (int child : from.children) nodes_[static_cast<size_t>(child)].waiting.push_back(watermark);
  if (!from.children.empty()) idle_ = false;
}

std::optional<Timestamp> OperatorChain::NextTimer() const {
  std::optional<Timestamp> next;
  for (const NodeState& state : nodes_) {
    if (!idle_ && !state.blocked) continue;
    std::optional<Timestamp> due = state.node.op->NextTimer();
    if (due && (!next || *due < *next)) next = due;
  }
  return next;
}

bool OperatorChain::CanRun(const NodeState& state) const {
  if (state.waiting.empty() && !state.current) return false;
  for (int child : state.children) {
    const NodeState& c = nodes_[static_cast<size_t>(child)];
    if (!c.waiting.empty() || c.current) return false;
  }
  return true;
}

StatusOr<OperatorChain::State> OperatorChain::Run(const Clock& clock, int64_t until_ns) {
  while (!idle_) {
    // The deepest first: what was made is worked off before more is made.
    NodeState* runnable = nullptr;
    bool blocked = false;
    bool full = false;
    bool work = false;
    for (size_t i = nodes_.size(); i-- > 0 && !runnable;) {
      NodeState& state = nodes_[i];
      work = work || state.current || !state.waiting.empty();
      if (state.blocked) {
        const std::optional<Timestamp> due = state.node.op->NextTimer();
        if (!state.node.woken->exchange(false) && !(due && *due <= clock.SteadyNow())) {
          blocked = true;
          continue;
        }
        state.blocked = false;
      }
      if (!CanRun(state)) continue;
      if (!state.node.edges.empty() && !output_.HasCapacity()) {
        full = true;
        continue;
      }
      runnable = &state;
    }
    if (!runnable) {
      if (!work) {
        idle_ = true;
        break;
      }
      CHECK(full || blocked) << "a chain that neither runs nor waits";
      return full ? State::kOutputFull : State::kBlocked;
    }
    RETURN_IF_ERROR(RunNode(*runnable));
    if (clock.MonotonicNanos() >= until_ns) {
      // Whether it is idle after all is found out by the next call.
      return State::kMore;
    }
  }
  return State::kIdle;
}

StatusOr<Progress> OperatorChain::Begin(NodeState& state, Collector& out) {
  Operator& op = *state.node.op;
  if (BatchItem* batch = std::get_if<BatchItem>(&*state.current)) {
    return op.ProcessBatch(batch->input, std::move(batch->batch), out);
  }
  if (const Watermark* watermark = std::get_if<Watermark>(&*state.current)) {
    return state.flushed ? op.ProcessWatermark(*watermark, out)
                         : op.Flush(FlushReason::kWatermark, out);
  }
  if (const FlushItem* flush = std::get_if<FlushItem>(&*state.current)) {
    return op.Flush(flush->reason, out);
  }
  return op.OnTimer(std::get<TimerItem>(*state.current).now, out);
}

Status OperatorChain::RunNode(NodeState& state) {
  NodeCollector out(*this, state);
  StatusOr<Progress> progress = Progress::kDone;
  if (state.current) {
    progress = state.node.op->Resume(out);
  } else {
    state.current = std::move(state.waiting.front());
    state.waiting.pop_front();
    progress = Begin(state, out);
  }
  // A watermark takes two calls: Flush, then ProcessWatermark.
  if (progress.ok() && *progress == Progress::kDone && !state.flushed &&
      std::holds_alternative<Watermark>(*state.current)) {
    state.flushed = true;
    progress = Begin(state, out);
  }
  if (!progress.ok()) return std::move(progress).status().Annotate(state.node.name);
  state.blocked = *progress == Progress::kBlocked;
  if (*progress == Progress::kDone) Finish(state);
  return OkStatus();
}

void OperatorChain::Finish(NodeState& state) {
  Item item = std::move(*state.current);
  state.current.reset();
  state.flushed = false;
  if (const Watermark* watermark = std::get_if<Watermark>(&item)) {
    if (state.node.op->forwards_watermarks()) EmitWatermark(state, *watermark);
  } else if (const FlushItem* flush = std::get_if<FlushItem>(&item)) {
    for (int child : state.children) {
      nodes_[static_cast<size_t>(child)].waiting.push_back(*flush);
    }
  }
}

}  // namespace weir
