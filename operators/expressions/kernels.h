#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/data/column.h"
#include "common/data/column_builder.h"
#include "operators/functions/function_registry.h"

// From a lambda over the cells of one row to a kernel over columns. Null arguments give null
// without asking the lambda; constants are computed once; plain loops run where every column is
// flat.
//
//   Map<int32_t, std::string_view>([](std::string_view s) { return Length(s); })
//
// Cell types: bool, int8_t .. int64_t, float, double, Int128, and std::string_view for strings and
// bytes. The lambda returns the cell, std::optional of it (empty: null), or StatusOr of either (an
// error fails the evaluation); for text anything that converts to std::string_view. A lambda that
// returns the plain cell may be called on null cells, whose content is arbitrary: it must not fail.

namespace weir {

// The rows in which no argument is null.
struct Validity {
  Buffer bits;            // empty: all rows
  bool all_null = false;  // a constant argument is null
};
Validity CombineValidity(std::span<const ColumnPtr> args, size_t rows);

inline bool BitIsSet(const uint8_t* bits, size_t i) { return bits[i >> 3] >> (i & 7) & 1; }

namespace kernel_internal {

template <class T>
using Stored = std::conditional_t<std::is_same_v<T, bool>, uint8_t, T>;

template <class R>
struct Unwrap {
  static constexpr bool kFallible = false, kOptional = false;
};
template <class R>
struct Unwrap<std::optional<R>> {
  static constexpr bool kFallible = false, kOptional = true;
};
template <class R>
struct Unwrap<StatusOr<R>> {
  static constexpr bool kFallible = true, kOptional = Unwrap<R>::kOptional;
};

// Takes what a lambda returned apart: whether it failed, is null, and the cell.
template <class R>
const Status* ErrorOf(const R& result) {
  if constexpr (Unwrap<R>::kFallible) {
    if (!result.ok()) return &result.status();
  }
  return nullptr;
}
template <class R>
bool IsEmpty(const R& result) {
  if constexpr (Unwrap<R>::kFallible) {
    return IsEmpty(*result);
  } else if constexpr (Unwrap<R>::kOptional) {
    return !result.has_value();
  } else {
    return false;
  }
}
template <class R>
const auto& CellOf(const R& result) {
  if constexpr (Unwrap<R>::kFallible || Unwrap<R>::kOptional) {
    return CellOf(*result);
  } else {
    return result;
  }
}

template <class Out, class F, class... View>
StatusOr<ColumnPtr> TextLoop(const DataType& type, size_t rows, const Validity& validity, F& f,
                             const View&... views) {
  using R = decltype(f(views[0]...));
  const uint8_t* bits = validity.bits.data();
  ColumnBuilder out(type, rows);
  for (size_t i = 0; i < rows; ++i) {
    if (bits && !BitIsSet(bits, i)) {
      out.AppendNull();
      continue;
    }
    const auto& result = f(views[i]...);
    if (const Status* error = ErrorOf<R>(result)) return *error;
    if (IsEmpty<R>(result)) {
      out.AppendNull();
    } else {
      out.AppendBytes(CellOf<R>(result));
    }
  }
  return out.Finish();
}

template <class Out, class F, class... View>
StatusOr<ColumnPtr> CheckedLoop(const DataType& type, size_t rows, const Validity& validity, F& f,
                                const View&... views) {
  using R = std::decay_t<decltype(f(views[0]...))>;
  const uint8_t* bits = validity.bits.data();
  std::vector<Stored<Out>> values(rows);
  std::vector<uint8_t> nulls;  // bits of the result, once a new null has been seen
  for (size_t i = 0; i < rows; ++i) {
    if (bits && !BitIsSet(bits, i)) continue;
    const R result = f(views[i]...);
    if (const Status* error = ErrorOf<R>(result)) return *error;
    if (IsEmpty<R>(result)) {
      if (nulls.empty()) {
        nulls.assign((rows + 7) / 8, 0xff);
        if (bits) nulls.assign(bits, bits + (rows + 7) / 8);
      }
      nulls[i >> 3] &= static_cast<uint8_t>(~(1u << (i & 7)));
    } else {
      values[i] = static_cast<Stored<Out>>(CellOf<R>(result));
    }
  }
  Column::Flat parts;
  parts.validity = nulls.empty() ? validity.bits : Buffer::Of(std::move(nulls));
  parts.values = Buffer::Of(std::move(values));
  return Column::MakeFlat(type, rows, std::move(parts));
}

template <class T>
struct ConstantCell {
  T value;
  T operator[](size_t) const { return value; }
};

template <class Out, class F, class... Cells>
ColumnPtr PlainLoop(const DataType& type, size_t rows, const Validity& validity, F& f,
                    const Cells... cells) {
  std::vector<Stored<Out>> values(rows);
  Stored<Out>* out = values.data();
  for (size_t i = 0; i < rows; ++i) out[i] = static_cast<Stored<Out>>(f(cells[i]...));
  Column::Flat parts;
  parts.validity = validity.bits;
  parts.values = Buffer::Of(std::move(values));
  return Column::MakeFlat(type, rows, std::move(parts));
}

// Loops over bare pointers where it pays: one or two columns of numbers, flat or constant.
template <class Out, class F, class... View>
ColumnPtr VectorLoop(const DataType& type, size_t rows, const Validity& validity, F& f,
                     const View&... views) {
  if constexpr (sizeof...(View) == 1) {
    const auto& a = std::get<0>(std::tie(views...));
    if (auto* pa = a.flat_values()) return PlainLoop<Out>(type, rows, validity, f, pa);
  } else if constexpr (sizeof...(View) == 2) {
    const auto& [a, b] = std::tie(views...);
    auto* pa = a.flat_values();
    auto* pb = b.flat_values();
    using A = std::decay_t<decltype(a[0])>;
    using B = std::decay_t<decltype(b[0])>;
    if (pa && pb) return PlainLoop<Out>(type, rows, validity, f, pa, pb);
    if (pa && b.is_constant()) {
      return PlainLoop<Out>(type, rows, validity, f, pa, ConstantCell<B>{b[0]});
    }
    if (a.is_constant() && pb) {
      return PlainLoop<Out>(type, rows, validity, f, ConstantCell<A>{a[0]}, pb);
    }
  }
  return PlainLoop<Out>(type, rows, validity, f, views...);
}

// A ColumnView that also knows whether its column is constant.
template <class T>
class Cells : public ColumnView<T> {
 public:
  explicit Cells(const Column& column) : ColumnView<T>(column), constant_(column.is_constant()) {}
  bool is_constant() const { return constant_; }
  const T* flat_values() const {
    if constexpr (std::is_same_v<T, std::string_view>) {
      return nullptr;
    } else {
      return ColumnView<T>::flat_values();
    }
  }

