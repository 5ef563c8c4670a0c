#include <algorithm>
#include <numeric>

#include "common/data/value_text.h"
#include "operators/expressions/kernels.h"
#include "operators/functions/builtin_functions.h"
#include "operators/functions/cell_compare.h"
#include "operators/functions/signature.h"

namespace weir {
namespace {

// The elements of one array, or the keys or values of one map.
struct Cells {
  const Column* column;
  uint32_t begin;
  uint32_t end;
  uint32_t size() const { return end - begin; }
};
Cells CellsOf(const ColumnPtr& list, size_t row, size_t child = 0) {
  const Column& base = list->base();
  size_t cell = list->BaseIndex(row);
  return {base.child(child).get(), base.offsets()[cell], base.offsets()[cell + 1]};
}

// Whether a cell equals any of [begin, end) of a column.
bool IsAmong(const Column& column, size_t i, const Cells& cells) {
  for (uint32_t e = cells.begin; e < cells.end; ++e) {
    if (CompareCells(column, i, *cells.column, e) == 0) return true;
  }
  return false;
}

// Writes one row of a result. Arguments that must not be null are not.
using RowWriter =
    std::function<Status(std::span<const ColumnPtr> args, size_t row, ColumnBuilder& out)>;

// `checked` arguments (from the first) make the row null when they are; all: -1.
ScalarKernel PerRow(RowWriter write, int checked = -1) {
  return [write, checked](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
                          const EvalContext&) -> StatusOr<ColumnPtr> {
    size_t count = checked < 0 ? args.size() : static_cast<size_t>(checked);
    ColumnBuilder out(type, rows);
    for (size_t i = 0; i < rows; ++i) {
      bool null = false;
      for (size_t k = 0; k < count; ++k) null = null || args[k]->IsNull(i);
      if (null) {
        out.AppendNull();
      } else {
        RETURN_IF_ERROR(write(args, i, out));
      }
    }
    return out.Finish();
  };
}

// Arrays of a common element type, and elements of it: `shape` has 'a' for an array, 'e' for an
// element, 'i' for INT, 's' for text, 'b' for BOOLEAN; the last is repeated. `result`: 'a' the
// array, 'e' a nullable element, else as given.
struct ArrayShape {
  const char* arguments;
  char result;
  DataType type = DataType::Null();
};
Resolver ResolveArrays(ArrayShape shape) {
  return [shape](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    std::string_view letters = shape.arguments;
    auto letter = [&](size_t i) { return letters[std::min(i, letters.size() - 1)]; };
    std::vector<DataType> elements;
    for (size_t i = 0; i < args.size(); ++i) {
      if (letter(i) == 'a') {
        if (args[i].type.kind() != TypeKind::kArray) return InvalidArgumentError("");
        elements.push_back(args[i].type.element());
      } else if (letter(i) == 'e') {
        elements.push_back(args[i].type);
      }
    }
    StatusOr<DataType> element = CommonType(elements);
    if (!element.ok()) return InvalidArgumentError("");
    ResolvedFunction resolved;
    bool nullable = false;
    for (size_t i = 0; i < args.size(); ++i) {
      const DataType& given = args[i].type;
      DataType type;
      switch (letter(i)) {
        case 'a':
          type = DataType::Array(*element).WithNullable(given.nullable());
          break;
        case 'e':
          type = element->WithNullable(given.nullable());
          break;
        case 'i': {
          ASSIGN_OR_RETURN(type, MatchArgument(Arg::kInt, given));
          break;
        }
        case 'b': {
          ASSIGN_OR_RETURN(type, MatchArgument(Arg::kBoolean, given));
          break;
        }
        default: {
          ASSIGN_OR_RETURN(type, MatchArgument(Arg::kString, given));
          break;
        }
      }
      if (letter(i) != 'e') nullable = nullable || given.nullable();
      resolved.argument_types.push_back(std::move(type));
    }
    resolved.result = shape.result == 'a'   ? DataType::Array(*element).WithNullable(nullable)
                      : shape.result == 'e' ? element->WithNullable(true)
                                            : shape.type.WithNullable(nullable);
    return resolved;
  };
}

void Append(const Cells& cells, ColumnBuilder& out) {
  for (uint32_t e = cells.begin; e < cells.end; ++e) out.child(0).AppendFrom(*cells.column, e);
}

// Appends the distinct cells for which keep(i) holds, in order.
template <class Keep>
void AppendDistinct(const Cells& cells, ColumnBuilder& out, Keep keep) {
  for (uint32_t e = cells.begin; e < cells.end; ++e) {
    Cells before{cells.column, cells.begin, e};
    if (!IsAmong(*cells.column, e, before) && keep(e)) out.child(0).AppendFrom(*cells.column, e);
  }
}

void AddBuilding(FunctionRegistry& registry) {
  Declare(registry,
          {"ARRAY_APPEND", "ARRAY_APPEND(array, element)", "With an element behind.", 2, 2,
           ResolveArrays({"ae", 'a'})},
          PerRow(
              [](auto args, size_t row, ColumnBuilder& out) {
                Append(CellsOf(args[0], row), out);
                out.child(0).AppendFrom(*args[1], row);
                return out.CloseList(), OkStatus();
              },
              1));
  Declare(registry,
          {"ARRAY_PREPEND", "ARRAY_PREPEND(array, element)", "With an element in front.", 2, 2,
           ResolveArrays({"ae", 'a'})},
          PerRow(
              [](auto args, size_t row, ColumnBuilder& out) {
                out.child(0).AppendFrom(*args[1], row);
                Append(CellsOf(args[0], row), out);
                return out.CloseList(), OkStatus();
              },
              1));
  Declare(registry,
          {"ARRAY_CONCAT", "ARRAY_CONCAT(array, ...)", "One array behind the other.", 1, -1,
           ResolveArrays({"a", 'a'})},
          PerRow([](auto args, size_t row, ColumnBuilder& out) {
            for (const ColumnPtr& arg : args) Append(CellsOf(arg, row), out);
            return out.CloseList(), OkStatus();
          }));
  Declare(registry,
          {"ARRAY_REVERSE", "ARRAY_REVERSE(array)", "From the last element to the first.", 1, 1,
           ResolveArrays({"a", 'a'})},
          PerRow([](auto args, size_t row, ColumnBuilder& out) {
            Cells cells = CellsOf(args[0], row);
            for (uint32_t e = cells.end; e > cells.begin; --e) {
              out.child(0).AppendFrom(*cells.column, e - 1);
            }
            return out.CloseList(), OkStatus();
          }));
  Declare(registry,
          {"ARRAY_REMOVE", "ARRAY_REMOVE(array, element)", "Without the elements equal to one.", 2,
           2, ResolveArrays({"ae", 'a'})},
          PerRow(
              [](auto args, size_t row, ColumnBuilder& out) {
                Cells cells = CellsOf(args[0], row);
                for (uint32_t e = cells.begin; e < cells.end; ++e) {
                  if (CompareCells(*cells.column, e, *args[1], row) != 0) {
                    out.child(0).AppendFrom(*cells.column, e);
                  }
                }
                return out.CloseList(), OkStatus();
              },
              1));
  Declare(registry,
          {"ARRAY_SLICE", "ARRAY_SLICE(array, first [, last])",
           "From an element to another, counted from 1, or from the end when negative.", 2, 3,
           ResolveArrays({"ai", 'a'})},
          PerRow([](auto args, size_t row, ColumnBuilder& out) {
            Cells cells = CellsOf(args[0], row);
            int64_t size = cells.size();
            int64_t first = ColumnView<int32_t>(*args[1])[row];
            int64_t last = args.size() == 3 ? ColumnView<int32_t>(*args[2])[row] : size;
            if (first < 0) first = std::max<int64_t>(first + size + 1, 1);
            if (first == 0) first = 1;
            if (last < 0) last += size + 1;
            last = std::min(last, size);
            for (int64_t e = first; e <= last; ++e) {
              out.child(0).AppendFrom(*cells.column, cells.begin + static_cast<size_t>(e) - 1);
            }
            return out.CloseList(), OkStatus();
          }));
  Declare(registry,
          {"ARRAY_SORT", "ARRAY_SORT(array [, ascending [, nulls first]])",
           "Sorted; ascending with nulls in front unless it is said otherwise.", 1, 3,
           ResolveArrays({"ab", 'a'})},
          PerRow([](auto args, size_t row, ColumnBuilder& out) {
            Cells cells = CellsOf(args[0], row);
            bool ascending = args.size() < 2 || ColumnView<uint8_t>(*args[1])[row];
            bool nulls_first =
                args.size() < 3 ? ascending : ColumnView<uint8_t>(*args[2])[row] != 0;
            std::vector<uint32_t> order(cells.size());
            std::iota(order.begin(), order.end(), cells.begin);
            std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
              bool null_a = cells.column->IsNull(a), null_b = cells.column->IsNull(b);
              if (null_a != null_b) return null_a == nulls_first;
              int compared = CompareCells(*cells.column, a, *cells.column, b);
              return ascending ? compared < 0 : compared > 0;
            });
            for (uint32_t e : order) out.child(0).AppendFrom(*cells.column, e);
            return out.CloseList(), OkStatus();
          }));
}

