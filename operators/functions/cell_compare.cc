#include "operators/functions/cell_compare.h"

#include <cmath>
#include <string_view>

#include "operators/expressions/kernels.h"

namespace weir {
namespace {

template <class T>
int CompareValues(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) - std::isnan(b);
  }
  return a < b ? -1 : b < a;
}

int CompareLists(const Column& a, size_t i, const Column& b, size_t j) {
  size_t size_a = a.offsets()[i + 1] - a.offsets()[i];
  size_t size_b = b.offsets()[j + 1] - b.offsets()[j];
  for (size_t e = 0; e < std::min(size_a, size_b); ++e) {
    int order = CompareCells(*a.child(0), a.offsets()[i] + e, *b.child(0), b.offsets()[j] + e);
    if (order != 0) return order;
  }
  return CompareValues(size_a, size_b);
}

// The order of entries means nothing.
int CompareMaps(const Column& a, size_t i, const Column& b, size_t j) {
  size_t size_a = a.offsets()[i + 1] - a.offsets()[i];
  size_t size_b = b.offsets()[j + 1] - b.offsets()[j];
  if (size_a != size_b) return CompareValues(size_a, size_b);
  for (size_t e = a.offsets()[i]; e < a.offsets()[i + 1]; ++e) {
    bool found = false;
    for (size_t f = b.offsets()[j]; f < b.offsets()[j + 1] && !found; ++f) {
      found = CompareCells(*a.child(0), e, *b.child(0), f) == 0 &&
              CompareCells(*a.child(1), e, *b.child(1), f) == 0;
    }
    if (!found) return 1;
  }
  return 0;
}

}  // namespace

int CompareCells(const Column& column_a, size_t i, const Column& column_b, size_t j) {
  bool null_a = column_a.IsNull(i), null_b = column_b.IsNull(j);
  if (null_a || null_b) return null_b - null_a;
  const Column &a = column_a.base(), &b = column_b.base();
  i = column_a.BaseIndex(i);
  j = column_b.BaseIndex(j);
  switch (a.type().physical()) {
    case PhysicalType::kArray:
      return CompareLists(a, i, b, j);
    case PhysicalType::kMap:
      return CompareMaps(a, i, b, j);
    case PhysicalType::kRow:
      for (size_t field = 0; field < a.flat().children.size(); ++field) {
        int order = CompareCells(*a.child(field), i, *b.child(field), j);
        if (order != 0) return order;
      }
      return 0;
    default:
      return VisitCells(a.type().physical(), [&]<class T>(std::type_identity<T>) {
        using Stored = kernel_internal::Stored<T>;
        return CompareValues(ColumnView<Stored>(a)[i], ColumnView<Stored>(b)[j]);
      });
  }
}

}  // namespace weir
