#include <algorithm>

#include "common/data/base64.h"
#include "common/data/time_text.h"
#include "common/data/value_text.h"
#include "operators/expressions/cast.h"
#include "operators/expressions/kernels.h"
#include "operators/functions/builtin_functions.h"
#include "operators/functions/json_path.h"
#include "operators/functions/json_value.h"
#include "operators/functions/signature.h"

namespace weir {
namespace {

using Text = std::string_view;

// Compiles a path when it is another one than last time: once, for a literal.
class PathCache {
 public:
  // Null for a path that is none.
  const JsonPath* Get(Text text) {
    if (!looked_up_ || text_ != text) {
      looked_up_ = true;
      text_ = text;
      path_.reset();
      StatusOr<JsonPath> compiled = JsonPath::Compile(text);
      if (compiled.ok()) path_ = *std::move(compiled);
    }
    return path_ ? &*path_ : nullptr;
  }

 private:
  bool looked_up_ = false;
  std::string text_;
  std::optional<JsonPath> path_;
};

// What a path led to in a text. Strict mode takes for an error what lax mode takes for nothing:
// text that is no JSON, a path that leads nowhere.
struct Found {
  enum class Kind { kValue, kEmpty, kError } kind;
  JsonValue value;
  bool strict = true;
};
Found FindIn(Text json, Text path_text, PathCache& paths) {
  const JsonPath* path = paths.Get(path_text);
  if (!path) return {Found::Kind::kError};
  bool strict = path->strict();
  Found::Kind nothing = strict ? Found::Kind::kError : Found::Kind::kEmpty;
  // What stands behind the first value is not looked at, as in Flink.
  StatusOr<JsonValue> document = ReadFirstJson(json, true);
  if (!document.ok()) return {nothing, {}, strict};
  if (document->kind == JsonValue::Kind::kNull) return {Found::Kind::kError, {}, strict};
  std::optional<JsonValue> value = path->Find(*document);
  if (!value) return {nothing, {}, strict};
  return {Found::Kind::kValue, *std::move(value), strict};
}

// JSON_VALUE wants a scalar. A JSON null is SQL's NULL, in lax mode it is nothing.
Found ScalarOnly(Found found) {
  if (found.kind != Found::Kind::kValue) return found;
  bool null = found.value.kind == JsonValue::Kind::kNull;
  if (found.value.is_scalar() && !(null && !found.strict)) return found;
  return {found.strict ? Found::Kind::kError : Found::Kind::kEmpty, {}, found.strict};
}

Status JsonError(Text function, Text json) {
  return InvalidArgumentError(std::string(function) + " finds no fitting value in '" +
                              std::string(json.substr(0, 200)) + "'");
}

// What a clause ON EMPTY or ON ERROR of JSON_VALUE says: appends to `out`.
Status AppendOnClause(Text behavior, const Column& default_value, size_t row, Text json,
                      ColumnBuilder& out) {
  if (behavior == "ERROR") return JsonError("JSON_VALUE", json);
  if (behavior == "DEFAULT") {
    out.AppendFrom(default_value, row);
  } else {
    out.AppendNull();
  }
  return OkStatus();
}

// JSON_VALUE(json, path, on empty, default, on error, default): the scalars as text first, then
// cast to the type asked for all at once; what cannot be cast is an error of its row.
ScalarKernel MakeJsonValue(ScalarKernel cast) {
  auto paths = std::make_shared<PathCache>();
  return [paths, cast](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
                       const EvalContext& context) -> StatusOr<ColumnPtr> {
    ColumnView<Text> jsons(*args[0]), path_texts(*args[1]);
    ColumnView<Text> on_empty(*args[2]), on_error(*args[4]);
    std::vector<Found::Kind> kinds(rows, Found::Kind::kValue);
    ColumnBuilder texts(DataType::String(), rows);
    std::string text;
    for (size_t i = 0; i < rows; ++i) {
      if (jsons.IsNull(i) || path_texts.IsNull(i)) {
        texts.AppendNull();
        continue;
      }
      Found found = ScalarOnly(FindIn(jsons[i], path_texts[i], *paths));
      kinds[i] = found.kind;
      if (found.kind != Found::Kind::kValue || found.value.kind == JsonValue::Kind::kNull) {
        texts.AppendNull();
        continue;
      }
      text.clear();
      AppendJsonScalar(found.value, text);
      texts.AppendBytes(text);
    }
    const ColumnPtr read = texts.Finish();
    ASSIGN_OR_RETURN(ColumnPtr values, cast({&read, 1}, type, rows, context));
    ColumnBuilder out(type, rows);
    for (size_t i = 0; i < rows; ++i) {
      if (kinds[i] == Found::Kind::kEmpty) {
        RETURN_IF_ERROR(AppendOnClause(on_empty[i], *args[3], i, jsons[i], out));
      } else if (kinds[i] == Found::Kind::kError || (values->IsNull(i) && !read->IsNull(i))) {
        RETURN_IF_ERROR(AppendOnClause(on_error[i], *args[5], i, jsons[i], out));
      } else {
        out.AppendFrom(*values, i);
      }
    }
    return out.Finish();
  };
}

void AddJsonValue(FunctionRegistry& registry) {
  FunctionSpec spec{
      "JSON_VALUE",
      "JSON_VALUE(json, path [RETURNING type] [NULL | ERROR | DEFAULT value ON EMPTY] "
      "[... ON ERROR])",
      "The scalar that a path leads to.", 2, 6};
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    if (args.size() != 2 && args.size() != 6) return InvalidArgumentError("");
    ResolvedFunction resolved;
    resolved.result = args.size() == 6 ? args[3].type.WithNullable(true) : DataType::String();
    for (size_t i = 0; i < args.size(); ++i) {
      bool is_default = i == 3 || i == 5;
      if (is_default) {
        resolved.argument_types.push_back(args[3].type.WithNullable(args[i].type.nullable()));
        continue;
      }
      ASSIGN_OR_RETURN(DataType type, MatchArgument(Arg::kString, args[i].type));
      resolved.argument_types.push_back(std::move(type));
    }
    return resolved;
  };
  spec.make_kernel = [](std::span<const BoundArgument> args, const DataType& result,
                        const std::string& time_zone) -> StatusOr<ScalarKernel> {
    ASSIGN_OR_RETURN(ScalarKernel cast,
                     MakeCastKernel(DataType::String(), result, true, time_zone));
    ScalarKernel kernel = MakeJsonValue(std::move(cast));
    if (args.size() == 6) return kernel;
    // The plain call: NULL ON EMPTY, NULL ON ERROR.
    return ScalarKernel([kernel](std::span<const ColumnPtr> columns, const DataType& type,
                                 size_t rows, const EvalContext& context) {
      ColumnPtr behavior = Column::MakeConstant(DataType::String(), "NULL", rows);
      ColumnPtr null = Column::MakeConstant(type, Value(), rows);
      ColumnPtr all[] = {columns[0], columns[1], behavior, null, behavior, null};
      return kernel(all, type, rows, context);
    });
  };
  Declare(registry, std::move(spec));
}

// JSON_QUERY(json, path, wrapper, on empty, on error) wants an array or object, as text or as an
// ARRAY<STRING>.
Found QueryResult(Found found, Text wrapper) {
  if (found.kind != Found::Kind::kValue) return found;
  if (found.value.kind == JsonValue::Kind::kNull && !found.strict) {
    found.kind = Found::Kind::kEmpty;
    return found;
  }
  bool wrap = wrapper == "UNCONDITIONAL" ||
              (wrapper == "CONDITIONAL" && found.value.kind != JsonValue::Kind::kArray);
  if (wrap) {
    JsonValue array;
    array.kind = JsonValue::Kind::kArray;
    array.items.push_back(std::move(found.value));
    found.value = std::move(array);
  }
  if (found.value.is_scalar()) {
    found.kind = found.strict ? Found::Kind::kError : Found::Kind::kEmpty;
  }
  return found;
}

Status AppendQuery(const Found& found, Text json, Text behavior, ColumnBuilder& out) {
  bool array_type = out.type().kind() == TypeKind::kArray;
  JsonValue value = found.value;
  if (found.kind != Found::Kind::kValue) {
    if (behavior == "ERROR") return JsonError("JSON_QUERY", json);
    if (behavior != "EMPTY ARRAY" && behavior != "EMPTY OBJECT")
      return out.AppendNull(), OkStatus();
    value = JsonValue();
    value.kind = behavior == "EMPTY ARRAY" ? JsonValue::Kind::kArray : JsonValue::Kind::kObject;
  }
  std::string text;
  if (!array_type) {
    AppendJson(value, text);
    out.AppendBytes(text);
    return OkStatus();
  }
  if (value.kind != JsonValue::Kind::kArray) return out.AppendNull(), OkStatus();
  for (const JsonValue& item : value.items) {
    if (item.kind == JsonValue::Kind::kNull) {
      out.child(0).AppendNull();
      continue;
    }
    text.clear();
    AppendJsonScalar(item, text);
    out.child(0).AppendBytes(text);
  }
  out.CloseList();
  return OkStatus();
}

void AddJsonQuery(FunctionRegistry& registry) {
  FunctionSpec spec{"JSON_QUERY",
                    "JSON_QUERY(json, path [wrapper] [... ON EMPTY] [... ON ERROR])",
                    "The array or object that a path leads to.",
                    5,
                    5,
                    TakesNullable({Arg::kString}, DataType::String())};
  spec.make_kernel = [](std::span<const BoundArgument>, const DataType& result,
                        const std::string&) -> StatusOr<ScalarKernel> {
    bool texts = result.kind() == TypeKind::kArray && result.element().is_string();
    if (!result.is_string() && !texts) {
      return InvalidArgumentError("JSON_QUERY returns STRING or ARRAY<STRING>, not " +
                                  result.ToString());
    }
    auto paths = std::make_shared<PathCache>();
    return ScalarKernel([paths](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
                                const EvalContext&) -> StatusOr<ColumnPtr> {
      ColumnView<Text> jsons(*args[0]), path_texts(*args[1]), wrappers(*args[2]);
      ColumnView<Text> on_empty(*args[3]), on_error(*args[4]);
      ColumnBuilder out(type, rows);
      for (size_t i = 0; i < rows; ++i) {
        if (jsons.IsNull(i) || path_texts.IsNull(i)) {
          out.AppendNull();
          continue;
        }
        Found found = QueryResult(FindIn(jsons[i], path_texts[i], *paths), wrappers[i]);
        Text behavior = found.kind == Found::Kind::kEmpty ? on_empty[i] : on_error[i];
        RETURN_IF_ERROR(AppendQuery(found, jsons[i], behavior, out));
      }
      return out.Finish();
    });
  };
  Declare(registry, std::move(spec));
}

void AddJsonTests(FunctionRegistry& registry) {
  FunctionSpec exists{"JSON_EXISTS",
                      "JSON_EXISTS(json, path [TRUE | FALSE | UNKNOWN | ERROR ON ERROR])",
                      "Whether a path leads to something that is not null.",
                      2,
                      3,
                      TakesNullable({Arg::kString}, DataType::Boolean())};
  exists.make_kernel = [](std::span<const BoundArgument> args, const DataType&,
                          const std::string&) -> StatusOr<ScalarKernel> {
    auto paths = std::make_shared<PathCache>();
    auto test = [paths](Text json, Text path, Text on_error) -> StatusOr<std::optional<bool>> {
      Found found = FindIn(json, path, *paths);
      if (found.kind != Found::Kind::kError) {
        return std::optional<bool>(found.kind == Found::Kind::kValue &&
                                   found.value.kind != JsonValue::Kind::kNull);
      }
      if (on_error == "ERROR") return JsonError("JSON_EXISTS", json);
      if (on_error == "UNKNOWN") return std::optional<bool>();
      return std::optional<bool>(on_error == "TRUE");
    };
    if (args.size() == 3) return Map<bool, Text, Text, Text>(test);
    return Map<bool, Text, Text>(
        [test](Text json, Text path) { return test(json, path, "FALSE"); });
  };
  Declare(registry, std::move(exists));

  FunctionSpec is_json{"IS JSON", "string IS JSON [VALUE | OBJECT | ARRAY | SCALAR]",
                       "Whether a text is JSON; FALSE of NULL.", 2, 2};
  is_json.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    ASSIGN_OR_RETURN(DataType json, MatchArgument(Arg::kString, args[0].type));
    ASSIGN_OR_RETURN(DataType kind, MatchArgument(Arg::kString, args[1].type));
    return ResolvedFunction{{json, kind}, DataType::Boolean().NotNull()};
  };
  Declare(registry, std::move(is_json),
          [](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
             const EvalContext&) -> StatusOr<ColumnPtr> {
            ColumnView<Text> texts(*args[0]), kinds(*args[1]);
            std::vector<uint8_t> values(rows);
            for (size_t i = 0; i < rows; ++i) {
              if (texts.IsNull(i)) continue;
              StatusOr<JsonValue> json = ReadFirstJson(texts[i], true);
              if (!json.ok()) continue;
              values[i] = kinds[i] == "VALUE" ||
                          (kinds[i] == "OBJECT" && json->kind == JsonValue::Kind::kObject) ||
                          (kinds[i] == "ARRAY" && json->kind == JsonValue::Kind::kArray) ||
                          (kinds[i] == "SCALAR" && json->is_scalar());
            }
            Column::Flat parts;
            parts.values = Buffer::Of(std::move(values));
            return Column::MakeFlat(type, rows, std::move(parts));
          });
}

