#include "common/base/random_id.h"

#include <cstdint>
#include <random>

namespace weir {

std::string RandomHexId() {
  std::random_device device;
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string id;
  for (int i = 0; i < 4; ++i) {
    uint32_t bits = device();
    for (int j = 0; j < 8; ++j, bits >>= 4) id.push_back(kDigits[bits & 15]);
  }
  return id;
}

}  // namespace weir
