#include <type_traits>

#include "common/data/decimal.h"
#include "operators/expressions/kernels.h"
#include "operators/functions/accumulate_cells.h"
#include "operators/functions/aggregates.h"

namespace weir {
namespace {

SlotField Fixed(std::string name, uint32_t width) {
  return {std::move(name), SlotFieldKind::kFixed, width};
}

class Count : public AggregateFunction {
 public:
  std::vector<SlotField> Fields() const override { return {Fixed("count", 8)}; }
  void Bind(std::vector<uint32_t> offsets) override { count_ = offsets[0]; }
  void Accumulate(std::span<const ColumnPtr> args, std::span<const uint32_t> rows,
                  std::span<Slot> slots) override {
    Add(args, rows, slots, 1);
  }
  void Retract(std::span<const ColumnPtr> args, std::span<const uint32_t> rows,
               std::span<Slot> slots) override {
    Add(args, rows, slots, -1);
  }
  bool SupportsRetract() const override { return true; }
  void Merge(Slot from, Slot into) override { AddTo(into, count_, from.Get<int64_t>(count_)); }
  void Result(Slot slot, ColumnBuilder& out) const override {
    out.Append(slot.Get<int64_t>(count_));
  }

 private:
  void Add(std::span<const ColumnPtr> args, std::span<const uint32_t> rows, std::span<Slot> slots,
           int64_t step) {
    bool nulls = false;
    for (const ColumnPtr& arg : args) nulls = nulls || arg->may_have_nulls();
    for (size_t i = 0; i < rows.size(); ++i) {
      if (nulls && AnyNull(args, rows[i])) continue;
      AddTo(slots[i], count_, step);
    }
  }
  static bool AnyNull(std::span<const ColumnPtr> args, uint32_t row) {
    for (const ColumnPtr& arg : args) {
      if (arg->IsNull(row)) return true;
    }
    return false;
  }

  uint32_t count_ = 0;
};

// A running sum of cells of type T in a field of type Sum, beside the number of cells. What differs
// between SUM and AVG, and between numbers and DECIMAL, is only how the result is made.
template <class T, class Sum>
class SumBase : public AggregateFunction {
 public:
  std::vector<SlotField> Fields() const override {
    return {Fixed("sum", sizeof(Sum)), Fixed("count", 8)};
  }
  void Bind(std::vector<uint32_t> offsets) override {
    sum_ = offsets[0];
    count_ = offsets[1];
  }
  void Accumulate(std::span<const ColumnPtr> args, std::span<const uint32_t> rows,
                  std::span<Slot> slots) override {
    ForEachCell<T>(*args[0], rows, slots, [this](const Slot& slot, T cell) {
      slot.Set(sum_, Plus(slot.Get<Sum>(sum_), static_cast<Sum>(cell)));
      AddTo<int64_t>(slot, count_, 1);
    });
  }
  void Retract(std::span<const ColumnPtr> args, std::span<const uint32_t> rows,
               std::span<Slot> slots) override {
    ForEachCell<T>(*args[0], rows, slots, [this](const Slot& slot, T cell) {
      slot.Set(sum_, Minus(slot.Get<Sum>(sum_), static_cast<Sum>(cell)));
      AddTo<int64_t>(slot, count_, -1);
    });
  }
  bool SupportsRetract() const override { return true; }
  void Merge(Slot from, Slot into) override {
    into.Set(sum_, Plus(into.Get<Sum>(sum_), from.Get<Sum>(sum_)));
    AddTo(into, count_, from.Get<int64_t>(count_));
  }

 protected:
  static Sum Plus(Sum a, Sum b) {
    if constexpr (std::is_integral_v<Sum>) {
      using U = std::make_unsigned_t<Sum>;
      return static_cast<Sum>(static_cast<U>(static_cast<U>(a) + static_cast<U>(b)));
    } else {
      return a + b;
    }
  }
  static Sum Minus(Sum a, Sum b) {
    if constexpr (std::is_integral_v<Sum>) {
      using U = std::make_unsigned_t<Sum>;
      return static_cast<Sum>(static_cast<U>(static_cast<U>(a) - static_cast<U>(b)));
    } else {
      return a - b;
    }
  }

