#include "operators/rank.h"

#include <algorithm>
#include <numeric>

#include "proto/plan.pb.h"

namespace weir {
namespace {

// Of a partition's slot.
constexpr uint32_t kNextArrival = 0, kCount = 8;
constexpr size_t kArrivalBytes = 8;

}  // namespace

Status RankOperator::Open(OperatorContext& context, const std::vector<std::string>&) {
  const plan::Rank& node = context.node->rank();
  input_ = context.input_schema;
  output_ = context.output_schema;
  max_batch_rows_ = context.max_batch_rows;
  partition_.assign(node.partition().begin(), node.partition().end());
  limit_ = static_cast<size_t>(std::max<int64_t>(1, node.limit()));
  number_ = node.output_number();
  retracts_ = node.input_retracts();
  emit_update_before_ = node.emit_update_before();
  replaces_ = limit_ == 1 && !number_ && !retracts_;
  const Schema& input = *context.input_schema;
  std::vector<DataType> partition_types, row_types;
  for (uint32_t column : partition_) partition_types.push_back(input[column].type);
  for (const Field& field : input.fields()) row_types.push_back(field.type);
  std::vector<SortColumn> sort;
  for (const plan::SortColumn& column : node.order()) {
    order_.push_back(column.column());
    sort.push_back({input[column.column()].type, column.descending(), column.nulls_last()});
  }
  partition_codec_ = std::make_unique<KeyCodec>(std::move(partition_types));
  row_codec_ = std::make_unique<KeyCodec>(std::move(row_types));
  ASSIGN_OR_RETURN(OrderedKeyCodec order, OrderedKeyCodec::Make(std::move(sort)));
  order_codec_ = std::move(order);
  for (const Field& field : output_->fields()) builders_.emplace_back(field.type);
  forgets_ = context.node->state_ttl_ms() > 0;
  context.state->SetTimeToLive({.ms = context.node->state_ttl_ms()});
  ASSIGN_OR_RETURN(partitions_,
                   context.state->OpenSlotTable("partitions", SlotLayout({{"next"}, {"count"}})));
  ASSIGN_OR_RETURN(
      rows_, context.state->OpenOrderedTable("rows", SlotLayout({{"row", SlotFieldKind::kBytes}})));
  return OkStatus();
}

StatusOr<Progress> RankOperator::ProcessBatch(int, Batch batch, Collector& out) {
  batch_ = std::move(batch);
  next_row_ = 0;
  std::vector<ColumnPtr> partition_columns;
  for (uint32_t column : partition_) partition_columns.push_back(batch_.column(column));
  order_columns_.clear();
  for (uint32_t column : order_) order_columns_.push_back(batch_.column(column));
  partition_codec_->Encode(partition_columns, batch_.rows(), keys_);
  row_codec_->Encode(batch_.columns(), batch_.rows(), cells_);
  return Resume(out);
}

StatusOr<Progress> RankOperator::Resume(Collector& out) {
  std::vector<uint32_t> rows(batch_.rows() - next_row_);
  std::iota(rows.begin(), rows.end(), static_cast<uint32_t>(next_row_));
  std::vector<Slot> partitions(rows.size());
  std::vector<uint8_t> is_new(rows.size());
  RETURN_IF_ERROR(partitions_->Resolve(0, keys_, rows, partitions, is_new));
  size_t done = 0;
  for (; done < rows.size() && kinds_.size() < max_batch_rows_; ++done) {
    RETURN_IF_ERROR(IsRetraction(batch_.kind(rows[done]))
                        ? TakeBackRow(rows[done], partitions[done])
                        : AddRow(rows[done], partitions[done]));
  }
  next_row_ += done;
  RETURN_IF_ERROR(ForgetEmpty(rows, partitions));
  EmitBatch(out);
  if (next_row_ < batch_.rows()) return Progress::kMore;
  batch_ = Batch();
  return Progress::kDone;
}

// ---- What a row does

Status RankOperator::AddRow(uint32_t row, Slot partition) {
  ASSIGN_OR_RETURN(const size_t count, CountRows(row, partition));
  const uint64_t arrival = partition.Get<uint64_t>(kNextArrival);
  partition.Set<uint64_t>(kNextArrival, arrival + 1);
  const uint64_t bytes = __builtin_bswap64(arrival);
  const std::string place =
      SortKeyOf(row) + std::string(reinterpret_cast<const char*>(&bytes), kArrivalBytes);
  const bool full = count >= limit_;
  if (full && !retracts_) {
    ASSIGN_OR_RETURN(bool behind, IsBehindAll(row, place));
    if (behind) return OkStatus();
  }
  const std::string_view cells = cells_.key(row);
  std::vector<Row> first;
  if (number_ || full) RETURN_IF_ERROR(ReadFirst(row, limit_, first));
  RETURN_IF_ERROR(Put(row, place, cells));
  const bool drops_last = full && !retracts_;
  if (drops_last) RETURN_IF_ERROR(Erase(row, first.back().place));
  if (!drops_last) partition.Set<int64_t>(kCount, static_cast<int64_t>(count) + 1);

  if (full && place > first.back().place) return OkStatus();
  if (replaces_ && full) {
    EmitUpdate(first.back(), cells, 0);
    return OkStatus();
  }
  if (!number_) {
    if (full) Emit(RowKind::kDelete, first.back().cells, 0);
    Emit(RowKind::kInsert, cells, 0);
    return OkStatus();
  }
  size_t at = 0;
  while (at < first.size() && first[at].place < place) ++at;
  std::string_view moving = cells;
  for (; at < first.size(); ++at) {
    EmitUpdate(first[at], moving, at + 1);
    moving = first[at].cells;
  }
  if (!full) Emit(RowKind::kInsert, moving, at + 1);
  return OkStatus();
}

Status RankOperator::TakeBackRow(uint32_t row, Slot partition) {
  const std::string sort_key = SortKeyOf(row);
  const std::string_view cells = cells_.key(row);
  std::string place;
  RETURN_IF_ERROR(
      rows_->ScanFrom(0, keys_.key(row), sort_key, [&](std::string_view inner, Slot slot) {
        if (!inner.starts_with(sort_key)) return false;
        if (slot.GetBytes(0) != cells) return true;
        place = inner;
        return false;
      }));
  if (place.empty()) return OkStatus();  // it never came
  std::vector<Row> first;                // and the one behind them
  RETURN_IF_ERROR(ReadFirst(row, limit_ + 1, first));
  RETURN_IF_ERROR(Erase(row, place));
  partition.Set<int64_t>(kCount, partition.Get<int64_t>(kCount) - 1);
  size_t at = 0;
  while (at < first.size() && first[at].place != place) ++at;
  if (at >= limit_) return OkStatus();
  if (!number_) {
    Emit(RowKind::kDelete, cells, 0);
    if (first.size() > limit_) Emit(RowKind::kInsert, first[limit_].cells, 0);
    return OkStatus();
  }
  for (; at + 1 < first.size(); ++at) EmitUpdate(first[at], first[at + 1].cells, at + 1);
  if (at < limit_) Emit(RowKind::kDelete, first[at].cells, at + 1);
  return OkStatus();
}

StatusOr<bool> RankOperator::IsBehindAll(uint32_t row, const std::string& place) {
  bool behind = false;
  RETURN_IF_ERROR(rows_->ScanBack(0, keys_.key(row), [&](std::string_view inner, Slot) {
    behind = place > inner;
    return false;
  }));
  return behind;
}

// ---- State

std::string RankOperator::SortKeyOf(uint32_t row) const {
  std::string key;
  order_codec_->Append(order_columns_, row, key);
  return key;
}

// Rows are forgotten one by one; then they are counted, up to the limit.
StatusOr<size_t> RankOperator::CountRows(uint32_t row, Slot partition) {
  if (!forgets_) return static_cast<size_t>(partition.Get<int64_t>(kCount));
  size_t count = 0;
  RETURN_IF_ERROR(rows_->ScanFrom(0, keys_.key(row), {},
                                  [&](std::string_view, Slot) { return ++count < limit_; }));
  return count;
}

Status RankOperator::ReadFirst(uint32_t row, size_t limit, std::vector<Row>& rows) {
  return rows_->ScanFrom(0, keys_.key(row), {}, [&](std::string_view inner, Slot slot) {
    rows.push_back({std::string(inner), std::string(slot.GetBytes(0))});
    return rows.size() < limit;
  });
}

Status RankOperator::Put(uint32_t row, const std::string& place, std::string_view cells) {
  key_.Clear();
  AppendInnerKey(keys_.key(row), keys_.hash(row), place, key_, scratch_);
  const uint32_t first = 0;
  Slot slot;
  uint8_t is_new;
  RETURN_IF_ERROR(rows_->Resolve(0, key_, {&first, 1}, {&slot, 1}, {&is_new, 1}));
  slot.SetBytes(0, cells);
  return OkStatus();
}

Status RankOperator::Erase(uint32_t row, const std::string& place) {
  key_.Clear();
  AppendInnerKey(keys_.key(row), keys_.hash(row), place, key_, scratch_);
  return rows_->Erase(0, key_.key(0), key_.hash(0));
}

// Partitions without rows, each once.
Status RankOperator::ForgetEmpty(std::span<const uint32_t> rows, std::span<Slot> partitions) {
  if (forgets_) return OkStatus();  // it may not have counted rightly, and goes by itself
  std::vector<std::pair<char*, uint32_t>> empty;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (partitions[i].Get<int64_t>(kCount) == 0) empty.push_back({partitions[i].data, rows[i]});
  }
  std::sort(empty.begin(), empty.end());
  for (size_t i = 0; i < empty.size(); ++i) {
    if (i > 0 && empty[i].first == empty[i - 1].first) continue;
    const uint32_t row = empty[i].second;
    RETURN_IF_ERROR(partitions_->Erase(0, keys_.key(row), keys_.hash(row)));
  }
  return OkStatus();
}

