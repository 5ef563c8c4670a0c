#include "operators/session_operator.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "common/base/time.h"
#include "proto/plan.pb.h"

namespace weir {
namespace {

constexpr size_t kStartBytes = 8;

// Starts as bytes, the latest first: rows are mostly of a key's latest session.
void AppendStart(WallTime start, std::string& out) {
  const uint64_t bits = ~__builtin_bswap64(static_cast<uint64_t>(start) ^ uint64_t{1} << 63);
  out.append(reinterpret_cast<const char*>(&bits), kStartBytes);
}
WallTime StartOfKey(std::string_view inner) {
  uint64_t bits = 0;
  std::memcpy(&bits, inner.data(), kStartBytes);
  return static_cast<WallTime>(__builtin_bswap64(~bits) ^ uint64_t{1} << 63);
}

void CopySlot(const SlotLayout& layout, Slot from, Slot into) {
  for (size_t i = 0; i < layout.fields().size(); ++i) {
    const uint32_t at = layout.offset(i);
    if (layout.fields()[i].kind == SlotFieldKind::kBytes) {
      into.SetBytes(at, from.GetBytes(at));
    } else {
      std::memcpy(into.data + at, from.data + at, layout.fields()[i].width);
    }
  }
}

}  // namespace

Status SessionOperator::OpenSessions(OperatorContext& context, const plan::WindowSpec& window,
                                     std::vector<uint32_t> keys, SlotLayout kept,
                                     const std::vector<std::string>& restored) {
  output_ = context.output_schema;
  max_batch_rows_ = context.max_batch_rows;
  metrics_ = context.metrics;
  keys_ = std::move(keys);
  time_column_ = window.time_column();
  gap_ = window.size_ms();
  if (gap_ <= 0) return InvalidArgumentError("the gap of a session must be positive");
  ASSIGN_OR_RETURN(zone_, WindowZone::Make(window.time_zone()));
  std::vector<DataType> types;
  for (uint32_t key : keys_) types.push_back((*context.input_schema)[key].type);
  codec_ = std::make_unique<KeyCodec>(std::move(types));
  std::vector<SlotField> fields = kept.fields();
  const size_t first = fields.size();
  fields.insert(fields.end(), {{"$end"}, {"$timer"}, {"$id"}});
  layout_ = SlotLayout(std::move(fields));
  end_at_ = layout_.offset(first);
  timer_at_ = layout_.offset(first + 1);
  id_at_ = layout_.offset(first + 2);
  ASSIGN_OR_RETURN(sessions_, context.state->OpenOrderedTable("sessions", layout_));
  RETURN_IF_ERROR(
      timers_.Open(*context.state, "timers", SlotLayout({{"here", SlotFieldKind::kFixed, 1}})));
  // Of several subtasks' the latest: all of them have seen the watermark of their checkpoint's
  // barrier.
  for (const std::string& bytes : restored) {
    if (bytes.size() != sizeof(Timestamp)) return DataLossError("session window: broken state");
    Timestamp watermark;
    std::memcpy(&watermark, bytes.data(), sizeof(watermark));
    watermark_ = std::max(watermark_, watermark);
  }
  return OkStatus();
}

StatusOr<OperatorState> SessionOperator::Snapshot(CheckpointId) {
  return OperatorState{
      .bytes = std::string(reinterpret_cast<const char*>(&watermark_), sizeof(watermark_))};
}

// ---- Rows

StatusOr<Progress> SessionOperator::ProcessBatch(int, Batch batch, Collector&) {
  std::vector<ColumnPtr> key_columns;
  for (uint32_t key : keys_) key_columns.push_back(batch.column(key));
  codec_->Encode(key_columns, batch.rows(), encoded_);
  RETURN_IF_ERROR(ReadTimes(batch));
  FindGroups(batch.rows());
  RETURN_IF_ERROR(LoadSpans());
  span_of_.assign(batch.rows(), SessionSpans::kNone);
  int64_t late = 0;
  size_t begin = 0;  // rows before it are in their sessions
  for (size_t row = 0; row < batch.rows(); ++row) {
    const WallTime time = times_[row];
    const SessionSpans::Touched touched = spans_.Touch(group_of_[row], time);
    if (touched.later != SessionSpans::kNone) {
      // What came before the row belongs to the one or the other.
      RETURN_IF_ERROR(AddRun(batch, begin, row));
      begin = row;
      RETURN_IF_ERROR(MergeSessions(touched));
    }
    if (touched.span != SessionSpans::kNone) {
      spans_.Extend(touched.span, time);
      span_of_[row] = touched.span;
    } else if (zone_.FireTime(time + gap_) > watermark_) {
      span_of_[row] = spans_.Add(group_of_[row], time, touched);
    } else {
      ++late;
    }
  }
  if (late > 0) metrics_.add("numLateRecordsDropped", late);
  RETURN_IF_ERROR(AddRun(batch, begin, batch.rows()));
  return Progress::kDone;
}

Status SessionOperator::ReadTimes(const Batch& batch) {
  ColumnView<int64_t> times(*batch.column(time_column_));
  times_.resize(batch.rows());
  for (size_t i = 0; i < batch.rows(); ++i) {
    if (times.IsNull(i)) {
      return InvalidArgumentError(
          "the row time of a window must not be NULL: filter such rows with "
          "`WHERE ... IS NOT NULL`");
    }
    times_[i] = zone_.ToWall(FloorDiv(times[i], 1000));
  }
  return OkStatus();
}

void SessionOperator::FindGroups(size_t rows) {
  index_.Reset(rows);
  group_of_.resize(rows);
  first_row_.clear(), earliest_.clear(), latest_.clear();
  for (size_t i = 0; i < rows; ++i) {
    const uint32_t group = index_.FindOrAdd(encoded_.hash(i), [&](uint32_t g) {
      return encoded_.key(first_row_[g]) == encoded_.key(i);
    });
    group_of_[i] = group;
    if (group == first_row_.size()) {
      first_row_.push_back(static_cast<uint32_t>(i));
      earliest_.push_back(times_[i]);
      latest_.push_back(times_[i]);
    }
    earliest_[group] = std::min(earliest_[group], times_[i]);
    latest_[group] = std::max(latest_[group], times_[i]);
  }
}

// The sessions that the batch's rows may touch. What they make of each other stays between the
// earliest of them and the reach of the latest.
Status SessionOperator::LoadSpans() {
  spans_.Reset(first_row_.size(), gap_);
  run_ = 0;
  for (uint32_t group = 0; group < first_row_.size(); ++group) {
    RETURN_IF_ERROR(sessions_->ScanFrom(
        0, encoded_.key(first_row_[group]), {}, [&](std::string_view inner, Slot slot) {
          const WallTime start = StartOfKey(inner), end = slot.Get<int64_t>(end_at_);
          if (start > latest_[group] + gap_) return true;
          if (end < earliest_[group]) return false;
          spans_.Load(group, start, end);
          return true;
        }));
  }
  return OkStatus();
}

Status SessionOperator::AddRun(const Batch& batch, size_t begin, size_t end) {
  CollectTouched(begin, end);
  if (rows_.empty()) return OkStatus();
  slots_.resize(session_keys_.size());
  is_new_.resize(session_keys_.size());
  all_.resize(session_keys_.size());
  std::iota(all_.begin(), all_.end(), 0);
  RETURN_IF_ERROR(sessions_->Resolve(0, session_keys_, all_, slots_, is_new_));
  RETURN_IF_ERROR(SettleTouched());

  row_slots_.clear();
  groups_.Clear();
  for (size_t row = begin; row < end; ++row) {
    const bool late = span_of_[row] == SessionSpans::kNone;
    if (!late) row_slots_.push_back(slots_[spans_[span_of_[row]].at]);
    if (!uses_groups_) continue;
    if (late) {
      groups_.Append({}, 0);
      continue;
    }
    const Slot slot = row_slots_.back();
    AppendGroup(encoded_.key(row), encoded_.hash(row), slot.Get<int64_t>(id_at_), groups_);
  }
  const bool whole = begin == 0 && end == batch.rows();
  RETURN_IF_ERROR(
      AddRows(whole ? batch : batch.Slice(begin, end - begin), rows_, row_slots_, groups_));
  for (size_t i = 0; i < moved_.size(); ++i) {
    const size_t key = touched_.size() + i;
    RETURN_IF_ERROR(sessions_->Erase(0, session_keys_.key(key), session_keys_.hash(key)));
  }
  return OkStatus();
}

// The rows of a run, their sessions, and the keys of these: where they are to be, then, of those
// that begin earlier than before, where they were.
void SessionOperator::CollectTouched(size_t begin, size_t end) {
  ++run_;
  rows_.clear(), touched_.clear(), moved_.clear();
  session_keys_.Clear();
  for (size_t row = begin; row < end; ++row) {
    if (span_of_[row] == SessionSpans::kNone) continue;
    rows_.push_back(static_cast<uint32_t>(row - begin));
    SessionSpans::Span& span = spans_[span_of_[row]];
    if (span.run == run_) continue;
    span.run = run_;
    span.at = static_cast<uint32_t>(touched_.size());
    touched_.push_back(span_of_[row]);
    AppendSessionKey(encoded_.key(row), encoded_.hash(row), span.start, session_keys_);
    if (span.stored && span.stored_start != span.start) moved_.push_back(span_of_[row]);
  }
  for (uint32_t moved : moved_) {
    const SessionSpans::Span& span = spans_[moved];
    const uint32_t row = first_row_[span.group];
    AppendSessionKey(encoded_.key(row), encoded_.hash(row), span.stored_start, session_keys_);
  }
}

Status SessionOperator::SettleTouched() {
  for (size_t i = 0; i < moved_.size(); ++i) {
    const SessionSpans::Span& span = spans_[moved_[i]];
    const uint32_t row = first_row_[span.group];
    const Slot from = slots_[touched_.size() + i];
    RETURN_IF_ERROR(EraseTimer(from, encoded_.key(row), encoded_.hash(row), span.stored_start));
    CopySlot(layout_, from, slots_[span.at]);
  }
  for (size_t i = 0; i < touched_.size(); ++i) {
    SessionSpans::Span& span = spans_[touched_[i]];
    const Slot slot = slots_[i];
    // No other session of the key covers this time while it lives: it names it.
    if (!span.stored) slot.Set<int64_t>(id_at_, span.start);
    slot.Set<int64_t>(end_at_, span.end);
    if (!span.stored || span.stored_start != span.start) {
      const uint32_t row = first_row_[span.group];
      RETURN_IF_ERROR(SetTimer(slot, span.end, encoded_.key(row), encoded_.hash(row), span.start));
    }
    span.stored = true;
    span.stored_start = span.start;
  }
  return OkStatus();
}

// Both are in the table under their starts.
Status SessionOperator::MergeSessions(const SessionSpans::Touched& two) {
  const SessionSpans::Span& older = spans_[two.span];
  const SessionSpans::Span& later = spans_[two.later];
  const uint32_t row = first_row_[older.group];
  const std::string_view key = encoded_.key(row);
  const uint64_t hash = encoded_.hash(row);
  session_keys_.Clear();
  AppendSessionKey(key, hash, older.start, session_keys_);
  AppendSessionKey(key, hash, later.start, session_keys_);
  const uint32_t both[] = {0, 1};
  Slot slots[2];
  uint8_t is_new[2];
  RETURN_IF_ERROR(sessions_->Resolve(0, session_keys_, both, slots, is_new));
  groups_.Clear();
  for (const Slot& slot : slots) AppendGroup(key, hash, slot.Get<int64_t>(id_at_), groups_);
  RETURN_IF_ERROR(MergeInto(slots[0], {groups_.key(0), groups_.hash(0)}, slots[1],
                            {groups_.key(1), groups_.hash(1)}));
  slots[0].Set<int64_t>(end_at_, later.end);
  RETURN_IF_ERROR(EraseTimer(slots[1], key, hash, later.start));
  RETURN_IF_ERROR(sessions_->Erase(0, session_keys_.key(1), session_keys_.hash(1)));
  spans_.Merge(two);
  return OkStatus();
}

// ---- Time

StatusOr<Progress> SessionOperator::ProcessWatermark(Watermark watermark, Collector& out) {
  if (watermark.idle || watermark.time <= watermark_) return Progress::kDone;
  watermark_ = watermark.time;
  return Resume(out);
}

StatusOr<Progress> SessionOperator::Resume(Collector& out) {
  if (next_firing_ == firing_.size()) {
    RETURN_IF_ERROR(TakeDue());
    if (due_.empty()) return Progress::kDone;
  }
  const size_t from = next_firing_;
  if (from < firing_.size()) RETURN_IF_ERROR(EmitSome(firing_, next_firing_, out));
  for (size_t i = from; i < next_firing_; ++i) {
    const uint32_t key = firing_[i].key;
    RETURN_IF_ERROR(sessions_->Erase(0, firing_keys_.key(key), firing_keys_.hash(key)));
  }
  return Progress::kMore;
}

// The next sessions that fire, in the order of their ends, and the next timers of those that have
// grown.
Status SessionOperator::TakeDue() {
  firing_.clear();
  next_firing_ = 0;
  due_.clear();
  firing_keys_.Clear();
  RETURN_IF_ERROR(
      timers_.Take(watermark_, max_batch_rows_, [&](Timestamp time, std::string_view name, Slot) {
        due_.push_back(time);
        const std::string_view key = name.substr(kStartBytes);
        AppendSessionKey(key, KeyCodec::Hash(key), StartOfKey(name), firing_keys_);
      }));
  slots_.resize(due_.size());
  is_new_.resize(due_.size());
  all_.resize(due_.size());
  std::iota(all_.begin(), all_.end(), 0);
  RETURN_IF_ERROR(sessions_->Resolve(0, firing_keys_, all_, slots_, is_new_));
  for (uint32_t i = 0; i < due_.size(); ++i) {
    if (is_new_[i]) return InternalError("session window: a timer without its session");
    const auto [key, inner] = SplitInnerKey(firing_keys_.key(i));
    const WallTime start = StartOfKey(inner), end = slots_[i].Get<int64_t>(end_at_);
    // What is not taken yet fires no earlier than the last that is.
    if (const Timestamp time = zone_.FireTime(end); time <= due_.back()) {
      firing_.push_back({time, start, end, i, slots_[i].Get<int64_t>(id_at_), slots_[i]});
    } else {
      RETURN_IF_ERROR(SetTimer(slots_[i], end, key, KeyCodec::Hash(key), start));
    }
  }
  std::stable_sort(firing_.begin(), firing_.end(),
                   [](const Firing& a, const Firing& b) { return a.time < b.time; });
  return OkStatus();
}

GroupKey SessionOperator::GroupOf(const Firing& firing) {
  const std::string_view key = KeyOf(firing);
  group_key_.Clear();
  AppendGroup(key, KeyCodec::Hash(key), firing.id, group_key_);
  return {group_key_.key(0), group_key_.hash(0)};
}

int64_t SessionOperator::PropertyOf(const Firing& firing, int property,
                                    const DataType& type) const {
  switch (property) {
    case plan::WindowAggregate::WINDOW_START:
      return firing.start * 1000;
    case plan::WindowAggregate::WINDOW_END:
      return firing.end * 1000;
    default:
      // TIMESTAMP: on the wall clock as the window is; TIMESTAMP_LTZ: the instant.
      return (type.kind() == TypeKind::kTimestampLtz ? zone_.RowTime(firing.end) : firing.end - 1) *
             1000;
  }
}

StateView SessionOperator::ViewWithinKeys(std::string table, std::vector<Field> fields,
                                          std::vector<uint32_t> columns) const {
  return {.table = std::move(table),
          .rows = std::make_shared<const Schema>(std::move(fields)),
          .keys = std::move(columns),
          .codec = codec_.get(),
          .entries_of = EntriesWithinKey};
}

Window SessionOperator::SpanOf(std::string_view key, Slot slot) const {
  return {StartOfKey(SplitInnerKey(key).second), slot.Get<int64_t>(end_at_)};
}

// ---- Keys

Status SessionOperator::SetTimer(Slot slot, WallTime end, std::string_view key, uint64_t hash,
                                 WallTime start) {
  const Timestamp time = zone_.FireTime(end);
  slot.Set<int64_t>(timer_at_, time);
  name_.clear();
  AppendStart(start, name_);
  name_ += key;
  return timers_.Put(time, name_, hash).status();
}

Status SessionOperator::EraseTimer(Slot slot, std::string_view key, uint64_t hash, WallTime start) {
  name_.clear();
  AppendStart(start, name_);
  name_ += key;
  return timers_.Erase(slot.Get<int64_t>(timer_at_), name_, hash);
}

void SessionOperator::AppendSessionKey(std::string_view key, uint64_t hash, WallTime start,
                                       EncodedKeys& out) {
  inner_.clear();
  AppendStart(start, inner_);
  AppendInnerKey(key, hash, inner_, out, scratch_);
}

void SessionOperator::AppendGroup(std::string_view key, uint64_t hash, int64_t id,
                                  EncodedKeys& out) {
  inner_.assign(reinterpret_cast<const char*>(&id), sizeof(id));
  AppendInnerKey(key, hash, inner_, out, scratch_);
}

}  // namespace weir