// A cell as JSON: numbers and booleans as such, rows as objects, bytes in base64, timestamps as in
// ISO 8601 (of an instant in UTC), all else as text.
void AppendCell(const Column& column, size_t row, const TimeZone& zone, std::string& out) {
  if (column.IsNull(row)) {
    out += "null";
    return;
  }
  const Column& base = column.base();
  size_t cell = column.BaseIndex(row);
  const DataType& type = column.type();
  std::string text;
  switch (type.physical()) {
    case PhysicalType::kArray:
      out += '[';
      for (size_t e = base.offsets()[cell]; e < base.offsets()[cell + 1]; ++e) {
        if (e != base.offsets()[cell]) out += ',';
        AppendCell(*base.child(0), e, zone, out);
      }
      out += ']';
      return;
    case PhysicalType::kMap:
      out += '{';
      for (size_t e = base.offsets()[cell]; e < base.offsets()[cell + 1]; ++e) {
        if (e != base.offsets()[cell]) out += ',';
        text.clear();
        AppendCastText(*base.child(0), e, zone, text);
        AppendJsonString(text, out);
        out += ':';
        AppendCell(*base.child(1), e, zone, out);
      }
      out += '}';
      return;
    case PhysicalType::kRow:
      out += '{';
      for (size_t i = 0; i < type.fields().size(); ++i) {
        if (i) out += ',';
        AppendJsonString(type.fields()[i].name, out);
        out += ':';
        AppendCell(*base.child(i), cell, zone, out);
      }
      out += '}';
      return;
    default:
      break;
  }
  if (type.is_timestamp()) {
    AppendTimestamp(ColumnView<int64_t>(column)[row], kTrimmed, 'T', text);
    if (type.kind() == TypeKind::kTimestampLtz) text += 'Z';
  } else if (type.is_binary()) {
    AppendBase64(ColumnView<Text>(column)[row], text);
  } else if (type.kind() == TypeKind::kFloat) {
    AppendDouble(ColumnView<float>(column)[row], text);
  } else {
    AppendCastText(column, row, zone, text);
  }
  if (type.kind() == TypeKind::kBoolean) {
    out += text == "TRUE" ? "true" : "false";
  } else if (type.is_numeric() && text.find_first_of("NI") == std::string::npos) {
    AppendJsonNumber(text, out);
  } else {
    AppendJsonString(text, out);
  }
}

