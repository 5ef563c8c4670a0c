#include "taskmanager/deployment.h"

#include <map>
#include <set>
#include <utility>

#include "common/config/declared_options.h"
#include "operators/expressions/expr.h"

namespace weir {
namespace {

// Where a task can be woken and told of failures, before it exists and after it is gone.
struct TaskRef {
  std::weak_ptr<Task> task;
  Executor* executor = nullptr;

  void Wake() const {
    if (std::shared_ptr<Task> t = task.lock()) executor->Wake(t);
  }
  void Fail(Status cause) const {
    if (std::shared_ptr<Task> t = task.lock()) t->Post(task_mail::Fail{std::move(cause)});
  }
};
using TaskRefPtr = std::shared_ptr<TaskRef>;

Routing RoutingOf(plan::Exchange::Kind kind) {
  switch (kind) {
    case plan::Exchange::HASH:
      return Routing::kHash;
    case plan::Exchange::REBALANCE:
      return Routing::kRebalance;
    case plan::Exchange::BROADCAST:
      return Routing::kBroadcast;
    case plan::Exchange::SINGLETON:
      return Routing::kSingleton;
    default:
      return Routing::kForward;
  }
}

struct Settings {
  size_t max_batch_rows = 4096;
  int64_t buffer_timeout_ms = 100;
  std::string time_zone = "UTC";
};

StatusOr<Settings> SettingsOf(const plan::JobGraph& graph) {
  Settings settings;
  const std::map<std::string, std::string> options(graph.config().begin(), graph.config().end());
  ConfigReader reader("the job's configuration", options);
  settings.max_batch_rows = static_cast<size_t>(reader.Integer("execution.batch-size"));
  settings.buffer_timeout_ms = reader.Duration("execution.buffer-timeout.interval").count();
  settings.time_zone = reader.String("table.local-time-zone");
  RETURN_IF_ERROR(reader.first_error());
  if (settings.time_zone == "default") settings.time_zone = "UTC";
  return settings;
}

class Builder {
 public:
  Builder(const rpc::DeployTasks& deploy, const TaskEnvironment& environment,
          const TaskListener& listener)
      : deploy_(deploy),
        environment_(environment),
        listener_(listener),
        graph_(std::make_shared<const plan::JobGraph>(deploy.graph())),
        key_{deploy.job_id(), deploy.attempt()} {}

  StatusOr<Deployment> Build() {
    RETURN_IF_ERROR(CheckGraph());
    ASSIGN_OR_RETURN(settings_, SettingsOf(*graph_));
    if (!deploy_.checkpoint_dir().empty()) {
      storage_ = std::make_shared<CheckpointStorage>(
          environment_.file_system, deploy_.checkpoint_dir(), environment_.inline_state_bytes);
      deployment_.storage = storage_;
    }
    for (const rpc::TaskLocation& location : deploy_.locations()) {
      addresses_[IdOf(location.vertex(), location.subtask())] = location.data_address();
    }
    for (const rpc::SubtaskDeployment& subtask : deploy_.subtasks()) {
      const TaskId id = IdOf(subtask.vertex(), subtask.subtask());
      refs_[id] = std::make_shared<TaskRef>();
      refs_[id]->executor = environment_.executor;
    }
    for (const rpc::SubtaskDeployment& subtask : deploy_.subtasks()) {
      RETURN_IF_ERROR(BuildTask(subtask));
    }
    // Frames may come as soon as the channels are known: every task can be woken by now.
    if (!incoming_.empty()) environment_.transport->Open(key_, std::move(incoming_));
    return std::move(deployment_);
  }

 private:
  static TaskId IdOf(uint32_t vertex, uint32_t subtask) {
    return {VertexId(static_cast<int32_t>(vertex)), static_cast<int32_t>(subtask)};
  }

