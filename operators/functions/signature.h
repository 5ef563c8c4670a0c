#pragma once

#include <functional>
#include <string>
#include <vector>

#include "operators/functions/function_registry.h"

// The usual shapes of a function's arguments, so that a function is declared in one line.

namespace weir {

// What one argument may be, and what it is cast to.
enum class Arg {
  kAny,     // anything, as it is
  kString,  // CHAR or VARCHAR, as it is
  kBinary,  // BINARY or VARBINARY, as it is
  kText,    // either of the two
  kBoolean,
  kInt,        // an integer, cast to INT
  kBigInt,     // an integer, cast to BIGINT
  kDouble,     // a number, cast to DOUBLE
  kNumeric,    // a number, as it is
  kDate,       // DATE, or a timestamp cast to it
  kTimestamp,  // TIMESTAMP(p), or DATE cast to it
  kTimePoint,  // DATE, TIMESTAMP or TIMESTAMP_LTZ, as it is
  kArray,
  kMap,
};

using Resolver = std::function<StatusOr<ResolvedFunction>(std::span<const BoundArgument>)>;

// "Cannot apply 'UPPER' to (INT): expected UPPER(string)".
Status WrongArguments(const ScalarFunction& function, std::span<const BoundArgument> args);

// Checks one argument and says what it is to be cast to; kInvalidArgument (without a message) when
// it does not fit. NULL fits everywhere.
StatusOr<DataType> MatchArgument(Arg wanted, const DataType& given);

bool AnyNullable(std::span<const BoundArgument> args);

// Arguments as listed (missing ones at the end are optional, the last is repeated when there are
// more); the result is null when an argument may be.
Resolver Takes(std::vector<Arg> args, DataType result);
// The same, but the function itself may give null.
Resolver TakesNullable(std::vector<Arg> args, DataType result);
// The result's type is computed from the arguments' (after casts); nullability is added.
using ResultRule = std::function<DataType(std::span<const DataType>)>;
Resolver TakesWith(std::vector<Arg> args, ResultRule result);

// A declaration on one screen: name, arguments, result, kernel.
struct FunctionSpec {
  std::string name;
  std::string signature;
  std::string description;
  int min_args;
  int max_args;
  Resolver resolve;
  std::function<StatusOr<ScalarKernel>(std::span<const BoundArgument> args, const DataType& result,
                                       const std::string& time_zone)>
      make_kernel;
  bool deterministic = true;
  bool total = false;
};
void Declare(FunctionRegistry& registry, FunctionSpec spec);
// With one kernel whatever the types are.
void Declare(FunctionRegistry& registry, FunctionSpec spec, ScalarKernel kernel);

}  // namespace weir
