#pragma once

#include <string_view>
#include <vector>

#include "operators/expressions/expr.h"

// Bound expressions that the binder and the rules build again and again.

namespace weir::sql {

// `expr` as `type`, by a CAST where they differ in more than nullability.
ExprPtr CastTo(ExprPtr expr, const DataType& type);
// The same, as a literal where `expr` is one.
StatusOr<ExprPtr> LiteralCastTo(ExprPtr expr, const DataType& type);
// A field of a row by its index.
ExprPtr FieldAt(ExprPtr row, uint32_t index);
ExprPtr TextLiteral(std::string_view text);
// Whether it has the same value whenever and wherever it is evaluated. What stands for an aggregate
// or a window has none of its own.
bool IsConstant(const Expr& expr);
ExprPtr Not(ExprPtr expr);
// `name`: AND or OR. One call however they were nested.
ExprPtr AndOr(const char* name, std::vector<ExprPtr> operands);

}  // namespace weir::sql
