#include "sql/query_binder.h"

#include <algorithm>
#include <set>

namespace weir::sql {

std::string OwnName(const ast::Expr& expr) {
  if (const auto* ref = std::get_if<ast::ColumnRef>(&expr.node)) return ref->name.parts.back().text;
  const auto* call = std::get_if<ast::Call>(&expr.node);
  return call != nullptr && call->bare ? call->function.parts.back().text : "";
}

void MakeUnique(std::vector<std::string>& names) {
  std::set<std::string> seen;
  for (std::string& name : names) {
    std::string unique = name;
    for (int n = 0; !seen.insert(unique).second; ++n) unique = name + std::to_string(n);
    name = unique;
  }
}

SqlResult<RelPtr> QueryBinder::Bind(const ast::Query& query) {
  if (!query.order_by.empty()) return Refuse("ORDER BY", query.order_by[0].expr->span);
  if (query.limit) return Refuse("LIMIT", query.limit->span);
  if (query.offset) return Refuse("OFFSET", query.offset->span);
  with_.emplace_back();
  for (const ast::CommonTable& common : query.with) {
    SqlResult<RelPtr> bound = Bind(*common.query);
    if (!bound.ok()) return with_.pop_back(), std::move(bound);
    RelPtr rel = *bound;
    if (!common.columns.empty()) {
      From from{rel, ScopeOf(rel->schema, "")};
      SqlStatus aliased = ApplyAlias({common.name, common.columns}, from);
      if (!aliased.ok()) return with_.pop_back(), SqlResult<RelPtr>(std::move(aliased));
      rel = from.rel;
    }
    with_.back()[common.name.text] = rel;
  }
  SqlResult<RelPtr> body = BindBody(query);
  with_.pop_back();
  return body;
}

SqlResult<RelPtr> QueryBinder::BindBody(const ast::Query& query) {
  if (const auto* select = std::get_if<ast::Select>(&query.body)) return BindSelect(*select);
  if (const auto* values = std::get_if<ast::Values>(&query.body)) return BindValues(*values);
  if (const auto* op = std::get_if<ast::SetOp>(&query.body)) return BindUnion(*op, query.span);
  if (const auto* table = std::get_if<ast::TableQuery>(&query.body)) {
    ASSIGN_OR_RETURN(From from, BindNamed(table->table, {}));
    return from.rel;
  }
  return Bind(*std::get<ast::QueryPtr>(query.body));
}

BindOptions QueryBinder::Options(const char* place) const {
  BindOptions options;
  options.time_zone = config_.time_zone();
  options.database = catalog_.current_database();
  options.place = place;
  return options;
}

SqlResult<RelPtr> QueryBinder::BindValues(const ast::Values& values) {
  Scope none;
  const BindOptions options = Options("VALUES");
  std::vector<std::vector<ExprPtr>> rows;
  for (const ast::ExprPtr& row : values.rows) {
    ExpressionBinder binder(none, options);
    std::vector<ExprPtr> cells;
    const auto* constructor = std::get_if<ast::RowConstructor>(&row->node);
    std::vector<ast::ExprPtr> exprs = constructor ? constructor->values : std::vector{row};
    for (const ast::ExprPtr& expr : exprs) {
      ASSIGN_OR_RETURN(ExprPtr cell, binder.Bind(*expr));
      cells.push_back(std::move(cell));
    }
    if (!rows.empty() && rows[0].size() != cells.size()) {
      return SqlError{StatusCode::kInvalidArgument,
                      "every row of VALUES needs " + std::to_string(rows[0].size()) +
                          " values, this one has " + std::to_string(cells.size()),
                      row->span, ""};
    }
    rows.push_back(std::move(cells));
  }
  std::vector<Field> fields;
  for (size_t c = 0; c < rows[0].size(); ++c) {
    std::vector<DataType> types;
    for (const auto& row : rows) types.push_back(row[c]->type);
    StatusOr<DataType> type = CommonType(types);
    if (!type.ok()) return ErrorAt(type.status(), values.rows[0]->span);
    if (type->kind() == TypeKind::kNull) {
      return SqlError{StatusCode::kInvalidArgument, "a column of only NULL has no type",
                      values.rows[0]->span, "write CAST(NULL AS INT)"};
    }
    fields.push_back({"EXPR$" + std::to_string(c), *type});
  }
  ValuesRel rel;
  for (size_t r = 0; r < rows.size(); ++r) {
    std::vector<Value> cells;
    for (size_t c = 0; c < rows[r].size(); ++c) {
      ExprPtr cell = CastTo(rows[r][c], fields[c].type);
      StatusOr<Value> value =
          EvaluateConstant(cell, FunctionRegistry::Builtin(), config_.time_zone());
      if (!value.ok()) return ErrorAt(value.status(), values.rows[r]->span);
      cells.push_back(std::move(*value));
    }
    rel.rows.push_back(std::move(cells));
  }
  return MakeRel(std::move(rel), {}, Schema(std::move(fields)));
}

SqlResult<RelPtr> QueryBinder::BindUnion(const ast::SetOp& op, const SourceSpan& span) {
  if (op.kind != ast::SetOpKind::kUnion || !op.all) {
    const char* name = op.kind == ast::SetOpKind::kUnion       ? "UNION without ALL"
                       : op.kind == ast::SetOpKind::kIntersect ? "INTERSECT"
                                                               : "EXCEPT";
    return Refuse(name, span);
  }
  ASSIGN_OR_RETURN(RelPtr left, Bind(*op.left));
  ASSIGN_OR_RETURN(RelPtr right, Bind(*op.right));
  if (left->schema.size() != right->schema.size()) {
    return SqlError{StatusCode::kInvalidArgument,
                    "both sides of UNION ALL need as many columns: here " +
                        std::to_string(left->schema.size()) + " and " +
                        std::to_string(right->schema.size()),
                    span, ""};
  }
  std::vector<Field> fields;
  for (size_t i = 0; i < left->schema.size(); ++i) {
    StatusOr<DataType> type =
        CommonType(std::vector<DataType>{left->schema[i].type, right->schema[i].type});
    if (!type.ok()) {
      return SqlError{StatusCode::kInvalidArgument,
                      "column `" + left->schema[i].name + "` of UNION ALL is " +
                          left->schema[i].type.ToString() + " on the left and " +
                          right->schema[i].type.ToString() + " on the right",
                      span, ""};
    }
    fields.push_back({left->schema[i].name, *type});
  }
  std::vector<RelPtr> inputs;
  for (RelPtr side : {left, right}) {
    bool same = true;
    std::vector<ExprPtr> columns = IdentityProjection(side->schema);
    std::vector<std::string> names;
    for (size_t i = 0; i < columns.size(); ++i) {
      same &= columns[i]->type.EqualsIgnoringNullability(fields[i].type);
      columns[i] = CastTo(columns[i], fields[i].type);
      names.push_back(fields[i].name);
    }
    if (!same) side = MakeProject(side, std::move(columns), std::move(names));
    if (side->as<UnionRel>() && same) {
      inputs.insert(inputs.end(), side->inputs.begin(), side->inputs.end());
    } else {
      inputs.push_back(side);
    }
  }
  return MakeRel(UnionRel{}, std::move(inputs), Schema(std::move(fields)));
}

SqlResult<QueryBinder::SelectList> QueryBinder::ExpandStars(const ast::Select& select,
                                                            const Scope& scope) {
  SelectList list;
  for (const ast::SelectItem& item : select.items) {
    const auto* star = std::get_if<ast::Star>(&item.expr->node);
    if (!star) {
      list.exprs.push_back(item.expr.get());
      list.names.push_back(item.alias ? item.alias->text : OwnName(*item.expr));
      list.stars.push_back(nullptr);
      continue;
    }
    auto add = [&](const std::string& name, ExprPtr bound) {
      list.exprs.push_back(item.expr.get());
      list.names.push_back(name);
      list.stars.push_back(std::move(bound));
    };
    const size_t before = list.stars.size();
    for (size_t i = 0; i < scope.columns.size(); ++i) {
      const ScopeColumn& column = scope.columns[i];
      if (star->qualifier && !column.IsOf(star->qualifier->parts)) continue;
      add(column.name, Expr::MakeInput(column.type, static_cast<uint32_t>(i)));
    }
    if (list.stars.size() > before) continue;
    if (!star->qualifier) {
      return SqlError{StatusCode::kNotFound, "there is nothing that * could stand for",
                      item.expr->span, ""};
    }
    ExpressionBinder binder(scope, {});
    SqlResult<ExprPtr> named = binder.BindName(*star->qualifier);
    if (!named.ok()) {
      std::vector<std::string> tables;
      for (const ScopeColumn& column : scope.columns) tables.push_back(column.table);
      const std::string qualifier = star->qualifier->ToString();
      return SqlError{StatusCode::kNotFound,
                      "there is neither a table nor a column `" + qualifier + "` here",
                      star->qualifier->span, DidYouMean(qualifier, tables)};
    }
    const ExprPtr row = *std::move(named);
    if (row->type.kind() != TypeKind::kRow) {
      return SqlError{StatusCode::kInvalidArgument,
                      "`" + star->qualifier->ToString() + "` is a " + row->type.ToString() +
                          ", neither a table nor a ROW: it has no columns",
                      item.expr->span, ""};
    }
    for (const Field& field : row->type.fields()) {
      ASSIGN_OR_RETURN(ExprPtr value, FieldOf(row, field.name, item.expr->span));
      add(field.name, std::move(value));
    }
  }
  for (size_t i = 0; i < list.names.size(); ++i) {
    if (list.names[i].empty()) list.names[i] = "EXPR$" + std::to_string(i);
  }
  MakeUnique(list.names);
  return list;
}

namespace {

// SELECT a AS b ... WHERE b: b is not known there.
SqlError HintAtAlias(SqlError error, const ast::Select& select) {
  for (const ast::SelectItem& item : select.items) {
    if (item.alias && error.message == "column `" + item.alias->text + "` not found") {
      error.hint =
          "WHERE does not know the names that SELECT gives: repeat the expression, or "
          "select from a sub-query";
    }
  }
  return error;
}

// Without FROM there is one row: what fails for it fails now, where it stands.
SqlStatus CheckConstant(const ExprPtr& expr, const std::string& time_zone, const SourceSpan& span) {
  if (!IsConstant(*expr)) return {};
  Status status = EvaluateConstant(expr, FunctionRegistry::Builtin(), time_zone).status();
  if (status.ok()) return {};
  return ErrorAt(status, span);
}

}  // namespace

SqlResult<RelPtr> QueryBinder::BindSelect(const ast::Select& select) {
  if (!select.windows.empty()) return Refuse("WINDOW", select.windows[0].spec.span);
  if (select.qualify) return Refuse("QUALIFY", select.qualify->span);
  From from;
  if (select.from) {
    ASSIGN_OR_RETURN(from, BindFrom(*select.from));
  } else {
    from.rel = MakeRel(ValuesRel{{{}}}, {}, Schema());
  }
  BindOptions options = Options("WHERE");
  if (select.where) {
    ExpressionBinder binder(from.scope, options);
    SqlResult<ExprPtr> condition = binder.BindCondition(*select.where, "WHERE");
    if (!condition.ok()) return HintAtAlias(std::move(condition).status().error(), select);
    from.rel = MakeFilter(from.rel, *std::move(condition));
  }
  ASSIGN_OR_RETURN(SelectList list, ExpandStars(select, from.scope));

  // Aggregates make a query grouped, also without GROUP BY.
  std::vector<FoundAggregate> found;
  std::vector<FoundRank> ranks;
  options.aggregates = &found;
  options.ranks = &ranks;
  ExpressionBinder probe(from.scope, options);
  std::vector<ExprPtr> projections;
  bool grouped = select.group_by_present || select.having;
  for (size_t i = 0; i < list.exprs.size() && !grouped; ++i) {
    if (list.stars[i]) {
      projections.push_back(list.stars[i]);
      continue;
    }
    ASSIGN_OR_RETURN(ExprPtr bound, probe.Bind(*list.exprs[i]));
    if (!select.from && !select.where && found.empty()) {
      SQL_RETURN_IF_ERROR(CheckConstant(bound, config_.time_zone(), list.exprs[i]->span));
    }
    if (bound->type.kind() == TypeKind::kNull) {
      return SqlError{StatusCode::kInvalidArgument, "NULL alone has no type", list.exprs[i]->span,
                      "write CAST(NULL AS INT)"};
    }
    projections.push_back(std::move(bound));
    grouped = !found.empty();
  }
  RelPtr rel;
  if (ranks.size() > 1) return Refuse("more than one ROW_NUMBER() in a query", ranks[1].span);
  if (grouped && !ranks.empty()) {
    return Refuse("ROW_NUMBER() beside GROUP BY", ranks[0].span,
                  "group in a sub-query and number its rows");
  }
  if (grouped) {
    ASSIGN_OR_RETURN(rel, BindGrouped(select, from, list));
  } else {
    if (!ranks.empty()) from.rel = MakeRank(from.rel, ranks[0], projections);
    rel = MakeProject(from.rel, std::move(projections), list.names);
  }
  if (!select.distinct) return rel;
  GroupingSpec spec;
  std::vector<FoundAggregate> none;
  spec.calls = &none;
  spec.span = select.span;
  spec.keys = IdentityProjection(rel->schema);
  for (const Field& field : rel->schema.fields()) spec.key_names.push_back(field.name);
  return MakeAggregateRel(rel, spec);
}

}  // namespace weir::sql
