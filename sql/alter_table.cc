#include <algorithm>

#include "sql/table_definition.h"
#include "sql/table_draft.h"

// ALTER TABLE.

namespace weir::sql {
namespace {

// A watermark or computed column that reads `column` keeps it from being dropped or renamed.
SqlStatus CheckUnused(const TableDraft& draft, const std::string& column, const SourceSpan& span,
                      const QueryPlanner& planner) {
  const auto reads = [&](const ast::Expr& expr, bool with_computed) {
    // Without the column the expression no longer binds.
    CatalogTable without = draft.table;
    std::erase_if(without.columns, [&](const CatalogColumn& one) { return one.name == column; });
    return !planner.BindOver(TableScope(without, with_computed), expr).ok();
  };
  for (const CatalogColumn& one : draft.table.columns) {
    if (one.kind == CatalogColumn::Kind::kComputed && one.name != column &&
        reads(*one.expr, /*with_computed=*/false)) {
      return Invalid(
          "The column `" + column + "` is referenced by computed column `" + one.name + "`.", span);
    }
  }
  if (draft.table.watermark && (draft.table.watermark->column == column ||
                                reads(*draft.table.watermark->expr, /*with_computed=*/true))) {
    return Invalid("The column `" + column + "` is referenced by watermark expression.", span,
                   "ALTER TABLE ... DROP WATERMARK first");
  }
  return {};
}

SqlError NoColumn(const TableDraft& draft, const ast::Identifier& name) {
  std::vector<std::string> names;
  for (const CatalogColumn& column : draft.table.columns) names.push_back(column.name);
  return SqlError{StatusCode::kNotFound,
                  "The column `" + name.text + "` does not exist in the base table.", name.span,
                  DidYouMean(name.text, names)};
}

class Alteration {
 public:
  Alteration(TableDraft& draft, const ast::AlterTable& alter, const QueryPlanner& planner)
      : draft_(draft), alter_(alter), planner_(planner) {}

  SqlStatus operator()(const ast::AlterSchema& action) {
    for (const ast::AddColumn& add : action.columns) {
      SQL_RETURN_IF_ERROR(PlaceColumn(add, action.modify));
    }
    if (action.watermark) {
      if (!action.modify && draft_.table.watermark) {
        return Invalid("The base table has already defined the watermark strategy for `" +
                           draft_.table.watermark->column +
                           "`. You might want to drop it before adding a new one.",
                       action.watermark->span);
      }
      if (action.modify && !draft_.table.watermark) return NoWatermark();
      SQL_RETURN_IF_ERROR(SetWatermark(*action.watermark, draft_));
    }
    for (const ast::KeyConstraint& constraint : action.constraints) {
      if (action.modify) {
        if (draft_.primary_key.empty()) return NoPrimaryKey();
        draft_.primary_key.clear();
      } else if (!draft_.primary_key.empty()) {
        return Invalid("The base table has already defined the primary key constraint `" +
                           draft_.table.primary_key_name +
                           "`. You might want to drop it before adding a new one.",
                       constraint.span);
      }
      SQL_RETURN_IF_ERROR(SetPrimaryKey(constraint, draft_));
    }
    return {};
  }

  SqlStatus operator()(const ast::DropColumns& action) {
    for (const ast::Identifier& name : action.columns) {
      if (draft_.Find(name.text) == nullptr) return NoColumn(draft_, name);
      if (IsAmong(draft_.primary_key, name.text)) {
        return Invalid("The column `" + name.text + "` is used as the primary key.", name.span,
                       "ALTER TABLE ... DROP PRIMARY KEY first");
      }
      if (IsAmong(draft_.partition_keys, name.text)) {
        return Invalid("The column `" + name.text + "` is used as the partition keys.", name.span);
      }
      SQL_RETURN_IF_ERROR(CheckUnused(draft_, name.text, name.span, planner_));
      std::erase_if(draft_.table.columns,
                    [&](const CatalogColumn& column) { return column.name == name.text; });
    }
    return {};
  }

  SqlStatus operator()(const ast::DropPrimaryKey&) {
    if (draft_.primary_key.empty()) return NoPrimaryKey();
    draft_.primary_key.clear();
    draft_.table.primary_key_name.clear();
    return {};
  }