void AddSets(FunctionRegistry& registry) {
  Declare(registry,
          {"ARRAY_DISTINCT", "ARRAY_DISTINCT(array)", "Each element once.", 1, 1,
           ResolveArrays({"a", 'a'})},
          PerRow([](auto args, size_t row, ColumnBuilder& out) {
            AppendDistinct(CellsOf(args[0], row), out, [](uint32_t) { return true; });
            return out.CloseList(), OkStatus();
          }));
  Declare(registry,
          {"ARRAY_UNION", "ARRAY_UNION(array, array)", "Elements of either, each once.", 2, 2,
           ResolveArrays({"a", 'a'})},
          PerRow([](auto args, size_t row, ColumnBuilder& out) {
            Cells a = CellsOf(args[0], row), b = CellsOf(args[1], row);
            AppendDistinct(a, out, [](uint32_t) { return true; });
            AppendDistinct(b, out, [&](uint32_t e) { return !IsAmong(*b.column, e, a); });
            return out.CloseList(), OkStatus();
          }));
  for (bool keep_common : {true, false}) {
    const char* name = keep_common ? "ARRAY_INTERSECT" : "ARRAY_EXCEPT";
    Declare(
        registry,
        {name, std::string(name) + "(array, array)",
         keep_common ? "Elements of both, each once." : "Elements of the first only, each once.", 2,
         2, ResolveArrays({"a", 'a'})},
        PerRow([keep_common](auto args, size_t row, ColumnBuilder& out) {
          Cells a = CellsOf(args[0], row), b = CellsOf(args[1], row);
          AppendDistinct(a, out,
                         [&](uint32_t e) { return IsAmong(*a.column, e, b) == keep_common; });
          return out.CloseList(), OkStatus();
        }));
  }
}

