#include "common/data/column_compare.h"

namespace weir {

bool CellsEqual(const Column& a, size_t i, const Column& b, size_t j) {
  if (a.IsNull(i) || b.IsNull(j)) return a.IsNull(i) == b.IsNull(j);
  const Column& x = a.base();
  const Column& y = b.base();
  const size_t k = a.BaseIndex(i), l = b.BaseIndex(j);
  if (size_t width = static_cast<size_t>(x.type().fixed_width())) {
    return std::memcmp(x.values<char>() + k * width, y.values<char>() + l * width, width) == 0;
  }
  switch (x.type().physical()) {
    case PhysicalType::kBytes:
      return ColumnView<std::string_view>(x)[k] == ColumnView<std::string_view>(y)[l];
    case PhysicalType::kRow:
      for (size_t c = 0; c < x.flat().children.size(); ++c) {
        if (!CellsEqual(*x.child(c), k, *y.child(c), l)) return false;
      }
      return true;
    default: {
      const size_t size = x.offsets()[k + 1] - x.offsets()[k];
      if (y.offsets()[l + 1] - y.offsets()[l] != size) return false;
      for (size_t e = 0; e < size; ++e) {
        for (size_t c = 0; c < x.flat().children.size(); ++c) {
          if (!CellsEqual(*x.child(c), x.offsets()[k] + e, *y.child(c), y.offsets()[l] + e)) {
            return false;
          }
        }
      }
      return true;
    }
  }
}

}  // namespace weir