  SqlStatus operator()(const ast::DropConstraint& action) {
    if (draft_.primary_key.empty()) return NoPrimaryKey();
    if (draft_.table.primary_key_name != action.name.text) {
      return Invalid("The base table does not define a primary key constraint named '" +
                         action.name.text + "'. Available constraint name: ['" +
                         draft_.table.primary_key_name + "'].",
                     action.name.span);
    }
    return (*this)(ast::DropPrimaryKey{});
  }

  SqlStatus operator()(const ast::DropWatermark&) {
    if (!draft_.table.watermark) return NoWatermark();
    draft_.table.watermark.reset();
    draft_.watermark_column.reset();
    return {};
  }

  SqlStatus operator()(const ast::RenameColumn& action) {
    CatalogColumn* column = draft_.Find(action.from.text);
    if (column == nullptr) return NoColumn(draft_, action.from);
    if (draft_.Find(action.to.text) != nullptr) {
      return Invalid("The column `" + action.to.text + "` already existed in table schema.",
                     action.to.span);
    }
    SQL_RETURN_IF_ERROR(CheckUnused(draft_, action.from.text, action.from.span, planner_));
    column->name = action.to.text;
    for (std::vector<ast::Identifier>* keys : {&draft_.primary_key, &draft_.partition_keys}) {
      for (ast::Identifier& key : *keys) {
        if (key.text == action.from.text) key.text = action.to.text;
      }
    }
    return {};
  }

  SqlStatus operator()(const ast::RenameTo&) { return {}; }  // the catalog's

  SqlStatus operator()(const ast::SetOptions& action) {
    for (const ast::Option& option : action.options) {
      draft_.table.options[option.key] = option.value;
      draft_.table.option_spans[option.key] = option.key_span;
    }
    return {};
  }

  SqlStatus operator()(const ast::ResetOptions& action) {
    for (const std::string& key : action.keys) {
      if (key == "connector") {
        return Invalid("ALTER TABLE RESET does not support changing 'connector'", alter_.name.span);
      }
      draft_.table.options.erase(key);
      draft_.table.option_spans.erase(key);
    }
    return {};
  }

 private:
  static bool IsAmong(const std::vector<ast::Identifier>& names, const std::string& name) {
    return std::any_of(names.begin(), names.end(),
                       [&](const ast::Identifier& one) { return one.text == name; });
  }

  SqlError NoWatermark() const {
    return Invalid("The base table does not define any watermark strategy.", alter_.name.span);
  }
  SqlError NoPrimaryKey() const {
    return Invalid("The base table does not define any primary key.", alter_.name.span);
  }

  SqlStatus PlaceColumn(const ast::AddColumn& add, bool modify) {
    ASSIGN_OR_RETURN(CatalogColumn column, MakeColumn(add.column));
    std::vector<CatalogColumn>& columns = draft_.table.columns;
    CatalogColumn* existing = draft_.Find(column.name);
    if (!modify && existing != nullptr) {
      return Invalid("Try to add a column `" + column.name + "` which already exists in the table.",
                     add.column.name.span);
    }
    if (modify && existing == nullptr) {
      SqlError error = NoColumn(draft_, add.column.name);
      error.message =
          "Try to modify a column `" + column.name + "` which does not exist in the table.";
      return error;
    }
    size_t at = columns.size();
    if (existing != nullptr) {
      at = static_cast<size_t>(existing - columns.data());
      columns.erase(columns.begin() + static_cast<ptrdiff_t>(at));
    }
    if (add.first) at = 0;
    if (add.after) {
      const CatalogColumn* before = draft_.Find(add.after->text);
      if (before == nullptr) {
        SqlError error = NoColumn(draft_, *add.after);
        error.message =
            "Referenced column `" + add.after->text + "` by 'AFTER' does not exist in the table.";
        return error;
      }
      at = static_cast<size_t>(before - columns.data()) + 1;
    }
    columns.insert(columns.begin() + static_cast<ptrdiff_t>(at), std::move(column));
    return SetColumnKey(add.column, draft_);
  }

  TableDraft& draft_;
  const ast::AlterTable& alter_;
  const QueryPlanner& planner_;
};

}  // namespace

SqlResult<CatalogTable> AlteredTable(CatalogTable table, const ast::AlterTable& alter,
                                     const QueryPlanner& planner) {
  TableDraft draft = DraftOf(std::move(table), alter.name.span);
  Alteration alteration(draft, alter, planner);
  SQL_RETURN_IF_ERROR(std::visit(alteration, alter.action));
  return FinishTable(std::move(draft), planner);
}

}  // namespace weir::sql
