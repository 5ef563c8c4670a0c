#include <cmath>

#include "operators/expressions/kernels.h"
#include "operators/functions/accumulate_cells.h"
#include "operators/functions/aggregates.h"

namespace weir {
namespace {

// Keeps one of the cells: MIN, MAX, FIRST_VALUE, LAST_VALUE. `Replaces` says whether a new cell
// takes the place of the one kept.
template <class T, class Replaces>
class KeepOne : public AggregateFunction {
 public:
  static constexpr bool kIsText = std::is_same_v<T, std::string_view>;

  std::vector<SlotField> Fields() const override {
    SlotField value{"value", SlotFieldKind::kBytes, 16};
    if constexpr (!kIsText) value = {"value", SlotFieldKind::kFixed, sizeof(T)};
    return {value, {"present", SlotFieldKind::kFixed, 1}};
  }
  void Bind(std::vector<uint32_t> offsets) override {
    value_ = offsets[0];
    present_ = offsets[1];
  }
  void Accumulate(std::span<const ColumnPtr> args, std::span<const uint32_t> rows,
                  std::span<Slot> slots) override {
    ForEachCell<T>(*args[0], rows, slots, [this](const Slot& slot, T cell) { Offer(slot, cell); });
  }
  void Retract(std::span<const ColumnPtr>, std::span<const uint32_t>, std::span<Slot>) override {
    CHECK(false) << "what was replaced is not kept: a retracting input needs a multiset";
  }
  bool SupportsRetract() const override { return false; }
  bool Holds(Slot slot, const Column& argument, size_t row) const override {
    if (!slot.Get<uint8_t>(present_)) return false;
    const T kept = Read(slot), cell = ColumnView<T>(argument)[row];
    return !Replaces()(cell, kept) && !Replaces()(kept, cell);
  }
  void Merge(Slot from, Slot into) override {
    if (from.Get<uint8_t>(present_)) Offer(into, Read(from));
  }
  void Result(Slot slot, ColumnBuilder& out) const override {
    if (!slot.Get<uint8_t>(present_)) return out.AppendNull();
    if constexpr (kIsText) {
      out.AppendBytes(Read(slot));
    } else {
      out.Append(Read(slot));
    }
  }

 private:
  T Read(const Slot& slot) const {
    if constexpr (kIsText) {
      return slot.GetBytes(value_);
    } else {
      return slot.Get<T>(value_);
    }
  }
  void Offer(const Slot& slot, T cell) {
    if (slot.Get<uint8_t>(present_) && !Replaces()(cell, Read(slot))) return;
    slot.Set<uint8_t>(present_, 1);
    if constexpr (kIsText) {
      slot.SetBytes(value_, cell);
    } else {
      slot.Set(value_, cell);
    }
  }

  uint32_t value_ = 0;
  uint32_t present_ = 0;
};

struct TotalLess {
  template <class T>
  bool operator()(const T& a, const T& b) const {
    if constexpr (std::is_floating_point_v<T>) {
      if (std::isnan(a) || std::isnan(b)) return std::isnan(b) && !std::isnan(a);
      if (a == b) return std::signbit(a) && !std::signbit(b);
    }
    return a < b;
  }
};
struct TotalGreater {
  template <class T>
  bool operator()(const T& a, const T& b) const {
    return TotalLess()(b, a);
  }
};
struct Never {
  template <class T>
  bool operator()(const T&, const T&) const {
    return false;
  }
};
struct Always {
  template <class T>
  bool operator()(const T&, const T&) const {
    return true;
  }
};

template <class Replaces>
std::unique_ptr<AggregateFunction> Make(const DataType& argument) {
  return VisitCells(argument.physical(),
                    []<class T>(std::type_identity<T>) -> std::unique_ptr<AggregateFunction> {
                      return std::make_unique<KeepOne<kernel_internal::Stored<T>, Replaces>>();
                    });
}

}  // namespace

// A NaN that came first stays, one that comes later is passed over: so Flink's comparisons fall
// out.
std::unique_ptr<AggregateFunction> MakeExtreme(const DataType& argument, Extreme extreme) {
  return extreme == Extreme::kMin ? Make<std::less<>>(argument) : Make<std::greater<>>(argument);
}

std::unique_ptr<AggregateFunction> MakeTotalExtreme(const DataType& argument, Extreme extreme) {
  return extreme == Extreme::kMin ? Make<TotalLess>(argument) : Make<TotalGreater>(argument);
}

std::unique_ptr<AggregateFunction> MakePick(const DataType& argument, Pick pick) {
  return pick == Pick::kFirst ? Make<Never>(argument) : Make<Always>(argument);
}

}  // namespace weir