void AddAsking(FunctionRegistry& registry) {
  Declare(registry,
          {"ARRAY_CONTAINS", "ARRAY_CONTAINS(array, element)", "Whether an element is there.", 2, 2,
           ResolveArrays({"ae", 't', DataType::Boolean()})},
          PerRow(
              [](auto args, size_t row, ColumnBuilder& out) {
                out.Append<uint8_t>(IsAmong(*args[1], row, CellsOf(args[0], row)));
                return OkStatus();
              },
              1));
  Resolver position = ResolveArrays({"ae", 't', DataType::Int()});
  Declare(registry,
          {"ARRAY_POSITION", "ARRAY_POSITION(array, element)",
           "Where an element is, from 1; 0 when it is not there.", 2, 2,
           [position](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
             ASSIGN_OR_RETURN(ResolvedFunction resolved, position(args));
             resolved.result = resolved.result.WithNullable(AnyNullable(args));
             return resolved;
           }},
          PerRow([](auto args, size_t row, ColumnBuilder& out) {
            Cells cells = CellsOf(args[0], row);
            int32_t found = 0;
            for (uint32_t e = cells.begin; e < cells.end && found == 0; ++e) {
              if (CompareCells(*cells.column, e, *args[1], row) == 0) {
                found = static_cast<int32_t>(e - cells.begin) + 1;
              }
            }
            return out.Append(found), OkStatus();
          }));
  for (int sign : {1, -1}) {
    const char* name = sign > 0 ? "ARRAY_MAX" : "ARRAY_MIN";
    Declare(registry,
            {name, std::string(name) + "(array)",
             sign > 0 ? "The greatest element." : "The least element.", 1, 1,
             ResolveArrays({"a", 'e'})},
            PerRow([sign](auto args, size_t row, ColumnBuilder& out) {
              Cells cells = CellsOf(args[0], row);
              int64_t best = -1;
              for (uint32_t e = cells.begin; e < cells.end; ++e) {
                if (cells.column->IsNull(e)) continue;
                if (best < 0 || sign * CompareCells(*cells.column, e, *cells.column,
                                                    static_cast<size_t>(best)) >
                                    0) {
                  best = e;
                }
              }
              if (best < 0) return out.AppendNull(), OkStatus();
              return out.AppendFrom(*cells.column, static_cast<size_t>(best)), OkStatus();
            }));
  }
  Declare(registry,
          {"ARRAY_JOIN", "ARRAY_JOIN(array, separator [, for null])",
           "The elements as one text; nulls are left out, or replaced.", 2, 3,
           ResolveArrays({"as", 't', DataType::String()})},
          PerRow([](auto args, size_t row, ColumnBuilder& out) {
            Cells cells = CellsOf(args[0], row);
            std::string text;
            bool first = true;
            for (uint32_t e = cells.begin; e < cells.end; ++e) {
              bool null = cells.column->IsNull(e);
              if (null && args.size() < 3) continue;
              if (!first) text += ColumnView<std::string_view>(*args[1])[row];
              first = false;
              if (null) {
                text += ColumnView<std::string_view>(*args[2])[row];
              } else {
                AppendCastText(*cells.column, e, TimeZone(), text);
              }
            }
            return out.AppendBytes(text), OkStatus();
          }));
}

