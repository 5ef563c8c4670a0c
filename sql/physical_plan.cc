#include "sql/physical_plan.h"

#include <algorithm>
#include <map>

#include "common/config/option_reader.h"
#include "connectors/connector.h"
#include "operators/functions/aggregate_function.h"
#include "operators/kept_aggregates.h"
#include "operators/not_null_enforcer.h"
#include "operators/source.h"
#include "sql/metadata_columns.h"
#include "sql/option_place.h"
#include "sql/rel_properties.h"
#include "sql/rules.h"
#include "sql/state_identity.h"
#include "sql/table_access.h"

namespace weir::sql {
namespace {

using Nodes = std::vector<PhysicalNode*>;  // several: the inputs of a UNION ALL

plan::Exchange MakeExchange(plan::Exchange::Kind kind, const std::vector<uint32_t>& keys = {}) {
  plan::Exchange exchange;
  exchange.set_kind(kind);
  for (uint32_t key : keys) exchange.add_keys(key);
  return exchange;
}

// How a call of `aggregate`, which makes its column `column`, undoes rows that are taken back.
plan::AggregateCall::Retraction RetractionOf(const AggregateCall& call, const Rel& aggregate,
                                             size_t column) {
  if (!IsKeptAggregate(call.function) || ChangesOf(*aggregate.inputs[0]).insert_only()) {
    return plan::AggregateCall::BY_INVERSE;
  }
  if (const std::optional<std::vector<Monotonicity>> columns = MonotonicityOf(aggregate)) {
    const Monotonicity moves = (*columns)[column];
    if ((call.function == "MAX" && moves == Monotonicity::kIncreasing) ||
        (call.function == "MIN" && moves == Monotonicity::kDecreasing)) {
      return plan::AggregateCall::NOT_NEEDED;
    }
  }
  return plan::AggregateCall::KEEPS_VALUES;
}

void FillCall(const AggregateCall& call, const Rel& aggregate, size_t column,
              plan::AggregateCall* out) {
  out->set_function(call.function);
  for (uint32_t argument : call.arguments) out->add_arguments(argument);
  out->set_distinct(call.distinct);
  out->set_filter_column(static_cast<uint32_t>(call.filter + 1));
  ToProto(call.type, out->mutable_type());
  out->set_name(CallName(call, *aggregate.inputs[0]));
  out->set_retraction(RetractionOf(call, aggregate, column));
  for (const DataType& type : call.argument_types) ToProto(type, out->add_argument_types());
}

void FillWindow(const WindowDef& window, uint32_t time_column, const SessionConfig& config,
                plan::WindowSpec* out) {
  out->set_kind(window.kind == WindowKind::kTumble     ? plan::WindowSpec::TUMBLE
                : window.kind == WindowKind::kHop      ? plan::WindowSpec::HOP
                : window.kind == WindowKind::kCumulate ? plan::WindowSpec::CUMULATE
                                                       : plan::WindowSpec::SESSION);
  out->set_size_ms(window.size_ms);
  out->set_slide_ms(window.slide_ms);
  out->set_offset_ms(window.offset_ms);
  if (window.zoned) out->set_time_zone(config.time_zone());
  out->set_time_column(time_column);
}

SqlStatus FillTable(const CatalogTable& table, const std::map<std::string, std::string>& options,
                    bool writable_only, plan::Table* out) {
  out->set_name(table.name);
  std::vector<Field> fields;
  std::map<std::string, uint32_t> index;
  for (uint32_t i : OutsideColumns(table)) {
    const CatalogColumn& column = table.columns[i];
    if (writable_only && column.is_virtual) continue;
    index[column.name] = static_cast<uint32_t>(fields.size());
    DataType type = column.type;
    if (column.kind == CatalogColumn::Kind::kPhysical) {
      out->set_physical_columns(static_cast<uint32_t>(fields.size() + 1));
    } else {
      out->add_metadata_keys(column.metadata_key);
      ASSIGN_OR_RETURN(type, MetadataType(table, column, options, writable_only));
    }
    fields.push_back({column.name, std::move(type)});
  }
  ToProto(Schema(std::move(fields)), out->mutable_schema());
  for (const std::string& column : table.primary_key) out->add_primary_key(index[column]);
  for (const std::string& column : table.partition_keys) out->add_partition_keys(index[column]);
  for (const auto& [key, value] : options) (*out->mutable_options())[key] = value;
  return {};
}

bool CarriesUpdateBefore(const PhysicalNode& node) {
  switch (node.op.operator_case()) {
    case plan::OperatorNode::kGroupAggregate:
    case plan::OperatorNode::kChangelogNormalize:
    case plan::OperatorNode::kDeduplicate:
    case plan::OperatorNode::kRank:
      return node.emits_update_before;
    case plan::OperatorNode::kCalc:
    case plan::OperatorNode::kWindowTableFunction:
      return std::any_of(node.inputs.begin(), node.inputs.end(),
                         [](const auto& input) { return CarriesUpdateBefore(*input.node); });
    default:
      return false;
  }
}

// As far as can be told here.
bool TakesCheckpoints(const SessionConfig& config) {
  auto interval = config.options.find("execution.checkpointing.interval");
  if (interval == config.options.end()) return config.has_more_defaults;
  StatusOr<Duration> duration = ParseDuration(interval->second);
  return duration.ok() && duration->count() > 0;
}

// Whether of an old row and its new one only one may come out.
bool FiltersChanges(const Rel& rel) {
  const auto* calc = rel.as<CalcRel>();
  if (!calc && !rel.as<UnionRel>()) return false;
  if (calc && calc->filter && !ChangesOf(*rel.inputs[0]).insert_only()) return true;
  return std::any_of(rel.inputs.begin(), rel.inputs.end(),
                     [](const RelPtr& input) { return FiltersChanges(*input); });
}

// The connector and its options, without touching anything outside.
SqlStatus CheckSource(const plan::Table& proto, const ScanRel& scan) {
  const CatalogTable& table = *scan.table;
  auto check = [&]() -> Status {
    ASSIGN_OR_RETURN(TableInfo info, TableInfoFrom(proto));
    auto name = info.options.find("connector");
    if (name == info.options.end()) {
      return InvalidArgumentError("table `" + table.name + "` has no 'connector'");
    }
    ASSIGN_OR_RETURN(const Connector* connector, FindConnector(name->second));
    if (!connector->make_source) {
      return InvalidArgumentError("table `" + table.name + "`: connector '" + connector->name +
                                  "' can be written, not read");
    }
    return connector->make_source(info).ok() ? OkStatus() : connector->make_source(info).status();
  };
  if (Status status = check(); !status.ok()) {
    return ErrorAt(status, PlaceOfOption(status.message(), table, scan.options, {}));
  }
  return {};
}

class Builder {
 public:
  explicit Builder(const PlanOptions& options) : options_(options) {}

