#include "sql/table_draft.h"

#include <set>

#include "sql/types.h"

namespace weir::sql {
namespace {

constexpr int kMaxRowTimePrecision = 3;

std::vector<std::string> ColumnNames(const CatalogTable& table) {
  std::vector<std::string> names;
  for (const CatalogColumn& column : table.columns) names.push_back(column.name);
  return names;
}

std::string Quoted(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "'" : ", '") + name + "'";
  return out;
}

bool IsRowTimeType(const DataType& type) {
  return type.is_timestamp() && type.precision() <= kMaxRowTimePrecision;
}

std::string_view KindText(CatalogColumn::Kind kind) {
  return kind == CatalogColumn::Kind::kPhysical   ? "regular"
         : kind == CatalogColumn::Kind::kComputed ? "computed"
                                                  : "metadata";
}

SqlStatus CheckDuplicates(const CatalogTable& table) {
  std::set<std::string> names;
  for (const CatalogColumn& column : table.columns) {
    if (!names.insert(column.name).second) {
      return Invalid("A " + std::string(KindText(table.FindColumn(column.name)->kind)) +
                         " Column named '" + column.name + "' already exists in the table.",
                     column.span);
    }
  }
  return {};
}

// Over everything but computed columns, which cannot build on one another.
SqlStatus BindComputedColumns(CatalogTable& table, const QueryPlanner& planner) {
  const Scope scope = TableScope(table, /*with_computed=*/false);
  for (CatalogColumn& column : table.columns) {
    if (column.kind != CatalogColumn::Kind::kComputed) continue;
    SqlResult<ExprPtr> bound = planner.BindOver(scope, *column.expr);
    if (!bound.ok()) {
      SqlError error = std::move(bound).status().error();
      for (const CatalogColumn& other : table.columns) {
        const bool computed = other.kind == CatalogColumn::Kind::kComputed;
        if (computed && error.message == "column `" + other.name + "` not found") {
          error.hint = "a computed column cannot read another one: repeat its expression";
        }
      }
      return error;
    }
    column.type = (*bound)->type;
  }
  return {};
}

SqlError BadTimeType(const char* what, const char* which, const DataType& type,
                     const SourceSpan& span) {
  return Invalid(std::string("Invalid data type of ") + what +
                     " for watermark definition. The field must be of type TIMESTAMP(p) or "
                     "TIMESTAMP_LTZ(p), the supported precision 'p' is from 0 to 3, but the " +
                     which + " type is " + type.ToString(),
                 span,
                 type.is_timestamp() ? "write TIMESTAMP(3)"
                 : type.is_string()  ? "add a computed column: t AS TO_TIMESTAMP(...)"
                                     : "");
}

SqlStatus BindWatermark(TableDraft& draft, const QueryPlanner& planner) {
  CatalogTable& table = draft.table;
  if (!table.watermark) return {};
  const ast::Identifier& name = *draft.watermark_column;
  const CatalogColumn* column = table.FindColumn(name.text);
  if (column == nullptr) {
    return Invalid("The rowtime attribute field '" + name.text +
                       "' is not defined in the table schema; available fields: [" +
                       Quoted(ColumnNames(table)) + "]",
                   name.span, DidYouMean(name.text, ColumnNames(table)));
  }
  if (!IsRowTimeType(column->type)) {
    return BadTimeType("time field", "time field", column->type, name.span);
  }
  const Scope scope = TableScope(table, /*with_computed=*/true);
  ASSIGN_OR_RETURN(ExprPtr bound, planner.BindOver(scope, *table.watermark->expr));
  if (!IsRowTimeType(bound->type)) {
    return BadTimeType("expression", "watermark expression", bound->type, draft.watermark_span);
  }
  table.watermark->column = name.text;
  table.watermark->type = bound->type;
  return {};
}

SqlStatus CheckPrimaryKey(TableDraft& draft) {
  CatalogTable& table = draft.table;
  table.primary_key.clear();
  for (const ast::Identifier& name : draft.primary_key) {
    CatalogColumn* column = draft.Find(name.text);
    if (column == nullptr) {
      return Invalid("Primary key column '" + name.text + "' is not defined in the schema",
                     name.span, DidYouMean(name.text, ColumnNames(table)));
    }
    if (column->kind != CatalogColumn::Kind::kPhysical) {
      return Invalid("Could not create a PRIMARY KEY with column '" + name.text +
                         "': a PRIMARY KEY constraint must be declared on physical columns",
                     name.span);
    }
    for (const std::string& earlier : table.primary_key) {
      if (earlier == name.text) {
        return Invalid("Invalid primary key '" + table.primary_key_name +
                           "'. A primary key must not contain duplicate columns. Found: [" +
                           name.text + "]",
                       name.span);
      }
    }
    column->type = column->type.NotNull();
    table.primary_key.push_back(name.text);
  }
  return {};
}

SqlStatus CheckPartitionKeys(TableDraft& draft) {
  CatalogTable& table = draft.table;
  table.partition_keys.clear();
  for (const ast::Identifier& name : draft.partition_keys) {
    const CatalogColumn* column = table.FindColumn(name.text);
    if (column == nullptr) {
      return Invalid("Partition column '" + name.text +
                         "' not defined in the table schema. Available columns: [" +
                         Quoted(ColumnNames(table)) + "]",
                     name.span, DidYouMean(name.text, ColumnNames(table)));
    }
    if (column->kind != CatalogColumn::Kind::kPhysical) {
      return Invalid("Invalid partition key '" + name.text +
                         "'. A partition key must reference a physical column in the schema",
                     name.span, "partition by a column that has neither AS nor METADATA");
    }
    table.partition_keys.push_back(name.text);
  }
  return {};
}

}  // namespace

