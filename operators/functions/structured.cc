#include "operators/expressions/kernels.h"
#include "operators/functions/builtin_functions.h"
#include "operators/functions/cell_compare.h"
#include "operators/functions/signature.h"

// Making rows, arrays and maps, and reaching into them.

namespace weir {
namespace {

std::vector<DataType> TypesOf(std::span<const BoundArgument> args, size_t first, size_t step) {
  std::vector<DataType> types;
  for (size_t i = first; i < args.size(); i += step) types.push_back(args[i].type);
  return types;
}

// The bits of `inner` that are also set in `outer`; either may be empty: all set.
Buffer AndBits(const Buffer& outer, const Buffer& inner, size_t rows) {
  if (outer.size() == 0) return inner;
  if (inner.size() == 0) return outer;
  std::vector<uint8_t> bits((rows + 7) / 8);
  for (size_t i = 0; i < bits.size(); ++i) bits[i] = outer.data()[i] & inner.data()[i];
  return Buffer::Of(std::move(bits));
}

// The field of every row of a ROW column; null where the row is.
ColumnPtr TakeField(const ColumnPtr& column, size_t index, const DataType& type) {
  const Column& base = column->base();
  ColumnPtr child = Column::Retype(Column::Flatten(base.child(index)), type);
  if (base.may_have_nulls()) {
    Column::Flat parts = child->flat();
    parts.validity = AndBits(base.flat().validity, parts.validity, base.size());
    child = Column::MakeFlat(type, base.size(), std::move(parts));
  }
  if (column->is_flat()) return child;
  if (column->is_constant()) return Column::MakeConstant(child, column->size());
  std::vector<uint32_t> indices(column->indices(), column->indices() + column->size());
  return Column::MakeDictionary(std::move(child), std::move(indices));
}

void AddField(FunctionRegistry& registry) {
  FunctionSpec spec{"FIELD", "row.field", "A field of a row.", 2, 2};
  spec.total = true;
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    const DataType& row = args[0].type;
    const Value* index = args[1].literal;
    if (row.kind() != TypeKind::kRow || !index || !std::holds_alternative<int64_t>(index->v) ||
        index->integer() < 0 || index->integer() >= static_cast<int64_t>(row.fields().size())) {
      return InvalidArgumentError("");
    }
    const DataType& field = row.fields()[static_cast<size_t>(index->integer())].type;
    return ResolvedFunction{{row, args[1].type},
                            field.WithNullable(field.nullable() || row.nullable())};
  };
  spec.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                        const std::string&) -> StatusOr<ScalarKernel> {
    auto index = static_cast<size_t>(args[1].literal->integer());
    return ScalarKernel([index](std::span<const ColumnPtr> columns, const DataType& type, size_t,
                                const EvalContext&) -> StatusOr<ColumnPtr> {
      return TakeField(columns[0], index, type);
    });
  };
  Declare(registry, std::move(spec));
}

void AddRow(FunctionRegistry& registry) {
  FunctionSpec spec{"ROW", "ROW(value, ...)", "A row of the values.", 1, -1};
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    ResolvedFunction resolved;
    std::vector<Field> fields;
    for (const BoundArgument& arg : args) {
      resolved.argument_types.push_back(arg.type);
      fields.push_back({"EXPR$" + std::to_string(fields.size()), arg.type});
    }
    resolved.result = DataType::Row(std::move(fields)).NotNull();
    return resolved;
  };
  Declare(
      registry, std::move(spec),
      [](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
         const EvalContext&) -> StatusOr<ColumnPtr> {
        Column::Flat parts;
        for (size_t i = 0; i < args.size(); ++i) {
          parts.children.push_back(Column::Retype(Column::Flatten(args[i]), type.fields()[i].type));
        }
        return Column::MakeFlat(type, rows, std::move(parts));
      });
}

