#include "sql/state_identity.h"

#include "sql/rel_properties.h"

namespace weir::sql {
namespace {

std::vector<std::string> NamesOf(const Schema& schema) {
  std::vector<std::string> names;
  for (const Field& field : schema.fields()) names.push_back(field.name);
  return names;
}

// How a column of `input` is made.
std::string ColumnText(uint32_t column, const Rel& input) {
  const auto* calc = input.as<CalcRel>();
  if (calc == nullptr) return input.schema[column].name;
  return calc->projections[column]->ToString(NamesOf(input.inputs[0]->schema));
}

std::string KeysText(const std::vector<uint32_t>& keys, const Rel& input) {
  std::string out;
  for (uint32_t key : keys) out += (out.empty() ? "" : ", ") + ColumnText(key, input);
  return out.empty() ? "" : " by " + out;
}

std::string CallsText(const std::vector<AggregateCall>& calls, const Rel& input) {
  std::string out;
  for (const AggregateCall& call : calls) out += (out.empty() ? "" : ", ") + CallName(call, input);
  return out;
}

std::string RowsText(const Rel& rel, const std::string& time_zone) {
  if (const auto* scan = rel.as<ScanRel>()) return scan->table->name;
  if (rel.as<ValuesRel>() != nullptr) return Describe(rel);
  if (const auto* aggregate = rel.as<AggregateRel>()) {
    return "(" + CallsText(aggregate->calls, *rel.inputs[0]) + " of " + MeaningOf(rel, time_zone) +
           ")";
  }
  if (const auto* aggregate = rel.as<WindowAggregateRel>()) {
    return "(" + CallsText(aggregate->calls, *rel.inputs[0]) + " of " + MeaningOf(rel, time_zone) +
           ")";
  }
  if (rel.as<RankRel>() != nullptr) return "(" + MeaningOf(rel, time_zone) + ")";
  std::string out;
  for (const RelPtr& input : rel.inputs) {
    out += (out.empty() ? "" : " and ") + RowsText(*input, time_zone);
  }
  if (const auto* calc = rel.as<CalcRel>(); calc != nullptr && calc->filter != nullptr) {
    out += " where " + calc->filter->ToString(NamesOf(rel.inputs[0]->schema));
  }
  if (const auto* tvf = rel.as<WindowTvfRel>()) {
    out += KeysText(tvf->partition, *rel.inputs[0]) + " in " + Describe(tvf->window);
  }
  return out;
}

}  // namespace

std::string Uid(const std::string& kind, const std::vector<uint32_t>& keys, const Rel& rel) {
  std::string uid = kind + "(";
  for (size_t i = 0; i < keys.size(); ++i) {
    uid += (i ? "," : "") + rel.inputs[0]->schema[keys[i]].name;
  }
  uid += ")";
  for (const std::string& table : TablesOf(rel)) uid += ":" + table;
  return uid;
}

std::string MeaningOf(const Rel& rel, const std::string& time_zone) {
  const Rel& input = *rel.inputs[0];
  const std::string rows = RowsText(input, time_zone);
  if (const auto* aggregate = rel.as<AggregateRel>()) {
    return rows + KeysText(aggregate->keys, input);
  }
  if (const auto* rank = rel.as<RankRel>()) {
    std::string order;
    for (const SortKey& key : rank->order) {
      order += (order.empty() ? "" : ", ") + ColumnText(key.column, input) +
               (key.descending ? " downwards" : "") + (key.nulls_last ? " nulls last" : "");
    }
    return "the first " + std::to_string(rank->limit.value_or(0)) + " of " + rows +
           KeysText(rank->partition, input) + " in order of " + order;
  }
  const auto windowed = [&](const std::vector<uint32_t>& keys, const WindowDef& window,
                            uint32_t time) {
    return rows + KeysText(keys, input) + " in " + Describe(window) + " of " +
           ColumnText(time, input) + (window.zoned ? " in " + time_zone : "");
  };
  if (const auto* tvf = rel.as<WindowTvfRel>()) {
    return windowed(tvf->partition, tvf->window, tvf->time_column);
  }
  const auto* aggregate = rel.as<WindowAggregateRel>();
  if (aggregate == nullptr) return rows;
  return windowed(aggregate->keys, aggregate->window,
                  aggregate->attached_end.value_or(aggregate->time_column));
}

std::string KeptRowsText(const Schema& rows) {
  std::string out;
  for (const Field& field : rows.fields()) {
    out += (out.empty() ? "" : ", ") + field.name + " " + field.type.ToString();
  }
  return ", rows (" + out + ")";
}

std::string CallName(const AggregateCall& call, const Rel& input) {
  std::string name = call.function + "(" + (call.distinct ? "DISTINCT " : "");
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    name += (i ? ", " : "") + ColumnText(call.arguments[i], input);
  }
  name += call.arguments.empty() ? "*)" : ")";
  if (call.filter >= 0) name += " FILTER " + ColumnText(static_cast<uint32_t>(call.filter), input);
  return name;
}

std::string Digest(const std::string& bytes) {
  uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (char byte : bytes) hash = (hash ^ static_cast<uint8_t>(byte)) * 0x100000001b3;
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (int i = 60; i >= 0; i -= 4) out.push_back(kDigits[(hash >> i) & 15]);
  return out;
}

}  // namespace weir::sql
