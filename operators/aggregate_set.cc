#include "operators/aggregate_set.h"

#include <algorithm>

#include "operators/expressions/expr.h"
#include "proto/plan.pb.h"

namespace weir {
namespace {

constexpr size_t kMergeChunk = 1024;

bool AnyNull(const std::vector<ColumnPtr>& args, size_t row) {
  return std::any_of(args.begin(), args.end(),
                     [&](const ColumnPtr& column) { return column->IsNull(row); });
}

}  // namespace

StatusOr<std::unique_ptr<AggregateSet>> AggregateSet::Make(
    std::span<const plan::AggregateCall* const> calls, std::vector<DataType> key_types,
    bool count_rows) {
  auto set = std::make_unique<AggregateSet>();
  set->count_rows_ = count_rows;
  set->key_types_ = std::move(key_types);
  std::vector<SlotField> fields;
  if (count_rows) fields.push_back({"$rows", SlotFieldKind::kFixed, 8});
  std::vector<size_t> field_counts;
  for (const plan::AggregateCall* proto : calls) {
    Call call;
    call.name = proto->name();
    call.distinct = proto->distinct();
    call.filter = static_cast<int>(proto->filter_column()) - 1;
    call.arguments.assign(proto->arguments().begin(), proto->arguments().end());
    ASSIGN_OR_RETURN(call.type, FromProto(proto->type()));
    for (const plan::DataType& type : proto->argument_types()) {
      ASSIGN_OR_RETURN(DataType argument, FromProto(type));
      call.argument_types.push_back(std::move(argument));
    }
    ASSIGN_OR_RETURN(call.function,
                     MakeAggregate(proto->function(), call.argument_types, call.type));
    std::vector<SlotField> own = call.function->Fields();
    field_counts.push_back(own.size());
    for (SlotField& field : own) {
      field.name = call.name + "." + field.name;
      fields.push_back(std::move(field));
    }
    if (call.distinct) {
      set->has_distinct_ = true;
      call.value_codec = std::make_unique<KeyCodec>(call.argument_types);
    }
    set->calls_.push_back(std::move(call));
  }
  set->layout_ = SlotLayout(std::move(fields));
  size_t at = count_rows ? 1 : 0;
  for (size_t c = 0; c < set->calls_.size(); ++c) {
    std::vector<uint32_t> offsets;
    for (size_t f = 0; f < field_counts[c]; ++f) offsets.push_back(set->layout_.offset(at++));
    set->calls_[c].function->Bind(std::move(offsets));
  }
  return set;
}

bool AggregateSet::can_retract() const {
  return std::all_of(calls_.begin(), calls_.end(),
                     [](const Call& call) { return call.function->SupportsRetract(); });
}

Status AggregateSet::OpenTables(KeyedState& state, const std::string& name) {
  for (Call& call : calls_) {
    if (!call.distinct) continue;
    ASSIGN_OR_RETURN(call.seen, state.OpenSlotTable(name + ".distinct." + call.name,
                                                    SlotLayout({{"count"}}), KeyForm::kInner));
    ASSIGN_OR_RETURN(call.merged_seen,
                     state.OpenSlotTable(name + ".merge." + call.name, SlotLayout({{"count"}}),
                                         KeyForm::kInner));
  }
  return OkStatus();
}

void AggregateSet::PickRows(const Call& call, const Batch& batch, std::span<const uint32_t> rows,
                            std::span<Slot> slots) {
  for (auto* list : {&add_rows_, &retract_rows_, &add_at_, &retract_at_}) list->clear();
  add_slots_.clear();
  retract_slots_.clear();
  const Column* filter =
      call.filter < 0 ? nullptr : batch.column(static_cast<size_t>(call.filter)).get();
  for (size_t i = 0; i < rows.size(); ++i) {
    uint32_t row = rows[i];
    if (filter) {
      if (filter->IsNull(row) || !filter->base().values<uint8_t>()[filter->BaseIndex(row)])
        continue;
    }
    bool retract = IsRetraction(batch.kind(row));
    (retract ? retract_rows_ : add_rows_).push_back(row);
    (retract ? retract_at_ : add_at_).push_back(static_cast<uint32_t>(i));
    (retract ? retract_slots_ : add_slots_).push_back(slots[i]);
  }
}

void AggregateSet::Apply(Call& call, const Batch& batch) {
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
    if (call.distinct) continue;
    args_.clear();
    for (uint32_t argument : call.arguments) args_.push_back(batch.column(argument));
    if (call.filter < 0 && batch.insert_only()) {
      call.function->Accumulate(args_, rows, slots);
    } else {
      PickRows(call, batch, rows, slots);
      Apply(call, batch);
    }
  }
}

Status AggregateSet::Accumulate(const Batch& batch, std::span<const uint32_t> rows,
                                std::span<Slot> slots, std::span<const int64_t> slices,
                                const EncodedKeys& keys) {
  AccumulatePlain(batch, rows, slots);
  if (!has_distinct_) return OkStatus();
  for (Call& call : calls_) {
    if (!call.distinct) continue;
    args_.clear();
    for (uint32_t argument : call.arguments) args_.push_back(batch.column(argument));
    PickRows(call, batch, rows, slots);
    RETURN_IF_ERROR(AccumulateDistinct(call, batch, slices, keys));
    Apply(call, batch);
  }
  return OkStatus();
}

