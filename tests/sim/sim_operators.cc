#include "tests/sim/sim_operators.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/data/batch_builder.h"
#include "operators/expressions/expr.h"
#include "operators/group_aggregate.h"
#include "operators/sink.h"
#include "operators/watermark_assigner.h"
#include "operators/window_aggregate.h"
#include "state/memory/memory_cold_store.h"
#include "tests/sim/sim_sinks.h"

namespace weir::sim {
namespace {

// ---- The source

class SimSource : public SourceOperator {
 public:
  SimSource(World world, LifePtr life) : world_(world), life_(std::move(life)) {}

  Status Open(OperatorContext& context, const std::vector<std::string>&) override {
    context_ = &context;
    return OkStatus();
  }

  Status AddSplits(const std::vector<SourceSplit>& splits) override {
    for (const SourceSplit& split : splits) {
      Topic::Split* data = world_.topic->Find(split.id);
      CHECK(data != nullptr) << split.id;
      const int64_t position = split.discovered_later ? 0 : std::stoll(split.position);
      // From here on the job has said where it begins.
      if (data->start < 0) data->start = position;
      reading_.push_back({split.id, position});
      SplitWatermarks::Split state;
      state.id = split.id;
      state.watermark = split.watermark;
      state.open = true;
      context_->splits->splits().push_back(state);
    }
    announced_ = false;
    return OkStatus();
  }
  void NoMoreSplits() override { no_more_ = true; }

  StatusOr<PollResult> Poll(Collector& out) override {
    auto& states = context_->splits->splits();
    if (context_->splits->assigned && !announced_) {
      announced_ = true;
      out.EmitWatermark({kMinTimestamp, true});
    }
    bool all_read = true;
    int64_t next_us = kMaxTimestamp;
    const int64_t now = world_.simulator->now_us();
    for (size_t n = 0; n < reading_.size(); ++n) {
      const size_t i = (turn_ + n) % reading_.size();
      Reading& reading = reading_[i];
      const Topic::Split& data = *world_.topic->Find(reading.id);
      const int64_t available = world_.topic->Available(data, now);
      if (reading.position < available) {
        turn_ = i + 1;
        const int64_t rows =
            std::min(available - reading.position, world_.simulator->rng().Between(1, 6));
        out.Emit(0, Rows(data, reading.position, rows).WithSplit(static_cast<int32_t>(i)));
        reading.position += rows;
        return PollResult::kMore;
      }
      if (reading.position < static_cast<int64_t>(data.rows.size())) {
        next_us = std::min(next_us, data.rows[static_cast<size_t>(reading.position)].available_us);
        all_read = false;
      } else if (world_.topic->bounded && !states[i].finished) {
        states[i].finished = true;
        out.EmitWatermark({kMinTimestamp, true});  // the assigner looks at the splits again
      }
    }
    if (all_read && no_more_) return PollResult::kFinished;
    if (next_us != kMaxTimestamp) {
      world_.simulator->After(life_, next_us - now, context_->wake);
    }
    return PollResult::kIdle;
  }

  StatusOr<std::vector<SourceSplit>> SplitPositions() override {
    std::vector<SourceSplit> positions;
    for (size_t i = 0; i < reading_.size(); ++i) {
      positions.push_back({.id = reading_[i].id,
                           .position = std::to_string(reading_[i].position),
                           .watermark = context_->splits->splits()[i].watermark});
    }
    return positions;
  }

 private:
  struct Reading {
    std::string id;
    int64_t position;
  };

  Batch Rows(const Topic::Split& data, int64_t from, int64_t count) const {
    BatchBuilder builder(context_->output_schema);
    for (int64_t i = from; i < from + count; ++i) {
      const TopicRow& row = data.rows[static_cast<size_t>(i)];
      builder.AppendRow({row.key, row.value, row.event_ms * 1000,
                         (row.event_ms - world_.topic->disorder_ms) * 1000});
    }
    return builder.Finish();
  }

