#include <functional>
#include <memory>
#include <unordered_set>

#include "common/data/decimal.h"
#include "operators/expressions/kernels.h"
#include "operators/functions/builtin_functions.h"
#include "operators/functions/cell_compare.h"
#include "operators/functions/like_pattern.h"
#include "operators/functions/signature.h"

namespace weir {
namespace {

bool IsTimePoint(const DataType& type) {
  return type.kind() == TypeKind::kDate || type.kind() == TypeKind::kTime || type.is_timestamp();
}

// What both sides of a comparison are cast to. Two DECIMALs stay as they are: they are compared
// exactly at any scales.
StatusOr<DataType> ComparedType(const DataType& a, const DataType& b, bool equality) {
  if (a.kind() == TypeKind::kNull && b.kind() == TypeKind::kNull) return DataType::Boolean();
  // Of FLOAT and DOUBLE the first one decides, as in Flink.
  if (a.is_approximate() && b.is_approximate()) return a;
  if (a.is_string() && (IsTimePoint(b) || (b.is_numeric() && !equality))) return b;
  if (b.is_string() && (IsTimePoint(a) || (a.is_numeric() && !equality))) return a;
  if ((a.kind() == TypeKind::kDate) != (b.kind() == TypeKind::kDate) &&
      a.kind() != TypeKind::kNull && b.kind() != TypeKind::kNull) {
    return InvalidArgumentError("");
  }
  DataType both[] = {a, b};
  StatusOr<DataType> common = CommonType(both);
  if (!common.ok()) return InvalidArgumentError("");
  return common;
}

bool AreExact(const DataType& a, const DataType& b) {
  return (a.is_decimal() || b.is_decimal()) && !a.is_approximate() && !b.is_approximate() &&
         a.is_numeric() && b.is_numeric();
}

Resolver ResolveComparison(bool equality, bool result_nullable_with_arguments) {
  return [=](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    const DataType &a = args[0].type, &b = args[1].type;
    ResolvedFunction resolved;
    bool nullable = result_nullable_with_arguments && AnyNullable(args);
    resolved.result = DataType::Boolean().WithNullable(nullable);
    if (AreExact(a, b)) {
      resolved.argument_types = {AsDecimal(a).WithNullable(a.nullable()),
                                 AsDecimal(b).WithNullable(b.nullable())};
      return resolved;
    }
    ASSIGN_OR_RETURN(DataType common, ComparedType(a, b, equality));
    const bool ordered = !common.is_nested() && !common.is_variant();
    if ((!ordered && !equality) || common.kind() == TypeKind::kMultiset) {
      return InvalidArgumentError("");
    }
    resolved.argument_types = {common.WithNullable(a.nullable()),
                               common.WithNullable(b.nullable())};
    return resolved;
  };
}

template <class Compare>
ScalarKernel NestedComparison() {
  return [](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
            const EvalContext&) -> StatusOr<ColumnPtr> {
    Validity validity = CombineValidity(args, rows);
    if (validity.all_null) return Column::MakeConstant(type.WithNullable(true), Value(), rows);
    std::vector<uint8_t> values(rows);
    for (size_t i = 0; i < rows; ++i) {
      values[i] = Compare()(CompareCells(*args[0], i, *args[1], i), 0);
    }
    Column::Flat parts;
    parts.validity = validity.bits;
    parts.values = Buffer::Of(std::move(values));
    return Column::MakeFlat(type, rows, std::move(parts));
  };
}

// A NaN is equal to itself (and neither below nor above anything), as in Flink.
template <class Compare, class T>
bool CompareValues(T x, T y) {
  if constexpr (std::is_floating_point_v<T>) {
    if constexpr (std::is_same_v<Compare, std::equal_to<>>) return x == y || (x != x && y != y);
    if constexpr (std::is_same_v<Compare, std::not_equal_to<>>) return x != y && (x == x || y == y);
  }
  return Compare()(x, y);
}

template <class Compare>
ScalarKernel MakeComparison(const DataType& a, const DataType& b) {
  if (a.is_nested()) return NestedComparison<Compare>();
  if (a.is_decimal() && a.scale() != b.scale()) {
    return Map<bool, Int128, Int128>([sa = a.scale(), sb = b.scale()](Int128 x, Int128 y) {
      return Compare()(CompareDecimals({x, sa}, {y, sb}), 0);
    });
  }
  return VisitCells(a.physical(), []<class T>(std::type_identity<T>) {
    return Map<bool, T, T>([](T x, T y) { return CompareValues<Compare>(x, y); });
  });
}

template <class Compare>
void AddComparison(FunctionRegistry& registry, const char* name, const char* description,
                   bool equality) {
  FunctionSpec spec{name,        std::string("value ") + name + " value of a comparable type",
                    description, 2,
                    2,           ResolveComparison(equality, true)};
  spec.total = true;
  spec.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                        const std::string&) -> StatusOr<ScalarKernel> {
    return MakeComparison<Compare>(args[0].type, args[1].type);
  };
  Declare(registry, std::move(spec));
}

// Compares nulls as values: the result is never null.
ScalarKernel MakeDistinct(const DataType& a, const DataType& b, bool negated) {
  ScalarKernel equal = MakeComparison<std::equal_to<>>(a, b);
  return [equal, negated](std::span<const ColumnPtr> args, const DataType&, size_t rows,
                          const EvalContext& context) -> StatusOr<ColumnPtr> {
    ASSIGN_OR_RETURN(ColumnPtr same, equal(args, DataType::Boolean(), rows, context));
    ColumnView<uint8_t> view(*same);
    std::vector<uint8_t> values(rows);
    for (size_t i = 0; i < rows; ++i) {
      bool distinct = view.IsNull(i) ? args[0]->IsNull(i) != args[1]->IsNull(i) : !view[i];
      values[i] = distinct != negated;
    }
    Column::Flat parts;
    parts.values = Buffer::Of(std::move(values));
    return Column::MakeFlat(DataType::Boolean().NotNull(), rows, std::move(parts));
  };
}

void AddDistinct(FunctionRegistry& registry, const char* name, bool negated) {
  FunctionSpec spec{name,
                    std::string("value ") + name + " value",
                    "Compares with NULL as a value; never NULL.",
                    2,
                    2,
                    ResolveComparison(true, false)};
  spec.total = true;
  spec.make_kernel = [negated](std::span<const BoundArgument> args, const DataType&,
                               const std::string&) -> StatusOr<ScalarKernel> {
    return MakeDistinct(args[0].type, args[1].type, negated);
  };
  Declare(registry, std::move(spec));
}

// A test of each cell whose answer is never null. `test(is_null, cell)`: the cell only of BOOLEAN.
template <class Test>
void AddTest(FunctionRegistry& registry, const char* name, Arg argument, Test test) {
  FunctionSpec spec{name, std::string("value ") + name, "Never NULL.", 1, 1};
  spec.total = true;
  spec.resolve = [argument](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    ASSIGN_OR_RETURN(DataType type, MatchArgument(argument, args[0].type));
    return ResolvedFunction{{type}, DataType::Boolean().NotNull()};
  };
  bool reads_cells = argument == Arg::kBoolean;
  Declare(registry, std::move(spec),
          [test, reads_cells](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
                              const EvalContext&) -> StatusOr<ColumnPtr> {
            const Column& column = *args[0];
            ColumnView<uint8_t> view(column);
            std::vector<uint8_t> values(rows);
            for (size_t i = 0; i < rows; ++i) {
              bool null = column.IsNull(i);
              values[i] = test(null, !null && reads_cells && view[i] != 0);
            }
            Column::Flat parts;
            parts.values = Buffer::Of(std::move(values));
            return Column::MakeFlat(type, rows, std::move(parts));
          });
}

void AddTests(FunctionRegistry& registry) {
  AddTest(registry, "IS NULL", Arg::kAny, [](bool null, bool) { return null; });
  AddTest(registry, "IS NOT NULL", Arg::kAny, [](bool null, bool) { return !null; });
  AddTest(registry, "IS TRUE", Arg::kBoolean, [](bool null, bool b) { return !null && b; });
  AddTest(registry, "IS NOT TRUE", Arg::kBoolean, [](bool null, bool b) { return null || !b; });
  AddTest(registry, "IS FALSE", Arg::kBoolean, [](bool null, bool b) { return !null && !b; });
  AddTest(registry, "IS NOT FALSE", Arg::kBoolean, [](bool null, bool b) { return null || b; });
  AddTest(registry, "IS UNKNOWN", Arg::kBoolean, [](bool null, bool) { return null; });
  AddTest(registry, "IS NOT UNKNOWN", Arg::kBoolean, [](bool null, bool) { return !null; });
}

struct CellHash {
  template <class T>
  size_t operator()(T cell) const {
    if constexpr (std::is_same_v<T, Int128>) {
      return std::hash<int64_t>()(static_cast<int64_t>(cell) ^ static_cast<int64_t>(cell >> 64));
    } else {
      return std::hash<T>()(cell);
    }
  }
};

// The literals of an IN list. Few are searched in a row, more by hash.
template <class T>
class LiteralSet {
 public:
  void Add(T cell) { cells_.push_back(cell); }
  void Seal() {
    if (cells_.size() > 8) hashed_.insert(cells_.begin(), cells_.end());
  }
  bool Contains(T cell) const {
    if (!hashed_.empty()) return hashed_.count(cell) != 0;
    for (const T& candidate : cells_) {
      if (candidate == cell) return true;
    }
    return false;
  }

