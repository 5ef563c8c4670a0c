#include "operators/kept_aggregates.h"

#include <cstring>

#include "operators/functions/aggregates.h"
#include "operators/value_counts.h"
#include "state/ordered_key_codec.h"
#include "state/ordered_table.h"

namespace weir {
namespace {

constexpr uint32_t kFirstRow = 0;

// MIN, MAX: the values of a group, counted.
class KeptExtreme : public KeptAggregate {
 public:
  KeptExtreme(const DataType& type, Extreme extreme)
      : KeptAggregate(MakeTotalExtreme(type, extreme)), type_(type), extreme_(extreme) {}

  Status OpenTables(KeyedState& state, const std::string& name, KeyForm groups) override {
    ASSIGN_OR_RETURN(counts_, ValueCounts::OpenOrdered(state, name, type_, groups));
    return OkStatus();
  }
  Status Begin(int64_t slice, const EncodedKeys& groups, std::vector<ColumnPtr> arguments,
               std::span<const uint32_t> rows) override {
    arguments_ = std::move(arguments);
    return counts_->Begin(slice, groups, arguments_, rows);
  }
  Status Add(uint32_t row, Slot slot) override {
    if (counts_->Add(row, 1) == 0) function_->Accumulate(arguments_, {&row, 1}, {&slot, 1});
    return OkStatus();
  }
  Status TakeBack(uint32_t row, Slot slot) override {
    if (counts_->Add(row, -1) != 1 || !function_->Holds(slot, *arguments_[0], row)) {
      return OkStatus();
    }
    ColumnBuilder builder(type_, 1);
    RETURN_IF_ERROR(counts_->Find(row, extreme_, builder));
    Become(builder, slot);
    return OkStatus();
  }
  Status End() override { return counts_->End(); }
  Status DropSlice(int64_t slice) override { return counts_->table().DropSlice(slice); }
  Status MergeGroup(int64_t slice, const GroupKey& from, Slot, const GroupKey& into,
                    Slot into_slot) override {
    RETURN_IF_ERROR(counts_->MoveGroup(slice, from, into, [](std::string_view) {}));
    ColumnBuilder builder(type_, 1);
    RETURN_IF_ERROR(counts_->FindOf(into.key, slice, extreme_, builder));
    Become(builder, into_slot);
    return OkStatus();
  }
  Status ForgetGroup(int64_t slice, const GroupKey& group) override {
    return counts_->ForgetGroup(slice, group);
  }

 private:
  // The extreme is the value in `builder`, or there is none.
  void Become(ColumnBuilder& builder, Slot slot) {
    Clear(slot);
    if (builder.size() == 0) return;
    const std::vector<ColumnPtr> value = {builder.Finish()};
    function_->Accumulate(value, {&kFirstRow, 1}, {&slot, 1});
  }

  const DataType type_;
  const Extreme extreme_;
  std::unique_ptr<ValueCounts> counts_;
  std::vector<ColumnPtr> arguments_;
};

enum class Kept { kFirst, kLast, kAll };

// FIRST_VALUE, LAST_VALUE, LISTAGG: the rows of a group in the order of their arrival. Of equal
// ones the one that came first is taken back.
class KeptByArrival : public KeptAggregate {
 public:
  static StatusOr<std::unique_ptr<KeptAggregate>> Make(std::unique_ptr<AggregateFunction> function,
                                                       std::span<const DataType> types, Kept kept) {
    std::vector<SortColumn> columns;
    for (const DataType& type : types) columns.push_back({type});
    ASSIGN_OR_RETURN(OrderedKeyCodec codec, OrderedKeyCodec::Make(std::move(columns)));
    return std::unique_ptr<KeptAggregate>(new KeptByArrival(
        std::move(function), {types.begin(), types.end()}, std::move(codec), kept));
  }

