#include "sql/rules.h"

#include <algorithm>
#include <optional>
#include <set>

#include "operators/functions/function_registry.h"
#include "sql/make_expression.h"
#include "sql/table_access.h"

namespace weir::sql {
namespace {

using Columns = std::vector<bool>;

void CountInputs(const Expr& expr, std::vector<int>& uses) {
  if (expr.is_input()) ++uses[expr.input().column];
  if (const Expr::Call* call = expr.call()) {
    for (const ExprPtr& arg : call->args) CountInputs(*arg, uses);
  }
}

bool Deterministic(const Expr& expr) {
  const Expr::Call* call = expr.call();
  if (!call) return true;
  const ScalarFunction* function = FunctionRegistry::Builtin().Find(call->function);
  if (function && !function->deterministic) return false;
  return std::all_of(call->args.begin(), call->args.end(),
                     [](const ExprPtr& arg) { return Deterministic(*arg); });
}

bool IsIdentity(const CalcRel& calc, const Schema& input) {
  if (calc.filter || calc.projections.size() != input.size()) return false;
  for (size_t i = 0; i < input.size(); ++i) {
    const Expr& expr = *calc.projections[i];
    if (!expr.is_input() || expr.input().column != i || expr.type != input[i].type) return false;
  }
  return true;
}

// A pruned node and where its old columns went; -1: gone.
struct Pruned {
  RelPtr rel;
  std::vector<int> map;
};

std::vector<int> Identity(size_t size) {
  std::vector<int> map(size);
  for (size_t i = 0; i < size; ++i) map[i] = static_cast<int>(i);
  return map;
}

Schema Keep(const Schema& schema, const std::vector<int>& map) {
  std::vector<Field> fields;
  for (size_t i = 0; i < schema.size(); ++i) {
    if (map[i] >= 0) fields.push_back(schema[i]);
  }
  return Schema(std::move(fields));
}

Pruned Prune(const RelPtr& rel, const Columns& needed);

Pruned PruneScan(const Rel& rel, const ScanRel& scan, const Columns& needed) {
  ScanRel kept = scan;
  kept.columns.clear();
  std::vector<int> map(needed.size(), -1);
  for (size_t i = 0; i < needed.size(); ++i) {
    if (!needed[i]) continue;
    map[i] = static_cast<int>(kept.columns.size());
    kept.columns.push_back(scan.columns[i]);
  }
  return {MakeRel(std::move(kept), {}, Keep(rel.schema, map)), map};
}

Pruned PruneCalc(const Rel& rel, const CalcRel& calc, const Columns& needed) {
  Columns below(rel.inputs[0]->schema.size(), false);
  if (calc.filter) CollectInputs(*calc.filter, below);
  for (size_t i = 0; i < needed.size(); ++i) {
    if (needed[i]) CollectInputs(*calc.projections[i], below);
  }
  Pruned input = Prune(rel.inputs[0], below);
  CalcRel kept;
  if (calc.filter) kept.filter = RemapInputs(calc.filter, input.map);
  std::vector<int> map(needed.size(), -1);
  for (size_t i = 0; i < needed.size(); ++i) {
    if (!needed[i]) continue;
    map[i] = static_cast<int>(kept.projections.size());
    kept.projections.push_back(RemapInputs(calc.projections[i], input.map));
  }
  if (IsIdentity(kept, input.rel->schema)) return {input.rel, map};
  return {MakeRel(std::move(kept), {input.rel}, Keep(rel.schema, map)), map};
}

// Keys stay, of the calls and window properties what is needed. `time`, when there is one, is a
// column read besides; it is moved with the others.
template <class Aggregate>
Pruned PruneAggregate(const Rel& rel, Aggregate aggregate, const Columns& needed, uint32_t* time,
                      size_t properties_at) {
  Columns below(rel.inputs[0]->schema.size(), false);
  for (uint32_t key : aggregate.keys) below[key] = true;
  if (time) below[*time] = true;
  std::vector<int> map(needed.size(), -1);
  int next = 0;
  for (size_t i = 0; i < aggregate.keys.size(); ++i) map[i] = next++;
  std::vector<AggregateCall> calls;
  for (size_t i = 0; i < aggregate.calls.size(); ++i) {
    size_t at = aggregate.keys.size() + i;
    if (!needed[at]) continue;
    map[at] = next++;
    for (uint32_t argument : aggregate.calls[i].arguments) below[argument] = true;
    if (aggregate.calls[i].filter >= 0)
      below[static_cast<size_t>(aggregate.calls[i].filter)] = true;
    calls.push_back(aggregate.calls[i]);
  }
  for (size_t i = properties_at; i < needed.size(); ++i) {
    if (needed[i]) map[i] = next++;
  }
  Pruned input = Prune(rel.inputs[0], below);
  auto moved = [&](uint32_t column) { return static_cast<uint32_t>(input.map[column]); };
  for (uint32_t& key : aggregate.keys) key = moved(key);
  if (time) *time = moved(*time);
  for (AggregateCall& call : calls) {
    for (uint32_t& argument : call.arguments) argument = moved(argument);
    if (call.filter >= 0) call.filter = input.map[static_cast<size_t>(call.filter)];
  }
  aggregate.calls = std::move(calls);
  return {MakeRel(std::move(aggregate), {input.rel}, Keep(rel.schema, map)), map};
}

Pruned PruneWindowAggregate(const Rel& rel, const WindowAggregateRel& node, const Columns& needed) {
  WindowAggregateRel aggregate = node;
  size_t first = node.keys.size() + node.calls.size();
  aggregate.properties.clear();
  for (size_t i = 0; i < node.properties.size(); ++i) {
    if (needed[first + i]) aggregate.properties.push_back(node.properties[i]);
  }
  uint32_t time = node.attached_end ? *node.attached_end : node.time_column;
  Pruned pruned = PruneAggregate(rel, aggregate, needed, &time, first);
  WindowAggregateRel moved = *pruned.rel->as<WindowAggregateRel>();
  moved.time_column = time;
  if (moved.attached_end) moved.attached_end = time;
  return {MakeRel(std::move(moved), pruned.rel->inputs, pruned.rel->schema), pruned.map};
}

Pruned PruneWindowTvf(const Rel& rel, const WindowTvfRel& tvf, const Columns& needed) {
  size_t inputs = rel.inputs[0]->schema.size();
  Columns below(needed.begin(), needed.begin() + static_cast<std::ptrdiff_t>(inputs));
  below[tvf.time_column] = true;
  for (uint32_t column : tvf.partition) below[column] = true;
  Pruned input = Prune(rel.inputs[0], below);
  WindowTvfRel kept = tvf;
  kept.time_column = static_cast<uint32_t>(input.map[tvf.time_column]);
  for (uint32_t& column : kept.partition) column = static_cast<uint32_t>(input.map[column]);
  std::vector<int> map = input.map;
  std::vector<Field> fields = input.rel->schema.fields();
  for (size_t i = 0; i < 3; ++i) {
    map.push_back(static_cast<int>(fields.size()));
    fields.push_back(rel.schema[inputs + i]);
  }
  return {MakeRel(kept, {input.rel}, Schema(std::move(fields))), map};
}

Pruned PruneRank(const Rel& rel, const RankRel& node, const Columns& needed) {
  Columns below(needed.begin(), needed.end() - (node.number ? 1 : 0));
  for (uint32_t column : node.partition) below[column] = true;
  for (const SortKey& key : node.order) below[key.column] = true;
  Pruned input = Prune(rel.inputs[0], below);
  RankRel rank = node;
  const auto moved = [&](uint32_t column) { return static_cast<uint32_t>(input.map[column]); };
  for (uint32_t& column : rank.partition) column = moved(column);
  for (SortKey& key : rank.order) key.column = moved(key.column);
  rank.number = node.number && needed.back();
  std::vector<int> map = input.map;
  std::vector<Field> fields = input.rel->schema.fields();
  if (node.number) map.push_back(rank.number ? static_cast<int>(fields.size()) : -1);
  if (rank.number) fields.push_back(rel.schema.fields().back());
  return {MakeRel(std::move(rank), {input.rel}, Schema(std::move(fields))), map};
}

Pruned PruneUnion(const Rel& rel, const Columns& needed) {
  std::vector<int> map(needed.size(), -1);
  int next = 0;
  for (size_t i = 0; i < needed.size(); ++i) {
    if (needed[i]) map[i] = next++;
  }
  std::vector<RelPtr> inputs;
  for (const RelPtr& one : rel.inputs) {
    Pruned input = Prune(one, needed);
    std::vector<ExprPtr> columns;
    std::vector<std::string> names;
    for (size_t i = 0; i < needed.size(); ++i) {
      if (!needed[i]) continue;
      uint32_t at = static_cast<uint32_t>(input.map[i]);
      columns.push_back(Expr::MakeInput(input.rel->schema[at].type, at));
      names.push_back(rel.schema[i].name);
    }
    bool exact = IsIdentity(CalcRel{nullptr, columns}, input.rel->schema);
    inputs.push_back(exact ? input.rel
                           : MakeProject(input.rel, std::move(columns), std::move(names)));
  }
  return {MakeRel(UnionRel{}, std::move(inputs), Keep(rel.schema, map)), map};
}

Pruned Prune(const RelPtr& rel, const Columns& needed) {
  if (const auto* scan = rel->as<ScanRel>()) return PruneScan(*rel, *scan, needed);
  if (const auto* calc = rel->as<CalcRel>()) return PruneCalc(*rel, *calc, needed);
  if (const auto* tvf = rel->as<WindowTvfRel>()) return PruneWindowTvf(*rel, *tvf, needed);
  if (const auto* aggregate = rel->as<AggregateRel>()) {
    return PruneAggregate(*rel, *aggregate, needed, nullptr, rel->schema.size());
  }
  if (const auto* aggregate = rel->as<WindowAggregateRel>()) {
    return PruneWindowAggregate(*rel, *aggregate, needed);
  }
  if (const auto* rank = rel->as<RankRel>()) return PruneRank(*rel, *rank, needed);
  if (rel->as<UnionRel>()) return PruneUnion(*rel, needed);
  return {rel, Identity(rel->schema.size())};
}

std::vector<ExprPtr> Conjuncts(const ExprPtr& filter) {
  const Expr::Call* call = filter->call();
  if (!call || call->function != "AND") return {filter};
  std::vector<ExprPtr> parts;
  for (const ExprPtr& arg : call->args) {
    for (ExprPtr& part : Conjuncts(arg)) parts.push_back(std::move(part));
  }
  return parts;
}

// What a comparison says of the number of a row.
struct Bound {
  int64_t limit;  // it is at most this
  bool exact;     // and nothing more is said
};
std::optional<Bound> BoundOf(const Expr& condition, uint32_t number) {
  const Expr::Call* call = condition.call();
  if (!call || call->args.size() != 2) return std::nullopt;
  const auto plain = [](const ExprPtr& expr) {  // without a CAST between types of integers
    const Expr::Call* cast = expr->call();
    const bool skip = cast && cast->function == "CAST" && expr->type.is_integer() &&
                      cast->args[0]->type.is_integer();
    return skip ? cast->args[0] : expr;
  };
  std::string function = call->function;
  ExprPtr left = plain(call->args[0]), right = plain(call->args[1]);
  if (left->is_literal()) {
    std::swap(left, right);
    if (function == ">") {
      function = "<";
    } else if (function == ">=") {
      function = "<=";
    } else if (function != "=") {
      return std::nullopt;
    }
  }
  if (!left->is_input() || left->input().column != number || !right->is_literal() ||
      !right->type.is_integer() || right->literal().value.is_null()) {
    return std::nullopt;
  }
  const int64_t value = right->literal().value.integer();
  if (function == "<=") return Bound{value, true};
  if (function == "<") return Bound{value - 1, true};
  if (function == "=") return Bound{value, value == 1};
  return std::nullopt;
}

// Where `filter` over `rel`, which computes on the rows of a ROW_NUMBER(), bounds the number: the
// same rows from a Top-N. Null: it does not.
RelPtr BoundBelowCalc(const RelPtr& rel, const ExprPtr& filter) {
  const auto* calc = rel->as<CalcRel>();
  const auto* rank = calc && !calc->filter ? rel->inputs[0]->as<RankRel>() : nullptr;
  if (!rank || !rank->number) return nullptr;
  const RelPtr& numbered = rel->inputs[0];
  std::vector<ExprPtr> bounds;
  for (const ExprPtr& part : Conjuncts(filter)) {
    ExprPtr below = SubstituteInputs(part, calc->projections);
    if (BoundOf(*below, static_cast<uint32_t>(numbered->schema.size()) - 1)) {
      bounds.push_back(std::move(below));
    }
  }
  if (bounds.empty()) return nullptr;
  ExprPtr bound = bounds.size() == 1 ? bounds[0] : AndOr("AND", bounds);
  return MakeRel(*calc, {RecognizeTopN(MakeFilter(numbered, std::move(bound)))}, rel->schema);
}

}  // namespace

RelPtr MergeCalcs(const RelPtr& rel) {
  std::vector<RelPtr> inputs;
  for (const RelPtr& input : rel->inputs) inputs.push_back(MergeCalcs(input));
  const auto* top = rel->as<CalcRel>();
  const auto* bottom = top ? inputs[0]->as<CalcRel>() : nullptr;
  if (!bottom) return MakeRel(rel->node, std::move(inputs), rel->schema);
  std::vector<int> uses(bottom->projections.size(), 0);
  if (top->filter) CountInputs(*top->filter, uses);
  for (const ExprPtr& projection : top->projections) CountInputs(*projection, uses);
  for (size_t i = 0; i < uses.size(); ++i) {
    const Expr& expr = *bottom->projections[i];
    bool cheap = expr.is_input() || expr.is_literal();
    if (!cheap && (uses[i] > 1 || !Deterministic(expr))) {
      return MakeRel(rel->node, std::move(inputs), rel->schema);
    }
  }
  CalcRel merged;
  merged.filter = bottom->filter;
  if (top->filter) {
    ExprPtr filter = SubstituteInputs(top->filter, bottom->projections);
    merged.filter = merged.filter ? AndOr("AND", {merged.filter, filter}) : filter;
  }
  for (const ExprPtr& projection : top->projections) {
    merged.projections.push_back(SubstituteInputs(projection, bottom->projections));
  }
  return MergeCalcs(MakeRel(std::move(merged), inputs[0]->inputs, rel->schema));
}

RelPtr PushFields(const RelPtr& rel) {
  std::vector<RelPtr> inputs;
  for (const RelPtr& input : rel->inputs) inputs.push_back(PushFields(input));
  const auto* calc = rel->as<CalcRel>();
  const auto* scan = calc ? inputs[0]->as<ScanRel>() : nullptr;
  if (!scan) return MakeRel(rel->node, std::move(inputs), rel->schema);
  std::set<ScanColumn> used;
  if (calc->filter) CollectScanColumns(*calc->filter, scan->columns, used);
  for (const ExprPtr& expr : calc->projections) CollectScanColumns(*expr, scan->columns, used);
  ScanRel fields = *scan;
  fields.columns = ReadableColumns(*scan, used);
  if (fields.columns == scan->columns) return MakeRel(rel->node, std::move(inputs), rel->schema);
  const Schema schema = SchemaOf(fields.columns, *scan->table);
  const std::vector<ExprPtr> values = IdentityProjection(schema);
  CalcRel over;
  if (calc->filter)
    over.filter = OverScanColumns(calc->filter, scan->columns, fields.columns, values);
  for (const ExprPtr& expr : calc->projections) {
    over.projections.push_back(OverScanColumns(expr, scan->columns, fields.columns, values));
  }
  return MakeRel(std::move(over), {MakeRel(std::move(fields), {}, schema)}, rel->schema);
}

RelPtr PruneColumns(const RelPtr& rel) {
  Pruned pruned = Prune(rel, Columns(rel->schema.size(), true));
  return pruned.rel;
}

RelPtr RecognizeTopN(const RelPtr& rel) {
  std::vector<RelPtr> inputs;
  for (const RelPtr& input : rel->inputs) inputs.push_back(RecognizeTopN(input));
  const auto* calc = rel->as<CalcRel>();
  if (!calc || !calc->filter) return MakeRel(rel->node, std::move(inputs), rel->schema);
  if (RelPtr below = BoundBelowCalc(inputs[0], calc->filter)) {
    return MakeRel(CalcRel{calc->filter, calc->projections}, {below}, rel->schema);
  }
  const auto* rank = inputs[0]->as<RankRel>();
  if (!rank || !rank->number) return MakeRel(rel->node, std::move(inputs), rel->schema);
  RankRel limited = *rank;
  const uint32_t number = static_cast<uint32_t>(inputs[0]->schema.size()) - 1;
  std::vector<ExprPtr> rest;
  for (const ExprPtr& part : Conjuncts(calc->filter)) {
    const std::optional<Bound> bound = BoundOf(*part, number);
    if (!bound) {
      rest.push_back(part);
      continue;
    }
    limited.limit = std::min(limited.limit.value_or(bound->limit), bound->limit);
    if (!bound->exact) rest.push_back(part);
  }
  CalcRel above{rest.empty()       ? nullptr
                : rest.size() == 1 ? rest[0]
                                   : AndOr("AND", rest),
                calc->projections};
  if (limited.limit != 1) {
    RelPtr below = MakeRel(std::move(limited), inputs[0]->inputs, inputs[0]->schema);
    return MakeRel(std::move(above), {below}, rel->schema);
  }
  // There is but one number.
  std::vector<ExprPtr> columns = IdentityProjection(inputs[0]->schema);
  columns.back() = Expr::MakeLiteral(columns.back()->type, Value(int64_t{1}));
  if (above.filter) above.filter = SubstituteInputs(above.filter, columns);
  for (ExprPtr& projection : above.projections) projection = SubstituteInputs(projection, columns);
  limited.number = false;
  const Schema& below = inputs[0]->inputs[0]->schema;
  return MakeRel(std::move(above), {MakeRel(std::move(limited), inputs[0]->inputs, below)},
                 rel->schema);
}

RelPtr Optimize(const RelPtr& rel) {
  return PushFields(PruneColumns(MergeCalcs(RecognizeTopN(MergeCalcs(rel)))));
}

}  // namespace weir::sql