 private:
  bool constant_;
};

template <class Out, class... In, class F>
StatusOr<ColumnPtr> MapFlat(std::span<const ColumnPtr> args, const DataType& type, size_t rows,
                            F& f) {
  Validity validity = CombineValidity(args, rows);
  if (validity.all_null) return Column::MakeConstant(type.WithNullable(true), Value(), rows);
  return [&]<size_t... I>(std::index_sequence<I...>)->StatusOr<ColumnPtr> {
    using R = std::decay_t<std::invoke_result_t<F&, Stored<In>...>>;
    if constexpr (std::is_same_v<Out, std::string_view>) {
      return TextLoop<Out>(type, rows, validity, f, Cells<Stored<In>>(*args[I])...);
    } else if constexpr (Unwrap<R>::kFallible || Unwrap<R>::kOptional) {
      return CheckedLoop<Out>(type, rows, validity, f, Cells<Stored<In>>(*args[I])...);
    } else {
      return VectorLoop<Out>(type, rows, validity, f, Cells<Stored<In>>(*args[I])...);
    }
  }
  (std::index_sequence_for<In...>{});
}

}  // namespace kernel_internal

template <class Out, class... In, class F>
StatusOr<ColumnPtr> MapRows(std::span<const ColumnPtr> args, const DataType& type, size_t rows,
                            F& f) {
  CHECK_EQ(args.size(), sizeof...(In));
  bool constant = rows > 0 && !args.empty();
  for (const ColumnPtr& arg : args) constant = constant && arg->is_constant();
  if (!constant) return kernel_internal::MapFlat<Out, In...>(args, type, rows, f);
  ASSIGN_OR_RETURN(ColumnPtr one, (kernel_internal::MapFlat<Out, In...>(args, type, 1, f)));
  return one->is_constant() ? Column::MakeConstant(one->base_ptr(), rows)
                            : Column::MakeConstant(std::move(one), rows);
}

template <class Out, class... In, class F>
ScalarKernel Map(F f) {
  return [f = std::move(f)](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
                            const EvalContext&) mutable {
    return MapRows<Out, In...>(args, type, rows, f);
  };
}

// Calls visit(std::type_identity<T>()) with the cell type of a fixed-width or text type.
template <class Visitor>
auto VisitCells(PhysicalType physical, Visitor&& visit) {
  switch (physical) {
    case PhysicalType::kBool:
      return visit(std::type_identity<bool>());
    case PhysicalType::kInt8:
      return visit(std::type_identity<int8_t>());
    case PhysicalType::kInt16:
      return visit(std::type_identity<int16_t>());
    case PhysicalType::kInt32:
      return visit(std::type_identity<int32_t>());
    case PhysicalType::kInt64:
      return visit(std::type_identity<int64_t>());
    case PhysicalType::kFloat:
      return visit(std::type_identity<float>());
    case PhysicalType::kDouble:
      return visit(std::type_identity<double>());
    case PhysicalType::kInt128:
      return visit(std::type_identity<Int128>());
    case PhysicalType::kBytes:
      return visit(std::type_identity<std::string_view>());
    default:
      break;
  }
  CHECK(false) << "no cell type for a nested column";
  return visit(std::type_identity<bool>());
}

// Integers and approximate numbers only.
template <class Visitor>
auto VisitNumbers(PhysicalType physical, Visitor&& visit) {
  switch (physical) {
    case PhysicalType::kInt8:
      return visit(std::type_identity<int8_t>());
    case PhysicalType::kInt16:
      return visit(std::type_identity<int16_t>());
    case PhysicalType::kInt32:
      return visit(std::type_identity<int32_t>());
    case PhysicalType::kInt64:
      return visit(std::type_identity<int64_t>());
    case PhysicalType::kFloat:
      return visit(std::type_identity<float>());
    default:
      CHECK(physical == PhysicalType::kDouble);
      return visit(std::type_identity<double>());
  }
}

}  // namespace weir
