#include <cmath>

#include "common/data/decimal.h"
#include "operators/expressions/kernels.h"
#include "operators/functions/accumulate_cells.h"
#include "operators/functions/aggregates.h"

namespace weir {
namespace {

// (sum of squares - sum * sum / n) / n, or / (n - 1): computed in the type that Flink's rewriting
// of the function gives each part, so that the digits are the same.

template <class T>
class Variance : public AggregateFunction {
 public:
  // Integers wrap in 64 bits and are narrowed in the end, which is the same as wrapping in T.
  using Sum = std::conditional_t<std::is_floating_point_v<T>, T, uint64_t>;

  explicit Variance(VarianceKind kind) : kind_(kind) {}
  std::vector<SlotField> Fields() const override {
    return {{"sum", SlotFieldKind::kFixed, sizeof(Sum)},
            {"sum_of_squares", SlotFieldKind::kFixed, sizeof(Sum)},
            {"count", SlotFieldKind::kFixed, 8}};
  }
  void Bind(std::vector<uint32_t> offsets) override {
    sum_ = offsets[0];
    squares_ = offsets[1];
    count_ = offsets[2];
  }
  void Accumulate(std::span<const ColumnPtr> args, std::span<const uint32_t> rows,
                  std::span<Slot> slots) override {
    ForEachCell<T>(*args[0], rows, slots, [this](const Slot& slot, T cell) {
      Sum value = static_cast<Sum>(cell);
      slot.Set<Sum>(sum_, slot.Get<Sum>(sum_) + value);
      slot.Set<Sum>(squares_, slot.Get<Sum>(squares_) + value * value);
      AddTo<int64_t>(slot, count_, 1);
    });
  }
  void Retract(std::span<const ColumnPtr> args, std::span<const uint32_t> rows,
               std::span<Slot> slots) override {
    ForEachCell<T>(*args[0], rows, slots, [this](const Slot& slot, T cell) {
      Sum value = static_cast<Sum>(cell);
      slot.Set<Sum>(sum_, slot.Get<Sum>(sum_) - value);
      slot.Set<Sum>(squares_, slot.Get<Sum>(squares_) - value * value);
      AddTo<int64_t>(slot, count_, -1);
    });
  }
  bool SupportsRetract() const override { return true; }
  void Merge(Slot from, Slot into) override {
    into.Set<Sum>(sum_, into.Get<Sum>(sum_) + from.Get<Sum>(sum_));
    into.Set<Sum>(squares_, into.Get<Sum>(squares_) + from.Get<Sum>(squares_));
    AddTo(into, count_, from.Get<int64_t>(count_));
  }
  void Result(Slot slot, ColumnBuilder& out) const override {
    auto count = slot.Get<int64_t>(count_);
    int64_t divisor = kind_.sample ? count - 1 : count;
    if (count == 0 || divisor == 0) return out.AppendNull();
    Sum sum = slot.Get<Sum>(sum_);
    if constexpr (std::is_floating_point_v<T>) {
      T variance =
          (slot.Get<T>(squares_) - sum * sum / static_cast<T>(count)) / static_cast<T>(divisor);
      out.Append(kind_.square_root ? static_cast<T>(std::sqrt(static_cast<double>(variance)))
                                   : variance);
    } else {
      int64_t square_of_sum = static_cast<T>(sum * sum);
      int64_t squares = static_cast<T>(slot.Get<Sum>(squares_));
      auto difference = static_cast<int64_t>(static_cast<uint64_t>(squares) -
                                             static_cast<uint64_t>(square_of_sum / count));
      int64_t variance = difference / divisor;
      if (!kind_.square_root) return out.Append(static_cast<T>(variance));
      // A sum of squares that wrapped may be negative: Java casts the NaN of its root to 0.
      out.Append(static_cast<T>(variance < 0 ? 0 : std::sqrt(static_cast<double>(variance))));
    }
  }

