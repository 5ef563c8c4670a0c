#include "operators/calc.h"
#include "operators/changelog_normalize.h"
#include "operators/collect.h"
#include "operators/deduplicate.h"
#include "operators/group_aggregate.h"
#include "operators/operator.h"
#include "operators/rank.h"
#include "operators/session_aggregate.h"
#include "operators/session_table_function.h"
#include "operators/sink.h"
#include "operators/source.h"
#include "operators/values.h"
#include "operators/watermark_assigner.h"
#include "operators/window_aggregate.h"
#include "operators/window_table_function.h"
#include "proto/plan.pb.h"

namespace weir {

StatusOr<std::unique_ptr<Operator>> MakeOperator(const plan::OperatorNode& node) {
  using Node = plan::OperatorNode;
  using Made = std::unique_ptr<Operator>;
  switch (node.operator_case()) {
    case Node::kSource:
      return Made(std::make_unique<TableSourceOperator>());
    case Node::kValues:
      return Made(std::make_unique<ValuesOperator>());
    case Node::kCalc:
      return Made(std::make_unique<CalcOperator>());
    case Node::kWatermarkAssigner:
      return Made(std::make_unique<WatermarkAssignerOperator>());
    case Node::kWindowTableFunction:
      if (node.window_table_function().window().kind() == plan::WindowSpec::SESSION) {
        return Made(std::make_unique<SessionTableFunctionOperator>());
      }
      return Made(std::make_unique<WindowTableFunctionOperator>());
    case Node::kWindowAggregate:
      if (node.window_aggregate().window().kind() == plan::WindowSpec::SESSION) {
        return Made(std::make_unique<SessionAggregateOperator>());
      }
      if (node.window_aggregate().phase() == plan::WindowAggregate::LOCAL) {
        return Made(std::make_unique<LocalWindowAggregateOperator>());
      }
      return Made(std::make_unique<WindowAggregateOperator>());
    case Node::kGroupAggregate:
      return Made(std::make_unique<GroupAggregateOperator>());
    case Node::kDeduplicate:
      return Made(std::make_unique<DeduplicateOperator>());
    case Node::kRank:
      return Made(std::make_unique<RankOperator>());
    case Node::kDropUpdateBefore:
      return Made(std::make_unique<DropUpdateBeforeOperator>());
    case Node::kChangelogNormalize:
      return Made(std::make_unique<ChangelogNormalizeOperator>());
    case Node::kSink:
      return Made(std::make_unique<TableSinkOperator>());
    case Node::kCollect:
      return Made(std::make_unique<CollectOperator>());
    case Node::OPERATOR_NOT_SET:
      break;
  }
  return UnimplementedError("this task manager does not know the operator of " + node.name() +
                            ": it is of an older version than the job manager");
}

}  // namespace weir
