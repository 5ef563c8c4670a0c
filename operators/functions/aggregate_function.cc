#include "operators/functions/aggregate_function.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <optional>

#include "common/base/ascii.h"
#include "common/data/decimal.h"
#include "operators/functions/aggregates.h"
#include "operators/functions/function_registry.h"

namespace weir {
namespace {

enum class AggregateKind {
  kCount,
  kSum,
  kAvg,
  kMin,
  kMax,
  kFirst,
  kLast,
  kListAgg,
  kPercentile,
  kSingle,
  kVariance,  // or its root: made of SUM and COUNT by the binder
};

struct Named {
  const char* name;
  AggregateKind kind;
};
constexpr std::array<Named, 15> kAggregates = {{
    {"AVG", AggregateKind::kAvg},
    {"COUNT", AggregateKind::kCount},
    {"FIRST_VALUE", AggregateKind::kFirst},
    {"LAST_VALUE", AggregateKind::kLast},
    {"LISTAGG", AggregateKind::kListAgg},
    {"MAX", AggregateKind::kMax},
    {"MIN", AggregateKind::kMin},
    {"PERCENTILE", AggregateKind::kPercentile},
    {"SINGLE_VALUE", AggregateKind::kSingle},
    {"STDDEV_POP", AggregateKind::kVariance},
    {"STDDEV_SAMP", AggregateKind::kVariance},
    {"SUM", AggregateKind::kSum},
    {"VARIANCE", AggregateKind::kVariance},
    {"VAR_POP", AggregateKind::kVariance},
    {"VAR_SAMP", AggregateKind::kVariance},
}};

std::optional<AggregateKind> FindKind(std::string_view name) {
  const std::string upper = AsciiUpper(name);
  for (const Named& aggregate : kAggregates) {
    if (upper == aggregate.name) return aggregate.kind;
  }
  return std::nullopt;
}

Status WrongArguments(std::string_view name, std::span<const DataType> arguments,
                      std::string_view expected) {
  std::string types;
  for (const DataType& type : arguments) {
    types += (types.empty() ? "" : ", ") + type.WithNullable(true).ToString();
  }
  return InvalidArgumentError("Cannot apply '" + std::string(name) + "' to (" + types +
                              "): expected " + std::string(expected));
}

bool IsOrdered(const DataType& type) {
  return !type.is_nested() && type.kind() != TypeKind::kNull && !type.is_binary() &&
         !type.is_variant();
}

// Sums of DECIMAL get all the digits there are; everything else keeps its type.
DataType ResultOf(AggregateKind kind, const DataType& argument) {
  if (argument.is_decimal()) {
    switch (kind) {
      case AggregateKind::kSum:
        return DataType::Decimal(kMaxDecimalPrecision, argument.scale());
      case AggregateKind::kAvg:
      case AggregateKind::kVariance:
        return DataType::Decimal(kMaxDecimalPrecision, std::max(6, argument.scale()));
      default:
        break;
    }
  }
  return argument.WithNullable(true);
}

// A number, a percentage or an array of some, and how often the number counts.
StatusOr<ResolvedAggregate> ResolvePercentile(std::string_view name,
                                              std::span<const DataType> arguments) {
  constexpr char kExpected[] = "a number, a percentage or an array of some, and perhaps a count";
  const auto is_number = [](const DataType& type) {
    return type.is_numeric() || type.kind() == TypeKind::kNull;
  };
  if (arguments.size() < 2 || arguments.size() > 3 || !is_number(arguments[0])) {
    return WrongArguments(name, arguments, kExpected);
  }
  const bool several = arguments[1].kind() == TypeKind::kArray;
  const bool counts =
      arguments.size() < 3 || arguments[2].is_integer() || arguments[2].kind() == TypeKind::kNull;
  if (!counts || !is_number(several ? arguments[1].element() : arguments[1])) {
    return WrongArguments(name, arguments, kExpected);
  }
  ResolvedAggregate resolved;
  const DataType list = DataType::Array(DataType::Double());
  resolved.argument_types = {DataType::Double(), several ? list : DataType::Double()};
  if (arguments.size() == 3) resolved.argument_types.push_back(DataType::BigInt());
  resolved.result = several ? list : DataType::Double();
  return resolved;
}

}  // namespace

StatusOr<ResolvedAggregate> ResolveAggregate(std::string_view name,
                                             std::span<const DataType> arguments) {
  std::optional<AggregateKind> kind = FindKind(name);
  if (!kind) return NotFoundError("no aggregate function " + std::string(name));
  ResolvedAggregate resolved;
  resolved.argument_types.assign(arguments.begin(), arguments.end());
  if (*kind == AggregateKind::kCount) {
    resolved.result = DataType::BigInt().NotNull();
    return resolved;
  }
  if (*kind == AggregateKind::kListAgg) {
    if (arguments.empty() || arguments.size() > 2) {
      return WrongArguments(name, arguments, "a text and perhaps a separator");
    }
    for (DataType& type : resolved.argument_types) {
      if (type.kind() == TypeKind::kNull) type = DataType::String();
      if (!type.is_string()) return WrongArguments(name, arguments, "text");
    }
    resolved.result = resolved.argument_types[0];  // also when it is CHAR(1), as Flink has it
    return resolved;
  }
  if (*kind == AggregateKind::kPercentile) return ResolvePercentile(name, arguments);
  if (arguments.size() != 1) return WrongArguments(name, arguments, "one argument");
  DataType& type = resolved.argument_types[0];
  if (type.kind() == TypeKind::kNull) type = DataType::Int();
  switch (*kind) {
    case AggregateKind::kMin:
    case AggregateKind::kMax:
      if (!IsOrdered(type)) return WrongArguments(name, arguments, "a value that has an order");
      break;
    case AggregateKind::kFirst:
    case AggregateKind::kLast:
    case AggregateKind::kSingle:
      if (type.is_nested()) return WrongArguments(name, arguments, "a value that is not nested");
      break;
    default:
      if (!type.is_numeric()) return WrongArguments(name, arguments, "a number");
      break;
  }
  resolved.result = ResultOf(*kind, type).WithNullable(true);
  return resolved;
}

StatusOr<std::unique_ptr<AggregateFunction>> MakeAggregate(std::string_view name,
                                                           std::span<const DataType> arguments,
                                                           const DataType& result) {
  // The plan may come from another process: what does not resolve is not built.
  ASSIGN_OR_RETURN(ResolvedAggregate resolved, ResolveAggregate(name, arguments));
  if (resolved.result.physical() != result.physical()) {
    return InvalidArgumentError(std::string(name) + " gives " + resolved.result.ToString() +
                                ", not " + result.ToString());
  }
  AggregateKind kind = *FindKind(name);
  if (kind == AggregateKind::kCount) return MakeCount();
  const DataType& type = resolved.argument_types[0];
  if (type.physical() != arguments[0].physical()) {
    return InvalidArgumentError(std::string(name) + " of an untyped NULL");
  }
  switch (kind) {
    case AggregateKind::kCount:
      return MakeCount();
    case AggregateKind::kSum:
      return MakeSum(type, result);
    case AggregateKind::kAvg:
      return MakeAverage(type, result);
    case AggregateKind::kMin:
      return MakeExtreme(type, Extreme::kMin);
    case AggregateKind::kMax:
      return MakeExtreme(type, Extreme::kMax);
    case AggregateKind::kFirst:
      return MakePick(type, Pick::kFirst);
    case AggregateKind::kLast:
      return MakePick(type, Pick::kLast);
    case AggregateKind::kListAgg:
      return MakeListAgg();
    case AggregateKind::kPercentile:
      return MakePercentile(resolved.result.kind() == TypeKind::kArray);
    case AggregateKind::kSingle:
      return MakePick(type, Pick::kFirst);
    case AggregateKind::kVariance:
      return InternalError(std::string(name) + " is made of SUM and COUNT");
  }
  return InternalError("an aggregate without an implementation");
}

bool IsAggregateFunction(std::string_view name) { return FindKind(name).has_value(); }

std::vector<std::string> AggregateFunctionNames() {
  std::vector<std::string> names;
  for (const Named& aggregate : kAggregates) names.emplace_back(aggregate.name);
  return names;
}

}  // namespace weir
