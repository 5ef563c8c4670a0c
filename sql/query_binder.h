#pragma once

#include <map>
#include <string>
#include <vector>

#include "sql/ast_statements.h"
#include "sql/catalog.h"
#include "sql/expression_binder.h"
#include "sql/logical_plan.h"

// AST and catalog to a logical plan. FROM is bound in bind_from.cc, GROUP BY in bind_group_by.cc
// and bind_aggregate.cc, INSERT in bind_insert.cc.

namespace weir::sql {

struct SessionConfig {
  std::map<std::string, std::string> options;  // SET
  // Whoever runs the job has defaults of its own for what is not set here.
  bool has_more_defaults = false;
  std::string time_zone() const {
    auto it = options.find("table.local-time-zone");
    return it == options.end() || it->second == "default" ? "UTC" : it->second;
  }
};

// A query whose rows go into a table.
struct BoundInsert {
  RelPtr
      query;  // columns of the table that are written, in `mapping`'s order, of the table's types
  std::shared_ptr<const CatalogTable> table;
  std::map<std::string, std::string> options;  // with hints
  std::vector<int> mapping;  // of the table's persisted columns: column of the query; -1: NULL
  SourceSpan span;
};

class QueryBinder {
 public:
  QueryBinder(const Catalog& catalog, const SessionConfig& config)
      : catalog_(catalog), config_(config), base_(catalog.current()) {}

  SqlResult<RelPtr> Bind(const ast::Query& query);
  SqlResult<BoundInsert> Bind(const ast::Insert& insert);
  SqlResult<RelPtr> Bind(const CatalogView& view);

 private:
  struct From {
    RelPtr rel;
    Scope scope;
  };
  struct SelectList {
    std::vector<const ast::Expr*> exprs;
    std::vector<std::string> names;  // empty: to be derived
    std::vector<ExprPtr> stars;      // of an item that came from *: already bound
  };

  BindOptions Options(const char* place) const;

  SqlResult<RelPtr> BindBody(const ast::Query& query);
  SqlResult<RelPtr> BindSelect(const ast::Select& select);
  SqlResult<RelPtr> BindValues(const ast::Values& values);
  SqlResult<RelPtr> BindUnion(const ast::SetOp& op, const SourceSpan& span);

  SqlResult<From> BindFrom(const ast::TableRef& ref);
  SqlResult<From> BindTable(const ast::TableName& table, const SourceSpan& span);
  SqlResult<From> BindNamed(const ast::Name& name, const std::vector<ast::Hint>& hints);
  SqlResult<From> BindTableFunction(const ast::TableFunction& function, const SourceSpan& span);
  SqlStatus ApplyAlias(const ast::TableAlias& alias, From& from);

  SqlResult<SelectList> ExpandStars(const ast::Select& select, const Scope& scope);
  SqlResult<RelPtr> BindGrouped(const ast::Select& select, const From& from,
                                const SelectList& list);
  SqlResult<GroupWindow> BindGroupWindow(const ast::Call& call, const From& from,
                                         const SourceSpan& span);

  const Catalog& catalog_;
  const SessionConfig& config_;
  CatalogPath base_;                                 // completes the names of tables
  std::vector<std::map<std::string, RelPtr>> with_;  // common tables, innermost last
  int depth_ = 0;                                    // of views in views
};

// GROUP BY `keys` over `input` (bind_aggregate.cc): a window aggregate where the keys name a
// window, else an unbounded one. Columns: keys, then calls, in the order given.
struct GroupingSpec {
  std::vector<ExprPtr> keys;
  std::vector<std::string> key_names;
  const std::vector<FoundAggregate>* calls = nullptr;
  const GroupWindow* window =
      nullptr;  // GROUP BY TUMBLE(...): its properties come behind the calls
  SourceSpan span;
};
inline constexpr int kGroupWindowProperties = 3;  // start, end, row time
SqlResult<RelPtr> MakeAggregateRel(RelPtr input, const GroupingSpec& spec);

// ROW_NUMBER() over `input` (bind_over.cc): its columns, those that the ranking computes, the
// number. In `projections`, which are over `input`, the number takes the place of its mark.
RelPtr MakeRank(RelPtr input, const FoundRank& found, std::vector<ExprPtr>& projections);

// The name that SQL gives a column by itself; empty: EXPR$n.
std::string OwnName(const ast::Expr& expr);
// A repeated name gets a number from 0.
void MakeUnique(std::vector<std::string>& names);
// `options` with what /*+ OPTIONS(...) */ sets.
SqlResult<std::map<std::string, std::string>> WithHints(std::map<std::string, std::string> options,
                                                        const std::vector<ast::Hint>& hints);

// Binds a computed column or a watermark: over the physical and metadata columns, for the watermark
// also the computed ones.
Scope TableScope(const CatalogTable& table, bool with_computed);

}  // namespace weir::sql