 private:
  std::vector<T> cells_;
  std::unordered_set<T, CellHash> hashed_;
};

// A kernel of one argument, given the whole list.
ScalarKernel OfFirst(ScalarKernel kernel) {
  return
      [kernel](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
               const EvalContext& context) { return kernel(args.first(1), type, rows, context); };
}

ScalarKernel MakeInLiterals(std::span<const BoundArgument> args) {
  const DataType& type = args[0].type;
  std::vector<Value> list;
  for (const BoundArgument& arg : args.subspan(1)) list.push_back(*arg.literal);
  ColumnPtr cells = ColumnOf(type.WithNullable(true), list);  // text in the set points into it
  return VisitCells(type.physical(), [&]<class T>(std::type_identity<T>) {
    auto set = std::make_shared<LiteralSet<kernel_internal::Stored<T>>>();
    ColumnView<kernel_internal::Stored<T>> view(*cells);
    bool has_null = false;
    for (size_t i = 0; i < cells->size(); ++i) {
      if (view.IsNull(i)) {
        has_null = true;
      } else {
        set->Add(view[i]);
      }
    }
    set->Seal();
    if (!has_null) {
      return OfFirst(Map<bool, T>([set, cells](T cell) { return set->Contains(cell); }));
    }
    return OfFirst(Map<bool, T>([set, cells](T cell) -> std::optional<bool> {
      if (set->Contains(cell)) return true;
      return std::nullopt;
    }));
  });
}

// A list with columns in it: x = a OR x = b OR ...
ScalarKernel MakeInColumns() {
  return [](std::span<const ColumnPtr> columns, const DataType& type, size_t rows,
            const EvalContext&) -> StatusOr<ColumnPtr> {
    ColumnBuilder out(type.WithNullable(true), rows);
    for (size_t i = 0; i < rows; ++i) {
      bool found = false, null = columns[0]->IsNull(i);
      for (size_t k = 1; k < columns.size() && !found && !columns[0]->IsNull(i); ++k) {
        if (columns[k]->IsNull(i)) {
          null = true;
        } else {
          found = CompareCells(*columns[0], i, *columns[k], i) == 0;
        }
      }
      if (found || !null) {
        out.Append<uint8_t>(found);
      } else {
        out.AppendNull();
      }
    }
    return out.Finish();
  };
}

void AddIn(FunctionRegistry& registry) {
  FunctionSpec spec{"IN", "value IN (value, ...)", "Whether the value is in the list.", 2, -1};
  spec.total = true;
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    DataType common = args[0].type;
    for (const BoundArgument& arg : args.subspan(1)) {
      if (common.kind() == TypeKind::kFloat && arg.type.is_numeric()) continue;
      ASSIGN_OR_RETURN(common, ComparedType(common, arg.type, true));
    }
    ResolvedFunction resolved;
    resolved.result = DataType::Boolean().WithNullable(AnyNullable(args));
    for (const BoundArgument& arg : args) {
      resolved.argument_types.push_back(common.WithNullable(arg.type.nullable()));
    }
    return resolved;
  };
  spec.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                        const std::string&) -> StatusOr<ScalarKernel> {
    bool literals = !args[0].type.is_nested();
    for (const BoundArgument& arg : args.subspan(1)) literals = literals && arg.literal;
    return literals ? MakeInLiterals(args) : MakeInColumns();
  };
  Declare(registry, std::move(spec));
}