void AddArray(FunctionRegistry& registry) {
  FunctionSpec spec{"ARRAY", "ARRAY[value, ...]", "An array of the values.", 1, -1};
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    std::vector<DataType> types = TypesOf(args, 0, 1);
    ASSIGN_OR_RETURN(DataType common, CommonArgumentType(types));
    ResolvedFunction resolved;
    for (const DataType& type : types) {
      resolved.argument_types.push_back(common.WithNullable(type.nullable()));
    }
    resolved.result = DataType::Array(common).NotNull();
    return resolved;
  };
  Declare(registry, std::move(spec),
          [](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
             const EvalContext&) -> StatusOr<ColumnPtr> {
            ColumnBuilder out(type, rows);
            for (size_t i = 0; i < rows; ++i) {
              for (const ColumnPtr& arg : args) out.child(0).AppendFrom(*arg, i);
              out.CloseList();
            }
            return out.Finish();
          });
}

// Appends one map; of equal keys the last value counts.
void AppendMap(std::span<const ColumnPtr> args, size_t row, ColumnBuilder& out) {
  for (size_t k = 0; k < args.size(); k += 2) {
    bool replaced = false;
    for (size_t later = k + 2; later < args.size() && !replaced; later += 2) {
      replaced = CompareCells(*args[k], row, *args[later], row) == 0;
    }
    if (replaced) continue;
    out.child(0).AppendFrom(*args[k], row);
    out.child(1).AppendFrom(*args[k + 1], row);
  }
  out.CloseList();
}

void AddMap(FunctionRegistry& registry) {
  FunctionSpec spec{"MAP", "MAP[key, value, ...]", "A map of the pairs.", 2, -1};
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    if (args.size() % 2 != 0) return InvalidArgumentError("");
    std::vector<DataType> keys = TypesOf(args, 0, 2), values = TypesOf(args, 1, 2);
    ASSIGN_OR_RETURN(DataType key, CommonArgumentType(keys));
    ASSIGN_OR_RETURN(DataType value, CommonArgumentType(values));
    ResolvedFunction resolved;
    for (size_t i = 0; i < args.size(); ++i) {
      resolved.argument_types.push_back(
          (i % 2 == 0 ? key : value).WithNullable(args[i].type.nullable()));
    }
    resolved.result = DataType::Map(key, value).NotNull();
    return resolved;
  };
  Declare(registry, std::move(spec),
          [](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
             const EvalContext&) -> StatusOr<ColumnPtr> {
            ColumnBuilder out(type, rows);
            for (size_t i = 0; i < rows; ++i) AppendMap(args, i, out);
            return out.Finish();
          });
}

// Where in the children the element or value lies that each row asks for; -1: nowhere.
int64_t FindItem(const Column& collection, const Column& key, size_t row) {
  if (collection.IsNull(row) || key.IsNull(row)) return -1;
  const Column& base = collection.base();
  size_t cell = collection.BaseIndex(row);
  uint32_t begin = base.offsets()[cell], end = base.offsets()[cell + 1];
  if (base.type().kind() == TypeKind::kArray) {
    int64_t index = ColumnView<int32_t>(key)[row];
    return index >= 1 && index <= end - begin ? begin + index - 1 : -1;
  }
  for (uint32_t e = begin; e < end; ++e) {
    if (CompareCells(*base.child(0), e, key, row) == 0) return e;
  }
  return -1;
}

