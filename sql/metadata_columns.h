#pragma once

#include <map>
#include <string>

#include "sql/catalog.h"
#include "sql/diagnostics.h"

namespace weir::sql {

// The type in which the table's connector hands over a metadata column when it is read, or takes it
// when it is written; between that and the declared type stands a CAST. Refuses keys that the
// connector does not have (or cannot write) and types that cannot be cast, at the column's place.
// `options` are the table's, with hints. Of an unknown connector, which is refused elsewhere: the
// declared type.
SqlResult<DataType> MetadataType(const CatalogTable& table, const CatalogColumn& column,
                                 const std::map<std::string, std::string>& options, bool writing);

}  // namespace weir::sql
