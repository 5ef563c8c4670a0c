#include "operators/window_aggregate.h"

#include <algorithm>

#include "common/base/planted_bug.h"
#include "common/base/time.h"
#include "operators/expressions/expr.h"
#include "proto/plan.pb.h"

namespace weir {
namespace {

constexpr size_t kMergeChunk = 4096;

std::vector<DataType> KeyTypes(const Schema& schema, const std::vector<uint32_t>& keys) {
  std::vector<DataType> types;
  for (uint32_t key : keys) types.push_back(schema[key].type);
  return types;
}

std::vector<ColumnPtr> KeyColumns(const Batch& batch, const std::vector<uint32_t>& keys) {
  std::vector<ColumnPtr> columns;
  for (uint32_t key : keys) columns.push_back(batch.column(key));
  return columns;
}

std::vector<const plan::AggregateCall*> Calls(const plan::WindowAggregate& node) {
  std::vector<const plan::AggregateCall*> calls;
  for (const plan::AggregateCall& call : node.aggregates()) calls.push_back(&call);
  return calls;
}

Status NoRowTime() {
  return InvalidArgumentError(
      "the row time of a window must not be NULL: filter such rows with `WHERE ... IS NOT NULL`");
}

// Zeroed accumulators that live for one batch, and the strings of those that hold some.
class ScratchSlots : public SlotArena {
 public:
  ScratchSlots(size_t slots, uint32_t width, std::vector<char>& block)
      : width_(width), block_(block) {
    block_.assign(slots * width, 0);
  }
  Slot operator[](size_t i) { return Slot{block_.data() + i * width_, this}; }
  const char* Store(std::string_view bytes) override {
    strings_.emplace_back(bytes);
    return strings_.back().data();
  }