  const World world_;
  const LifePtr life_;
  OperatorContext* context_ = nullptr;
  std::vector<Reading> reading_;
  size_t turn_ = 0;
  bool no_more_ = false;
  bool announced_ = false;
};

class SimTable : public Source, public SplitDiscovery {
 public:
  explicit SimTable(World world) : world_(world) {}
  bool bounded() const override { return world_.topic->bounded; }
  std::optional<Duration> discovery_interval() const override {
    if (world_.topic->bounded) return std::nullopt;
    return Duration(500);
  }
  Status Validate() override { return OkStatus(); }
  StatusOr<std::unique_ptr<SplitDiscovery>> MakeDiscovery() override {
    return std::unique_ptr<SplitDiscovery>(std::make_unique<SimTable>(world_));
  }
  StatusOr<std::unique_ptr<SourceReader>> MakeReader(SourceReaderContext) override {
    return UnimplementedError("the simulation's source reads by itself");
  }
  StatusOr<std::vector<SourceSplit>> Discover(bool) override {
    std::vector<SourceSplit> splits;
    const int64_t now = world_.simulator->now_us();
    for (const Topic::Split& split : world_.topic->splits) {
      if (split.created_us > now) continue;
      const int64_t start = world_.topic->from_latest ? world_.topic->Available(split, now) : 0;
      splits.push_back({.id = split.id, .position = std::to_string(start), .hash = split.hash});
    }
    return splits;
  }