// ---- Output

void RankOperator::Emit(RowKind kind, std::string_view cells, size_t number) {
  std::vector<ColumnBuilder*> columns;
  for (ColumnBuilder& builder : builders_) columns.push_back(&builder);
  if (number_) {
    columns.back()->Append<int64_t>(static_cast<int64_t>(number));
    columns.pop_back();
  }
  row_codec_->Decode(cells, columns);
  kinds_.push_back(kind);
}

void RankOperator::EmitUpdate(const Row& before, std::string_view after, size_t number) {
  if (emit_update_before_) Emit(RowKind::kUpdateBefore, before.cells, number);
  Emit(RowKind::kUpdateAfter, after, number);
}

void RankOperator::EmitBatch(Collector& out) {
  if (kinds_.empty()) return;
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : builders_) columns.push_back(builder.Finish());
  out.Emit(0, Batch::OfChanges(output_, std::move(columns), std::exchange(kinds_, {})));
}

std::vector<StateView> RankOperator::StateViews() const {
  return {{.table = "rows",
           .rows = input_,
           .keys = partition_,
           .codec = partition_codec_.get(),
           .entries_of = EntriesWithinKey,
           .add_row = [this](int64_t, std::string_view, Slot slot, BatchBuilder& out) {
             row_codec_->Decode(slot.GetBytes(0), AllBuilders(out));
             out.CloseRow();
           }}};
}

}  // namespace weir
