#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "common/base/status.h"
#include "common/data/data_type.h"
#include "common/data/value.h"

namespace weir::plan {
class DataType;
class Expression;
class Schema;
class Value;
}  // namespace weir::plan

namespace weir {

// A bound expression: every name is a column index, every type is known, every implicit cast is
// written out. Immutable and shared. It is what the binder makes, what plan.proto carries and what
// CompiledExpr (evaluator.h) runs.
struct Expr;
using ExprPtr = std::shared_ptr<const Expr>;

struct Expr {
  struct Input {
    uint32_t column;
    friend bool operator==(const Input&, const Input&) = default;
  };
  struct Literal {
    Value value;
    friend bool operator==(const Literal&, const Literal&) = default;
  };
  // A function of FunctionRegistry by its canonical name. The names that the evaluator itself
  // knows, because they evaluate arguments only for the rows that reach them:
  //   AND OR CASE(c1, v1, c2, v2, ..., else) IF COALESCE NULLIF
  // and those whose behaviour depends on the type of the result:
  //   CAST(x)  TRY_CAST(x)      to Expr::type
  //   FIELD(row, literal index) a field of a row
  //   ROW(...) ARRAY(...) MAP(k1, v1, ...)
  //   ITEM(array or map, index or key)
  struct Call {
    std::string function;
    std::vector<ExprPtr> args;
  };

  DataType type;
  std::variant<Input, Literal, Call> node;

  static ExprPtr MakeInput(DataType type, uint32_t column);
  static ExprPtr MakeLiteral(DataType type, Value value);
  static ExprPtr MakeCall(DataType type, std::string function, std::vector<ExprPtr> args);

  bool is_input() const { return std::holds_alternative<Input>(node); }
  bool is_literal() const { return std::holds_alternative<Literal>(node); }
  const Input& input() const { return std::get<Input>(node); }
  const Literal& literal() const { return std::get<Literal>(node); }
  const Call* call() const { return std::get_if<Call>(&node); }

  // "($1 + 2)": for EXPLAIN and tests; names give the columns, or $i where empty.
  std::string ToString(const std::vector<std::string>& names = {}) const;
};

// Structural equality, types included.
bool Equal(const Expr& a, const Expr& b);

// To and from plan.proto. FromProto checks what it reads: kinds in range, arity of lists, depth.
void ToProto(const DataType& type, plan::DataType* out);
StatusOr<DataType> FromProto(const plan::DataType& type);
void ToProto(const Schema& schema, plan::Schema* out);
StatusOr<SchemaPtr> FromProto(const plan::Schema& schema);
void ToProto(const Value& value, plan::Value* out);
StatusOr<Value> FromProto(const plan::Value& value, const DataType& type);
void ToProto(const Expr& expr, plan::Expression* out);
StatusOr<ExprPtr> FromProto(const plan::Expression& expr);

}  // namespace weir
