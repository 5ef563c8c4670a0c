#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "common/base/check.h"
#include "common/data/data_type.h"

// Between the key codecs.

namespace weir {

// Calls f with a value of the C++ type of a fixed-width physical type.
template <class F>
void WithFixed(PhysicalType type, F f) {
  switch (type) {
    case PhysicalType::kBool:
      return f(uint8_t{});
    case PhysicalType::kInt8:
      return f(int8_t{});
    case PhysicalType::kInt16:
      return f(int16_t{});
    case PhysicalType::kInt32:
      return f(int32_t{});
    case PhysicalType::kInt64:
      return f(int64_t{});
    case PhysicalType::kFloat:
      return f(float{});
    case PhysicalType::kDouble:
      return f(double{});
    case PhysicalType::kInt128:
      return f(Int128{});
    default:
      CHECK(false) << "not of fixed width";
  }
}

// One pattern of bits for what is no number.
template <class T>
T Canonical(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) return std::numeric_limits<T>::quiet_NaN();
  }
  return value;
}

}  // namespace weir