  void Collect(const RelPtr& rel) { CollectTableUses(rel, *options_.config, uses_); }

  // `need_before`: the consumer must see -U.
  SqlResult<Nodes> Build(const RelPtr& rel, bool need_before);
  SqlStatus AddCollect(const RelPtr& rel);
  SqlStatus AddSink(const BoundInsert& insert);
  PhysicalPlan Take() { return std::move(plan_); }

 private:
  // The operators would refuse it too, when the job runs.
  SqlStatus CheckNotNullOption(const Schema& schema, const SourceSpan& span) const;
  SqlResult<Nodes> BuildScan(const ScanRel& scan, bool need_before);
  SqlResult<Nodes> BuildAggregate(const Rel& rel, const AggregateRel& aggregate, bool need_before);
  SqlResult<Nodes> BuildWindowTvf(const Rel& rel, const WindowTvfRel& tvf);
  SqlResult<Nodes> BuildWindowAggregate(const Rel& rel, const WindowAggregateRel& aggregate);
  SqlResult<Nodes> BuildRank(const Rel& rel, const RankRel& rank, bool need_before);
  SqlResult<PhysicalNode*> Access(const ScanRel& scan);
  // Changes by primary key into a changelog.
  PhysicalNode* Normalize(const CatalogTable& table, const TableAccess& access,
                          PhysicalNode* input);

  // The node for `op` over `inputs`, an equal one that exists already if there is one.
  PhysicalNode* Add(plan::OperatorNode op, Schema schema, const Nodes& inputs,
                    const plan::Exchange& exchange, int parallelism);
  PhysicalNode* AddCalc(const Rel& rel, const CalcRel& calc, const Nodes& inputs);
  int ParallelismOf(const Nodes& inputs) const;
  // Keyed state is reached by key group, without keys by one subtask.
  std::pair<plan::Exchange, int> KeyedExchange(const std::vector<uint32_t>& keys) const;

