#include <algorithm>
#include <set>

#include "operators/functions/aggregate_function.h"
#include "operators/kept_aggregates.h"
#include "sql/query_binder.h"
#include "sql/rel_properties.h"

namespace weir::sql {
namespace {

// Collects expressions as columns of a projection, each once.
class Projection {
 public:
  uint32_t Add(const ExprPtr& expr, const std::string& name) {
    for (size_t i = 0; i < exprs_.size(); ++i) {
      if (Equal(*exprs_[i], *expr)) return static_cast<uint32_t>(i);
    }
    exprs_.push_back(expr);
    names_.push_back(name.empty() ? "$f" + std::to_string(exprs_.size() - 1) : name);
    return static_cast<uint32_t>(exprs_.size() - 1);
  }
  // The input itself when the projection passes every column on in place.
  RelPtr Over(RelPtr input) const { return MakeProject(std::move(input), exprs_, names_); }

 private:
  std::vector<ExprPtr> exprs_;
  std::vector<std::string> names_;
};

std::string NameOf(const ExprPtr& expr, const Schema& schema) {
  return expr->is_input() ? schema[expr->input().column].name : "";
}

// The window table function below a tree of Calcs that pass its window columns on untouched; null
// when there is none, or something computes with them.
RelPtr TableFunctionBelow(const RelPtr& rel) {
  if (rel->as<WindowTvfRel>()) return rel;
  const auto* calc = rel->as<CalcRel>();
  if (!calc) return nullptr;
  const RelPtr& input = rel->inputs[0];
  RelPtr tvf = TableFunctionBelow(input);
  std::optional<WindowColumns> columns = tvf ? WindowOf(*input) : std::nullopt;
  if (!columns) return nullptr;
  std::vector<bool> used(input->schema.size(), false);
  if (calc->filter) CollectInputs(*calc->filter, used);
  for (const ExprPtr& projection : calc->projections) {
    if (!projection->is_input()) CollectInputs(*projection, used);
  }
  for (int column : {columns->start, columns->end, columns->time}) {
    if (column >= 0 && used[static_cast<size_t>(column)]) return nullptr;
  }
  return tvf;
}

// The same tree without the function: in the place of window_end stands the time column itself, so
// that the aggregate above cuts the windows.
RelPtr WithoutTableFunction(const RelPtr& rel) {
  if (const auto* tvf = rel->as<WindowTvfRel>()) {
    const RelPtr& input = rel->inputs[0];
    std::vector<ExprPtr> columns = IdentityProjection(input->schema);
    std::vector<std::string> names;
    for (const Field& field : rel->schema.fields()) names.push_back(field.name);
    for (size_t i = 0; i < 3; ++i) {
      // Of the same layout as TIMESTAMP; only the one for window_end is read.
      columns.push_back(
          Expr::MakeInput(rel->schema[input->schema.size() + i].type, tvf->time_column));
    }
    return MakeProject(input, std::move(columns), std::move(names));
  }
  return MakeRel(rel->node, {WithoutTableFunction(rel->inputs[0])}, rel->schema);
}

SqlStatus CheckRetractable(const std::vector<FoundAggregate>& calls, const Rel& input) {
  if (ChangesOf(input).insert_only()) return {};
  for (const FoundAggregate& call : calls) {
    std::vector<DataType> types;
    for (const ExprPtr& argument : call.arguments) types.push_back(argument->type);
    StatusOr<std::unique_ptr<AggregateFunction>> function =
        MakeAggregate(call.function, types, call.type);
    if (!function.ok()) return ErrorAt(function.status(), call.span);
    const bool kept = IsKeptAggregate(call.function);
    if (kept && call.distinct && call.function != "MIN" && call.function != "MAX") {
      return Refuse(call.function + "(DISTINCT ...) over a query whose rows change", call.span);
    }
    if (!kept && !(*function)->SupportsRetract()) {
      return Refuse(call.function + " over a query whose rows change", call.span,
                    "aggregate the rows themselves, not the result of another GROUP BY");
    }
  }
  return {};
}

// Sessions become one when a row comes between them: so must their accumulators.
SqlStatus CheckMergeable(const std::vector<FoundAggregate>& calls) {
  for (const FoundAggregate& call : calls) {
    if (call.function == "FIRST_VALUE" || call.function == "LAST_VALUE") {
      return SqlError{StatusCode::kInvalidArgument,
                      call.function +
                          " does not work in a SESSION window: where two sessions become one, "
                          "nobody knows which of their values came first",
                      call.span, "MIN and MAX do: of the time, for example"};
    }
  }
  return {};
}

// Whether GROUP BY `keys`, window columns aside, is by the very columns that make the sessions.
bool GroupsBySessions(const RelPtr& input, const GroupingSpec& spec, const WindowColumns& window) {
  RelPtr tvf = TableFunctionBelow(input);
  if (!tvf) return false;
  const std::vector<uint32_t>& partition = tvf->as<WindowTvfRel>()->partition;
  std::set<uint32_t> keys;
  for (const ExprPtr& key : spec.keys) {
    if (!key->is_input()) return false;
    int column = static_cast<int>(key->input().column);
    if (column == window.start || column == window.end || column == window.time) continue;
    const Rel* rel = input.get();
    for (const CalcRel* calc; (calc = rel->as<CalcRel>()) != nullptr; rel = rel->inputs[0].get()) {
      const Expr& made = *calc->projections[static_cast<size_t>(column)];
      if (!made.is_input()) return false;
      column = static_cast<int>(made.input().column);
    }
    keys.insert(static_cast<uint32_t>(column));
  }
  return keys == std::set<uint32_t>(partition.begin(), partition.end());
}

std::vector<AggregateCall> AddCalls(const std::vector<FoundAggregate>& found, const Schema& schema,
                                    Projection& projection) {
  std::vector<AggregateCall> calls;
  for (const FoundAggregate& one : found) {
    AggregateCall call;
    call.function = one.function;
    call.distinct = one.distinct;
    call.type = one.type;
    for (const ExprPtr& argument : one.arguments) {
      call.arguments.push_back(projection.Add(argument, NameOf(argument, schema)));
      call.argument_types.push_back(argument->type);
    }
    if (one.filter) call.filter = static_cast<int>(projection.Add(one.filter, ""));
    calls.push_back(std::move(call));
  }
  return calls;
}

const DataType& PropertyType(WindowProperty property, const DataType& time_type) {
  static const DataType kWall = DataType::Timestamp(3).NotNull();
  return property == WindowProperty::kTime ? time_type : kWall;
}

const char* PropertyName(WindowProperty property) {
  return property == WindowProperty::kStart ? "window_start"
         : property == WindowProperty::kEnd ? "window_end"
                                            : "window_time";
}

// `aggregate` emits keys, calls, properties; the result has keys and calls in the order asked for.
struct WindowKeys {
  std::vector<int> from;  // of each key asked for: column of the aggregate's output
  std::vector<WindowProperty> properties;
};

// GROUP BY over rows that carry window columns among the keys.
SqlResult<RelPtr> MakeWindowed(RelPtr input, const GroupingSpec& spec,
                               const WindowColumns& window) {
  RelPtr tvf = TableFunctionBelow(input);
  RelPtr source = tvf ? WithoutTableFunction(input) : input;
  DataType time_type = DataType::Timestamp(3).NotNull();
  if (window.window.zoned) time_type = DataType::TimestampLtz(3).NotNull();

  Projection projection;
  WindowAggregateRel aggregate;
  aggregate.window = window.window;
  aggregate.span = spec.span;
  WindowKeys order;
  std::vector<Field> fields;
  std::vector<std::optional<WindowProperty>> as_property;
  for (size_t i = 0; i < spec.keys.size(); ++i) {
    std::optional<WindowProperty> property;
    if (spec.keys[i]->is_input()) {
      int column = static_cast<int>(spec.keys[i]->input().column);
      if (column == window.start) property = WindowProperty::kStart;
      if (column == window.end) property = WindowProperty::kEnd;
      if (column == window.time) property = WindowProperty::kTime;
    }
    as_property.push_back(property);
    if (property) continue;
    aggregate.keys.push_back(projection.Add(spec.keys[i], spec.key_names[i]));
    fields.push_back({spec.key_names[i], spec.keys[i]->type});
  }
  aggregate.calls = AddCalls(*spec.calls, input->schema, projection);
  uint32_t time =
      projection.Add(Expr::MakeInput(input->schema[static_cast<size_t>(window.end)].type,
                                     static_cast<uint32_t>(window.end)),
                     "$time");
  aggregate.time_column = time;
  if (!tvf) aggregate.attached_end = time;
  for (const AggregateCall& call : aggregate.calls) fields.push_back({"$agg", call.type});

  std::vector<int> from;
  int next_key = 0, next_property = static_cast<int>(fields.size());
  for (size_t i = 0; i < spec.keys.size(); ++i) {
    if (!as_property[i]) {
      from.push_back(next_key++);
      continue;
    }
    aggregate.properties.push_back(*as_property[i]);
    fields.push_back({PropertyName(*as_property[i]), PropertyType(*as_property[i], time_type)});
    from.push_back(next_property++);
  }
  const size_t keys = aggregate.keys.size(), calls = aggregate.calls.size();
  RelPtr rel = MakeRel(std::move(aggregate), {projection.Over(source)}, Schema(fields));
  std::vector<ExprPtr> columns;
  std::vector<std::string> names;
  for (size_t i = 0; i < spec.keys.size(); ++i) {
    columns.push_back(Expr::MakeInput(rel->schema[static_cast<size_t>(from[i])].type,
                                      static_cast<uint32_t>(from[i])));
    names.push_back(spec.key_names[i]);
  }
  for (size_t i = 0; i < calls; ++i) {
    columns.push_back(Expr::MakeInput(rel->schema[keys + i].type, static_cast<uint32_t>(keys + i)));
    names.push_back("$agg" + std::to_string(i));
  }
  return MakeProject(rel, std::move(columns), std::move(names));
}

// GROUP BY TUMBLE(ts, ...), keys.
SqlResult<RelPtr> MakeGroupWindow(RelPtr input, const GroupingSpec& spec) {
  Projection projection;
  WindowAggregateRel aggregate;
  aggregate.window = spec.window->window;
  aggregate.span = spec.span;
  aggregate.time_column = projection.Add(spec.window->time, "$time");
  std::vector<Field> fields;
  for (size_t i = 0; i < spec.keys.size(); ++i) {
    aggregate.keys.push_back(projection.Add(spec.keys[i], spec.key_names[i]));
    fields.push_back({spec.key_names[i], spec.keys[i]->type});
  }
  aggregate.calls = AddCalls(*spec.calls, input->schema, projection);
  for (size_t i = 0; i < aggregate.calls.size(); ++i) {
    fields.push_back({"$agg" + std::to_string(i), aggregate.calls[i].type});
  }
  for (WindowProperty property :
       {WindowProperty::kStart, WindowProperty::kEnd, WindowProperty::kTime}) {
    aggregate.properties.push_back(property);
    const DataType time_type = spec.window->time_type.WithNullable(true);
    fields.push_back({PropertyName(property), PropertyType(property, time_type)});
  }
  return MakeRel(std::move(aggregate), {projection.Over(input)}, Schema(std::move(fields)));
}

}  // namespace

SqlResult<RelPtr> MakeAggregateRel(RelPtr input, const GroupingSpec& spec) {
  SQL_RETURN_IF_ERROR(CheckRetractable(*spec.calls, *input));
  const auto is_session = [](const WindowDef& window) {
    return window.kind == WindowKind::kSession;
  };
  if (spec.window) {
    if (is_session(spec.window->window)) SQL_RETURN_IF_ERROR(CheckMergeable(*spec.calls));
    return MakeGroupWindow(std::move(input), spec);
  }
  if (std::optional<WindowColumns> window = WindowOf(*input)) {
    auto has = [&](int column) {
      return column >= 0 &&
             std::any_of(spec.keys.begin(), spec.keys.end(), [&](const ExprPtr& key) {
               return key->is_input() && static_cast<int>(key->input().column) == column;
             });
    };
    // By other columns sessions are cut before they are grouped, and not as a window.
    const bool windowed = has(window->start) && has(window->end) &&
                          (!is_session(window->window) || GroupsBySessions(input, spec, *window));
    if (windowed) {
      if (is_session(window->window)) SQL_RETURN_IF_ERROR(CheckMergeable(*spec.calls));
      return MakeWindowed(std::move(input), spec, *window);
    }
  }
  Projection projection;
  AggregateRel aggregate;
  aggregate.span = spec.span;
  std::vector<Field> fields;
  for (size_t i = 0; i < spec.keys.size(); ++i) {
    aggregate.keys.push_back(projection.Add(spec.keys[i], spec.key_names[i]));
    fields.push_back({spec.key_names[i], spec.keys[i]->type});
  }
  aggregate.calls = AddCalls(*spec.calls, input->schema, projection);
  for (size_t i = 0; i < aggregate.calls.size(); ++i) {
    fields.push_back({"$agg" + std::to_string(i), aggregate.calls[i].type});
  }
  return MakeRel(std::move(aggregate), {projection.Over(std::move(input))},
                 Schema(std::move(fields)));
}

}  // namespace weir::sql
