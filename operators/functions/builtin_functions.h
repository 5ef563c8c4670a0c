#pragma once

#include "operators/functions/function_registry.h"

// The built-in functions by group: each adds its own to the registry.

namespace weir {

void AddComparisonFunctions(FunctionRegistry& registry);  // = < IS NULL IN LIKE NOT ...
void AddConditionalForms(FunctionRegistry& registry);     // AND OR CASE IF COALESCE NULLIF ...
void AddArithmeticFunctions(FunctionRegistry& registry);  // + - * / %
void AddStructuredFunctions(FunctionRegistry& registry);  // ROW ARRAY MAP ITEM FIELD CARDINALITY
void AddStringFunctions(FunctionRegistry& registry);      // || UPPER TRIM SUBSTRING ...

}  // namespace weir