void AddLike(FunctionRegistry& registry) {
  FunctionSpec spec{
      "LIKE", "string LIKE pattern [ESCAPE character]",  "% is any text, _ any character.", 2,
      3,      Takes({Arg::kString}, DataType::Boolean())};
  spec.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                        const std::string&) -> StatusOr<ScalarKernel> {
    // Compiles the pattern when it is another one than last time: once, for a literal.
    auto like = std::make_shared<LikePattern>();
    if (args.size() == 2) {
      // As in Flink: \ escapes without being asked to, but not in a literal of texts and % alone.
      const Value* literal = args[1].literal;
      bool plain =
          literal && (literal->is_null() || literal->string().find('_') == std::string::npos);
      return Map<bool, std::string_view, std::string_view>(
          [like, escape = std::string_view(plain ? "" : "\\")](
              std::string_view text, std::string_view pattern) -> StatusOr<bool> {
            RETURN_IF_ERROR(like->Compile(pattern, escape));
            return like->Matches(text);
          });
    }
    return Map<bool, std::string_view, std::string_view, std::string_view>(
        [like](std::string_view text, std::string_view pattern,
               std::string_view escape) -> StatusOr<bool> {
          if (escape.empty()) return InvalidArgumentError("the escape of LIKE is one character");
          RETURN_IF_ERROR(like->Compile(pattern, escape));
          return like->Matches(text);
        });
  };
  Declare(registry, std::move(spec));
}

