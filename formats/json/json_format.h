#pragma once

#include "formats/format.h"
#include "formats/json/json_options.h"

namespace weir {

// One JSON object a message; names are case-sensitive, of a name that occurs twice the last
// counts, unknown fields are skipped without being read.
StatusOr<std::unique_ptr<Decoder>> MakeJsonDecoder(const DecoderContext& context,
                                                   const JsonOptions& options);
StatusOr<std::unique_ptr<Encoder>> MakeJsonEncoder(SchemaPtr schema, const JsonOptions& options);

// For formats/registry.cc.
Format JsonFormat();

}  // namespace weir
