#include "sql/rel_properties.h"

#include <algorithm>
#include <set>

#include "connectors/connector.h"

namespace weir::sql {
namespace {

void CollectTables(const Rel& rel, std::set<std::string>& out) {
  if (const auto* scan = rel.as<ScanRel>()) out.insert(scan->table->name);
  for (const RelPtr& input : rel.inputs) CollectTables(*input, out);
}

// Where a Calc puts input column i; -1 when it does not pass it on.
int PassedOn(const CalcRel& calc, int column) {
  for (size_t i = 0; column >= 0 && i < calc.projections.size(); ++i) {
    if (calc.projections[i]->is_input() &&
        calc.projections[i]->input().column == static_cast<uint32_t>(column)) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

TimeAttribute TimeAttributeOf(const Expr& expr, const std::vector<TimeAttribute>& input) {
  if (expr.is_input()) return input[expr.input().column];
  const Expr::Call* call = expr.call();
  return call && call->function == "PROCTIME" ? TimeAttribute::kProcTime : TimeAttribute::kNone;
}

using Monotonicities = std::vector<Monotonicity>;

Monotonicity MonotonicityOf(const Expr& expr, const Monotonicities& input) {
  if (expr.is_input()) return input[expr.input().column];
  const Expr::Call* call = expr.call();
  if (call == nullptr) return Monotonicity::kConstant;
  const bool numbers =
      call->function == "CAST" && expr.type.is_numeric() && call->args[0]->type.is_numeric();
  return numbers ? MonotonicityOf(*call->args[0], input) : Monotonicity::kNone;
}

// Whether a row that passed `filter` still passes it when it is replaced.
bool StaysPassed(const Expr& filter, const Monotonicities& input) {
  const Expr::Call* call = filter.call();
  if (call == nullptr) return MonotonicityOf(filter, input) == Monotonicity::kConstant;
  if (call->function == "AND") {
    return std::all_of(call->args.begin(), call->args.end(),
                       [&](const ExprPtr& part) { return StaysPassed(*part, input); });
  }
  std::vector<bool> used(input.size(), false);
  CollectInputs(filter, used);
  bool constant = true;
  for (size_t i = 0; i < used.size(); ++i) {
    constant = constant && (!used[i] || input[i] == Monotonicity::kConstant);
  }
  if (constant) return true;
  const bool above = call->function == ">" || call->function == ">=";
  if (!above && call->function != "<" && call->function != "<=") return false;
  const Monotonicity left = MonotonicityOf(*call->args[0], input);
  const Monotonicity right = MonotonicityOf(*call->args[1], input);
  const Monotonicity away = above ? Monotonicity::kIncreasing : Monotonicity::kDecreasing;
  const Monotonicity towards = above ? Monotonicity::kDecreasing : Monotonicity::kIncreasing;
  return (left == away && right == Monotonicity::kConstant) ||
         (left == Monotonicity::kConstant && right == towards);
}

std::optional<Monotonicities> MonotonicityOfAggregate(const AggregateRel& aggregate,
                                                      const Monotonicities& input,
                                                      bool insert_only) {
  for (uint32_t key : aggregate.keys) {
    if (input[key] != Monotonicity::kConstant) return std::nullopt;
  }
  Monotonicities columns(aggregate.keys.size(), Monotonicity::kConstant);
  for (const AggregateCall& call : aggregate.calls) {
    Monotonicity own = call.function == "COUNT" || call.function == "MAX"
                           ? Monotonicity::kIncreasing
                       : call.function == "MIN" ? Monotonicity::kDecreasing
                                                : Monotonicity::kNone;
    if (!insert_only && !call.arguments.empty() &&
        (call.arguments.size() > 1 || input[call.arguments[0]] != own)) {
      own = Monotonicity::kNone;
    }
    columns.push_back(own);
  }
  return columns;
}

}  // namespace

std::optional<std::vector<Monotonicity>> MonotonicityOf(const Rel& rel) {
  if (ChangesOf(rel).insert_only()) {
    return Monotonicities(rel.schema.size(), Monotonicity::kConstant);
  }
  std::vector<Monotonicities> inputs;
  for (const RelPtr& input : rel.inputs) {
    std::optional<Monotonicities> one = MonotonicityOf(*input);
    if (!one) return std::nullopt;
    inputs.push_back(*std::move(one));
  }
  if (const auto* aggregate = rel.as<AggregateRel>()) {
    return MonotonicityOfAggregate(*aggregate, inputs[0], ChangesOf(*rel.inputs[0]).insert_only());
  }
  if (const auto* calc = rel.as<CalcRel>()) {
    if (calc->filter && !StaysPassed(*calc->filter, inputs[0])) return std::nullopt;
    Monotonicities columns;
    for (const ExprPtr& projection : calc->projections) {
      columns.push_back(MonotonicityOf(*projection, inputs[0]));
    }
    return columns;
  }
  if (rel.as<UnionRel>() == nullptr) return std::nullopt;
  for (const Monotonicities& other : inputs) {
    for (size_t i = 0; i < other.size(); ++i) {
      if (other[i] != inputs[0][i]) inputs[0][i] = Monotonicity::kNone;
    }
  }
  return inputs[0];
}

std::vector<TimeAttribute> TimeAttributes(const Rel& rel) {
  std::vector<TimeAttribute> times(rel.schema.size(), TimeAttribute::kNone);
  if (const auto* scan = rel.as<ScanRel>()) {
    for (size_t i = 0; i < scan->columns.size(); ++i) {
      if (!scan->columns[i].fields.empty()) continue;
      const CatalogColumn& column = scan->table->columns[scan->columns[i].column];
      if (scan->table->watermark && scan->table->watermark->column == column.name) {
        times[i] = TimeAttribute::kRowTime;
      } else if (column.kind == CatalogColumn::Kind::kComputed && column.expr) {
        const auto* call = std::get_if<ast::Call>(&column.expr->node);
        if (call && call->function.parts.size() == 1 &&
            (call->function.parts[0].text == "PROCTIME" ||
             call->function.parts[0].text == "proctime")) {
          times[i] = TimeAttribute::kProcTime;
        }
      }
    }
  } else if (const auto* calc = rel.as<CalcRel>()) {
    std::vector<TimeAttribute> input = TimeAttributes(*rel.inputs[0]);
    for (size_t i = 0; i < times.size(); ++i) {
      times[i] = TimeAttributeOf(*calc->projections[i], input);
    }
  } else if (rel.as<RankRel>()) {
    std::vector<TimeAttribute> input = TimeAttributes(*rel.inputs[0]);
    std::copy(input.begin(), input.end(), times.begin());
  } else if (rel.as<WindowTvfRel>()) {
    std::vector<TimeAttribute> input = TimeAttributes(*rel.inputs[0]);
    std::copy(input.begin(), input.end(), times.begin());
    times.back() = TimeAttribute::kRowTime;  // window_time
  } else if (const auto* aggregate = rel.as<WindowAggregateRel>()) {
    size_t first = aggregate->keys.size() + aggregate->calls.size();
    for (size_t i = 0; i < aggregate->properties.size(); ++i) {
      if (aggregate->properties[i] == WindowProperty::kTime) {
        times[first + i] = TimeAttribute::kRowTime;
      }
    }
  } else if (rel.as<UnionRel>()) {
    times = TimeAttributes(*rel.inputs[0]);
    for (const RelPtr& input : rel.inputs) {
      std::vector<TimeAttribute> other = TimeAttributes(*input);
      for (size_t i = 0; i < times.size(); ++i) {
        if (other[i] != times[i]) times[i] = TimeAttribute::kNone;
      }
    }
  }
  return times;
}

std::optional<WindowColumns> WindowOf(const Rel& rel) {
  if (const auto* tvf = rel.as<WindowTvfRel>()) {
    int first = static_cast<int>(rel.schema.size()) - 3;
    return WindowColumns{tvf->window, first, first + 1, first + 2};
  }
  if (const auto* aggregate = rel.as<WindowAggregateRel>()) {
    WindowColumns columns{aggregate->window};
    int at = static_cast<int>(aggregate->keys.size() + aggregate->calls.size());
    for (WindowProperty property : aggregate->properties) {
      (property == WindowProperty::kStart ? columns.start
       : property == WindowProperty::kEnd ? columns.end
                                          : columns.time) = at++;
    }
    return columns;
  }
  if (const auto* calc = rel.as<CalcRel>()) {
    std::optional<WindowColumns> columns = WindowOf(*rel.inputs[0]);
    if (!columns) return std::nullopt;
    columns->start = PassedOn(*calc, columns->start);
    columns->end = PassedOn(*calc, columns->end);
    columns->time = PassedOn(*calc, columns->time);
    if (columns->start < 0 && columns->end < 0 && columns->time < 0) return std::nullopt;
    return columns;
  }
  return std::nullopt;
}

bool ReadsUpserts(const ScanRel& scan) {
  auto name = scan.options.find("connector");
  StatusOr<const Connector*> connector =
      FindConnector(name == scan.options.end() ? "" : name->second);
  return connector.ok() && (*connector)->reads_upserts;
}

ChangeKinds ChangesOf(const Rel& rel) {
  if (const auto* scan = rel.as<ScanRel>()) {
    const bool changes = ReadsUpserts(*scan);
    return {changes, changes};
  }
  if (const auto* aggregate = rel.as<AggregateRel>()) {
    ChangeKinds input = ChangesOf(*rel.inputs[0]);
    // DISTINCT alone never updates: there is nothing beside the key.
    return {!aggregate->calls.empty(), !input.insert_only()};
  }
  if (const auto* rank = rel.as<RankRel>()) {
    // Without the number rows only come and go, but for the one and only; with it the last place is
    // emptied only by rows that are taken back.
    if (const std::optional<Deduplication> one = DeduplicationOf(rel)) return {one->last, false};
    const bool appends = ChangesOf(*rel.inputs[0]).insert_only();
    const bool replaces = rank->number || (appends && rank->limit == 1);
    return {replaces, !replaces || !appends};
  }
  if (rel.as<WindowAggregateRel>()) return {};
  ChangeKinds kinds;
  for (const RelPtr& input : rel.inputs) {
    ChangeKinds one = ChangesOf(*input);
    kinds.update |= one.update;
    kinds.remove |= one.remove;
  }
  // A filter turns an update whose new row does not pass into a delete.
  if (const auto* calc = rel.as<CalcRel>(); calc && calc->filter && kinds.update) {
    kinds.remove = true;
  }
  return kinds;
}

std::optional<Deduplication> DeduplicationOf(const Rel& rel) {
  const auto* rank = rel.as<RankRel>();
  if (rank == nullptr || rank->limit != 1 || rank->number || rank->order.size() != 1 ||
      !ChangesOf(*rel.inputs[0]).insert_only()) {
    return std::nullopt;
  }
  const TimeAttribute time = TimeAttributes(*rel.inputs[0])[rank->order[0].column];
  if (time == TimeAttribute::kNone) return std::nullopt;
  return Deduplication{rank->order[0].descending, time == TimeAttribute::kRowTime};
}

std::optional<std::vector<uint32_t>> UpsertKey(const Rel& rel) {
  if (const auto* scan = rel.as<ScanRel>(); scan && ReadsUpserts(*scan)) {
    std::vector<uint32_t> key;
    for (const std::string& name : scan->table->primary_key) {
      int at = rel.schema.IndexOf(name);
      if (at < 0) return std::nullopt;
      key.push_back(static_cast<uint32_t>(at));
    }
    return key;
  }
  if (const auto* aggregate = rel.as<AggregateRel>()) {
    std::vector<uint32_t> key;
    for (size_t i = 0; i < aggregate->keys.size(); ++i) key.push_back(static_cast<uint32_t>(i));
    return key;
  }
  if (const auto* rank = rel.as<RankRel>()) {
    if (!rank->number && rank->limit != 1) return UpsertKey(*rel.inputs[0]);
    std::vector<uint32_t> key = rank->partition;
    if (rank->number) key.push_back(static_cast<uint32_t>(rel.schema.size()) - 1);
    return key;
  }
  if (const auto* calc = rel.as<CalcRel>()) {
    std::optional<std::vector<uint32_t>> key = UpsertKey(*rel.inputs[0]);
    if (!key) return std::nullopt;
    for (uint32_t& column : *key) {
      int at = PassedOn(*calc, static_cast<int>(column));
      if (at < 0) return std::nullopt;
      column = static_cast<uint32_t>(at);
    }
    return key;
  }
  return std::nullopt;
}

std::vector<std::string> TablesOf(const Rel& rel) {
  std::set<std::string> tables;
  CollectTables(rel, tables);
  return {tables.begin(), tables.end()};
}

std::string SchemaText(const Schema& schema, const std::vector<TimeAttribute>& times) {
  std::string out = "(";
  for (size_t i = 0; i < schema.size(); ++i) {
    const DataType& type = schema[i].type;
    out += (i ? ", " : " ") + QuoteIdentifier(schema[i].name) + " ";
    if (times[i] == TimeAttribute::kNone) {
      out += type.ToString();
    } else {
      out += type.WithNullable(true).ToString() + (type.nullable() ? "" : " NOT NULL") +
             (times[i] == TimeAttribute::kRowTime ? " *ROWTIME*" : " *PROCTIME*");
    }
  }
  return out + " )";
}

}  // namespace weir::sql