// GREATEST, LEAST: `sign` times the order decides.
void AddExtreme(FunctionRegistry& registry, const char* name, int sign, const char* description) {
  FunctionSpec spec{name, std::string(name) + "(value, ...)", description, 1, -1};
  spec.total = true;
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    std::vector<DataType> types;
    for (const BoundArgument& arg : args) types.push_back(arg.type);
    StatusOr<DataType> common = CommonType(types);
    if (!common.ok() || common->is_variant()) return InvalidArgumentError("");
    ResolvedFunction resolved;
    for (const DataType& type : types) {
      resolved.argument_types.push_back(common->WithNullable(type.nullable()));
    }
    resolved.result = *common;
    return resolved;
  };
  Declare(registry, std::move(spec),
          [sign](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
                 const EvalContext&) -> StatusOr<ColumnPtr> {
            Validity validity = CombineValidity(args, rows);
            if (validity.all_null) {
              return Column::MakeConstant(type.WithNullable(true), Value(), rows);
            }
            ColumnBuilder out(type, rows);
            for (size_t i = 0; i < rows; ++i) {
              if (validity.bits.size() && !BitIsSet(validity.bits.data(), i)) {
                out.AppendNull();
                continue;
              }
              const ColumnPtr* best = &args[0];
              for (const ColumnPtr& arg : args.subspan(1)) {
                if (sign * CompareCells(*arg, i, **best, i) > 0) best = &arg;
              }
              out.AppendFrom(**best, i);
            }
            return out.Finish();
          });
}

}  // namespace

void AddComparisonFunctions(FunctionRegistry& registry) {
  AddComparison<std::equal_to<>>(registry, "=", "Equal.", true);
  AddComparison<std::not_equal_to<>>(registry, "<>", "Not equal.", true);
  AddComparison<std::less<>>(registry, "<", "Less.", false);
  AddComparison<std::less_equal<>>(registry, "<=", "Less or equal.", false);
  AddComparison<std::greater<>>(registry, ">", "Greater.", false);
  AddComparison<std::greater_equal<>>(registry, ">=", "Greater or equal.", false);
  AddDistinct(registry, "IS DISTINCT FROM", false);
  AddDistinct(registry, "IS NOT DISTINCT FROM", true);
  AddTests(registry);
  AddIn(registry);
  AddLike(registry);
  AddExtreme(registry, "GREATEST", 1, "The greatest value; NULL when any is.");
  AddExtreme(registry, "LEAST", -1, "The least value; NULL when any is.");
  FunctionSpec negation{
      "NOT", "NOT condition", "The opposite.", 1, 1, Takes({Arg::kBoolean}, DataType::Boolean())};
  negation.total = true;
  Declare(registry, std::move(negation), Map<bool, bool>([](bool b) { return !b; }));
}

}  // namespace weir
