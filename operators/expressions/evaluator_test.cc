#include "operators/expressions/evaluator.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "common/data/column_builder.h"
#include "operators/expressions/test_expressions.h"
#include "operators/functions/function_registry.h"

namespace weir {
namespace {

using testing::BatchOf;
using testing::BindCall;

ExprPtr In(const DataType& type, uint32_t column) { return Expr::MakeInput(type, column); }
ExprPtr Lit(int value) { return Expr::MakeLiteral(DataType::Int().NotNull(), value); }
ExprPtr Fn(const std::string& name, std::vector<ExprPtr> args) {
  StatusOr<ExprPtr> call = BindCall(name, std::move(args));
  EXPECT_TRUE(call.ok()) << call.status();
  return *call;
}

StatusOr<ColumnPtr> Eval(const ExprPtr& expr, const Batch& batch) {
  auto compiled = CompiledExpr::Compile(expr, FunctionRegistry::Builtin());
  EXPECT_TRUE(compiled.ok()) << compiled.status();
  return (*compiled)->Evaluate(batch, EvalContext());
}

std::vector<Value> Cells(const ColumnPtr& column) {
  std::vector<Value> cells;
  for (size_t i = 0; i < column->size(); ++i) cells.push_back(column->GetValue(i));
  return cells;
}
using Vs = std::vector<Value>;

// $0 = -2, null, 0, 3 in each encoding.
std::vector<Batch> Numbers() {
  ColumnPtr flat = ColumnOf(DataType::Int(), {-2, Value(), 0, 3});
  ColumnPtr dictionary =
      Column::MakeDictionary(ColumnOf(DataType::Int(), {3, 0, Value(), -2}), {3, 2, 1, 0});
  return {BatchOf({flat}), BatchOf({dictionary})};
}
const DataType kInt = DataType::Int();

TEST(EvaluatorTest, LiteralsAndInputs) {
  for (const Batch& batch : Numbers()) {
    EXPECT_EQ(*Eval(In(kInt, 0), batch), batch.column(0));
    StatusOr<ColumnPtr> seven = Eval(Lit(7), batch);
    EXPECT_TRUE((*seven)->is_constant());
    EXPECT_EQ(Cells(*seven), (Vs{7, 7, 7, 7}));
  }
}

TEST(EvaluatorTest, CaseEvaluatesABranchOnlyForItsRows) {
  // CASE WHEN $0 <> 0 THEN 6 / $0 ELSE -1 END
  ExprPtr divided = Fn("/", {Lit(6), In(kInt, 0)});
  ExprPtr guarded = Fn("CASE", {Fn("<>", {In(kInt, 0), Lit(0)}), divided, Lit(-1)});
  for (const Batch& batch : Numbers()) {
    EXPECT_FALSE(Eval(divided, batch).ok());
    StatusOr<ColumnPtr> column = Eval(guarded, batch);
    ASSERT_TRUE(column.ok()) << column.status();
    EXPECT_EQ(Cells(*column), (Vs{-3, -1, -1, 2}));
  }
}

TEST(EvaluatorTest, AndOrStopWhenDecided) {
  ExprPtr divides = Fn(">", {Fn("/", {Lit(6), In(kInt, 0)}), Lit(0)});
  ExprPtr not_zero = Fn("<>", {In(kInt, 0), Lit(0)});
  ExprPtr zero = Fn("=", {In(kInt, 0), Lit(0)});
  for (const Batch& batch : Numbers()) {
    StatusOr<ColumnPtr> both = Eval(Fn("AND", {not_zero, divides}), batch);
    ASSERT_TRUE(both.ok()) << both.status();
    EXPECT_EQ(Cells(*both), (Vs{false, Value(), false, true}));
    StatusOr<ColumnPtr> either = Eval(Fn("OR", {zero, divides}), batch);
    ASSERT_TRUE(either.ok()) << either.status();
    EXPECT_EQ(Cells(*either), (Vs{false, Value(), true, true}));
    EXPECT_FALSE(Eval(Fn("AND", {divides, not_zero}), batch).ok());
  }
}

TEST(EvaluatorTest, ThreeValuedLogic) {
  Vs all = {true, false, Value()};
  Vs left, right;
  for (const Value& a : all) {
    for (const Value& b : all) {
      left.push_back(a);
      right.push_back(b);
    }
  }
  DataType type = DataType::Boolean();
  Batch batch = BatchOf({ColumnOf(type, left), ColumnOf(type, right)});
  Value null;
  EXPECT_EQ(Cells(*Eval(Fn("AND", {In(type, 0), In(type, 1)}), batch)),
            (Vs{true, false, null, false, false, false, null, false, null}));
  EXPECT_EQ(Cells(*Eval(Fn("OR", {In(type, 0), In(type, 1)}), batch)),
            (Vs{true, true, true, true, false, null, true, null, null}));
  EXPECT_EQ(Cells(*Eval(Fn("NOT", {In(type, 1)}), batch)),
            (Vs{false, true, null, false, true, null, false, true, null}));
}

TEST(EvaluatorTest, CoalesceNullIfIf) {
  for (const Batch& batch : Numbers()) {
    EXPECT_EQ(Cells(*Eval(Fn("COALESCE", {In(kInt, 0), Lit(9)}), batch)), (Vs{-2, 9, 0, 3}));
    // The second argument would fail for the row that is 0, which does not reach it.
    EXPECT_EQ(
        Cells(*Eval(Fn("COALESCE", {In(kInt, 0), Fn("/", {Lit(1), In(kInt, 0)}), Lit(5)}), batch)),
        (Vs{-2, 5, 0, 3}));
    EXPECT_EQ(Cells(*Eval(Fn("NULLIF", {In(kInt, 0), Lit(3)}), batch)),
              (Vs{-2, Value(), 0, Value()}));
    EXPECT_EQ(Cells(*Eval(Fn("IF", {Fn("IS NULL", {In(kInt, 0)}), Lit(1), Lit(2)}), batch)),
              (Vs{2, 1, 2, 2}));
  }
}

TEST(EvaluatorTest, CaseOverText) {
  auto text = [](const char* s) { return Expr::MakeLiteral(DataType::Char(3).NotNull(), s); };
  ExprPtr sign = Fn("CASE", {Fn(">", {In(kInt, 0), Lit(0)}), text("pos"),
                             Fn("<", {In(kInt, 0), Lit(0)}), text("neg"), text("   ")});
  for (const Batch& batch : Numbers()) {
    EXPECT_EQ(Cells(*Eval(sign, batch)), (Vs{"neg", "   ", "   ", "pos"}));
  }
}

TEST(EvaluatorTest, NestedCase) {
  ExprPtr inner = Fn("CASE", {Fn(">", {In(kInt, 0), Lit(2)}), Fn("/", {Lit(6), In(kInt, 0)}),
                              Fn("+", {In(kInt, 0), Lit(100)})});
  ExprPtr outer = Fn("CASE", {Fn("<", {In(kInt, 0), Lit(0)}), Lit(-1), inner});
  for (const Batch& batch : Numbers()) {
    EXPECT_EQ(Cells(*Eval(outer, batch)), (Vs{-1, Value(), 100, 2}));
  }
}

TEST(EvaluatorTest, ConstantsAreEvaluatedOnceAndOnlyWhenReached) {
  ExprPtr fails = Fn("/", {Lit(1), Lit(0)});
  EXPECT_FALSE(EvaluateConstant(fails, FunctionRegistry::Builtin()).ok());
  ExprPtr guarded = Fn("CASE", {Fn(">", {In(kInt, 0), Lit(10)}), fails, Lit(1)});
  for (const Batch& batch : Numbers()) {
    StatusOr<ColumnPtr> column = Eval(guarded, batch);
    ASSERT_TRUE(column.ok()) << column.status();
    EXPECT_EQ(Cells(*column), (Vs{1, 1, 1, 1}));
    EXPECT_TRUE((*Eval(Fn("+", {Lit(1), Lit(2)}), batch))->is_constant());
  }
  EXPECT_EQ(*EvaluateConstant(Fn("+", {Lit(1), Lit(2)}), FunctionRegistry::Builtin()), Value(3));
  // A constant is never -0.0, a row's value may be.
  const ExprPtr zero = Expr::MakeLiteral(DataType::Double().NotNull(), Value(0.0));
  EXPECT_FALSE(
      std::signbit(EvaluateConstant(Fn("-", {zero}), FunctionRegistry::Builtin())->real()));
  const Batch doubles = BatchOf({ColumnOf(DataType::Double(), {Value(0.0)})});
  StatusOr<ColumnPtr> negated = Eval(Fn("-", {In(DataType::Double(), 0)}), doubles);
  ASSERT_TRUE(negated.ok()) << negated.status();
  EXPECT_TRUE(std::signbit((*negated)->GetValue(0).real()));
  EXPECT_FALSE(EvaluateConstant(In(kInt, 0), FunctionRegistry::Builtin()).ok());
}

TEST(EvaluatorTest, EmptyBatchesFailNothing) {
  Batch empty = BatchOf({ColumnOf(kInt, {})});
  StatusOr<ColumnPtr> column = Eval(Fn("/", {Lit(1), Lit(0)}), empty);
  ASSERT_TRUE(column.ok()) << column.status();
  EXPECT_EQ((*column)->size(), 0u);
  EXPECT_TRUE(Eval(Fn("CASE", {Fn("=", {In(kInt, 0), Lit(1)}), Lit(1), Lit(2)}), empty).ok());
  EXPECT_TRUE(
      Eval(Fn("AND", {Fn("=", {In(kInt, 0), Lit(1)}), Fn("=", {In(kInt, 0), Lit(2)})}), empty)
          .ok());
}

TEST(EvaluatorTest, RefusesArgumentsOfAnotherLayout) {
  ExprPtr wrong = Expr::MakeCall(kInt, "+", {In(kInt, 0), In(DataType::BigInt(), 1)});
  StatusOr<std::unique_ptr<CompiledExpr>> compiled =
      CompiledExpr::Compile(wrong, FunctionRegistry::Builtin());
  ASSERT_FALSE(compiled.ok());
  EXPECT_EQ(compiled.status().code(), StatusCode::kInvalidArgument);
  EXPECT_FALSE(
      CompiledExpr::Compile(Expr::MakeCall(kInt, "NO_SUCH", {}), FunctionRegistry::Builtin()).ok());
}

TEST(EvaluatorTest, TrueRows) {
  DataType type = DataType::Boolean();
  EXPECT_EQ(TrueRows(*ColumnOf(type, {true, false, Value(), true})), (std::vector<uint32_t>{0, 3}));
  EXPECT_EQ(TrueRows(*ColumnOf(type, {true, false, true})), (std::vector<uint32_t>{0, 2}));
  EXPECT_EQ(TrueRows(*Column::MakeConstant(type, true, 2)), (std::vector<uint32_t>{0, 1}));
  EXPECT_EQ(TrueRows(*Column::MakeConstant(type, false, 2)), (std::vector<uint32_t>{}));
  EXPECT_EQ(TrueRows(*Column::MakeConstant(type, Value(), 2)), (std::vector<uint32_t>{}));
}

// Kernels on long flat columns against the same computed cell by cell.
TEST(EvaluatorTest, LongColumnsAgreeWithSingleRows) {
  Vs a, b;
  for (int i = 0; i < 1000; ++i) {
    a.push_back(i % 7 == 0 ? Value() : Value((i * 37) % 101 - 50));
    b.push_back(i % 11 == 0 ? Value() : Value((i * 53) % 97 - 48));
  }
  ColumnPtr columns[] = {ColumnOf(kInt, a), ColumnOf(kInt, b)};
  Batch all = BatchOf({columns[0], columns[1]});
  for (const char* function : {"+", "-", "*", "=", "<>", "<", "<=", ">", ">="}) {
    ExprPtr expr = Fn(function, {In(kInt, 0), In(kInt, 1)});
    StatusOr<ColumnPtr> together = Eval(expr, all);
    ASSERT_TRUE(together.ok());
    for (size_t i = 0; i < a.size(); i += 13) {
      StatusOr<ColumnPtr> one = Eval(expr, all.Slice(i, 1));
      ASSERT_EQ((*one)->GetValue(0), (*together)->GetValue(i)) << function << " row " << i;
    }
  }
}

}  // namespace
}  // namespace weir