// JSON has no dates, times of day and intervals, and its names are texts: as in Flink these are
// refused, wherever in a type they stand.
Status CheckJsonType(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kIntervalDayTime:
    case TypeKind::kIntervalYearMonth:
      return InvalidArgumentError("there is no " + type.WithNullable(true).ToString() +
                                  " in JSON: write it as text with CAST(... AS STRING)");
    case TypeKind::kVariant:
      return InvalidArgumentError("a VARIANT is no value among those of JSON functions");
    case TypeKind::kMap:
    case TypeKind::kMultiset:
      if (!type.fields()[0].type.is_string()) {
        return InvalidArgumentError("the names in JSON are texts, the keys of " +
                                    type.WithNullable(true).ToString() + " are not");
      }
      break;
    default:
      break;
  }
  for (const Field& field : type.fields()) RETURN_IF_ERROR(CheckJsonType(field.type));
  return OkStatus();
}

// JSON_OBJECT(nulls, key, value, ...) and JSON_ARRAY(nulls, value, ...): `nulls` is NULL or ABSENT.
ScalarKernel MakeConstructor(bool object, std::vector<bool> is_json, TimeZone zone) {
  return [=](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
             const EvalContext&) -> StatusOr<ColumnPtr> {
    ColumnBuilder out(type, rows);
    std::string text;
    std::vector<std::pair<std::string, size_t>> members;  // name and the argument of its value
    for (size_t i = 0; i < rows; ++i) {
      bool keep_nulls = ColumnView<Text>(*args[0])[i] == "NULL";
      members.clear();
      for (size_t k = 1; k < args.size(); ++k) {
        std::string name;
        if (object) {
          if (args[k]->IsNull(i)) return InvalidArgumentError("a key of JSON_OBJECT is NULL");
          name = ColumnView<Text>(*args[k++])[i];
        }
        if (keep_nulls || !args[k]->IsNull(i)) members.emplace_back(std::move(name), k);
      }
      if (object) {
        std::stable_sort(members.begin(), members.end(), [](const auto& a, const auto& b) {
          return JsonNameLess(a.first, b.first);
        });
      }
      text.assign(1, object ? '{' : '[');
      for (size_t m = 0; m < members.size(); ++m) {
        const auto& [name, k] = members[m];
        // Of equal names the last counts.
        if (object && m + 1 < members.size() && members[m + 1].first == name) continue;
        if (text.size() > 1) text += ',';
        if (object) {
          AppendJsonString(name, text);
          text += ':';
        }
        if (is_json[k] && !args[k]->IsNull(i)) {
          text += ColumnView<Text>(*args[k])[i];
        } else {
          AppendCell(*args[k], i, zone, text);
        }
      }
      text += object ? '}' : ']';
      out.AppendBytes(text);
    }
    return out.Finish();
  };
}

