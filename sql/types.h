#pragma once

#include "common/data/data_type.h"
#include "sql/ast.h"
#include "sql/diagnostics.h"

namespace weir::sql {

// The type that was written, with Flink's defaults (DECIMAL is (10, 0), TIMESTAMP is (6), CHAR and
// BINARY are (1), VARCHAR and VARBINARY have no limit, TIME is always TIME(0)); nullable unless NOT
// NULL. Refuses, at the type's place, lengths and precisions out of range and types that do not
// exist or that Weir does not have.
SqlResult<DataType> ToDataType(const ast::TypeName& type);

// What to do about a conversion that does not exist because one side is a VARIANT; empty when
// neither is.
std::string VariantHint(const DataType& from, const DataType& to);

}  // namespace weir::sql
