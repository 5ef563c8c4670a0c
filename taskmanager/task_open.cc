#include <map>
#include <utility>

#include "operators/expressions/expr.h"
#include "taskmanager/task_body.h"

// How a task comes to life: its operators are made, their state is restored, they are opened.

namespace weir {

// Nothing else touches the body until Initialized has been posted.
Status Task::Initialize() {
  if (!config_.finished) {
    storage_ = config_.state.storage;
    body_->state = std::make_unique<TaskState>(std::move(config_.state));
    RETURN_IF_ERROR(OpenOperators());
  }
  ShowState();
  return OkStatus();
}

Status Task::OpenOperators() {
  std::map<std::string, std::vector<std::string>> restored;
  for (rpc::OperatorRestore& restore : config_.restore) {
    auto& states = restored[restore.uid()];
    states.assign(restore.operator_states().begin(), restore.operator_states().end());
    RETURN_IF_ERROR(
        body_->state->Restore(restore.uid(), {restore.keyed().begin(), restore.keyed().end()}));
  }
  std::vector<OperatorChain::Node> nodes;
  std::vector<SchemaPtr> schemas;
  for (const plan::OperatorNode& plan : vertex_.chain()) {
    OperatorChain::Node node;
    StatusOr<std::unique_ptr<Operator>> op = config_.make_operator(plan);
    if (!op.ok()) return std::move(op).status().Annotate(plan.name());
    node.op = std::move(*op);
    node.name = plan.name();
    node.parent = plan.parent();
    for (size_t i = 0; i < config_.output_nodes.size(); ++i) {
      if (config_.output_nodes[i] == static_cast<int>(plan.id())) {
        node.edges.push_back(static_cast<int>(i));
      }
    }
    ASSIGN_OR_RETURN(SchemaPtr schema, FromProto(plan.output()));
    auto context = std::make_unique<OperatorContext>();
    context->node = &plan;
    context->input_schema =
        plan.parent() < 0 ? config_.input_schema : schemas[static_cast<size_t>(plan.parent())];
    context->output_schema = schema;
    context->task = config_.id;
    context->parallelism = vertex_.parallelism();
    context->max_parallelism = config_.graph->max_parallelism();
    context->attempt = config_.attempt;
    context->lineage = config_.lineage;
    context->storage = storage_;
    context->restored_checkpoint = config_.restored_checkpoint;
    context->state = &body_->state->ForOperator(plan.uid());
    context->splits = &body_->splits;
    context->collect = config_.collect.get();
    context->clock = &config_.executor->clock();
    context->time_zone = config_.time_zone;
    context->max_batch_rows = config_.max_batch_rows;
    context->config.insert(config_.graph->config().begin(), config_.graph->config().end());
    context->config["execution.buffer-timeout.ms"] = std::to_string(
        config_.buffer_timeout_ms < 0 ? int64_t{1} << 40 : config_.buffer_timeout_ms);
    context->wake = [self = weak_from_this(), woken = node.woken, executor = config_.executor] {
      woken->store(true);
      if (std::shared_ptr<Runnable> task = self.lock()) executor->Wake(task);
    };
    context->run_blocking = [executor = config_.executor](std::function<void()> work) {
      executor->RunBlocking(std::move(work));
    };
    context->metrics.add = [metrics = &metrics_](const char* name, int64_t delta) {
      metrics->Add(name, delta);
    };
    schemas.push_back(std::move(schema));
    body_->contexts.push_back(std::move(context));
    nodes.push_back(std::move(node));
  }
  body_->chain = std::make_unique<OperatorChain>(std::move(nodes), *body_->writer);
  if (body_->gate->size() == 0) {
    body_->source = dynamic_cast<SourceOperator*>(&body_->chain->op(0));
    if (!body_->source) return InternalError(vertex_.name() + " has no input and is no source");
  }
  for (size_t i = 0; i < body_->chain->size(); ++i) {
    const std::string& uid = body_->contexts[i]->node->uid();
    Status opened = body_->chain->op(i).Open(*body_->contexts[i], restored[uid]);
    if (!opened.ok()) return std::move(opened).Annotate(body_->chain->name(i));
  }
  return OkStatus();
}

void Task::ShowState() {
  std::vector<StateReader::Shown> shown;
  for (size_t i = 0; body_->chain && i < body_->chain->size(); ++i) {
    const plan::OperatorNode& node = *body_->contexts[i]->node;
    std::vector<StateView> views = body_->chain->op(i).StateViews();
    if (!views.empty()) shown.push_back({node.uid(), node.name(), std::move(views)});
  }
  body_->reader = std::make_unique<StateReader>(
      StateReader::Config{.task = config_.id,
                          .parallelism = vertex_.parallelism(),
                          .max_parallelism = config_.graph->max_parallelism(),
                          .time_zone = config_.time_zone},
      std::move(shown), body_->state.get());
}

}  // namespace weir
