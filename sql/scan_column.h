#pragma once

#include <compare>
#include <set>
#include <string>
#include <vector>

#include "common/data/data_type.h"
#include "operators/expressions/expr.h"

namespace weir::sql {

// What a scan reads: a column of its table, or a field in it alone.
struct ScanColumn {
  uint32_t column = 0;           // of the table
  std::vector<uint32_t> fields;  // of a ROW, from the outside in; empty: the whole column

  bool Contains(const ScanColumn& other) const;
  // `type` and `name` are the column's.
  DataType TypeIn(const DataType& type) const;
  std::string NameIn(const std::string& name, const DataType& type) const;  // "user.address.city"
  friend auto operator<=>(const ScanColumn&, const ScanColumn&) = default;
};
using ScanColumns = std::vector<ScanColumn>;

// Adds what `expr` reads, whose input i is inputs[i].
void CollectScanColumns(const Expr& expr, const ScanColumns& inputs, std::set<ScanColumn>& out);
// Ascending, without those that lie in another.
ScanColumns Outermost(const std::set<ScanColumn>& columns);
// `expr`, whose input i is inputs[i], made of values[k], which has what read[k] names. Each input
// that it reads lies in one of `read`.
ExprPtr OverScanColumns(const ExprPtr& expr, const ScanColumns& inputs, const ScanColumns& read,
                        const std::vector<ExprPtr>& values);

}  // namespace weir::sql
