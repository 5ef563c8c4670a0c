#include "operators/functions/signature.h"

namespace weir {
namespace {

Resolver Taking(std::vector<Arg> wanted, ResultRule result, bool may_give_null) {
  return [wanted = std::move(wanted), result = std::move(result),
          may_give_null](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    ResolvedFunction resolved;
    for (size_t i = 0; i < args.size(); ++i) {
      Arg arg = wanted[i < wanted.size() ? i : wanted.size() - 1];
      ASSIGN_OR_RETURN(DataType type, MatchArgument(arg, args[i].type));
      resolved.argument_types.push_back(std::move(type));
    }
    resolved.result =
        result(resolved.argument_types).WithNullable(may_give_null || AnyNullable(args));
    return resolved;
  };
}

}  // namespace

Status WrongArguments(const ScalarFunction& function, std::span<const BoundArgument> args) {
  std::string types;
  for (const BoundArgument& arg : args) {
    types += (types.empty() ? "" : ", ") + arg.type.WithNullable(true).ToString();
  }
  return InvalidArgumentError("Cannot apply '" + function.name + "' to (" + types + "): expected " +
                              function.signature);
}

StatusOr<DataType> MatchArgument(Arg wanted, const DataType& given) {
  bool null = given.kind() == TypeKind::kNull;
  auto cast_to = [&](DataType type) { return type.WithNullable(given.nullable()); };
  bool fits = false;
  switch (wanted) {
    case Arg::kAny:
      return given;
    case Arg::kString:
      if (null) return DataType::String();
      fits = given.is_string();
      break;
    case Arg::kBinary:
      if (null) return DataType::Bytes();
      fits = given.is_binary();
      break;
    case Arg::kText:
      if (null) return DataType::String();
      fits = given.is_string() || given.is_binary();
      break;
    case Arg::kBoolean:
      if (null) return DataType::Boolean();
      fits = given.kind() == TypeKind::kBoolean;
      break;
    case Arg::kInt:
      if (null || given.is_integer()) return cast_to(DataType::Int());
      break;
    case Arg::kBigInt:
      if (null || given.is_integer()) return cast_to(DataType::BigInt());
      break;
    case Arg::kDouble:
      if (null || given.is_numeric()) return cast_to(DataType::Double());
      break;
    case Arg::kNumeric:
      if (null) return DataType::Int();
      fits = given.is_numeric();
      break;
    case Arg::kDate:
      if (null || given.kind() == TypeKind::kDate || given.is_timestamp()) {
        return cast_to(DataType::Date());
      }
      break;
    case Arg::kTimestamp:
      if (null) return DataType::Timestamp(3);
      if (given.kind() == TypeKind::kDate) return cast_to(DataType::Timestamp(3));
      fits = given.kind() == TypeKind::kTimestamp;
      break;
    case Arg::kTimePoint:
      if (null) return DataType::Timestamp(3);
      fits = given.kind() == TypeKind::kDate || given.is_timestamp();
      break;
    case Arg::kArray:
      fits = given.kind() == TypeKind::kArray;
      break;
    case Arg::kMap:
      fits = given.kind() == TypeKind::kMap;
      break;
  }
  if (fits) return given;
  return InvalidArgumentError("");
}

bool AnyNullable(std::span<const BoundArgument> args) {
  for (const BoundArgument& arg : args) {
    if (arg.type.nullable()) return true;
  }
  return false;
}

Resolver Takes(std::vector<Arg> args, DataType result) {
  return Taking(
      std::move(args), [result](std::span<const DataType>) { return result; }, false);
}

Resolver TakesNullable(std::vector<Arg> args, DataType result) {
  return Taking(
      std::move(args), [result](std::span<const DataType>) { return result; }, true);
}

Resolver TakesWith(std::vector<Arg> args, ResultRule result) {
  return Taking(std::move(args), std::move(result), false);
}

void Declare(FunctionRegistry& registry, FunctionSpec spec) {
  ScalarFunction function;
  function.name = std::move(spec.name);
  function.signature = std::move(spec.signature);
  function.description = std::move(spec.description);
  function.min_args = spec.min_args;
  function.max_args = spec.max_args;
  function.deterministic = spec.deterministic;
  function.total = spec.total;
  function.resolve = std::move(spec.resolve);
  function.make_kernel = std::move(spec.make_kernel);
  registry.Add(std::move(function));
}

void Declare(FunctionRegistry& registry, FunctionSpec spec, ScalarKernel kernel) {
  spec.make_kernel = [kernel = std::move(kernel)](std::span<const BoundArgument>, const DataType&,
                                                  const std::string&) -> StatusOr<ScalarKernel> {
    return kernel;
  };
  Declare(registry, std::move(spec));
}

}  // namespace weir
