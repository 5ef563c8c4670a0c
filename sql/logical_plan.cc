#include "sql/logical_plan.h"

namespace weir::sql {
namespace {

std::vector<std::string> Names(const Schema& schema) {
  std::vector<std::string> names;
  for (const Field& field : schema.fields()) names.push_back(field.name);
  return names;
}

std::string Join(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out;
}

std::string ColumnNames(const std::vector<uint32_t>& columns, const Schema& schema) {
  std::vector<std::string> names;
  for (uint32_t column : columns) names.push_back(schema[column].name);
  return Join(names);
}

std::string CallsText(const std::vector<AggregateCall>& calls, const Schema& input) {
  std::vector<std::string> texts;
  for (const AggregateCall& call : calls) {
    std::string text = call.function + "(" + (call.distinct ? "DISTINCT " : "");
    text += call.arguments.empty() ? "*" : ColumnNames(call.arguments, input);
    text += ")";
    if (call.filter >= 0) {
      text += " FILTER " + input[static_cast<size_t>(call.filter)].name;
    }
    texts.push_back(text);
  }
  return Join(texts);
}

struct Describer {
  const Rel& rel;
  const Schema& input() const { return rel.inputs[0]->schema; }

  std::string operator()(const ScanRel& scan) const {
    return "TableSourceScan(table=[" + scan.table->name + "], fields=[" + Join(Names(rel.schema)) +
           "])";
  }
  std::string operator()(const ValuesRel& values) const {
    return "Values(rows=[" + std::to_string(values.rows.size()) + "])";
  }
  std::string operator()(const CalcRel& calc) const {
    std::vector<std::string> names = Names(input()), items;
    for (size_t i = 0; i < calc.projections.size(); ++i) {
      std::string text = calc.projections[i]->ToString(names);
      if (text != rel.schema[i].name) text += " AS " + rel.schema[i].name;
      items.push_back(text);
    }
    std::string out = "Calc(select=[" + Join(items) + "]";
    if (calc.filter) out += ", where=[" + calc.filter->ToString(names) + "]";
    return out + ")";
  }
  std::string operator()(const AggregateRel& aggregate) const {
    return "GroupAggregate(groupBy=[" + ColumnNames(aggregate.keys, input()) + "], select=[" +
           CallsText(aggregate.calls, input()) + "])";
  }
  std::string operator()(const WindowTvfRel& tvf) const {
    const std::string partition =
        tvf.partition.empty() ? "" : ", partitionBy=[" + ColumnNames(tvf.partition, input()) + "]";
    return "WindowTableFunction(window=[" + Describe(tvf.window) + "], time=[" +
           input()[tvf.time_column].name + "]" + partition + ")";
  }
  std::string operator()(const WindowAggregateRel& aggregate) const {
    std::string time = aggregate.attached_end
                           ? input()[*aggregate.attached_end].name + " (attached)"
                           : input()[aggregate.time_column].name;
    return "WindowAggregate(groupBy=[" + ColumnNames(aggregate.keys, input()) + "], window=[" +
           Describe(aggregate.window) + "], time=[" + time + "], select=[" +
           CallsText(aggregate.calls, input()) + "])";
  }
  std::string operator()(const RankRel& rank) const {
    std::vector<std::string> order;
    for (const SortKey& key : rank.order) {
      order.push_back(input()[key.column].name + (key.descending ? " DESC" : " ASC") +
                      (key.nulls_last == key.descending ? ""
                       : key.nulls_last                 ? " NULLS LAST"
                                                        : " NULLS FIRST"));
    }
    return "Rank(partitionBy=[" + ColumnNames(rank.partition, input()) + "], orderBy=[" +
           Join(order) + "], limit=[" + (rank.limit ? std::to_string(*rank.limit) : "none") +
           "], select=[" + Join(Names(rel.schema)) + "])";
  }
  std::string operator()(const UnionRel&) const {
    return "Union(all=[true], fields=[" + Join(Names(rel.schema)) + "])";
  }
};

void Print(const Rel& rel, int depth, std::string& out) {
  out += std::string(static_cast<size_t>(depth) * 3, ' ') + (depth ? "+- " : "") + Describe(rel) +
         "\n";
  for (const RelPtr& input : rel.inputs) Print(*input, depth + 1, out);
}

}  // namespace

std::string Describe(const WindowDef& window) {
  auto ms = [](int64_t n) { return std::to_string(n) + " ms"; };
  std::string offset = window.offset_ms ? ", offset=[" + ms(window.offset_ms) + "]" : "";
  switch (window.kind) {
    case WindowKind::kTumble:
      return "TUMBLE(size=[" + ms(window.size_ms) + "]" + offset + ")";
    case WindowKind::kHop:
      return "HOP(size=[" + ms(window.size_ms) + "], slide=[" + ms(window.slide_ms) + "]" + offset +
             ")";
    case WindowKind::kCumulate:
      return "CUMULATE(max_size=[" + ms(window.size_ms) + "], step=[" + ms(window.slide_ms) + "]" +
             offset + ")";
    case WindowKind::kSession:
      return "SESSION(gap=[" + ms(window.size_ms) + "])";
  }
  return "";
}

RelPtr MakeRel(decltype(Rel::node) node, std::vector<RelPtr> inputs, Schema schema) {
  return std::make_shared<const Rel>(Rel{std::move(node), std::move(inputs), std::move(schema)});
}

std::vector<ExprPtr> IdentityProjection(const Schema& schema) {
  std::vector<ExprPtr> projections;
  for (size_t i = 0; i < schema.size(); ++i) {
    projections.push_back(Expr::MakeInput(schema[i].type, static_cast<uint32_t>(i)));
  }
  return projections;
}

RelPtr MakeProject(RelPtr input, std::vector<ExprPtr> projections, std::vector<std::string> names) {
  std::vector<Field> fields;
  for (size_t i = 0; i < projections.size(); ++i) {
    fields.push_back({std::move(names[i]), projections[i]->type});
  }
  return MakeRel(CalcRel{nullptr, std::move(projections)}, {std::move(input)},
                 Schema(std::move(fields)));
}

RelPtr MakeFilter(RelPtr input, ExprPtr condition) {
  Schema schema = input->schema;
  std::vector<ExprPtr> projections = IdentityProjection(schema);
  return MakeRel(CalcRel{std::move(condition), std::move(projections)}, {std::move(input)},
                 std::move(schema));
}

std::string Describe(const Rel& rel) { return std::visit(Describer{rel}, rel.node); }

std::string ToString(const Rel& rel) {
  std::string out;
  Print(rel, 0, out);
  return out;
}

ExprPtr SubstituteInputs(const ExprPtr& expr, const std::vector<ExprPtr>& columns) {
  if (expr->is_input()) return columns[expr->input().column];
  const Expr::Call* call = expr->call();
  if (!call) return expr;
  std::vector<ExprPtr> args;
  for (const ExprPtr& arg : call->args) args.push_back(SubstituteInputs(arg, columns));
  return Expr::MakeCall(expr->type, call->function, std::move(args));
}

ExprPtr RemapInputs(const ExprPtr& expr, const std::vector<int>& map) {
  if (expr->is_input()) {
    int column = map[expr->input().column];
    CHECK_GE(column, 0) << "a column that was pruned is read: " << expr->ToString();
    return Expr::MakeInput(expr->type, static_cast<uint32_t>(column));
  }
  const Expr::Call* call = expr->call();
  if (!call) return expr;
  std::vector<ExprPtr> args;
  for (const ExprPtr& arg : call->args) args.push_back(RemapInputs(arg, map));
  return Expr::MakeCall(expr->type, call->function, std::move(args));
}

void CollectInputs(const Expr& expr, std::vector<bool>& used) {
  if (expr.is_input()) used[expr.input().column] = true;
  if (const Expr::Call* call = expr.call()) {
    for (const ExprPtr& arg : call->args) CollectInputs(*arg, used);
  }
}

}  // namespace weir::sql
