#include "sql/scan_column.h"

#include <algorithm>
#include <optional>

#include "common/base/check.h"
#include "sql/make_expression.h"

namespace weir::sql {
namespace {

// What `expr` is when it is an input or a field of one; else nothing.
std::optional<ScanColumn> AsScanColumn(const Expr& expr, const ScanColumns& inputs) {
  if (expr.is_input()) return inputs[expr.input().column];
  const Expr::Call* call = expr.call();
  if (!call || call->function != "FIELD") return std::nullopt;
  std::optional<ScanColumn> row = AsScanColumn(*call->args[0], inputs);
  if (row) row->fields.push_back(static_cast<uint32_t>(call->args[1]->literal().value.integer()));
  return row;
}

}  // namespace

bool ScanColumn::Contains(const ScanColumn& other) const {
  return column == other.column && fields.size() <= other.fields.size() &&
         std::equal(fields.begin(), fields.end(), other.fields.begin());
}

DataType ScanColumn::TypeIn(const DataType& type) const {
  DataType at = type;
  for (uint32_t field : fields) {
    const DataType& inner = at.fields()[field].type;
    at = inner.WithNullable(inner.nullable() || at.nullable());
  }
  return at;
}

std::string ScanColumn::NameIn(const std::string& name, const DataType& type) const {
  std::string out = name;
  DataType at = type;
  for (uint32_t field : fields) {
    out += "." + at.fields()[field].name;
    at = DataType(at.fields()[field].type);
  }
  return out;
}

void CollectScanColumns(const Expr& expr, const ScanColumns& inputs, std::set<ScanColumn>& out) {
  if (std::optional<ScanColumn> column = AsScanColumn(expr, inputs)) {
    out.insert(*std::move(column));
  } else if (const Expr::Call* call = expr.call()) {
    for (const ExprPtr& arg : call->args) CollectScanColumns(*arg, inputs, out);
  }
}

ScanColumns Outermost(const std::set<ScanColumn>& columns) {
  ScanColumns out;
  // What a column contains comes right behind it.
  for (const ScanColumn& column : columns) {
    if (out.empty() || !out.back().Contains(column)) out.push_back(column);
  }
  return out;
}

ExprPtr OverScanColumns(const ExprPtr& expr, const ScanColumns& inputs, const ScanColumns& read,
                        const std::vector<ExprPtr>& values) {
  if (std::optional<ScanColumn> column = AsScanColumn(*expr, inputs)) {
    for (size_t i = 0; i < read.size(); ++i) {
      if (!read[i].Contains(*column)) continue;
      ExprPtr value = values[i];
      for (size_t k = read[i].fields.size(); k < column->fields.size(); ++k) {
        value = FieldAt(std::move(value), column->fields[k]);
      }
      return value;
    }
    CHECK(false) << "a column that is not read: " << expr->ToString();
  }
  const Expr::Call* call = expr->call();
  if (!call) return expr;
  std::vector<ExprPtr> args;
  for (const ExprPtr& arg : call->args) args.push_back(OverScanColumns(arg, inputs, read, values));
  return Expr::MakeCall(expr->type, call->function, std::move(args));
}

}  // namespace weir::sql