  Status CheckGraph() const {
    const uint32_t vertices = static_cast<uint32_t>(graph_->vertices_size());
    for (uint32_t i = 0; i < vertices; ++i) {
      const plan::Vertex& vertex = graph_->vertices(static_cast<int>(i));
      if (vertex.id() != i || vertex.parallelism() < 1 || vertex.chain_size() == 0 ||
          vertex.parallelism() > graph_->max_parallelism()) {
        return InvalidArgumentError("the plan's vertex " + std::to_string(i) + " is not sound");
      }
      for (int n = 0; n < vertex.chain_size(); ++n) {
        const plan::OperatorNode& node = vertex.chain(n);
        if (node.id() != static_cast<uint32_t>(n) || node.parent() >= n ||
            (n > 0 && node.parent() < 0) || (n == 0 && node.parent() >= 0)) {
          return InvalidArgumentError("the chain of " + vertex.name() + " is not a tree");
        }
      }
    }
    for (const plan::Edge& edge : graph_->edges()) {
      if (edge.from_vertex() >= vertices || edge.to_vertex() >= vertices ||
          edge.from_node() >=
              static_cast<uint32_t>(
                  graph_->vertices(static_cast<int>(edge.from_vertex())).chain_size())) {
        return InvalidArgumentError("an edge of the plan leads nowhere");
      }
      const int32_t from = VertexOf(edge.from_vertex()).parallelism();
      const int32_t to = VertexOf(edge.to_vertex()).parallelism();
      if (edge.exchange().kind() == plan::Exchange::FORWARD && from != to) {
        return InvalidArgumentError("a forward edge between parallelism " + std::to_string(from) +
                                    " and " + std::to_string(to));
      }
    }
    for (const rpc::SubtaskDeployment& subtask : deploy_.subtasks()) {
      if (subtask.vertex() >= vertices ||
          static_cast<int32_t>(subtask.subtask()) >= VertexOf(subtask.vertex()).parallelism()) {
        return InvalidArgumentError("a subtask that is not in the plan");
      }
    }
    return OkStatus();
  }

  const plan::Vertex& VertexOf(uint32_t id) const { return graph_->vertices(static_cast<int>(id)); }

  StatusOr<SchemaPtr> SchemaOf(const plan::Edge& edge) const {
    return FromProto(
        VertexOf(edge.from_vertex()).chain(static_cast<int>(edge.from_node())).output());
  }

  // The subtasks of the sender that reach `to_subtask` over this edge.
  std::vector<uint32_t> Senders(const plan::Edge& edge, uint32_t to_subtask) const {
    if (edge.exchange().kind() == plan::Exchange::FORWARD) return {to_subtask};
    std::vector<uint32_t> all;
    for (int32_t i = 0; i < VertexOf(edge.from_vertex()).parallelism(); ++i) {
      all.push_back(static_cast<uint32_t>(i));
    }
    return all;
  }
  std::vector<uint32_t> Receivers(const plan::Edge& edge, uint32_t from_subtask) const {
    if (edge.exchange().kind() == plan::Exchange::FORWARD) return {from_subtask};
    std::vector<uint32_t> all;
    for (int32_t i = 0; i < VertexOf(edge.to_vertex()).parallelism(); ++i) {
      all.push_back(static_cast<uint32_t>(i));
    }
    return all;
  }

  std::shared_ptr<ChannelQueue> QueueOf(const ChannelKey& key) {
    std::shared_ptr<ChannelQueue>& queue = queues_[key];
    if (!queue) queue = std::make_shared<ChannelQueue>(DataTransport::kWindowBytes);
    return queue;
  }

  Status BuildInputs(const rpc::SubtaskDeployment& subtask, TaskConfig& config) {
    const TaskRefPtr ref = refs_[config.id];
    for (const plan::Edge& edge : graph_->edges()) {
      if (edge.to_vertex() != subtask.vertex()) continue;
      ASSIGN_OR_RETURN(SchemaPtr schema, SchemaOf(edge));
      if (!config.input_schema) config.input_schema = schema;
      for (uint32_t from : Senders(edge, subtask.subtask())) {
        const ChannelKey key{edge.id(), from, subtask.subtask()};
        std::shared_ptr<ChannelQueue> queue = QueueOf(key);
        queue->SetReceiver([ref] { ref->Wake(); });
        config.inputs.push_back({static_cast<int>(edge.input()), queue});
        if (refs_.count(IdOf(edge.from_vertex(), from)) == 0) {
          RETURN_IF_ERROR(NeedTransport());
          incoming_.push_back(
              {key, schema, queue, [ref](Status cause) { ref->Fail(std::move(cause)); }});
        }
      }
    }
    return OkStatus();
  }

