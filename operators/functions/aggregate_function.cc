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

enum class Kind {
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
  Kind kind;
};
constexpr std::array<Named, 15> kAggregates = {{
    {"AVG", Kind::kAvg},
    {"COUNT", Kind::kCount},
    {"FIRST_VALUE", Kind::kFirst},
    {"LAST_VALUE", Kind::kLast},
    {"LISTAGG", Kind::kListAgg},
    {"MAX", Kind::kMax},
    {"MIN", Kind::kMin},
    {"PERCENTILE", Kind::kPercentile},
    {"SINGLE_VALUE", Kind::kSingle},
    {"STDDEV_POP", Kind::kVariance},
    {"STDDEV_SAMP", Kind::kVariance},
    {"SUM", Kind::kSum},
    {"VARIANCE", Kind::kVariance},
    {"VAR_POP", Kind::kVariance},
    {"VAR_SAMP", Kind::kVariance},
}};

std::optional<Kind> FindKind(std::string_view name) {
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
  return !type.is_nested() && type.kind() != TypeKind::kNull && !type.is_binary();
}

// Sums of DECIMAL get all the digits there are; everything else keeps its type.
DataType ResultOf(Kind kind, const DataType& argument) {
  if (argument.is_decimal()) {
    switch (kind) {
      case Kind::kSum:
        return DataType::Decimal(kMaxDecimalPrecision, argument.scale());
      case Kind::kAvg:
      case Kind::kVariance:
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
  std::optional<Kind> kind = FindKind(name);
  if (!kind) return NotFoundError("no aggregate function " + std::string(name));
  ResolvedAggregate resolved;
  resolved.argument_types.assign(arguments.begin(), arguments.end());
  if (*kind == Kind::kCount) {
    resolved.result = DataType::BigInt().NotNull();
    return resolved;
  }
  if (*kind == Kind::kListAgg) {
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
  if (*kind == Kind::kPercentile) return ResolvePercentile(name, arguments);
  if (arguments.size() != 1) return WrongArguments(name, arguments, "one argument");
  DataType& type = resolved.argument_types[0];
  if (type.kind() == TypeKind::kNull) type = DataType::Int();
  switch (*kind) {
    case Kind::kMin:
    case Kind::kMax:
      if (!IsOrdered(type)) return WrongArguments(name, arguments, "a value that has an order");
      break;
    case Kind::kFirst:
    case Kind::kLast:
    case Kind::kSingle:
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
  Kind kind = *FindKind(name);
  if (kind == Kind::kCount) return MakeCount();
  const DataType& type = resolved.argument_types[0];
  if (type.physical() != arguments[0].physical()) {
    return InvalidArgumentError(std::string(name) + " of an untyped NULL");
  }
  switch (kind) {
    case Kind::kCount:
      return MakeCount();
    case Kind::kSum:
      return MakeSum(type, result);
    case Kind::kAvg:
      return MakeAverage(type, result);
    case Kind::kMin:
      return MakeExtreme(type, Extreme::kMin);
    case Kind::kMax:
      return MakeExtreme(type, Extreme::kMax);
    case Kind::kFirst:
      return MakePick(type, Pick::kFirst);
    case Kind::kLast:
      return MakePick(type, Pick::kLast);
    case Kind::kListAgg:
      return MakeListAgg();
    case Kind::kPercentile:
      return MakePercentile(resolved.result.kind() == TypeKind::kArray);
    case Kind::kSingle:
      return MakePick(type, Pick::kFirst);
    case Kind::kVariance:
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
