#include "operators/changelog_normalize.h"

#include <algorithm>
#include <numeric>

#include "proto/plan.pb.h"

namespace weir {
namespace {

// Fields of a slot.
constexpr size_t kPresent = 0;
constexpr size_t kOthers = 1;

std::vector<ColumnPtr> Select(const Batch& batch, const std::vector<uint32_t>& columns) {
  std::vector<ColumnPtr> out;
  for (uint32_t column : columns) out.push_back(batch.column(column));
  return out;
}

}  // namespace

Status ChangelogNormalizeOperator::Open(OperatorContext& context, const std::vector<std::string>&) {
  const plan::ChangelogNormalize& node = context.node->changelog_normalize();
  schema_ = context.output_schema;
  keys_.assign(node.keys().begin(), node.keys().end());
  emit_update_before_ = node.emit_update_before();
  std::vector<DataType> key_types, other_types;
  for (uint32_t key : keys_) key_types.push_back((*schema_)[key].type);
  for (uint32_t i = 0; i < schema_->size(); ++i) {
    if (std::find(keys_.begin(), keys_.end(), i) != keys_.end()) continue;
    others_.push_back(i);
    other_types.push_back((*schema_)[i].type);
  }
  key_codec_ = std::make_unique<KeyCodec>(std::move(key_types));
  others_codec_ = std::make_unique<KeyCodec>(std::move(other_types));
  layout_ =
      SlotLayout({{.name = "present", .width = 1}, {.name = "row", .kind = SlotFieldKind::kBytes}});
  forgets_ = context.node->state_ttl_ms() > 0;
  context.state->SetTimeToLive({.ms = context.node->state_ttl_ms()});
  ASSIGN_OR_RETURN(table_, context.state->OpenSlotTable("rows", layout_));
  return OkStatus();
}

void ChangelogNormalizeOperator::Emit(uint32_t row, std::string_view others, RowKind kind,
                                      Changes& changes) const {
  std::vector<ColumnBuilder*> builders;
  for (ColumnBuilder& column : changes.columns) builders.push_back(&column);
  others_codec_->Decode(others, builders);
  changes.rows.push_back(row);
  changes.kinds.push_back(kind);
}

void ChangelogNormalizeOperator::ApplyRow(const Batch& batch, uint32_t row, Slot slot,
                                          std::string_view others, Changes& changes) const {
  const uint32_t present = layout_.offset(kPresent), bytes = layout_.offset(kOthers);
  const bool was_there = slot.Get<uint8_t>(present) != 0;
  if (IsRetraction(batch.kind(row))) {
    if (!was_there) return;
    Emit(row, slot.GetBytes(bytes), RowKind::kDelete, changes);
    slot.Set<uint8_t>(present, 0);
    return;
  }
  if (!was_there) {
    Emit(row, others, RowKind::kInsert, changes);
  } else {
    if (!forgets_ && slot.GetBytes(bytes) == others) return;
    if (emit_update_before_) {
      Emit(row, slot.GetBytes(bytes), RowKind::kUpdateBefore, changes);
    }
    Emit(row, others, RowKind::kUpdateAfter, changes);
  }
  slot.Set<uint8_t>(present, 1);
  slot.SetBytes(bytes, others);
}

StatusOr<Progress> ChangelogNormalizeOperator::ProcessBatch(int, Batch batch, Collector& out) {
  const size_t n = batch.rows();
  key_codec_->Encode(Select(batch, keys_), n, encoded_keys_);
  others_codec_->Encode(Select(batch, others_), n, encoded_others_);
  std::vector<uint32_t> rows(n);
  std::iota(rows.begin(), rows.end(), 0u);
  std::vector<Slot> slots(n);
  std::vector<uint8_t> is_new(n);
  RETURN_IF_ERROR(table_->Resolve(0, encoded_keys_, rows, slots, is_new));
  Changes changes;
  for (uint32_t column : others_) changes.columns.emplace_back((*schema_)[column].type, 2 * n);
  for (uint32_t row : rows) ApplyRow(batch, row, slots[row], encoded_others_.key(row), changes);
  // Slots move when entries go: first all that are gone now, then the erasing.
  std::vector<uint32_t> gone;
  for (uint32_t row : rows) {
    if (slots[row].Get<uint8_t>(layout_.offset(kPresent)) == 0) gone.push_back(row);
  }
  for (uint32_t row : gone) {
    RETURN_IF_ERROR(table_->Erase(0, encoded_keys_.key(row), encoded_keys_.hash(row)));
  }
  if (!changes.rows.empty()) out.Emit(0, Finish(batch, std::move(changes)));
  return Progress::kDone;
}

Batch ChangelogNormalizeOperator::Finish(const Batch& batch, Changes changes) const {
  std::vector<ColumnPtr> columns(schema_->size());
  for (uint32_t key : keys_) columns[key] = Column::Take(batch.column(key), changes.rows);
  for (size_t i = 0; i < others_.size(); ++i) columns[others_[i]] = changes.columns[i].Finish();
  return Batch::OfChanges(schema_, std::move(columns), std::move(changes.kinds));
}

std::vector<StateView> ChangelogNormalizeOperator::StateViews() const {
  const auto add_row = [this](int64_t, std::string_view key, Slot slot, BatchBuilder& out) {
    if (slot.Get<uint8_t>(layout_.offset(kPresent)) == 0) return;
    key_codec_->Decode(key, BuildersOf(keys_, out));
    others_codec_->Decode(slot.GetBytes(layout_.offset(kOthers)), BuildersOf(others_, out));
    out.CloseRow();
  };
  return {{.table = "rows",
           .rows = schema_,
           .keys = keys_,
           .codec = key_codec_.get(),
           .entries_of = EntryOfKey,
           .add_row = add_row}};
}

}  // namespace weir
