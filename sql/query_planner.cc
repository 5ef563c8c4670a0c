#include "sql/query_planner.h"

#include "sql/physical_plan.h"
#include "sql/planner.h"
#include "sql/rel_properties.h"
#include "sql/rules.h"

namespace weir::sql {

SqlResult<PlannedQuery> QueryPlanner::Plan(const ast::Query& query, const std::string& name) const {
  QueryBinder binder(catalog_, config_);
  ASSIGN_OR_RETURN(RelPtr rel, binder.Bind(query));
  PlannedQuery planned;
  planned.schema = rel->schema;
  planned.schema_text = SchemaText(rel->schema, TimeAttributes(*rel));
  rel = Optimize(rel);
  planned.logical = ToString(*rel);
  ASSIGN_OR_RETURN(PhysicalPlan physical, MakePhysicalPlan(rel, {&config_, parallelism_}));
  planned.graph = MakeJobGraph(physical, name, config_);
  return planned;
}

SqlResult<PlannedQuery> QueryPlanner::Plan(const std::vector<const ast::Insert*>& inserts,
                                           const std::string& name) const {
  PlannedQuery planned;
  std::vector<BoundInsert> bound;
  std::vector<Field> fields;
  for (const ast::Insert* insert : inserts) {
    QueryBinder binder(catalog_, config_);
    ASSIGN_OR_RETURN(BoundInsert one, binder.Bind(*insert));
    one.query = Optimize(one.query);
    planned.logical += "Sink(table=[" + one.table->name + "])\n" + ToString(*one.query);
    fields.push_back({one.table->catalog + "." + one.table->database + "." + one.table->name,
                      DataType::BigInt()});
    bound.push_back(std::move(one));
  }
  ASSIGN_OR_RETURN(PhysicalPlan physical, MakePhysicalPlan(bound, {&config_, parallelism_}));
  planned.graph = MakeJobGraph(physical, name, config_);
  planned.schema = Schema(std::move(fields));
  planned.schema_text = planned.schema.ToString();
  return planned;
}

SqlResult<QueryPlanner::QuerySchema> QueryPlanner::SchemaOf(const ast::Query& query) const {
  QueryBinder binder(catalog_, config_);
  ASSIGN_OR_RETURN(RelPtr rel, binder.Bind(query));
  return QuerySchema{rel->schema, SchemaText(rel->schema, TimeAttributes(*rel))};
}

SqlResult<ExprPtr> QueryPlanner::BindOver(const Scope& scope, const ast::Expr& expr) const {
  BindOptions options;
  options.time_zone = config_.time_zone();
  options.place = "the definition of a column";
  ExpressionBinder binder(scope, options);
  return binder.Bind(expr);
}

}  // namespace weir::sql