  Status BuildOutputs(const rpc::SubtaskDeployment& subtask, TaskConfig& config) {
    const TaskRefPtr ref = refs_[config.id];
    for (const plan::Edge& edge : graph_->edges()) {
      if (edge.from_vertex() != subtask.vertex()) continue;
      OutputWriter::Edge out;
      out.routing = RoutingOf(edge.exchange().kind());
      ASSIGN_OR_RETURN(out.schema, SchemaOf(edge));
      for (uint32_t key : edge.exchange().keys()) {
        if (key >= out.schema->size()) return InvalidArgumentError("an exchange by no column");
        out.keys.push_back(key);
      }
      out.max_parallelism = graph_->max_parallelism();
      out.from_subtask = config.id.subtask;
      for (uint32_t to : Receivers(edge, subtask.subtask())) {
        const ChannelKey key{edge.id(), subtask.subtask(), to};
        const TaskId receiver = IdOf(edge.to_vertex(), to);
        if (refs_.count(receiver)) {
          out.channels.push_back(
              std::make_unique<LocalChannel>(QueueOf(key), [ref] { ref->Wake(); }));
          continue;
        }
        RETURN_IF_ERROR(NeedTransport());
        out.channels.push_back(environment_.transport->Connect(
            key_, {addresses_[receiver], key, [ref] { ref->Wake(); },
                   [ref](Status cause) { ref->Fail(std::move(cause)); }}));
      }
      config.outputs.push_back(std::move(out));
      config.output_nodes.push_back(static_cast<int>(edge.from_node()));
    }
    return OkStatus();
  }

  Status NeedTransport() const {
    if (environment_.transport) return OkStatus();
    return InvalidArgumentError("a task of the plan is not in this process");
  }

  Status BuildTask(const rpc::SubtaskDeployment& subtask) {
    const plan::Vertex& vertex = VertexOf(subtask.vertex());
    TaskConfig config;
    config.id = IdOf(subtask.vertex(), subtask.subtask());
    config.job_id = deploy_.job_id();
    config.attempt = deploy_.attempt();
    config.lineage = deploy_.lineage();
    config.graph = graph_;
    config.finished = subtask.finished();
    config.restored_checkpoint = CheckpointId(deploy_.restored_checkpoint());
    config.restore.assign(subtask.restore().begin(), subtask.restore().end());
    config.state.storage = storage_;
    config.state.key_groups =
        KeyGroupRangeFor(config.id.subtask, vertex.parallelism(), graph_->max_parallelism());
    config.state.max_parallelism = graph_->max_parallelism();
    config.state.memory = environment_.state_memory;
    config.state.clock = &environment_.executor->clock();
    config.state.scratch_dir = environment_.scratch_dir;
    config.state.cold_store = environment_.cold_store;
    config.make_operator = environment_.make_operator;
    RETURN_IF_ERROR(BuildInputs(subtask, config));
    RETURN_IF_ERROR(BuildOutputs(subtask, config));
    for (const plan::OperatorNode& node : vertex.chain()) {
      if (node.has_collect()) config.collect = std::make_shared<CollectBuffer>();
    }
    if (config.collect) deployment_.collect[config.id] = config.collect;
    config.max_batch_rows = settings_.max_batch_rows;
    config.buffer_timeout_ms = settings_.buffer_timeout_ms;
    config.time_zone = settings_.time_zone;
    config.executor = environment_.executor;
    config.listener = [listener = listener_, id = config.id](TaskEvent event) {
      listener(id, std::move(event));
    };
    const TaskRefPtr ref = refs_[config.id];
    config.state.make_room_soon = [ref] { ref->Wake(); };
    auto task = std::make_shared<Task>(std::move(config));
    ref->task = task;
    deployment_.tasks.push_back(std::move(task));
    return OkStatus();
  }

  const rpc::DeployTasks& deploy_;
  const TaskEnvironment& environment_;
  const TaskListener& listener_;
  const std::shared_ptr<const plan::JobGraph> graph_;
  const AttemptKey key_;
  Settings settings_;
  std::shared_ptr<CheckpointStorage> storage_;
  std::map<TaskId, std::string> addresses_;
  std::map<TaskId, TaskRefPtr> refs_;  // of the tasks that run here
  std::map<ChannelKey, std::shared_ptr<ChannelQueue>> queues_;
  std::vector<DataTransport::Incoming> incoming_;
  Deployment deployment_;
};

}  // namespace

StatusOr<Deployment> BuildDeployment(const rpc::DeployTasks& deploy,
                                     const TaskEnvironment& environment,
                                     const TaskListener& listener) {
  return Builder(deploy, environment, listener).Build();
}

}  // namespace weir