 private:
  VarianceKind kind_;
  uint32_t sum_ = 0;
  uint32_t squares_ = 0;
  uint32_t count_ = 0;
};

// The sums as DECIMALs of 38 digits; what leaves them is null for good.
class DecimalVariance : public AggregateFunction {
 public:
  DecimalVariance(int scale, const DataType& result, VarianceKind kind)
      : scale_(scale),
        square_scale_(std::min(2 * scale, kMaxDecimalPrecision)),
        shape_{result.precision(), result.scale()},
        kind_(kind) {}
  std::vector<SlotField> Fields() const override {
    return {{"sum", SlotFieldKind::kFixed, 16},
            {"sum_of_squares", SlotFieldKind::kFixed, 16},
            {"count", SlotFieldKind::kFixed, 8},
            {"overflow", SlotFieldKind::kFixed, 1}};
  }
  void Bind(std::vector<uint32_t> offsets) override {
    sum_ = offsets[0];
    squares_ = offsets[1];
    count_ = offsets[2];
    overflow_ = offsets[3];
  }
  void Accumulate(std::span<const ColumnPtr> args, std::span<const uint32_t> rows,
                  std::span<Slot> slots) override {
    ForEachCell<Int128>(*args[0], rows, slots,
                        [this](const Slot& slot, Int128 cell) { AddCell(slot, cell, 1); });
  }
  void Retract(std::span<const ColumnPtr> args, std::span<const uint32_t> rows,
               std::span<Slot> slots) override {
    ForEachCell<Int128>(*args[0], rows, slots,
                        [this](const Slot& slot, Int128 cell) { AddCell(slot, cell, -1); });
  }
  bool SupportsRetract() const override { return true; }
  void Merge(Slot from, Slot into) override {
    Add(into, from.Get<Int128>(sum_), from.Get<Int128>(squares_), from.Get<int64_t>(count_));
    if (from.Get<uint8_t>(overflow_)) into.Set<uint8_t>(overflow_, 1);
  }
  void Result(Slot slot, ColumnBuilder& out) const override {
    std::optional<Int128> variance = ComputeVariance(slot);
    if (variance && kind_.square_root) {
      variance = DoubleToDecimal(std::sqrt(DecimalToDouble(*variance, shape_.scale)), shape_);
    }
    if (!variance) return out.AppendNull();
    out.Append(*variance);
  }

 private:
  std::optional<Int128> ComputeVariance(const Slot& slot) const {
    auto count = slot.Get<int64_t>(count_);
    int64_t divisor = kind_.sample ? count - 1 : count;
    if (count == 0 || divisor == 0 || slot.Get<uint8_t>(overflow_)) return std::nullopt;
    ScaledDecimal sum{slot.Get<Int128>(sum_), scale_};
    std::optional<Int128> square =
        MultiplyDecimals(sum, sum, {kMaxDecimalPrecision, square_scale_});
    if (!square) return std::nullopt;
    std::optional<Int128> mean_square =
        DivideDecimals({*square, square_scale_}, {count, 0}, shape_);
    if (!mean_square) return std::nullopt;
    std::optional<Int128> difference = SubtractDecimals({slot.Get<Int128>(squares_), square_scale_},
                                                        {*mean_square, shape_.scale}, shape_);
    if (!difference) return std::nullopt;
    return DivideDecimals({*difference, shape_.scale}, {divisor, 0}, shape_);
  }
  void AddCell(const Slot& slot, Int128 cell, int sign) {
    std::optional<Int128> square =
        MultiplyDecimals({cell, scale_}, {cell, scale_}, {kMaxDecimalPrecision, square_scale_});
    if (!square) slot.Set<uint8_t>(overflow_, 1);
    Add(slot, sign * cell, sign * square.value_or(0), sign);
  }
  void Add(const Slot& slot, Int128 sum, Int128 squares, int64_t rows) {
    Int128 new_sum, new_squares;
    if (__builtin_add_overflow(slot.Get<Int128>(sum_), sum, &new_sum) ||
        __builtin_add_overflow(slot.Get<Int128>(squares_), squares, &new_squares) ||
        !FitsDecimal(new_sum, kMaxDecimalPrecision) ||
        !FitsDecimal(new_squares, kMaxDecimalPrecision)) {
      slot.Set<uint8_t>(overflow_, 1);
      new_sum = new_squares = 0;
    }
    slot.Set(sum_, new_sum);
    slot.Set(squares_, new_squares);
    AddTo(slot, count_, rows);
  }

  int scale_;
  int square_scale_;
  DecimalShape shape_;
  VarianceKind kind_;
  uint32_t sum_ = 0;
  uint32_t squares_ = 0;
  uint32_t count_ = 0;
  uint32_t overflow_ = 0;
};

}  // namespace

std::unique_ptr<AggregateFunction> MakeVariance(const DataType& argument, const DataType& result,
                                                VarianceKind kind) {
  if (argument.is_decimal()) {
    return std::make_unique<DecimalVariance>(argument.scale(), result, kind);
  }
  return VisitNumbers(argument.physical(),
                      [&]<class T>(std::type_identity<T>) -> std::unique_ptr<AggregateFunction> {
                        return std::make_unique<Variance<T>>(kind);
                      });
}

}  // namespace weir
