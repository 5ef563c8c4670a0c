#pragma once

#include "formats/format.h"

namespace weir {

// 'format' = 'raw': the message is the value of the table's one column. Strings as they are
// (UTF-8), BOOLEAN and numbers in 1 to 8 bytes of the chosen endianness (default big).
Format RawFormat();

}  // namespace weir