void AddConstructor(FunctionRegistry& registry, bool object) {
  FunctionSpec spec{object ? "JSON_OBJECT" : "JSON_ARRAY",
                    object ? "JSON_OBJECT([KEY] name VALUE value, ... [NULL | ABSENT ON NULL])"
                           : "JSON_ARRAY(value, ... [NULL | ABSENT ON NULL])",
                    object ? "An object as JSON text." : "An array as JSON text.", 1, -1};
  spec.resolve = [object](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    if (object && args.size() % 2 == 0) return InvalidArgumentError("");
    ResolvedFunction resolved;
    for (size_t i = 0; i < args.size(); ++i) {
      bool text = i == 0 || (object && i % 2 == 1);
      ASSIGN_OR_RETURN(DataType type, MatchArgument(text ? Arg::kString : Arg::kAny, args[i].type));
      RETURN_IF_ERROR(CheckJsonType(type));
      resolved.argument_types.push_back(std::move(type));
    }
    resolved.result = DataType::String().NotNull();
    return resolved;
  };
  spec.make_kernel = [object](std::span<const BoundArgument> args, const DataType&,
                              const std::string& time_zone) -> StatusOr<ScalarKernel> {
    ASSIGN_OR_RETURN(TimeZone zone, TimeZone::Load(time_zone));
    std::vector<bool> is_json;
    for (const BoundArgument& arg : args) is_json.push_back(arg.is_json);
    return MakeConstructor(object, std::move(is_json), std::move(zone));
  };
  Declare(registry, std::move(spec));
}