void AddItem(FunctionRegistry& registry) {
  FunctionSpec spec{"ITEM", "array[index from 1] or map[key]",
                    "The element or value; NULL when there is none.", 2, 2};
  spec.total = true;
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    const DataType &collection = args[0].type, &key = args[1].type;
    ResolvedFunction resolved;
    if (collection.kind() == TypeKind::kArray) {
      ASSIGN_OR_RETURN(DataType index, MatchArgument(Arg::kInt, key));
      const Value* literal = args[1].literal;
      if (literal && std::holds_alternative<int64_t>(literal->v) && literal->integer() < 1) {
        return InvalidArgumentError("Array element access needs an index starting at 1 but was " +
                                    std::to_string(literal->integer()));
      }
      resolved.argument_types = {collection, index};
      resolved.result = collection.element().WithNullable(true);
      return resolved;
    }
    if (collection.kind() != TypeKind::kMap) return InvalidArgumentError("");
    DataType both[] = {collection.key(), key};
    ASSIGN_OR_RETURN(DataType common, CommonArgumentType(both));
    // Text of any length compares; other keys must be cast to the map's.
    bool same = common.physical() == collection.key().physical() &&
                (!common.is_decimal() || common.scale() == collection.key().scale());
    if (!same) return InvalidArgumentError("");
    resolved.argument_types = {collection, collection.key().is_string()
                                               ? key.kind() == TypeKind::kNull ? common : key
                                               : collection.key().WithNullable(key.nullable())};
    resolved.result = collection.value().WithNullable(true);
    return resolved;
  };
  Declare(registry, std::move(spec),
          [](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
             const EvalContext&) -> StatusOr<ColumnPtr> {
            const Column& collection = *args[0];
            size_t child = collection.type().kind() == TypeKind::kArray ? 0 : 1;
            ColumnBuilder out(type, rows);
            for (size_t i = 0; i < rows; ++i) {
              int64_t found = FindItem(collection, *args[1], i);
              if (found < 0) {
                out.AppendNull();
              } else {
                out.AppendFrom(*collection.base().child(child), static_cast<size_t>(found));
              }
            }
            return out.Finish();
          });
}

void AddCardinality(FunctionRegistry& registry) {
  FunctionSpec spec{"CARDINALITY", "CARDINALITY(array or map)", "The number of elements.", 1, 1};
  spec.total = true;
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    const DataType& type = args[0].type;
    if (type.physical() != PhysicalType::kArray && type.physical() != PhysicalType::kMap) {
      return InvalidArgumentError("");
    }
    return ResolvedFunction{{type}, DataType::Int().WithNullable(type.nullable())};
  };
  Declare(registry, std::move(spec),
          [](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
             const EvalContext&) -> StatusOr<ColumnPtr> {
            const Column& column = *args[0];
            const uint32_t* offsets = column.base().offsets();
            ColumnBuilder out(type, rows);
            for (size_t i = 0; i < rows; ++i) {
              if (column.IsNull(i)) {
                out.AppendNull();
              } else {
                size_t cell = column.BaseIndex(i);
                out.Append(static_cast<int32_t>(offsets[cell + 1] - offsets[cell]));
              }
            }
            return out.Finish();
          });
}

// The only element of an array.
void AddElement(FunctionRegistry& registry) {
  FunctionSpec spec{"ELEMENT", "ELEMENT(array)",
                    "The only element of an array; NULL when it is empty.", 1, 1};
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    if (args[0].type.kind() != TypeKind::kArray) return InvalidArgumentError("");
    const DataType& element = args[0].type.element();
    return ResolvedFunction{{args[0].type},
                            element.WithNullable(element.nullable() || args[0].type.nullable())};
  };
  Declare(registry, std::move(spec),
          [](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
             const EvalContext&) -> StatusOr<ColumnPtr> {
            const Column& column = *args[0];
            const Column& base = column.base();
            ColumnBuilder out(type, rows);
            for (size_t i = 0; i < rows; ++i) {
              size_t cell = column.BaseIndex(i);
              uint32_t size =
                  column.IsNull(i) ? 0 : base.offsets()[cell + 1] - base.offsets()[cell];
              if (size > 1) return InvalidArgumentError("ELEMENT of an array of several elements");
              if (size == 0) {
                out.AppendNull();
              } else {
                out.AppendFrom(*base.child(0), base.offsets()[cell]);
              }
            }
            return out.Finish();
          });
}

}  // namespace

void AddStructuredFunctions(FunctionRegistry& registry) {
  AddField(registry);
  AddRow(registry);
  AddArray(registry);
  AddMap(registry);
  AddItem(registry);
  AddCardinality(registry);
  AddElement(registry);
}

}  // namespace weir
