#include "operators/expressions/kernels.h"

namespace weir {

Validity CombineValidity(std::span<const ColumnPtr> args, size_t rows) {
  Validity result;
  std::vector<uint8_t> combined;
  size_t bytes = (rows + 7) / 8;
  for (const ColumnPtr& arg : args) {
    if (!arg->may_have_nulls()) continue;
    if (arg->is_constant()) {
      if (rows > 0 && arg->IsNull(0)) {
        result.all_null = true;
        return result;
      }
      continue;
    }
    if (arg->is_flat() && combined.empty() && result.bits.size() == 0) {
      result.bits = arg->flat().validity;
      continue;
    }
    if (combined.empty()) {
      combined.assign(bytes, 0xff);
      if (result.bits.size() != 0) {
        combined.assign(result.bits.data(), result.bits.data() + bytes);
      }
    }
    if (arg->is_flat()) {
      for (size_t i = 0; i < bytes; ++i) combined[i] &= arg->validity()[i];
    } else {
      for (size_t i = 0; i < rows; ++i) {
        if (arg->IsNull(i)) combined[i >> 3] &= static_cast<uint8_t>(~(1u << (i & 7)));
      }
    }
  }
  if (!combined.empty()) result.bits = Buffer::Of(std::move(combined));
  return result;
}

}  // namespace weir
