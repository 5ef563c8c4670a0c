#include "operators/group_aggregate.h"

#include <algorithm>
#include <numeric>

#include "common/data/column_compare.h"
#include "proto/plan.pb.h"

namespace weir {

Status GroupAggregateOperator::Open(OperatorContext& context, const std::vector<std::string>&) {
  const plan::GroupAggregate& node = context.node->group_aggregate();
  output_ = context.output_schema;
  keys_.assign(node.keys().begin(), node.keys().end());
  input_retracts_ = node.input_retracts();
  emit_update_before_ = node.emit_update_before();
  std::vector<DataType> types;
  for (uint32_t key : keys_) types.push_back((*context.input_schema)[key].type);
  std::vector<const plan::AggregateCall*> calls;
  for (const plan::AggregateCall& call : node.aggregates()) calls.push_back(&call);
  ASSIGN_OR_RETURN(aggregates_, AggregateSet::Make(calls, types, true));
  if (input_retracts_ && !aggregates_->can_retract()) {
    return InternalError("group aggregate: an aggregate that cannot take rows back");
  }
  codec_ = std::make_unique<KeyCodec>(std::move(types));
  forgets_ = context.node->state_ttl_ms() > 0;
  context.state->SetTimeToLive({.ms = context.node->state_ttl_ms()});
  ASSIGN_OR_RETURN(table_, context.state->OpenSlotTable("group", aggregates_->layout()));
  return aggregates_->OpenTables(*context.state, "group");
}

Status GroupAggregateOperator::ApplyRow(const Batch& batch, uint32_t row, Slot slot, bool is_new,
                                        Change& change) {
  change.existed = !is_new && aggregates_->RowCount(slot) > 0;
  // A retraction of what was never seen (or has expired) changes nothing.
  if (!change.existed && IsRetraction(batch.kind(row))) return OkStatus();
  RETURN_IF_ERROR(aggregates_->Accumulate(batch, {&row, 1}, {&slot, 1}));
  change.exists = aggregates_->RowCount(slot) > 0;
  return OkStatus();
}

StatusOr<Progress> GroupAggregateOperator::ProcessBatch(int, Batch batch, Collector& out) {
  std::vector<ColumnPtr> key_columns;
  for (uint32_t key : keys_) key_columns.push_back(batch.column(key));
  const size_t n = batch.rows();
  codec_->Encode(key_columns, n, encoded_);
  std::vector<uint32_t> rows(n);
  for (size_t i = 0; i < n; ++i) rows[i] = static_cast<uint32_t>(i);
  std::vector<Slot> slots(n);
  std::vector<uint8_t> is_new(n);
  RETURN_IF_ERROR(table_->Resolve(0, encoded_, rows, slots, is_new));
  RETURN_IF_ERROR(aggregates_->BeginBatch(batch, rows, 0, encoded_));

  // Results before and after each row, at 2i and 2i + 1.
  std::vector<ColumnBuilder> builders;
  for (size_t i = 0; i < aggregates_->size(); ++i) {
    builders.emplace_back(aggregates_->result_type(i), 2 * n);
  }
  std::vector<Change> changes(n);
  for (size_t i = 0; i < n; ++i) {
    aggregates_->Results(slots[i], builders);
    RETURN_IF_ERROR(ApplyRow(batch, rows[i], slots[i], is_new[i], changes[i]));
    aggregates_->Results(slots[i], builders);
  }
  std::vector<ColumnPtr> results;
  for (ColumnBuilder& builder : builders) results.push_back(builder.Finish());
  RETURN_IF_ERROR(aggregates_->EndBatch());
  // Slots move when entries go: first all that are empty now, then the erasing.
  std::vector<size_t> empty;
  for (size_t i = 0; i < n; ++i) {
    if (!changes[i].exists && aggregates_->RowCount(slots[i]) == 0) empty.push_back(i);
  }
  for (size_t i : empty) RETURN_IF_ERROR(table_->Erase(0, encoded_.key(i), encoded_.hash(i)));
  Batch changelog = Changelog(key_columns, rows, changes, results);
  if (!changelog.empty()) out.Emit(0, std::move(changelog));
  return Progress::kDone;
}

Batch GroupAggregateOperator::Changelog(const std::vector<ColumnPtr>& keys,
                                        const std::vector<uint32_t>& key_rows,
                                        const std::vector<Change>& changes,
                                        const std::vector<ColumnPtr>& results) const {
  std::vector<uint8_t> same(changes.size(), 1);
  for (const ColumnPtr& result : results) {
    for (size_t i = 0; i < changes.size(); ++i) {
      same[i] = same[i] && CellsEqual(*result, 2 * i, *result, 2 * i + 1);
    }
  }
  std::vector<uint32_t> from_key, from_result;
  std::vector<RowKind> kinds;
  auto emit = [&](size_t row, size_t result, RowKind kind) {
    from_key.push_back(key_rows[row]);
    from_result.push_back(static_cast<uint32_t>(result));
    kinds.push_back(kind);
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    const Change& change = changes[i];
    if (!change.existed && change.exists) {
      emit(i, 2 * i + 1, RowKind::kInsert);
    } else if (change.existed && !change.exists) {
      emit(i, 2 * i, RowKind::kDelete);
    } else if (change.existed && (!same[i] || forgets_)) {
      if (emit_update_before_) emit(i, 2 * i, RowKind::kUpdateBefore);
      emit(i, 2 * i + 1, RowKind::kUpdateAfter);
    }
  }
  std::vector<ColumnPtr> columns;
  for (const ColumnPtr& key : keys) columns.push_back(Column::Take(key, from_key));
  for (const ColumnPtr& result : results) columns.push_back(Column::Take(result, from_result));
  return Batch::OfChanges(output_, std::move(columns), std::move(kinds));
}

std::vector<StateView> GroupAggregateOperator::StateViews() const {
  std::vector<Field> fields(output_->fields().begin(),
                            output_->fields().begin() + static_cast<ptrdiff_t>(keys_.size()));
  for (size_t i = 0; i < aggregates_->size(); ++i) fields.push_back(aggregates_->FieldOf(i));
  std::vector<uint32_t> keys(keys_.size());
  std::iota(keys.begin(), keys.end(), 0u);
  const auto add_row = [this, keys](int64_t, std::string_view key, Slot slot, BatchBuilder& out) {
    if (aggregates_->RowCount(slot) == 0) return;
    codec_->Decode(key, BuildersOf(keys, out));
    aggregates_->Results(slot, out.columns().subspan(keys.size()));
    out.CloseRow();
  };
  return {{.table = "group",
           .rows = std::make_shared<const Schema>(std::move(fields)),
           .keys = keys,
           .codec = codec_.get(),
           .entries_of = EntryOfKey,
           .add_row = add_row}};
}

}  // namespace weir
