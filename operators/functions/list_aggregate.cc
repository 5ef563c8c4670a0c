#include <string>

#include "common/data/column_builder.h"
#include "operators/functions/aggregates.h"

namespace weir {
namespace {

class ListAgg : public AggregateFunction {
 public:
  std::vector<SlotField> Fields() const override {
    return {{"value", SlotFieldKind::kBytes, 16},
            {"separator", SlotFieldKind::kBytes, 16},
            {"present", SlotFieldKind::kFixed, 1}};
  }
  void Bind(std::vector<uint32_t> offsets) override {
    value_ = offsets[0];
    separator_ = offsets[1];
    present_ = offsets[2];
  }
  void Accumulate(std::span<const ColumnPtr> args, std::span<const uint32_t> rows,
                  std::span<Slot> slots) override {
    ColumnView<std::string_view> texts(*args[0]);
    for (size_t i = 0; i < rows.size(); ++i) {
      if (texts.IsNull(rows[i])) continue;
      std::string_view separator = ",";
      if (args.size() > 1) {
        if (args[1]->IsNull(rows[i])) continue;
        separator = ColumnView<std::string_view>(*args[1])[rows[i]];
      }
      Append(slots[i], separator, texts[rows[i]]);
    }
  }
  void Retract(std::span<const ColumnPtr>, std::span<const uint32_t>, std::span<Slot>) override {
    CHECK(false) << "a retracting input needs its rows kept";
  }
  bool SupportsRetract() const override { return false; }
  void Merge(Slot from, Slot into) override {
    if (from.Get<uint8_t>(present_)) Append(into, from.GetBytes(separator_), from.GetBytes(value_));
  }
  void Result(Slot slot, ColumnBuilder& out) const override {
    if (!slot.Get<uint8_t>(present_)) return out.AppendNull();
    out.AppendBytes(slot.GetBytes(value_));
  }

 private:
  void Append(Slot slot, std::string_view separator, std::string_view text) {
    if (slot.GetBytes(separator_) != separator) slot.SetBytes(separator_, separator);
    if (!slot.Get<uint8_t>(present_)) {
      slot.Set<uint8_t>(present_, 1);
      slot.SetBytes(value_, text);
      return;
    }
    scratch_ = slot.GetBytes(value_);
    scratch_ += separator;
    scratch_ += text;
    slot.SetBytes(value_, scratch_);
  }

  uint32_t value_ = 0;
  uint32_t separator_ = 0;  // the last one, for a merge
  uint32_t present_ = 0;
  std::string scratch_;
};

}  // namespace

std::unique_ptr<AggregateFunction> MakeListAgg() { return std::make_unique<ListAgg>(); }

}  // namespace weir
