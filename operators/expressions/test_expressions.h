#pragma once

#include <string>
#include <vector>

#include "common/data/batch.h"
#include "operators/expressions/expr.h"

// What the tests of expressions and functions share: short ways to write types, cells and calls,
// and an evaluation in every encoding at once.

namespace weir::testing {

struct Cell {
  DataType type;
  Value value;
};
inline Cell B(bool v) { return {DataType::Boolean(), v}; }
inline Cell I(int v) { return {DataType::Int(), v}; }
inline Cell L(int64_t v) { return {DataType::BigInt(), v}; }
inline Cell D(double v) { return {DataType::Double(), v}; }
inline Cell S(std::string v) { return {DataType::String(), v}; }
inline Cell Null(DataType type) { return {std::move(type), Value()}; }
Cell TS(std::string_view text, int precision = 3);
Cell LTZ(std::string_view text, int precision = 3);
Cell Date(std::string_view text);
Cell Time(std::string_view text);
Cell Decimal(std::string_view text, int precision, int scale);

// A bound call: resolves the function and writes out the casts that it asks for. The status is the
// binder's.
StatusOr<ExprPtr> BindCall(const std::string& function, std::vector<ExprPtr> args);

// The result of function(cells...) as text, NULL as "null", "error: ..." when it cannot be bound or
// fails. The arguments are given as literals, as flat, constant and dictionary columns between
// other rows; that all of these agree is checked.
std::string Call(const std::string& function, const std::vector<Cell>& cells,
                 const std::string& time_zone = "UTC");
// The type of the result, or "error: ...".
std::string CallType(const std::string& function, const std::vector<Cell>& cells);

// CAST or TRY_CAST of a cell, as Call.
std::string Cast(const Cell& cell, const DataType& to, bool try_cast = false,
                 const std::string& time_zone = "UTC");

// A batch of columns without names.
Batch BatchOf(std::vector<ColumnPtr> columns);

}  // namespace weir::testing
