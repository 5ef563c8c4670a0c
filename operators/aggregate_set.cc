#include "operators/aggregate_set.h"

#include <algorithm>
#include <numeric>

#include "operators/expressions/expr.h"
#include "proto/plan.pb.h"

namespace weir {
namespace {

constexpr size_t kDistinctChunk = 1024;

bool AnyNull(const std::vector<ColumnPtr>& args, size_t row) {
  return std::any_of(args.begin(), args.end(),
                     [&](const ColumnPtr& column) { return column->IsNull(row); });
}

}  // namespace

std::vector<ColumnPtr> AggregateSet::Call::ArgumentsOf(const Batch& batch) const {
  std::vector<ColumnPtr> columns;
  for (uint32_t argument : arguments) columns.push_back(batch.column(argument));
  return columns;
}

bool AggregateSet::Call::Takes(const Batch& batch, uint32_t row) const {
  if (filter < 0) return true;
  const Column& column = *batch.column(static_cast<size_t>(filter));
  return !column.IsNull(row) && column.cell<uint8_t>(row) != 0;
}

Status AggregateSet::FillCall(const plan::AggregateCall& proto, Call& call) {
  call.name = proto.name();
  call.filter = static_cast<int>(proto.filter_column()) - 1;
  call.arguments.assign(proto.arguments().begin(), proto.arguments().end());
  ASSIGN_OR_RETURN(call.type, FromProto(proto.type()));
  for (const plan::DataType& type : proto.argument_types()) {
    ASSIGN_OR_RETURN(DataType argument, FromProto(type));
    call.argument_types.push_back(std::move(argument));
  }
  call.ignores_retractions = proto.retraction() == plan::AggregateCall::NOT_NEEDED;
  if (proto.retraction() == plan::AggregateCall::KEEPS_VALUES) {
    ASSIGN_OR_RETURN(call.kept,
                     MakeKeptAggregate(proto.function(), call.argument_types, call.type));
    call.function = &call.kept->function();
    return OkStatus();
  }
  call.distinct = proto.distinct();
  ASSIGN_OR_RETURN(call.plain, MakeAggregate(proto.function(), call.argument_types, call.type));
  call.function = call.plain.get();
  return OkStatus();
}

StatusOr<std::unique_ptr<AggregateSet>> AggregateSet::Make(
    std::span<const plan::AggregateCall* const> calls, std::vector<DataType> key_types,
    bool count_rows) {
  auto set = std::make_unique<AggregateSet>();
  set->count_rows_ = count_rows;
  set->key_types_ = std::move(key_types);
  std::vector<SlotField> fields;
  if (count_rows) fields.push_back({"$rows", SlotFieldKind::kFixed, 8});
  for (const plan::AggregateCall* proto : calls) {
    Call& call = set->calls_.emplace_back();
    RETURN_IF_ERROR(FillCall(*proto, call));
    set->has_tables_ |= call.has_table();
    for (SlotField& field : call.Fields()) {
      field.name = call.name + "." + field.name;
      fields.push_back(std::move(field));
    }
  }
  set->layout_ = SlotLayout(std::move(fields));
  size_t at = count_rows ? 1 : 0;
  for (Call& call : set->calls_) {
    std::vector<uint32_t> offsets;
    for (size_t f = call.Fields().size(); f > 0; --f) offsets.push_back(set->layout_.offset(at++));
    if (call.kept) {
      call.kept->Bind(offsets);
    } else {
      call.plain->Bind(std::move(offsets));
    }
  }
  return set;
}

bool AggregateSet::can_retract() const {
  return std::all_of(calls_.begin(), calls_.end(), [](const Call& call) {
    return call.kept || call.ignores_retractions || call.function->SupportsRetract();
  });
}

Status AggregateSet::OpenTables(KeyedState& state, const std::string& name, KeyForm groups) {
  for (Call& call : calls_) {
    if (call.kept) {
      RETURN_IF_ERROR(call.kept->OpenTables(state, name + ".kept." + call.name, groups));
    }
    if (!call.distinct) continue;
    ASSIGN_OR_RETURN(call.counts, ValueCounts::Open(state, name + ".distinct." + call.name,
                                                    call.argument_types, groups));
    if (groups != KeyForm::kWhole) continue;  // they are merged where they are
    ASSIGN_OR_RETURN(call.merged_counts,
                     state.OpenSlotTable(name + ".merge." + call.name, SlotLayout({{"count"}}),
                                         KeyForm::kInner));
  }
  return OkStatus();
}

void AggregateSet::PickRows(const Call& call, const Batch& batch, std::span<const uint32_t> rows,
                            std::span<Slot> slots) {
  add_rows_.clear(), retract_rows_.clear(), add_slots_.clear(), retract_slots_.clear();
  for (size_t i = 0; i < rows.size(); ++i) {
    const uint32_t row = rows[i];
    if (!call.Takes(batch, row)) continue;
    const bool retract = IsRetraction(batch.kind(row));
    if (retract && call.ignores_retractions) continue;
    (retract ? retract_rows_ : add_rows_).push_back(row);
    (retract ? retract_slots_ : add_slots_).push_back(slots[i]);
  }
}

void AggregateSet::Apply(Call& call) {
  if (!add_rows_.empty()) call.function->Accumulate(args_, add_rows_, add_slots_);
  if (!retract_rows_.empty()) call.function->Retract(args_, retract_rows_, retract_slots_);
}

void AggregateSet::AccumulatePlain(const Batch& batch, std::span<const uint32_t> rows,
                                   std::span<Slot> slots) {
  if (count_rows_) {
    for (size_t i = 0; i < rows.size(); ++i) {
      AddRows(slots[i], IsRetraction(batch.kind(rows[i])) ? -1 : 1);
    }
  }
  for (Call& call : calls_) {
    if (call.has_table()) continue;
    args_.clear();
    for (uint32_t argument : call.arguments) args_.push_back(batch.column(argument));
    if (call.filter < 0 && batch.insert_only()) {
      call.function->Accumulate(args_, rows, slots);
    } else {
      PickRows(call, batch, rows, slots);
      Apply(call);
    }
  }
}

Status AggregateSet::BeginBatch(const Batch& batch, std::span<const uint32_t> rows, int64_t slice,
                                const EncodedKeys& keys) {
  if (!has_tables_) return OkStatus();
  std::vector<uint32_t> counted;
  for (Call& call : calls_) {
    if (!call.has_table()) continue;
    std::vector<ColumnPtr> arguments = call.ArgumentsOf(batch);
    counted.clear();
    for (uint32_t row : rows) {
      if (call.Takes(batch, row) && !AnyNull(arguments, row)) counted.push_back(row);
    }
    RETURN_IF_ERROR(call.kept ? call.kept->Begin(slice, keys, std::move(arguments), counted)
                              : call.counts->Begin(slice, keys, arguments, counted));
  }
  return OkStatus();
}

Status AggregateSet::Accumulate(const Batch& batch, std::span<const uint32_t> rows,
                                std::span<Slot> slots) {
  AccumulatePlain(batch, rows, slots);
  if (!has_tables_) return OkStatus();
  for (Call& call : calls_) {
    if (!call.has_table()) continue;
    args_ = call.ArgumentsOf(batch);
    if (call.distinct) AccumulateDistinct(call, batch, rows, slots);
    if (call.kept) RETURN_IF_ERROR(AccumulateKept(call, batch, rows, slots));
  }
  return OkStatus();
}

Status AggregateSet::EndBatch() {
  if (!has_tables_) return OkStatus();
  for (Call& call : calls_) {
    if (call.kept) RETURN_IF_ERROR(call.kept->End());
    if (call.counts) RETURN_IF_ERROR(call.counts->End());
  }
  return OkStatus();
}

// Accumulates and retracts the rows by which a value came or went.
void AggregateSet::AccumulateDistinct(Call& call, const Batch& batch,
                                      std::span<const uint32_t> rows, std::span<Slot> slots) {
  add_rows_.clear(), retract_rows_.clear(), add_slots_.clear(), retract_slots_.clear();
  for (size_t i = 0; i < rows.size(); ++i) {
    const uint32_t row = rows[i];
    if (!call.Takes(batch, row) || AnyNull(args_, row)) continue;
    const bool retract = IsRetraction(batch.kind(row));
    const int64_t before = call.counts->Add(row, retract ? -1 : 1);
    if (retract && before == 1) {
      retract_rows_.push_back(row);
      retract_slots_.push_back(slots[i]);
    } else if (!retract && before == 0) {
      add_rows_.push_back(row);
      add_slots_.push_back(slots[i]);
    }
  }
  Apply(call);
}

Status AggregateSet::AccumulateKept(Call& call, const Batch& batch, std::span<const uint32_t> rows,
                                    std::span<Slot> slots) {
  for (size_t i = 0; i < rows.size(); ++i) {
    const uint32_t row = rows[i];
    if (!call.Takes(batch, row) || AnyNull(args_, row)) continue;
    RETURN_IF_ERROR(IsRetraction(batch.kind(row)) ? call.kept->TakeBack(row, slots[i])
                                                  : call.kept->Add(row, slots[i]));
  }
  return OkStatus();
}

void AggregateSet::Merge(Slot from, Slot into) const {
  if (count_rows_) AddRows(into, RowCount(from));
  // What is kept of rows stays behind: once its window fires, none is taken back.
  for (const Call& call : calls_) {
    if (!call.distinct) call.function->Merge(from, into);
  }
}

Status AggregateSet::MergeDistinct(int64_t slice, int64_t window, SlotTable& main) {
  for (Call& call : calls_) {
    if (!call.distinct) continue;
    uint64_t cursor = 0;
    do {
      EncodedKeys composite;
      std::vector<int64_t> counts;
      RETURN_IF_ERROR(call.counts->table().Scan(
          slice, cursor, kDistinctChunk, [&](std::string_view key, uint64_t hash, Slot slot) {
            composite.Append(key, hash);
            counts.push_back(slot.Get<int64_t>(0));
          }));
      std::vector<uint32_t> all(composite.size());
      for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint32_t>(i);
      std::vector<Slot> slots(all.size());
      std::vector<uint8_t> is_new(all.size());
      RETURN_IF_ERROR(call.merged_counts->Resolve(window, composite, all, slots, is_new));

      EncodedKeys groups;
      std::vector<ColumnBuilder> builders(call.argument_types.begin(), call.argument_types.end());
      std::vector<ColumnBuilder*> pointers;
      for (ColumnBuilder& builder : builders) pointers.push_back(&builder);
      for (size_t i = 0; i < all.size(); ++i) {
        slots[i].Set<int64_t>(0, slots[i].Get<int64_t>(0) + counts[i]);
        if (!is_new[i]) continue;
        auto [group, value] = SplitInnerKey(composite.key(i));
        groups.Append(group, KeyCodec::Hash(group));
        call.counts->codec().Decode(value, pointers);
      }
      std::vector<uint32_t> rows(groups.size());
      for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<uint32_t>(i);
      std::vector<Slot> mains(rows.size());
      std::vector<uint8_t> main_new(rows.size());
      RETURN_IF_ERROR(main.Resolve(window, groups, rows, mains, main_new));
      args_.clear();
      for (ColumnBuilder& builder : builders) args_.push_back(builder.Finish());
      call.function->Accumulate(args_, rows, mains);
    } while (cursor != 0);
  }
  return OkStatus();
}

Status AggregateSet::DropSlice(int64_t slice) {
  for (Call& call : calls_) {
    if (call.kept) RETURN_IF_ERROR(call.kept->DropSlice(slice));
    if (call.counts) RETURN_IF_ERROR(call.counts->table().DropSlice(slice));
  }
  return OkStatus();
}

Status AggregateSet::DropMergedDistinct(int64_t window) {
  for (Call& call : calls_) {
    if (call.distinct) RETURN_IF_ERROR(call.merged_counts->DropSlice(window));
  }
  return OkStatus();
}

Status AggregateSet::MergeGroup(const GroupKey& from, Slot from_slot, const GroupKey& into,
                                Slot into_slot) {
  if (count_rows_) AddRows(into_slot, RowCount(from_slot));
  for (Call& call : calls_) {
    if (call.kept) {
      RETURN_IF_ERROR(call.kept->MergeGroup(0, from, from_slot, into, into_slot));
    } else if (call.distinct) {
      RETURN_IF_ERROR(MergeDistinctGroup(call, from, into, into_slot));
    } else {
      call.function->Merge(from_slot, into_slot);
    }
  }
  return OkStatus();
}

Status AggregateSet::MergeDistinctGroup(Call& call, const GroupKey& from, const GroupKey& into,
                                        Slot into_slot) {
  std::vector<ColumnBuilder> builders(call.argument_types.begin(), call.argument_types.end());
  std::vector<ColumnBuilder*> pointers;
  for (ColumnBuilder& builder : builders) pointers.push_back(&builder);
  size_t added = 0;
  RETURN_IF_ERROR(call.counts->MoveGroup(0, from, into, [&](std::string_view value) {
    call.counts->codec().Decode(value, pointers);
    ++added;
  }));
  if (added == 0) return OkStatus();
  args_.clear();
  for (ColumnBuilder& builder : builders) args_.push_back(builder.Finish());
  std::vector<uint32_t> rows(added);
  std::iota(rows.begin(), rows.end(), 0);
  std::vector<Slot> slots(added, into_slot);
  call.function->Accumulate(args_, rows, slots);
  return OkStatus();
}

Status AggregateSet::ForgetGroup(const GroupKey& group) {
  for (Call& call : calls_) {
    if (call.kept) RETURN_IF_ERROR(call.kept->ForgetGroup(0, group));
    if (call.counts) RETURN_IF_ERROR(call.counts->ForgetGroup(0, group));
  }
  return OkStatus();
}

void AggregateSet::Results(Slot slot, std::span<ColumnBuilder> out) const {
  for (size_t i = 0; i < calls_.size(); ++i) calls_[i].function->Result(slot, out[i]);
}

void AggregateSet::EncodeSlot(Slot slot, std::vector<uint8_t>& out) const {
  for (size_t i = 0; i < layout_.fields().size(); ++i) {
    const SlotField& field = layout_.fields()[i];
    if (field.kind == SlotFieldKind::kFixed) {
      const char* data = slot.data + layout_.offset(i);
      out.insert(out.end(), data, data + field.width);
      continue;
    }
    std::string_view bytes = slot.GetBytes(layout_.offset(i));
    uint32_t size = static_cast<uint32_t>(bytes.size());
    const char* head = reinterpret_cast<const char*>(&size);
    out.insert(out.end(), head, head + sizeof(size));
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
}

Status AggregateSet::DecodeSlot(std::string_view bytes, Slot slot) const {
  const Status broken = DataLossError("an accumulator of another layout");
  for (size_t i = 0; i < layout_.fields().size(); ++i) {
    const SlotField& field = layout_.fields()[i];
    if (field.kind == SlotFieldKind::kFixed) {
      if (bytes.size() < field.width) return broken;
      std::memcpy(slot.data + layout_.offset(i), bytes.data(), field.width);
      bytes.remove_prefix(field.width);
      continue;
    }
    uint32_t size;
    if (bytes.size() < sizeof(size)) return broken;
    std::memcpy(&size, bytes.data(), sizeof(size));
    bytes.remove_prefix(sizeof(size));
    if (bytes.size() < size) return broken;
    // Borrowed: the accumulator is merged into another before the bytes go.
    slot.Set(layout_.offset(i), SlotBytes{bytes.data(), size});
    bytes.remove_prefix(size);
  }
  return bytes.empty() ? OkStatus() : broken;
}

}  // namespace weir
