#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/data/batch_codec.h"
#include "operators/collect.h"
#include "operators/expressions/expr.h"
#include "taskmanager/task_executor.h"
#include "taskmanager/task_harness.h"
#include "taskmanager/worker_pool.h"

// What tests of whole task executors share: a job that counts, and a stand-in for the job manager.
// For tests only.

namespace weir {

// Numbers 0 .. count-1 of one split "from:count", as ("k<n % keys>", n).
class NumberSource : public SourceOperator {
 public:
  static constexpr int kKeys = 10;
  Status Open(OperatorContext& context, const std::vector<std::string>&) override {
    rows_ = context.max_batch_rows;
    splits_ = context.splits;
    return OkStatus();
  }
  StatusOr<PollResult> Poll(Collector& out) override {
    for (Range& range : ranges_) {
      if (range.next == range.end) continue;
      BatchBuilder batch(PairSchema());
      while (range.next < range.end && batch.rows() < rows_) {
        batch.AppendRow({"k" + std::to_string(range.next % kKeys), range.next});
        ++range.next;
      }
      out.Emit(0, batch.Finish());
      return PollResult::kMore;
    }
    return no_more_ ? PollResult::kFinished : PollResult::kIdle;
  }
  Status AddSplits(const std::vector<SourceSplit>& splits) override {
    for (const SourceSplit& split : splits) {
      const size_t colon = split.position.find(':');
      ranges_.push_back({split.id, std::stoll(split.position.substr(0, colon)),
                         std::stoll(split.position.substr(colon + 1))});
      splits_->splits().push_back({.id = split.id});
    }
    return OkStatus();
  }
  void NoMoreSplits() override { no_more_ = true; }
  StatusOr<std::vector<SourceSplit>> SplitPositions() override {
    std::vector<SourceSplit> splits;
    for (const Range& range : ranges_) {
      splits.push_back({.id = range.id,
                        .position = std::to_string(range.next) + ":" + std::to_string(range.end)});
    }
    return splits;
  }

 private:
  struct Range {
    std::string id;
    int64_t next;
    int64_t end;
  };
  std::vector<Range> ranges_;
  SplitWatermarks* splits_ = nullptr;
  size_t rows_ = 0;
  bool no_more_ = false;
};

// Running count by key, in keyed state.
class RunningCount : public Operator {
 public:
  Status Open(OperatorContext& context, const std::vector<std::string>&) override {
    SlotLayout layout({{.name = "count", .kind = SlotFieldKind::kFixed, .width = 8}});
    ASSIGN_OR_RETURN(table_, context.state->OpenSlotTable("count", layout));
    return OkStatus();
  }
  StatusOr<Progress> ProcessBatch(int, Batch batch, Collector& out) override {
    std::vector<ColumnPtr> columns = {batch.column(0)};
    codec_.Encode(columns, batch.rows(), keys_);
    std::vector<uint32_t> rows(batch.rows());
    for (uint32_t i = 0; i < rows.size(); ++i) rows[i] = i;
    std::vector<Slot> slots(rows.size());
    std::vector<uint8_t> is_new(rows.size());
    RETURN_IF_ERROR(table_->Resolve(0, keys_, rows, slots, is_new));
    BatchBuilder counts(PairSchema());
    for (size_t i = 0; i < rows.size(); ++i) {
      slots[i].Set<int64_t>(0, slots[i].Get<int64_t>(0) + 1);
      counts.AppendRow({batch.column(0)->GetValue(i), slots[i].Get<int64_t>(0)});
    }
    out.Emit(0, counts.Finish());
    return Progress::kDone;
  }

 private:
  KeyCodec codec_{{DataType::String()}};
  EncodedKeys keys_;
  SlotTable* table_ = nullptr;
};

class NumberDiscovery : public SplitDiscovery {
 public:
  explicit NumberDiscovery(std::vector<SourceSplit> splits) : splits_(std::move(splits)) {}
  StatusOr<std::vector<SourceSplit>> Discover(bool) override { return splits_; }

