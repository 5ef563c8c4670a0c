#include "operators/session_table_function.h"

#include <algorithm>
#include <numeric>

#include "proto/plan.pb.h"

namespace weir {
namespace {

// Of a row's slot.
constexpr uint32_t kCells = 0, kKind = 16;

}  // namespace

Status SessionTableFunctionOperator::Open(OperatorContext& context,
                                          const std::vector<std::string>& restored) {
  const plan::WindowTableFunction& node = context.node->window_table_function();
  const SlotLayout kept({{"$next"}});
  next_place_ = kept.offset(0);
  std::vector<DataType> types;
  for (const Field& field : context.input_schema->fields()) types.push_back(field.type);
  row_codec_ = std::make_unique<KeyCodec>(std::move(types));
  RETURN_IF_ERROR(OpenSessions(context, node.window(),
                               {node.partition().begin(), node.partition().end()}, kept, restored));
  for (const Field& field : output_->fields()) builders_.emplace_back(field.type);
  ASSIGN_OR_RETURN(
      rows_,
      context.state->OpenOrderedTable(
          "rows", SlotLayout({{"row", SlotFieldKind::kBytes}, {"kind", SlotFieldKind::kFixed, 1}}),
          KeyForm::kNested));
  return OkStatus();
}

Status SessionTableFunctionOperator::AddRows(const Batch& batch, std::span<const uint32_t> rows,
                                             std::span<Slot> slots, const EncodedKeys& groups) {
  row_codec_->Encode(batch.columns(), batch.rows(), cells_);
  row_keys_.Clear();
  for (size_t i = 0; i < rows.size(); ++i) {
    const int64_t place = slots[i].Get<int64_t>(next_place_);
    slots[i].Set<int64_t>(next_place_, place + 1);
    AppendPlace({groups.key(rows[i]), groups.hash(rows[i])}, place);
  }
  RETURN_IF_ERROR(ResolveRows());
  for (size_t i = 0; i < rows.size(); ++i) {
    row_slots_[i].SetBytes(kCells, cells_.key(rows[i]));
    row_slots_[i].Set<uint8_t>(kKind, static_cast<uint8_t>(batch.kind(rows[i])));
  }
  return OkStatus();
}

Status SessionTableFunctionOperator::MergeInto(Slot older, const GroupKey& older_group, Slot,
                                               const GroupKey& later_group) {
  std::vector<std::string> cells;
  std::vector<uint8_t> kinds;
  while (true) {
    cells.clear(), kinds.clear();
    RETURN_IF_ERROR(taken_.Take(*rows_, 0, later_group, [&](Slot slot) {
      cells.emplace_back(slot.GetBytes(kCells));
      kinds.push_back(slot.Get<uint8_t>(kKind));
    }));
    if (cells.empty()) return OkStatus();
    row_keys_.Clear();
    for (size_t i = 0; i < cells.size(); ++i) {
      const int64_t place = older.Get<int64_t>(next_place_);
      older.Set<int64_t>(next_place_, place + 1);
      AppendPlace(older_group, place);
    }
    RETURN_IF_ERROR(ResolveRows());
    for (size_t i = 0; i < cells.size(); ++i) {
      row_slots_[i].SetBytes(kCells, cells[i]);
      row_slots_[i].Set<uint8_t>(kKind, kinds[i]);
    }
  }
}

Status SessionTableFunctionOperator::EmitSome(std::span<const Firing> firing, size_t& next,
                                              Collector& out) {
  const size_t inputs = output_->size() - 3;
  std::vector<ColumnBuilder*> columns;
  for (size_t i = 0; i < inputs; ++i) columns.push_back(&builders_[i]);
  while (next < firing.size() && kinds_.size() < max_batch_rows_) {
    const Firing& session = firing[next];
    RETURN_IF_ERROR(taken_.Take(*rows_, 0, GroupOf(session), [&](Slot slot) {
      row_codec_->Decode(slot.GetBytes(kCells), columns);
      kinds_.push_back(static_cast<RowKind>(slot.Get<uint8_t>(kKind)));
    }));
    for (size_t i = 0; i < taken_.size(); ++i) {
      for (int property = 0; property < 3; ++property) {
        const size_t column = inputs + static_cast<size_t>(property);
        builders_[column].Append<int64_t>(PropertyOf(session, property, (*output_)[column].type));
      }
    }
    if (taken_.size() == 0) ++next;
  }
  EmitBatch(out);
  return OkStatus();
}

void SessionTableFunctionOperator::EmitBatch(Collector& out) {
  if (kinds_.empty()) return;
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : builders_) columns.push_back(builder.Finish());
  out.Emit(0, Batch::OfChanges(output_, std::move(columns), std::exchange(kinds_, {})));
}

void SessionTableFunctionOperator::AppendPlace(const GroupKey& group, int64_t place) {
  const uint64_t bytes = __builtin_bswap64(static_cast<uint64_t>(place));
  inner_.assign(reinterpret_cast<const char*>(&bytes), sizeof(bytes));
  AppendInnerKey(group.key, group.hash, inner_, row_keys_, scratch_);
}

Status SessionTableFunctionOperator::ResolveRows() {
  all_.resize(row_keys_.size());
  std::iota(all_.begin(), all_.end(), 0);
  row_slots_.resize(row_keys_.size());
  is_new_.resize(row_keys_.size());
  return rows_->Resolve(0, row_keys_, all_, row_slots_, is_new_);
}

std::vector<StateView> SessionTableFunctionOperator::StateViews() const {
  const std::vector<Field>& fields = output_->fields();
  StateView view = ViewWithinKeys("rows", {fields.begin(), fields.end() - 3}, keys_);
  view.add_row = [this](int64_t, std::string_view, Slot slot, BatchBuilder& out) {
    row_codec_->Decode(slot.GetBytes(kCells), AllBuilders(out));
    out.CloseRow(static_cast<RowKind>(slot.Get<uint8_t>(kKind)));
  };
  // The rows of any session of the key: what it ends with names the session.
  view.entries_of = [](std::string_view key, uint64_t hash) {
    const std::string session(sizeof(int64_t), '\0');
    PageRead::Key entries = EntriesWithinKey(InnerKeyOf(key, session), hash);
    entries.beginning.resize(entries.beginning.size() - session.size());
    return entries;
  };
  return {std::move(view)};
}

}  // namespace weir
