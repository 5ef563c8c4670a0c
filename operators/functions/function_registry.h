#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/data/column.h"
#include "operators/expressions/evaluator.h"

namespace weir {

// Evaluates a function over `rows` rows. Arguments are columns of `rows` cells in any encoding, of
// the types that Resolve asked for; the result has `type`.
using ScalarKernel =
    std::function<StatusOr<ColumnPtr>(std::span<const ColumnPtr> args, const DataType& type,
                                      size_t rows, const EvalContext& context)>;

// An argument as the binder sees it.
struct BoundArgument {
  DataType type;
  const Value* literal = nullptr;  // when it is one: TO_TIMESTAMP_LTZ(n, 3)
  bool is_json = false;            // text made by JSON_OBJECT, JSON_ARRAY: nested as it is
};

// What the binder needs to build a call: implicit casts for the arguments and the result's type.
struct ResolvedFunction {
  std::vector<DataType> argument_types;  // cast each argument to this where it differs
  DataType result;
};

struct ScalarFunction {
  std::string name;  // canonical, upper case: "CHAR_LENGTH"; operators by symbol: "+", "=", "LIKE"
  std::string signature;    // for people: "SUBSTRING(string, start [, length])"
  std::string description;  // one sentence
  int min_args = 0;
  int max_args = 0;           // -1: any number
  bool deterministic = true;  // false: never folded (RAND, NOW)
  // True: cheap, and never fails whatever the cells are; AND, OR, CASE may then evaluate it also
  // for rows that do not reach it, instead of gathering those that do.
  bool total = false;
  // Types of the arguments to types of the call; kInvalidArgument with a message that names what is
  // expected when they do not fit.
  std::function<StatusOr<ResolvedFunction>(std::span<const BoundArgument>)> resolve;
  // Makes the kernel for resolved argument types; literals are given so that patterns are compiled
  // once. `time_zone` is the session's.
  std::function<StatusOr<ScalarKernel>(std::span<const BoundArgument> args, const DataType& result,
                                       const std::string& time_zone)>
      make_kernel;
};

// Every scalar function, by name. Binder, runtime, SHOW FUNCTIONS and the docs read this table.
// Immutable after construction; thread-safe.
class FunctionRegistry {
 public:
  // All built-in functions.
  static const FunctionRegistry& Builtin();

  FunctionRegistry();
  ~FunctionRegistry();
  void Add(ScalarFunction function);
  void AddAlias(std::string alias, std::string name);
  // Null when there is none. Case-insensitive; aliases (SUBSTR, CHARACTER_LENGTH) lead to the
  // entry.
  const ScalarFunction* Find(std::string_view name) const;
  std::vector<std::string> Names() const;  // sorted, aliases included

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Integer and DECIMAL types of the results of arithmetic: Flink's rules.
enum class DecimalOperation { kAdd, kMultiply, kDivide, kRemainder };
DataType DecimalResultType(DecimalOperation operation, const DataType& a, const DataType& b);
// An integer type as the DECIMAL that holds it; a DECIMAL as it is.
DataType AsDecimal(const DataType& type);

// The type that values of all these types are brought to (CASE, COALESCE, UNION ALL, comparison);
// kInvalidArgument when there is none.
StatusOr<DataType> CommonType(std::span<const DataType> types);
// The same for the arguments of a call, whose own error says what it takes: the message is empty.
StatusOr<DataType> CommonArgumentType(std::span<const DataType> types);
// Whether CAST from one to the other is defined at all (the official matrix), and whether it may be
// implicit (INSERT INTO, function arguments).
bool CanCast(const DataType& from, const DataType& to);
bool CanCastImplicitly(const DataType& from, const DataType& to);

}  // namespace weir