 private:
  const World world_;
};

// ---- The plan

const DataType kBigInt = DataType::BigInt().WithNullable(false);
const DataType kTime = DataType::Timestamp(3).WithNullable(false);

plan::OperatorNode* AddNode(plan::Vertex* vertex, const std::string& name,
                            const std::vector<Field>& output) {
  plan::OperatorNode* node = vertex->add_chain();
  node->set_id(static_cast<uint32_t>(vertex->chain_size() - 1));
  node->set_uid(name);
  node->set_name(name);
  node->set_parent(vertex->chain_size() - 2);
  ToProto(Schema(output), node->mutable_output());
  return node;
}

plan::Vertex* AddVertex(plan::JobGraph* graph, const std::string& name, int32_t parallelism) {
  plan::Vertex* vertex = graph->add_vertices();
  vertex->set_id(static_cast<uint32_t>(graph->vertices_size() - 1));
  vertex->set_name(name);
  vertex->set_parallelism(parallelism);
  return vertex;
}

// Of all columns of its input.
void AddSink(plan::Vertex* vertex, const std::string& name, const std::vector<Field>& columns) {
  plan::Sink* sink = AddNode(vertex, name, {})->mutable_sink();
  sink->mutable_table()->set_name(name);
  ToProto(Schema(columns), sink->mutable_table()->mutable_schema());
  sink->mutable_table()->set_physical_columns(static_cast<uint32_t>(columns.size()));
  for (size_t i = 0; i < columns.size(); ++i) sink->add_mapping(static_cast<int32_t>(i));
}

void AddHashEdge(plan::JobGraph* graph, uint32_t from, uint32_t node, uint32_t to) {
  plan::Edge* edge = graph->add_edges();
  edge->set_id(static_cast<uint32_t>(graph->edges_size() - 1));
  edge->set_from_vertex(from);
  edge->set_from_node(node);
  edge->set_to_vertex(to);
  edge->mutable_exchange()->set_kind(plan::Exchange::HASH);
  edge->mutable_exchange()->add_keys(0);
}

void AddCall(plan::AggregateCall* call, const std::string& function, bool with_argument) {
  call->set_function(function);
  call->set_name(function);
  ToProto(kBigInt, call->mutable_type());
  if (!with_argument) return;
  call->add_arguments(1);
  ToProto(kBigInt, call->add_argument_types());
}

}  // namespace

plan::JobGraph MakeGraph(int32_t source_parallelism, int32_t parallelism,
                         std::map<std::string, std::string> config) {
  plan::JobGraph graph;
  graph.set_name("simulated");
  graph.set_max_parallelism(16);
  for (const auto& [key, value] : config) (*graph.mutable_config())[key] = value;
  const std::vector<Field> rows{{"k", kBigInt}, {"v", kBigInt}, {"ts", kTime}, {"wm", kTime}};

  plan::Vertex* source = AddVertex(&graph, "source", source_parallelism);
  AddNode(source, "topic", rows)->mutable_source()->mutable_table()->set_name("topic");
  auto* assigner = AddNode(source, "watermarks", rows)->mutable_watermark_assigner();
  assigner->set_time_column(2);
  assigner->set_granularity_ms(kWindowMs);
  plan::ExpressionNode* watermark = assigner->mutable_watermark()->add_nodes();
  watermark->set_input(3);
  ToProto(kTime, watermark->mutable_type());

  plan::Vertex* windows = AddVertex(&graph, "windows", parallelism);
  const std::vector<Field> closed{{"k", kBigInt}, {"n", kBigInt}, {"s", kBigInt}, {"end", kTime}};
  auto* window = AddNode(windows, "window", closed)->mutable_window_aggregate();
  window->mutable_window()->set_kind(plan::WindowSpec::TUMBLE);
  window->mutable_window()->set_size_ms(kWindowMs);
  window->mutable_window()->set_time_column(2);
  window->add_keys(0);
  AddCall(window->add_aggregates(), "COUNT", false);
  AddCall(window->add_aggregates(), "SUM", true);
  window->add_properties(plan::WindowAggregate::WINDOW_END);

  plan::Vertex* ledger = AddVertex(&graph, "ledger", parallelism);
  AddSink(ledger, "ledger", closed);

  plan::Vertex* sums = AddVertex(&graph, "sums", parallelism);
  const std::vector<Field> running{{"k", kBigInt}, {"n", kBigInt}, {"s", kBigInt}};
  auto* group = AddNode(sums, "sum", running)->mutable_group_aggregate();
  group->add_keys(0);
  AddCall(group->add_aggregates(), "COUNT", false);
  AddCall(group->add_aggregates(), "SUM", true);
  AddSink(sums, "totals", running);

  AddHashEdge(&graph, 0, 1, 1);
  AddHashEdge(&graph, 1, 0, 2);
  AddHashEdge(&graph, 0, 1, 3);
  return graph;
}

TaskEnvironment MakeEnvironment(const World& world, const LifePtr& life) {
  TaskEnvironment environment;
  environment.make_operator =
      [world, life](const plan::OperatorNode& node) -> StatusOr<std::unique_ptr<Operator>> {
    using Made = std::unique_ptr<Operator>;
    if (node.has_source()) return Made(std::make_unique<SimSource>(world, life));
    if (node.has_watermark_assigner()) return Made(std::make_unique<WatermarkAssignerOperator>());
    if (node.has_window_aggregate()) return Made(std::make_unique<WindowAggregateOperator>());
    if (node.has_group_aggregate()) return Made(std::make_unique<GroupAggregateOperator>());
    const bool totals = node.sink().table().name() == "totals";
    return Made(std::make_unique<TableSinkOperator>(
        [world, life, totals](const TableInfo&) -> StatusOr<std::unique_ptr<Sink>> {
          return totals ? MakeTotalsSink(world, life) : MakeLedgerSink(world);
        }));
  };
  environment.make_source = [world](const plan::Table&) -> StatusOr<std::unique_ptr<Source>> {
    return std::unique_ptr<Source>(std::make_unique<SimTable>(world));
  };
  environment.make_sink = [world](const plan::Table&) -> StatusOr<std::unique_ptr<Sink>> {
    return MakeLedgerSink(world);
  };
  environment.cold_store = [] { return MakeMemoryColdStore(); };
  // So little that entries do move to the cold store.
  environment.state_memory = std::make_shared<MemoryBudget>(4096);
  // And that its snapshots are files.
  environment.inline_state_bytes = 100;
  return environment;
}

}  // namespace weir::sim