void AddJsonTexts(FunctionRegistry& registry) {
  FunctionSpec spec{"JSON_STRING", "JSON_STRING(value)", "A value as JSON text.", 1, 1};
  spec.resolve = [](std::span<const BoundArgument> args) -> StatusOr<ResolvedFunction> {
    if (args[0].type.is_variant()) {
      return InvalidArgumentError("JSON_STRING takes no VARIANT, which is JSON already");
    }
    RETURN_IF_ERROR(CheckJsonType(args[0].type));
    return ResolvedFunction{{args[0].type},
                            DataType::String().WithNullable(args[0].type.nullable())};
  };
  spec.make_kernel = [](std::span<const BoundArgument>, const DataType&,
                        const std::string& time_zone) -> StatusOr<ScalarKernel> {
    ASSIGN_OR_RETURN(TimeZone zone, TimeZone::Load(time_zone));
    return ScalarKernel([zone](std::span<const ColumnPtr> args, const DataType& type, size_t rows,
                               const EvalContext&) -> StatusOr<ColumnPtr> {
      ColumnBuilder out(type, rows);
      std::string text;
      for (size_t i = 0; i < rows; ++i) {
        if (args[0]->IsNull(i)) {
          out.AppendNull();
          continue;
        }
        text.clear();
        AppendCell(*args[0], i, zone, text);
        out.AppendBytes(text);
      }
      return out.Finish();
    });
  };
  Declare(registry, std::move(spec));

  // Only among the values of JSON_OBJECT and JSON_ARRAY, which take it as it is.
  Declare(registry,
          {"JSON", "JSON(string)", "A text that is JSON, among the values of JSON_OBJECT.", 1, 1,
           Takes({Arg::kString}, DataType::String())},
          Map<Text, Text>([out = std::string()](Text text) mutable -> StatusOr<Text> {
            if (text.empty()) return Text("null");
            const StatusOr<JsonValue> json = ReadFirstJson(text, true);
            if (!json.ok()) return JsonError("JSON", text);
            out.clear();
            AppendJson(*json, out);
            return Text(out);
          }));

  // Quotes and escapes like JSON, slashes too, everything past ASCII as \u.
  Declare(registry,
          {"JSON_QUOTE", "JSON_QUOTE(string)", "A text as a JSON string.", 1, 1,
           Takes({Arg::kString}, DataType::String())},
          Map<Text, Text>([out = std::string()](Text text) mutable -> Text {
            std::string quoted;
            AppendJsonString(text, quoted);
            out.clear();
            AppendAsciiJson(quoted, out);
            for (size_t at = 0; (at = out.find('/', at)) != Text::npos; at += 2) {
              out.insert(at, 1, '\\');
            }
            return out;
          }));
  Declare(registry,
          {"JSON_UNQUOTE", "JSON_UNQUOTE(string)",
           "The text of a JSON string; what is none stays as it is.", 1, 1,
           Takes({Arg::kString}, DataType::String())},
          Map<Text, Text>([out = std::string()](Text text) mutable -> Text {
            if (!text.starts_with('"') || !text.ends_with('"')) return text;
            std::optional<JsonValue> json = ParseJson(text);
            if (!json || json->kind != JsonValue::Kind::kString) return text;
            out = std::move(json->text);
            return out;
          }));
}

}  // namespace

void AddJsonFunctions(FunctionRegistry& registry) {
  AddJsonValue(registry);
  AddJsonQuery(registry);
  AddJsonTests(registry);
  AddConstructor(registry, true);
  AddConstructor(registry, false);
  AddJsonTexts(registry);
}

}  // namespace weir
