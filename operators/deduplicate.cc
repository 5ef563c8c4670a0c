#include "operators/deduplicate.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "common/base/time.h"
#include "proto/plan.pb.h"

namespace weir {
namespace {

// Of a slot.
constexpr uint32_t kTime = 0, kRow = 8, kState = 8;
enum FirstState : uint8_t { kNone, kPending, kEmitted };

std::vector<uint32_t> AllRows(size_t rows) {
  std::vector<uint32_t> all(rows);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

}  // namespace

Status DeduplicateOperator::Open(OperatorContext& context,
                                 const std::vector<std::string>& restored) {
  const plan::Deduplicate& node = context.node->deduplicate();
  input_ = context.input_schema;
  output_ = context.output_schema;
  max_batch_rows_ = context.max_batch_rows;
  metrics_ = context.metrics;
  keys_.assign(node.keys().begin(), node.keys().end());
  keep_last_ = node.keep_last();
  row_time_ = node.row_time();
  time_column_ = node.time_column();
  emit_update_before_ = node.emit_update_before();
  const Schema& input = *context.input_schema;
  std::vector<DataType> key_types, row_types;
  for (uint32_t key : keys_) key_types.push_back(input[key].type);
  for (const Field& field : input.fields()) row_types.push_back(field.type);
  key_codec_ = std::make_unique<KeyCodec>(std::move(key_types));
  row_codec_ = std::make_unique<KeyCodec>(std::move(row_types));
  const SlotLayout last({{"time"}, {"row", SlotFieldKind::kBytes}});
  const SlotLayout first({{"time"}, {"state", SlotFieldKind::kFixed, 1}});
  forgets_ = context.node->state_ttl_ms() > 0;
  context.state->SetTimeToLive({context.node->state_ttl_ms(), /*from_creation=*/!keep_last_});
  ASSIGN_OR_RETURN(rows_, context.state->OpenSlotTable("rows", keep_last_ ? last : first));
  context.state->SetTimeToLive({});
  if (keep_last_ || !row_time_) return OkStatus();
  RETURN_IF_ERROR(
      pending_.Open(*context.state, "pending", SlotLayout({{"row", SlotFieldKind::kBytes}})));
  for (const std::string& bytes : restored) {
    if (bytes.size() != sizeof(Timestamp)) return DataLossError("deduplicate: broken state");
    Timestamp watermark;
    std::memcpy(&watermark, bytes.data(), sizeof(watermark));
    watermark_ = std::max(watermark_, watermark);
  }
  return OkStatus();
}

StatusOr<Progress> DeduplicateOperator::ProcessBatch(int, Batch batch, Collector& out) {
  std::vector<ColumnPtr> key_columns;
  for (uint32_t key : keys_) key_columns.push_back(batch.column(key));
  key_codec_->Encode(key_columns, batch.rows(), encoded_);
  if (!keep_last_ && !row_time_) {
    RETURN_IF_ERROR(KeepFirstToCome(batch, out));
    return Progress::kDone;
  }
  row_codec_->Encode(batch.columns(), batch.rows(), cells_);
  RETURN_IF_ERROR(keep_last_ ? KeepLast(batch, out) : KeepFirstByTime(batch));
  return Progress::kDone;
}

StatusOr<int64_t> DeduplicateOperator::TimeOf(const Batch& batch, uint32_t row) const {
  const Column& times = *batch.column(time_column_);
  if (times.IsNull(row)) {
    return InvalidArgumentError(
        "the row time of a row must not be NULL: filter such rows with `WHERE ... IS NOT NULL`");
  }
  return times.cell<int64_t>(row);
}

Status DeduplicateOperator::KeepFirstToCome(const Batch& batch, Collector& out) {
  const std::vector<uint32_t> all = AllRows(batch.rows());
  std::vector<Slot> slots(all.size());
  std::vector<uint8_t> is_new(all.size());
  RETURN_IF_ERROR(rows_->Resolve(0, encoded_, all, slots, is_new));
  std::vector<uint32_t> first;
  for (uint32_t row : all) {
    if (is_new[row]) first.push_back(row);
  }
  if (first.empty()) return OkStatus();
  std::vector<ColumnPtr> columns;
  for (const ColumnPtr& column : batch.columns()) columns.push_back(Column::Take(column, first));
  out.Emit(0, Batch(output_, std::move(columns), first.size()));
  return OkStatus();
}

Status DeduplicateOperator::KeepLast(const Batch& batch, Collector& out) {
  const std::vector<uint32_t> all = AllRows(batch.rows());
  std::vector<Slot> slots(all.size());
  std::vector<uint8_t> is_new(all.size());
  RETURN_IF_ERROR(rows_->Resolve(0, encoded_, all, slots, is_new));
  std::vector<ColumnBuilder> builders;
  for (const Field& field : output_->fields()) builders.emplace_back(field.type, 2 * all.size());
  std::vector<ColumnBuilder*> columns;
  for (ColumnBuilder& builder : builders) columns.push_back(&builder);
  std::vector<RowKind> kinds;
  const auto emit = [&](RowKind kind, std::string_view cells) {
    row_codec_->Decode(cells, columns);
    kinds.push_back(kind);
  };
  for (uint32_t row : all) {
    const Slot& slot = slots[row];
    const std::string_view cells = cells_.key(row);
    int64_t time = 0;
    if (row_time_) {
      ASSIGN_OR_RETURN(time, TimeOf(batch, row));
    }
    if (is_new[row]) {
      emit(RowKind::kInsert, cells);
    } else {
      const std::string_view before = slot.GetBytes(kRow);
      if (row_time_ ? slot.Get<int64_t>(kTime) > time : !forgets_ && before == cells) continue;
      if (emit_update_before_) emit(RowKind::kUpdateBefore, before);
      emit(RowKind::kUpdateAfter, cells);
    }
    slot.Set<int64_t>(kTime, time);
    slot.SetBytes(kRow, cells);
  }
  if (kinds.empty()) return OkStatus();
  std::vector<ColumnPtr> finished;
  for (ColumnBuilder& builder : builders) finished.push_back(builder.Finish());
  out.Emit(0, Batch::OfChanges(output_, std::move(finished), std::move(kinds)));
  return OkStatus();
}

Status DeduplicateOperator::KeepFirstByTime(const Batch& batch) {
  std::vector<uint32_t> rows;  // that are not late
  std::vector<Timestamp> times;
  for (uint32_t row = 0; row < batch.rows(); ++row) {
    ASSIGN_OR_RETURN(const int64_t us, TimeOf(batch, row));
    if (FloorDiv(us, 1000) <= watermark_) continue;
    rows.push_back(row);
    times.push_back(FloorDiv(us, 1000));
  }
  if (rows.size() < batch.rows()) {
    metrics_.add("numLateRecordsDropped", static_cast<int64_t>(batch.rows() - rows.size()));
  }
  std::vector<Slot> slots(rows.size());
  std::vector<uint8_t> is_new(rows.size());
  RETURN_IF_ERROR(rows_->Resolve(0, encoded_, rows, slots, is_new));
  for (size_t i = 0; i < rows.size(); ++i) {
    const uint8_t state = slots[i].Get<uint8_t>(kState);
    const Timestamp before = slots[i].Get<int64_t>(kTime);
    if (state == kEmitted || (state == kPending && before <= times[i])) continue;
    const std::string_view key = encoded_.key(rows[i]);
    const uint64_t hash = encoded_.hash(rows[i]);
    if (state == kPending) RETURN_IF_ERROR(pending_.Erase(before, key, hash));
    slots[i].Set<uint8_t>(kState, kPending);
    slots[i].Set<int64_t>(kTime, times[i]);
    ASSIGN_OR_RETURN(const Slot pending, pending_.Put(times[i], key, hash));
    pending.SetBytes(0, cells_.key(rows[i]));
  }
  return OkStatus();
}

StatusOr<Progress> DeduplicateOperator::ProcessWatermark(Watermark watermark, Collector& out) {
  if (keep_last_ || !row_time_ || watermark.idle || watermark.time <= watermark_)
    return Progress::kDone;
  watermark_ = watermark.time;
  return Resume(out);
}

StatusOr<Progress> DeduplicateOperator::Resume(Collector& out) {
  ASSIGN_OR_RETURN(const bool emitted, EmitDue(out));
  return emitted ? Progress::kMore : Progress::kDone;
}

StatusOr<bool> DeduplicateOperator::EmitDue(Collector& out) {
  std::vector<ColumnBuilder> builders;
  for (const Field& field : output_->fields()) builders.emplace_back(field.type);
  std::vector<ColumnBuilder*> columns;
  for (ColumnBuilder& builder : builders) columns.push_back(&builder);
  EncodedKeys keys;
  RETURN_IF_ERROR(
      pending_.Take(watermark_, max_batch_rows_, [&](Timestamp, std::string_view key, Slot slot) {
        row_codec_->Decode(slot.GetBytes(0), columns);
        keys.Append(key, KeyCodec::Hash(key));
      }));
  if (keys.size() == 0) return false;
  std::vector<Slot> slots(keys.size());
  std::vector<uint8_t> is_new(keys.size());
  RETURN_IF_ERROR(rows_->Resolve(0, keys, AllRows(keys.size()), slots, is_new));
  for (const Slot& slot : slots) slot.Set<uint8_t>(kState, kEmitted);
  std::vector<ColumnPtr> finished;
  for (ColumnBuilder& builder : builders) finished.push_back(builder.Finish());
  out.Emit(0, Batch(output_, std::move(finished), keys.size()));
  return true;
}

StatusOr<OperatorState> DeduplicateOperator::Snapshot(CheckpointId) {
  return OperatorState{
      .bytes = std::string(reinterpret_cast<const char*>(&watermark_), sizeof(watermark_))};
}

// Of the last row all of it; of the first its key, by time also when it was and whether it is out.
std::vector<StateView> DeduplicateOperator::StateViews() const {
  StateView view{.table = "rows",
                 .rows = input_,
                 .keys = keys_,
                 .codec = key_codec_.get(),
                 .entries_of = EntryOfKey};
  if (keep_last_) {
    view.add_row = [this](int64_t, std::string_view, Slot slot, BatchBuilder& out) {
      row_codec_->Decode(slot.GetBytes(kRow), AllBuilders(out));
      out.CloseRow();
    };
    return {std::move(view)};
  }
  std::vector<Field> fields;
  for (uint32_t key : keys_) fields.push_back((*input_)[key]);
  view.keys.resize(keys_.size());
  std::iota(view.keys.begin(), view.keys.end(), 0u);
  if (row_time_) {
    fields.push_back({"time", DataType::Timestamp(3)});
    fields.push_back({"emitted", DataType::Boolean()});
  }
  view.rows = std::make_shared<const Schema>(std::move(fields));
  view.add_row = [this, keys = view.keys](int64_t, std::string_view key, Slot slot,
                                          BatchBuilder& out) {
    key_codec_->Decode(key, BuildersOf(keys, out));
    if (row_time_) {
      out.column(keys.size()).Append<int64_t>(slot.Get<int64_t>(kTime) * 1000);
      out.column(keys.size() + 1).Append<uint8_t>(slot.Get<uint8_t>(kState) == kEmitted);
    }
    out.CloseRow();
  };
  return {std::move(view)};
}

}  // namespace weir