  uint32_t sum_ = 0;
  uint32_t count_ = 0;
};

template <class T>
class Sum : public SumBase<T, T> {
 public:
  void Result(Slot slot, ColumnBuilder& out) const override {
    if (slot.Get<int64_t>(this->count_) == 0) return out.AppendNull();
    out.Append(slot.Get<T>(this->sum_));
  }
};

// Integers are summed in 64 bits, FLOAT as DOUBLE; the quotient has the argument's type.
template <class T>
using AverageSum = std::conditional_t<std::is_floating_point_v<T>, double, int64_t>;
template <class T>
class Average : public SumBase<T, AverageSum<T>> {
 public:
  void Result(Slot slot, ColumnBuilder& out) const override {
    auto count = slot.Get<int64_t>(this->count_);
    if (count == 0) return out.AppendNull();
    auto sum = slot.Get<AverageSum<T>>(this->sum_);
    out.Append(static_cast<T>(sum / static_cast<AverageSum<T>>(count)));
  }
};

// SUM and AVG of DECIMAL.
class DecimalSum : public AggregateFunction {
 public:
  DecimalSum(int scale, const DataType& result, bool average)
      : scale_(scale), shape_{result.precision(), result.scale()}, average_(average) {}

  std::vector<SlotField> Fields() const override {
    return {Fixed("sum", 16), Fixed("count", 8), Fixed("overflow", 1)};
  }
  void Bind(std::vector<uint32_t> offsets) override {
    sum_ = offsets[0];
    count_ = offsets[1];
    overflow_ = offsets[2];
  }
  void Accumulate(std::span<const ColumnPtr> args, std::span<const uint32_t> rows,
                  std::span<Slot> slots) override {
    ForEachCell<Int128>(*args[0], rows, slots,
                        [this](const Slot& slot, Int128 cell) { Add(slot, cell, 1); });
  }
  void Retract(std::span<const ColumnPtr> args, std::span<const uint32_t> rows,
               std::span<Slot> slots) override {
    ForEachCell<Int128>(*args[0], rows, slots,
                        [this](const Slot& slot, Int128 cell) { Add(slot, -cell, -1); });
  }
  bool SupportsRetract() const override { return true; }
  void Merge(Slot from, Slot into) override {
    Add(into, from.Get<Int128>(sum_), from.Get<int64_t>(count_));
    if (from.Get<uint8_t>(overflow_)) into.Set<uint8_t>(overflow_, 1);
  }
  void Result(Slot slot, ColumnBuilder& out) const override {
    auto count = slot.Get<int64_t>(count_);
    if (count == 0 || slot.Get<uint8_t>(overflow_)) return out.AppendNull();
    ScaledDecimal sum{slot.Get<Int128>(sum_), scale_};
    std::optional<Int128> result;
    if (FitsDecimal(sum.value, kMaxDecimalPrecision)) {
      result = average_ ? DivideDecimals(sum, {count, 0}, shape_)
                        : RescaleDecimal(sum.value, scale_, shape_.scale, shape_.precision);
    }
    if (!result) return out.AppendNull();
    out.Append(*result);
  }

 private:
  void Add(const Slot& slot, Int128 value, int64_t rows) {
    Int128 sum;
    if (__builtin_add_overflow(slot.Get<Int128>(sum_), value, &sum)) {
      slot.Set<uint8_t>(overflow_, 1);
    }
    slot.Set(sum_, sum);
    AddTo(slot, count_, rows);
  }

  int scale_;
  DecimalShape shape_;
  bool average_;
  uint32_t sum_ = 0;
  uint32_t count_ = 0;
  uint32_t overflow_ = 0;
};

}  // namespace

std::unique_ptr<AggregateFunction> MakeCount() { return std::make_unique<Count>(); }

std::unique_ptr<AggregateFunction> MakeSum(const DataType& argument, const DataType& result) {
  if (argument.is_decimal()) {
    return std::make_unique<DecimalSum>(argument.scale(), result, false);
  }
  return VisitNumbers(argument.physical(),
                      []<class T>(std::type_identity<T>) -> std::unique_ptr<AggregateFunction> {
                        return std::make_unique<Sum<T>>();
                      });
}

std::unique_ptr<AggregateFunction> MakeAverage(const DataType& argument, const DataType& result) {
  if (argument.is_decimal()) {
    return std::make_unique<DecimalSum>(argument.scale(), result, true);
  }
  return VisitNumbers(argument.physical(),
                      []<class T>(std::type_identity<T>) -> std::unique_ptr<AggregateFunction> {
                        return std::make_unique<Average<T>>();
                      });
}

}  // namespace weir
