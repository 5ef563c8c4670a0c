#include <algorithm>
#include <optional>

#include "operators/expressions/kernels.h"
#include "operators/functions/builtin_functions.h"
#include "operators/functions/json_value.h"
#include "operators/functions/signature.h"

// The last step of JSON_ARRAYAGG and JSON_OBJECTAGG, which the binder makes of LISTAGG: what stands
// in "[1],[2]" in one array, in {"a":1},{"b":2} in one object. Nobody calls these by name.

namespace weir {
namespace {

using Text = std::string_view;

// The elements of all `parts`.
JsonValue Elements(std::vector<JsonValue> parts) {
  JsonValue array;
  array.kind = JsonValue::Kind::kArray;
  for (JsonValue& part : parts) {
    std::move(part.items.begin(), part.items.end(), std::back_inserter(array.items));
  }
  return array;
}

// The members of all `parts` in the order of their names, of which none may be there twice.
StatusOr<JsonValue> Members(std::vector<JsonValue> parts) {
  std::vector<std::pair<std::string, JsonValue>> members;
  for (JsonValue& part : parts) {
    for (size_t i = 0; i < part.items.size(); ++i) {
      members.emplace_back(std::move(part.names[i]), std::move(part.items[i]));
    }
  }
  std::sort(members.begin(), members.end(),
            [](const auto& a, const auto& b) { return JsonNameLess(a.first, b.first); });
  JsonValue object;
  object.kind = JsonValue::Kind::kObject;
  for (auto& [name, value] : members) {
    if (!object.names.empty() && object.names.back() == name) {
      return InvalidArgumentError("JSON_OBJECTAGG: the key '" + name + "' is there twice");
    }
    object.names.push_back(std::move(name));
    object.items.push_back(std::move(value));
  }
  return object;
}

void AddCollector(FunctionRegistry& registry, const char* name, bool object) {
  FunctionSpec spec{name, std::string(name) + "(list)", "All that is in a list of JSON texts.", 1,
                    1};
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    ASSIGN_OR_RETURN(DataType type, MatchArgument(Arg::kString, args[0].type));
    return ResolvedFunction{{type}, DataType::VarChar(2000).NotNull()};
  };
  Declare(registry, std::move(spec),
          [object](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
                   const EvalContext&) -> StatusOr<ColumnPtr> {
            ColumnView<Text> lists(*args[0]);
            ColumnBuilder out(type, rows);
            std::string text;
            for (size_t i = 0; i < rows; ++i) {
              text = "[";
              if (!lists.IsNull(i)) text += lists[i];
              text += "]";
              std::optional<JsonValue> parts = ParseJson(text);
              if (!parts) return InternalError("a list of JSON texts is none");
              JsonValue all;
              if (object) {
                ASSIGN_OR_RETURN(all, Members(std::move(parts->items)));
              } else {
                all = Elements(std::move(parts->items));
              }
              text.clear();
              AppendJson(all, text);
              out.AppendBytes(text);
            }
            return out.Finish();
          });
}

}  // namespace

void AddJsonCollectors(FunctionRegistry& registry) {
  AddCollector(registry, "$JSON_ELEMENTS", false);
  AddCollector(registry, "$JSON_MEMBERS", true);
}

}  // namespace weir
