#include "operators/expressions/test_expressions.h"

#include <gtest/gtest.h>

#include "common/data/column_builder.h"
#include "common/data/decimal.h"
#include "common/data/time_text.h"
#include "common/data/value_text.h"
#include "operators/expressions/evaluator.h"
#include "operators/functions/function_registry.h"

namespace weir::testing {
namespace {

std::string CellText(const Column& column, size_t row, const std::string& time_zone) {
  if (column.IsNull(row)) return "null";
  std::string out;
  AppendCastText(column, row, *TimeZone::Load(time_zone), out);
  return out;
}

enum class Layout { kFlat, kConstant, kDictionary };

// Three rows of which the middle one is the cell; the others are null, or the cell again.
ColumnPtr Column3(const Cell& cell, Layout layout, bool nulls_around) {
  DataType type = cell.type.WithNullable(true);
  Value other = nulls_around ? Value() : cell.value;
  switch (layout) {
    case Layout::kConstant:
      return Column::MakeConstant(type, cell.value, 3);
    case Layout::kDictionary:
      return Column::MakeDictionary(ColumnOf(type, {cell.value, other}), {1, 0, 1});
    default:
      return ColumnOf(type, {other, cell.value, other});
  }
}

std::string Run(const ExprPtr& expr, const Batch& batch, size_t row, const std::string& time_zone) {
  auto compiled = CompiledExpr::Compile(expr, FunctionRegistry::Builtin(), time_zone);
  if (!compiled.ok()) return "error: " + compiled.status().message();
  EvalContext context;
  context.time_zone = time_zone;
  StatusOr<ColumnPtr> column = (*compiled)->Evaluate(batch, context);
  if (!column.ok()) return "error: " + column.status().message();
  EXPECT_EQ((*column)->size(), batch.rows());
  EXPECT_EQ((*column)->type(), expr->type);
  return CellText(**column, row, time_zone);
}

// Every layout of the arguments must give what literals give.
std::string RunAll(const std::function<StatusOr<ExprPtr>(std::vector<ExprPtr>)>& bind,
                   const std::vector<Cell>& cells, const std::string& time_zone) {
  std::vector<ExprPtr> literals;
  for (const Cell& cell : cells) {
    literals.push_back(Expr::MakeLiteral(cell.type.WithNullable(cell.value.is_null()), cell.value));
  }
  StatusOr<ExprPtr> of_literals = bind(literals);
  if (!of_literals.ok()) return "error: " + of_literals.status().message();
  Batch one_row(std::make_shared<const Schema>(), {}, 1);
  std::string expected = Run(*of_literals, one_row, 0, time_zone);
  if (cells.empty()) return expected;

  for (Layout layout : {Layout::kFlat, Layout::kConstant, Layout::kDictionary}) {
    for (bool nulls_around : {false, true}) {
      std::vector<ColumnPtr> columns;
      std::vector<ExprPtr> inputs;
      for (size_t i = 0; i < cells.size(); ++i) {
        // Literals that must be literals (units, patterns) stay so in half of the runs.
        if (i > 0 && nulls_around) {
          inputs.push_back(literals[i]);
          columns.push_back(Column3(cells[i], layout, false));
          continue;
        }
        columns.push_back(Column3(cells[i], layout, nulls_around));
        inputs.push_back(Expr::MakeInput(columns.back()->type(), static_cast<uint32_t>(i)));
      }
      StatusOr<ExprPtr> of_columns = bind(inputs);
      if (!of_columns.ok()) continue;  // needs a literal
      // The type may depend on a literal: ROUND(x, 2).
      if (!(*of_columns)->type.EqualsIgnoringNullability((*of_literals)->type)) continue;
      std::string got = Run(*of_columns, BatchOf(columns), 1, time_zone);
      if (got.starts_with("error") && expected.starts_with("error")) continue;
      if (got.starts_with("error") && got.ends_with("must be a literal")) continue;
      EXPECT_EQ(got, expected) << (*of_columns)->ToString() << " layout "
                               << static_cast<int>(layout) << " nulls " << nulls_around;
    }
  }
  return expected;
}

}  // namespace

Cell TS(std::string_view text, int precision) {
  return {DataType::Timestamp(precision), *ParseTimestamp(text, ' ')};
}
Cell LTZ(std::string_view text, int precision) {
  return {DataType::TimestampLtz(precision), *ParseTimestamp(text, ' ')};
}
Cell Date(std::string_view text) { return {DataType::Date(), int64_t{*ParseDate(text)}}; }
Cell Time(std::string_view text) { return {DataType::Time(), int64_t{*ParseTime(text)}}; }
Cell Decimal(std::string_view text, int precision, int scale) {
  Int128 value = 0;
  EXPECT_EQ(ParseDecimal(text, {precision, scale}, &value), DecimalParse::kOk) << text;
  return {DataType::Decimal(precision, scale), value};
}

StatusOr<ExprPtr> BindCall(const std::string& name, std::vector<ExprPtr> args) {
  const ScalarFunction* function = FunctionRegistry::Builtin().Find(name);
  if (!function) return InvalidArgumentError("no function " + name);
  std::vector<BoundArgument> bound;
  for (const ExprPtr& arg : args) {
    bound.push_back({arg->type, arg->is_literal() ? &arg->literal().value : nullptr});
  }
  ASSIGN_OR_RETURN(ResolvedFunction resolved, function->resolve(bound));
  for (size_t i = 0; i < args.size(); ++i) {
    const DataType& wanted = resolved.argument_types[i];
    if (!wanted.EqualsIgnoringNullability(args[i]->type)) {
      args[i] = Expr::MakeCall(wanted, "CAST", {args[i]});
    }
  }
  return Expr::MakeCall(resolved.result, function->name, std::move(args));
}

std::string Call(const std::string& function, const std::vector<Cell>& cells,
                 const std::string& time_zone) {
  return RunAll([&](std::vector<ExprPtr> args) { return BindCall(function, std::move(args)); },
                cells, time_zone);
}

std::string CallType(const std::string& function, const std::vector<Cell>& cells) {
  std::vector<ExprPtr> literals;
  for (const Cell& cell : cells) literals.push_back(Expr::MakeLiteral(cell.type, cell.value));
  StatusOr<ExprPtr> expr = BindCall(function, std::move(literals));
  return expr.ok() ? (*expr)->type.ToString() : "error: " + expr.status().message();
}

std::string Cast(const Cell& cell, const DataType& to, bool try_cast,
                 const std::string& time_zone) {
  return RunAll(
      [&](std::vector<ExprPtr> args) -> StatusOr<ExprPtr> {
        return Expr::MakeCall(to, try_cast ? "TRY_CAST" : "CAST", std::move(args));
      },
      {cell}, time_zone);
}

Batch BatchOf(std::vector<ColumnPtr> columns) {
  std::vector<Field> fields;
  for (size_t i = 0; i < columns.size(); ++i) {
    fields.push_back({"c" + std::to_string(i), columns[i]->type()});
  }
  size_t rows = columns.empty() ? 0 : columns[0]->size();
  return Batch(std::make_shared<const Schema>(std::move(fields)), std::move(columns), rows);
}

}  // namespace weir::testing
