#pragma once

#include <map>
#include <string>
#include <string_view>

#include "sql/catalog.h"
#include "sql/diagnostics.h"

namespace weir::sql {

// Where the option that a connector's or format's message is about was written in CREATE TABLE;
// `otherwise` when the message is about none, or the option came from a hint or another text.
SourceSpan PlaceOfOption(std::string_view message, const CatalogTable& table,
                         const std::map<std::string, std::string>& options,
                         const SourceSpan& otherwise);

}  // namespace weir::sql