  Status OpenTables(KeyedState& state, const std::string& name, KeyForm groups) override {
    const KeyForm form = FormWithin(groups);
    ASSIGN_OR_RETURN(
        rows_,
        state.OpenOrderedTable(name + ".rows", SlotLayout({{"row", SlotFieldKind::kBytes}}), form));
    ASSIGN_OR_RETURN(
        places_, state.OpenOrderedTable(name + ".places",
                                        SlotLayout({{"here", SlotFieldKind::kFixed, 1}}), form));
    return OkStatus();
  }
  Status Begin(int64_t slice, const EncodedKeys& groups, std::vector<ColumnPtr> arguments,
               std::span<const uint32_t>) override {
    slice_ = slice;
    groups_ = &groups;
    arguments_ = std::move(arguments);
    return OkStatus();
  }
  Status Add(uint32_t row, Slot slot) override {
    const int64_t place = slot.Get<int64_t>(next_);
    slot.Set<int64_t>(next_, place + 1);
    RETURN_IF_ERROR(Put({groups_->key(row), groups_->hash(row)}, PlaceKey(place), CellsOf(row)));
    function_->Accumulate(arguments_, {&row, 1}, {&slot, 1});
    return OkStatus();
  }
  Status TakeBack(uint32_t row, Slot slot) override {
    const std::string cells = CellsOf(row);
    std::string place;  // with the cells in front
    RETURN_IF_ERROR(
        places_->ScanFrom(slice_, groups_->key(row), cells, [&](std::string_view inner, Slot) {
          if (inner.starts_with(cells)) place = inner;
          return false;
        }));
    if (place.empty()) return OkStatus();  // it never came
    RETURN_IF_ERROR(Erase(*places_, row, place));
    RETURN_IF_ERROR(Erase(*rows_, row, std::string_view(place).substr(cells.size())));
    Clear(slot);
    const auto take = [&](std::string_view, Slot entry) {
      Feed(entry.GetBytes(0), slot);
      return kept_ == Kept::kAll;
    };
    return kept_ == Kept::kLast ? rows_->ScanBack(slice_, groups_->key(row), take)
                                : rows_->ScanFrom(slice_, groups_->key(row), {}, take);
  }
  Status End() override { return OkStatus(); }
  Status DropSlice(int64_t slice) override {
    RETURN_IF_ERROR(rows_->DropSlice(slice));
    return places_->DropSlice(slice);
  }
  Status MergeGroup(int64_t slice, const GroupKey& from, Slot from_slot, const GroupKey& into,
                    Slot into_slot) override {
    slice_ = slice;
    const int64_t behind = into_slot.Get<int64_t>(next_);
    std::vector<std::string> cells;
    while (true) {
      cells.clear();
      RETURN_IF_ERROR(moving_.Take(*rows_, slice, from,
                                   [&](Slot slot) { cells.emplace_back(slot.GetBytes(0)); }));
      if (moving_.size() == 0) break;
      for (size_t i = 0; i < moving_.size(); ++i) {
        RETURN_IF_ERROR(Put(into, PlaceKey(behind + PlaceOf(moving_[i])), cells[i]));
      }
    }
    RETURN_IF_ERROR(ForgetGroup(slice, from));
    into_slot.Set<int64_t>(next_, behind + from_slot.Get<int64_t>(next_));
    function_->Merge(from_slot, into_slot);
    return OkStatus();
  }
  Status ForgetGroup(int64_t slice, const GroupKey& group) override {
    for (OrderedTable* table : {rows_, places_}) {
      do {
        RETURN_IF_ERROR(moving_.Take(*table, slice, group, [](Slot) {}));
      } while (moving_.size() > 0);
    }
    return OkStatus();
  }

 private:
  KeptByArrival(std::unique_ptr<AggregateFunction> function, std::vector<DataType> types,
                OrderedKeyCodec codec, Kept kept)
      : KeptAggregate(std::move(function)),
        types_(std::move(types)),
        codec_(std::move(codec)),
        kept_(kept) {}

  std::vector<SlotField> MoreFields() const override { return {{"next"}}; }
  void BindMore(std::span<const uint32_t> offsets) override { next_ = offsets[0]; }

