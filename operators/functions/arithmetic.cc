#include <cmath>

#include "common/data/decimal.h"
#include "operators/expressions/kernels.h"
#include "operators/functions/builtin_functions.h"
#include "operators/functions/signature.h"
#include "operators/functions/time_arithmetic.h"

namespace weir {
namespace {

enum class Operation { kAdd, kSubtract, kMultiply, kDivide, kRemainder };

Status DivisionByZero() { return InvalidArgumentError("division by zero"); }

// Integers wrap: computed without a sign, where that is defined.
template <Operation kOperation, class T>
T Compute(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if constexpr (kOperation == Operation::kAdd) return a + b;
    if constexpr (kOperation == Operation::kSubtract) return a - b;
    if constexpr (kOperation == Operation::kMultiply) return a * b;
    if constexpr (kOperation == Operation::kDivide) return a / b;
    return std::fmod(a, b);
  } else {
    using U = std::make_unsigned_t<std::common_type_t<T, int>>;
    U x = static_cast<U>(a), y = static_cast<U>(b);
    if constexpr (kOperation == Operation::kAdd) return static_cast<T>(x + y);
    if constexpr (kOperation == Operation::kSubtract) return static_cast<T>(x - y);
    return static_cast<T>(x * y);
  }
}

template <Operation kOperation>
ScalarKernel NumberKernel(const DataType& argument, const DataType& result) {
  return VisitNumbers(argument.physical(), [&]<class T>(std::type_identity<T>) {
    if constexpr (std::is_floating_point_v<T>) {
      return Map<T, T, T>([](T a, T b) { return Compute<kOperation>(a, b); });
    } else if constexpr (kOperation == Operation::kDivide) {
      return Map<T, T, T>([](T a, T b) -> StatusOr<T> {
        if (b == 0) return DivisionByZero();
        // The smallest number by -1 wraps to itself.
        return b == -1 ? Compute<Operation::kSubtract>(T{0}, a) : static_cast<T>(a / b);
      });
    } else if constexpr (kOperation == Operation::kRemainder) {
      // The result has the type of the divisor.
      return VisitNumbers(result.physical(), []<class Out>(std::type_identity<Out>) {
        return Map<Out, T, T>([](T a, T b) -> StatusOr<Out> {
          if (b == 0) return DivisionByZero();
          return static_cast<Out>(b == -1 ? 0 : a % b);
        });
      });
    } else {
      return Map<T, T, T>([](T a, T b) { return Compute<kOperation>(a, b); });
    }
  });
}

template <Operation kOperation>
ScalarKernel DecimalKernel(const DataType& a, const DataType& b, const DataType& result) {
  int scale_a = a.scale(), scale_b = b.scale();
  DecimalShape shape{result.precision(), result.scale()};
  constexpr bool kDivides = kOperation == Operation::kDivide || kOperation == Operation::kRemainder;
  using R = std::conditional_t<kDivides, StatusOr<std::optional<Int128>>, std::optional<Int128>>;
  return Map<Int128, Int128, Int128>([=](Int128 x, Int128 y) -> R {
    ScaledDecimal left{x, scale_a}, right{y, scale_b};
    if constexpr (kDivides) {
      if (y == 0) return DivisionByZero();
    }
    if constexpr (kOperation == Operation::kAdd) return AddDecimals(left, right, shape);
    if constexpr (kOperation == Operation::kSubtract) return SubtractDecimals(left, right, shape);
    if constexpr (kOperation == Operation::kMultiply) return MultiplyDecimals(left, right, shape);
    if constexpr (kOperation == Operation::kDivide) return DivideDecimals(left, right, shape);
    return RemainderOfDecimals(left, right, shape);
  });
}

template <Operation kOperation>
DataType DecimalResult(const DataType& a, const DataType& b) {
  switch (kOperation) {
    case Operation::kAdd:
    case Operation::kSubtract:
      return DecimalResultType(DecimalOperation::kAdd, a, b);
    case Operation::kMultiply:
      return DecimalResultType(DecimalOperation::kMultiply, a, b);
    case Operation::kDivide:
      return DecimalResultType(DecimalOperation::kDivide, a, b);
    case Operation::kRemainder:
      return DecimalResultType(DecimalOperation::kRemainder, a, b);
  }
  return a;
}

// Two numbers: what each is cast to, and the result.
template <Operation kOperation>
StatusOr<ResolvedFunction> ResolveNumbers(DataType a, DataType b) {
  bool nullable = a.nullable() || b.nullable();
  auto resolved = [&](const DataType& x, const DataType& y, const DataType& result) {
    return ResolvedFunction{{x.WithNullable(a.nullable()), y.WithNullable(b.nullable())},
                            result.WithNullable(nullable)};
  };
  if (a.is_approximate() || b.is_approximate()) {
    if (kOperation == Operation::kRemainder) return InvalidArgumentError("");
    // Of FLOAT and DOUBLE the first one decides, as in Flink.
    if (a.is_approximate() && b.is_approximate()) return resolved(a, a, a);
    const DataType& approximate = a.is_approximate() ? a : b;
    bool decimal = a.is_decimal() || b.is_decimal();
    DataType type = decimal ? DataType::Double() : approximate;
    return resolved(type, type, type);
  }
  if (a.is_decimal() || b.is_decimal()) {
    return resolved(AsDecimal(a), AsDecimal(b), DecimalResult<kOperation>(a, b));
  }
  const DataType& wide = a.kind() < b.kind() ? b : a;
  return resolved(wide, wide, kOperation == Operation::kRemainder ? b : wide);
}

template <Operation kOperation>
StatusOr<ResolvedFunction> ResolveArithmetic(std::span<const BoundArgument> args) {
  DataType a = args[0].type, b = args[1].type;
  if (a.kind() == TypeKind::kNull && b.kind() == TypeKind::kNull) a = b = DataType::Int();
  if (a.kind() == TypeKind::kNull && b.is_numeric()) a = b.WithNullable(true);
  if (b.kind() == TypeKind::kNull && a.is_numeric()) b = a.WithNullable(true);
  if (a.is_numeric() && b.is_numeric()) return ResolveNumbers<kOperation>(a, b);
  if constexpr (kOperation == Operation::kAdd || kOperation == Operation::kSubtract) {
    return ResolveTimeSum(a, b, kOperation == Operation::kSubtract);
  }
  if constexpr (kOperation == Operation::kMultiply) return ResolveIntervalProduct(a, b);
  return InvalidArgumentError("");
}

template <Operation kOperation>
StatusOr<ScalarKernel> MakeArithmetic(std::span<const BoundArgument> args, const DataType& result,
                                      const std::string&) {
  const DataType &a = args[0].type, &b = args[1].type;
  if (a.is_decimal() && b.is_decimal()) return DecimalKernel<kOperation>(a, b, result);
  if (a.is_numeric() && b.is_numeric()) return NumberKernel<kOperation>(a, result);
  if constexpr (kOperation == Operation::kMultiply) return MakeIntervalProduct(a, b);
  return MakeTimeSum(a, b, kOperation == Operation::kSubtract);
}

ScalarKernel MakeNegation(const DataType& type) {
  if (type.is_decimal()) return Map<Int128, Int128>([](Int128 value) { return -value; });
  return VisitNumbers(type.physical(), []<class T>(std::type_identity<T>) {
    return Map<T, T>([](T value) {
      if constexpr (std::is_floating_point_v<T>) {
        return -value;
      } else {
        return Compute<Operation::kSubtract>(T{0}, value);
      }
    });
  });
}

StatusOr<ResolvedFunction> ResolveSign(const DataType& type) {
  if (type.kind() == TypeKind::kNull) return ResolvedFunction{{DataType::Int()}, DataType::Int()};
  if (!type.is_numeric() && !type.is_interval()) return InvalidArgumentError("");
  return ResolvedFunction{{type}, type};
}

template <Operation kOperation>
void AddOperation(FunctionRegistry& registry, const char* name, const char* description,
                  int min_args, bool total) {
  FunctionSpec spec{name, std::string("number ") + name + " number", description, min_args, 2};
  spec.total = total;
  if (kOperation == Operation::kAdd || kOperation == Operation::kSubtract) {
    spec.signature += std::string(", or time ") + name + " interval";
  }
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    if (args.size() == 1) return ResolveSign(args[0].type);
    return ResolveArithmetic<kOperation>(args);
  };
  spec.make_kernel = [](std::span<const BoundArgument> args, const DataType& result,
                        const std::string& time_zone) -> StatusOr<ScalarKernel> {
    if (args.size() == 2) return MakeArithmetic<kOperation>(args, result, time_zone);
    if (kOperation == Operation::kSubtract) return MakeNegation(args[0].type);
    return ScalarKernel([](std::span<const ColumnPtr> columns, const DataType&, size_t,
                           const EvalContext&) -> StatusOr<ColumnPtr> { return columns[0]; });
  };
  Declare(registry, std::move(spec));
}

}  // namespace

void AddArithmeticFunctions(FunctionRegistry& registry) {
  AddOperation<Operation::kAdd>(registry, "+", "The sum; integers wrap.", 1, true);
  AddOperation<Operation::kSubtract>(registry, "-", "The difference; integers wrap.", 1, true);
  AddOperation<Operation::kMultiply>(registry, "*", "The product; integers wrap.", 2, true);
  AddOperation<Operation::kDivide>(registry, "/",
                                   "The quotient; of integers without its fraction. An exact "
                                   "division by zero is an error.",
                                   2, false);
  AddOperation<Operation::kRemainder>(
      registry, "%", "The remainder, with the sign of the first argument.", 2, false);
  registry.AddAlias("MOD", "%");
}

}  // namespace weir
