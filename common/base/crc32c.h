#pragma once

#include <cstddef>
#include <cstdint>

namespace weir {

// CRC-32C (Castagnoli) of `size` bytes, as in iSCSI: "123456789" gives 0xe3069283.
uint32_t Crc32c(const void* data, size_t size);

}  // namespace weir