// Leaves in add_rows_ and retract_rows_ the rows by which a value came or went.
Status AggregateSet::AccumulateDistinct(Call& call, const Batch& batch,
                                        std::span<const int64_t> slices, const EncodedKeys& keys) {
  call.value_codec->Encode(args_, batch.rows(), values_);
  struct Seen {
    int64_t slice;
    uint32_t row;
    Slot slot;  // of the aggregate
    bool retract;
  };
  std::vector<Seen> seen;
  for (size_t i = 0; i < add_rows_.size(); ++i) {
    if (!AnyNull(args_, add_rows_[i])) {
      seen.push_back({slices[add_at_[i]], add_rows_[i], add_slots_[i], false});
    }
  }
  for (size_t i = 0; i < retract_rows_.size(); ++i) {
    if (!AnyNull(args_, retract_rows_[i])) {
      seen.push_back({slices[retract_at_[i]], retract_rows_[i], retract_slots_[i], true});
    }
  }
  std::stable_sort(seen.begin(), seen.end(), [](const Seen& a, const Seen& b) {
    return a.slice != b.slice ? a.slice < b.slice : a.row < b.row;
  });
  add_rows_.clear(), retract_rows_.clear(), add_slots_.clear(), retract_slots_.clear();

  std::string scratch;
  for (size_t begin = 0; begin < seen.size();) {
    size_t end = begin;
    composite_.Clear();
    std::vector<uint32_t> at;
    for (; end < seen.size() && seen[end].slice == seen[begin].slice; ++end) {
      uint32_t row = seen[end].row;
      AppendInnerKey(keys.key(row), keys.hash(row), values_.key(row), composite_, scratch);
      at.push_back(static_cast<uint32_t>(at.size()));
    }
    std::vector<Slot> counts(at.size());
    std::vector<uint8_t> is_new(at.size());
    RETURN_IF_ERROR(call.seen->Resolve(seen[begin].slice, composite_, at, counts, is_new));
    std::vector<uint32_t> gone;
    for (size_t i = 0; i < at.size(); ++i) {
      const Seen& one = seen[begin + i];
      int64_t before = counts[i].Get<int64_t>(0);
      int64_t after = before + (one.retract ? -1 : 1);
      counts[i].Set<int64_t>(0, after);
      if (before == 0 && after == 1) {
        add_rows_.push_back(one.row);
        add_slots_.push_back(one.slot);
      } else if (before == 1 && after == 0) {
        retract_rows_.push_back(one.row);
        retract_slots_.push_back(one.slot);
      }
      if (after == 0) gone.push_back(at[i]);
    }
    // Only what is still at zero when the batch is through is forgotten.
    std::vector<std::pair<std::string, uint64_t>> erase;
    for (uint32_t i : gone) {
      if (counts[i].Get<int64_t>(0) == 0) {
        erase.emplace_back(std::string(composite_.key(i)), composite_.hash(i));
      }
    }
    for (const auto& [key, hash] : erase) {
      RETURN_IF_ERROR(call.seen->Erase(seen[begin].slice, key, hash));
    }
    begin = end;
  }
  return OkStatus();
}

void AggregateSet::Merge(Slot from, Slot into) const {
  if (count_rows_) AddRows(into, RowCount(from));
  for (const Call& call : calls_) {
    if (!call.distinct) call.function->Merge(from, into);
  }
}

Status AggregateSet::MergeDistinct(int64_t slice, int64_t window, SlotTable& main) {
  for (Call& call : calls_) {
    if (!call.distinct) continue;
    uint64_t cursor = 0;
    do {
      composite_.Clear();
      std::vector<int64_t> counts;
      RETURN_IF_ERROR(call.seen->Scan(slice, cursor, kMergeChunk,
                                      [&](std::string_view key, uint64_t hash, Slot slot) {
                                        composite_.Append(key, hash);
                                        counts.push_back(slot.Get<int64_t>(0));
                                      }));
      std::vector<uint32_t> all(composite_.size());
      for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint32_t>(i);
      std::vector<Slot> slots(all.size());
      std::vector<uint8_t> is_new(all.size());
      RETURN_IF_ERROR(call.merged_seen->Resolve(window, composite_, all, slots, is_new));

      EncodedKeys groups;
      std::vector<ColumnBuilder> builders(call.argument_types.begin(), call.argument_types.end());
      std::vector<ColumnBuilder*> pointers;
      for (ColumnBuilder& builder : builders) pointers.push_back(&builder);
      for (size_t i = 0; i < all.size(); ++i) {
        slots[i].Set<int64_t>(0, slots[i].Get<int64_t>(0) + counts[i]);
        if (!is_new[i]) continue;
        auto [group, value] = SplitInnerKey(composite_.key(i));
        groups.Append(group, KeyCodec::Hash(group));
        call.value_codec->Decode(value, pointers);
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
    if (call.distinct) RETURN_IF_ERROR(call.seen->DropSlice(slice));
  }
  return OkStatus();
}

Status AggregateSet::DropMergedDistinct(int64_t window) {
  for (Call& call : calls_) {
    if (call.distinct) RETURN_IF_ERROR(call.merged_seen->DropSlice(window));
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