 private:
  std::vector<SourceSplit> splits_;
};

class NumberTable : public Source {
 public:
  explicit NumberTable(std::vector<SourceSplit> splits) : splits_(std::move(splits)) {}
  bool bounded() const override { return true; }
  Status Validate() override { return OkStatus(); }
  StatusOr<std::unique_ptr<SplitDiscovery>> MakeDiscovery() override {
    return std::make_unique<NumberDiscovery>(splits_);
  }
  StatusOr<std::unique_ptr<SourceReader>> MakeReader(SourceReaderContext) override {
    return InternalError("not read through a reader");
  }

 private:
  std::vector<SourceSplit> splits_;
};

// source (p) -hash-> count (p) -singleton-> collect (1)
inline plan::JobGraph CountingJob(int parallelism, int batch_size = 4096) {
  plan::JobGraph graph;
  graph.set_max_parallelism(128);
  (*graph.mutable_config())["execution.batch-size"] = std::to_string(batch_size);
  const char* names[] = {"source", "count", "collect"};
  for (uint32_t i = 0; i < 3; ++i) {
    plan::Vertex* vertex = graph.add_vertices();
    vertex->set_id(i);
    vertex->set_name(names[i]);
    vertex->set_parallelism(i == 2 ? 1 : parallelism);
    plan::OperatorNode* node = vertex->add_chain();
    node->set_uid(names[i]);
    node->set_name(names[i]);
    node->set_parent(-1);
    ToProto(*PairSchema(), node->mutable_output());
    if (i == 0) node->mutable_source();
    if (i == 1) node->mutable_group_aggregate();
    if (i == 2) node->mutable_collect()->set_query_id("q");
  }
  for (uint32_t i = 0; i < 2; ++i) {
    plan::Edge* edge = graph.add_edges();
    edge->set_id(i);
    edge->set_from_vertex(i);
    edge->set_to_vertex(i + 1);
    edge->mutable_exchange()->set_kind(i == 0 ? plan::Exchange::HASH : plan::Exchange::SINGLETON);
    if (i == 0) edge->mutable_exchange()->add_keys(0);
  }
  return graph;
}

inline TaskEnvironment CountingEnvironment(Executor& executor, std::vector<SourceSplit> splits) {
  TaskEnvironment environment;
  environment.executor = &executor;
  environment.file_system = FileSystem::Local();
  environment.make_operator =
      [](const plan::OperatorNode& node) -> StatusOr<std::unique_ptr<Operator>> {
    if (node.has_source()) return std::make_unique<NumberSource>();
    if (node.has_collect()) return std::make_unique<CollectOperator>();
    return std::make_unique<RunningCount>();
  };
  environment.make_source = [splits](const plan::Table&) -> StatusOr<std::unique_ptr<Source>> {
    return std::make_unique<NumberTable>(splits);
  };
  return environment;
}

// What a job manager hears, kept; with waiting.
class Listener {
 public:
  void Hear(rpc::TaskManagerMessage message) {
    std::lock_guard<std::mutex> lock(mutex_);
    messages_.push_back(std::move(message));
    changed_.notify_all();
  }
  // Waits until `found` is true of the messages so far.
  bool WaitFor(const std::function<bool(const std::vector<rpc::TaskManagerMessage>&)>& found,
               int seconds = 20) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(seconds), [&] { return found(messages_); });
  }
  bool WaitForStates(rpc::TaskState state, int count, int64_t attempt = 1) {
    return WaitFor([&](const std::vector<rpc::TaskManagerMessage>& messages) {
      int seen = 0;
      for (const auto& m : messages) {
        seen += m.has_task_state() && m.task_state().state() == state &&
                m.task_state().attempt() == attempt;
      }
      return seen >= count;
    });
  }
  std::vector<rpc::TaskManagerMessage> messages() {
    std::lock_guard<std::mutex> lock(mutex_);
    return messages_;
  }
  void Clear() {
    std::lock_guard<std::mutex> lock(mutex_);
    messages_.clear();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<rpc::TaskManagerMessage> messages_;
};

}  // namespace weir
