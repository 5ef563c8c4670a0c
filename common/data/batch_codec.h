#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/data/stream_element.h"

namespace weir {

// Stream elements as bytes, for frames between processes and result rows on their way to a client.
// The schema is not in the bytes: both sides know it from the plan; the count of columns and how
// each is laid out are checked. Little endian. Every length is checked, so bytes from a stranger
// are refused and never read past.

// Appends one element. Every element starts at a multiple of 16 bytes from the start of `out`. A
// dictionary whose base is larger than its rows is sent flat.
void AppendElement(const StreamElement& element, std::string& out);

// All elements of `bytes`, which `owner` keeps alive: columns refer to them in place where they are
// aligned. kDataLoss for anything that AppendElement did not write.
StatusOr<std::vector<StreamElement>> DecodeElements(std::shared_ptr<const void> owner,
                                                    std::string_view bytes,
                                                    const SchemaPtr& schema);
// The same for bytes that are given away.
StatusOr<std::vector<StreamElement>> DecodeElements(std::string bytes, const SchemaPtr& schema);

}  // namespace weir
