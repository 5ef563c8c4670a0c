#include <algorithm>

#include "sql/metadata_columns.h"
#include "sql/query_binder.h"
#include "sql/types.h"

namespace weir::sql {

namespace {

// A value that PARTITION (...) gives to all rows.
struct StaticPartition {
  const CatalogColumn* column;
  ExprPtr value;
};

SqlResult<std::vector<StaticPartition>> BindPartition(const ast::Insert& insert,
                                                      const CatalogTable& table,
                                                      const BindOptions& options) {
  std::vector<StaticPartition> partition;
  for (const ast::PartitionValue& given : insert.partition) {
    const std::string& name = given.column.text;
    const auto& keys = table.partition_keys;
    if (std::find(keys.begin(), keys.end(), name) == keys.end()) {
      return SqlError{
          StatusCode::kInvalidArgument,
          "`" + name + "` is no partition column of `" + table.name + "`", given.column.span,
          keys.empty() ? "the table is not PARTITIONED BY any column; leave out PARTITION"
                       : DidYouMean(name, keys)};
    }
    for (const StaticPartition& earlier : partition) {
      if (earlier.column->name != name) continue;
      return SqlError{StatusCode::kInvalidArgument, "column `" + name + "` is named twice",
                      given.column.span, ""};
    }
    if (!given.value) {
      return SqlError{StatusCode::kInvalidArgument, "PARTITION gives no value to `" + name + "`",
                      given.column.span,
                      "write " + name + " = 'value', or leave it out where the query has it"};
    }
    const CatalogColumn* column = table.FindColumn(name);
    const Scope nothing;
    ExpressionBinder binder(nothing, options);
    ASSIGN_OR_RETURN(ExprPtr value, binder.Bind(*given.value));
    if (!value->is_literal() || value->literal().value.is_null()) {
      return SqlError{StatusCode::kInvalidArgument,
                      "PARTITION takes a literal that is not NULL for `" + name + "`",
                      given.value->span, "leave it out of PARTITION and compute it in the query"};
    }
    partition.push_back({column, CastTo(std::move(value), column->type)});
  }
  return partition;
}

}  // namespace

SqlResult<BoundInsert> QueryBinder::Bind(const ast::Insert& insert) {
  const CatalogObject* object = catalog_.Find(insert.table);
  if (!object || !std::get_if<CatalogTable>(object)) {
    return SqlError{
        StatusCode::kNotFound,
        object ? "`" + insert.table.ToString() + "` is a view: it cannot be written"
               : "table `" + insert.table.ToString() + "` not found",
        insert.table.span,
        object ? "" : DidYouMean(insert.table.parts.back().text, catalog_.TableNames())};
  }
  if (insert.overwrite) return Refuse("INSERT OVERWRITE", insert.span);
  BoundInsert bound;
  bound.span = insert.span;
  bound.table = std::make_shared<const CatalogTable>(std::get<CatalogTable>(*object));
  ASSIGN_OR_RETURN(bound.options, WithHints(bound.table->options, insert.hints));
  ASSIGN_OR_RETURN(const std::vector<StaticPartition> partition,
                   BindPartition(insert, *bound.table, Options("PARTITION")));
  auto is_static = [&](const CatalogColumn* column) {
    return std::any_of(partition.begin(), partition.end(),
                       [&](const StaticPartition& one) { return one.column == column; });
  };
  ASSIGN_OR_RETURN(RelPtr query, Bind(*insert.query));

  // What can be written: physical columns, then metadata that is not virtual.
  std::vector<const CatalogColumn*> persisted;
  for (auto kind : {CatalogColumn::Kind::kPhysical, CatalogColumn::Kind::kMetadata}) {
    for (const CatalogColumn& column : bound.table->columns) {
      if (column.kind == kind && !column.is_virtual) persisted.push_back(&column);
    }
  }
  // By position the columns stand in the order of the declaration.
  std::vector<const CatalogColumn*> targets;
  std::vector<std::string> names;
  for (const CatalogColumn& column : bound.table->columns) {
    if (column.kind == CatalogColumn::Kind::kComputed || column.is_virtual) continue;
    if (is_static(&column)) continue;
    targets.push_back(&column);
    names.push_back(column.name);
  }
  if (!insert.columns.empty()) {
    targets.clear();
    for (const ast::Identifier& name : insert.columns) {
      const CatalogColumn* column = bound.table->FindColumn(name.text);
      if (!column || std::find(persisted.begin(), persisted.end(), column) == persisted.end()) {
        return SqlError{
            StatusCode::kNotFound,
            column ? "column `" + name.text + "` is computed or virtual: it cannot be written"
                   : "column `" + name.text + "` not found in `" + bound.table->name + "`",
            name.span, DidYouMean(name.text, names)};
      }
      if (is_static(column)) {
        return SqlError{StatusCode::kInvalidArgument,
                        "column `" + name.text + "` has its value from PARTITION", name.span,
                        "leave it out of the list of columns"};
      }
      if (std::find(targets.begin(), targets.end(), column) != targets.end()) {
        return SqlError{StatusCode::kInvalidArgument, "column `" + name.text + "` is named twice",
                        name.span, ""};
      }
      targets.push_back(column);
    }
  }
  if (targets.size() != query->schema.size()) {
    return SqlError{StatusCode::kInvalidArgument,
                    "`" + bound.table->name + "` takes " + std::to_string(targets.size()) +
                        " columns, the query has " + std::to_string(query->schema.size()),
                    insert.table.span, ""};
  }
  std::vector<ExprPtr> columns;
  std::vector<std::string> column_names;
  for (size_t i = 0; i < targets.size(); ++i) {
    const DataType& from = query->schema[i].type;
    const DataType& to = targets[i]->type;
    if (!from.EqualsIgnoringNullability(to) && !CanCastImplicitly(from, to)) {
      const std::string hint = VariantHint(from, to);
      return SqlError{StatusCode::kInvalidArgument,
                      "column `" + targets[i]->name + "` of `" + bound.table->name + "` is " +
                          to.ToString() + ", the query's column `" + query->schema[i].name +
                          "` is " + from.ToString(),
                      insert.table.span, hint.empty() ? "convert it with CAST" : hint};
    }
    ExprPtr value = CastTo(Expr::MakeInput(from, static_cast<uint32_t>(i)), to);
    if (targets[i]->kind == CatalogColumn::Kind::kMetadata) {
      ASSIGN_OR_RETURN(DataType outside,
                       MetadataType(*bound.table, *targets[i], bound.options, true));
      value = CastTo(std::move(value), outside);
    }
    columns.push_back(std::move(value));
    column_names.push_back(targets[i]->name);
  }
  for (const StaticPartition& one : partition) {
    targets.push_back(one.column);
    columns.push_back(one.value);
    column_names.push_back(one.column->name);
  }
  bound.query = MakeProject(query, std::move(columns), std::move(column_names));
  for (const CatalogColumn* column : persisted) {
    auto at = std::find(targets.begin(), targets.end(), column);
    bound.mapping.push_back(at == targets.end() ? -1 : static_cast<int>(at - targets.begin()));
    if (at == targets.end() && !column->type.nullable()) {
      return SqlError{StatusCode::kInvalidArgument,
                      "column `" + column->name + "` of `" + bound.table->name +
                          "` is NOT NULL and gets no value",
                      insert.table.span, ""};
    }
  }
  return bound;
}

}  // namespace weir::sql