  PlanOptions options_;
  TableUses uses_;
  std::map<std::string, TableAccess> accesses_;
  std::map<std::string, PhysicalNode*> tables_;  // what reads a table, once for all
  PhysicalPlan plan_;
  std::map<std::string, PhysicalNode*> known_;
  std::map<std::string, int> uids_;
};

PhysicalNode* Builder::Add(plan::OperatorNode op, Schema schema, const Nodes& inputs,
                           const plan::Exchange& exchange, int parallelism) {
  ToProto(schema, op.mutable_output());
  plan::OperatorNode anonymous = op;
  anonymous.clear_uid();
  std::string digest = anonymous.SerializeAsString() + "|" + std::to_string(parallelism) + "|" +
                       exchange.SerializeAsString();
  for (const PhysicalNode* input : inputs) {
    digest += "|" + std::to_string(reinterpret_cast<uintptr_t>(input));
  }
  if (auto it = known_.find(digest); it != known_.end()) return it->second;
  if (!op.uid().empty()) {  // it has state
    int ordinal = uids_[op.uid()]++;
    if (ordinal) op.set_uid(op.uid() + "#" + std::to_string(ordinal));
  }
  auto node = std::make_unique<PhysicalNode>();
  node->op = std::move(op);
  node->schema = std::move(schema);
  node->parallelism = parallelism;
  for (PhysicalNode* input : inputs) {
    plan::Exchange one = exchange;
    if (one.kind() == plan::Exchange::FORWARD && input->parallelism != parallelism) {
      one.set_kind(parallelism == 1 ? plan::Exchange::SINGLETON : plan::Exchange::REBALANCE);
    }
    node->inputs.push_back({input, std::move(one)});
  }
  known_[digest] = node.get();
  plan_.nodes.push_back(std::move(node));
  return plan_.nodes.back().get();
}

int Builder::ParallelismOf(const Nodes& inputs) const {
  int parallelism = 1;
  for (const PhysicalNode* input : inputs) parallelism = std::max(parallelism, input->parallelism);
  return parallelism;
}

std::pair<plan::Exchange, int> Builder::KeyedExchange(const std::vector<uint32_t>& keys) const {
  if (keys.empty()) return {MakeExchange(plan::Exchange::SINGLETON), 1};
  return {MakeExchange(plan::Exchange::HASH, keys), options_.parallelism};
}

PhysicalNode* Builder::AddCalc(const Rel& rel, const CalcRel& calc, const Nodes& inputs) {
  plan::OperatorNode op;
  op.set_name(Describe(rel));
  if (calc.filter) ToProto(*calc.filter, op.mutable_calc()->mutable_filter());
  op.mutable_calc();
  for (const ExprPtr& expr : calc.projections) ToProto(*expr, op.mutable_calc()->add_projections());
  return Add(std::move(op), rel.schema, inputs, MakeExchange(plan::Exchange::FORWARD),
             ParallelismOf(inputs));
}

SqlResult<Nodes> Builder::Build(const RelPtr& rel, bool need_before) {
  if (const auto* scan = rel->as<ScanRel>()) return BuildScan(*scan, need_before);
  if (const auto* calc = rel->as<CalcRel>()) {
    // A filter must see the old row to take back what it let pass.
    ASSIGN_OR_RETURN(Nodes inputs, Build(rel->inputs[0], need_before || calc->filter != nullptr));
    return Nodes{AddCalc(*rel, *calc, inputs)};
  }
  if (const auto* aggregate = rel->as<AggregateRel>()) {
    return BuildAggregate(*rel, *aggregate, need_before);
  }
  if (const auto* aggregate = rel->as<WindowAggregateRel>()) {
    return BuildWindowAggregate(*rel, *aggregate);
  }
  if (const auto* rank = rel->as<RankRel>()) return BuildRank(*rel, *rank, need_before);
  if (const auto* values = rel->as<ValuesRel>()) {
    plan::OperatorNode op;
    op.set_name(Describe(*rel));
    op.mutable_values();
    for (const auto& row : values->rows) {
      plan::ValueList* list = op.mutable_values()->add_rows();
      for (const Value& cell : row) ToProto(cell, list->add_values());
    }
    // A position in other rows would be none.
    op.set_uid("values(" + Digest(op.values().SerializeAsString()) + ")");
    return Nodes{Add(std::move(op), rel->schema, {}, {}, 1)};
  }
  if (const auto* tvf = rel->as<WindowTvfRel>()) return BuildWindowTvf(*rel, *tvf);
  Nodes all;
  for (const RelPtr& input : rel->inputs) {
    ASSIGN_OR_RETURN(Nodes nodes, Build(input, need_before));
    all.insert(all.end(), nodes.begin(), nodes.end());
  }
  return all;
}

SqlResult<PhysicalNode*> Builder::Access(const ScanRel& scan) {
  std::string key = TableKey(scan);
  if (auto it = tables_.find(key); it != tables_.end()) return it->second;
  const TableUse& use = uses_.at(key);
  const CatalogTable& table = *scan.table;
  if (!accesses_.count(key)) {
    ASSIGN_OR_RETURN(accesses_[key], MakeTableAccess(use, *options_.config));
  }
  const TableAccess& access = accesses_[key];
  plan::OperatorNode source;
  source.set_name("Source(table=[" + table.name + "])");
  auto topic = scan.options.find("topic");
  source.set_uid("source(" + table.name + (topic == scan.options.end() ? "" : ":" + topic->second) +
                 ")");
  SQL_RETURN_IF_ERROR(
      FillTable(table, scan.options, false, source.mutable_source()->mutable_table()));
  for (uint32_t column : access.projection) source.mutable_source()->add_projection(column);
  if (std::any_of(access.fields.begin(), access.fields.end(),
                  [](const auto& path) { return !path.empty(); })) {
    for (const std::vector<uint32_t>& path : access.fields) {
      plan::FieldPath* out = source.mutable_source()->add_fields();
      for (uint32_t field : path) out->add_fields(field);
    }
  }
  SQL_RETURN_IF_ERROR(CheckSource(source.source().table(), scan));
  int parallelism = options_.parallelism;
  if (auto it = scan.options.find("scan.parallelism"); it != scan.options.end()) {
    parallelism = std::max(1, std::atoi(it->second.c_str()));
  }
  PhysicalNode* node = Add(std::move(source), access.read, {}, {}, parallelism);
  if (access.computes) {
    Rel rel{CalcRel{nullptr, access.projections},
            {MakeRel(ScanRel{scan.table, scan.options, {}}, {}, access.read)},
            access.schema};
    node = AddCalc(rel, *rel.as<CalcRel>(), {node});
  }
  if (access.watermark) {
    plan::OperatorNode op;
    std::vector<std::string> names;
    for (const Field& field : access.schema.fields()) names.push_back(field.name);
    op.set_name("WatermarkAssigner(rowtime=[" + names[access.time_column] + "], watermark=[" +
                access.watermark->ToString(names) + "])");
    auto* assigner = op.mutable_watermark_assigner();
    assigner->set_time_column(access.time_column);
    ToProto(*access.watermark, assigner->mutable_watermark());
    assigner->set_granularity_ms(use.granularity_ms);
    assigner->set_before_sessions(use.sessions);
    ASSIGN_OR_RETURN(int64_t idle, IdleTimeoutMs(scan, *options_.config));
    assigner->set_idle_timeout_ms(idle);
    node = Add(std::move(op), access.schema, {node}, MakeExchange(plan::Exchange::FORWARD),
               node->parallelism);
  }
  if (ReadsUpserts(scan)) node = Normalize(table, access, node);
  tables_[key] = node;
  return node;
}

PhysicalNode* Builder::Normalize(const CatalogTable& table, const TableAccess& access,
                                 PhysicalNode* input) {
  plan::OperatorNode op;
  std::string names;
  std::vector<uint32_t> keys;
  for (const std::string& name : table.primary_key) {
    names += (names.empty() ? "" : ", ") + name;
    keys.push_back(static_cast<uint32_t>(access.schema.IndexOf(name)));
    op.mutable_changelog_normalize()->add_keys(keys.back());
  }
  op.set_name("ChangelogNormalize(key=[" + names + "])");
  op.set_uid("normalize(" + names + "):" + table.name);
  op.set_meaning(table.name + " by " + names + KeptRowsText(access.schema));
  auto [exchange, parallelism] = KeyedExchange(keys);
  return Add(std::move(op), access.schema, {input}, exchange, parallelism);
}

SqlResult<Nodes> Builder::BuildScan(const ScanRel& scan, bool need_before) {
  ASSIGN_OR_RETURN(PhysicalNode * node, Access(scan));
  node->emits_update_before |= need_before && node->op.has_changelog_normalize();
  const TableAccess& access = accesses_[TableKey(scan)];
  if (scan.columns == access.columns) return Nodes{node};
  // The table is read for several queries, or for its watermark: take our columns.
  CalcRel calc;
  Schema schema = SchemaOf(scan.columns, *scan.table);
  for (const ExprPtr& column : IdentityProjection(schema)) {
    calc.projections.push_back(
        OverScanColumns(column, scan.columns, access.columns, IdentityProjection(access.schema)));
  }
  Rel rel{calc, {MakeRel(scan, {}, access.schema)}, std::move(schema)};
  return Nodes{AddCalc(rel, calc, {node})};
}

SqlResult<Nodes> Builder::BuildAggregate(const Rel& rel, const AggregateRel& aggregate,
                                         bool need_before) {
  const Rel& input = *rel.inputs[0];
  ASSIGN_OR_RETURN(Nodes inputs, Build(rel.inputs[0], true));
  plan::OperatorNode op;
  op.set_name(Describe(rel));
  op.set_uid(Uid("group", aggregate.keys, rel));
  op.set_meaning(MeaningOf(rel, options_.config->time_zone()));
  auto* node = op.mutable_group_aggregate();
  for (uint32_t key : aggregate.keys) node->add_keys(key);
  size_t column = aggregate.keys.size();
  for (const AggregateCall& call : aggregate.calls) {
    FillCall(call, rel, column++, node->add_aggregates());
  }
  node->set_input_retracts(!ChangesOf(input).insert_only());
  auto [exchange, parallelism] = KeyedExchange(aggregate.keys);
  PhysicalNode* made = Add(std::move(op), rel.schema, inputs, exchange, parallelism);
  made->emits_update_before |= need_before;
  return Nodes{made};
}

SqlResult<Nodes> Builder::BuildRank(const Rel& rel, const RankRel& rank, bool need_before) {
  if (!rank.limit) {
    return Refuse("ROW_NUMBER() without a limit", rank.span, "filter its result: WHERE rn <= 10");
  }
  if (*rank.limit < 1) {
    return Refuse("a ROW_NUMBER() that is to be less than 1", rank.span, "numbers begin with 1");
  }
  ASSIGN_OR_RETURN(Nodes inputs, Build(rel.inputs[0], true));
  plan::OperatorNode op;
  op.set_name(Describe(rel));
  op.set_meaning(MeaningOf(rel, options_.config->time_zone()) +
                 KeptRowsText(rel.inputs[0]->schema));
  auto [exchange, parallelism] = KeyedExchange(rank.partition);
  if (const std::optional<Deduplication> one = DeduplicationOf(rel)) {
    op.set_uid(Uid("deduplicate", rank.partition, rel));
    auto* node = op.mutable_deduplicate();
    for (uint32_t column : rank.partition) node->add_keys(column);
    node->set_keep_last(one->last);
    node->set_row_time(one->row_time);
    node->set_time_column(rank.order[0].column);
    PhysicalNode* made = Add(std::move(op), rel.schema, inputs, exchange, parallelism);
    made->emits_update_before |= need_before && one->last;
    return Nodes{made};
  }
  op.set_uid(Uid("rank", rank.partition, rel));
  auto* node = op.mutable_rank();
  for (uint32_t column : rank.partition) node->add_partition(column);
  for (const SortKey& key : rank.order) {
    plan::SortColumn* column = node->add_order();
    column->set_column(key.column);
    column->set_descending(key.descending);
    column->set_nulls_last(key.nulls_last);
  }
  node->set_limit(*rank.limit);
  node->set_output_number(rank.number);
  node->set_input_retracts(!ChangesOf(*rel.inputs[0]).insert_only());
  PhysicalNode* made = Add(std::move(op), rel.schema, inputs, exchange, parallelism);
  made->emits_update_before |= need_before;
  return Nodes{made};
}

SqlResult<Nodes> Builder::BuildWindowTvf(const Rel& rel, const WindowTvfRel& tvf) {
  ASSIGN_OR_RETURN(Nodes inputs, Build(rel.inputs[0], true));
  plan::OperatorNode op;
  op.set_name(Describe(rel));
  auto* node = op.mutable_window_table_function();
  FillWindow(tvf.window, tvf.time_column, *options_.config, node->mutable_window());
  if (tvf.window.kind != WindowKind::kSession) {
    return Nodes{Add(std::move(op), rel.schema, inputs, MakeExchange(plan::Exchange::FORWARD),
                     ParallelismOf(inputs))};
  }
  for (uint32_t column : tvf.partition) node->add_partition(column);
  op.set_uid(Uid("sessions", tvf.partition, rel));
  op.set_meaning(MeaningOf(rel, options_.config->time_zone()) +
                 KeptRowsText(rel.inputs[0]->schema));
  auto [exchange, parallelism] = KeyedExchange(tvf.partition);
  return Nodes{Add(std::move(op), rel.schema, inputs, exchange, parallelism)};
}

SqlResult<Nodes> Builder::BuildWindowAggregate(const Rel& rel,
                                               const WindowAggregateRel& aggregate) {
  const Rel& input = *rel.inputs[0];
  ASSIGN_OR_RETURN(Nodes inputs, Build(rel.inputs[0], true));
  plan::WindowAggregate base;
  FillWindow(aggregate.window, aggregate.time_column, *options_.config, base.mutable_window());
  if (aggregate.attached_end) {
    base.set_attached(true);
    base.set_attached_end_column(*aggregate.attached_end);
  }
  for (uint32_t key : aggregate.keys) base.add_keys(key);
  size_t column = aggregate.keys.size();
  for (const AggregateCall& call : aggregate.calls) {
    FillCall(call, rel, column++, base.add_aggregates());
  }

  auto strategy = options_.config->options.find("table.optimizer.agg-phase-strategy");
  const bool session = aggregate.window.kind == WindowKind::kSession;
  bool two_phase =
      !session && ChangesOf(input).insert_only() &&
      !(strategy != options_.config->options.end() && strategy->second == "ONE_PHASE") &&
      std::none_of(aggregate.calls.begin(), aggregate.calls.end(),
                   [](const AggregateCall& call) { return call.distinct; });
  std::vector<uint32_t> keys = aggregate.keys;
  plan::WindowAggregate final_aggregate = base;
  if (two_phase) {
    plan::OperatorNode local;
    local.set_name("Local" + Describe(rel));
    *local.mutable_window_aggregate() = base;
    local.mutable_window_aggregate()->set_phase(plan::WindowAggregate::LOCAL);
    std::vector<Field> fields;
    for (uint32_t key : keys) fields.push_back(input.schema[key]);
    fields.push_back({"$slice", DataType::BigInt().NotNull()});
    fields.push_back({"$acc", DataType::Bytes().NotNull()});
    inputs = {Add(std::move(local), Schema(std::move(fields)), inputs,
                  MakeExchange(plan::Exchange::FORWARD), ParallelismOf(inputs))};
    final_aggregate.set_phase(plan::WindowAggregate::GLOBAL);
    final_aggregate.clear_keys();
    for (uint32_t i = 0; i < keys.size(); ++i) {
      keys[i] = i;
      final_aggregate.add_keys(i);
    }
    for (plan::AggregateCall& call : *final_aggregate.mutable_aggregates()) {
      call.clear_arguments();
      call.set_filter_column(0);
    }
  }
  for (WindowProperty property : aggregate.properties) {
    final_aggregate.add_properties(
        property == WindowProperty::kStart ? plan::WindowAggregate::WINDOW_START
        : property == WindowProperty::kEnd ? plan::WindowAggregate::WINDOW_END
                                           : plan::WindowAggregate::WINDOW_TIME);
  }
  plan::OperatorNode op;
  op.set_name((two_phase ? "Global" : "") + Describe(rel));
  op.set_uid(Uid(session ? "session" : "window", aggregate.keys, rel));
  op.set_meaning(MeaningOf(rel, options_.config->time_zone()));
  *op.mutable_window_aggregate() = std::move(final_aggregate);
  auto [exchange, parallelism] = KeyedExchange(keys);
  return Nodes{Add(std::move(op), rel.schema, inputs, exchange, parallelism)};
}

SqlStatus Builder::AddCollect(const RelPtr& rel) {
  SqlResult<Nodes> inputs = Build(rel, true);
  if (!inputs.ok()) return std::move(inputs).status();
  plan::OperatorNode op;
  op.set_name("Collect");
  op.set_uid("collect");
  op.mutable_collect()->set_query_id("0");
  Add(std::move(op), rel->schema, *inputs, MakeExchange(plan::Exchange::FORWARD), 1);
  return CheckNotNullOption(rel->schema, {});
}

SqlStatus Builder::CheckNotNullOption(const Schema& schema, const SourceSpan& span) const {
  Status status = NotNullEnforcer::Make("", schema, options_.config->options).status();
  if (!status.ok()) return ErrorAt(status, span);
  return {};
}

SqlStatus Builder::AddSink(const BoundInsert& insert) {
  const CatalogTable& table = *insert.table;
  plan::OperatorNode op;
  auto* sink = op.mutable_sink();
  SQL_RETURN_IF_ERROR(FillTable(table, insert.options, true, sink->mutable_table()));
  for (int column : insert.mapping) sink->add_mapping(column);
  op.set_name("Sink(table=[" + table.name + "])");
  op.set_uid("sink(" + table.name + ")");

  auto fail = [&](const Status& status) {
    return ErrorAt(status, PlaceOfOption(status.message(), table, insert.options, insert.span));
  };
  StatusOr<TableInfo> info = TableInfoFrom(sink->table());
  if (!info.ok()) return fail(info.status());
  auto connector_name = insert.options.find("connector");
  StatusOr<const Connector*> connector =
      FindConnector(connector_name == insert.options.end() ? "" : connector_name->second);
  if (!connector.ok()) return fail(connector.status());
  if (!(*connector)->make_sink) {
    return fail(InvalidArgumentError("table `" + table.name + "`: connector '" +
                                     (*connector)->name + "' can be read, not written"));
  }
  if (!table.partition_keys.empty() && !(*connector)->writes_partitions) {
    return SqlError{StatusCode::kInvalidArgument,
                    "`" + table.name + "` is PARTITIONED BY `" + table.partition_keys[0] +
                        "`, and connector '" + (*connector)->name + "' writes no partitions",
                    insert.span, "declare the table without PARTITIONED BY"};
  }
  StatusOr<std::unique_ptr<Sink>> made = (*connector)->make_sink(*info);
  if (!made.ok()) return fail(made.status());

  if ((*made)->writes_ahead() && !TakesCheckpoints(*options_.config)) {
    return SqlError{StatusCode::kInvalidArgument,
                    "`" + table.name +
                        "` is written exactly once, with each checkpoint, and this job takes none",
                    insert.span, "SET 'execution.checkpointing.interval' = '10 s'"};
  }

  ChangeKinds changes = ChangesOf(*insert.query);
  if (!changes.insert_only() && !(*made)->accepts_updates()) {
    return SqlError{StatusCode::kInvalidArgument,
                    "`" + table.name +
                        "` takes only new rows, and this query changes rows it has "
                        "emitted: " +
                        Describe(*insert.query),
                    insert.span,
                    "declare PRIMARY KEY (...) NOT ENFORCED on `" + table.name +
                        "` if its connector can update, or aggregate in windows"};
  }
  const bool need_before = (*made)->needs_update_before();
  sink->set_upsert(!table.primary_key.empty() && !need_before);
  if (!changes.insert_only() && sink->upsert()) {
    std::vector<uint32_t> key;  // of the query
    for (uint32_t column : sink->table().primary_key()) {
      key.push_back(static_cast<uint32_t>(insert.mapping[column]));
    }
    std::optional<std::vector<uint32_t>> upsert = UpsertKey(*insert.query);
    std::sort(key.begin(), key.end());
    if (upsert) std::sort(upsert->begin(), upsert->end());
    if (upsert != key) {
      return SqlError{StatusCode::kUnimplemented,
                      "the changes of this query are found by other columns than the primary key "
                      "of `" +
                          table.name + "`: they could arrive out of order",
                      insert.span, "make the GROUP BY columns the primary key of the table"};
    }
  }
  SqlResult<Nodes> inputs = Build(insert.query, need_before);
  if (!inputs.ok()) return std::move(inputs).status();
  int parallelism = ParallelismOf(*inputs);
  if (auto it = insert.options.find("sink.parallelism"); it != insert.options.end()) {
    parallelism = std::max(1, std::atoi(it->second.c_str()));
  }
  Nodes feeding;
  // An old row whose new one does not pass is a delete: then the sink needs both to tell.
  const bool keeps_before = need_before || (sink->upsert() && FiltersChanges(*insert.query));
  for (PhysicalNode* input : *inputs) {
    if (keeps_before || changes.insert_only()) {
      feeding.push_back(input);
      continue;
    }
    plan::OperatorNode drop;
    drop.set_name("DropUpdateBefore");
    drop.mutable_drop_update_before();
    feeding.push_back(Add(std::move(drop), input->schema, {input},
                          MakeExchange(plan::Exchange::FORWARD), input->parallelism));
  }
  // Changes of one row stay in order: where subtasks change, the key decides.
  bool keyed = !changes.insert_only() && sink->upsert() && parallelism != ParallelismOf(*inputs);
  std::vector<uint32_t> key;
  for (uint32_t column : sink->table().primary_key()) {
    key.push_back(static_cast<uint32_t>(insert.mapping[column]));
  }
  Add(std::move(op), insert.query->schema, feeding,
      keyed ? MakeExchange(plan::Exchange::HASH, key) : MakeExchange(plan::Exchange::FORWARD),
      parallelism);
  return CheckNotNullOption(insert.query->schema, insert.span);
}

// -U is made only where some consumer needs it, and dropped only where it comes.
void SettleUpdateBefore(PhysicalPlan& plan) {
  for (auto& node : plan.nodes) {
    if (node->op.has_group_aggregate()) {
      node->op.mutable_group_aggregate()->set_emit_update_before(node->emits_update_before);
    } else if (node->op.has_changelog_normalize()) {
      node->op.mutable_changelog_normalize()->set_emit_update_before(node->emits_update_before);
    }
    if (node->op.has_deduplicate()) {
      node->op.mutable_deduplicate()->set_emit_update_before(node->emits_update_before);
    }
    if (node->op.has_rank()) {
      node->op.mutable_rank()->set_emit_update_before(node->emits_update_before);
    }
  }
  for (auto& node : plan.nodes) {
    for (PhysicalNode::Input& input : node->inputs) {
      if (input.node->op.has_drop_update_before() &&
          !CarriesUpdateBefore(*input.node->inputs[0].node)) {
        input.node = input.node->inputs[0].node;
      }
    }
  }
  std::erase_if(plan.nodes, [&](const auto& node) {
    return node->op.has_drop_update_before() && !CarriesUpdateBefore(*node->inputs[0].node);
  });
}

// What does not end with a window is forgotten when it was not written for so long.
SqlResult<int64_t> StateTtlMs(const SessionConfig& config) {
  auto it = config.options.find(kStateTtl);
  if (it == config.options.end()) return int64_t{0};
  return DurationOption(it->first, it->second, {});
}

SqlResult<PhysicalPlan> Finish(PhysicalPlan plan, const PlanOptions& options) {
  SettleUpdateBefore(plan);
  ASSIGN_OR_RETURN(const int64_t ttl, StateTtlMs(*options.config));
  for (auto& node : plan.nodes) {
    const plan::OperatorNode& op = node->op;
    if (op.has_group_aggregate() || op.has_changelog_normalize() || op.has_deduplicate() ||
        op.has_rank()) {
      node->op.set_state_ttl_ms(ttl);
    }
  }
  return plan;
}

}  // namespace

SqlResult<PhysicalPlan> MakePhysicalPlan(const RelPtr& query, const PlanOptions& options) {
  Builder builder(options);
  builder.Collect(query);
  SQL_RETURN_IF_ERROR(builder.AddCollect(query));
  return Finish(builder.Take(), options);
}

SqlResult<PhysicalPlan> MakePhysicalPlan(const std::vector<BoundInsert>& inserts,
                                         const PlanOptions& options) {
  Builder builder(options);
  for (const BoundInsert& insert : inserts) builder.Collect(insert.query);
  for (const BoundInsert& insert : inserts) SQL_RETURN_IF_ERROR(builder.AddSink(insert));
  return Finish(builder.Take(), options);
}

}  // namespace weir::sql