 private:
  uint32_t width_;
  std::vector<char>& block_;
  std::deque<std::string> strings_;
};

}  // namespace

Status LocalWindowAggregateOperator::Open(OperatorContext& context,
                                          const std::vector<std::string>&) {
  const plan::WindowAggregate& node = context.node->window_aggregate();
  output_ = context.output_schema;
  keys_.assign(node.keys().begin(), node.keys().end());
  attached_ = node.attached();
  time_column_ = attached_ ? node.attached_end_column() : node.window().time_column();
  ASSIGN_OR_RETURN(WindowAssigner windows, WindowAssigner::Make(node.window()));
  windows_ = std::make_unique<WindowAssigner>(std::move(windows));
  std::vector<DataType> types = KeyTypes(*context.input_schema, keys_);
  ASSIGN_OR_RETURN(aggregates_, AggregateSet::Make(Calls(node), types, false));
  codec_ = std::make_unique<KeyCodec>(std::move(types));
  return OkStatus();
}

StatusOr<Progress> LocalWindowAggregateOperator::ProcessBatch(int, Batch batch, Collector& out) {
  std::vector<ColumnPtr> key_columns = KeyColumns(batch, keys_);
  codec_->Encode(key_columns, batch.rows(), encoded_);
  ColumnView<int64_t> times(*batch.column(time_column_));

  const size_t n = batch.rows();
  index_.Reset(n);
  ScratchSlots scratch(n, aggregates_->layout().width(), block_);
  std::vector<uint32_t> first_row;
  std::vector<int64_t> group_slice;
  std::vector<Slot> slots(n);
  std::vector<uint32_t> rows(n);
  for (size_t i = 0; i < n; ++i) {
    if (times.IsNull(i)) return NoRowTime();
    int64_t time = FloorDiv(times[i], 1000);
    int64_t slice = attached_ ? time : windows_->SliceEnd(windows_->zone().ToWall(time));
    uint32_t group = index_.FindOrAdd(
        encoded_.hash(i) ^ static_cast<uint64_t>(slice) * 0x9e3779b97f4a7c15u, [&](uint32_t g) {
          return group_slice[g] == slice && encoded_.key(first_row[g]) == encoded_.key(i);
        });
    if (group == first_row.size()) {
      first_row.push_back(static_cast<uint32_t>(i));
      group_slice.push_back(slice);
    }
    slots[i] = scratch[group];
    rows[i] = static_cast<uint32_t>(i);
  }
  aggregates_->AccumulatePlain(batch, rows, slots);

  std::vector<ColumnPtr> columns;
  for (const ColumnPtr& key : key_columns) columns.push_back(Column::Take(key, first_row));
  const size_t groups = first_row.size();
  ColumnBuilder slice((*output_)[keys_.size()].type, groups);
  ColumnBuilder accumulator((*output_)[keys_.size() + 1].type, groups);
  for (size_t g = 0; g < groups; ++g) {
    slice.Append<int64_t>(group_slice[g]);
    aggregates_->EncodeSlot(scratch[g], accumulator.bytes());
    accumulator.CloseBytes();
  }
  columns.push_back(slice.Finish());
  columns.push_back(accumulator.Finish());
  out.Emit(0, Batch(output_, std::move(columns), groups));
  return Progress::kDone;
}

Status WindowAggregateOperator::Open(OperatorContext& context,
                                     const std::vector<std::string>& restored) {
  const plan::WindowAggregate& node = context.node->window_aggregate();
  output_ = context.output_schema;
  max_batch_rows_ = context.max_batch_rows;
  metrics_ = context.metrics;
  global_ = node.phase() == plan::WindowAggregate::GLOBAL;
  attached_ = node.attached();
  time_column_ = attached_ ? node.attached_end_column() : node.window().time_column();
  keys_.assign(node.keys().begin(), node.keys().end());
  for (int property : node.properties()) properties_.push_back(property);
  ASSIGN_OR_RETURN(WindowAssigner windows, WindowAssigner::Make(node.window()));
  windows_ = std::make_unique<WindowAssigner>(std::move(windows));
  std::vector<DataType> types = KeyTypes(*context.input_schema, keys_);
  ASSIGN_OR_RETURN(aggregates_, AggregateSet::Make(Calls(node), types, !global_));
  codec_ = std::make_unique<KeyCodec>(std::move(types));
  ASSIGN_OR_RETURN(table_, context.state->OpenSlotTable("window", aggregates_->layout()));
  ASSIGN_OR_RETURN(merged_, context.state->OpenSlotTable("merge", aggregates_->layout()));
  RETURN_IF_ERROR(aggregates_->OpenTables(*context.state, "window"));
  const std::vector<int64_t> slices = table_->Slices();
  if (!Planted("timers-not-restored")) live_slices_.insert(slices.begin(), slices.end());
  // Windows fired up to here in the former execution; of several subtasks' the latest, since all of
  // them have seen the watermark of their checkpoint's barrier.
  for (const std::string& bytes : restored) {
    if (bytes.size() != sizeof(Timestamp)) return DataLossError("window aggregate: broken state");
    Timestamp fired;
    std::memcpy(&fired, bytes.data(), sizeof(fired));
    fired_ = std::max(fired_, fired);
  }
  watermark_ = fired_;
  return OkStatus();
}

StatusOr<Progress> WindowAggregateOperator::ProcessBatch(int, Batch batch, Collector&) {
  codec_->Encode(KeyColumns(batch, keys_), batch.rows(), encoded_);
  RETURN_IF_ERROR(AssignSlices(batch));
  if (rows_.empty()) return Progress::kDone;

  // One Resolve per slice; most batches have one or two.
  std::vector<uint32_t> order(rows_.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<uint32_t>(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return slices_[a] < slices_[b]; });
  for (size_t begin = 0; begin < order.size();) {
    const int64_t slice = slices_[order[begin]];
    std::vector<uint32_t> rows;
    size_t end = begin;
    for (; end < order.size() && slices_[order[end]] == slice; ++end) {
      rows.push_back(rows_[order[end]]);
    }
    begin = end;
    std::vector<Slot> slots(rows.size());
    std::vector<uint8_t> is_new(rows.size());
    RETURN_IF_ERROR(table_->Resolve(slice, encoded_, rows, slots, is_new));
    live_slices_.insert(slice);
    if (!global_) {
      RETURN_IF_ERROR(aggregates_->BeginBatch(batch, rows, slice, encoded_));
      RETURN_IF_ERROR(aggregates_->Accumulate(batch, rows, slots));
      RETURN_IF_ERROR(aggregates_->EndBatch());
      continue;
    }
    ColumnView<std::string_view> accumulators(*batch.column(batch.columns().size() - 1));
    std::vector<char> scratch(aggregates_->layout().width());
    for (size_t i = 0; i < rows.size(); ++i) {
      Slot from{scratch.data(), nullptr};
      RETURN_IF_ERROR(aggregates_->DecodeSlot(accumulators[rows[i]], from));
      aggregates_->Merge(from, slots[i]);
    }
  }
  return Progress::kDone;
}

Status WindowAggregateOperator::AssignSlices(const Batch& batch) {
  rows_.clear();
  slices_.clear();
  int64_t late = 0;
  size_t column = global_ ? keys_.size() : time_column_;
  ColumnView<int64_t> times(*batch.column(column));
  for (size_t i = 0; i < batch.rows(); ++i) {
    int64_t slice;
    if (global_) {
      slice = times[i];
    } else {
      if (times.IsNull(i)) return NoRowTime();
      int64_t time = FloorDiv(times[i], 1000);
      slice = attached_ ? time : windows_->SliceEnd(windows_->zone().ToWall(time));
    }
    WallTime last = attached_ ? slice : windows_->LastWindowEnd(slice);
    if (windows_->FireTime(last) <= watermark_) {
      ++late;
      continue;
    }
    rows_.push_back(static_cast<uint32_t>(i));
    slices_.push_back(slice);
  }
  if (late) metrics_.add("numLateRecordsDropped", late);
  return OkStatus();
}

StatusOr<Progress> WindowAggregateOperator::ProcessWatermark(Watermark watermark, Collector& out) {
  if (watermark.idle || watermark.time <= watermark_) return Progress::kDone;
  watermark_ = watermark.time;
  PlanFirings();
  return Fire(out);
}

StatusOr<Progress> WindowAggregateOperator::Resume(Collector& out) { return Fire(out); }

// Every window with a slice in the table whose time has come and that has not fired, by end.
void WindowAggregateOperator::PlanFirings() {
  std::map<WallTime, std::vector<WallTime>> due;
  for (WallTime slice : live_slices_) {
    if (attached_) {
      if (windows_->FireTime(slice) <= watermark_) due[slice].push_back(slice);
      continue;
    }
    for (const Window& window : windows_->WindowsOfSlice(slice)) {
      Timestamp time = windows_->FireTime(window.end);
      if (time <= watermark_ && time > fired_) due[window.end].push_back(slice);
    }
  }
  for (auto& [end, slices] : due) {
    Firing firing;
    firing.end = end;
    firing.merging = slices.size() > 1;
    firing.source_slice = firing.merging ? end : slices[0];
    firing.slices = std::move(slices);
    firings_.push_back(std::move(firing));
  }
}

StatusOr<Progress> WindowAggregateOperator::Fire(Collector& out) {
  while (!firings_.empty()) {
    Firing& firing = firings_.front();
    if (firing.merging) {
      RETURN_IF_ERROR(MergeSome(firing));
      return Progress::kMore;
    }
    RETURN_IF_ERROR(EmitSome(firing, out));
    if (firing.cursor != 0) return Progress::kMore;
    RETURN_IF_ERROR(FinishWindow(firing));
    firings_.pop_front();
    if (!firings_.empty()) return Progress::kMore;
  }
  fired_ = watermark_;
  // Slices whose last window has fired, also those that lay in no window at all.
  for (auto it = live_slices_.begin(); it != live_slices_.end();) {
    WallTime last = attached_ ? *it : windows_->LastWindowEnd(*it);
    if (windows_->FireTime(last) > watermark_) {
      ++it;
      continue;
    }
    RETURN_IF_ERROR(table_->DropSlice(*it));
    RETURN_IF_ERROR(aggregates_->DropSlice(*it));
    it = live_slices_.erase(it);
  }
  return Progress::kDone;
}

Status WindowAggregateOperator::MergeSome(Firing& firing) {
  const WallTime slice = firing.slices[firing.merged];
  EncodedKeys keys;
  std::vector<Slot> from;
  RETURN_IF_ERROR(table_->Scan(slice, firing.cursor, kMergeChunk,
                               [&](std::string_view key, uint64_t hash, Slot slot) {
                                 keys.Append(key, hash);
                                 from.push_back(slot);
                               }));
  std::vector<uint32_t> rows(from.size());
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<uint32_t>(i);
  std::vector<Slot> into(rows.size());
  std::vector<uint8_t> is_new(rows.size());
  RETURN_IF_ERROR(merged_->Resolve(firing.end, keys, rows, into, is_new));
  for (size_t i = 0; i < rows.size(); ++i) aggregates_->Merge(from[i], into[i]);
  if (firing.cursor != 0) return OkStatus();
  if (++firing.merged < firing.slices.size()) return OkStatus();
  firing.merging = false;
  // Values seen in several slices count once.
  for (WallTime part : firing.slices) {
    RETURN_IF_ERROR(aggregates_->MergeDistinct(part, firing.end, *merged_));
  }
  return aggregates_->DropMergedDistinct(firing.end);
}

Status WindowAggregateOperator::EmitSome(Firing& firing, Collector& out) {
  SlotTable& table = firing.slices.size() > 1 ? *merged_ : *table_;
  std::vector<ColumnBuilder> builders;
  for (const Field& field : output_->fields()) builders.emplace_back(field.type);
  std::vector<ColumnBuilder*> key_builders;
  for (size_t i = 0; i < keys_.size(); ++i) key_builders.push_back(&builders[i]);
  std::span<ColumnBuilder> results(builders.data() + keys_.size(), aggregates_->size());
  size_t rows = 0;
  RETURN_IF_ERROR(table.Scan(firing.source_slice, firing.cursor, max_batch_rows_,
                             [&](std::string_view key, uint64_t, Slot slot) {
                               if (!global_ && aggregates_->RowCount(slot) == 0) return;
                               codec_->Decode(key, key_builders);
                               aggregates_->Results(slot, results);
                               ++rows;
                             }));
  if (rows == 0) return OkStatus();
  std::vector<ColumnPtr> columns;
  const size_t fixed = keys_.size() + aggregates_->size();
  for (size_t i = 0; i < fixed; ++i) columns.push_back(builders[i].Finish());
  for (size_t p = 0; p < properties_.size(); ++p) {
    int64_t ms = 0;
    switch (properties_[p]) {
      case plan::WindowAggregate::WINDOW_START:
        ms = windows_->StartOf(firing.end);
        break;
      case plan::WindowAggregate::WINDOW_END:
        ms = firing.end;
        break;
      case plan::WindowAggregate::WINDOW_TIME: {
        // TIMESTAMP: on the wall clock as the window is; TIMESTAMP_LTZ: the instant.
        bool instant = (*output_)[fixed + p].type.kind() == TypeKind::kTimestampLtz;
        ms = instant ? windows_->zone().RowTime(firing.end) : firing.end - 1;
        break;
      }
    }
    columns.push_back(
        Column::MakeConstant((*output_)[fixed + p].type, Value(int64_t{ms * 1000}), rows));
  }
  out.Emit(0, Batch(output_, std::move(columns), rows));
  return OkStatus();
}

Status WindowAggregateOperator::FinishWindow(const Firing& firing) {
  if (firing.slices.size() > 1) return merged_->DropSlice(firing.end);
  return OkStatus();
}

StatusOr<OperatorState> WindowAggregateOperator::Snapshot(CheckpointId) {
  return OperatorState{.bytes =
                           std::string(reinterpret_cast<const char*>(&fired_), sizeof(fired_))};
}

// By window where each is a slice of its own; else by slice, which several windows share.
std::vector<StateView> WindowAggregateOperator::StateViews() const {
  const bool by_window = attached_ || windows_->one_slice_per_window();
  std::vector<uint32_t> keys;
  std::vector<Field> fields;
  for (uint32_t i = 0; i < keys_.size(); ++i) {
    keys.push_back(i);
    fields.push_back((*output_)[i]);
  }
  if (by_window) fields.push_back({"window_start", DataType::Timestamp(3)});
  fields.push_back({by_window ? "window_end" : "slice_end", DataType::Timestamp(3)});
  for (size_t i = 0; i < aggregates_->size(); ++i) fields.push_back(aggregates_->FieldOf(i));
  const auto add_row = [this, keys, by_window](int64_t slice, std::string_view key, Slot slot,
                                               BatchBuilder& out) {
    if (!global_ && aggregates_->RowCount(slot) == 0) return;
    codec_->Decode(key, BuildersOf(keys, out));
    size_t next = keys.size();
    if (by_window) out.column(next++).Append<int64_t>(windows_->StartOf(slice) * 1000);
    out.column(next++).Append<int64_t>(slice * 1000);
    aggregates_->Results(slot, out.columns().subspan(next));
    out.CloseRow();
  };
  return {{.table = "window",
           .rows = std::make_shared<const Schema>(std::move(fields)),
           .keys = keys,
           .codec = codec_.get(),
           .entries_of = EntryOfKey,
           .add_row = add_row}};
}

}  // namespace weir