StatusOr<ResolvedFunction> OfMap(std::span<const BoundArgument> args, const DataType& result) {
  ResolvedFunction resolved;
  for (const BoundArgument& arg : args) resolved.argument_types.push_back(arg.type);
  resolved.result = result.WithNullable(AnyNullable(args));
  return resolved;
}

void AddMaps(FunctionRegistry& registry) {
  for (size_t child : {0, 1}) {
    const char* name = child == 0 ? "MAP_KEYS" : "MAP_VALUES";
    Declare(registry,
            {name, std::string(name) + "(map)", child == 0 ? "The keys." : "The values.", 1, 1,
             [child](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
               const DataType& map = args[0].type;
               if (map.kind() != TypeKind::kMap) return InvalidArgumentError("");
               return OfMap(args, DataType::Array(child == 0 ? map.key() : map.value()));
             }},
            PerRow([child](auto args, size_t row, ColumnBuilder& out) {
              Append(CellsOf(args[0], row, child), out);
              return out.CloseList(), OkStatus();
            }));
  }
  Declare(registry,
          {"MAP_ENTRIES", "MAP_ENTRIES(map)", "The entries as rows of key and value.", 1, 1,
           [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
             const DataType& map = args[0].type;
             if (map.kind() != TypeKind::kMap) return InvalidArgumentError("");
             DataType entry = DataType::Row({{"key", map.key()}, {"value", map.value()}});
             return OfMap(args, DataType::Array(entry));
           }},
          PerRow([](auto args, size_t row, ColumnBuilder& out) {
            Cells keys = CellsOf(args[0], row, 0), values = CellsOf(args[0], row, 1);
            for (uint32_t e = keys.begin; e < keys.end; ++e) {
              out.child(0).child(0).AppendFrom(*keys.column, e);
              out.child(0).child(1).AppendFrom(*values.column, e);
              out.child(0).CloseRow();
            }
            return out.CloseList(), OkStatus();
          }));
  Declare(registry,
          {"MAP_FROM_ARRAYS", "MAP_FROM_ARRAYS(keys, values)", "A map of keys and values.", 2, 2,
           [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
             for (const BoundArgument& arg : args) {
               if (arg.type.kind() != TypeKind::kArray) return InvalidArgumentError("");
             }
             return OfMap(args, DataType::Map(args[0].type.element(), args[1].type.element()));
           }},
          PerRow([](auto args, size_t row, ColumnBuilder& out) -> Status {
            Cells keys = CellsOf(args[0], row), values = CellsOf(args[1], row);
            if (keys.size() != values.size()) {
              return InvalidArgumentError("MAP_FROM_ARRAYS of " + std::to_string(keys.size()) +
                                          " keys and " + std::to_string(values.size()) + " values");
            }
            for (uint32_t e = 0; e < keys.size(); ++e) {
              // Of equal keys the last value counts.
              Cells later{keys.column, keys.begin + e + 1, keys.end};
              if (IsAmong(*keys.column, keys.begin + e, later)) continue;
              out.child(0).AppendFrom(*keys.column, keys.begin + e);
              out.child(1).AppendFrom(*values.column, values.begin + e);
            }
            return out.CloseList(), OkStatus();
          }));
  Declare(registry,
          {"MAP_UNION", "MAP_UNION(map, ...)", "The entries of all; of equal keys the last counts.",
           1, -1,
           [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
             std::vector<DataType> types;
             for (const BoundArgument& arg : args) {
               if (arg.type.kind() != TypeKind::kMap) return InvalidArgumentError("");
               types.push_back(arg.type);
             }
             StatusOr<DataType> common = CommonType(types);
             if (!common.ok()) return InvalidArgumentError("");
             ResolvedFunction resolved;
             for (const DataType& type : types) {
               resolved.argument_types.push_back(common->WithNullable(type.nullable()));
             }
             resolved.result = *common;
             return resolved;
           }},
          PerRow([](auto args, size_t row, ColumnBuilder& out) {
            for (size_t k = 0; k < args.size(); ++k) {
              Cells keys = CellsOf(args[k], row, 0), values = CellsOf(args[k], row, 1);
              for (uint32_t e = keys.begin; e < keys.end; ++e) {
                bool replaced = false;
                for (size_t later = k + 1; later < args.size() && !replaced; ++later) {
                  replaced = IsAmong(*keys.column, e, CellsOf(args[later], row, 0));
                }
                if (replaced) continue;
                out.child(0).AppendFrom(*keys.column, e);
                out.child(1).AppendFrom(*values.column, e);
              }
            }
            return out.CloseList(), OkStatus();
          }));
}

}  // namespace

void AddCollectionFunctions(FunctionRegistry& registry) {
  AddBuilding(registry);
  AddSets(registry);
  AddAsking(registry);
  AddMaps(registry);
}

}  // namespace weir