  std::string CellsOf(uint32_t row) const {
    std::string cells;
    codec_.Append(arguments_, row, cells);
    return cells;
  }
  static std::string PlaceKey(int64_t place) {
    const uint64_t bytes = __builtin_bswap64(static_cast<uint64_t>(place));
    return {reinterpret_cast<const char*>(&bytes), sizeof(bytes)};
  }
  static int64_t PlaceOf(std::string_view key) {
    uint64_t bytes;
    std::memcpy(&bytes, key.data(), sizeof(bytes));
    return static_cast<int64_t>(__builtin_bswap64(bytes));
  }
  // A row at a place of a group.
  Status Put(const GroupKey& group, const std::string& place, const std::string& cells) {
    Slot entry;
    RETURN_IF_ERROR(Put(*rows_, group, place, entry));
    entry.SetBytes(0, cells);
    return Put(*places_, group, cells + place, entry);
  }
  Status Put(OrderedTable& table, const GroupKey& group, std::string_view inner, Slot& slot) {
    key_.Clear();
    AppendInnerKey(group.key, group.hash, inner, key_, scratch_);
    uint8_t is_new;
    return table.Resolve(slice_, key_, {&kFirstRow, 1}, {&slot, 1}, {&is_new, 1});
  }
  Status Erase(OrderedTable& table, uint32_t row, std::string_view inner) {
    key_.Clear();
    AppendInnerKey(groups_->key(row), groups_->hash(row), inner, key_, scratch_);
    return table.Erase(slice_, key_.key(0), key_.hash(0));
  }
  // Accumulates one row that was kept.
  void Feed(std::string_view cells, Slot slot) {
    std::vector<ColumnBuilder> builders(types_.begin(), types_.end());
    std::vector<ColumnBuilder*> out;
    for (ColumnBuilder& builder : builders) out.push_back(&builder);
    codec_.Decode(cells, out);
    std::vector<ColumnPtr> columns;
    for (ColumnBuilder& builder : builders) columns.push_back(builder.Finish());
    function_->Accumulate(columns, {&kFirstRow, 1}, {&slot, 1});
  }

  const std::vector<DataType> types_;
  const OrderedKeyCodec codec_;
  const Kept kept_;
  uint32_t next_ = 0;               // offset of the next row's place
  OrderedTable* rows_ = nullptr;    // place to cells
  OrderedTable* places_ = nullptr;  // cells and place

  int64_t slice_ = 0;
  const EncodedKeys* groups_ = nullptr;
  std::vector<ColumnPtr> arguments_;
  EncodedKeys key_;
  std::string scratch_;
  InnerKeys moving_;  // rows on their way
};

}  // namespace

std::vector<SlotField> KeptAggregate::Fields() const {
  std::vector<SlotField> fields = function_->Fields();
  for (SlotField& field : MoreFields()) fields.push_back(std::move(field));
  return fields;
}

void KeptAggregate::Bind(const std::vector<uint32_t>& offsets) {
  const size_t own = function_->Fields().size();
  offsets_.assign(offsets.begin(), offsets.begin() + static_cast<ptrdiff_t>(own));
  function_->Bind(offsets_);
  widths_.clear();
  for (const SlotField& field : function_->Fields()) {
    widths_.push_back(field.kind == SlotFieldKind::kBytes ? sizeof(SlotBytes) : field.width);
  }
  BindMore(std::span(offsets).subspan(own));
}

void KeptAggregate::Clear(Slot slot) const {
  for (size_t f = 0; f < widths_.size(); ++f) {
    std::memset(slot.data + offsets_[f], 0, widths_[f]);
  }
}

bool IsKeptAggregate(std::string_view function) {
  for (const char* name : {"MIN", "MAX", "FIRST_VALUE", "LAST_VALUE", "LISTAGG"}) {
    if (function == name) return true;
  }
  return false;
}

StatusOr<std::unique_ptr<KeptAggregate>> MakeKeptAggregate(std::string_view function,
                                                           std::span<const DataType> arguments,
                                                           const DataType& result) {
  if (!IsKeptAggregate(function)) {
    return InvalidArgumentError(std::string(function) + " keeps no values");
  }
  // Checks the types as well.
  ASSIGN_OR_RETURN(std::unique_ptr<AggregateFunction> plain,
                   MakeAggregate(function, arguments, result));
  if (function == "MIN" || function == "MAX") {
    return std::unique_ptr<KeptAggregate>(std::make_unique<KeptExtreme>(
        arguments[0], function == "MIN" ? Extreme::kMin : Extreme::kMax));
  }
  return KeptByArrival::Make(std::move(plain), arguments,
                             function == "FIRST_VALUE"  ? Kept::kFirst
                             : function == "LAST_VALUE" ? Kept::kLast
                                                        : Kept::kAll);
}

}  // namespace weir
