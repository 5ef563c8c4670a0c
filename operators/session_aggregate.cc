#include "operators/session_aggregate.h"

#include "proto/plan.pb.h"

namespace weir {

Status SessionAggregateOperator::Open(OperatorContext& context,
                                      const std::vector<std::string>& restored) {
  const plan::WindowAggregate& node = context.node->window_aggregate();
  properties_.assign(node.properties().begin(), node.properties().end());
  std::vector<uint32_t> keys(node.keys().begin(), node.keys().end());
  std::vector<DataType> types;
  for (uint32_t key : keys) types.push_back((*context.input_schema)[key].type);
  std::vector<const plan::AggregateCall*> calls;
  for (const plan::AggregateCall& call : node.aggregates()) calls.push_back(&call);
  ASSIGN_OR_RETURN(aggregates_, AggregateSet::Make(calls, std::move(types), true));
  RETURN_IF_ERROR(
      OpenSessions(context, node.window(), std::move(keys), aggregates_->layout(), restored));
  uses_groups_ = aggregates_->has_tables();
  return aggregates_->OpenTables(*context.state, "sessions", KeyForm::kInner);
}

Status SessionAggregateOperator::AddRows(const Batch& batch, std::span<const uint32_t> rows,
                                         std::span<Slot> slots, const EncodedKeys& groups) {
  RETURN_IF_ERROR(aggregates_->BeginBatch(batch, rows, 0, groups));
  RETURN_IF_ERROR(aggregates_->Accumulate(batch, rows, slots));
  return aggregates_->EndBatch();
}

Status SessionAggregateOperator::MergeInto(Slot older, const GroupKey& older_group, Slot later,
                                           const GroupKey& later_group) {
  return aggregates_->MergeGroup(later_group, later, older_group, older);
}

Status SessionAggregateOperator::EmitSome(std::span<const Firing> firing, size_t& next,
                                          Collector& out) {
  std::vector<ColumnBuilder> builders;
  for (const Field& field : output_->fields()) builders.emplace_back(field.type);
  std::vector<ColumnBuilder*> keys;
  for (size_t i = 0; i < keys_.size(); ++i) keys.push_back(&builders[i]);
  const size_t fixed = keys_.size() + aggregates_->size();
  const std::span<ColumnBuilder> results(builders.data() + keys_.size(), aggregates_->size());
  size_t rows = 0;
  for (; next < firing.size(); ++next) {
    const Firing& session = firing[next];
    if (aggregates_->RowCount(session.slot) != 0) {
      codec_->Decode(KeyOf(session), keys);
      aggregates_->Results(session.slot, results);
      for (size_t p = 0; p < properties_.size(); ++p) {
        builders[fixed + p].Append<int64_t>(
            PropertyOf(session, properties_[p], (*output_)[fixed + p].type));
      }
      ++rows;
    }
    if (aggregates_->has_tables()) {
      RETURN_IF_ERROR(aggregates_->ForgetGroup(GroupOf(session)));
    }
  }
  if (rows == 0) return OkStatus();
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : builders) columns.push_back(builder.Finish());
  out.Emit(0, Batch(output_, std::move(columns), rows));
  return OkStatus();
}

std::vector<StateView> SessionAggregateOperator::StateViews() const {
  std::vector<uint32_t> keys;
  std::vector<Field> fields;
  for (uint32_t i = 0; i < keys_.size(); ++i) {
    keys.push_back(i);
    fields.push_back((*output_)[i]);
  }
  fields.push_back({"window_start", DataType::Timestamp(3)});
  fields.push_back({"window_end", DataType::Timestamp(3)});
  for (size_t i = 0; i < aggregates_->size(); ++i) fields.push_back(aggregates_->FieldOf(i));
  StateView view = ViewWithinKeys("sessions", std::move(fields), keys);
  view.add_row = [this, keys](int64_t, std::string_view key, Slot slot, BatchBuilder& out) {
    if (aggregates_->RowCount(slot) == 0) return;
    codec_->Decode(SplitInnerKey(key).first, BuildersOf(keys, out));
    const Window span = SpanOf(key, slot);
    out.column(keys.size()).Append<int64_t>(span.start * 1000);
    out.column(keys.size() + 1).Append<int64_t>(span.end * 1000);
    aggregates_->Results(slot, out.columns().subspan(keys.size() + 2));
    out.CloseRow();
  };
  return {std::move(view)};
}

}  // namespace weir