SqlError Invalid(std::string message, const SourceSpan& span, std::string hint) {
  return SqlError{StatusCode::kInvalidArgument, std::move(message), span, std::move(hint)};
}

CatalogColumn* TableDraft::Find(std::string_view column) {
  for (CatalogColumn& one : table.columns) {
    if (one.name == column) return &one;
  }
  return nullptr;
}

TableDraft DraftOf(CatalogTable table, const SourceSpan& span) {
  TableDraft draft;
  for (const std::string& column : table.primary_key) draft.primary_key.push_back({column, span});
  for (const std::string& column : table.partition_keys) {
    draft.partition_keys.push_back({column, span});
  }
  if (table.watermark) {
    draft.watermark_column = ast::Identifier{table.watermark->column, span};
    draft.watermark_span = span;
  }
  for (CatalogColumn& column : table.columns) column.span = span;
  draft.table = std::move(table);
  return draft;
}

SqlResult<CatalogColumn> MakeColumn(const ast::ColumnDefinition& definition) {
  CatalogColumn column;
  column.name = definition.name.text;
  column.comment = definition.comment;
  column.span = definition.name.span;
  if (const auto* physical = std::get_if<ast::PhysicalColumn>(&definition.kind)) {
    ASSIGN_OR_RETURN(column.type, ToDataType(physical->type));
  } else if (const auto* computed = std::get_if<ast::ComputedColumn>(&definition.kind)) {
    column.kind = CatalogColumn::Kind::kComputed;
    column.expr = computed->expr;
  } else {
    const auto& metadata = std::get<ast::MetadataColumn>(definition.kind);
    column.kind = CatalogColumn::Kind::kMetadata;
    ASSIGN_OR_RETURN(column.type, ToDataType(metadata.type));
    column.metadata_key = metadata.key.value_or(column.name);
    column.is_virtual = metadata.is_virtual;
  }
  return column;
}

namespace {

SqlStatus CheckNotEnforced(bool enforced, const SourceSpan& span) {
  if (!enforced) return {};
  return Invalid("a PRIMARY KEY must be NOT ENFORCED: the data is not ours, so nobody checks it",
                 span, "write PRIMARY KEY ... NOT ENFORCED");
}

SqlStatus TakePrimaryKey(std::vector<ast::Identifier> columns, std::string name,
                         const SourceSpan& span, TableDraft& draft) {
  if (!draft.primary_key.empty()) return Invalid("Duplicate primary key definition", span);
  if (name.empty()) {
    name = "PK";
    for (const ast::Identifier& column : columns) name += "_" + column.text;
  }
  draft.primary_key = std::move(columns);
  draft.table.primary_key_name = std::move(name);
  return {};
}

}  // namespace

SqlStatus SetPrimaryKey(const ast::KeyConstraint& constraint, TableDraft& draft) {
  if (!constraint.primary) {
    return Invalid("UNIQUE constraints are not supported", constraint.span, "a PRIMARY KEY is");
  }
  SQL_RETURN_IF_ERROR(CheckNotEnforced(constraint.enforced, constraint.span));
  return TakePrimaryKey(constraint.columns, constraint.name ? constraint.name->text : "",
                        constraint.span, draft);
}

SqlStatus SetColumnKey(const ast::ColumnDefinition& column, TableDraft& draft) {
  if (!column.primary_key) return {};
  SQL_RETURN_IF_ERROR(CheckNotEnforced(column.enforced, column.span));
  return TakePrimaryKey({column.name}, "", column.span, draft);
}

SqlStatus SetWatermark(const ast::WatermarkDefinition& watermark, TableDraft& draft) {
  if (watermark.column.parts.size() > 1) {
    return Invalid("the time column of a watermark cannot be a field of a row",
                   watermark.column.span,
                   "make it a column of its own: ts AS " + watermark.column.ToString());
  }
  draft.watermark_column = watermark.column.parts[0];
  draft.watermark_span = watermark.expr->span;
  draft.table.watermark = CatalogWatermark{watermark.column.parts[0].text, watermark.expr, {}};
  return {};
}

SqlResult<CatalogTable> FinishTable(TableDraft draft, const QueryPlanner& planner) {
  SQL_RETURN_IF_ERROR(CheckDuplicates(draft.table));
  SQL_RETURN_IF_ERROR(CheckPrimaryKey(draft));
  SQL_RETURN_IF_ERROR(CheckPartitionKeys(draft));
  SQL_RETURN_IF_ERROR(BindComputedColumns(draft.table, planner));
  SQL_RETURN_IF_ERROR(BindWatermark(draft, planner));
  return std::move(draft.table);
}

}  // namespace weir::sql
