#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sql/ast_statements.h"
#include "sql/catalog.h"
#include "sql/query_planner.h"

// A table while CREATE or ALTER puts it together; only table_definition.cc, alter_table.cc and
// table_draft.cc include this.

namespace weir::sql {

struct TableDraft {
  CatalogTable table;
  // With the places where they were written, for messages.
  std::vector<ast::Identifier> primary_key;
  std::vector<ast::Identifier> partition_keys;
  std::optional<ast::Identifier> watermark_column;
  SourceSpan watermark_span;  // of its expression

  CatalogColumn* Find(std::string_view column);
};

// A draft of a finished table; `span` stands in for the places.
TableDraft DraftOf(CatalogTable table, const SourceSpan& span);

// A column as declared; the type of a computed one is not known yet.
SqlResult<CatalogColumn> MakeColumn(const ast::ColumnDefinition& definition);
SqlStatus SetPrimaryKey(const ast::KeyConstraint& constraint, TableDraft& draft);
// PRIMARY KEY behind a column.
SqlStatus SetColumnKey(const ast::ColumnDefinition& column, TableDraft& draft);
SqlStatus SetWatermark(const ast::WatermarkDefinition& watermark, TableDraft& draft);

// Checks the draft and binds its expressions; the columns of the key become NOT NULL.
SqlResult<CatalogTable> FinishTable(TableDraft draft, const QueryPlanner& planner);

SqlError Invalid(std::string message, const SourceSpan& span, std::string hint = "");

}  // namespace weir::sql
