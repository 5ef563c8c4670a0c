#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <numeric>
#include <vector>

#include "common/data/column_builder.h"
#include "operators/functions/aggregates.h"

namespace weir {
namespace {

// A value and how often it is there.
struct Counted {
  double value;
  int64_t count;
};

// NaN behind everything, as DOUBLE is ordered.
bool IsLess(double a, double b) { return std::isnan(b) ? !std::isnan(a) : a < b; }

// PERCENTILE(value, percentage or percentages [, frequency]). The accumulator is the values,
// counted and in order, and the percentages, which are the same in every row.
class Percentile : public AggregateFunction {
 public:
  explicit Percentile(bool several) : several_(several) {}

  std::vector<SlotField> Fields() const override {
    return {{"values", SlotFieldKind::kBytes, 16}, {"percentages", SlotFieldKind::kBytes, 16}};
  }
  void Bind(std::vector<uint32_t> offsets) override {
    values_ = offsets[0];
    percentages_ = offsets[1];
  }
  void Accumulate(std::span<const ColumnPtr> args, std::span<const uint32_t> rows,
                  std::span<Slot> slots) override {
    Count(args, rows, slots, 1);
  }
  void Retract(std::span<const ColumnPtr> args, std::span<const uint32_t> rows,
               std::span<Slot> slots) override {
    Count(args, rows, slots, -1);
  }
  bool SupportsRetract() const override { return true; }
  void Merge(Slot from, Slot into) override {
    if (into.GetBytes(percentages_).empty()) {
      into.SetBytes(percentages_, from.GetBytes(percentages_));
    }
    Write(into, Together(Read(into), Read(from)));
  }
  void Result(Slot slot, ColumnBuilder& out) const override {
    const std::vector<Counted> all = Read(slot);
    int64_t total = 0;
    for (const Counted& one : all) total += one.count;
    const std::vector<double> percentages = ReadAs<double>(slot.GetBytes(percentages_));
    if (total <= 0 || percentages.empty()) return out.AppendNull();
    if (!several_) return out.Append(At(all, total, percentages[0]));
    for (double percentage : percentages) out.child(0).Append(At(all, total, percentage));
    out.CloseList();
  }

 private:
  template <class T>
  static std::vector<T> ReadAs(std::string_view bytes) {
    std::vector<T> all(bytes.size() / sizeof(T));
    if (!all.empty()) std::memcpy(all.data(), bytes.data(), bytes.size());
    return all;
  }
  std::vector<Counted> Read(Slot slot) const { return ReadAs<Counted>(slot.GetBytes(values_)); }
  void Write(Slot slot, const std::vector<Counted>& all) const {
    slot.SetBytes(values_,
                  {reinterpret_cast<const char*>(all.data()), all.size() * sizeof(Counted)});
  }
  // Of two lists in order one; what is there no times goes.
  static std::vector<Counted> Together(const std::vector<Counted>& a,
                                       const std::vector<Counted>& b) {
    std::vector<Counted> all(a.size() + b.size());
    std::merge(a.begin(), a.end(), b.begin(), b.end(), all.begin(), IsBefore);
    size_t kept = 0;
    for (size_t i = 0; i < all.size();) {
      Counted one = all[i++];
      for (; i < all.size() && !IsBefore(one, all[i]); ++i) one.count += all[i].count;
      if (one.count != 0) all[kept++] = one;
    }
    all.resize(kept);
    return all;
  }
  static bool IsBefore(const Counted& a, const Counted& b) { return IsLess(a.value, b.value); }

  // A list is written once for all of a batch's rows that go into it.
  void Count(std::span<const ColumnPtr> args, std::span<const uint32_t> rows, std::span<Slot> slots,
             int64_t sign) const {
    std::vector<size_t> order(rows.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t x, size_t y) {
      return std::less<>()(slots[x].data, slots[y].data);
    });
    std::vector<Counted> added;
    for (size_t i = 0; i < order.size();) {
      const Slot slot = slots[order[i]];
      added.clear();
      for (; i < order.size() && slots[order[i]].data == slot.data; ++i) {
        const uint32_t row = rows[order[i]];
        if (slot.GetBytes(percentages_).empty()) KeepPercentages(*args[1], row, slot);
        if (const int64_t times = TimesOf(args, row); times > 0) {
          added.push_back({ColumnView<double>(*args[0])[row], sign * times});
        }
      }
      if (added.empty()) continue;
      std::sort(added.begin(), added.end(), IsBefore);
      Write(slot, Together(Read(slot), added));
    }
  }
  // How often a row counts: not at all where something is NULL.
  static int64_t TimesOf(std::span<const ColumnPtr> args, uint32_t row) {
    if (args[0]->IsNull(row)) return 0;
    if (args.size() < 3) return 1;
    return args[2]->IsNull(row) ? 0 : ColumnView<int64_t>(*args[2])[row];
  }

  void KeepPercentages(const Column& column, uint32_t row, Slot slot) const {
    if (column.IsNull(row)) return;
    std::vector<double> kept;
    const Column& base = column.base();
    const size_t at = column.BaseIndex(row);
    if (several_) {
      const ColumnView<double> items(*base.flat().children[0]);
      for (size_t i = base.offsets()[at]; i < base.offsets()[at + 1]; ++i) {
        if (!items.IsNull(i)) kept.push_back(items[i]);
      }
    } else {
      kept.push_back(ColumnView<double>(base)[at]);
    }
    slot.SetBytes(percentages_,
                  {reinterpret_cast<const char*>(kept.data()), kept.size() * sizeof(double)});
  }

  static double ValueAt(const std::vector<Counted>& all, int64_t position) {
    for (const Counted& one : all) {
      if (position < one.count) return one.value;
      position -= one.count;
    }
    return all.back().value;
  }
  // Between the two values that are nearest to the place. Places are counted from 1, and both
  // values are weighed, as Flink has it: it shows in the last digits.
  static double At(const std::vector<Counted>& all, int64_t total, double percentage) {
    const double place = static_cast<double>(total - 1) * percentage + 1;
    const double below = std::floor(place);
    const double low = ValueAt(all, static_cast<int64_t>(below) - 1);
    if (below == place) return low;
    const double high = ValueAt(all, static_cast<int64_t>(below));
    return low == high ? low : (below + 1 - place) * low + (place - below) * high;
  }

  const bool several_;
  uint32_t values_ = 0;
  uint32_t percentages_ = 0;
};

}  // namespace

std::unique_ptr<AggregateFunction> MakePercentile(bool several) {
  return std::make_unique<Percentile>(several);
}

}  // namespace weir
