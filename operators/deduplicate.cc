#include "operators/deduplicate.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "proto/plan.pb.h"

namespace weir {
namespace {

// Of a slot.
constexpr uint32_t kTime = 0, kRow = 8, kState = 8;
enum FirstState : uint8_t { kNone, kPending, kEmitted };

int64_t FloorMs(int64_t us) { return us / 1000 - (us % 1000 < 0 ? 1 : 0); }

// Times as bytes in their order.
std::string TimeKey(Timestamp time) {
  const uint64_t bits = __builtin_bswap64(static_cast<uint64_t>(time) ^ uint64_t{1} << 63);
  return {reinterpret_cast<const char*>(&bits), sizeof(bits)};
}
Timestamp TimeOfKey(std::string_view key) {
  uint64_t bits = 0;
  std::memcpy(&bits, key.data(), sizeof(bits));
  return static_cast<Timestamp>(__builtin_bswap64(bits) ^ uint64_t{1} << 63);
}

// A key that lies in the key group, so that what is within it moves with the group.
std::string NameOfGroup(int32_t group, int32_t max_parallelism) {
  for (uint32_t n = 0;; ++n) {
    const std::string name(reinterpret_cast<const char*>(&n), sizeof(n));
    if (KeyGroupOf(KeyCodec::Hash(name), max_parallelism) == group) return name;
  }
}

std::vector<uint32_t> AllRows(size_t rows) {
  std::vector<uint32_t> all(rows);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

}  // namespace

Status DeduplicateOperator::Open(OperatorContext& context,
                                 const std::vector<std::string>& restored) {
  const plan::Deduplicate& node = context.node->deduplicate();
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
  ASSIGN_OR_RETURN(pending_, context.state->OpenOrderedTable(
                                 "pending", SlotLayout({{"row", SlotFieldKind::kBytes}})));
  max_parallelism_ = context.state->max_parallelism();
  const KeyGroupRange groups = context.state->key_groups();
  first_group_ = groups.first;
  for (int32_t group = groups.first; group <= groups.last; ++group) {
    group_names_.push_back(NameOfGroup(group, max_parallelism_));
  }
  next_.assign(group_names_.size(), kMinTimestamp);  // looked up when the watermark comes
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
  return times.base().values<int64_t>()[times.BaseIndex(row)];
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
  const size_t rows = kinds.size();
  out.Emit(0, Batch(output_, std::move(finished), rows,
                    std::make_shared<const std::vector<RowKind>>(std::move(kinds))));
  return OkStatus();
}

Status DeduplicateOperator::KeepFirstByTime(const Batch& batch) {
  std::vector<uint32_t> rows;  // that are not late
  std::vector<Timestamp> times;
  for (uint32_t row = 0; row < batch.rows(); ++row) {
    ASSIGN_OR_RETURN(const int64_t us, TimeOf(batch, row));
    if (FloorMs(us) <= watermark_) continue;
    rows.push_back(row);
    times.push_back(FloorMs(us));
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
    const size_t group =
        static_cast<size_t>(KeyGroupOf(encoded_.hash(rows[i]), max_parallelism_) - first_group_);
    if (state == kPending) {
      AppendPending(group, before, encoded_.key(rows[i]));
      RETURN_IF_ERROR(pending_->Erase(0, pending_key_.key(0), pending_key_.hash(0)));
    }
    slots[i].Set<uint8_t>(kState, kPending);
    slots[i].Set<int64_t>(kTime, times[i]);
    next_[group] = std::min(next_[group], times[i]);
    AppendPending(group, times[i], encoded_.key(rows[i]));
    const uint32_t only = 0;
    Slot pending;
    uint8_t pending_new;
    RETURN_IF_ERROR(
        pending_->Resolve(0, pending_key_, {&only, 1}, {&pending, 1}, {&pending_new, 1}));
    pending.SetBytes(0, cells_.key(rows[i]));
  }
  return OkStatus();
}

void DeduplicateOperator::AppendPending(size_t group, Timestamp time, std::string_view key) {
  pending_key_.Clear();
  const std::string& name = group_names_[group];
  AppendInnerKey(name, KeyCodec::Hash(name), TimeKey(time) + std::string(key), pending_key_,
                 scratch_);
}

StatusOr<Progress> DeduplicateOperator::ProcessWatermark(Watermark watermark, Collector& out) {
  if (pending_ == nullptr || watermark.idle || watermark.time <= watermark_) return Progress::kDone;
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
  while (keys.size() < max_batch_rows_) {
    // The key group whose turn it is, and when it is another's.
    const auto first = std::min_element(next_.begin(), next_.end());
    if (*first > watermark_ || *first == kMaxTimestamp) break;
    Timestamp bound = watermark_;
    for (auto it = next_.begin(); it != next_.end(); ++it) {
      if (it != first) bound = std::min(bound, *it);
    }
    RETURN_IF_ERROR(TakeDue(static_cast<size_t>(first - next_.begin()), bound,
                            max_batch_rows_ - keys.size(), keys, columns));
  }
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

Status DeduplicateOperator::TakeDue(size_t group, Timestamp bound, size_t limit, EncodedKeys& keys,
                                    std::span<ColumnBuilder* const> columns) {
  std::vector<std::string> taken;
  Timestamp next = kMaxTimestamp;
  RETURN_IF_ERROR(
      pending_->ScanFrom(0, group_names_[group], {}, [&](std::string_view inner, Slot slot) {
        next = TimeOfKey(inner);
        if (next > bound || taken.size() == limit) return false;
        row_codec_->Decode(slot.GetBytes(0), columns);
        taken.emplace_back(inner);
        next = kMaxTimestamp;
        return true;
      }));
  next_[group] = next;
  for (const std::string& inner : taken) {
    const std::string_view key = std::string_view(inner).substr(sizeof(Timestamp));
    keys.Append(key, KeyCodec::Hash(key));
    AppendPending(group, TimeOfKey(inner), key);
    RETURN_IF_ERROR(pending_->Erase(0, pending_key_.key(0), pending_key_.hash(0)));
  }
  return OkStatus();
}

StatusOr<OperatorState> DeduplicateOperator::Snapshot(CheckpointId) {
  return OperatorState{
      .bytes = std::string(reinterpret_cast<const char*>(&watermark_), sizeof(watermark_))};
}

}  // namespace weir
